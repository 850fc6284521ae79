//! `config test`: what becomes of configurations, against what is expected.

use std::io;
use std::path::PathBuf;

use super::{Answer, Refusal, failure};
use crate::cli::args::{Output, TestArgs};
use crate::cli::exit::Exit;
use crate::cli::render::cases::{self, Suite};
use crate::cli::render::{self, junit};
use crate::cli::{system, words};
use crate::engine::{CaseEnding, CaseRun, find_cases, run_cases, write_case_report};
use crate::host::PathError;

/// Runs all cases, and tells about those that do not pass.
pub(super) fn run(args: &TestArgs, output: &Output) -> io::Result<Answer> {
    let json = output.json;
    let found = match find(args) {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let suites: Vec<Suite> = found
        .into_iter()
        .map(|(directory, folders)| Suite { runs: run_cases(&folders, args.bless), directory })
        .collect();
    let runs: Vec<&CaseRun> = suites.iter().flat_map(|suite| &suite.runs).collect();
    let report = args.junit.as_ref().map(|path| write_case_report(path, &junit::render(&suites)));
    let refusal = report.and_then(Result::err).map(|error| refuse(&error));
    match &refusal {
        // A program gets one object: that of the failure.
        Some(_) if json => {}
        _ if json => render::json::print(&cases::object(&runs))?,
        _ => cases::print(&runs, output.verbose)?,
    }
    if let Some(refusal) = refusal {
        return Ok(Err(refusal));
    }
    let all_passed = runs.iter().all(|run| matches!(run.ending, CaseEnding::Passed));
    Ok(Ok(if all_passed { Exit::Done } else { Exit::Probe }))
}

/// The cases of each directory.
fn find(args: &TestArgs) -> Result<Vec<(PathBuf, Vec<PathBuf>)>, Refusal> {
    let mut found = Vec::new();
    for directory in &args.directories {
        let folders = find_cases(directory).map_err(|error| refuse(&error))?;
        if folders.is_empty() {
            let what = format!("there is no case in {}", directory.display());
            let next =
                "name a directory with folders that have a case.toml; see `config test --help`";
            return Err((Exit::Refused, failure(what, next)));
        }
        let wanted = |folder: &PathBuf| {
            let text = args.filter.as_deref().unwrap_or_default();
            folder.to_string_lossy().contains(text)
        };
        found.push((directory.clone(), folders.into_iter().filter(wanted).collect()));
    }
    if found.iter().all(|(_, folders): &(_, Vec<_>)| folders.is_empty()) {
        let what =
            format!("no case has {:?} in its path", args.filter.as_deref().unwrap_or_default());
        return Err((Exit::Refused, failure(what, "leave out --filter to run all cases")));
    }
    Ok(found)
}

fn refuse(error: &PathError) -> Refusal {
    (Exit::Refused, failure(words::chain(error), &system::advice_and_again(error)))
}
