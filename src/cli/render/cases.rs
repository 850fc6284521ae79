//! What came of cases, for people and for programs.
//! Names and texts of others are printed so that no terminal can be driven by them.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::words;
use crate::config::CaseVerdict;
use crate::engine::{CaseEnding, CaseRun};
use crate::host::printable;
use crate::model::REPORT_SCHEMA;

/// The cases of one directory.
pub(crate) struct Suite {
    /// The directory, as it was named.
    pub(crate) directory: PathBuf,
    /// What came of them.
    pub(crate) runs: Vec<CaseRun>,
}

/// Prints those that do not pass; the others too, if they are asked for.
pub(crate) fn print(runs: &[&CaseRun], verbose: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for run in runs {
        match &run.ending {
            CaseEnding::Passed if verbose => writeln!(out, "passed {}", heading(run))?,
            CaseEnding::Passed => {}
            CaseEnding::Failed(verdict) => {
                writeln!(out, "FAILED {}", heading(run))?;
                for line in lines(verdict) {
                    writeln!(out, "  {line}")?;
                }
            }
            CaseEnding::Broken(broken) => {
                writeln!(out, "BROKEN {}", heading(run))?;
                writeln!(out, "  {}", printable(words::chain(broken).as_bytes()))?;
            }
        }
        for path in &run.blessed {
            writeln!(out, "blessed {}", shown(path))?;
        }
    }
    writeln!(out, "{}", summary(runs))
}

fn heading(run: &CaseRun) -> String {
    let title = run.title.as_ref().map_or_else(String::new, |title| format!(": {title}"));
    printable(format!("{}{title}", run.folder.display()).as_bytes())
}

fn shown(path: &Path) -> String {
    printable(path.to_string_lossy().as_bytes())
}

/// What is not as expected: what was expected with `-`, what came with `+`, one that became the other with `~`.
pub(super) fn lines(verdict: &CaseVerdict) -> Vec<String> {
    let mut lines: Vec<String> = verdict.ended.iter().cloned().collect();
    lines.extend(verdict.settings.iter().map(ToString::to_string));
    if !verdict.ledger.is_empty() {
        lines.push("expected.ledger:".to_owned());
        lines.extend(verdict.ledger.iter().map(|change| format!("  {change}")));
    }
    lines.into_iter().map(|line| printable(line.as_bytes())).collect()
}

fn summary(runs: &[&CaseRun]) -> String {
    let [failed, broken] = counts(runs);
    let cases = if runs.len() == 1 { "1 case".to_owned() } else { format!("{} cases", runs.len()) };
    let broken = if broken == 0 { String::new() } else { format!(", {broken} broken") };
    format!("{cases}, {failed} failed{broken}")
}

fn counts(runs: &[&CaseRun]) -> [usize; 2] {
    let count =
        |wanted: fn(&CaseEnding) -> bool| runs.iter().filter(|run| wanted(&run.ending)).count();
    [
        count(|ending| matches!(ending, CaseEnding::Failed(_))),
        count(|ending| matches!(ending, CaseEnding::Broken(_))),
    ]
}

/// All cases as one object.
pub(crate) fn object(runs: &[&CaseRun]) -> Value {
    let [failed, broken] = counts(runs);
    let cases: Vec<Value> = runs.iter().map(|run| case(run)).collect();
    json!({
        "schema": REPORT_SCHEMA, "cases": cases, "total": runs.len(), "failed": failed, "broken": broken,
    })
}

fn case(run: &CaseRun) -> Value {
    let (ending, verdict, error) = match &run.ending {
        CaseEnding::Passed => ("passed", None, None),
        CaseEnding::Failed(verdict) => ("failed", Some(verdict), None),
        CaseEnding::Broken(broken) => ("broken", None, Some(words::chain(broken))),
    };
    let blessed: Vec<_> = run.blessed.iter().map(|path| path.to_string_lossy()).collect();
    json!({
        "case": run.folder.to_string_lossy(), "title": run.title, "ending": ending, "verdict": verdict,
        "error": error, "blessed": blessed,
    })
}
