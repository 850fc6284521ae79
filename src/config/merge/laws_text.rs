//! Ten thousand documents as texts, whatever digits, escapes and spaces they have, through a merge and an edit: no value is
//! lost, altered or invented.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::config::document::laws::{document, scalar};

/// Settings by name, each with its text.
fn texts(document: &Document) -> BTreeMap<SettingPath, String> {
    let leaves = document.leaves().into_iter();
    leaves.map(|leaf| (leaf.setting, leaf.value.raw().to_owned())).collect()
}

/// A part of a configuration that gives some settings of a site other values, and has one of its own.
fn overlay(site: &Document, picks: &[(prop::sample::Index, String)], own: &str) -> Document {
    let mut overlay = Document::empty();
    overlay.set_raw(&SettingPath::known(own), "1.250e+3").unwrap();
    let leaves = site.leaves();
    for (pick, value) in picks.iter().filter(|_| !leaves.is_empty()) {
        let setting = &leaves.get(pick.index(leaves.len())).unwrap().setting;
        if setting.parts().len() > 1 {
            overlay.set_raw(setting, value).unwrap();
        }
    }
    overlay
}

fn picks() -> impl Strategy<Value = Vec<(prop::sample::Index, String)>> {
    prop::collection::vec((any::<prop::sample::Index>(), scalar()), 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_value_is_lost_altered_or_invented(
        text in document(),
        [defaults, enforced] in [picks(), picks()],
        edited in any::<prop::sample::Index>(),
        new in scalar(),
    ) {
        let site = Document::parse(text.as_bytes()).unwrap();
        let defaults = overlay(&site, &defaults, "New.Default");
        let enforced = overlay(&site, &enforced, "New.Enforced");
        let release = Document::empty();
        let merged = merge(&Layers {
            site: Some(&site),
            defaults: Some(&defaults),
            enforced: Some(&enforced),
            ..Layers::of_release(&release)
        });
        let merged = merged.unwrap();
        let mut result = merged.document;
        let [now, site, defaults, enforced] = [&result, &site, &defaults, &enforced].map(texts);

        for (setting, value) in &site {
            let decision = merged.ledger.decision(setting).unwrap();
            let kept = now.get(setting) == Some(value);
            let before = View::of_json(value);
            let named = decision.instead_of == Some(Shown::of(setting, &before));
            prop_assert!(kept || named, "{} is lost", setting);
        }
        for (setting, value) in &now {
            let own = site.get(setting);
            let said = enforced.get(setting).or_else(|| {
                let asks = own.is_none_or(|own| own == "null");
                defaults.get(setting).filter(|_| asks)
            });
            // Somebody wrote it so, and it says what the strongest who was asked says, or what the site has.
            let written = [own, defaults.get(setting), enforced.get(setting)].contains(&Some(value));
            let meant = said.or(own).is_some_and(|said| View::of_json(said).is_same_as(&View::of_json(value)));
            prop_assert!(written && meant, "{} is altered or invented", setting);
        }
        for setting in defaults.keys().chain(enforced.keys()) {
            prop_assert!(now.contains_key(setting), "{} is missing", setting);
        }

        let settings: Vec<_> = now.keys().filter(|setting| setting.parts().len() > 1).collect();
        let setting = (*settings.get(edited.index(settings.len())).unwrap()).clone();
        result.set_raw(&setting, &new).unwrap();
        let mut after = texts(&Document::parse(result.to_text().as_bytes()).unwrap());
        let value = after.remove(&setting).unwrap();
        prop_assert!(View::of_json(&value).is_same_as(&View::of_json(&new)));
        let mut others = now.clone();
        others.remove(&setting);
        prop_assert_eq!(after, others);
    }
}
