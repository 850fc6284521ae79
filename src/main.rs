//! The `mmembed` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    mmembed::cli::run(std::env::args_os())
}
