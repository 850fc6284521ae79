//! Chains of a node that is not the first one: past the stops that the database has left behind.

use std::fs;
use std::path::PathBuf;

use mmembed::config::{Document, diff};
use serde_json::{Value, json};

use super::pair::{Held, Pair, Run, backups, installed};
use crate::fakes::release::{FixtureCatalog, FixtureRelease};
use crate::support::said::Said;
use crate::support::site::Site;
use crate::support::world::release;

/// Releases in a row, each of which the rules let follow the one before. The rules ask for all of them but the third one.
const STOPS: [&str; 5] = ["5.37.10", "7.1.9", "9.11.0", "10.11.0", "11.7.0"];
const GOAL: &str = STOPS[4];

/// What both nodes can have.
pub(super) struct Offer {
    pub(super) releases: PathBuf,
    pub(super) catalog: PathBuf,
}

impl Offer {
    pub(super) fn of(pair: &Pair, versions: &[&str]) -> Self {
        let made: Vec<FixtureRelease> = versions.iter().map(|version| release(version)).collect();
        Self::of_releases(pair, &made)
    }

    pub(super) fn of_releases(pair: &Pair, made: &[FixtureRelease]) -> Self {
        let releases = pair.first.world.beside("releases");
        fs::create_dir(&releases).unwrap();
        let archives: Vec<PathBuf> = made.iter().map(|release| release.build(&releases)).collect();
        let catalog = FixtureCatalog::of(&archives).write(&releases);
        Self { releases, catalog }
    }

    fn words(&self, site: &Site, command: &[&str], more: &[&str]) -> Vec<String> {
        let mut words = site.world.words(command);
        words.extend(["--to", GOAL, "--every", "minor", "--offline"].map(str::to_owned));
        let store = site.world.beside("store");
        for (option, path) in
            [("--releases-dir", &self.releases), ("--catalog", &self.catalog), ("--store", &store)]
        {
            words.extend([option.to_owned(), path.display().to_string()]);
        }
        words.extend(site.ctl.words());
        words.extend(more.iter().map(ToString::to_string));
        words
    }

    pub(super) fn upgrade(&self, site: &Site, more: &[&str]) -> Said {
        site.world.run(&self.words(site, &["upgrade"], more))
    }

    fn plan(&self, site: &Site, more: &[&str]) -> Said {
        site.world.run(&self.words(site, &["plan"], more))
    }
}

/// Both nodes have the same settings of users.
fn pair() -> (Pair, Offer) {
    let pair = Pair::of(STOPS[0]);
    for site in [&pair.first, &pair.second] {
        for assignment in
            ["TeamSettings.MaxUsersPerTeam=77", "ServiceSettings.PostEditTimeLimit=300"]
        {
            site.world.ask(&["config", "set"], &[assignment]).expect(0);
        }
    }
    let offer = Offer::of(&pair, &STOPS);
    (pair, offer)
}

/// What a real server fills into a file that was in use is another thing here than in a new file, which is all that the stand-in knows.
/// The settings are carried as real servers do it.
const UNLIKE_REAL: [&str; 3] = [
    "ServiceSettings.TerminateSessionsOnPasswordChange",
    "ClusterSettings.EnableGossipEncryption",
    "PluginSettings.PluginStates.mattermost-ai.Enable",
];

/// The configuration without what is a node's own.
fn shared_settings(site: &Site) -> Value {
    let text = site.world.config().to_string();
    let text = text.replace(&site.world.root.display().to_string(), "ROOT");
    let mut config: Value = serde_json::from_str(&text).unwrap();
    for own in [
        "/SqlSettings/DataSource",
        "/SqlSettings/AtRestEncryptKey",
        "/FileSettings/PublicLinkSalt",
        "/ServiceSettings/ListenAddress",
    ] {
        *config.pointer_mut(own).unwrap() = Value::Null;
    }
    config
}

#[track_caller]
fn assert_same_settings(pair: &Pair) {
    let document = |site| Document::from_value(&shared_settings(site)).unwrap();
    let mut differences = diff(&document(&pair.first), &document(&pair.second));
    differences.retain(|it| !UNLIKE_REAL.contains(&it.setting.to_string().as_str()));
    let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
    assert_eq!(told, Vec::<String>::new());
}

fn hops(said: &Said) -> Vec<(String, String)> {
    let hops = said.json()["path"]["hops"].clone();
    let text = |hop: &Value, end: &str| hop[end].as_str().unwrap().to_owned();
    hops.as_array().unwrap().iter().map(|hop| (text(hop, "from"), text(hop, "to"))).collect()
}

#[track_caller]
fn assert_plans_to_go_straight(pair: &Pair, offer: &Offer) {
    let planned = offer.plan(&pair.second, &["--json"]).expect(10);
    assert_eq!(hops(&planned), [(STOPS[0].to_owned(), GOAL.to_owned())]);
    let hop = planned.json()["path"]["hops"][0].clone();
    assert_eq!(hop["left_behind"], json!(&STOPS[1..4]));
    assert_eq!((&hop["only_switches"], &hop["saved"]), (&json!(true), &json!("all-but-database")));
    offer.plan(&pair.second, &[]).expect(10).saying(&[
        "has brought the database to 11.7.0",
        "this hop only switches; it has left 7.1.9, 9.11.0, 10.11.0 behind",
        "the database is never put back",
    ]);
}

/// The database, and the other node on it, stay as they are.
#[track_caller]
fn assert_goes_back_alone(pair: &Pair) {
    assert!(pair.first.world.post("since"));
    pair.second.world.ask(&["rollback"], &[]).expect(0);
    assert_eq!(installed(&pair.second), STOPS[0]);
    assert_eq!(pair.first.world.messages(), ["first", "second", "since"]);
    assert_eq!(pair.first.world.serving().as_deref(), Some(GOAL));
}

#[test]
fn whoever_finds_the_database_at_the_goal_goes_straight_there() {
    let (pair, offer) = pair();
    offer.upgrade(&pair.first, &[]).expect(0);
    pair.first.ctl.start(&pair.first.world);
    let (mark, dump) = (pair.mark(), pair.first.world.dump());

    assert_plans_to_go_straight(&pair, &offer);
    // Nobody needs the archives of the stops that lie behind.
    for stop in &STOPS[1..4] {
        fs::remove_file(offer.releases.join(release(stop).file_name())).unwrap();
    }
    let said = offer.upgrade(&pair.second, &[]).expect(0);
    said.saying(&["cluster-migrated", "carried past 7.1.9, 9.11.0, 10.11.0"]);
    assert_eq!(installed(&pair.second), GOAL);
    assert_same_settings(&pair);
    assert_eq!(pair.mark(), mark);
    assert!(pair.first.world.dump() == dump, "the database is another one");
    let saved = backups(&pair.second);
    assert!(saved.len() == 1 && saved[0]["shared"] == true, "{saved:?}");

    assert_goes_back_alone(&pair);
    assert_eq!(pair.mark(), mark);
}

#[test]
fn whoever_finds_the_database_half_way_begins_there() {
    let (pair, offer) = pair();
    offer.upgrade(&pair.first, &["--stop-after", STOPS[2]]).expect(0);
    assert_eq!(installed(&pair.first), STOPS[2]);

    let planned = offer.plan(&pair.second, &["--json", "--backup", "once"]).expect(10);
    let (hops, report) = (hops(&planned), planned.json());
    let ends = |from: usize, to: usize| (STOPS[from].to_owned(), STOPS[to].to_owned());
    assert_eq!(hops, [ends(0, 2), ends(2, 3), ends(3, 4)]);
    let of = |name: &str| -> Vec<Value> {
        report["path"]["hops"].as_array().unwrap().iter().map(|hop| hop[name].clone()).collect()
    };
    assert_eq!(of("left_behind"), [json!([STOPS[1]]), Value::Null, Value::Null]);
    assert_eq!(of("only_switches"), [json!(true), json!(false), json!(false)]);
    assert_eq!(of("saved"), ["all-but-database", "all", "all-but-database"]);

    offer.upgrade(&pair.second, &["--backup", "once"]).expect(0);
    assert_eq!(installed(&pair.second), GOAL);
    let saved = backups(&pair.second);
    let shared: Vec<bool> = saved.iter().map(|it| it["shared"] == true).collect();
    let dumped: Vec<bool> = saved.iter().map(|it| it["database"].is_object()).collect();
    assert_eq!((shared, dumped), (vec![true, false, false], vec![false, true, false]));
    // The first one comes after it, and only switches in its turn.
    offer.upgrade(&pair.first, &[]).expect(0).saying(&["carried past 10.11.0"]);
    assert_same_settings(&pair);
    assert_eq!(pair.first.world.messages(), ["first", "second"]);
}

#[test]
fn whoever_waits_for_a_chain_goes_where_it_has_come_to() {
    let (pair, offer) = pair();
    let held =
        Held::of(&pair.first, |hooks| offer.words(&pair.first, &["upgrade"], &["--hooks", hooks]));
    let mut waiting = Run::start(&offer.words(&pair.second, &["upgrade"], &[]));
    waiting.wait_for("waiting for another node, which is changing the database");
    held.release().end().expect(0);
    waiting.end().expect(0).saying(&["this node only switches", "carried past 7.1.9"]);
    assert_eq!(installed(&pair.second), GOAL);
    assert_same_settings(&pair);
    assert_eq!(backups(&pair.second).len(), 1);
}
