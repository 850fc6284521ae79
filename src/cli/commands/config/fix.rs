//! `config fix`: what is wrong with a file in a way that can be mended without asking.

use std::io;

use serde_json::json;

use super::Answer;
use crate::cli::args::FixArgs;
use crate::cli::exit::Exit;
use crate::cli::{render, words};
use crate::engine::strip_bom;
use crate::model::REPORT_SCHEMA;

/// Mends, and says what was done.
pub(super) fn run(args: &FixArgs, json: bool) -> io::Result<Answer> {
    let changed = match strip_bom(&args.file) {
        Ok(changed) => changed,
        Err(error) => return Ok(Err(super::refuse_file(&error))),
    };
    if json {
        render::json::print(&json!({ "schema": REPORT_SCHEMA, "changed": changed }))?;
    } else if changed {
        words::say("changed: the byte order mark is gone, and the rest is as it was")?;
    } else {
        words::say("nothing to do: there is no byte order mark")?;
    }
    Ok(Ok(Exit::Done))
}
