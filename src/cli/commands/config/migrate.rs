//! `config migrate`: what servers will make of a configuration.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Answer, Refusal, failure, read_file, write_file};
use crate::cli::args::MigrateArgs;
use crate::cli::exit::Exit;
use crate::cli::{render, words};
use crate::config::{Became, Document, Effect, Journey, JourneyError, Stop};
use crate::model::REPORT_SCHEMA;

/// Follows the file from version to version, and prints it as it will be.
pub(super) fn run(args: &MigrateArgs, json: bool) -> io::Result<Answer> {
    let stops = match follow(args) {
        Ok(stops) => stops,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // There is a stop: the last one is always asked for.
    let Some(last) = stops.last() else { return Ok(Ok(Exit::Done)) };
    let document = &last.forecast.document;
    let starts = last.obstacles.is_empty();
    // Written before anything is said: a program gets one object, of success or of failure.
    if let Some(path) = args.output.as_ref().filter(|_| starts)
        && let Err(refusal) = write_file(path, document)
    {
        return Ok(Err(refusal));
    }
    if json {
        let stops: Vec<Value> = stops.iter().map(object).collect();
        render::json::print(&json!({ "schema": REPORT_SCHEMA, "stops": stops }))?;
        return Ok(Ok(if starts { Exit::Done } else { Exit::Refused }));
    }
    for stop in &stops {
        tell(stop)?;
    }
    if !starts {
        let what = format!("{} would not start on this file", last.to);
        return Ok(Err((Exit::Refused, failure(what, "mend what is said above, in the file"))));
    }
    if args.output.is_none() && !args.no_file {
        print_file(document)?;
    }
    Ok(Ok(Exit::Done))
}

/// The file may end as the server ends it, the terminal's line may not.
fn print_file(document: &Document) -> io::Result<()> {
    let mut text = document.to_text();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    io::stdout().lock().write_all(text.as_bytes())
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
