//! The servers alone: how long they take to start and to stop where nobody waits for anything else.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use super::outage::until_serving;
use super::site::{NEW, OLD, Releases, Site, Sizes, give, run};
use crate::fakes::running::{Running, configure, heeding_signals, program};
use crate::support::world::{LIVE, SERVICE, World};

/// What the servers take for themselves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Servers {
    /// The old one's stop, by its service.
    pub(crate) stop: Duration,
    /// From the new one's start to its first answer, migrating, without a service.
    pub(crate) migrate: Duration,
    /// Its stop, without a service.
    pub(crate) stop_migrated: Duration,
    /// Its second start, by its service.
    pub(crate) start: Duration,
    /// Its first start, migrating, by its service.
    pub(crate) migrate_by_service: Duration,
}

impl Servers {
    /// In an upgrade by `mmembed`, which starts the new server twice: once to prove it, once to let it out.
    pub(crate) fn twice(self) -> Duration {
        self.stop + self.migrate + self.stop_migrated + self.start
    }

    /// In the procedure, which starts it once.
    pub(crate) fn once(self) -> Duration {
        self.stop + self.migrate_by_service
    }
}

pub(crate) fn measure(releases: &Releases, sizes: &Sizes, rooms: &mut Vec<Site>) -> Servers {
    // Uploaded files: no server looks at them when it starts.
    let site = unpacked(&releases.old, &Sizes { uploads: 0, ..*sizes });
    let begun = Instant::now();
    site.ctl.stop();
    let stop = begun.elapsed();
    // The database as the old server has left it, twice: each first start needs one.
    let before = site.world.database.copy();
    change_to(&site, &releases.new);

    let live = site.world.below(LIVE);
    let mut command = heeding_signals(program(&live));
    command.current_dir(&live).uid(SERVICE).gid(SERVICE);
    let begun = Instant::now();
    let running = Running::spawn(command, &live, site.world.port);
    until_serving(&site, NEW);
    let migrate = begun.elapsed();
    let begun = Instant::now();
    running.stop();
    let stop_migrated = begun.elapsed();
    let start = started(&site);
    site.ctl.stop();

    configure(&live, |config| config["SqlSettings"]["DataSource"] = json!(before.url()));
    let migrate_by_service = started(&site);
    site.ctl.stop();
    rooms.push(site);
    Servers { stop, migrate, stop_migrated, start, migrate_by_service }
}

fn started(site: &Site) -> Duration {
    let begun = Instant::now();
    site.ctl.start(&site.world);
    until_serving(site, NEW);
    begun.elapsed()
}

/// The old release unpacked, configured and in use, as it is where nothing is embedded.
pub(crate) fn unpacked(archive: &Path, sizes: &Sizes) -> Site {
    let world = World::new();
    let live = world.below(LIVE);
    let above = live.parent().unwrap();
    fs::create_dir_all(above).unwrap();
    run(Command::new("tar").arg("xzf").arg(archive).arg("-C").arg(above));
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
    assert_eq!(site.world.serving().as_deref(), Some(OLD));
    site
}

/// Puts another server into the same tree: what else is in it no server reads at its start.
fn change_to(site: &Site, archive: &Path) {
    let live = site.world.below(LIVE);
    fs::remove_file(program(&live)).unwrap();
    let mut tar = Command::new("tar");
    tar.arg("xzf").arg(archive).arg("-C").arg(live.parent().unwrap());
    run(tar.arg("mattermost/bin/mattermost"));
    fs::set_permissions(program(&live), Permissions::from_mode(0o755)).unwrap();
    give(&live.join("bin"));
    site.flush();
}
