//! A planned chain, and what became of one, as a page: one file of HTML that needs no network, no script and no other file.
//!
//! What comes from elsewhere stands in it as text and nothing else: `maud` escapes it, and before that everything that could
//! turn the direction of writing is made visible. The page says itself that nothing may be fetched and nothing may run.

mod bars;
mod findings;
mod frame;
mod hop;
mod line;
mod plan;
mod report;
mod route;
mod settings;
mod text;
mod walk;

use crate::model::{Report, UpgradePath};

/// A planned chain as a page of its own.
#[must_use]
pub fn plan(path: &UpgradePath) -> String {
    plan::page(path).into_string()
}

/// A report as a page of its own: what went wrong, what was found, what became of the chain, and what was planned.
#[must_use]
pub fn report(report: &Report) -> String {
    report::page(report).into_string()
}

#[cfg(test)]
mod tests;
