//! The command line as it is parsed, explained and completed: what the arguments say, with examples to each command.

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{Command, CommandFactory, Error, FromArgMatches};

use super::args::Cli;
use super::examples::{Example, examples_of};

/// The program with all its commands.
pub(crate) fn grammar() -> Command {
    with_examples(Cli::command(), "")
}

/// The same without examples.
pub(crate) fn bare_grammar() -> Command {
    Cli::command()
}

/// The variables that stand in for an option of any command.
pub(crate) fn variables() -> Vec<String> {
    let mut names = Vec::new();
    collect_variables(&Cli::command(), &mut names);
    names.sort();
    names.dedup();
    names
}

fn collect_variables(command: &Command, names: &mut Vec<String>) {
    let own = command.get_arguments().filter_map(|argument| argument.get_env());
    names.extend(own.map(|name| name.to_string_lossy().into_owned()));
    for below in command.get_subcommands() {
        collect_variables(below, names);
    }
}

/// What was typed.
///
/// # Errors
/// It makes no sense, or help was asked for.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Cli, Error> {
    let mut grammar = grammar();
    let mut matches = grammar.try_get_matches_from_mut(words)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut grammar))
}

/// What is wrong with a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// As it would be told to whoever typed it.
    pub text: String,
    /// Every word has its place, but something is missing, or a value is none: as in a sentence that leaves out what matters not.
    pub is_incomplete: bool,
}

/// What is wrong with a command line, the program's name first; `None` where it can be typed. Nothing is done: this is for whoever
/// writes about the program.
#[must_use]
pub fn fault_of(words: &[String]) -> Option<Fault> {
    let error = parse(words.iter().map(OsString::from)).err().filter(Error::use_stderr)?;
    let is_incomplete = matches!(
        error.kind(),
        ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::ValueValidation
            | ErrorKind::InvalidValue
    );
    Some(Fault { text: error.to_string(), is_incomplete })
}

/// Values of variables are left out of what is shown: an address may hold a password.
fn with_examples(command: Command, path: &str) -> Command {
    let names: Vec<String> =
        command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let command = command.mut_args(|argument| argument.hide_env_values(true));
    let command = names.iter().fold(command, |command, name| {
        command.mut_subcommand(name, |below| with_examples(below, &below_path(path, name)))
    });
    let text = in_words(examples_of(path));
    let long = command.get_after_long_help().map(|more| format!("{text}\n\n{more}"));
    let command = command.after_help(StyledStr::from(text));
    match long {
        Some(long) => command.after_long_help(long),
        None => command,
    }
}

/// The path of a command below another one.
pub(crate) fn below_path(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path} {name}") }
}

fn in_words(examples: &[Example]) -> String {
    let mut text = String::from("Examples:");
    for Example { line, what } in examples {
        let line = line.replace('\n', "\n  ");
        write!(text, "\n  {line}\n      {what}").expect("a string can be written to");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::examples::paths;

    /// All commands, by their paths.
    fn commands() -> Vec<(String, Command)> {
        fn collect(command: &Command, path: &str, found: &mut Vec<(String, Command)>) {
            found.push((path.to_owned(), command.clone()));
            for below in command.get_subcommands() {
                collect(below, &below_path(path, below.get_name()), found);
            }
        }
        let (mut found, mut program) = (Vec::new(), grammar());
        program.build();
        collect(&program, "", &mut found);
        found
    }

    /// A line as a shell splits it, as far as the examples need one.
    fn words(line: &str) -> Vec<OsString> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        for letter in line.replace(" \\\n    ", " ").chars() {
            match letter {
                '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                letter => words.last_mut().unwrap().push(letter),
            }
        }
        words.into_iter().map(OsString::from).collect()
    }

    #[test]
    fn the_grammar_is_sound() {
        grammar().debug_assert();
    }

    #[test]
    fn every_command_has_examples_and_every_example_a_command() {
        let commands = commands();
        for (path, _) in &commands {
            assert!(!examples_of(path).is_empty(), "`{path}` has no examples");
        }
        for path in paths() {
            assert!(commands.iter().any(|(known, _)| known == path), "there is no `{path}`");
        }
    }

    #[test]
    fn every_example_is_of_its_command_and_can_be_typed() {
        for path in paths() {
            for Example { line, .. } in examples_of(path) {
                assert!(line.starts_with(format!("mmembed {path}").trim()), "{path}: {line}");
                if let Err(error) = parse(words(line)) {
                    panic!("{line}\n{error}");
                }
            }
        }
    }

    #[test]
    fn help_of_every_command_shows_its_examples() {
        for (path, mut command) in commands() {
            for help in [command.render_help(), command.render_long_help()] {
                let help = help.to_string();
                assert!(help.contains("Examples:"), "{path}: {help}");
                for Example { line, .. } in examples_of(&path) {
                    for part in line.lines() {
                        assert!(help.contains(part) && part.len() <= 78, "{path}: {part}\n{help}");
                    }
                }
            }
        }
    }
}
