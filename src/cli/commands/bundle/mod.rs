//! `bundle`: archives in one file.

mod create;
mod show;
mod verify;

use std::io;

use crate::cli::answer::settle;
use crate::cli::args::{BundleCommand, Output};
use crate::cli::exit::Exit;
use crate::host::Cancel;

/// Runs one of the commands.
pub(crate) fn run(command: &BundleCommand, output: &Output, cancel: Cancel) -> io::Result<Exit> {
    let (name, answer) = match command {
        BundleCommand::Create(args) => ("bundle create", create::run(args, output, cancel)),
        BundleCommand::Verify(args) => ("bundle verify", verify::run(args, output, cancel)),
        BundleCommand::Show { file, known } => ("bundle show", show::run(file, known, output.json)),
    };
    settle(answer, name, output.json)
}
