//! `schema`: the form of what mmembed reads and writes, for programs.

use std::io::{self, Write};

use crate::cli::args::SchemaArg;
use crate::cli::exit::Exit;

/// Prints a JSON Schema.
pub(crate) fn run(of: SchemaArg) -> io::Result<Exit> {
    io::stdout().lock().write_all(text(of).as_bytes())?;
    Ok(Exit::Done)
}

const fn text(of: SchemaArg) -> &'static str {
    match of {
        SchemaArg::Manifest => include_str!("../schema/manifest.json"),
        SchemaArg::Plan => include_str!("../schema/plan.json"),
        SchemaArg::Report => include_str!("../schema/report.json"),
        SchemaArg::Event => include_str!("../schema/event.json"),
        SchemaArg::Rules => include_str!("../schema/rules.json"),
        SchemaArg::Doctor => include_str!("../schema/doctor.json"),
    }
}
