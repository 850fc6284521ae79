//! A case: a configuration, where it goes and with what, and what is expected of it there.
//! Nothing is read from a disk here: whoever has the files hands in what is in them.

mod events;
mod script;
mod verdict;

use super::document::{Document, EditError, View};
use super::environment::effective;
use super::journey::{Journey, JourneyError, Stop};

pub use self::script::{Case, CaseError, Compare};
pub use self::verdict::{CaseVerdict, Expected, LineChange};

use self::events::Named;

/// What the host application asks for in a case: its overlays, each strength in one document.
#[derive(Clone, Debug, Default)]
pub struct CaseLayers {
    /// The host's defaults.
    pub defaults: Option<Document>,
    /// What the host enforces.
    pub enforced: Option<Document>,
    /// The host's defaults as they were applied last, before the first stop.
    pub last_defaults: Option<Document>,
}

/// What a case came to.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The file after the last stop that was reached; if the case asks for it, as the server sees it there. Only what is named
    /// in the expectation counts, if the case asks for that.
    pub document: Document,
    /// What happened on the way, one event a line. Secrets are masked.
    pub ledger: String,
    /// What is wrong about where it ended: nothing, if the last stop was reached, or refused as it should be.
    pub ended: Option<String>,
}

impl Case {
    /// Follows the file. `expected` is the file that the case expects, if there is one: where only what is named counts, it
    /// is the one that names. Without one, that is what the file and the layers name.
    ///
    /// # Errors
    /// If there is no telling what becomes of the file.
    pub fn follow(
        &self,
        input: &Document,
        layers: CaseLayers,
        expected: Option<&Document>,
    ) -> Result<CaseResult, JourneyError> {
        let names = self.named_only.then(|| names(input, &layers, expected));
        let journey = Journey {
            from: self.from.clone(),
            stops: self.stops.clone(),
            merged: self.merged,
            defaults: layers.defaults,
            defaults_applied: layers.last_defaults,
            enforced: layers.enforced,
            policies: self.policies.clone(),
            variables: self.environment.clone().into_iter().collect(),
        };
        let stops = journey.follow(input)?;
        let document = match stops.last() {
            Some(stop) => self.seen(stop)?,
            None => input.clone(),
        };
        let scope = names.as_ref().map(Named::by);
        Ok(CaseResult {
            ledger: events::tell(&stops, scope.as_ref()),
            ended: self.ended(&stops),
            document: match &names {
                Some(names) => only_named(names, &document),
                None => document,
            },
        })
    }

    fn seen(&self, stop: &Stop) -> Result<Document, EditError> {
        let document = &stop.forecast.document;
        match self.compare {
            Compare::File => Ok(document.clone()),
            Compare::Effective => {
                let variables = self.environment.iter();
                let variables = variables.map(|(name, value)| (name.as_str(), value.as_str()));
                Ok(effective(document, variables, &stop.to)?.document)
            }
        }
    }

    /// What is wrong about where it ended.
    fn ended(&self, stops: &[Stop]) -> Option<String> {
        let last = stops.last()?;
        let is_last = stops.len() == self.stops.len();
        match (&self.obstacle, last.obstacles.first()) {
            (None, None) => None,
            (Some(rule), None) => Some(format!(
                "{} would start on this file, and rule {rule} should forbid it",
                last.to
            )),
            (Some(rule), Some(_))
                if is_last && last.obstacles.iter().any(|obstacle| obstacle.rule == rule) =>
            {
                None
            }
            (_, Some(obstacle)) => {
                Some(format!("{} would not start on this file: {obstacle}", last.to))
            }
        }
    }
}

/// The names that count.
fn names(input: &Document, layers: &CaseLayers, expected: Option<&Document>) -> Document {
    if let Some(expected) = expected {
        return expected.clone();
    }
    let mut names = input.clone();
    let layers = [&layers.defaults, &layers.enforced];
    for leaf in layers.into_iter().flatten().flat_map(Document::leaves) {
        // What stands in its way is in the input, and the merge says so.
        let _named = names.set_raw(&leaf.setting, leaf.value.raw());
    }
    names
}

/// What a document says under these names; `null` where it has nothing.
fn only_named(names: &Document, document: &Document) -> Document {
    let mut said = names.clone();
    for leaf in names.leaves() {
        let value = document.get(&leaf.setting);
        if value.as_ref().is_some_and(|value| value.is_same_as(&leaf.value)) {
            continue;
        }
        let json = value.as_ref().map_or("null", View::raw);
        if said.set_raw(&leaf.setting, json).is_err() {
            said.remove(&leaf.setting);
        }
    }
    said
}

#[cfg(test)]
mod tests;
