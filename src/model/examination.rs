//! What an examination of a host found, line by line.
//! Nothing is looked at here.

use serde::Serialize;

use super::finding::{Finding, Severity};

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// The machine and who asks.
    Host,
    /// Where trees, state, places and archives lie.
    Places,
    /// The programs of others that are called.
    Programs,
    /// What mmembed made, and the server that runs from it.
    Installation,
    /// The server's database.
    Database,
    /// The releases that are known, and where they come from.
    Releases,
    /// The variables that decide about this program.
    Environment,
}

impl Area {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Host,
        Self::Places,
        Self::Programs,
        Self::Installation,
        Self::Database,
        Self::Releases,
        Self::Environment,
    ];
}

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// As it should be.
    Ok,
    /// It works; somebody should know.
    Warning,
    /// It has to be there, and is not.
    Missing,
    /// It does not work.
    Broken,
}

/// One thing that was looked at, free of secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Observation {
    /// Where it belongs.
    pub area: Area,
    /// Which thing, in a word or two.
    pub subject: String,
    /// How it is.
    pub health: Health,
    /// What was seen.
    pub text: String,
    /// A stable name for what is wrong; none where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What mends it, a command where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Observation {
    /// Something that is as it should be.
    #[must_use]
    pub fn good(area: Area, subject: &str, text: impl Into<String>) -> Self {
        let (subject, text) = (subject.to_owned(), text.into());
        Self { area, subject, health: Health::Ok, text, code: None, remedy: None }
    }

    /// Something that a check has found: broken where the finding is fatal.
    #[must_use]
    pub fn found(area: Area, subject: &str, finding: Finding) -> Self {
        let health = match finding.severity {
            Severity::Note => Health::Ok,
            Severity::Warning => Health::Warning,
            Severity::Fatal => Health::Broken,
        };
        let remedy = Some(finding.advice).filter(|advice| !advice.is_empty());
        let (subject, code) = (subject.to_owned(), Some(finding.code));
        Self { area, subject, health, text: finding.text, code, remedy }
    }

    /// The same of a thing that is not there, where it would be broken.
    #[must_use]
    pub fn missing(mut self) -> Self {
        if self.health == Health::Broken {
            self.health = Health::Missing;
        }
        self
    }

    /// Does it keep something from working?
    #[must_use]
    pub const fn is_ill(&self) -> bool {
        matches!(self.health, Health::Missing | Health::Broken)
    }
}
