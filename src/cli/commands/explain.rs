//! `explain`.

use std::fmt::Write as _;
use std::io;

use serde_json::json;

use crate::cli::answer::{Answer, Refusal, failure, settle};
use crate::cli::args::ExplainArgs;
use crate::cli::exit::Exit;
use crate::cli::explanations::{Explanation, explanations};
use crate::cli::{hints, render, terminal};
use crate::engine::{near_names, read_rules};
use crate::model::REPORT_SCHEMA;

/// Prints what a code means, or which codes there are.
pub(crate) fn run(args: &ExplainArgs, json: bool) -> io::Result<Exit> {
    settle(explain(args, json), "explain", json)
}

fn explain(args: &ExplainArgs, json: bool) -> io::Result<Answer> {
    let rules = match read_rules(&args.files.rules, &[]) {
        Ok(rules) => rules,
        Err(error) => return Ok(Err(hints::for_rules(&error))),
    };
    let all = explanations(&rules);
    let Some(code) = &args.code else {
        return list(&all, json).map(|()| Ok(Exit::Done));
    };
    let Some(found) = all.iter().find(|one| one.code.eq_ignore_ascii_case(code)) else {
        return Ok(Err(unknown(code, &all)));
    };
    if json {
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "explain", "explanation": found,
        }))?;
    } else {
        terminal::show(&told(found))?;
    }
    Ok(Ok(Exit::Done))
}

fn unknown(code: &str, all: &[Explanation]) -> Refusal {
    let near = near_names(all.iter().map(|one| one.code.as_str()), code);
    let list = "`mmembed explain` lists all codes";
    let next = match near.join(" or ") {
        none if none.is_empty() => list.to_owned(),
        some => format!("did you mean {some}? {list}"),
    };
    (Exit::Refused, failure(format!("nothing here is called {code}"), &next))
}

fn told(explanation: &Explanation) -> String {
    let Explanation { code, kind, means, why, remedy } = explanation;
    let kind = kind.word();
    format!("{code} ({kind}): {means}\n  why:        {why}\n  what to do: {remedy}\n")
}

fn list(all: &[Explanation], json: bool) -> io::Result<()> {
    if json {
        return render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "explain", "explanations": all,
        }));
    }
    let width = all.iter().map(|one| one.code.len()).max().unwrap_or_default();
    let mut table = String::new();
    let mut heading = None;
    for Explanation { code, kind, means, .. } in all {
        if heading.replace(kind) != Some(kind) {
            let space = if table.is_empty() { "" } else { "\n" };
            writeln!(table, "{space}{}:", kind.heading()).expect("a string can be written to");
        }
        writeln!(table, "  {code:width$}  {means}").expect("a string can be written to");
    }
    terminal::show(&table)
}
