//! The second installation: what is true already is left alone, and what was asked for anew is all that changes.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::world::{LIVE, World, is_root, mode_of, release, server_uid};

#[test]
fn the_same_installation_again_changes_nothing_at_all() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &[]).expect(0);
    let stamps = world.stamps();
    world.install(&archive, &[]).expect(0).saying(&["nothing to do", "10.11.0"]);
    world.assert_untouched_since(&stamps);
    // The same bytes under another name, asked for with their digest.
    let sum = world.receipt()["archive"]["sha256"].as_str().unwrap().to_owned();
    let copy = world.beside("chat.tar.gz");
    fs::copy(&archive, &copy).unwrap();
    let more = ["--release-version", "10.11.0", "--edition", "team", "--sha256", &sum];
    world.install(&copy, &more).expect(0).saying(&["nothing to do"]);
    world.assert_untouched_since(&stamps);
}

#[test]
fn another_release_is_a_matter_of_upgrade() {
    let world = World::new();
    let (old, new) = (world.archive(&release("9.11.0")), world.archive(&release("10.11.0")));
    world.install(&old, &[]).expect(0);
    let stamps = world.stamps();
    let said = world.install(&new, &[]).expect(3);
    said.saying(&["9.11.0", "mmembed upgrade", new.to_str().unwrap()]);
    // The same version with other bytes is no upgrade either.
    let other = world.archive(&release("9.11.0").small_files(41));
    world.install(&other, &[]).expect(3).saying(&["SHA-256"]);
    world.assert_untouched_since(&stamps);
}

fn site_name(world: &World) -> Value {
    world.config()["TeamSettings"]["SiteName"].clone()
}

#[test]
fn a_default_of_the_host_reaches_only_what_no_user_touched() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let mut overlay = world.overlay();
    overlay["TeamSettings"]["MaxUsersPerTeam"] = json!(60);
    world.write_overlay("overlay.json", &overlay);
    world.install(&archive, &[]).expect(0);
    world.ask(&["config", "set"], &["TeamSettings.MaxUsersPerTeam=77"]).expect(0);

    overlay["TeamSettings"]["MaxUsersPerTeam"] = json!(80);
    overlay["TeamSettings"]["SiteName"] = json!("Acme Talk");
    world.write_overlay("overlay.json", &overlay);
    world.install(&archive, &[]).expect(0).saying(&[
        "proved",
        "TeamSettings.MaxUsersPerTeam",
        "the user's value stays",
    ]);
    assert_eq!(site_name(&world), "Acme Talk");
    assert_eq!(world.config()["TeamSettings"]["MaxUsersPerTeam"], 77);
    let said = world.ask(&["config", "explain"], &["TeamSettings.MaxUsersPerTeam"]).expect(0);
    said.saying(&["77"]);
    world.install(&archive, &[]).expect(0).saying(&["nothing to do"]);
}

#[test]
fn what_the_host_enforces_is_put_right_again() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let enforced = json!({ "TeamSettings": { "EnableOpenServer": false, "SiteName": "Enforced" } });
    let enforced = world.write_overlay("enforced.json", &enforced);
    let more = ["--enforced-overlay", enforced.to_str().unwrap()];
    world.install(&archive, &more).expect(0);
    assert_eq!(site_name(&world), "Enforced");
    world.ask(&["config", "set"], &["TeamSettings.SiteName=\"Mine\""]).expect(0);
    assert_eq!(site_name(&world), "Mine");
    world.install(&archive, &more).expect(0).saying(&["done"]);
    assert_eq!(site_name(&world), "Enforced");
    let said = world.ask(&["config", "explain"], &["TeamSettings.SiteName"]).expect(0);
    said.saying(&["Enforced", "host"]);
    world.install(&archive, &more).expect(0).saying(&["nothing to do"]);
}

#[test]
fn enforce_makes_defaults_win_over_users() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &[]).expect(0);
    world.ask(&["config", "set"], &["TeamSettings.SiteName=\"Mine\""]).expect(0);
    world.install(&archive, &["--enforce"]).expect(0);
    assert_eq!(site_name(&world), "Acme Chat");
}

/// Puts something into the data directory; says how it looks.
fn fill(data: &Path) -> Vec<String> {
    let file = data.join("20261101/team/photo.jpg");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "a photo").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("photo.jpg", file.with_file_name("link")).unwrap();
    if is_root() {
        std::os::unix::fs::chown(&file, Some(21_544), Some(21_545)).unwrap();
    }
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&file).unwrap().set_modified(old).unwrap();
    look(data)
}

fn look(data: &Path) -> Vec<String> {
    ["20261101/team/photo.jpg", "20261101/team", "20261101/team/link", "20261101"]
        .iter()
        .map(|name| {
            let meta = fs::symlink_metadata(data.join(name)).unwrap();
            let (mode, seconds, nanos) = (meta.mode(), meta.mtime(), meta.mtime_nsec());
            format!("{name} {mode:o} {}:{} {seconds}.{nanos}", meta.uid(), meta.gid())
        })
        .collect()
}

fn move_data(world: &World, to: &str) {
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &[]).expect(0);
    let former = world.below("var/opt/acme/mattermost/data");
    let before = fill(&former);
    let place = format!("data=/{to}");
    let said = world.install(&archive, &["--place", &place]).expect(0);
    said.saying(&[to, "proved"]);
    let now = world.below(to);
    assert_eq!(look(&now), before);
    assert_eq!(fs::read_to_string(now.join("20261101/team/photo.jpg")).unwrap(), "a photo");
    assert_eq!((mode_of(&now), fs::metadata(&now).unwrap().uid()), (0o750, server_uid()));
    assert!(!former.exists());
    assert_eq!(world.config()["FileSettings"]["Directory"], json!(format!("{}/", now.display())));
    assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new());
    world.install(&archive, &["--place", &place]).expect(0).saying(&["nothing to do"]);
    // What is there already is not moved over.
    let host = world.host();
    world.install(&archive, &["--place", "data=/opt/other"]).expect(3).saying(&["opt/other"]);
    assert_eq!(world.host(), host);
}

#[test]
fn data_that_is_wanted_elsewhere_is_moved_there() {
    move_data(&World::new(), "srv/acme/files");
}

/// A file system of its own, unmounted in the end.
struct Mounted(std::path::PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let done = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(done.is_ok_and(|done| done.success()), "{} stays mounted", self.0.display());
    }
}

#[test]
fn data_that_is_wanted_on_another_file_system_is_copied_there() {
    let world = World::new();
    let mount = world.below("srv");
    fs::create_dir(&mount).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "none"]).arg(&mount).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: nothing can be mounted here");
        return;
    }
    let mounted = Mounted(mount);
    move_data(&world, "srv/acme/files");
    drop(mounted);
}

#[test]
fn a_move_that_fails_leaves_everything_where_it_was() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &[]).expect(0);
    fill(&world.below("var/opt/acme/mattermost/data"));
    // What a server said in the dark stays said.
    let log = world.below("var/opt/acme/mattermost/logs/mattermost.log");
    let without_log = || {
        let mut host = world.host();
        host.remove(log.strip_prefix(&world.root).unwrap().to_str().unwrap());
        host
    };
    let host = without_log();
    let content = world.database_content();
    // Its database is not there when the server is started at the new place.
    let source = world.database.url().replace("p%40ss", "wrong");
    let overlay =
        world.write_overlay("wrong.json", &json!({ "SqlSettings": { "DataSource": source } }));
    let more = ["--place", "data=/srv/files", "--enforced-overlay", overlay.to_str().unwrap()];
    world.install(&archive, &more).expect(3).saying(&["password"]);
    assert_eq!(without_log(), host);
    let more = ["--place", "data=/srv/files", "--start-timeout", "1ms"];
    world.install(&archive, &more).expect(4).saying(&["not ready within"]);
    assert_eq!(without_log(), host);
    assert_eq!(world.database_content(), content);
    world.assert_nothing_runs();
}

#[test]
fn a_server_that_runs_is_not_disturbed() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &[]).expect(0);
    let live = world.below(LIVE);
    // The tree belongs to root, or to the very user of this test.
    let mut server = crate::fakes::running::Running::start(&live, world.port);
    server.wait_until_ready();
    let said = world.install(&archive, &["--set", "TeamSettings.SiteName=\"Other\""]).expect(3);
    said.saying(&["runs from", "stop the server first"]);
    world.ask(&["verify"], &[]).expect(0).saying(&["it is running, and answers as 10.11.0"]);
    world.ask(&["status"], &[]).expect(0).saying(&["runs from the tree"]);
    assert_eq!(server.ended(), None);
    server.stop();
    world.assert_nothing_runs();
}
