//! What a merge must give, case by case, and the laws that hold for every merge.
//! Directories are tested with the places.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::config::ledger::Choice;
use crate::config::place::{Placement, Where};
use crate::config::policy::Policies;
use crate::config::relocate::Places;
use crate::model::PlaceName;

fn document(value: &Value) -> Document {
    Document::from_value(value).unwrap()
}

fn path(text: &str) -> SettingPath {
    SettingPath::known(text)
}

fn raw(document: &Document, setting: &str) -> Option<String> {
    document.get(&path(setting)).map(|value| value.raw().to_owned())
}

/// One setting through all layers: what each says (`-` for nothing), the result, and the reason.
#[test]
fn one_setting_through_all_layers() {
    use Because::*;
    let cases = [
        // old  release applied defaults site enforced  result  reason
        ("-", "1", "-", "-", "-", "-", "1", NobodyElseAsks),
        ("-", "1", "-", "2", "-", "-", "2", HostDefaultFits),
        ("-", "1", "-", "2", "-", "3", "3", HostEnforces),
        ("-", "-", "-", "2", "-", "-", "2", HostDefaultFits),
        ("-", "1", "-", "-", "5", "-", "5", NobodyElseAsks),
        ("-", "1", "-", "-", "5", "3", "3", HostEnforces),
        ("-", "1", "2", "2", "2", "-", "2", HostDefaultAgrees),
        ("-", "1", "2", "4", "2", "-", "4", HostDefaultFits),
        ("-", "1", "2", "4", "5", "-", "5", UserAndHostChangedIt),
        ("-", "1", "2", "2", "5", "-", "5", UserChangedIt),
        ("-", "1", "2", "4", "4", "-", "4", HostDefaultAgrees),
        ("-", "1", "2", "4", "-", "-", "4", HostDefaultFits),
        ("-", "1", "2", "-", "2", "-", "2", HostDefaultWithdrawn),
        ("-", "1", "2", "-", "5", "-", "5", NobodyElseAsks),
        ("1", "1", "-", "4", "1", "-", "4", HostDefaultFits),
        ("1", "1", "-", "4", "5", "-", "5", UserAndHostChangedIt),
        ("-", "1", "-", "4", "1", "-", "1", UserChangedIt),
        ("1", "9", "-", "-", "1", "-", "1", ReleaseDefaultMoved),
        ("1", "9", "-", "-", "5", "-", "5", NobodyElseAsks),
        ("1", "9", "-", "-", "9", "-", "9", NobodyElseAsks),
        ("-", "1", "2", "4", "null", "-", "4", HostDefaultFits),
        ("-", "1", "-", "-", "null", "-", "null", NobodyElseAsks),
        ("1.0", "9", "2.50", "4", "2.5", "-", "4", HostDefaultFits),
    ];
    for (old, release, applied, defaults, site, enforced, result, because) in cases {
        let layer = |raw: &str| {
            let mut document = document(&json!({"X": {"other": 0}}));
            if raw != "-" {
                document.set_raw(&path("X.y"), raw).unwrap();
            }
            document
        };
        let [old, release, applied, defaults, enforced] =
            [old, release, applied, defaults, enforced].map(layer);
        let file = layer(site);
        let merged = merge(&Layers {
            old_release: Some(&old),
            defaults: Some(&defaults),
            defaults_applied: Some(&applied),
            site: (site != "-" || because == HostDefaultFits && result == "4").then_some(&file),
            enforced: Some(&enforced),
            ..Layers::of_release(&release)
        })
        .unwrap();
        let case = (site, result, because);
        assert_eq!(raw(&merged.document, "X.y").as_deref(), Some(result), "{case:?}");
        assert_eq!(merged.ledger.decision(&path("x.Y")).unwrap().because, because, "{case:?}");
        let conflict = because == UserAndHostChangedIt;
        assert_eq!(!merged.conflicts.is_empty(), conflict, "{case:?}");
    }
}

#[test]
fn the_text_of_the_site_is_edited_and_nothing_is_added_to_it() {
    let site = Document::parse(
        b"{\"Z\": {\"n\": 1.10, \"u\": \"\\u0061\"},\n \"A\": {\"siteurl\": \"x\"}}",
    )
    .unwrap();
    let release = document(&json!({"A": {"SiteURL": "", "New": 1}, "B": {"x": 2}}));
    let enforced = document(&json!({"A": {"SiteURL": "y"}}));
    let merged = merge(&Layers {
        site: Some(&site),
        enforced: Some(&enforced),
        ..Layers::of_release(&release)
    })
    .unwrap();
    assert_eq!(
        merged.document.to_text(),
        "{\"Z\": {\"n\": 1.10, \"u\": \"\\u0061\"},\n \"A\": {\"siteurl\": \"y\"}}"
    );
    assert_eq!(
        merged.ledger.explain(&path("A.SiteURL")).unwrap(),
        "A.siteurl is \"y\", from the host application's enforced settings: the host application enforces it (instead of \"x\")"
    );
}

#[test]
fn old_servers_get_what_they_would_read_as_zero_but_no_public_salt() {
    let site = document(&json!({"A": {"x": 1}}));
    let release =
        document(&json!({"A": {"x": 5, "y": true}, "FileSettings": {"PublicLinkSalt": "known"}}));
    let merged = merge(&Layers {
        site: Some(&site),
        missing: Missing::for_version(&crate::model::Version::new(3, 3, 0)),
        ..Layers::of_release(&release)
    })
    .unwrap();
    assert_eq!(raw(&merged.document, "A.y").as_deref(), Some("true"));
    assert_eq!(raw(&merged.document, "A.x").as_deref(), Some("1"));
    assert_eq!(raw(&merged.document, "FileSettings.PublicLinkSalt"), None);
}

#[test]
fn new_defaults_of_the_release_are_taken_only_where_asked_and_untouched() {
    let site = document(&json!({"A": {"x": 1, "y": 7, "z": 1}}));
    let old = document(&json!({"A": {"x": 1, "y": 1, "z": 1}}));
    let release = document(&json!({"A": {"x": 2, "y": 2, "z": 2}}));
    let defaults = document(&json!({"A": {"z": 1}}));
    let merged = merge(&Layers {
        site: Some(&site),
        old_release: Some(&old),
        new_defaults: NewDefaults::Adopt,
        defaults: Some(&defaults),
        ..Layers::of_release(&release)
    })
    .unwrap();
    let values: Vec<_> =
        ["A.x", "A.y", "A.z"].map(|setting| raw(&merged.document, setting).unwrap()).into();
    assert_eq!(values, ["2", "7", "1"]);
}

#[test]
fn plugins_are_merged_key_by_key_and_lists_are_values() {
    let site = document(&json!({"PluginSettings": {
        "Plugins": {"com.a": {"k": 1, "mine": [1, 2]}, "com.A": {"k": 3}},
        "PluginStates": {"com.a": {"Enable": true}}
    }}));
    let enforced = document(&json!({"PluginSettings": {
        "Plugins": {"com.a": {"k": 2}, "com.b": {}},
        "PluginStates": {"com.b": {"Enable": false}}
    }}));
    let merged = merge(&Layers {
        site: Some(&site),
        enforced: Some(&enforced),
        ..Layers::of_release(&Document::empty())
    })
    .unwrap();
    let wanted = json!({
        "Plugins": {"com.a": {"k": 2, "mine": [1, 2]}, "com.A": {"k": 3}, "com.b": {}},
        "PluginStates": {"com.a": {"Enable": true}, "com.b": {"Enable": false}}
    });
    assert_eq!(merged.document.get(&path("PluginSettings")).unwrap().to_value(), wanted);
}

#[test]
fn what_must_give_way_to_another_shape_is_named() {
    let site = document(&json!({"A": {"deep": {"x": 1, "y": 2}}, "SqlSettings": null}));
    let enforced = document(&json!({"A": {"deep": 5}, "SqlSettings": {"DriverName": "postgres"}}));
    let merged = merge(&Layers {
        site: Some(&site),
        enforced: Some(&enforced),
        ..Layers::of_release(&Document::empty())
    })
    .unwrap();
    let gone: Vec<String> = merged
        .ledger
        .decisions()
        .iter()
        .filter(|decision| decision.choice == Choice::Dropped)
        .map(|decision| decision.setting.to_string())
        .collect();
    assert_eq!(gone, ["A.deep.x", "A.deep.y", "SqlSettings"]);

    let site = document(&json!({"A": {"deep": 5}}));
    let enforced = document(&json!({"A": {"deep": {"x": 1}}}));
    let error = merge(&Layers {
        site: Some(&site),
        enforced: Some(&enforced),
        ..Layers::of_release(&Document::empty())
    });
    assert!(matches!(error, Err(MergeError::Edit { layer: Origin::HostEnforced, .. })));
}

/// Layers of one host may contradict each other, and do so again when they are merged once more.
#[test]
fn a_weaker_layer_gives_way_to_a_value_in_the_place_of_its_object() {
    let release = document(&json!({"A": {"deep": {"x": 1}}}));
    let defaults = document(&json!({"A": {"deep": {"y": 2}}}));
    let enforced = document(&json!({"A": {"deep": 5}}));
    let layers = Layers {
        missing: Missing::FromRelease,
        defaults: Some(&defaults),
        enforced: Some(&enforced),
        ..Layers::of_release(&release)
    };
    let merged = merge(&layers).unwrap();
    let again = merge(&Layers { site: Some(&merged.document), ..layers }).unwrap();
    assert_eq!(again.document.to_text(), merged.document.to_text());
    let site = Layers { site: Some(&enforced), enforced: None, ..layers };
    let because = merge(&site).unwrap().ledger.decision(&path("A.deep")).unwrap().because;
    assert_eq!(because, Because::UserChangedIt);
}

#[test]
fn places_are_the_last_word_but_leave_the_choice_of_the_site_alone() {
    let version = crate::model::Version::new(5, 0, 0);
    let place = |name, path: &str| Placement { name, at: Where::At(path.into()) };
    let wanted = [
        place(PlaceName::Data, "/var/opt/acme/data"),
        place(PlaceName::Plugins, "/var/opt/acme/plugins"),
    ];
    let places = Places {
        version: &version,
        tree: std::path::Path::new("/opt/acme/embedded/mattermost"),
        wanted: &wanted,
        former: &[],
    };
    let site = document(&json!({
        "FileSettings": {"Directory": "./data/"}, "PluginSettings": {"Directory": "/srv/plugins"}
    }));
    let layers = Layers { site: Some(&site), places: Some(places), ..Layers::of_release(&site) };
    let merged = merge(&layers).unwrap();
    let told = |setting| merged.ledger.explain(&path(setting)).unwrap();
    assert_eq!(
        told("FileSettings.Directory"),
        "FileSettings.Directory is \"/var/opt/acme/data/\", from the places of directories: \
         this is the place chosen for the directory (instead of \"./data/\")"
    );
    let plugins = merged.ledger.decision(&path("PluginSettings.Directory")).unwrap();
    assert_eq!((plugins.origin, plugins.because), (Origin::Site, Because::PlacedByOwner));
    let again = merge(&Layers { site: Some(&merged.document), ..layers }).unwrap();
    assert_eq!(again.document.to_text(), merged.document.to_text());
}

#[test]
fn the_ledger_holds_no_secret() {
    let secret = "canary-4711";
    let site = document(
        &json!({"SqlSettings": {"DataSource": secret}, "EmailSettings": {"SMTPPassword": secret}}),
    );
    let enforced = document(&json!({"SqlSettings": {"DataSource": "canary-4711-new"}}));
    let merged = merge(&Layers {
        site: Some(&site),
        enforced: Some(&enforced),
        ..Layers::of_release(&Document::empty())
    })
    .unwrap();
    let written = serde_json::to_string(&merged.ledger).unwrap();
    assert!(!written.contains(secret) && !format!("{merged:?}").contains(secret));
    assert_eq!(serde_json::from_str::<Ledger>(&written).unwrap(), merged.ledger);
}

/// A few settings with few values, so that layers meet often.
pub(super) fn layer() -> impl Strategy<Value = Vec<(String, i32)>> {
    let setting = ("[AB]", "[a-d]").prop_map(|(section, key)| format!("{section}.{key}"));
    prop::collection::btree_map(setting, 0..4_i32, 0..8)
        .prop_map(|settings| settings.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

pub(super) fn built(settings: &[(String, i32)]) -> Document {
    let mut sections = Map::new();
    for (setting, value) in settings {
        let (section, key) = setting.split_once('.').unwrap();
        let entry = sections.entry(section).or_insert_with(|| json!({}));
        entry.as_object_mut().unwrap().insert(key.to_owned(), json!(value));
    }
    document(&Value::Object(sections))
}

pub(super) fn settings(document: &Document) -> BTreeMap<SettingPath, String> {
    let leaves = document.leaves().into_iter();
    leaves.map(|leaf| (leaf.setting, leaf.value.raw().to_owned())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn laws_of_merging(
        [release, old, defaults, applied, site, enforced] in [layer(), layer(), layer(), layer(), layer(), layer()],
        adopt in any::<bool>(),
        fill in any::<bool>(),
        first in any::<bool>(),
    ) {
        let parts = [&release, &old, &defaults, &applied, &site, &enforced].map(|part| built(part));
        let [release_doc, old_doc, defaults_doc, applied_doc, site_doc, enforced_doc] = &parts;
        let layers = Layers {
            release: release_doc,
            old_release: Some(old_doc),
            new_defaults: if adopt { NewDefaults::Adopt } else { NewDefaults::Report },
            missing: if fill { Missing::FromRelease } else { Missing::LeaveToServer },
            defaults: Some(defaults_doc),
            defaults_applied: (!first).then_some(applied_doc),
            site: (!first).then_some(site_doc),
            enforced: Some(enforced_doc),
            places: None,
            hop: None,
            policies: Policies::NONE,
        };
        let merged = merge(&layers).unwrap();
        let result = settings(&merged.document);

        // Merging again changes nothing.
        let again = merge(&Layers { site: Some(&merged.document), defaults_applied: Some(defaults_doc), ..layers });
        prop_assert_eq!(again.unwrap().document.to_text(), merged.document.to_text());

        // Every setting has exactly one decision.
        let decided: Vec<_> = merged.ledger.decisions().iter().map(|decision| &decision.setting).collect();
        prop_assert_eq!(decided.len(), result.len());

        // The host's enforced settings always win.
        for (setting, value) in settings(enforced_doc) {
            prop_assert_eq!(result.get(&setting), Some(&value));
        }
        if !first {
            let base = settings(applied_doc);
            let shipped = settings(old_doc);
            for (setting, value) in settings(site_doc) {
                // No value of the site is lost.
                let decision = merged.ledger.decision(&setting).unwrap();
                let kept = result.get(&setting) == Some(&value);
                let named = decision.instead_of == Some(Shown::Plain(value.clone()));
                prop_assert!(kept || named, "{} {:?}", setting, decision);
                // No default beats a user.
                let touched = base.get(&setting).or(shipped.get(&setting)) != Some(&value);
                let untouched_release = adopt && shipped.get(&setting) == Some(&value);
                if touched && !untouched_release && enforced_doc.get(&setting).is_none() {
                    prop_assert!(kept, "{} {:?}", setting, decision);
                }
            }
        }
    }

    #[test]
    fn the_order_of_overlays_does_not_matter(
        defaults in layer(), site in layer(), enforced in layer(), other in any::<prop::sample::Index>(),
    ) {
        let turn = |settings: &[(String, i32)]| {
            let mut turned = settings.to_vec();
            if !turned.is_empty() {
                let by = other.index(turned.len());
                turned.rotate_left(by);
                turned.reverse();
            }
            built(&turned)
        };
        let site = built(&site);
        let run = |defaults: &Document, enforced: &Document| {
            let release = Document::empty();
            let merged = merge(&Layers {
                defaults: Some(defaults), site: Some(&site), enforced: Some(enforced), ..Layers::of_release(&release)
            }).unwrap();
            let mut ledger = merged.ledger.decisions().to_vec();
            ledger.sort_by(|a, b| a.setting.cmp(&b.setting));
            (settings(&merged.document), ledger)
        };
        prop_assert_eq!(run(&built(&defaults), &built(&enforced)), run(&turn(&defaults), &turn(&enforced)));
    }
}
