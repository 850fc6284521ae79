//! A report with a chain as a document: how it ended, what became of each hop, which settings are others now.

use std::fmt::Write as _;

use super::escape::{escape, name};
use super::plan::{self, findings};
use crate::cli::render::figures::time;
use crate::cli::render::human::own_findings;
use crate::cli::render::phrases;
use crate::model::{ChangedSetting, Failure, Finding, Report, WalkReport};

/// A report as a document of its own, which ends with a line end: what went wrong, what was found, what became of the
/// chain, and what was planned.
#[must_use]
pub fn report(report: &Report) -> String {
    let mut blocks = vec![format!("# {}", escape(&phrases::title(report)))];
    blocks.push(format!("**{}.**", phrases::capitalised(phrases::conclusion(report))));
    blocks.extend(report.failure.as_ref().map(failure));
    let own: Vec<Finding> = own_findings(report).cloned().collect();
    if !own.is_empty() {
        blocks.push("**Findings:**".to_owned());
        blocks.push(findings(&own));
    }
    if let Some(walk) = &report.walk {
        blocks.extend(walked(walk));
    }
    if let Some(path) = &report.path {
        if report.walk.is_some() {
            blocks.push("## As it was planned".to_owned());
        }
        let level = if report.walk.is_some() { 3 } else { 2 };
        blocks.push(plan::body(path, level).trim_end().to_owned());
    }
    blocks.join("\n\n") + "\n"
}

fn failure(failure: &Failure) -> String {
    let Failure { what, now, next } = failure;
    let [what, now, next] = [what, now, next].map(|text| escape(text));
    format!("- **What happened:** {what}\n- **Now:** {now}\n- **Next:** {next}")
}

fn walked(walk: &WalkReport) -> Vec<String> {
    let mut table = "| Hop | Ahead | Staged | Down | Migrated | Total | Ending | Transaction |\n\
                     |---|--:|--:|--:|--:|--:|---|---|"
        .to_owned();
    for hop in &walk.hops {
        let times = [hop.ahead_ms, hop.staged_ms, hop.down_ms, hop.migrated_ms, hop.total_ms];
        let (times, ending) = (times.map(time).join(" | "), phrases::ending(hop.ending));
        let (from, to, transaction) = (&hop.from, &hop.to, name(hop.transaction.as_str()));
        write!(table, "\n| {from} → {to} | {times} | {ending} | {transaction} |")
            .expect("a string can be written to");
    }
    let sum = format!("{}; this command took {}.", phrases::dark(walk), time(walk.total_ms));
    let mut blocks = vec!["## Hops".to_owned(), table, phrases::capitalised(&sum)];
    if !walk.settings.is_empty() {
        blocks.push("## Settings that are others now".to_owned());
        blocks.push(settings(&walk.settings));
    }
    blocks
}

fn settings(settings: &[ChangedSetting]) -> String {
    let mut table = "| Setting | Before | After |\n|---|---|---|".to_owned();
    for changed in settings {
        let [before, after] = [&changed.before, &changed.after]
            .map(|value| value.as_ref().map_or_else(|| "–".to_owned(), |value| name(value)));
        write!(table, "\n| {} | {before} | {after} |", name(&changed.setting))
            .expect("a string can be written to");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::*;

    #[test]
    fn the_report_of_a_walk_says_how_it_ended_and_how_long_it_took() {
        insta::assert_snapshot!(report(&samples::failed()), @r#"
        # Upgrade report: Mattermost 9.11.18 → 11.7.3 (team edition)

        **It failed, and what failed was rolled back.**

        - **What happened:** the server did not become ready
        - **Now:** 10.11.4 is in force
        - **Next:** look at its log

        **Findings:**

        - **Warning:** little room (`space`)

        ## Hops

        | Hop | Ahead | Staged | Down | Migrated | Total | Ending | Transaction |
        |---|--:|--:|--:|--:|--:|---|---|
        | 9.11.18 → 10.11.4 | 0 ms | 12.3 s | 840 ms | 3 min 5 s | 3 min 20 s | committed | `20261123T205101Z-9f3a` |
        | 10.11.4 → 11.7.3 | 9.1 s | 9.1 s | 610 ms | 30.2 s | 31.0 s | rolled back | `20261123T205102Z-9f3a` |

        3 min 37 s dark in all; this command took 3 min 52 s.

        ## Settings that are others now

        | Setting | Before | After |
        |---|---|---|
        | `A.A` | – | `true` |
        | `B.A` | "x" | – |
        | `C.A` | `50` | `100` |
        "#);
    }

    #[test]
    fn no_field_changes_the_form_of_the_document() {
        let form = |text: &str| {
            let shown = report(&samples::of(text));
            assert!(!shown.contains('<'), "{text:?}: {shown}");
            let lines = shown.lines().map(|line| line.replace("\\|", "").matches('|').count());
            lines.collect::<Vec<usize>>()
        };
        let wanted = form("x");
        for text in samples::HOSTILE {
            assert_eq!(form(text), wanted, "{text:?}");
        }
    }
}
