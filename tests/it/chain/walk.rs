//! Chains that arrive: everything that people had is there at the end, and the server was told to stop once.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::way::{STOPS, Way};
use crate::support::world::STATE;

/// A long way over every stop that the rules ask for.
#[test]
fn from_3_10_to_11_7_in_one_command() {
    let way = Way::over(&[
        "3.10.3", "4.2.2", "4.10.10", "5.3.1", "5.9.8", "5.30.6", "5.37.10", "6.3.10", "6.7.2",
        "7.0.2", "7.1.9", "7.8.15", "9.11.18", "10.11.19", "11.7.3",
    ]);
    let said = way.upgrade("11.7.3", &[]).expect(0);
    eprintln!("{}", said.all());
    way.assert_intact("11.7.3");
    assert_eq!(way.setting("TeamSettings", "MaxUsersPerTeam"), json!(77));
    assert_eq!(way.setting("TeamSettings", "SiteName"), json!("Acme Chat"));
    assert!(way.world.post("after the chain"));
}

/// Who changes a file of the release between two hops finds it in the backup, as before the first one.
#[test]
fn what_is_changed_between_two_hops_is_kept() {
    let way = Way::over(&STOPS);
    let hook = way.world.beside("hooks/after-commit/10-change");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    let script = format!(
        "#!/bin/sh\nfor file in {}/*; do echo changed >\"$file\"; break; done\n",
        way.live("templates").display()
    );
    fs::write(&hook, script).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let hooks = way.world.beside("hooks").display().to_string();
    let said = way.upgrade("11.7.0", &["--hooks", &hooks]).expect(0);
    said.saying(&["1 file of the release that somebody has changed is kept"]);
    let backups = fs::read_dir(way.world.below(STATE).join("backups")).unwrap();
    let last = backups.map(|entry| entry.unwrap().path()).max().unwrap();
    let kept = fs::read_dir(last.join("modified/templates")).unwrap().next().unwrap().unwrap();
    assert_eq!(fs::read_to_string(kept.path()).unwrap(), "changed\n");
    way.assert_intact("11.7.0");
}

/// The service is told to stop once and to start once, however many hops there are; the next tree is there when its hop begins.
#[test]
fn the_server_is_dark_from_the_first_stop_to_the_last_start() {
    let way = Way::over(&STOPS);
    let said =
        way.upgrade("11.7.0", &["--every", "minor", "--json", "--progress-fd", "2"]).expect(0);
    let events: Vec<Value> =
        said.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let texts: Vec<&str> = events.iter().filter_map(|event| event["text"].as_str()).collect();
    let count = |word: &str| texts.iter().filter(|text| text.contains(word)).count();
    assert_eq!(count("be sure that it serves"), 1, "{texts:?}");
    assert_eq!(count("it was unpacked ahead"), STOPS.len() - 2, "{texts:?}");
    let hops: Vec<&Value> = events.iter().filter(|event| event["event"] == "hop-started").collect();
    assert_eq!(hops.len(), STOPS.len() - 1, "{hops:?}");
    let walk = said.json()["walk"].clone();
    let made: Vec<&Value> = walk["hops"].as_array().unwrap().iter().map(|hop| &hop["to"]).collect();
    assert_eq!(
        made,
        STOPS[1..].iter().map(|stop| json!(stop)).collect::<Vec<_>>().iter().collect::<Vec<_>>()
    );
    for hop in walk["hops"].as_array().unwrap() {
        assert_eq!(hop["ending"], "committed");
        let parts = ["staged_ms", "down_ms", "migrated_ms"].map(|part| hop[part].as_u64().unwrap());
        assert!(parts.iter().sum::<u64>() <= hop["total_ms"].as_u64().unwrap() + 3, "{hop}");
    }
    assert!(walk["dark_ms"].as_u64().unwrap() <= walk["total_ms"].as_u64().unwrap());
    let dropped = walk["settings"].as_array().unwrap();
    assert!(dropped.iter().any(|it| it["after"].is_null()), "{dropped:?}");
    way.assert_intact("11.7.0");
}

/// Who takes the last hop back may want to go back further: however few backups are kept, none of those before it goes.
#[test]
fn after_one_step_back_the_way_to_the_beginning_is_there() {
    let way = Way::over(&STOPS[2..]);
    let dump = way.world.dump();
    way.upgrade("11.7.0", &["--every", "minor"]).expect(0);
    way.world.ask(&["rollback", "--keep-backups", "1"], &[]).expect(0);
    assert_eq!(way.world.serving().as_deref(), Some("10.11.0"));
    let list = way.world.ask(&["backup", "list", "--json"], &[]).expect(0).json();
    let first = list["backups"][0]["id"].as_str().unwrap().to_owned();
    way.world.ask(&["rollback", "--to", &first], &[]).expect(0);
    assert_eq!(way.world.serving().as_deref(), Some(STOPS[2]));
    assert_eq!(way.world.dump(), dump);
}
