//! `config effective`: a configuration as a server sees it that has these variables in its environment.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::json;

use super::{Answer, Refusal, failure, read_file};
use crate::cli::args::EffectiveArgs;
use crate::cli::exit::Exit;
use crate::cli::{hints, render, words};
use crate::config::{
    Effective, Fate, Override, Shown, UnknownVariable, effective, knows_all_of, reads_variables,
};
use crate::engine::read_environment_files;
use crate::model::{REPORT_SCHEMA, Secret, Version};

/// The variables by name.
type Variables = BTreeMap<String, Secret<String>>;

/// Prints the settings. A server that does not start has none that are effective: then the exit code is that of a refusal.
pub(super) fn show(args: &EffectiveArgs, json: bool) -> io::Result<Answer> {
    let seen = match see(args) {
        Ok(seen) => seen,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if json {
        print_json(&seen)?;
    } else {
        print(&seen)?;
        say(&seen, &args.version)?;
    }
    let stops = seen.overrides.iter().any(|it| it.fate == Fate::Stops);
    Ok(Ok(if stops { Exit::Refused } else { Exit::Done }))
}

fn see(args: &EffectiveArgs) -> Result<Effective, Refusal> {
    let file = read_file(&args.file)?;
    let variables = variables(args)?;
    let pairs = variables.iter().map(|(name, value)| (name.as_str(), value.expose().as_str()));
    effective(&file.document, pairs, &args.version).map_err(|error| {
        let what = format!("{}: {}", args.file.display(), words::chain(&error));
        (Exit::Refused, failure(what, "give each section as an object"))
    })
}

fn variables(args: &EffectiveArgs) -> Result<Variables, Refusal> {
    let files = read_environment_files(&args.env_file).map_err(|error| {
        (Exit::Refused, failure(words::chain(&error), &hints::for_environment(&error)))
    })?;
    let mut variables = files.map(|files| files.variables).unwrap_or_default();
    for text in &args.variable {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            let what = "--variable: expected NAME=VALUE, with an equals sign".to_owned();
            (Exit::Usage, failure(what, "write it as MM_SERVICESETTINGS_SITEURL=https://…"))
        })?;
        variables.insert(name.to_owned(), Secret::new(value.to_owned()));
    }
    Ok(variables)
}

fn print_json(seen: &Effective) -> io::Result<()> {
    let settings: BTreeMap<String, String> = shown(seen).collect();
    render::json::print(&json!({
        "schema": REPORT_SCHEMA, "settings": settings, "overrides": seen.overrides,
        "unknown": seen.unknown, "flags": seen.flags,
    }))
}

fn shown(seen: &Effective) -> impl Iterator<Item = (String, String)> {
    let leaves = seen.document.leaves().into_iter();
    leaves.map(|leaf| (leaf.setting.to_string(), Shown::of(&leaf.setting, &leaf.value).to_string()))
}

fn print(seen: &Effective) -> io::Result<()> {
    let mut by_setting: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for taken in seen.overrides.iter().filter(|it| it.is_taken()) {
        by_setting.entry(taken.setting.folded().to_string()).or_default().push(&taken.variable);
    }
    let mut lines: Vec<String> = Vec::new();
    for leaf in seen.document.leaves() {
        let value = Shown::of(&leaf.setting, &leaf.value);
        let by = by_setting.get(&leaf.setting.folded().to_string());
        let by = by.map(|names| format!(" (by {})", names.join(", "))).unwrap_or_default();
        lines.push(format!("{} = {value}{by}", leaf.setting));
    }
    lines.sort();
    let mut out = io::stdout().lock();
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// What a reader of the settings has to know.
fn say(seen: &Effective, version: &Version) -> io::Result<()> {
    if !reads_variables(version) {
        words::say(&format!("note: {version} takes no settings from its environment"))?;
    }
    for it in seen.overrides.iter().filter(|it| it.fate != Fate::Taken) {
        words::say(&about(it))?;
    }
    for it in &seen.unknown {
        words::say(&about_unknown(it, version))?;
    }
    for flag in &seen.flags {
        words::say(&format!(
            "note: {flag} switches a feature, if {version} has it, and is no setting of a file"
        ))?;
    }
    Ok(())
}

fn about(it: &Override) -> String {
    let weight = if it.fate == Fate::Stops { "error" } else { "warning" };
    format!("{weight}: {} for {} {}", it.variable, it.setting, it.fate)
}

fn about_unknown(it: &UnknownVariable, version: &Version) -> String {
    let known = if knows_all_of(version) { "" } else { " that is known" };
    let meant = it.near.as_ref().map(|near| format!(": did you mean {near}?")).unwrap_or_default();
    format!("warning: {} names no setting of {version}{known}{meant}", it.variable)
}
