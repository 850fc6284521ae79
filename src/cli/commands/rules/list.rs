//! `rules list`.

use std::fmt::Write as _;
use std::io;

use serde_json::json;

use super::{in_json, known};
use crate::cli::answer::Answer;
use crate::cli::args::RulesListArgs;
use crate::cli::exit::Exit;
use crate::cli::{render, terminal};
use crate::model::{REPORT_SCHEMA, Severity};
use crate::upgrade::{Certainty, Rule, Rules, Situation, Verdict};

/// Prints the rules that are asked for: all in the order of their files, or those about a way, the heaviest first.
pub(super) fn run(args: &RulesListArgs, json: bool) -> io::Result<Answer> {
    let rules = match known(&args.files) {
        Ok(rules) => rules,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let wanted = wanted(&rules, args);
    if json {
        let listed = wanted.iter().map(|(rule, certain)| {
            let mut listed = in_json(rule);
            if let (Some(certain), Some(fields)) = (certain, listed.as_object_mut()) {
                fields.insert("certain".to_owned(), (*certain).into());
            }
            listed
        });
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "rules list", "rules": listed.collect::<Vec<_>>(),
        }))?;
        return Ok(Ok(Exit::Done));
    }
    let width = wanted.iter().map(|(rule, _)| rule.id.len()).max().unwrap_or_default();
    let mut table = String::new();
    for (rule, _) in wanted {
        row(&mut table, rule, width).expect("a string can be written to");
    }
    terminal::show(&table)?;
    Ok(Ok(Exit::Done))
}

/// Of rules about a way also whether they apply to every installation.
fn wanted<'r>(rules: &'r Rules, args: &RulesListArgs) -> Vec<(&'r Rule, Option<bool>)> {
    let (Some(from), Some(to)) = (&args.from, &args.to) else {
        return rules.iter().map(|rule| (rule, None)).collect();
    };
    let certain = |verdict: &Verdict<'_>| Some(verdict.certainty == Certainty::Certain);
    let verdicts = rules.judge(from, to, &Situation::default());
    verdicts.iter().map(|verdict| (verdict.rule, certain(verdict))).collect()
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Fatal => "fatal",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn row(table: &mut String, rule: &Rule, width: usize) -> std::fmt::Result {
    let Rule { id, kind, from, to, text, .. } = rule;
    let weight = word(rule.severity);
    write!(table, "{id:width$}  {kind:9}  {weight:7}  from {from} to {to}: {text}")?;
    let conditions = rule.conditions();
    if conditions.is_empty() { writeln!(table) } else { writeln!(table, " (if {conditions})") }
}
