//! What is said beforehand against what real servers did: on one installation through ten versions, and at the first start
//! of each.
//!
//! Those servers were built from the mainline on the day it took the number of the version. A setting may therefore be as
//! in the version before or as in the two after it; each that is, is named here, and so is what is foretold by none. The one that
//! called itself 5.9.0 had the settings of 5.9, and already wrote them at every start, as releases do from 5.10 on.

use super::*;
use crate::config::diff::pairs;
use crate::config::document::{View, text};

/// Version, and the file as its server left it.
const CHAIN: [(&str, &str); 10] = [
    ("3.10.3", include_str!("../../../fixtures/chain/0-3.10.3.json")),
    ("4.2.0", include_str!("../../../fixtures/chain/1-4.2.0.json")),
    ("4.10.0", include_str!("../../../fixtures/chain/2-4.10.0.json")),
    ("5.3.0", include_str!("../../../fixtures/chain/3-5.3.0.json")),
    ("5.9.0", include_str!("../../../fixtures/chain/4-5.9.0.json")),
    ("5.30.0", include_str!("../../../fixtures/chain/5-5.30.0.json")),
    ("5.37.0", include_str!("../../../fixtures/chain/6-5.37.0.json")),
    ("6.3.0", include_str!("../../../fixtures/chain/7-6.3.0.json")),
    ("6.7.0", include_str!("../../../fixtures/chain/8-6.7.0.json")),
    ("7.0.0", include_str!("../../../fixtures/chain/9-7.0.0.json")),
];

macro_rules! first_start {
    ($version:literal) => {
        (
            $version,
            include_str!(concat!("../../../fixtures/releases/", $version, "/config.json")),
            include_str!(concat!("../../../fixtures/releases/", $version, "/first_boot.json")),
        )
    };
}

/// Version, the file as it was shipped, and as the server left it after its first start on an empty database.
const FIRST_STARTS: [(&str, &str, &str); 11] = [
    first_start!("3.10.3"),
    first_start!("4.2.0"),
    first_start!("4.10.0"),
    first_start!("5.3.0"),
    first_start!("5.9.0"),
    first_start!("5.30.0"),
    first_start!("5.37.0"),
    first_start!("6.3.0"),
    first_start!("6.7.0"),
    first_start!("7.0.0"),
    first_start!("7.8.0"),
];

/// What somebody wrote into the shipped file before the first start.
const WRITTEN: [&str; 3] =
    ["SqlSettings.DriverName", "SqlSettings.DataSource", "ServiceSettings.ListenAddress"];

/// Settings of the chain that were as in a neighbouring version.
const AS_IN_A_NEIGHBOUR: &[(&str, &str)] = &[
    ("5.9.0", "EmailSettings.ReplyToAddress"),
    ("5.9.0", "EmailSettings.SMTPPort"),
    ("5.9.0", "EmailSettings.SMTPServer"),
    ("5.9.0", "ServiceSettings.DisableLegacyMFA"),
    ("5.9.0", "ServiceSettings.ExperimentalStrictCSRFEnforcement"),
    ("5.30.0", "ImportSettings.Directory"),
    ("5.30.0", "ImportSettings.RetentionDays"),
    ("5.30.0", "ServiceSettings.CollapsedThreads"),
    ("5.30.0", "ServiceSettings.ExperimentalDataPrefetch"),
    ("5.37.0", "DataRetentionSettings.BatchSize"),
    ("5.37.0", "ServiceSettings.EnableReliableWebSockets"),
    ("6.7.0", "JobSettings.CleanupConfigThresholdDays"),
    ("7.0.0", "ExperimentalSettings.EnableAppBar"),
];

/// Settings of the chain that no version foretells, and why.
const UNFORETOLD: &[(&str, &str, &str)] = &[
    ("5.9.0", "ImageProxySettings.Enable", "a mistake of the mainline that was never released"),
    ("5.9.0", "LogSettings.FileFormat", "a setting of the mainline that was never released"),
    ("5.30.0", "FeatureFlags.TestBoolFeature", "5.31 has it, but writes no such switches any more"),
];

/// The same at first starts.
const FIRST_AS_IN_A_NEIGHBOUR: &[(&str, &str)] = &[
    ("5.9.0", "EmailSettings.ReplyToAddress"),
    ("5.9.0", "EmailSettings.SMTPPort"),
    ("5.9.0", "EmailSettings.SMTPServer"),
    ("5.9.0", "ServiceSettings.DisableLegacyMFA"),
    ("5.9.0", "ServiceSettings.ExperimentalStrictCSRFEnforcement"),
    ("5.30.0", "FeatureFlags.CloudDelinquentEmailJobsEnabled"),
    ("5.30.0", "FeatureFlags.TestFeature"),
    ("5.30.0", "SamlSettings.IgnoreGuestsLdapSync"),
    ("5.30.0", "ServiceSettings.DebugSplit"),
    ("5.30.0", "ServiceSettings.FeatureFlagSyncIntervalSeconds"),
    ("5.30.0", "ServiceSettings.SplitKey"),
    ("5.37.0", "DataRetentionSettings.BatchSize"),
    ("6.7.0", "JobSettings.CleanupConfigThresholdDays"),
    ("7.0.0", "ExperimentalSettings.EnableAppBar"),
];
const FIRST_UNFORETOLD: &[(&str, &str, &str)] = &[
    ("5.9.0", "LogSettings.FileFormat", "a setting of the mainline that was never released"),
    ("5.30.0", "ServiceSettings.ManagedResourcePaths", "this build is some weeks older than 5.30"),
    ("5.30.0", "ServiceSettings.ThreadAutoFollow", "this build is some weeks older than 5.30"),
];

fn parse(text: &str) -> Document {
    Document::parse(text.as_bytes()).unwrap()
}

/// The build that wrote its file when the release of that number would not have.
const WROTE_EARLY: &str = "5.9.0";

/// What a server leaves behind, and what the one leaves that wrote when it should not have.
fn foretell(before: &Document, from: Option<&Version>, version: &Version) -> Document {
    if version.to_string() == WROTE_EARLY {
        return read(before, from, version).0;
    }
    forecast(before, from, version).document
}

/// The settings that the forecast gets wrong. A random value is right if there is one.
fn wrong(said: &Document, was: &Document) -> Vec<String> {
    let generated = text::encode(GENERATED);
    let pairs = pairs(said, was);
    let wrong = pairs.iter().filter(|pair| {
        let made_up = pair.before.as_ref().is_some_and(|said| said.raw() == generated);
        !made_up || pair.after.as_ref().is_none_or(View::is_empty)
    });
    wrong.map(|pair| pair.setting.to_string()).collect()
}

/// What is wrong for a version, divided into what one of its neighbours explains and what none does.
struct Wrong {
    near: Vec<(String, String)>,
    far: Vec<(String, String)>,
}

impl Wrong {
    fn look(&mut self, before: &Document, from: Option<&str>, at: &str, was: &Document) {
        let from = from.map(|from| from.parse().unwrap());
        let version: Version = at.parse().unwrap();
        let (major, minor) = (version.major(), version.minor());
        let before_it = if minor == 0 { (major - 1, 7) } else { (major, minor - 1) };
        let said = |version: &Version| foretell(before, from.as_ref(), version);
        let neighbours = [before_it, (major, minor + 1), (major, minor + 2)]
            .map(|(major, minor)| Version::new(major, minor, 0))
            .map(|version| wrong(&said(&version), was));
        for setting in wrong(&said(&version), was) {
            let explained = neighbours.iter().any(|wrong| !wrong.contains(&setting));
            let list = if explained { &mut self.near } else { &mut self.far };
            list.push((at.to_owned(), setting));
        }
    }

    fn assert(mut self, near: &[(&str, &str)], far: &[(&str, &str, &str)]) {
        self.near.sort_by_key(|(at, setting)| (at.parse::<Version>().unwrap(), setting.clone()));
        let found: Vec<_> = self.near.iter().map(|(at, setting)| (&**at, &**setting)).collect();
        assert_eq!(found, near);
        let found: Vec<_> = self.far.iter().map(|(at, setting)| (&**at, &**setting)).collect();
        let known: Vec<_> = far.iter().map(|(at, setting, _)| (*at, *setting)).collect();
        assert_eq!(found, known);
    }
}

#[test]
fn each_hop_of_the_chain_is_foretold() {
    let mut found = Wrong { near: Vec::new(), far: Vec::new() };
    for [(from, before), (at, was)] in CHAIN.windows(2).map(|pair| [pair[0], pair[1]]) {
        found.look(&parse(before), Some(from), at, &parse(was));
    }
    found.assert(AS_IN_A_NEIGHBOUR, UNFORETOLD);
}

#[test]
fn each_first_start_is_foretold() {
    let mut found = Wrong { near: Vec::new(), far: Vec::new() };
    for (at, shipped, was) in FIRST_STARTS {
        let (mut before, was) = (parse(shipped), parse(was));
        for setting in WRITTEN.map(SettingPath::known) {
            let raw = was.get(&setting).unwrap().raw().to_owned();
            before.set_raw(&setting, &raw).unwrap();
        }
        found.look(&before, None, at, &was);
    }
    found.assert(FIRST_AS_IN_A_NEIGHBOUR, FIRST_UNFORETOLD);
}

#[test]
fn the_release_of_5_9_keeps_to_itself_what_it_fills_in() {
    let before = parse(CHAIN[3].1);
    let (from, release) = (Version::new(5, 3, 0), Version::new(5, 9, 0));
    let said = forecast(&before, Some(&from), &release);
    assert!(!said.is_saved && !said.effects.is_empty());
    assert_eq!(said.document.to_text(), before.to_text());
    let mut without = before.clone();
    without.set_raw(&SettingPath::known("EmailSettings.InviteSalt"), "\"\"").unwrap();
    assert!(forecast(&without, Some(&from), &release).is_saved);
    assert!(forecast(&before, Some(&from), &Version::new(5, 10, 0)).is_saved);
}
