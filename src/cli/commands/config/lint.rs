//! `config lint`: what is wrong or strange about configurations for one version. Offline; nothing is changed.

use std::io;

use super::{Answer, Refusal, failure};
use crate::cli::args::{LintArgs, LintFormat};
use crate::cli::exit::Exit;
use crate::cli::{hints, render, words};
use crate::config::Severity;
use crate::engine::{
    EnvironmentError, LintQuestion, LintedFile, lint_config_file, read_environment_files,
};
use crate::model::ServerEnvironment;

/// Looks at each file and prints what there is to say.
pub(super) fn run(args: &LintArgs, json: bool) -> io::Result<Answer> {
    let format = match format_of(args.format, json) {
        Ok(format) => format,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let environment = match environment_of(args) {
        Ok(environment) => environment,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let question = LintQuestion {
        version: &args.version,
        environment: environment.as_ref(),
        tree: args.tree.as_deref(),
    };
    let linted: Vec<LintedFile> =
        args.files.iter().map(|path| lint_config_file(path, &question)).collect();
    match format {
        LintFormat::Text => render::lint::print(&linted)?,
        LintFormat::Json => render::json::print(&render::lint::to_json(&linted, &args.version))?,
        LintFormat::Sarif => render::json::print(&render::sarif::log(&linted))?,
    }
    Ok(Ok(exit_of(&linted, args.strict)))
}

fn format_of(given: Option<LintFormat>, json: bool) -> Result<LintFormat, Refusal> {
    match (given, json) {
        (Some(LintFormat::Text | LintFormat::Sarif), true) => {
            let what = "--json and another --format contradict each other".to_owned();
            Err((Exit::Usage, failure(what, "give one of them")))
        }
        (Some(format), _) => Ok(format),
        (None, true) => Ok(LintFormat::Json),
        (None, false) => Ok(LintFormat::Text),
    }
}

fn environment_of(args: &LintArgs) -> Result<Option<ServerEnvironment>, Refusal> {
    read_environment_files(&args.env_file).map_err(|error: EnvironmentError| {
        (Exit::Refused, failure(words::chain(&error), &hints::for_environment(&error)))
    })
}

/// What the heaviest complaint comes to.
fn exit_of(linted: &[LintedFile], strict: bool) -> Exit {
    let refused = if strict { Severity::Warning } else { Severity::Error };
    let mut complaints = linted.iter().flat_map(|file| &file.complaints);
    if complaints.any(|complaint| complaint.severity >= refused) {
        Exit::Refused
    } else {
        Exit::Done
    }
}
