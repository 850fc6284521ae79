//! The servers alone: what each takes to start, to migrate and to stop where nobody waits for anything else.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::fakes::running::{Running, configure, heeding_signals, program};
use crate::outage::until_serving;
use crate::releases::Releases;
use crate::site::{Site, Sizes, give, run};
use crate::support::world::{LIVE, SERVICE, World};

/// What they took.
#[derive(Debug)]
pub(crate) struct Servers {
    /// The first one's stop.
    pub(crate) stop: Duration,
    /// Of each hop, from its start to its first answer, and from the signal to its end.
    pub(crate) hops: Vec<(Duration, Duration)>,
    /// The last one's second start.
    pub(crate) start: Duration,
}

impl Servers {
    pub(crate) fn whole(&self) -> Duration {
        let hops: Duration = self.hops.iter().map(|(migrate, stop)| *migrate + *stop).sum();
        self.stop + hops + self.start
    }
}

pub(crate) fn measure(releases: &Releases, sizes: &Sizes) -> Servers {
    let world = World::new();
    let live = world.below(LIVE);
    fs::create_dir_all(live.parent().unwrap()).unwrap();
    let mut archives = releases.archives.iter();
    unpack(&archives.next().unwrap().1, &live, &[]);
    let overlay = world.overlay();
    configure(&live, |config| {
        for (section, settings) in overlay.as_object().unwrap() {
            for (key, value) in settings.as_object().unwrap() {
                config[section][key] = value.clone();
            }
        }
    });
    for directory in ["plugins", "client/plugins", "data"] {
        fs::create_dir_all(live.join(directory)).unwrap();
    }
    give(&live);
    let site = Site::in_use(world, sizes);
    let begun = Instant::now();
    site.ctl.stop();
    let stop = begun.elapsed();
    let hops = archives.map(|(version, archive)| hop(&site, archive, version)).collect();
    let begun = Instant::now();
    site.ctl.start(&site.world);
    let start = begun.elapsed();
    site.ctl.stop();
    Servers { stop, hops, start }
}

/// Puts the next server into the same tree, and starts and stops it.
fn hop(site: &Site, archive: &Path, version: &str) -> (Duration, Duration) {
    let live = site.world.below(LIVE);
    unpack(archive, &live, &["--exclude=mattermost/config/config.json"]);
    give(&live);
    site.flush();
    let mut command = heeding_signals(program(&live));
    command.current_dir(&live).uid(SERVICE).gid(SERVICE);
    let begun = Instant::now();
    let running = Running::spawn(command, &live, site.world.port);
    until_serving(site, version);
    let migrate = begun.elapsed();
    let begun = Instant::now();
    running.stop();
    (migrate, begun.elapsed())
}

fn unpack(archive: &Path, live: &Path, more: &[&str]) {
    let mut tar = Command::new("tar");
    run(tar.arg("xzf").arg(archive).args(more).arg("-C").arg(live.parent().unwrap()));
}
