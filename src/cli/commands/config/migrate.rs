//! `config migrate`: what servers will make of a configuration.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Answer, Refusal, failure, read_file, write_file};
use crate::cli::args::MigrateArgs;
use crate::cli::exit::Exit;
use crate::cli::{render, words};
use crate::config::{Became, Effect, Journey, JourneyError, Stop};
use crate::model::REPORT_SCHEMA;

/// Follows the file from version to version, and prints it as it will be.
pub(super) fn run(args: &MigrateArgs, json: bool) -> io::Result<Answer> {
    let stops = match follow(args) {
        Ok(stops) => stops,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if json {
        let stops: Vec<Value> = stops.iter().map(object).collect();
        render::json::print(&json!({ "schema": REPORT_SCHEMA, "stops": stops }))?;
    } else {
        for stop in &stops {
            tell(stop)?;
        }
    }
    let Some(last) = stops.last() else { return Ok(Ok(Exit::Done)) };
    if !last.obstacles.is_empty() {
        let what = format!("{} would not start on this file", last.to);
        return Ok(Err((Exit::Refused, failure(what, "mend what is said above, in the file"))));
    }
    let document = &last.forecast.document;
    match &args.output {
        Some(path) => Ok(write_file(path, document).map(|()| Exit::Done)),
        None if json || args.no_file => Ok(Ok(Exit::Done)),
        None => {
            let mut out = io::stdout().lock();
            out.write_all(document.to_text().as_bytes())?;
            // The file may end as the server ends it, the terminal's line may not.
            if !document.to_text().ends_with('\n') {
                writeln!(out)?;
            }
            Ok(Ok(Exit::Done))
        }
    }
}

fn follow(args: &MigrateArgs) -> Result<Vec<Stop>, Refusal> {
    let file = read_file(&args.file)?;
    let journey = Journey {
        from: args.from.clone(),
        stops: args.via.iter().chain([&args.to]).cloned().collect(),
        merged: args.carry,
        ..Journey::default()
    };
    journey.follow(&file.document).map_err(|error| {
        let (exit, next) = match error {
            JourneyError::Descent { .. } => (Exit::Usage, "name the versions from old to new"),
            JourneyError::Merge(_) | JourneyError::Environment(_) => {
                (Exit::Refused, "mend the configuration at that place")
            }
        };
        (exit, failure(words::chain(&error), next))
    })
}

fn tell(stop: &Stop) -> io::Result<()> {
    let from = stop.from.as_ref().map_or_else(|| "new".to_owned(), ToString::to_string);
    words::say(&format!("{from} -> {}: {}", stop.to, summary(stop)))?;
    words::say(&format!("  ({})", stop.forecast.knowledge.in_words()))?;
    for obstacle in &stop.obstacles {
        words::say(&format!("  error: {obstacle}"))?;
    }
    for carried in &stop.carried {
        words::say(&format!("  > {} -> {}", carried.from, carried.to))?;
    }
    for effect in &stop.forecast.effects {
        words::say(&format!("  {effect}"))?;
    }
    Ok(())
}

fn summary(stop: &Stop) -> String {
    let count = |wanted: fn(&Became) -> bool| {
        let effects = stop.forecast.effects.iter();
        effects.filter(|effect| wanted(&effect.became)).count()
    };
    let counts = [
        (count(|became| matches!(became, Became::Added | Became::Generated)), "added"),
        (count(|became| matches!(became, Became::Dropped)), "dropped"),
        (count(|became| matches!(became, Became::Respelled { .. })), "respelled"),
        (count(|became| matches!(became, Became::Rewritten)), "rewritten"),
        (count(|became| matches!(became, Became::Unknown)), "unknown"),
    ];
    let told: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let told = if told.is_empty() { "nothing changes".to_owned() } else { told.join(", ") };
    if stop.forecast.is_saved || stop.forecast.effects.is_empty() {
        told
    } else {
        format!("{told}; in the server's memory only, it leaves the file as it is")
    }
}

fn object(stop: &Stop) -> Value {
    let effects: &[Effect] = &stop.forecast.effects;
    json!({
        "from": stop.from,
        "to": stop.to,
        "knowledge": stop.forecast.knowledge,
        "is_saved": stop.forecast.is_saved,
        "carried": stop.carried,
        "obstacles": stop.obstacles,
        "effects": effects,
    })
}
