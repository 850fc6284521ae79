//! `stand-in`: a program that behaves as the real Mattermost server of one version does, warts included.
//! It is no chat server, and it never uses the library that it tests.
//!
//! Which version it is, and what is wrong with it, stands behind its own ELF image (see `trailer`).
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the rules of the library's floors do not bind a program that plays another one"
)]

mod api;
mod arguments;
mod config;
mod database;
mod era;
mod exit;
mod http;
mod lifecycle;
mod log;
mod notify;
mod places;
mod random;
mod schema;
mod signals;
mod trailer;
mod version_command;

use std::env;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use era::Era;
use exit::Exit;
use trailer::Trailer;

fn main() -> ExitCode {
    let exit = match run() {
        Ok(()) => Exit::silent(0),
        Err(exit) => exit,
    };
    let _written = std::io::stdout().lock().write_all(exit.stdout.as_bytes());
    let _written = std::io::stderr().lock().write_all(exit.stderr.as_bytes());
    ExitCode::from(exit.code)
}

fn run() -> Result<(), Exit> {
    let trailer = Trailer::read(Path::new("/proc/self/exe"))
        .map_err(|error| Exit::error(125, format!("stand-in: {error}")))?;
    let era = Era::of(&trailer.version)
        .map_err(|error| Exit::error(125, format!("stand-in: {error}")))?;
    let args: Vec<String> = env::args().skip(1).collect();
    if trailer.wrapper {
        return Err(version_command::wrap(&args));
    }
    let arguments = Arguments::parse(era, &args)?;
    match arguments.command {
        Command::Help => Err(Exit::said(0, arguments::usage(era))),
        Command::Version { skip_server_start } => {
            version_command::run(&trailer, era, &arguments, skip_server_start)
        }
        Command::DbMigrate => database::migrate(&trailer, era, &arguments),
        Command::DbVersion => database::version(&trailer, era, &arguments),
        Command::Server => lifecycle::serve(trailer, era, &arguments),
    }
}
