//! What belongs to others: whatever is asked for, and whatever is undone, it stays.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::json;

use crate::support::world::{LIVE, STATE, World, release};

/// An installation that starts nothing, killed at its n-th mutation.
fn killed_at(world: &World, archive: &Path, more: &[&str], at: u64) -> Output {
    let words = world.install_words(archive, &[&["--no-start"], more].concat());
    let mut command = World::command(&words);
    command.env("MMEMBED_TEST_KILL_AT", at.to_string()).output().unwrap()
}

/// Killed as late as possible before its commit.
fn kill_before_commit(world: &World, archive: &Path, more: &[&str]) {
    let last = (20..400).rev().step_by(3).find(|at| {
        let tried = World::new();
        fs::copy(world.beside("overlay.json"), tried.beside("overlay.json")).ok();
        let killed = killed_at(&tried, archive, more, *at);
        let journals = tried.below(STATE).join("txn");
        killed.status.code().is_none() && !journal(&journals).contains("\"committed\"")
    });
    killed_at(world, archive, more, last.expect("some mutation comes before the commit"));
    assert!(!journal(&world.below(STATE).join("txn")).contains("\"committed\""));
}

fn journal(transactions: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(transactions).into_iter().flatten() {
        text +=
            &fs::read_to_string(entry.unwrap().path().join("journal.jsonl")).unwrap_or_default();
    }
    text
}

#[test]
fn a_file_where_a_directory_is_needed_is_refused_and_stays() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    fs::create_dir_all(world.below("srv/chat")).unwrap();
    fs::write(world.below("srv/chat/data"), "mine").unwrap();
    for place in ["data=/srv/chat/data", "data=/srv/chat/data/deeper"] {
        let said = world.install(&archive, &["--no-start", "--place", place]).expect(3);
        said.saying(&["srv/chat/data", "nothing was changed"]);
    }
    assert_eq!(fs::read_to_string(world.below("srv/chat/data")).unwrap(), "mine");
}

#[test]
fn what_somebody_put_beside_an_interrupted_installation_stays() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    kill_before_commit(&world, &archive, &[]);
    fs::write(world.below("opt/acme/hostapp.conf"), "mine").unwrap();
    fs::write(world.below("var/opt/acme/mattermost/data/upload.png"), "mine").unwrap();
    world.ask(&["recover"], &[]).expect(0);
    assert!(world.below("opt/acme/hostapp.conf").exists());
    assert!(world.below("var/opt/acme/mattermost/data/upload.png").exists());
    assert!(!world.below(LIVE).exists());
}

#[test]
fn places_in_one_another_are_refused() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let cases = [
        ["data=/srv/chat", "plugins=/srv/chat"],
        ["data=/srv/chat", "plugins=/srv/chat/plugins"],
        ["data=/opt/acme/embedded", "logs=/srv/logs"],
        ["data=/var/opt/acme/mmembed/txn", "logs=/srv/logs"],
    ];
    for [first, second] in cases {
        let more = ["--no-start", "--place", first, "--place", second];
        world.install(&archive, &more).expect(3).saying(&["nothing was changed"]);
    }
    assert!(!world.below("srv").exists());
}

#[test]
fn a_place_that_is_taken_is_refused_and_nothing_moves() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    let data = world.below("var/opt/acme/mattermost/data");
    fs::write(data.join("upload.png"), "a picture").unwrap();
    fs::create_dir_all(world.below("srv/full")).unwrap();
    fs::write(world.below("srv/full/file"), "mine").unwrap();
    fs::write(world.below("srv/file"), "mine").unwrap();
    for place in ["data=/srv/full", "data=/srv/file"] {
        world.install(&archive, &["--no-start", "--place", place]).expect(3);
        assert_eq!(fs::read_to_string(data.join("upload.png")).unwrap(), "a picture");
    }
    // An empty directory is in nobody's way.
    fs::create_dir_all(world.below("srv/empty")).unwrap();
    world.install(&archive, &["--no-start", "--place", "data=/srv/empty"]).expect(0);
    assert!(world.below("srv/empty/upload.png").exists());
    assert!(!data.exists());
}

#[test]
fn a_default_reaches_an_installation_that_had_none() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    let more = ["--no-start", "--set", "TeamSettings.MaxUsersPerTeam=77"];
    world.install(&archive, &more).expect(0);
    assert_eq!(world.config()["TeamSettings"]["MaxUsersPerTeam"], json!(77));
}

#[test]
fn a_setting_that_is_enforced_no_more_follows_its_default() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let enforced = json!({ "TeamSettings": { "MaxUsersPerTeam": 60 } });
    let enforced = world.write_overlay("enforced.json", &enforced);
    let more = ["--no-start", "--enforced-overlay", enforced.to_str().unwrap()];
    world.install(&archive, &more).expect(0);
    assert_eq!(world.config()["TeamSettings"]["MaxUsersPerTeam"], json!(60));
    let more = ["--no-start", "--set", "TeamSettings.MaxUsersPerTeam=77"];
    world.install(&archive, &more).expect(0);
    assert_eq!(world.config()["TeamSettings"]["MaxUsersPerTeam"], json!(77));
}

#[test]
fn a_staged_root_that_is_started_in_place_is_spelled_anew() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    assert_eq!(
        world.config()["FileSettings"]["Directory"],
        json!("/var/opt/acme/mattermost/data/")
    );
    world.install(&archive, &[]).expect(0);
    let data = format!("{}/", world.below("var/opt/acme/mattermost/data").display());
    assert_eq!(world.config()["FileSettings"]["Directory"], json!(data));
}

#[test]
fn a_configuration_changed_while_a_transaction_is_open_is_not_lost() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    let before = fs::read(world.below(LIVE).join("config/config.json")).unwrap();
    let more = ["--set", "TeamSettings.MaxUsersPerTeam=77"];
    let written = (1..60).find(|at| {
        killed_at(&world, &archive, &more, *at);
        let now = fs::read(world.below(LIVE).join("config/config.json")).unwrap();
        let is_open = || world.ask(&["status"], &[]).all().contains("interrupted");
        let found = now != before && is_open();
        if !found {
            world.ask(&["recover"], &[]).expect(0);
        }
        found
    });
    written.expect("the configuration is written before the commit");
    let file = world.below(LIVE).join("config/config.json");
    let mut changed = world.config();
    changed["TeamSettings"]["SiteName"] = json!("Changed by a user");
    fs::write(&file, serde_json::to_string_pretty(&changed).unwrap()).unwrap();
    world.ask(&["recover"], &[]).expect(0).saying(&["kept as"]);
    let kept = fs::read_dir(world.below(STATE))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().contains("-newer-"))
        .expect("the newer file is kept");
    assert!(fs::read_to_string(kept).unwrap().contains("Changed by a user"));
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_setting_is_changed_only_once_what_is_open_is_finished() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    let more = ["--set", "TeamSettings.MaxUsersPerTeam=77"];
    let is_open = |at| {
        killed_at(&world, &archive, &more, at);
        world.ask(&["status"], &[]).all().contains("interrupted")
    };
    assert!((8..60).any(is_open), "no kill left a transaction open");
    world.ask(&["config", "set"], &["TeamSettings.SiteName=\"Mine\""]).expect(0);
    world.ask(&["status"], &[]).expect(0);
    assert_eq!(world.config()["TeamSettings"]["SiteName"], json!("Mine"));
    world.ask(&["recover"], &[]).expect(0).saying(&["no transaction is open"]);
}

#[test]
fn what_is_not_there_any_more_is_not_called_installed() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    let wrong = "0".repeat(64);
    world.install(&archive, &["--no-start", "--sha256", &wrong]).expect(3).saying(&["SHA-256"]);
    fs::remove_file(world.below(LIVE).join("config/config.json")).unwrap();
    world.install(&archive, &["--no-start"]).expect(3).saying(&["config.json", "backup"]);
}
