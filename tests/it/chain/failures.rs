//! Chains that do not arrive: what was reached serves, nothing is lost, and the same command goes on.

use serde_json::json;

use super::interrupted::hook;
use super::way::{STOPS, Way};
use crate::fakes::release::FixtureRelease;
use crate::fakes::trailer::Fault;
use crate::support::world::release;

/// The way over [`STOPS`], the third hop of which has a server that does not start.
fn broken_at_the_third() -> Way {
    let mut releases: Vec<FixtureRelease> = STOPS.iter().map(|it| release(it)).collect();
    releases[3] = release(STOPS[3]).fault(Fault::DiesInMidMigration(3));
    Way::of(&releases)
}

fn mended(way: &mut Way) {
    let releases: Vec<FixtureRelease> = STOPS.iter().map(|it| release(it)).collect();
    way.offer(&releases);
}

#[test]
fn a_third_hop_that_fails_leaves_the_second_serving_and_is_gone_on_from() {
    let mut way = broken_at_the_third();
    let said = way.upgrade("11.7.0", &["--via", STOPS[2], "--via", STOPS[3]]).expect(11);
    said.saying(&["ended before it was ready", "the same command goes on from there", STOPS[2]]);
    way.assert_intact(STOPS[2]);
    mended(&mut way);
    way.upgrade("11.7.0", &["--via", STOPS[3]]).expect(0);
    way.assert_intact("11.7.0");
}

/// What a walk that failed says of the server is what people saw of it.
#[test]
fn it_is_told_whether_people_were_served() {
    let mut way =
        Way::of(&[release(STOPS[2]), release(STOPS[3]).fault(Fault::DiesInMidMigration(3))]);
    let refused = hook(&way, "before-stop", "exit 1");
    let words: Vec<&str> = refused.iter().map(String::as_str).collect();
    let said = way.upgrade(STOPS[3], &words).expect(4);
    said.saying(&["rolled back", "the server was not stopped; this command took"]);
    let walk = way.upgrade(STOPS[3], &["--json"]).expect(4).json()["walk"].clone();
    assert_eq!(walk["served"], "again");
    let (dark, total) = (walk["dark_ms"].as_u64().unwrap(), walk["total_ms"].as_u64().unwrap());
    assert!(0 < dark && dark <= total, "{walk}");
    way.assert_intact(STOPS[2]);
    way.ctl.stop();
    way.offer(&[release(STOPS[2]), release(STOPS[3])]);
    let walk = way.upgrade(STOPS[3], &["--json"]).expect(0).json()["walk"].clone();
    assert_eq!((&walk["served"], &walk["dark_ms"]), (&json!("never"), &json!(null)));
}

#[test]
fn with_one_backup_a_hop_that_fails_goes_back_to_the_beginning() {
    let mut way = broken_at_the_third();
    let (host, dump) = (way.host(), way.world.dump());
    let more = ["--via", STOPS[2], "--via", STOPS[3], "--backup", "once"];
    let said = way.upgrade("11.7.0", &more).expect(4);
    said.saying(&["ended before it was ready", "where the chain began"]);
    way.assert_intact(STOPS[0]);
    assert_eq!(way.world.dump(), dump);
    let mut now = way.host();
    now.retain(|path, _| !path.contains(".mattermost.retired-"));
    assert_eq!(now, host);
    mended(&mut way);
    way.upgrade("11.7.0", &more).expect(0);
    way.assert_intact("11.7.0");
}

#[test]
fn without_a_backup_the_operator_is_told_what_he_takes_upon_himself() {
    let way = Way::over(&STOPS);
    way.upgrade("11.7.0", &["--backup", "/nonexistent/dump"]).expect(3).saying(&["/nonexistent"]);
    let dump = way.world.beside("own.dump");
    std::fs::write(&dump, "").unwrap();
    let dump = dump.to_str().unwrap();
    way.upgrade("11.7.0", &["--backup", dump]).expect(3).saying(&["is empty"]);
    std::fs::write(dump, "PGDMP and so on").unwrap();
    let said = way.upgrade("11.7.0", &["--backup", dump]).expect(0);
    said.saying(&["custom format", "by hand"]);
    way.assert_intact("11.7.0");
}

#[test]
fn what_is_refused_later_is_refused_before_anything_stops() {
    let way = Way::over(&[&STOPS[..], &["5.30.0"]].concat());
    let stamps = way.world.stamps();
    for (to, more, words) in [
        ("5.37.10", &[][..], &["nothing to do"][..]),
        ("5.30.0", &[], &["rollback"]),
        ("12.0.0", &[], &["12.0.0", "releases list"]),
        ("10.11.0", &["--via", "11.7.0"], &["11.7.0", "between"]),
        ("11.7.0", &["--stop-after", "six"], &["expected"]),
    ] {
        let said = way.upgrade(to, more);
        eprintln!("{to} {more:?}: {}", said.all());
        said.saying(words);
    }
    way.world.assert_untouched_since(&stamps);
}

#[test]
fn a_chain_stops_where_one_wants_it_to_and_goes_on_later() {
    let way = Way::over(&STOPS);
    let via = ["--via", STOPS[2], "--via", STOPS[3]];
    way.upgrade("11.7.0", &[&via[..], &["--stop-after", STOPS[2]]].concat()).expect(0);
    way.assert_intact(STOPS[2]);
    let past = [&via[2..], &["--until-time", "2020-01-01T00:00"]].concat();
    way.upgrade("11.7.0", &past).saying(&["too late"]);
    way.assert_intact(STOPS[2]);
    way.upgrade("11.7.0", &via[2..]).expect(0);
    way.assert_intact("11.7.0");
}

#[test]
fn a_server_that_did_not_serve_is_not_let_out() {
    let way = Way::over(&STOPS);
    way.ctl.stop();
    way.upgrade("11.7.0", &[]).expect(0);
    assert_eq!(way.world.serving(), None);
    way.world.assert_nothing_runs();
    way.assert_closed();
    way.ctl.start(&way.world);
    way.assert_intact("11.7.0");
}

#[test]
fn the_way_back_to_the_beginning_is_kept_however_few_backups_are() {
    let way = Way::over(&STOPS);
    let dump = way.world.dump();
    let more = ["--via", STOPS[2], "--via", STOPS[3], "--keep-backups", "1"];
    way.upgrade("11.7.0", &more).expect(0);
    let backups = way.world.ask(&["backup", "list"], &["--json"]).expect(0).json();
    let backups = backups["backups"].as_array().unwrap().clone();
    assert_eq!(backups.len(), 2, "{backups:?}");
    assert_eq!(backups[0]["content"]["release"]["version"], json!(STOPS[0]));
    let first = backups[0]["id"].as_str().unwrap().to_owned();
    way.world.ask(&["rollback"], &["--to", &first]).expect(0);
    way.assert_intact(STOPS[0]);
    assert_eq!(way.world.dump(), dump);
}
