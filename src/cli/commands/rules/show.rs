//! `rules show`.

use std::io::{self, Write};

use serde_json::json;

use super::{in_json, known};
use crate::cli::answer::Answer;
use crate::cli::args::RuleFileArgs;
use crate::cli::exit::Exit;
use crate::cli::{hints, render, terminal};
use crate::engine::find_rule;
use crate::model::{REPORT_SCHEMA, Severity};
use crate::upgrade::{Rule, RuleKind};

/// Prints all that is known of one rule.
pub(super) fn run(id: &str, files: &RuleFileArgs, json: bool) -> io::Result<Answer> {
    let rules = match known(files) {
        Ok(rules) => rules,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let rule = match find_rule(&rules, id) {
        Ok(rule) => rule,
        Err(error) => return Ok(Err(hints::for_rules(&error))),
    };
    if json {
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "rules show", "rule": in_json(rule),
        }))?;
    } else {
        let mut text = Vec::new();
        tell(&mut text, rule)?;
        terminal::show(&String::from_utf8_lossy(&text))?;
    }
    Ok(Ok(Exit::Done))
}

fn tell(out: &mut impl Write, rule: &Rule) -> io::Result<()> {
    let Rule { id, kind, from, to, text, .. } = rule;
    writeln!(out, "{id}: {text}")?;
    writeln!(out, "  {}", meaning(*kind))?;
    writeln!(out, "  from {from} to {to}")?;
    if let Some(through) = &rule.through {
        writeln!(out, "  a stop at {through} sets it right")?;
    }
    for condition in &rule.when {
        writeln!(out, "  only if {condition}")?;
    }
    writeln!(out, "  where it applies, it is {}", weight(rule.severity))?;
    if !rule.advice.is_empty() {
        writeln!(out, "  what to do: {}", rule.advice)?;
    }
    writeln!(out, "  known from {}", rule.source)
}

const fn meaning(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Stop => "stop: one has to stop on the way",
        RuleKind::Forbidden => "forbidden: the way is closed",
        RuleKind::Avoid => "avoid: no place to stop, unless it is named",
        RuleKind::Manual => "manual: something has to be done by hand",
        RuleKind::Lost => "lost: something is lost, or stops working",
        RuleKind::Slow => "slow: something takes long on a large database",
    }
}

const fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Fatal => "fatal: nothing is done unless it is waived by --accept",
        Severity::Warning => "a warning",
        Severity::Note => "a note",
    }
}
