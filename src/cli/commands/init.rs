//! `init`: a manifest to begin with.

use std::io::{self, Write};

use serde_json::json;

use crate::cli::answer::{Answer, settle};
use crate::cli::args::InitArgs;
use crate::cli::exit::Exit;
use crate::cli::{hints, render};
use crate::engine::{read_receipt, write_manifest};
use crate::host::{Cancel, printable};
use crate::manifest::Draft;
use crate::model::REPORT_SCHEMA;

/// Writes it, and says where.
pub(crate) fn run(args: &InitArgs, json: bool, cancel: Cancel) -> io::Result<Exit> {
    settle(answer(args, json, cancel), "init", json)
}

fn answer(args: &InitArgs, json: bool, cancel: Cancel) -> io::Result<Answer> {
    let draft = match draft(args, cancel) {
        Ok(draft) => draft,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Err(error) = write_manifest(&args.file, &draft.to_string(), args.force) {
        return Ok(Err(hints::for_manifest(&error)));
    }
    let file = args.file.display().to_string();
    if json {
        render::json::print(&json!({ "schema": REPORT_SCHEMA, "command": "init", "file": file }))?;
    } else {
        writeln!(io::stdout().lock(), "written: {}", printable(file.as_bytes()))?;
    }
    Ok(Ok(Exit::Done))
}

fn draft(args: &InitArgs, cancel: Cancel) -> Result<Draft, crate::cli::answer::Refusal> {
    let (host, prefix) =
        super::enter(&args.target, cancel).map_err(|failure| (Exit::Refused, *failure))?;
    let receipt = read_receipt(&host, &prefix)
        .map_err(|error| (Exit::Refused, super::unentered(&error, &hints::for_state(&error))))?;
    Ok(Draft {
        app: args.target.app.clone(),
        root: args.target.root.clone(),
        installed: receipt.map(|receipt| (receipt, prefix)),
    })
}
