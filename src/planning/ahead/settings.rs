//! What becomes of the settings on the way, stop by stop, and which of them keep a version from starting.

use std::borrow::Cow;

use super::words;
use crate::config::{
    Complaint, Document, Journey, JourneyError, MergeError, Policies, SettingPath, Stop,
};
use crate::model::{Finding, SettingsForecast, Severity, Version, chain};
use crate::planning::{complaint_finding, conflict_finding};

/// A configuration that goes along, with all that has a say in it.
#[derive(Clone, Debug)]
pub struct SettingsAhead<'a> {
    /// The configuration in use.
    pub site: &'a Document,
    /// The host's defaults.
    pub defaults: &'a Document,
    /// The host's settings as they were applied last.
    pub applied: Option<&'a Document>,
    /// What the host enforces.
    pub enforced: &'a Document,
    /// Who gives way where user and host both changed a setting.
    pub policies: &'a Policies,
    /// The variables in the environment of each server.
    pub variables: Vec<(String, String)>,
}

/// What one hop does to the settings.
#[derive(Clone, Debug, Default)]
pub struct HopSettings {
    /// What will become of them.
    pub forecast: SettingsForecast,
    /// What keeps the version from starting, and what somebody has to decide.
    pub findings: Vec<Finding>,
}

impl HopSettings {
    /// The same with what comes before it on the same hop.
    fn come_past(&mut self, passed: Vec<Self>) {
        let (mut changes, mut findings) = (Vec::new(), Vec::new());
        for before in passed {
            changes.extend(before.forecast.changes);
            findings.extend(before.findings);
        }
        self.forecast.changes.splice(0..0, changes);
        self.findings.splice(0..0, findings);
    }
}

/// What was told at an earlier hop.
#[derive(Default)]
struct Told(Vec<(String, String)>);

impl SettingsAhead<'_> {
    /// Follows the configuration from stop to stop, one answer for each. What keeps a version from starting is told at the first
    /// hop at which it does, and is taken to be mended there: what comes after it is foretold all the same.
    #[must_use]
    pub fn follow(&self, from: &Version, stops: &[Version]) -> Vec<HopSettings> {
        self.follow_past(from, &[], stops)
    }

    /// The same where the first hop leads past some versions whose servers are not started: what they make of the settings is told there,
    /// and what would keep them from starting is no matter.
    #[must_use]
    pub fn follow_past(
        &self,
        from: &Version,
        past: &[Version],
        stops: &[Version],
    ) -> Vec<HopSettings> {
        let (mut from, mut document) = (from, Cow::Borrowed(self.site));
        let mut applied = self.applied;
        let mut told = Told::default();
        let mut hops = Vec::new();
        for (number, to) in past.iter().chain(stops).enumerate() {
            match self.step(&document, applied, from, to) {
                Ok(None) => hops.push(HopSettings::default()),
                Ok(Some(mut stop)) => {
                    if number < past.len() {
                        stop.obstacles.clear();
                    }
                    hops.push(told.at(&stop));
                    document = Cow::Owned(stop.forecast.document);
                }
                Err(error) => hops.push(told.failure(&error)),
            }
            (from, applied) = (to, Some(self.defaults));
        }
        let passed: Vec<HopSettings> = hops.drain(..past.len()).collect();
        if let Some(first) = hops.first_mut() {
            first.come_past(passed);
        }
        hops
    }

    fn step(
        &self,
        document: &Document,
        applied: Option<&Document>,
        from: &Version,
        to: &Version,
    ) -> Result<Option<Stop>, JourneyError> {
        let journey = Journey {
            from: Some(from.clone()),
            stops: vec![to.clone()],
            merged: true,
            defaults: Some(self.defaults.clone()),
            defaults_applied: applied.cloned(),
            enforced: Some(self.enforced.clone()),
            policies: self.policies.clone(),
            variables: self.variables.clone(),
        };
        Ok(journey.follow(document)?.pop())
    }
}

impl Told {
    fn at(&mut self, stop: &Stop) -> HopSettings {
        let mut findings: Vec<Finding> = Vec::new();
        for obstacle in &stop.obstacles {
            if self.is_news(obstacle.rule, &subject(obstacle)) {
                findings.push(complaint_finding(obstacle.clone()));
            }
        }
        findings.extend(stop.conflicts.iter().map(conflict_finding));
        HopSettings { forecast: forecast(stop), findings }
    }

    /// Where the layers cannot be merged, nothing else can be foretold.
    fn failure(&mut self, error: &JourneyError) -> HopSettings {
        let mut found = HopSettings::default();
        if let JourneyError::Merge(MergeError::Refused { conflicts }) = error {
            found.findings = conflicts.iter().map(conflict_finding).collect();
            found.forecast.changes = conflicts.iter().map(words::of_conflict).collect();
            return found;
        }
        let text = format!("the settings cannot be merged: {}", chain(error));
        if self.is_news("config-merge", &text) {
            let advice = "mend the configuration or the overlay at that place";
            let finding = Finding::new(Severity::Fatal, "config-merge", text).advise(advice);
            found.findings.push(finding);
        }
        found
    }

    fn is_news(&mut self, code: &str, text: &str) -> bool {
        let both = (code.to_owned(), text.to_owned());
        let is_news = !self.0.contains(&both);
        if is_news {
            self.0.push(both);
        }
        is_news
    }
}

/// What a complaint is about, whichever version complains.
fn subject(complaint: &Complaint) -> String {
    let setting = complaint.setting.as_ref().map(SettingPath::to_string);
    setting.unwrap_or_else(|| complaint.text.clone())
}

fn forecast(stop: &Stop) -> SettingsForecast {
    let Stop { carried, conflicts, decisions, forecast, .. } = stop;
    let known = forecast.knowledge.in_words();
    let knowledge = if forecast.is_saved || forecast.effects.is_empty() {
        known.to_owned()
    } else {
        format!("{known}; in the server's memory only, it leaves the file as it is")
    };
    let mut changes: Vec<_> = conflicts.iter().map(words::of_conflict).collect();
    changes.extend(decisions.iter().filter_map(words::of_decision));
    changes.extend(carried.iter().map(words::of_carried));
    changes.extend(forecast.effects.iter().map(words::of_effect));
    SettingsForecast { knowledge, changes }
}

#[cfg(test)]
mod tests;
