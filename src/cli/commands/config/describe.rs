//! `config describe`: what is known of a setting.

use std::io::{self, Write};

use serde_json::json;

use super::{Answer, failure, parse};
use crate::cli::args::DescribeArgs;
use crate::cli::exit::Exit;
use crate::cli::render;
use crate::config::{Demanded, Description, Interval, describe, knowledge_of, nearest};
use crate::model::{REPORT_SCHEMA, Version};

/// Prints what is known of a setting, by version.
pub(super) fn run(args: &DescribeArgs, json: bool) -> io::Result<Answer> {
    let setting = match parse(&args.setting) {
        Ok(setting) => setting,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // Without a version, a slip of the pen is measured against the newest names.
    let version = args.version.clone().unwrap_or(Version::AFTER_ALL);
    let Some(mut description) = describe(&setting) else {
        let next = nearest(&setting, &version).map_or_else(
            || "write it as it stands in config.json, such as ServiceSettings.SiteURL".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        let what = format!("{setting} is no setting of any known version");
        return Ok(Err((Exit::Refused, failure(what, &next))));
    };
    if args.version.is_some() {
        description.keep_only(&version);
    }
    let knowledge = args.version.as_ref().map(knowledge_of);
    if json {
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "description": description, "knowledge": knowledge,
        }))?;
        return Ok(Ok(Exit::Done));
    }
    let mut out = io::stdout().lock();
    tell(&mut out, &description, &version)?;
    if let Some(knowledge) = knowledge {
        writeln!(out, "  {version} is {}", knowledge.in_words())?;
    }
    Ok(Ok(Exit::Done))
}

fn tell(out: &mut impl Write, description: &Description, version: &Version) -> io::Result<()> {
    writeln!(out, "{}", description.setting)?;
    if description.versions.is_empty() {
        writeln!(out, "  {version} does not have it")?;
    }
    for interval in &description.versions {
        writeln!(out, "  {}", in_words(interval))?;
    }
    for demanded in &description.demands {
        let Demanded { first, until, demand } = demanded;
        match until {
            Some(until) => writeln!(out, "  from {first} until {until} it {demand}")?,
            None => writeln!(out, "  from {first} on it {demand}")?,
        }
    }
    if let Some(meaning) = description.meaning {
        writeln!(out, "  it is {meaning}")?;
    }
    writeln!(out, "  its variable is {}", description.variable)?;
    for former in &description.formerly {
        writeln!(out, "  up to {} it was {}: {}", former.since, former.setting, former.value)?;
    }
    for successor in &description.successors {
        let (since, setting, value) = (&successor.since, &successor.setting, successor.value);
        writeln!(out, "  from {since} on there is {setting}: {value}")?;
    }
    Ok(())
}

fn in_words(interval: &Interval) -> String {
    let Interval { first, last, exact, kind, default, default_in_use, empty_becomes } = interval;
    let versions = match last {
        Some(last) => format!("{first} to {last}"),
        None => format!("{first} and later"),
    };
    let widest = if *exact { "" } else { " (at most)" };
    let in_use = default_in_use
        .as_ref()
        .map(|other| format!(", and {other} in a file that has been in use"))
        .unwrap_or_default();
    let empty = empty_becomes
        .as_ref()
        .map(|other| format!("; where it is empty, {other}"))
        .unwrap_or_default();
    format!("{versions}{widest}: {kind}; where it is missing, {default}{in_use}{empty}")
}
