//! The merge across a hop: what must come of single settings, and the laws that hold for every hop.
//! Files are those of real servers, or made of the table of renames.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::config::known::exists_in;
use crate::config::layer::Hop;
use crate::config::ledger::Choice;
use crate::config::rename::{Rename, RenameKind, renames};
use crate::config::{Shipped, restore};
use crate::model::Version;

fn document(value: &Value) -> Document {
    Document::from_value(value).unwrap()
}

fn path(text: &str) -> SettingPath {
    SettingPath::known(text)
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn parsed(text: &str) -> Document {
    Document::parse(text.as_bytes()).unwrap()
}

/// A merge of this file alone, between these versions.
fn across(site: &Document, from: &str, to: &str) -> Merged {
    let (from, to) = (version(from), version(to));
    let release = Document::empty();
    let hop = Some(Hop { from: &from, to: &to });
    merge(&Layers { site: Some(site), hop, ..Layers::of_release(&release) }).unwrap()
}

const SHIPPED_5_37: &str = include_str!("../../../fixtures/releases/5.37.0/config.json");
const SHIPPED_6_3: &str = include_str!("../../../fixtures/releases/6.3.0/config.json");
const USED_4_2: &str = include_str!("../../../fixtures/chain/1-4.2.0.json");
const USED_5_37: &str = include_str!("../../../fixtures/chain/6-5.37.0.json");

#[test]
fn a_value_goes_with_its_name() {
    for (from, to, before, after) in [
        // Renamed, and back again.
        ("3.4.0", "3.5.1", json!({"EnableRateLimiter": true}), json!({"Enable": true})),
        ("3.5.1", "3.4.0", json!({"Enable": true}), json!({"EnableRateLimiter": true})),
        ("3.4.0", "5.9.0", json!({"enableratelimiter": true}), json!({"Enable": true})),
        // The file has a value under the new name, or only asks for the default there.
        (
            "3.4.0",
            "3.5.1",
            json!({"Enable": false, "EnableRateLimiter": true}),
            json!({"Enable": false, "EnableRateLimiter": true}),
        ),
        (
            "3.4.0",
            "3.5.1",
            json!({"EnableRateLimiter": true, "Enable": null}),
            json!({"Enable": true}),
        ),
        // The hop does not lead past the change.
        ("3.3.0", "3.4.0", json!({"EnableRateLimiter": true}), json!({"EnableRateLimiter": true})),
        ("3.5.1", "3.6.0", json!({"EnableRateLimiter": true}), json!({"EnableRateLimiter": true})),
        ("3.4.0", "3.5.1", json!({"EnableRateLimiter": null}), json!({"EnableRateLimiter": null})),
        // An object is no value of this setting, and stays where it can be found.
        (
            "3.4.0",
            "3.5.1",
            json!({"EnableRateLimiter": {"x": 1}}),
            json!({"EnableRateLimiter": {"x": 1}}),
        ),
    ] {
        let site = document(&json!({"RateLimitSettings": before}));
        let merged = across(&site, from, to);
        let now = merged.document.get(&path("RateLimitSettings")).unwrap().to_value();
        assert_eq!(now, after, "{from} {to} {before}");
    }
}

#[test]
fn a_section_that_has_become_empty_goes() {
    let site = document(&json!({"SSOSettings": {"gitlab": {"Id": "1"}}, "A": {"b": 1}}));
    let merged = across(&site, "0.7.1", "1.0.0");
    assert_eq!(
        merged.document.get(&path("GitLabSettings")).unwrap().to_value(),
        json!({"Id": "1"})
    );
    assert!(merged.document.get(&path("SSOSettings")).is_none());
}

#[test]
fn a_rename_can_be_looked_up_under_either_name() {
    let site = document(&json!({
        "RateLimitSettings": {"EnableRateLimiter": true, "PerSec": 10},
        "ServiceSettings": {"SiteURL": "https://chat.example"}
    }));
    let merged = across(&site, "3.4.0", "3.5.1");
    let told = |setting| merged.ledger.explain(&path(setting)).unwrap();
    assert_eq!(
        told("RateLimitSettings.Enable"),
        "RateLimitSettings.Enable is true, from the file in use: the new release renamed it, and the value went \
         along (it was called RateLimitSettings.EnableRateLimiter)"
    );
    assert_eq!(
        told("RateLimitSettings.EnableRateLimiter"),
        "RateLimitSettings.EnableRateLimiter is gone (it was true), by the release: the new release renamed it, and \
         the value went along (see RateLimitSettings.Enable)"
    );
    let site =
        document(&json!({"RateLimitSettings": {"EnableRateLimiter": true, "Enable": false}}));
    let merged = across(&site, "3.4.0", "3.5.1");
    assert_eq!(
        merged.ledger.explain(&path("RateLimitSettings.EnableRateLimiter")).unwrap(),
        "RateLimitSettings.EnableRateLimiter is true, from the file in use: the new release renamed it, and the new \
         name has a value of its own, which stands (see RateLimitSettings.Enable)"
    );
    let read: Ledger =
        serde_json::from_str(&serde_json::to_string(&merged.ledger).unwrap()).unwrap();
    assert_eq!(read, merged.ledger);
}

#[test]
fn the_section_with_other_capitals_is_respelled_in_its_place() {
    let site = parsed(USED_4_2);
    let merged = across(&site, "4.2.0", "4.10.0");
    let wanted = USED_4_2.replace("\"ElasticSearchSettings\"", "\"ElasticsearchSettings\"");
    assert_eq!(merged.document.to_text(), wanted);
    assert_eq!(merged.carried.len(), 6);
    assert!(merged.carried.iter().all(|carried| carried.how == Carry::Recased));
    let told = merged.ledger.explain(&path("ElasticSearchSettings.Username")).unwrap();
    assert_eq!(
        told,
        "ElasticsearchSettings.Username is \"elastic\", from the file in use: the new release writes its name so, \
         and the value stays (it was called ElasticSearchSettings.Username)"
    );
}

/// The keys that 6.0 writes with other capitals, as the two shipped files and the table have them.
#[test]
fn keys_with_other_capitals_are_respelled_and_never_doubled() {
    let (from, to) = (version("5.37.0"), version("6.3.0"));
    let [site, old, release] = [USED_5_37, SHIPPED_5_37, SHIPPED_6_3].map(parsed);
    let layers = Layers {
        site: Some(&site),
        old_release: Some(&old),
        missing: Missing::FromRelease,
        hop: Some(Hop { from: &from, to: &to }),
        ..Layers::of_release(&release)
    };
    let merged = merge(&layers).unwrap();
    let recased: Vec<String> =
        merged.carried.iter().map(|carried| carried.to.to_string()).collect();
    assert_eq!(recased.len(), 18, "{recased:?}");
    for setting in
        ["SamlSettings.IdpURL", "ClusterSettings.UseIPAddress", "CloudSettings.CWSAPIURL"]
    {
        assert!(recased.iter().any(|name| name == setting), "{setting}");
    }
    assert_names_are_single(&merged.document);
    for leaf in site.leaves() {
        let now = merged.document.get(&leaf.setting).unwrap();
        assert!(now.is_same_as(&leaf.value), "{}", leaf.setting);
    }
    // Without the table the shipped files say the same, where they have the key.
    let same = version("6.3.0");
    let by_files = merge(&Layers { hop: Some(Hop { from: &same, to: &same }), ..layers }).unwrap();
    assert_eq!(by_files.carried, merged.carried);
}

#[test]
fn the_table_has_the_nineteen_keys_of_6_0() {
    let recased = renames().iter().filter(|rename| rename.kind == RenameKind::Recased);
    let (before, since) = (version("5.39.0"), version("6.0.0"));
    let of_6_0 =
        recased.filter(|rename| !rename.is_known_to(&before) && rename.is_known_to(&since));
    assert_eq!(of_6_0.count(), 19);
}

#[test]
fn defaults_that_the_release_changed_are_told_or_taken() {
    let old = document(&json!({
        "A": {"x": 1, "user": 1, "gone": 1}, "SqlSettings": {"DriverName": "mysql"},
        "RateLimitSettings": {"EnableRateLimiter": false}, "FileSettings": {"Directory": "./data/"},
        "PluginSettings": {"PluginStates": {"com.x": {"Enable": true}}}
    }));
    let release = document(&json!({
        "A": {"x": 2, "user": 2}, "SqlSettings": {"DriverName": "postgres"},
        "RateLimitSettings": {"Enable": true}, "FileSettings": {"Directory": "./files/"},
        "PluginSettings": {"PluginStates": {}}
    }));
    let mut site = old.clone();
    site.set_raw(&path("A.user"), "7").unwrap();
    let (from, to) = (version("3.4.0"), version("3.5.1"));
    let run = |new_defaults| {
        merge(&Layers {
            site: Some(&site),
            old_release: Some(&old),
            new_defaults,
            hop: Some(Hop { from: &from, to: &to }),
            ..Layers::of_release(&release)
        })
        .unwrap()
    };
    let (told, taken) = (run(NewDefaults::Report), run(NewDefaults::Adopt));
    for (setting, when_told, when_taken, because) in [
        ("A.x", "1", "2", Because::ReleaseDefaultMoved),
        ("RateLimitSettings.Enable", "false", "true", Because::ReleaseDefaultMoved),
        ("A.user", "7", "7", Because::NobodyElseAsks),
        // What the release does not know any more is the server's to drop.
        ("A.gone", "1", "1", Because::NobodyElseAsks),
        // These belong to the installation, not to the release.
        ("SqlSettings.DriverName", "\"mysql\"", "\"mysql\"", Because::ReleaseDefaultMoved),
        ("FileSettings.Directory", "\"./data/\"", "\"./data/\"", Because::ReleaseDefaultMoved),
        ("PluginSettings.PluginStates.\"com.x\".Enable", "true", "true", Because::NobodyElseAsks),
    ] {
        for (merged, wanted) in [(&told, when_told), (&taken, when_taken)] {
            let value = merged.document.get(&path(setting));
            assert_eq!(
                value.map(|value| value.raw().to_owned()).as_deref(),
                Some(wanted),
                "{setting}"
            );
        }
        let decision = told.ledger.decision(&path(setting)).unwrap();
        assert_eq!((decision.choice, decision.because), (Choice::Kept, because), "{setting}");
    }
}

#[test]
fn what_the_host_says_follows_the_rename() {
    let site = document(&json!({"RateLimitSettings": {"EnableRateLimiter": false}}));
    let release = document(&json!({"RateLimitSettings": {"Enable": false}}));
    let applied = document(&json!({"RateLimitSettings": {"EnableRateLimiter": false}}));
    let (from, to) = (version("3.4.0"), version("3.5.1"));
    for name in ["Enable", "EnableRateLimiter"] {
        let host = document(&json!({"RateLimitSettings": {name: true}}));
        let layers = Layers {
            site: Some(&site),
            hop: Some(Hop { from: &from, to: &to }),
            ..Layers::of_release(&release)
        };
        let by_default =
            Layers { defaults: Some(&host), defaults_applied: Some(&applied), ..layers };
        let by_force = Layers { enforced: Some(&host), ..layers };
        for (layers, because) in
            [(by_default, Because::HostDefaultFits), (by_force, Because::HostEnforces)]
        {
            let merged = merge(&layers).unwrap();
            let now = merged.document.get(&path("RateLimitSettings")).unwrap().to_value();
            assert_eq!(now, json!({"Enable": true}), "{name}");
            let decision = merged.ledger.decision(&path("RateLimitSettings.Enable")).unwrap();
            assert_eq!(decision.because, because);
            assert_eq!(decision.instead_of, Some(Shown::Plain("false".to_owned())));
        }
    }
}

fn assert_names_are_single(document: &Document) {
    let leaves = document.leaves();
    let names: BTreeSet<SettingPath> = leaves.iter().map(|leaf| leaf.setting.folded()).collect();
    assert_eq!(names.len(), leaves.len());
    // Reading refuses two names that the server reads as one, in every section.
    Document::parse(document.to_text().as_bytes()).unwrap();
}

/// Some settings of the table, each under its former name, its present one, or both where that is possible, with values.
fn renamed_settings() -> impl Strategy<Value = Vec<(usize, bool, bool, i32)>> {
    prop::collection::vec((0..renames().len(), any::<bool>(), any::<bool>(), 0..3_i32), 0..12)
}

/// A setting of the section, if this is one.
fn below(path: &SettingPath) -> SettingPath {
    if path.parent().is_none() { path.child("Username") } else { path.clone() }
}

/// These settings, under their former names or their present ones.
fn of_rows(rows: &[(&Rename, bool, i32)]) -> Document {
    let mut document = Document::empty();
    for (rename, former, value) in rows {
        let name = if *former { &rename.from } else { &rename.to };
        document.set_raw(&below(name), &value.to_string()).unwrap();
    }
    document
}

fn built(settings: &[(usize, bool, bool, i32)]) -> Document {
    let mut document = document(&json!({"ServiceSettings": {"SiteURL": "https://chat.example"}}));
    for (index, old, new, value) in settings {
        let rename = &renames()[*index];
        for (wanted, name) in [(*old, &rename.from), (*new, &rename.to)] {
            if wanted {
                document.set_raw(&below(name), &value.to_string()).unwrap();
            }
        }
    }
    document
}

/// A release uses the names of its own version, and no others.
fn as_shipped(document: &Document, version: &Version) -> Document {
    let mut shipped = document.clone();
    for rename in renames() {
        let (wrong, right) = if rename.is_known_to(version) {
            (&rename.from, &rename.to)
        } else {
            (&rename.to, &rename.from)
        };
        let section = right.parent().and_then(|section| shipped.spelling(&section));
        if rename.kind == RenameKind::Recased {
            shipped.respell(&section.map_or_else(|| right.clone(), |it| it.child(right.name())));
        } else {
            drop(shipped.remove(wrong));
        }
    }
    shipped
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn laws_of_hops(
        [site, old, release, enforced] in
            [renamed_settings(), renamed_settings(), renamed_settings(), renamed_settings()],
        from in prop::sample::select(vec!["0.7.1", "3.4.0", "4.0.0", "4.2.0", "5.37.0", "10.11.0"]),
        to in prop::sample::select(vec!["1.0.0", "3.5.1", "4.10.0", "5.3.0", "6.3.0", "11.8.0"]),
        adopt in any::<bool>(),
        fill in any::<bool>(),
    ) {
        let [site, old, release, enforced] = [site, old, release, enforced].map(|part| built(&part));
        let (from, to) = (version(from), version(to));
        let release = as_shipped(&release, &to);
        let layers = Layers {
            old_release: Some(&old),
            new_defaults: if adopt { NewDefaults::Adopt } else { NewDefaults::Report },
            missing: if fill { Missing::FromRelease } else { Missing::LeaveToServer },
            site: Some(&site),
            enforced: Some(&enforced),
            hop: Some(Hop { from: &from, to: &to }),
            ..Layers::of_release(&release)
        };
        let merged = merge(&layers).unwrap();

        // Renames are done once: the same hop, and a merge without one, find nothing left to do.
        let again = merge(&Layers { site: Some(&merged.document), ..layers }).unwrap();
        prop_assert_eq!(again.document.to_text(), merged.document.to_text());
        let moved = again.carried.iter().filter(|carried| carried.how != Carry::Taken).count();
        prop_assert_eq!(moved, 0);

        assert_names_are_single(&merged.document);

        // No value of the site disappears without an entry.
        for leaf in site.leaves() {
            let decision = merged.ledger.decision(&leaf.setting);
            prop_assert!(decision.is_some(), "{}", leaf.setting);
            let decision = decision.unwrap();
            let value = Shown::of(&leaf.setting, &leaf.value);
            let shown = decision.value == value || decision.instead_of == Some(value.clone());
            prop_assert!(shown, "{} {:?}", leaf.setting, decision);
            if decision.choice == Choice::Dropped {
                // It went to its new name, or is named there as what had to give way.
                let new = decision.other_name.clone().unwrap();
                let arrived = merged.ledger.decision(&new).unwrap();
                let there = arrived.value == value || arrived.instead_of == Some(value);
                prop_assert!(there, "{} {:?}", leaf.setting, arrived);
            }
        }
    }

    #[test]
    fn there_and_back_again_is_the_same_values(site in renamed_settings()) {
        // Only former names: a value under both names has to give way in one direction.
        let site: Vec<_> =
            site.into_iter().map(|(index, _, _, value)| (index, true, false, value)).collect();
        let site = built(&site);
        let up = across(&site, "2.0.0", "11.8.0");
        let back = across(&up.document, "11.8.0", "2.0.0");
        for leaf in site.leaves() {
            let value = back.document.get(&leaf.setting);
            prop_assert!(value.is_some_and(|value| value.is_same_as(&leaf.value)), "{}", leaf.setting);
        }
        prop_assert_eq!(back.document.leaves().len(), site.leaves().len());
    }

    /// Whether the merge gives a value its new name or only what follows the start: it is the same value in the end.
    #[test]
    fn a_value_arrives_by_either_way(
        chosen in prop::collection::btree_map(0..renames().len(), 1..4_i32, 0..8),
        to in prop::sample::select(vec!["1.0.0", "3.5.1", "4.1.0", "5.3.0", "6.3.0", "11.8.0"]),
    ) {
        let to = version(to);
        let mut carried: Vec<(&Rename, i32)> =
            chosen.into_iter().map(|(index, value)| (&renames()[index], value)).collect();
        carried.retain(|(rename, _)| {
            let same = matches!(rename.kind, RenameKind::Renamed | RenameKind::Recased);
            same && rename.is_known_to(&to)
                && (rename.from.parent().is_none() || exists_in(&rename.to, &to))
        });
        // One setting has two rows; both of its former names cannot have a value of their own.
        let mut names = BTreeSet::new();
        carried.retain(|(rename, _)| names.insert(rename.to.folded()));
        let former: Vec<_> = carried.iter().map(|(rename, value)| (*rename, true, *value)).collect();
        let new: Vec<_> = carried.iter().map(|(rename, _)| (*rename, false, 0)).collect();
        let (site, shipped) = (of_rows(&former), of_rows(&new));
        let by_merge = across(&site, "0.5.0", &to.to_string()).document;
        for (input, server) in [
            (&by_merge, by_merge.to_text()),
            // This server found nothing under the names that it looks for.
            (&site, shipped.to_text()),
        ] {
            let found = Shipped { release: Some(&shipped), former: None };
            let restored = restore(input, &[], server.as_bytes(), found, &to).unwrap();
            for (rename, value) in &carried {
                let now = restored.document.get(&below(&rename.to)).unwrap();
                prop_assert_eq!(now.raw(), value.to_string(), "{}", rename.to);
            }
            prop_assert!(restored.dropped.is_empty() && restored.added.is_empty());
            prop_assert!(restored.changed.is_empty() && restored.resets.is_empty());
            assert_names_are_single(&restored.document);
        }
    }
}
