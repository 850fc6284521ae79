//! `bundle create`.

use std::io::{self, Write};

use serde_json::json;

use crate::cli::answer::{Answer, Refusal, failure};
use crate::cli::args::{BundleCreateArgs, Output};
use crate::cli::commands::{meter, rules, sources};
use crate::cli::exit::Exit;
use crate::cli::progress::Progress;
use crate::cli::{hints, render};
use crate::engine::{
    AcquireError, BundleArchives, BundleWish, CreatedBundle, Errand, Reporter, create_bundle,
};
use crate::host::{Cancel, Clock, this_machine};
use crate::model::{Edition, REPORT_SCHEMA};

/// Makes a bundle, and says what is in it.
pub(super) fn run(args: &BundleCreateArgs, output: &Output, cancel: Cancel) -> io::Result<Answer> {
    let mut progress = Progress::open(output)?;
    let created = match create(args, cancel, &mut progress) {
        Ok(created) => created,
        Err(refusal) => return Ok(Err(refusal)),
    };
    drop(progress);
    let CreatedBundle { path, size, index, findings } = created;
    if output.json {
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "bundle create", "bundle": path, "size": size,
            "index": index, "findings": findings,
        }))?;
        return Ok(Ok(Exit::Done));
    }
    render::human::tell(&findings)?;
    let mut out = io::stdout().lock();
    for archive in index.archives() {
        let signed = if index.signature_of(&archive.name).is_some() { ", signed" } else { "" };
        writeln!(out, "{}{signed}", archive.name)?;
    }
    writeln!(out, "written: {}, {size} bytes", path.display())?;
    Ok(Ok(Exit::Done))
}

fn create(
    args: &BundleCreateArgs,
    cancel: Cancel,
    reporter: &mut dyn Reporter,
) -> Result<CreatedBundle, Refusal> {
    if args.from.is_none() && !args.rules.accept.is_empty() {
        let what = "--accept says nothing about releases that are named one by one".to_owned();
        return Err((
            Exit::Refused,
            failure(what, "leave it out, or name a way with --from and --to"),
        ));
    }
    let rules = rules::judged_by(&args.rules)?;
    let sources = sources::open(&args.sources)?;
    let bundled = sources.bundle.as_ref().map(|bundle| bundle.index().edition);
    let archives = match (&args.from, &args.to) {
        (Some(from), Some(to)) => BundleArchives::Chain { from: from.clone(), to: to.clone() },
        (_, _) => BundleArchives::Releases(args.release.clone()),
    };
    let wish = BundleWish {
        archives,
        edition: args.edition.map(Into::into).or(bundled).unwrap_or(Edition::Team),
        platform: sources::platform(&args.sources).ok_or_else(|| {
            hints::for_acquire(&AcquireError::NoPlatform { here: this_machine() })
        })?,
        rules,
        output: args.output.clone(),
        replace: args.force,
    };
    let mut errand = Errand { clock: Clock::system(), cancel, reporter };
    create_bundle(&sources, &wish, meter(), &mut errand)
        .map_err(|error| hints::for_bundle_creation(&error))
}
