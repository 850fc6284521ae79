//! Which versions, in which order: what is known to speak against going from one version to another, and the shortest way that
//! heeds it. Nothing is looked at here, and nothing is fetched.
//!
//! Which releases there are is for others to say, and comes in as [`Known`]; what is known of an installation comes in as a
//! [`Situation`]. A [`Router`] finds a [`Route`] between any two versions, or says why there is [none](NoRoute).
//!
//! # Rules
//!
//! `rules.toml` has those of the project, and an operator may have a file of the same form. Each is a table `[[rule]]`:
//!
//! | field | |
//! |---|---|
//! | `id` | its name: small letters, digits, dots and dashes. It never changes its meaning, and is what a waiver names |
//! | `kind` | `stop`, `forbidden`, `avoid`, `manual`, `lost` or `slow`; see below |
//! | `from`, `to` | the versions that one comes from and goes to, as a [`VersionRange`] such as `>=10.12.0 <11.6.5 or =11.8.0` |
//! | `through` | only for `stop` and `forbidden`: the versions that set it right |
//! | `when` | what has to hold besides, all of it: a list of conditions; see below |
//! | `severity` | `fatal`, `warning` or `note`: how much it weighs where it certainly applies |
//! | `text` | what is the matter, as one sentence without its full stop |
//! | `advice` | what to do about it; may be left out |
//! | `source` | from where it is known |
//!
//! | kind | what it means |
//! |---|---|
//! | `stop` | after a version in `from`, none in `to` may come on the way unless one in `through` came in between |
//! | `forbidden` | the same, and `through` may be left out: then nothing sets it right |
//! | `avoid` | the versions in `to` are no place to stop; one may still name them, or go there |
//! | `manual` | something has to be done by hand on the hop from a version in `from` to one in `to` |
//! | `lost` | something is lost on that hop, or stops working |
//! | `slow` | something takes long on that hop, on a large database |
//!
//! The first two are about all versions of a way, not of one hop only: a database that has once taken up what collides later
//! carries it past any number of stops. So what is left of a way, planned anew at each stop, is never stricter than the whole.
//!
//! | condition | holds where |
//! |---|---|
//! | `edition=team`, `edition=enterprise` | it is that edition |
//! | `driver=postgres`, `driver=mysql` | that is the kind of database |
//! | `postgres<14`, `postgres>=15`, `mysql<8.0`, `mysql>=8.0.22` | that is the kind of database, and its version is so |
//! | `glibc<2.36` | the C library of the system is older |
//! | `config:A.B` | the setting is given, in `config.json` or by its variable, and not empty |
//! | `config:A.B=VALUE`, `config:A.B!=VALUE` | the setting is given with this value; is not given with it |
//! | `env:NAME` | the variable stands in the environment of the server |
//! | `unseen:WORDS` | nobody can tell from here; the operator is asked in these words |
//!
//! What is not known makes a rule one that *could apply*: it becomes a note that names the conditions. A `stop` that may be needed
//! is made all the same, and a version to `avoid` is avoided; a `forbidden` way that may be open is taken for open.
//!
//! # What is not here
//!
//! Which database each version needs at least stands in [`crate::database`], which values of which settings keep a version from
//! starting, and what becomes of settings, in [`crate::config`]. Neither is said twice.

mod condition;
mod known;
mod no_route;
mod node;
mod range;
mod route;
mod router;
mod rule;
mod rules;
mod search;
mod situation;
mod verdict;
mod wishes;

pub use condition::{Condition, ConditionError, Judgement};
pub use known::Known;
pub use no_route::{Lack, NoRoute, Obstacle};
pub use range::{VersionRange, VersionRangeError};
pub use route::{Because, HopFindings, PassedOver, Route, Stop, Unfit};
pub use router::Router;
pub use rule::{Rule, RuleKind};
pub use rules::{NoSuchRule, Rules, RulesError};
pub use situation::{Driver, Situation};
pub use verdict::{Certainty, Verdict};
pub use wishes::{Pace, Wishes};

use crate::model::Version;

/// The versions to go to, one after the other, from one version to a later one.
///
/// # Errors
/// [`NoRoute`] says why there is no way.
pub fn stops(
    from: &Version,
    to: &Version,
    known: impl IntoIterator<Item = Known>,
    rules: &Rules,
    situation: &Situation,
    wishes: &Wishes,
) -> Result<Vec<Version>, NoRoute> {
    let router = Router::new(known, rules, situation);
    router.route(from, to, wishes).map(|route| route.versions())
}

/// The releases of the fixture, for tests.
#[cfg(test)]
fn published() -> Vec<Known> {
    let table = include_str!("../../fixtures/catalog/releases.tsv");
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let known = rows.map(|row| {
        let fields: Vec<&str> = row.split('\t').collect();
        let (version, kind) = (fields[0].parse().unwrap(), fields[2].parse().unwrap());
        Known { version, kind, withdrawn: fields[4] == "withdrawn" }
    });
    known.collect()
}
