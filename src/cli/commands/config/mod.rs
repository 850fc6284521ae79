//! `config`: what the settings of a server are, and what they will be.

mod describe;
mod diff;
mod effective;
mod env;
mod fix;
mod installed;
mod lint;
mod merge;
mod migrate;
mod test;

use std::io;
use std::path::Path;

use crate::cli::answer::{Answer, Refusal, failure, settle};
use crate::cli::args::{ConfigCommand, Output};
use crate::cli::exit::Exit;
use crate::cli::{hints, system, words};
use crate::config::{Document, Ledger, SettingPath};
use crate::engine::{ConfigFile, ConfigFileError, Leave, read_config_file, write_config_file};
use crate::host::Cancel;

/// Runs one of the configuration's commands.
pub(crate) fn run(command: &ConfigCommand, output: &Output, cancel: Cancel) -> io::Result<Exit> {
    let json = output.json;
    let answer = match command {
        ConfigCommand::Show { target, changed } => installed::show(target, *changed, json, cancel),
        ConfigCommand::Get { target, setting, reveal } => {
            installed::get(target, setting, *reveal, json, cancel)
        }
        ConfigCommand::Explain { target, setting } => {
            installed::explain(target, setting, json, cancel)
        }
        ConfigCommand::Set { target, assignments, break_hardlink } => {
            let leave = Leave { break_hardlink: *break_hardlink };
            installed::set(target, assignments, leave, json, cancel)
        }
        ConfigCommand::Describe(describe) => describe::run(describe, json),
        ConfigCommand::Migrate(migrate) => migrate::run(migrate, json),
        ConfigCommand::Lint { lint } => lint::run(lint, json),
        ConfigCommand::Effective(args) => effective::show(args, json),
        ConfigCommand::Env(args) => env::emit(args, json, cancel),
        ConfigCommand::Diff(args) => diff::run(args, json),
        ConfigCommand::Merge(args) => merge::run(args, json),
        ConfigCommand::Fix(args) => fix::run(args, json),
        ConfigCommand::Test(test) => test::run(test, output),
    };
    settle(answer, name(command), json)
}

const fn name(command: &ConfigCommand) -> &'static str {
    match command {
        ConfigCommand::Show { .. } => "config show",
        ConfigCommand::Get { .. } => "config get",
        ConfigCommand::Set { .. } => "config set",
        ConfigCommand::Explain { .. } => "config explain",
        ConfigCommand::Describe(_) => "config describe",
        ConfigCommand::Migrate(_) => "config migrate",
        ConfigCommand::Lint { .. } => "config lint",
        ConfigCommand::Effective(_) => "config effective",
        ConfigCommand::Env(_) => "config env",
        ConfigCommand::Diff(_) => "config diff",
        ConfigCommand::Merge(_) => "config merge",
        ConfigCommand::Fix(_) => "config fix",
        ConfigCommand::Test(_) => "config test",
    }
}

/// Reads a file that was named, or says what is wrong with it and where.
fn read_file(path: &Path) -> Result<ConfigFile, Refusal> {
    read_config_file(path).map_err(|error| refuse_file(&error))
}

/// Writes a file that was named.
fn write_file(path: &Path, document: &Document) -> Result<(), Refusal> {
    write_config_file(path, document).map_err(|error| refuse_file(&error))
}

/// Writes the account of a merge.
fn write_ledger(path: &Path, ledger: &Ledger) -> Result<(), Refusal> {
    crate::engine::write_ledger(path, ledger).map_err(|error| refuse_file(&error))
}

fn refuse_file(error: &ConfigFileError) -> Refusal {
    let next = match error {
        ConfigFileError::Path(_) => &system::advice_and_again(error),
        ConfigFileError::Document { path, why } => &hints::for_text(why.rule, path),
    };
    (Exit::Refused, failure(words::chain(error), next))
}

/// Reads the name of a setting.
fn parse(name: &str) -> Result<SettingPath, Refusal> {
    name.parse().map_err(|error: crate::config::SettingError| {
        let next = "write it as Section.Key, such as ServiceSettings.SiteURL";
        (Exit::Usage, failure(words::chain(&error), next))
    })
}
