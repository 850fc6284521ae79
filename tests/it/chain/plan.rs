//! `plan --to`: all hops with all that is known of them, in every form, and nothing is changed.

use std::path::Path;

use serde_json::{Value, json};

use super::way::{STOPS, Way};
use crate::fakes::release::FixtureRelease;
use crate::support::world::release;

#[test]
fn a_plan_says_everything_and_changes_nothing() {
    let way = Way::over(&STOPS);
    let via = ["--via", STOPS[2]];
    let stamps = way.world.stamps();
    let dump = way.world.dump();
    let plan = |more: &[&str]| {
        way.world.run(&way.words(&["plan"], "11.7.0", &[&via[..], more].concat())).expect(10)
    };
    let text = plan(&[]);
    eprintln!("{}", text.all());
    let text = text.saying(&["5.37.10", "7.1.9", "9.11.0", "11.7.0", "pending"]);
    assert!(!text.all().contains("hop 1 of"), "nothing was begun");
    let path = plan(&["--json"]).json()["path"].clone();
    let hops: Vec<Value> =
        path["hops"].as_array().unwrap().iter().map(|hop| hop["to"].clone()).collect();
    assert_eq!(hops, ["7.1.9", "9.11.0", "11.7.0"].map(|it| json!(it)));
    for hop in path["hops"].as_array().unwrap() {
        assert!(
            hop["artifact"]["at_hand"].is_string() && hop["artifact"]["bytes"].is_u64(),
            "{hop}"
        );
        assert!(!hop["settings"]["changes"].as_array().unwrap().is_empty(), "{hop}");
        assert_eq!(hop["saved"], "all");
    }
    assert!(plan(&["--markdown"]).stdout.starts_with("# "));
    let page = plan(&["--html"]).stdout;
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<svg"), "{page}");
    way.world.assert_untouched_since(&stamps);
    assert_eq!(way.world.dump(), dump);
    assert!(!way.world.beside("store").exists(), "a store was made");
    // The dry run of the command itself says the same.
    let dry =
        way.upgrade("11.7.0", &[&via[..], &["--dry-run", "--json"]].concat()).expect(10).json();
    let steady = |mut path: Value| {
        // Others write on this disk too.
        path.as_object_mut().unwrap().remove("rooms").expect("the room is told");
        path
    };
    assert_eq!(steady(dry["path"].clone()), steady(path));
}

#[test]
fn options_of_another_goal_are_refused() {
    let way = Way::over(&STOPS[..2]);
    let archive = way.archive_of(&release(STOPS[1])).display().to_string();
    for more in [&["--backup", "once"][..], &["--only-cached"], &["--stop-after", STOPS[1]]] {
        way.site.upgrade(Path::new(&archive), more).expect(2).saying(&["cannot be used with"]);
    }
    way.world.ask(&["plan"], &["--release", &archive, "--html"]).expect(2);
    let words = way.words(&["plan"], STOPS[1], &["--place", "data=/srv/data"]);
    way.world.run(&words).expect(3).saying(&["--place says nothing about a chain"]);
    for option in ["--verify-restore", "--adopt-new-defaults", "--accept=stop-7.1"] {
        let said = way.world.ask(&["plan"], &["--release", &archive, option]).expect(3);
        said.saying(&["says nothing about an installation"]);
    }
}

#[test]
fn what_forbids_a_later_hop_is_told_before_the_first_one_and_stops_nothing() {
    let way = Way::over(&STOPS);
    // 11.0 does not start with it; the hops before do.
    way.world
        .ask(&["config", "set"], &["TeamSettings.ExperimentalViewArchivedChannels=false"])
        .expect(0);
    let stamps = way.world.stamps();
    let said = way.world.run(&way.words(&["plan"], "11.7.0", &[])).expect(3);
    eprintln!("{}", said.all());
    said.saying(&["ExperimentalViewArchivedChannels", "fatal"]);
    way.upgrade("11.7.0", &[])
        .expect(3)
        .saying(&["ExperimentalViewArchivedChannels", "nothing was changed"]);
    way.world.assert_untouched_since(&stamps);
    assert_eq!(way.world.serving().as_deref(), Some(STOPS[0]));
    // As far as it is allowed one may go.
    way.upgrade("11.7.0", &["--stop-after", STOPS[3]]).expect(3);
    way.upgrade(STOPS[3], &[]).expect(0);
    way.assert_intact(STOPS[3]);
}

#[test]
fn what_is_not_at_hand_is_no_stop_where_nobody_is_asked() {
    let mut way = Way::over(&STOPS);
    std::fs::remove_file(way.archive_of(&release("7.1.9"))).unwrap();
    let said = way.world.run(&way.words(&["plan"], "11.7.0", &["--only-cached"])).expect(3);
    said.saying(&["7.1"]);
    let all: Vec<FixtureRelease> = STOPS.iter().map(|it| release(it)).collect();
    way.offer(&all);
    way.upgrade("11.7.0", &["--only-cached"]).expect(0);
    way.assert_intact("11.7.0");
}

#[test]
fn what_was_done_is_written_down_in_every_form() {
    let way = Way::over(&STOPS);
    let file = |name: &str| way.world.beside(name).display().to_string();
    let (page, text, object) = (file("r.html"), file("r.md"), file("r.json"));
    let nowhere = "/nonexistent/r.html";
    let more = ["--report", &page, "--report", &text, "--report", &object, "--report", nowhere];
    way.upgrade("11.7.0", &["--report", "r.txt"]).expect(2).saying(&[".html, .md or .json"]);
    let said = way.upgrade("11.7.0", &more).expect(0);
    eprintln!("{}", said.all());
    said.saying(&["could not be written", "7.1.9", "11.7.0", "migrated"]);
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    assert!(read(&page).contains("<table"), "{}", read(&page));
    assert!(read(&text).contains("| 7.1.9"), "{}", read(&text));
    let report: Value = serde_json::from_str(&read(&object)).unwrap();
    assert_eq!(report["walk"]["hops"].as_array().unwrap().len(), 2);
    assert!(!report["walk"]["settings"].as_array().unwrap().is_empty());
    way.assert_intact("11.7.0");
}
