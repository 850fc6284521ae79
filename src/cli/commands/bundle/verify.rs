//! `bundle verify`.

use std::io::{self, Write};

use serde_json::json;

use super::show::open;
use crate::cli::answer::{Answer, Refusal};
use crate::cli::args::{BundleVerifyArgs, Output};
use crate::cli::commands::sources;
use crate::cli::exit::Exit;
use crate::cli::progress::Progress;
use crate::cli::{hints, render};
use crate::engine::{Errand, Reporter, VerifiedArchive, verify_bundle};
use crate::host::{Cancel, Clock};
use crate::model::REPORT_SCHEMA;

/// Says of each archive whether it is what it is called.
pub(super) fn run(args: &BundleVerifyArgs, output: &Output, cancel: Cancel) -> io::Result<Answer> {
    let mut progress = Progress::open(output)?;
    let archives = match look(args, cancel, &mut progress) {
        Ok(archives) => archives,
        Err(refusal) => return Ok(Err(refusal)),
    };
    drop(progress);
    let good = archives.iter().all(VerifiedArchive::is_good);
    if output.json {
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "bundle verify", "bundle": args.file, "good": good,
            "archives": archives,
        }))?;
    } else {
        let mut out = io::stdout().lock();
        for archive in &archives {
            tell(&mut out, archive)?;
        }
        let word = if good { "good" } else { "BAD" };
        writeln!(out, "{word}: {}", args.file.display())?;
    }
    Ok(Ok(if good { Exit::Done } else { Exit::Artifact }))
}

fn look(
    args: &BundleVerifyArgs,
    cancel: Cancel,
    reporter: &mut dyn Reporter,
) -> Result<Vec<VerifiedArchive>, Refusal> {
    let bundle = open(&args.file, &args.known)?;
    let keys = sources::keys(&args.signatures)?;
    let mut errand = Errand { clock: Clock::system(), cancel, reporter };
    verify_bundle(&bundle, &keys, args.signatures.policy(), &mut errand)
        .map_err(|error| hints::for_bundle(&error))
}

fn tell(out: &mut impl Write, archive: &VerifiedArchive) -> io::Result<()> {
    let word = if archive.is_good() { "good" } else { "BAD" };
    writeln!(out, "{word}: {}", archive.name)?;
    writeln!(out, "  {}, sha256 {}", archive.release, archive.sha256)?;
    if let Some(signature) = &archive.signature {
        writeln!(out, "  signature: {signature}")?;
    }
    match &archive.wrong {
        Some(wrong) => writeln!(out, "  {wrong}"),
        None => Ok(()),
    }
}
