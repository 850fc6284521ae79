//! The way back after the commit, and onto a host that has nothing any more.

use std::fs;

use serde_json::json;

use super::site::Site;
use crate::support::world::{LIVE, STATE, World, release};

fn upgraded(from: &str, to: &str) -> Site {
    let site = Site::of(from);
    let archive = site.archive(&release(to));
    site.upgrade(&archive, &[]).expect(0);
    site
}

#[test]
fn an_upgrade_that_nobody_has_used_is_taken_back_unasked() {
    let site = Site::of("10.11.0");
    let (host, dump) = (site.host(), site.world.dump());
    let archive = site.archive(&release("11.7.0"));
    site.upgrade(&archive, &[]).expect(0);
    site.world.ask(&["rollback", "--dry-run"], &[]).expect(10).saying(&["the backup"]);
    site.world.ask(&["rollback"], &[]).expect(0);
    assert_eq!(site.world.serving().as_deref(), Some("10.11.0"));
    assert_eq!(site.world.dump(), dump);
    assert_eq!(site.world.receipt()["release"]["version"], json!("10.11.0"));
    site.assert_own_files_are_there();
    let mut now = site.host();
    // The tree that was taken back is kept, as that of the backup that was made first.
    now.retain(|path, _| !path.contains(".mattermost.retired-"));
    assert_eq!(now, host);
}

#[test]
fn what_people_did_since_goes_only_with_their_operators_word() {
    let site = upgraded("10.11.0", "11.7.0");
    assert!(site.world.post("since"));
    let said = site.world.ask(&["rollback"], &[]).expect(3);
    said.saying(&["people have used the server", "--accept-data-loss"]);
    assert_eq!(site.world.serving().as_deref(), Some("11.7.0"));
    site.world.ask(&["rollback", "--accept-data-loss"], &[]).expect(0);
    assert_eq!(site.world.serving().as_deref(), Some("10.11.0"));
    assert_eq!(site.world.messages(), ["first", "größte Übung"]);
    // The backup that was made first has it, and is a way forward again.
    site.world.ask(&["rollback", "--accept-data-loss"], &[]).expect(0);
    assert_eq!(site.world.serving().as_deref(), Some("11.7.0"));
    assert_eq!(site.world.messages(), ["first", "größte Übung", "since"]);
    site.assert_own_files_are_there();
}

#[test]
fn committed_but_not_serving_is_told_and_can_be_mended_or_taken_back() {
    let site = Site::of("10.11.0");
    let archive = site.archive(&release("11.7.0"));
    let mut words = site.world.words(&["upgrade"]);
    words.extend(["--release".to_owned(), archive.display().to_string()]);
    let stop = site.ctl.words()[1].clone();
    words.extend(["--stop-cmd".to_owned(), stop, "--start-cmd".to_owned(), "false".to_owned()]);
    words.extend(["--start-timeout".to_owned(), "5s".to_owned()]);
    site.world.run(&words).expect(9).saying(&["committed", "not serving", "rollback"]);
    assert_eq!(site.world.receipt()["release"]["version"], json!("11.7.0"));
    site.world.ask(&["recover"], &[]).expect(9);
    // An operator who has started it by hand has mended it.
    site.ctl.start(&site.world);
    site.world.ask(&["recover"], &[]).expect(0);
    assert_eq!(site.world.serving().as_deref(), Some("11.7.0"));
}

#[test]
fn an_upgrade_whose_server_does_not_start_is_given_up_by_a_rollback() {
    let site = Site::of("10.11.0");
    let archive = site.archive(&release("11.7.0"));
    let mut words = site.world.words(&["upgrade"]);
    words.extend(["--release".to_owned(), archive.display().to_string()]);
    let stop = site.ctl.words()[1].clone();
    words.extend(["--stop-cmd".to_owned(), stop, "--start-cmd".to_owned(), "false".to_owned()]);
    words.extend(["--start-timeout".to_owned(), "5s".to_owned()]);
    site.world.run(&words).expect(9);
    let mut words = site.world.words(&["rollback"]);
    words.extend(site.ctl.words());
    site.world.run(&words).expect(0);
    assert_eq!(site.world.receipt()["release"]["version"], json!("10.11.0"));
    // It did not run when it was taken back, and so it does not run now.
    site.ctl.start(&site.world);
    assert_eq!(site.world.serving().as_deref(), Some("10.11.0"));
    assert_eq!(site.world.messages(), ["first", "größte Übung"]);
}

#[test]
fn a_backup_comes_back_on_a_host_that_has_nothing() {
    let site = Site::of("10.11.0");
    site.ctl.stop();
    site.world.ask(&["backup", "create", "--data", "copy"], &[]).expect(0);
    let (dump, host) = (site.world.dump(), site.host());
    let backups = site.world.below(STATE).join("backups");
    let id = fs::read_dir(&backups).unwrap().next().unwrap().unwrap().file_name();
    let id = id.to_str().unwrap().to_owned();

    // Another machine: nothing but the backup, the archive and an empty database of the same address.
    let saved = site.world.beside("saved");
    fs::rename(&backups, &saved).unwrap();
    fs::remove_dir_all(site.world.below("opt/acme")).unwrap();
    fs::remove_dir_all(site.world.below("var/opt/acme")).unwrap();
    site.world.database.connect().batch_execute("DROP OWNED BY CURRENT_USER").unwrap();
    fs::create_dir_all(site.world.below(STATE)).unwrap();
    fs::rename(&saved, &backups).unwrap();

    site.world.ask(&["backup", "restore"], &[&id]).expect(0).saying(&["it answers as 10.11.0"]);
    assert_eq!(site.world.dump(), dump);
    let photo = site.world.below("var/opt/acme/mattermost/data/20261123/photo.jpg");
    assert_eq!(fs::read_to_string(photo).unwrap(), "a photo");
    let config = format!("{LIVE}/config/config.json");
    assert_eq!(site.host().get(&config), host.get(&config));
    site.ctl.start(&site.world);
    assert_eq!(site.world.messages(), ["first", "größte Übung"]);
}

#[test]
fn where_nothing_was_upgraded_there_is_nothing_to_take_back() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &[]).expect(0);
    world.ask(&["rollback"], &[]).expect(3).saying(&["no upgrade", "backup list"]);
    world.ask(&["backup", "restore"], &["20261123T205143Z-9f3a"]).expect(3);
}
