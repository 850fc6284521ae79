//! The upgrade as the vendor's guide describes it for tarballs: what its reader types, by a shell that does not hesitate.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::outage::{self, Outage};
use super::servers::unpacked;
use super::site::{Releases, Site, Sizes, run};
use crate::support::world::{LIVE, SERVICE};

/// Everything of the old release goes, but what the guide excepts.
const REMOVAL: &str = r"find mattermost/ mattermost/client/ -mindepth 1 -maxdepth 1 ! \( -type d \( \
    -path mattermost/client -o -path mattermost/client/plugins -o -path mattermost/config -o \
    -path mattermost/logs -o -path mattermost/plugins -o -path mattermost/data \) -prune \) | sort | xargs rm -r";

/// One upgrade by the procedure.
#[derive(Debug)]
pub(crate) struct Procedure {
    pub(crate) outage: Outage,
    /// The database saved, which the guide asks for too.
    pub(crate) dump: Duration,
    /// What was typed, and how long it took.
    pub(crate) steps: Vec<(&'static str, Duration)>,
}

pub(crate) fn measure(releases: &Releases, sizes: &Sizes, rooms: &mut Vec<Site>) -> Procedure {
    let site = unpacked(&releases.old, sizes);
    let upgrade = site.world.beside("mattermost-upgrade");
    fs::create_dir(&upgrade).unwrap();
    let mut tar = Command::new("tar");
    tar.arg("xzf").arg(&releases.new).args(["--strip-components=1", "-C"]);
    run(tar.arg(&upgrade));
    site.flush();
    let (outage, steps) = outage::during(&site, || type_it(&site, &upgrade));
    let dump = steps.iter().find(|(name, _)| *name == DUMP).unwrap().1;
    site.ctl.stop();
    rooms.push(site);
    Procedure { outage, dump, steps }
}

const DUMP: &str = "pg_dump";

fn type_it(site: &Site, upgrade: &Path) -> Vec<(&'static str, Duration)> {
    let above = site.world.below(LIVE).parent().unwrap().to_owned();
    let shell = |text: &str| {
        run(Command::new("sh").arg("-c").arg(text).current_dir(&above));
    };
    let mut steps = Vec::new();
    let mut step = |name, work: &dyn Fn()| {
        let begun = Instant::now();
        work();
        steps.push((name, begun.elapsed()));
    };
    step("stop", &|| site.ctl.stop());
    step(DUMP, &|| {
        dump(site, Path::new("pg_dump"));
    });
    step("cp -ra", &|| shell("cp -ra mattermost/ mattermost-back/"));
    step("find | xargs rm -r", &|| shell(REMOVAL));
    step("cp -an", &|| shell(&format!("cp -an {}/. mattermost/", upgrade.display())));
    step("chown -R", &|| shell(&format!("chown -R {SERVICE}:{SERVICE} mattermost")));
    step("start", &|| site.ctl.start(&site.world));
    steps
}

/// Saves the database of a site in the format that `mmembed` has too; says how long it took.
pub(crate) fn dump(site: &Site, program: &Path) -> Duration {
    let begun = Instant::now();
    let mut dump = Command::new(program);
    dump.arg("--format=custom").arg("--file").arg(site.world.beside("by-hand.dump"));
    run(dump.arg("--dbname").arg(site.world.database.url()).stdout(Stdio::null()));
    begun.elapsed()
}
