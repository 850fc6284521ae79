//! `releases fetch`.

use std::io::{self, Write};

use serde_json::json;

use crate::cli::answer::{Answer, Refusal};
use crate::cli::args::{FetchArgs, Output};
use crate::cli::commands::sources;
use crate::cli::exit::Exit;
use crate::cli::progress::Progress;
use crate::cli::{hints, render};
use crate::engine::{ArchiveSource, ArchiveWish, Delivered, Errand, Reporter, deliver};
use crate::host::{Cancel, Clock};
use crate::model::REPORT_SCHEMA;

/// Gets an archive, and lays it into a directory.
pub(super) fn run(args: &FetchArgs, output: &Output, cancel: Cancel) -> io::Result<Answer> {
    let mut progress = Progress::open(output)?;
    let delivered = match fetch(args, cancel, &mut progress) {
        Ok(delivered) => delivered,
        Err(refusal) => return Ok(Err(refusal)),
    };
    drop(progress);
    let Delivered { archive, signature, sha256, findings } = delivered;
    if output.json {
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "releases fetch", "archive": archive,
            "signature": signature, "sha256": sha256, "findings": findings,
        }))?;
        return Ok(Ok(Exit::Done));
    }
    render::human::tell(&findings)?;
    let mut out = io::stdout().lock();
    for path in [Some(archive), signature].into_iter().flatten() {
        writeln!(out, "{}", path.display())?;
    }
    Ok(Ok(Exit::Done))
}

fn fetch(
    args: &FetchArgs,
    cancel: Cancel,
    reporter: &mut dyn Reporter,
) -> Result<Delivered, Refusal> {
    let wish = ArchiveWish {
        source: ArchiveSource::Known(args.release.clone()),
        edition: args.edition.map(Into::into),
        version: None,
        platform: sources::platform(&args.sources),
        sha256: args.sha256,
    };
    let mut errand = Errand { clock: Clock::system(), cancel, reporter };
    deliver(&sources::open(&args.sources)?, &wish, &args.to, &mut errand)
        .map_err(|error| hints::for_acquire(&error))
}
