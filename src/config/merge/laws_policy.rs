//! What policies change about a merge, case by case, and the laws that hold whatever they say.
//! What a policy is, and which one decides, is tested with the policies.

use proptest::prelude::*;
use serde_json::json;

use super::laws::{built, layer, settings};
use super::*;
use crate::config::layer::Hop;
use crate::config::policy::{Policies, Policy, Stance};

fn document(value: &serde_json::Value) -> Document {
    Document::from_value(value).unwrap()
}

fn path(text: &str) -> SettingPath {
    SettingPath::known(text)
}

/// What the site has, what the host wanted last and wants now: both changed `A.x`, only the user `A.y`, only the host `A.z`.
struct Sides {
    site: Document,
    applied: Document,
    defaults: Document,
}

fn sides() -> Sides {
    Sides {
        site: document(&json!({"A": {"x": 5, "y": 5, "z": 1, "Key": "canary-user"}})),
        applied: document(&json!({"A": {"x": 1, "y": 1, "z": 1, "Key": "canary-old"}})),
        defaults: document(&json!({"A": {"x": 2, "y": 1, "z": 2, "Key": "canary-new"}})),
    }
}

fn with(
    sides: &Sides,
    policies: &[&str],
    enforced: Option<&Document>,
) -> Result<Merged, MergeError> {
    let release = Document::empty();
    let policies = Policies::parse(policies).unwrap();
    merge(&Layers {
        site: Some(&sides.site),
        defaults: Some(&sides.defaults),
        defaults_applied: Some(&sides.applied),
        enforced,
        policies: &policies,
        ..Layers::of_release(&release)
    })
}

#[test]
fn a_conflict_is_settled_as_the_policy_says() {
    use Settlement::{KeptUser, TookHost, Unsettled};
    let sides = sides();
    for (policies, value, settled, because) in [
        (&[][..], "5", Unsettled, Because::UserAndHostChangedIt),
        (&["A.x=keep-user"], "5", KeptUser, Because::UserPreferred),
        (&["A.x=prefer-host"], "2", TookHost, Because::HostPreferred),
        (&["A=prefer-host"], "2", TookHost, Because::HostPreferred),
        (&["A=prefer-host", "a.X=keep-user"], "5", KeptUser, Because::UserPreferred),
        (&["A.x=adopt-default"], "5", Unsettled, Because::UserAndHostChangedIt),
        (&["A.y=refuse"], "5", Unsettled, Because::UserAndHostChangedIt),
    ] {
        let merged = with(&sides, policies, None).unwrap();
        let now = merged.document.get(&path("A")).unwrap().to_value();
        assert_eq!(now["x"].to_string(), value, "{policies:?}");
        // What only one of the two has changed is no conflict, whatever the policy.
        assert_eq!((&now["y"], &now["z"]), (&json!(5), &json!(2)), "{policies:?}");
        let conflict = &merged.conflicts[0];
        assert_eq!((&conflict.setting, conflict.settled), (&path("A.x"), settled), "{policies:?}");
        assert_eq!(
            (conflict.user.to_string(), conflict.host.to_string()),
            ("5".into(), "2".into())
        );
        assert_eq!(merged.ledger.decision(&path("A.x")).unwrap().because, because, "{policies:?}");
        assert_eq!(merged.conflicts.len(), 2);
    }
}

#[test]
fn what_the_host_takes_over_is_in_the_ledger_with_its_reason() {
    let merged = with(&sides(), &["A=prefer-host"], None).unwrap();
    assert_eq!(
        merged.ledger.explain(&path("A.x")).unwrap(),
        "A.x is 2, from the host application's defaults: a user changed it and the host application changed its \
         default: by policy the host's is taken (instead of 5)"
    );
    assert_eq!(
        merged.conflicts[0].to_string(),
        "A.x: a user changed it to 5 and the host application changed its default to 2; by policy the host \
         application's is taken"
    );
}

#[test]
fn a_refusal_names_every_conflict_and_no_secret() {
    let sides = sides();
    let error = with(&sides, &["A=refuse", "A.x=keep-user"], None).unwrap_err();
    let MergeError::Refused { conflicts } = &error else { panic!("{error}") };
    let told: Vec<_> =
        conflicts.iter().map(|conflict| (conflict.setting.to_string(), conflict.settled)).collect();
    assert_eq!(
        told,
        [("A.x".to_owned(), Settlement::KeptUser), ("A.Key".to_owned(), Settlement::Refused)]
    );
    let said = format!("{error} {error:?}");
    assert!(said.contains("A.Key: a user changed it to ***") && !said.contains("canary"), "{said}");
    // What the host enforces is nobody else's to change.
    let enforced = document(&json!({"A": {"Key": "canary-enforced"}}));
    let merged = with(&sides, &["A=refuse", "A.x=keep-user"], Some(&enforced)).unwrap();
    assert_eq!(merged.conflicts.len(), 1);
}

#[test]
fn a_new_default_is_adopted_setting_by_setting() {
    let old = document(&json!({
        "A": {"x": 1, "y": 1, "user": 1}, "SqlSettings": {"MaxIdleConns": 20, "AtRestEncryptKey": "a"}
    }));
    let release = document(&json!({
        "A": {"x": 2, "y": 2, "user": 2}, "SqlSettings": {"MaxIdleConns": 50, "AtRestEncryptKey": "b"}
    }));
    let mut site = old.clone();
    site.set_raw(&path("A.user"), "7").unwrap();
    let run = |policies: &[&str], new_defaults| {
        let policies = Policies::parse(policies).unwrap();
        let merged = merge(&Layers {
            site: Some(&site),
            old_release: Some(&old),
            new_defaults,
            policies: &policies,
            ..Layers::of_release(&release)
        });
        let merged = merged.unwrap();
        let value = |setting: &str| merged.document.get(&path(setting)).unwrap().raw().to_owned();
        ["A.x", "A.y", "A.user", "SqlSettings.MaxIdleConns", "SqlSettings.AtRestEncryptKey"]
            .map(value)
    };
    let (report, adopt) = (NewDefaults::Report, NewDefaults::Adopt);
    for (policies, new_defaults, values) in [
        (&[][..], report, ["1", "1", "7", "20", "\"a\""]),
        (&["A.x=adopt-default"], report, ["2", "1", "7", "20", "\"a\""]),
        (&["A=adopt-default"], report, ["2", "2", "7", "20", "\"a\""]),
        (&["A=adopt-default", "A.y=keep-user"], report, ["2", "1", "7", "20", "\"a\""]),
        (&["A.y=keep-user"], adopt, ["2", "1", "7", "20", "\"a\""]),
        // A section belongs to the installation; a setting that is named does not, unless it is a secret.
        (&["SqlSettings=adopt-default"], report, ["1", "1", "7", "20", "\"a\""]),
        (&["SqlSettings.MaxIdleConns=adopt-default"], report, ["1", "1", "7", "50", "\"a\""]),
        (&["SqlSettings.AtRestEncryptKey=adopt-default"], report, ["1", "1", "7", "20", "\"a\""]),
    ] {
        assert_eq!(run(policies, new_defaults), values, "{policies:?}");
    }
}

#[test]
fn a_policy_by_the_former_name_holds_across_the_rename() {
    let named = |name: &str| document(&json!({"ServiceSettings": {"SiteName": name}}));
    let (site, applied, defaults) = (named("Ours"), named("Acme"), named("Acme Chat"));
    let release = Document::empty();
    let (from, to) = ("0.7.1".parse().unwrap(), "1.0.0".parse().unwrap());
    for name in ["ServiceSettings.SiteName", "TeamSettings.SiteName", "TeamSettings"] {
        let policies = Policies::parse(&[format!("{name}=refuse")]).unwrap();
        let refused = merge(&Layers {
            site: Some(&site),
            defaults: Some(&defaults),
            defaults_applied: Some(&applied),
            hop: Some(Hop { from: &from, to: &to }),
            policies: &policies,
            ..Layers::of_release(&release)
        });
        let Err(MergeError::Refused { conflicts }) = refused else { panic!("{name}: {refused:?}") };
        assert_eq!(conflicts[0].setting, path("TeamSettings.SiteName"), "{name}");
    }
}

fn stances() -> impl Strategy<Value = Vec<Stance>> {
    let policy = prop_oneof![
        Just(Policy::KeepUser),
        Just(Policy::PreferHost),
        Just(Policy::Refuse),
        Just(Policy::AdoptDefault)
    ];
    let setting = prop_oneof!["[AB]", "[AB]\\.[a-d]"];
    let stance =
        (setting, policy).prop_map(|(setting, policy)| Stance { setting: path(&setting), policy });
    prop::collection::vec(stance, 0..6)
}

/// Of stances that contradict each other, those that come first.
fn policies(stances: Vec<Stance>) -> Policies {
    stances.into_iter().fold(Policies::default(), |policies, stance| {
        let more = policies.stances().iter().cloned().chain([stance]);
        Policies::new(more).unwrap_or(policies)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn laws_of_policies(
        [release, old, defaults, applied, site, enforced] in [layer(), layer(), layer(), layer(), layer(), layer()],
        stances in stances(),
        adopt in any::<bool>(),
    ) {
        let parts = [&release, &old, &defaults, &applied, &site, &enforced].map(|part| built(part));
        let [release_doc, old_doc, defaults_doc, applied_doc, site_doc, enforced_doc] = &parts;
        let policies = policies(stances);
        let layers = Layers {
            release: release_doc,
            old_release: Some(old_doc),
            new_defaults: if adopt { NewDefaults::Adopt } else { NewDefaults::Report },
            defaults: Some(defaults_doc),
            defaults_applied: Some(applied_doc),
            site: Some(site_doc),
            enforced: Some(enforced_doc),
            policies: &policies,
            ..Layers::of_release(release_doc)
        };
        let usual = merge(&Layers { policies: Policies::NONE, ..layers }).unwrap();
        let by_policy = |setting: &SettingPath| policies.on_conflict(setting);
        let refuses = |conflict: &Conflict| by_policy(&conflict.setting) == Some(Policy::Refuse);
        let merged = match merge(&layers) {
            Ok(merged) => merged,
            Err(MergeError::Refused { conflicts }) => {
                // A refusal has a reason that it names, and names the others, too.
                prop_assert!(conflicts.iter().any(|conflict| conflict.settled == Settlement::Refused));
                prop_assert_eq!(conflicts.len(), usual.conflicts.len());
                prop_assert!(usual.conflicts.iter().any(refuses));
                return Ok(());
            }
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        prop_assert!(!usual.conflicts.iter().any(refuses));

        // Merging again changes nothing, and there is no conflict left that a policy has settled for the host.
        let again = merge(&Layers { site: Some(&merged.document), defaults_applied: Some(defaults_doc), ..layers });
        let again = again.unwrap();
        prop_assert_eq!(again.document.to_text(), merged.document.to_text());
        prop_assert!(again.conflicts.is_empty());

        let (result, usually) = (settings(&merged.document), settings(&usual.document));
        prop_assert_eq!(merged.ledger.decisions().len(), result.len());
        for (setting, value) in settings(site_doc) {
            // No value of the user is lost.
            let decision = merged.ledger.decision(&setting).unwrap();
            let kept = result.get(&setting) == Some(&value);
            let named = decision.instead_of == Some(Shown::Plain(value.clone()));
            prop_assert!(kept || named, "{} {:?}", setting, decision);
        }
        for (setting, value) in &result {
            let (conflict, usual_value) = (
                merged.conflicts.iter().find(|conflict| conflict.setting.is_same_as(setting)),
                usually.get(setting),
            );
            match conflict.map(|conflict| conflict.settled) {
                Some(Settlement::TookHost) => {
                    let host = defaults_doc.get(setting).unwrap();
                    prop_assert_eq!(host.raw(), value);
                    prop_assert_eq!(by_policy(setting), Some(Policy::PreferHost));
                }
                // A policy for the release's defaults touches only what was as the release had it.
                _ if usual_value != Some(value) => {
                    let [was, is] = [old_doc, release_doc].map(|of| of.get(setting).unwrap().raw().to_owned());
                    let before = site_doc.get(setting).unwrap().raw().to_owned();
                    prop_assert_eq!(&before, &was);
                    prop_assert!(*value == is || *value == was);
                    prop_assert!(policies.on_new_default(setting).is_some());
                }
                _ => {}
            }
        }
        prop_assert_eq!(result.len(), usually.len());
    }
}
