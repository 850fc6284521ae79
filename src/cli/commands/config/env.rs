//! `config env`: what the host enforces, as variables for whoever starts the server.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Answer, Refusal, failure};
use crate::cli::args::{Emit, EnvArgs, Target};
use crate::cli::commands;
use crate::cli::exit::Exit;
use crate::cli::{hints, render, system, words};
use crate::config::{Document, Expressed, Impossible, express, reads_only_what_the_file_has};
use crate::engine::{
    ConfigFileError, ConfigureError, EmitError, environment_text, read_overlays, recorded_enforced,
    write_environment,
};
use crate::host::Cancel;
use crate::model::{Failure, REPORT_SCHEMA, Variable, Version};

/// Writes the variables, or prints them.
pub(super) fn emit(args: &EnvArgs, json: bool, cancel: Cancel) -> io::Result<Answer> {
    let (expressed, version) = match say_by_variables(args, cancel) {
        Ok(said) => said,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let outcome = match &args.output {
        Some(path) => write(args.emit, &expressed, path),
        None => text_of(args.emit, &expressed).map(Outcome::Text),
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if json {
        print_json(&outcome, &expressed, &version)?;
    } else {
        print(&outcome, &expressed)?;
        say(&expressed, &version)?;
    }
    Ok(Ok(Exit::Done))
}

/// What there is to be told.
enum Outcome {
    Text(String),
    Files(Vec<PathBuf>),
}

fn say_by_variables(args: &EnvArgs, cancel: Cancel) -> Result<(Expressed, Version), Refusal> {
    let (overlay, version) = overlay(args, cancel)?;
    let expressed = express(&overlay, &version);
    if !args.skip_impossible && !expressed.impossible.is_empty() {
        let list: Vec<String> = expressed.impossible.iter().map(Impossible::to_string).collect();
        let what = format!("no variables of {version} can give these: {}", list.join("; "));
        let next = "give them in the configuration, and leave them out here with --skip-impossible";
        return Err((Exit::Refused, failure(what, next)));
    }
    Ok((expressed, version))
}

fn overlay(args: &EnvArgs, cancel: Cancel) -> Result<(Document, Version), Refusal> {
    let given = (!args.from.is_empty()).then(|| read_overlays(&args.from)).transpose();
    let given = given.map_err(|error| refuse(&error))?;
    match (given, &args.version) {
        (Some(overlay), Some(version)) => Ok((overlay, version.clone())),
        (given, version) => {
            let (recorded, installed) = recorded(args, cancel, given.is_some())?;
            let version = version.clone().unwrap_or(installed);
            Ok((given.unwrap_or(recorded), version))
        }
    }
}

/// What the installation enforces, and its version.
fn recorded(
    args: &EnvArgs,
    cancel: Cancel,
    is_given: bool,
) -> Result<(Document, Version), Refusal> {
    let Some(app) = args.app.clone() else {
        let what = "it is not said which version of the server is meant".to_owned();
        return Err((
            Exit::Usage,
            failure(what, "name it with --for, or an installation with --app"),
        ));
    };
    let target = Target { app, root: args.root.clone() };
    let (host, prefix) =
        commands::enter(&target, cancel).map_err(|failure| (Exit::Refused, *failure))?;
    match recorded_enforced(&host, &prefix) {
        // Then only the version is asked for.
        Err(EmitError::NothingRecorded { version }) if is_given => Ok((Document::empty(), version)),
        recorded => recorded.map_err(|error| refuse(&error)),
    }
}

fn write(emit: Emit, expressed: &Expressed, path: &Path) -> Result<Outcome, Refusal> {
    let written = write_environment(&expressed.variables, emit.into(), path);
    written.map(Outcome::Files).map_err(|error| match (&error, emit) {
        (EmitError::Path(_), Emit::EnvDir | Emit::Systemd) => {
            let now =
                "some of the files may be written; what they say is complete for each".to_owned();
            let next = system::advice_and_again(&error);
            (Exit::Refused, Failure { what: words::chain(&error), now, next })
        }
        _ => refuse(&error),
    })
}

fn text_of(emit: Emit, expressed: &Expressed) -> Result<String, Refusal> {
    environment_text(&expressed.variables, emit.into()).map_err(|error| {
        let (code, failure) = refuse(&error);
        (if matches!(error, EmitError::NoPlace) { Exit::Usage } else { code }, failure)
    })
}

fn print_json(outcome: &Outcome, expressed: &Expressed, version: &Version) -> io::Result<()> {
    let names: Vec<&str> = expressed.variables.iter().map(|(name, _)| name.as_str()).collect();
    let (files, values) = match outcome {
        Outcome::Files(files) => (Some(files), None),
        // They are what was asked for.
        Outcome::Text(_) => (None, Some(values(&expressed.variables))),
    };
    render::json::print(&json!({
        "schema": REPORT_SCHEMA, "version": version, "variables": names,
        "impossible": expressed.impossible, "files": files, "values": values,
    }))
}

fn values(variables: &[Variable]) -> BTreeMap<&str, &str> {
    variables.iter().map(|(name, value)| (name.as_str(), value.expose().as_str())).collect()
}

fn print(outcome: &Outcome, expressed: &Expressed) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match outcome {
        Outcome::Text(text) => write!(out, "{text}"),
        Outcome::Files(files) => {
            let count = expressed.variables.len();
            let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
            let noun = if count == 1 { "variable" } else { "variables" };
            writeln!(out, "{count} {noun} in {}", files.join(" and "))
        }
    }
}

fn say(expressed: &Expressed, version: &Version) -> io::Result<()> {
    for impossible in &expressed.impossible {
        words::say(&format!("left out: {impossible}"))?;
    }
    if reads_only_what_the_file_has(version) {
        words::say(&format!(
            "note: {version} takes a variable only for a setting that stands in its configuration file"
        ))?;
    }
    if expressed.variables.is_empty() {
        words::say("note: nothing is enforced")?;
    }
    Ok(())
}

fn refuse(error: &EmitError) -> Refusal {
    let next = match error {
        EmitError::Path(_)
        | EmitError::Overlay(ConfigFileError::Path(_))
        | EmitError::Recorded(ConfigureError::Path(_)) => &system::advice_and_again(error),
        EmitError::Overlay(ConfigFileError::Document { .. }) => "mend the overlay at that place",
        EmitError::Recorded(_) => "run `install` with the overlays again",
        EmitError::Contradiction(_) => "give each section as an object",
        EmitError::State(error) => &hints::for_state(error),
        EmitError::NotInstalled => "install a release first, or name an overlay with --from",
        EmitError::NothingRecorded { .. } => "name an overlay with --from",
        EmitError::Unwritable(_) => "give this setting in the configuration, or write another form",
        EmitError::NoDropIn { .. } => "name a file such as …/mattermost.service.d/50-host.conf",
        EmitError::NoPlace => "name the directory with --output",
    };
    (Exit::Refused, failure(words::chain(error), next))
}
