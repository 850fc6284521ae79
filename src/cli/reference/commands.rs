//! Commands and options, as clap has them.

use std::fmt::Write as _;

use clap::{Arg, Command};

use super::cell;
use crate::cli::examples::{Example, examples_of};
use crate::cli::grammar::{bare_grammar, below_path};

/// Writing to a `String` never fails.
const WRITES: &str = "a string can be written to";

/// Every command with its options and examples.
pub(super) fn page() -> String {
    let mut program = bare_grammar();
    program.build();
    let mut text =
        String::from("`mmembed COMMAND --help` and `man mmembed-COMMAND` say the same.\n");
    text.push_str("\n## Options of every command\n\n");
    let everywhere = program.get_arguments().filter(|option| option.is_global_set());
    text.push_str(&options(everywhere));
    for below in program.get_subcommands() {
        add(&mut text, below, below.get_name());
    }
    text
}

fn add(text: &mut String, command: &Command, path: &str) {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    write!(text, "\n## mmembed {path}\n\n{}.\n", cell(&about)).expect(WRITES);
    let usage = command.clone().render_usage().to_string();
    write!(text, "\n```text\n{}\n```\n", usage.trim_start_matches("Usage: ")).expect(WRITES);
    let own = command.get_arguments().filter(|it| !it.is_global_set() && !it.is_hide_set());
    let own: Vec<&Arg> = own.filter(|it| it.get_id() != "help").collect();
    if !own.is_empty() {
        write!(text, "\n{}", options(own.into_iter())).expect(WRITES);
    }
    if let Some(notes) = command.get_after_long_help() {
        write!(text, "\n```text\n{}\n```\n", notes.to_string().trim_end()).expect(WRITES);
    }
    text.push_str("\nExamples:\n\n");
    for Example { line, what } in examples_of(path) {
        let line = line.replace(" \\\n    ", " ");
        writeln!(text, "- `{line}`: {}", cell(what)).expect(WRITES);
    }
    for below in command.get_subcommands() {
        add(text, below, &below_path(path, below.get_name()));
    }
}

fn options<'a>(options: impl Iterator<Item = &'a Arg>) -> String {
    let mut text = String::from("| option | |\n|---|---|\n");
    for option in options {
        let name = cell(&format!("`{}`", typed(option)));
        let help = option.get_long_help().or(option.get_help());
        let help = help.map(ToString::to_string).unwrap_or_default();
        writeln!(text, "| {name} | {}{} |", cell(&help), more(option)).expect(WRITES);
    }
    text
}

/// How it is typed: `-o, --output <DIR>`.
fn typed(option: &Arg) -> String {
    let names: Vec<&str> = option
        .get_value_names()
        .unwrap_or_default()
        .iter()
        .map(clap::builder::Str::as_str)
        .collect();
    let takes = option.get_action().takes_values() && !names.is_empty();
    let values = if takes { format!("<{}>", names.join("> <")) } else { String::new() };
    let Some(long) = option.get_long() else { return values };
    let short = option.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
    format!("{short}--{long} {values}").trim_end().to_owned()
}

/// Possible values, the usual one, the variable that stands for it.
fn more(option: &Arg) -> String {
    let mut text = String::new();
    let code = |words: Vec<String>| cell(&format!("`{}`", words.join("`, `")));
    let possible = option.get_possible_values();
    if option.get_action().takes_values() && !possible.is_empty() {
        let names = possible.iter().map(|value| value.get_name().to_owned()).collect();
        write!(text, "; one of {}", code(names)).expect(WRITES);
    }
    let usual = option.get_default_values().iter().map(|it| it.to_string_lossy().into_owned());
    let usual: Vec<String> = usual.collect();
    if option.get_action().takes_values() && !usual.is_empty() {
        write!(text, "; usually {}", code(usual)).expect(WRITES);
    }
    if let Some(variable) = option.get_env() {
        write!(text, "; variable `{}`", variable.to_string_lossy()).expect(WRITES);
    }
    text
}
