//! `rules`: what upgrades are judged by.

mod list;
mod show;

use std::io;

use serde_json::{Value, json};

use crate::cli::answer::{Refusal, settle};
use crate::cli::args::{RuleArgs, RuleFileArgs, RulesCommand};
use crate::cli::exit::Exit;
use crate::cli::hints;
use crate::engine::read_rules;
use crate::upgrade::{Condition, Rule, Rules};

/// Runs one of the commands.
pub(crate) fn run(command: &RulesCommand, json: bool) -> io::Result<Exit> {
    let (name, answer) = match command {
        RulesCommand::List(args) => ("rules list", list::run(args, json)),
        RulesCommand::Show { rule, files } => ("rules show", show::run(rule, files, json)),
    };
    settle(answer, name, json)
}

/// The rules that a way is found and a hop is judged by.
pub(super) fn judged_by(args: &RuleArgs) -> Result<Rules, Refusal> {
    read_rules(&args.files.rules, &args.accept).map_err(|error| hints::for_rules(&error))
}

/// The rules that there are.
fn known(args: &RuleFileArgs) -> Result<Rules, Refusal> {
    read_rules(&args.rules, &[]).map_err(|error| hints::for_rules(&error))
}

/// All that a rule says. Its fields are those of a file of rules.
fn in_json(rule: &Rule) -> Value {
    let when: Vec<String> = rule.when.iter().map(Condition::written).collect();
    json!({
        "id": rule.id, "kind": rule.kind, "from": rule.from.to_string(), "to": rule.to.to_string(),
        "through": rule.through.as_ref().map(ToString::to_string), "when": when,
        "severity": rule.severity, "text": rule.text, "advice": rule.advice, "source": rule.source,
    })
}
