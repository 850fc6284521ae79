//! A file on its way through several versions: at each stop, what the host asks for is merged into it, and then the server
//! makes of it what it will.
//! Nothing is started and nothing is written here.

use std::borrow::Cow;

use super::check::{Complaint, Severity, Subject, check, refusals};
use super::document::{Document, EditError, text};
use super::environment::effective;
use super::forecast::{Forecast, GENERATED, first_file, forecast};
use super::layer::{Hop, Layers, Missing};
use super::ledger::{Because, Decision};
use super::merge::{Carried, Conflict, MergeError, Merged, merge};
use super::policy::Policies;
use crate::model::Version;

/// The last version that writes what its environment says into the file.
const WRITES_ENVIRONMENT: (u64, u64) = (5, 11);

/// Where a file goes, and with what.
#[derive(Clone, Debug, Default)]
pub struct Journey {
    /// The version that used the file up to now; none if no server did.
    pub from: Option<Version>,
    /// The versions that are started on it, one after the other.
    pub stops: Vec<Version>,
    /// Does an upgrade carry values to new names, and merge the host's layers, before each stop? Otherwise only the servers
    /// are looked at.
    pub merged: bool,
    /// The host's defaults.
    pub defaults: Option<Document>,
    /// The host's defaults as they were applied last, before the journey.
    pub defaults_applied: Option<Document>,
    /// What the host enforces.
    pub enforced: Option<Document>,
    /// Who gives way where user and host both changed a setting, or the release its default.
    pub policies: Policies,
    /// The variables in the environment of each server.
    pub variables: Vec<(String, String)>,
}

/// One stop.
#[derive(Clone, Debug)]
pub struct Stop {
    /// The version that used the file before.
    pub from: Option<Version>,
    /// The version that is started here.
    pub to: Version,
    /// Settings that went to another name before the start.
    pub carried: Vec<Carried>,
    /// Settings that user and host both changed.
    pub conflicts: Vec<Conflict>,
    /// What the merge decided about the settings of which somebody else than the file has something to say.
    pub decisions: Vec<Decision>,
    /// What keeps this server from starting on the file, in its environment. The journey ends here if there is anything.
    pub obstacles: Vec<Complaint>,
    /// What the server makes of the file.
    pub forecast: Forecast,
}

/// Why a journey cannot be foretold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JourneyError {
    /// The stops do not rise.
    #[error("{later} does not come after {earlier}: an upgrade goes from older to newer versions")]
    Descent {
        /// The version before.
        earlier: Version,
        /// The one that is not newer.
        later: Version,
    },
    /// The host's layers cannot be merged into the file.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The variables cannot be applied to the file.
    #[error("cannot apply the environment")]
    Environment(#[from] EditError),
}

impl Journey {
    /// Follows a file from stop to stop. The last stop has the file as it is in the end, unless an obstacle ended the
    /// journey before.
    ///
    /// # Errors
    /// [`JourneyError`].
    pub fn follow(&self, document: &Document) -> Result<Vec<Stop>, JourneyError> {
        let mut stops: Vec<Stop> = Vec::new();
        let mut applied = self.defaults_applied.clone();
        for to in &self.stops {
            let from = stops.last().map(|stop| &stop.to).or(self.from.as_ref());
            if let Some(earlier) = from.filter(|from| *from >= to) {
                return Err(JourneyError::Descent { earlier: earlier.clone(), later: to.clone() });
            }
            let document = stops.last().map_or(document, |stop| &stop.forecast.document);
            let stop = self.stop(document, applied.as_ref(), from, to)?;
            let ended = !stop.obstacles.is_empty();
            stops.push(stop);
            if ended {
                break;
            }
            applied = self.defaults.clone().or(applied);
        }
        Ok(stops)
    }

    fn stop(
        &self,
        document: &Document,
        applied: Option<&Document>,
        from: Option<&Version>,
        to: &Version,
    ) -> Result<Stop, JourneyError> {
        let merged =
            if self.merged { Some(self.merge(document, applied, from, to)?) } else { None };
        let given = merged.as_ref().map_or(document, |merged| &merged.document);
        let seen = self.as_seen(given, to)?;
        let mut forecast = forecast(seen.as_ref(), from, to);
        if !forecast.is_saved {
            forecast.document = given.clone();
        }
        let mut obstacles = check(given, to, Subject::Whole);
        obstacles.retain(|complaint| complaint.severity == Severity::Error);
        // Where the variables cannot be applied, the file itself has been complained of.
        let decided = self.as_decided(given, to).unwrap_or(Cow::Borrowed(given));
        obstacles.extend(refusals(&decided, to, Subject::Whole));
        // What a server made up at an earlier stop is as long as it has to be.
        let generated = text::encode(GENERATED);
        obstacles.retain(|complaint| {
            let value = complaint.setting.as_ref().and_then(|setting| given.get(setting));
            value.is_none_or(|value| value.raw() != generated)
        });
        let mut stop = Stop {
            from: from.cloned(),
            to: to.clone(),
            carried: Vec::new(),
            conflicts: Vec::new(),
            decisions: Vec::new(),
            obstacles,
            forecast,
        };
        if let Some(merged) = merged {
            (stop.carried, stop.conflicts) = (merged.carried, merged.conflicts);
            let decisions = merged.ledger.decisions().iter();
            let told = decisions.filter(|decision| decision.because != Because::NobodyElseAsks);
            stop.decisions = told.cloned().collect();
        }
        Ok(stop)
    }

    /// Old servers write what their environment says into the file, if they write it at all.
    fn as_seen<'a>(
        &self,
        given: &'a Document,
        to: &Version,
    ) -> Result<Cow<'a, Document>, EditError> {
        let (major, minor) = WRITES_ENVIRONMENT;
        if to.is_at_least(major, minor + 1) {
            return Ok(Cow::Borrowed(given));
        }
        self.as_decided(given, to)
    }

    /// What a server refuses, it refuses whoever says it.
    fn as_decided<'a>(
        &self,
        given: &'a Document,
        to: &Version,
    ) -> Result<Cow<'a, Document>, EditError> {
        if self.variables.is_empty() {
            return Ok(Cow::Borrowed(given));
        }
        let variables = self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Ok(Cow::Owned(effective(given, variables, to)?.document))
    }

    fn merge(
        &self,
        document: &Document,
        applied: Option<&Document>,
        from: Option<&Version>,
        to: &Version,
    ) -> Result<Merged, MergeError> {
        let release = first_file(to);
        let old_release = from.map(first_file);
        merge(&Layers {
            old_release: old_release.as_deref(),
            missing: Missing::for_version(to),
            defaults: self.defaults.as_ref(),
            defaults_applied: applied,
            site: Some(document),
            enforced: self.enforced.as_ref(),
            hop: from.map(|from| Hop { from, to }),
            policies: &self.policies,
            ..Layers::of_release(&release)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::setting::SettingPath;

    fn parse(json: &str) -> Document {
        Document::parse(json.as_bytes()).unwrap()
    }

    fn versions(texts: &[&str]) -> Vec<Version> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn raw(document: &Document, setting: &str) -> Option<String> {
        document.get(&SettingPath::known(setting)).map(|value| value.raw().to_owned())
    }

    #[test]
    fn servers_drop_what_an_upgrade_carries() {
        let file = parse(
            r#"{"TeamSettings": {"ViewArchivedChannels": true}, "ServiceSettings": {"SiteURL": ""}}"#,
        );
        let journey = Journey {
            from: Some(Version::new(5, 2, 0)),
            stops: versions(&["5.9.0"]),
            ..Journey::default()
        };
        let now = "TeamSettings.ExperimentalViewArchivedChannels";
        let by_server = journey.follow(&file).unwrap();
        assert_eq!(raw(&by_server[0].forecast.document, now).as_deref(), Some("false"));
        let carried = Journey { merged: true, ..journey }.follow(&file).unwrap();
        assert_eq!(raw(&carried[0].forecast.document, now).as_deref(), Some("true"));
        assert_eq!(carried[0].carried.len(), 1);
    }

    #[test]
    fn the_hosts_layers_are_merged_before_each_stop() {
        let file = parse(
            r#"{"ServiceSettings": {"SiteURL": ""}, "TeamSettings": {"SiteName": "User's"}}"#,
        );
        let journey = Journey {
            from: Some(Version::new(6, 3, 0)),
            stops: versions(&["7.8.0", "9.11.0"]),
            merged: true,
            defaults: Some(parse(
                r#"{"TeamSettings": {"SiteName": "Host's", "MaxUsersPerTeam": 7}}"#,
            )),
            enforced: Some(parse(r#"{"ServiceSettings": {"EnableDeveloper": true}}"#)),
            ..Journey::default()
        };
        let stops = journey.follow(&file).unwrap();
        let last = &stops[1].forecast.document;
        assert_eq!(raw(last, "TeamSettings.SiteName").as_deref(), Some("\"User's\""));
        assert_eq!(raw(last, "TeamSettings.MaxUsersPerTeam").as_deref(), Some("7"));
        assert_eq!(raw(last, "ServiceSettings.EnableDeveloper").as_deref(), Some("true"));
        assert!(!stops[0].decisions.is_empty());
    }

    #[test]
    fn old_servers_write_their_environment_into_the_file() {
        let file =
            parse(r#"{"ServiceSettings": {"SiteURL": ""}, "TeamSettings": {"SiteName": "file"}}"#);
        for (to, kept) in [("5.9.0", "\"env\""), ("5.30.0", "\"file\"")] {
            let journey = Journey {
                stops: versions(&[to]),
                variables: vec![("MM_TEAMSETTINGS_SITENAME".to_owned(), "env".to_owned())],
                ..Journey::default()
            };
            let stops = journey.follow(&file).unwrap();
            let name = raw(&stops[0].forecast.document, "TeamSettings.SiteName");
            assert_eq!(name.as_deref(), Some(kept), "{to}");
        }
    }

    #[test]
    fn an_obstacle_ends_it_and_versions_rise() {
        let file = parse(r#"{"ServiceSettings": {"SiteURL": 5}}"#);
        let journey = Journey { stops: versions(&["6.3.0", "7.8.0"]), ..Journey::default() };
        let stops = journey.follow(&file).unwrap();
        assert_eq!(stops.len(), 1);
        assert_eq!(stops[0].obstacles[0].rule, "C-TYPE");
        let refused = parse(r#"{"TeamSettings": {"ExperimentalViewArchivedChannels": false}}"#);
        let journey = Journey { stops: versions(&["10.11.0", "11.0.0"]), ..Journey::default() };
        let stops = journey.follow(&refused).unwrap();
        assert!(stops[0].obstacles.is_empty());
        assert_eq!(stops[1].obstacles[0].rule, "C-ENUM");
        let falling = Journey { stops: versions(&["7.8.0", "6.3.0"]), ..Journey::default() };
        let error = falling.follow(&Document::empty()).unwrap_err();
        assert!(matches!(error, JourneyError::Descent { .. }), "{error}");
    }
}
