//! Other ways to install: into a staging root, with directories and configuration elsewhere, for other owners.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use serde_json::json;

use crate::fakes::trailer::Fault;
use crate::support::world::{LIVE, World, is_root, mode_of, release, server_uid};

#[test]
fn a_staging_root_holds_paths_as_seen_inside_it_and_starts_nothing() {
    let world = World::new();
    // This server could not be started if it were.
    let archive = world.archive(&release("10.11.0").fault(Fault::ExitsEarlyWithZero));
    let content = world.database_content();
    world.install(&archive, &["--no-start"]).expect(0);
    assert_eq!(world.database_content(), content);
    assert!(world.receipt()["proof"].is_null(), "{}", world.receipt());
    let config = world.config();
    assert_eq!(config["FileSettings"]["Directory"], "/var/opt/acme/mattermost/data/");
    assert_eq!(config["LogSettings"]["FileLocation"], "/var/opt/acme/mattermost/logs");
    assert!(!config.to_string().contains(world.root.to_str().unwrap()));
    world.ask(&["status"], &[]).expect(0).saying(&["never started", "10.11.0"]);
    let stamps = world.stamps();
    world.install(&archive, &["--no-start"]).expect(0).saying(&["nothing to do"]);
    world.assert_untouched_since(&stamps);
    // Not started from outside by a verification either: its paths would be wrong.
    world.ask(&["verify"], &[]).expect(3).saying(&["inside of", "start it there"]);
    world.ask(&["verify"], &["--no-start"]).expect(0);
    // Asked to start it, it is proven, and it is not.
    world.install(&archive, &[]).expect(4);
    world.ask(&["status"], &[]).expect(0).saying(&["never started"]);
}

#[test]
fn what_was_staged_can_be_proven_later() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    world.install(&archive, &[]).expect(0).saying(&["proved"]);
    assert!(world.receipt()["proof"]["answered_as"].is_string());
}

/// The database that a release has shipped is nobody's choice: the host's default takes its place, one that an operator has
/// chosen does not give way.
#[test]
fn what_was_staged_without_a_database_gets_one_by_a_default() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let wanted = world.overlay();
    let mut staged = wanted.clone();
    staged["SqlSettings"] = json!({});
    world.write_overlay("overlay.json", &staged);
    world.install(&archive, &["--no-start"]).expect(0);
    assert_ne!(world.config()["SqlSettings"]["DataSource"], wanted["SqlSettings"]["DataSource"]);
    let chosen = r#"SqlSettings.DataSource="postgres://a:b@127.0.0.1:1/chosen?sslmode=disable""#;
    let shipped = world.below(LIVE).join("config/config.json");
    let before = fs::read(&shipped).unwrap();
    world.ask(&["config", "set"], &[chosen]).expect(0);
    world.write_overlay("overlay.json", &wanted);
    world.install(&archive, &[]).expect(3).saying(&["[database]", "127.0.0.1"]);
    fs::write(&shipped, before).unwrap();
    let plan = world.install(&archive, &["--dry-run"]).expect(10);
    plan.saying(&["start the server in the dark"]);
    world.install(&archive, &[]).expect(0).saying(&["proved"]);
    assert_eq!(world.config()["SqlSettings"]["DataSource"], wanted["SqlSettings"]["DataSource"]);
    assert!(world.receipt()["proof"]["answered_as"].is_string());
}

#[test]
fn directories_can_stay_in_the_tree() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--keep-in-tree"]).expect(0);
    let live = world.below(LIVE);
    for name in ["data", "logs", "plugins", "client/plugins"] {
        let path = live.join(name);
        let uid = fs::metadata(&path).unwrap().uid();
        assert_eq!((mode_of(&path), uid), (0o750, server_uid()), "{name}");
    }
    assert!(!world.below("var/opt/acme/mattermost").exists());
    assert_eq!(world.config()["FileSettings"]["Directory"], "./data/");
    world.ask(&["verify"], &[]).expect(0);
}

#[test]
fn one_directory_can_stay_in_the_tree_and_move_out_later() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--keep-in-tree=logs"]).expect(0);
    let live = world.below(LIVE);
    assert!(live.join("logs/mattermost.log").is_file());
    let places = world.below("var/opt/acme/mattermost");
    assert!(places.join("data").is_dir() && !places.join("logs").exists());
    world.install(&archive, &[]).expect(0);
    assert!(places.join("logs/mattermost.log").is_file());
    assert!(!live.join("logs/mattermost.log").exists());
    world.ask(&["verify"], &["--no-start"]).expect(0);
}

#[test]
fn a_configuration_elsewhere_keeps_what_users_made_of_it() {
    let world = World::new();
    let file = world.below("etc/opt/acme/mattermost/config.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let own = r#"{"TeamSettings": {"SiteName": "Our own", "MaxUsersPerTeam": 42}}"#;
    fs::write(&file, own).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    if is_root() {
        // The server reads the directory too.
        fs::set_permissions(file.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let more = ["--config-file", "/etc/opt/acme/mattermost/config.json"];
    let host = world.host();
    let bad = world.archive(&release("10.11.0").fault(Fault::ExitsEarlyWithZero));
    world.install(&bad, &more).expect(4);
    assert_eq!(world.host(), host, "the file is as it was, to its mode");

    let good = world.archive(&release("10.11.0"));
    world.install(&good, &more).expect(0).saying(&[file.to_str().unwrap()]);
    let text = fs::read_to_string(&file).unwrap();
    let config: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(config["TeamSettings"]["SiteName"], "Our own");
    assert_eq!(config["TeamSettings"]["MaxUsersPerTeam"], 42);
    assert_eq!(config["SqlSettings"]["DataSource"], json!(world.database.url()));
    assert_eq!((mode_of(&file), fs::metadata(&file).unwrap().uid()), (0o600, server_uid()));
    world.ask(&["config", "get"], &["TeamSettings.SiteName"]).expect(0).saying(&["Our own"]);
    world.ask(&["verify"], &[]).expect(0);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    world.install(&good, &more).expect(0).saying(&["nothing to do"]);
    world.install(&good, &[]).expect(3).saying(&["etc/opt/acme/mattermost/config.json"]);
}

#[test]
fn the_tree_belongs_to_whom_it_is_given() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let me = mmembed::host::current_owner();
    let owner = if is_root() { (21_600, 21_601) } else { (me.uid, me.gid) };
    world.install(&archive, &["--owner", &format!("{}:{}", owner.0, owner.1)]).expect(0);
    for path in ["bin/mattermost", "client/root.html", "i18n", ""] {
        let meta = fs::metadata(world.below(LIVE).join(path)).unwrap();
        assert_eq!((meta.uid(), meta.gid()), owner, "{path}");
        assert_eq!(meta.mode() & 0o022, 0, "{path} can be written by others");
    }
    let config = fs::metadata(world.below(LIVE).join("config/config.json")).unwrap();
    assert_eq!(config.uid(), server_uid());
}

#[test]
fn a_root_below_a_link_and_an_application_on_another_disk_are_found() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let elsewhere = world.below("mnt/disk/opt-acme");
    fs::create_dir_all(&elsewhere).unwrap();
    std::os::unix::fs::symlink("../mnt/disk/opt-acme", world.below("opt/acme")).unwrap();
    world.install(&archive, &[]).expect(0);
    assert!(elsewhere.join("embedded/mattermost/bin/mattermost").is_file());
    world.ask(&["verify"], &[]).expect(0);
    // A link that leads out of the root is none that is followed.
    let world = World::new();
    let outside = world.beside("outside");
    fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, world.below("opt/acme")).unwrap();
    world.install(&archive, &[]).expect(3).saying(&["leads out of the root"]);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}
