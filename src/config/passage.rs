//! A file on its way past versions whose servers are not started on it, because the database has left them behind.
//! What each of them would have made of it is made of it all the same, so that the file arrives as if it had been there.

use std::sync::Arc;

use super::diff::{Pair, pairs};
use super::document::{Document, text};
use super::forecast::{GENERATED, first_file};
use super::journey::{Journey, JourneyError};
use super::layer::{Hop, Layers};
use super::ledger::{Because, Choice, Decision, Ledger, Origin};
use super::mask::Shown;
use super::merge::{Carried, Carry, Conflict};
use super::policy::Policies;
use crate::model::Version;

/// The way past some versions, and what the host has to say there.
#[derive(Clone, Copy, Debug)]
pub struct Passage<'a> {
    /// The version that used the file up to now.
    pub from: &'a Version,
    /// The versions that are passed, one after the other.
    pub past: &'a [Version],
    /// The host's defaults.
    pub defaults: Option<&'a Document>,
    /// The host's defaults as they were applied last.
    pub defaults_applied: Option<&'a Document>,
    /// What the host enforces.
    pub enforced: Option<&'a Document>,
    /// Who gives way where user and host both changed a setting.
    pub policies: &'a Policies,
}

/// A file as the last of the versions would have left it.
#[derive(Clone, Debug)]
pub struct Passed {
    /// The file. What a server would have made up at random is not in it: the next one that needs it makes it up.
    pub document: Document,
    /// Settings that user and host both changed.
    pub conflicts: Vec<Conflict>,
    /// What became of its settings on the way.
    pub decisions: Vec<Decision>,
    /// The version that was passed last.
    pub version: Version,
    /// What that version has in a new file.
    shipped: Arc<Document>,
    /// The host's defaults as they were applied there.
    applied: Option<Document>,
}

impl Passage<'_> {
    /// Carries a file past all of them; `None` where there is none to pass. What one of their servers would refuse is no obstacle, as
    /// it is not started.
    ///
    /// # Errors
    /// As [`Journey::follow`].
    pub fn carry(&self, site: &Document) -> Result<Option<Passed>, JourneyError> {
        let Some(version) = self.past.last() else {
            return Ok(None);
        };
        let (mut from, mut document) = (self.from, site.clone());
        let mut applied = self.defaults_applied;
        let (mut conflicts, mut carried) = (Vec::new(), Vec::new());
        for to in self.past {
            let journey = self.to(from, to, applied);
            if let Some(stop) = journey.follow(&document)?.pop() {
                document = stop.forecast.document;
                conflicts.extend(stop.conflicts);
                carried.extend(stop.carried);
            }
            (from, applied) = (to, self.defaults.or(applied));
        }
        forget_generated(&mut document);
        Ok(Some(Passed {
            decisions: decisions(site, &document, &carried),
            document,
            conflicts,
            version: version.clone(),
            shipped: first_file(version),
            applied: applied.cloned(),
        }))
    }

    fn to(&self, from: &Version, to: &Version, applied: Option<&Document>) -> Journey {
        Journey {
            from: Some(from.clone()),
            stops: vec![to.clone()],
            merged: true,
            defaults: self.defaults.cloned(),
            defaults_applied: applied.cloned(),
            enforced: self.enforced.cloned(),
            policies: self.policies.clone(),
            // What old servers write of their environment is put back after a start in the dark.
            variables: Vec::new(),
        }
    }
}

impl Passed {
    /// What the version that was passed last has in a new file.
    #[must_use]
    pub fn shipped(&self) -> &Document {
        &self.shipped
    }

    /// The layers of a merge after the passage.
    #[must_use]
    pub fn layers<'a>(&'a self, layers: Layers<'a>, to: &'a Version) -> Layers<'a> {
        Layers {
            old_release: Some(&self.shipped),
            site: Some(&self.document),
            defaults_applied: self.applied.as_ref(),
            hop: Some(Hop { from: &self.version, to }),
            ..layers
        }
    }

    /// Enters what became of settings on the way, unless a layer has had something to say of them since.
    pub fn enter_into(&self, ledger: &mut Ledger) {
        for decision in &self.decisions {
            let is_settled = ledger
                .decision(&decision.setting)
                .is_some_and(|later| later.because != Because::NobodyElseAsks);
            if !is_settled {
                ledger.replace(decision.clone());
            }
        }
    }
}

fn forget_generated(document: &mut Document) {
    let generated = text::encode(GENERATED);
    let leaves = document.leaves().into_iter();
    let made_up = leaves.filter(|leaf| leaf.value.raw() == generated);
    for setting in made_up.map(|leaf| leaf.setting).collect::<Vec<_>>() {
        drop(document.remove(&setting));
    }
}

fn decisions(before: &Document, after: &Document, carried: &[Carried]) -> Vec<Decision> {
    let renamed = || carried.iter().filter(|it| it.how == Carry::Renamed);
    let decision = |Pair { setting, before, after }: Pair<'_>| {
        let (choice, origin) = match (&before, &after) {
            (Some(_), Some(_)) => (Choice::Changed, Origin::Server),
            (Some(_), None) => (Choice::Dropped, Origin::Server),
            (None, _) => (Choice::Added, Origin::Server),
        };
        let shown = |value| Shown::of(&setting, &value);
        let (before, after) = (before.map(shown), after.map(shown));
        let instead_of = before.clone().filter(|_| after.is_some());
        let to = renamed().find(|it| it.from.is_same_as(&setting)).map(|it| &it.to);
        let from = renamed().find(|it| it.to.is_same_as(&setting)).map(|it| &it.from);
        let other_name = to.or(from).cloned();
        let because = if other_name.is_some() { Because::Renamed } else { Because::PassedVersion };
        Some(Decision {
            choice,
            origin: if other_name.is_some() { Origin::Release } else { origin },
            because,
            value: after.or(before)?,
            instead_of,
            other_name,
            moved: None,
            setting,
        })
    };
    pairs(before, after).into_iter().filter_map(decision).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{SettingPath, forecast};

    fn parse(json: &str) -> Document {
        Document::parse(json.as_bytes()).unwrap()
    }

    fn versions(texts: &[&str]) -> Vec<Version> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn raw(document: &Document, setting: &str) -> Option<String> {
        document.get(&SettingPath::known(setting)).map(|value| value.raw().to_owned())
    }

    fn carry(json: &str, from: &str, past: &[&str]) -> Passed {
        let (from, past) = (from.parse().unwrap(), versions(past));
        let passage = Passage {
            from: &from,
            past: &past,
            defaults: None,
            defaults_applied: None,
            enforced: None,
            policies: Policies::NONE,
        };
        passage.carry(&parse(json)).unwrap().unwrap()
    }

    /// 4.10 takes 300 for the former default, whatever comes after it.
    #[test]
    fn what_only_a_version_in_between_does_is_done() {
        let file = r#"{"ServiceSettings": {"SiteURL": "", "PostEditTimeLimit": 300}}"#;
        let passed = carry(file, "3.10.3", &["4.10.10", "5.9.8"]);
        let setting = "ServiceSettings.PostEditTimeLimit";
        assert_eq!(raw(&passed.document, setting).as_deref(), Some("-1"));
        let mut ledger = Ledger::default();
        passed.enter_into(&mut ledger);
        let told = ledger.explain(&SettingPath::known(setting)).unwrap();
        assert!(told.contains("-1") && told.contains("instead of 300"), "{told}");
    }

    #[test]
    fn a_value_goes_along_under_the_names_of_the_way_and_is_accounted_for() {
        let file = r#"{"TeamSettings": {"ViewArchivedChannels": true}, "ServiceSettings": {"SiteURL": ""},
            "Strange": {"Key": 1}}"#;
        let passed = carry(file, "5.2.0", &["5.9.0"]);
        let now = "TeamSettings.ExperimentalViewArchivedChannels";
        assert_eq!(raw(&passed.document, now).as_deref(), Some("true"));
        let of = |setting: &str| {
            let is_it = |it: &&Decision| it.setting.to_string() == setting;
            passed.decisions.iter().find(is_it).map(|it| (it.choice, it.because))
        };
        assert_eq!(
            of("TeamSettings.ViewArchivedChannels"),
            Some((Choice::Dropped, Because::Renamed))
        );
        assert_eq!(of(now), Some((Choice::Added, Because::Renamed)));
        assert_eq!(of("Strange.Key"), Some((Choice::Dropped, Because::PassedVersion)));
    }

    /// What real servers have left of one file, from the first of them to the last.
    #[test]
    fn a_file_arrives_as_real_servers_left_it_stop_by_stop() {
        let (first, last) = (
            parse(include_str!("../../fixtures/chain/0-3.10.3.json")),
            parse(include_str!("../../fixtures/chain/9-7.0.0.json")),
        );
        let to: Version = "7.0.0".parse().unwrap();
        let past = ["4.2.0", "4.10.0", "5.3.0", "5.9.0", "5.30.0", "5.37.0", "6.3.0", "6.7.0"];
        let passed = carry(&first.to_text(), "3.10.3", &past);
        let unlike = |document: &Document, from: &Version| {
            let said = forecast(document, Some(from), &to).document;
            let pairs = pairs(&said, &last).into_iter();
            pairs.map(|pair| pair.setting.to_string()).collect::<Vec<_>>()
        };
        // Those of the chain were built between two releases, and nobody carried settings to their new names for them.
        let by_stops = [
            "ServiceSettings.EnableGifPicker",
            "TeamSettings.ExperimentalViewArchivedChannels",
            "EmailSettings.SMTPServer",
            "EmailSettings.SMTPPort",
            "ExperimentalSettings.EnableAppBar",
            "ImageProxySettings.Enable",
        ];
        assert_eq!(unlike(&passed.document, &passed.version), by_stops);
        // What they made of it on the way, the last of them alone does not.
        let straight = unlike(&first, &"3.10.3".parse().unwrap());
        for setting in
            ["ServiceSettings.TrustedProxyIPHeader", "TeamSettings.MaxNotificationsPerChannel"]
        {
            assert!(straight.iter().any(|it| it == setting), "{straight:?}");
        }
    }

    #[test]
    fn what_a_server_makes_up_is_left_to_the_one_that_is_started() {
        let file =
            r#"{"ServiceSettings": {"SiteURL": ""}, "SqlSettings": {"AtRestEncryptKey": ""}}"#;
        let passed = carry(file, "5.37.0", &["6.7.0"]);
        assert!(
            !passed.document.to_text().contains("<generated>"),
            "{}",
            passed.document.to_text()
        );
        let none = Passage {
            from: &passed.version,
            past: &[],
            defaults: None,
            defaults_applied: None,
            enforced: None,
            policies: Policies::NONE,
        };
        assert!(none.carry(&passed.document).unwrap().is_none());
    }
}
