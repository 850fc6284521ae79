//! `upgrade --to` and `plan --to`.

mod report;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::{host_for, rules, sources, unentered};
use crate::cli::answer::{Refusal, refused};
use crate::cli::args::{Dumps, Output, UpgradeArgs};
use crate::cli::exit::Exit;
use crate::cli::progress::Progress;
use crate::cli::{hints, render};
use crate::engine::{
    ChainWish, Silent, Sources, Walking, goal, look_at_dump, read_receipt, resolve_prefix,
    resolve_root, walk,
};
use crate::host::{Cancel, Clock, Host, PathError, write_public_outside};
use crate::model::{BackupPace, Finding, Prefix, ReleaseSelector, Report};
use crate::upgrade::{Rules, Wishes};

/// What a chain is planned and walked with.
struct Entered {
    host: Host,
    prefix: Prefix,
    sources: Sources,
    rules: Rules,
    wish: ChainWish,
    findings: Vec<Finding>,
}

/// Walks the chain, and reports, into these files too.
pub(super) fn run(
    args: &UpgradeArgs,
    to: &ReleaseSelector,
    reports: &[PathBuf],
    output: &Output,
    cancel: Cancel,
) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let entered = match enter(args, to, cancel) {
        Ok(entered) => entered,
        Err(refusal) => return Ok(refused("upgrade", refusal)),
    };
    let Entered { host, prefix, sources, rules, wish, findings } = &entered;
    let walking = Walking { host, prefix, wish, rules, sources };
    let walked = walk(walking, &mut progress);
    drop(progress);
    let mut report = report::walked(walked, findings.clone(), host, prefix);
    for path in reports {
        if let Err(error) = write_report(path, &report) {
            report.findings.push(hints::unwritten(&error));
        }
    }
    Ok(report)
}

/// By its name: a page, Markdown, or an object for programs.
fn write_report(path: &Path, report: &Report) -> Result<(), PathError> {
    let text = match path.extension().and_then(OsStr::to_str) {
        Some("html") => render::page::report(report),
        Some("md") => render::markdown::report(report),
        _ => serde_json::to_string_pretty(report).expect("a report is plain data") + "\n",
    };
    write_public_outside(path, text.as_bytes())
}

/// Says which hops there would be, and changes nothing.
pub(super) fn plan(
    command: &'static str,
    args: &UpgradeArgs,
    to: &ReleaseSelector,
    cancel: Cancel,
) -> Report {
    let entered = match enter(args, to, cancel) {
        Ok(entered) => entered,
        Err(refusal) => return refused(command, refusal),
    };
    let Entered { host, prefix, sources, rules, wish, findings } = &entered;
    let walking = Walking { host, prefix, wish, rules, sources };
    let planned = walking.preview(&mut Silent);
    report::planned(command, planned, findings.clone(), host, prefix)
}

fn enter(args: &UpgradeArgs, to: &ReleaseSelector, cancel: Cancel) -> Result<Entered, Refusal> {
    let rules = rules::judged_by(&args.hop.rules)?;
    let refuse = |error: &crate::engine::ResolveError| {
        (Exit::Refused, unentered(error, hints::for_resolve(error)))
    };
    let root = resolve_root(&args.target.root).map_err(|error| refuse(&error))?;
    let prefix = resolve_prefix(&root, &args.target.app).map_err(|error| refuse(&error))?;
    let host = host_for(&root, &prefix, cancel).map_err(|failure| (Exit::Refused, *failure))?;
    read_receipt(&host, &prefix)
        .map_err(|error| (Exit::Refused, unentered(&error, &hints::for_state(&error))))?
        .ok_or_else(hints::not_installed)?;
    let sources = sources::open(&args.sources)?;
    let clock = Clock::system();
    let (version, finding) =
        goal(&sources, to, &clock).map_err(|error| hints::for_acquire(&error))?;
    let mut findings: Vec<Finding> = finding.into_iter().collect();
    let backups = match &args.chain.backup {
        Dumps::Each => BackupPace::Each,
        Dumps::Once => BackupPace::Once,
        Dumps::Own(file) => {
            let seen = look_at_dump(file).map_err(|error| hints::for_own_dump(&error))?;
            findings.push(seen);
            BackupPace::Own
        }
    };
    let until = args.chain.until_time.map(|until| until.after(&clock.here()));
    let wish = ChainWish {
        hop: args.wish(),
        to: version,
        edition: args.facts.edition.map(Into::into),
        platform: sources::platform(&args.sources),
        wishes: Wishes {
            via: args.chain.via.iter().cloned().collect(),
            every: args.chain.every.map(Into::into),
            only: None,
        },
        only_at_hand: args.chain.only_cached,
        backups,
        stop_after: args.chain.stop_after.clone(),
        until: until.transpose().map_err(|error| hints::for_time(&error))?,
    };
    let host = args.cluster.on(host);
    Ok(Entered { host, prefix, sources, rules, wish, findings })
}
