//! One file per command: from arguments to a report.

pub(super) mod adopt;
pub(super) mod backup;
pub(super) mod config;
pub(super) mod install;
pub(super) mod recover;
pub(super) mod restore;
pub(super) mod status;
mod undertaking;
pub(super) mod upgrade;
pub(super) mod verify;

use crate::cli::args::Target;
use crate::cli::{ending, hint, system, words};
use crate::engine::{Reporter, Wish, finish_open, resolve_prefix, resolve_root, take_lock};
use crate::host::{Cancel, Host, Lock};
use crate::model::{Ending, Failure, PlaceReport, Placement, Prefix, RelPath, Report};

/// Opens the host of an installation.
fn enter(target: &Target, cancel: Cancel) -> Result<(Host, Prefix), Box<Failure>> {
    let refuse = |error: &dyn std::error::Error, next: &str| {
        Box::new(Failure {
            what: words::chain(error),
            now: hint::UNCHANGED.to_owned(),
            next: next.to_owned(),
        })
    };
    let root =
        resolve_root(&target.root).map_err(|error| refuse(&error, hint::for_resolve(&error)))?;
    let prefix = resolve_prefix(&root, &target.app)
        .map_err(|error| refuse(&error, hint::for_resolve(&error)))?;
    let territory = crate::engine::installed_territory(&root, &prefix)
        .map_err(|error| refuse(&error, &hint::for_state(&error)))?;
    let host = Host::new(&root, territory, install::meter(), cancel)
        .map_err(|error| refuse(&error, system::advice(&error)))?;
    Ok((host, prefix))
}

/// The lock, with nothing left open by an earlier run: every command that changes something finishes that first.
fn lock(
    host: &Host,
    prefix: &Prefix,
    reporter: &mut dyn Reporter,
) -> Result<Lock, (Ending, Failure)> {
    let lock = take_lock(host, prefix)
        .map_err(|error| (ending::of_lock(&error), hint::for_lock(&error)))?;
    finish_open(host, &lock, prefix, Wish::Usual, reporter).map_err(|error| {
        (ending::of_undertaking(&error), hint::for_undertaking(&error, host, prefix, None))
    })?;
    Ok(lock)
}

fn refused(command: &'static str, failure: Failure) -> Report {
    let mut report = Report::new(command, Ending::Refused);
    report.failure = Some(failure);
    report
}

/// Where the mutable directories are, on this machine.
fn place_reports(host: &Host, live: &RelPath, placements: &[Placement]) -> Vec<PlaceReport> {
    let report = |placement: &Placement| {
        let path = host.tree.absolute(&placement.path(live)?);
        Some(PlaceReport { name: placement.name, path })
    };
    placements.iter().filter_map(report).collect()
}
