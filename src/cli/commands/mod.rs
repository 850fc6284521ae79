//! One file per command: from arguments to a report.

pub(super) mod adopt;
pub(super) mod apply;
pub(super) mod backup;
pub(super) mod bundle;
mod catalog;
mod chain;
pub(super) mod completions;
pub(super) mod config;
pub(super) mod doctor;
pub(super) mod explain;
pub(super) mod init;
pub(super) mod install;
pub(super) mod man;
mod placing;
pub(super) mod plan;
pub(super) mod recover;
pub(super) mod releases;
pub(super) mod restore;
pub(super) mod rules;
pub(super) mod schema;
pub(super) mod service;
mod sources;
pub(super) mod status;
mod undertaking;
pub(super) mod upgrade;
pub(super) mod verify;

use std::error::Error;
use std::path::Path;

use crate::cli::answer::UNCHANGED;
use crate::cli::args::Target;
use crate::cli::{ending, hints, system, words};
use crate::engine::{
    Reporter, Wish, finish_open, own_territory, resolve_prefix, resolve_root, take_lock,
};
use crate::host::{Cancel, Host, Lock, Meter};
use crate::model::{Ending, Failure, PlaceReport, Placement, Prefix, RelPath, Report};

/// Opens the host of an installation.
fn enter(target: &Target, cancel: Cancel) -> Result<(Host, Prefix), Box<Failure>> {
    let root = resolve_root(&target.root)
        .map_err(|error| unentered(&error, hints::for_resolve(&error)))?;
    let prefix = resolve_prefix(&root, &target.app)
        .map_err(|error| unentered(&error, hints::for_resolve(&error)))?;
    let territory = crate::engine::installed_territory(&root, &prefix)
        .map_err(|error| unentered(&error, &hints::for_state(&error)))?;
    let host = Host::new(&root, territory, meter(), cancel)
        .map_err(|error| unentered(&error, system::advice(&error)))?;
    Ok((host, prefix))
}

/// The host that something is undertaken on.
fn host_for(root: &Path, prefix: &Prefix, cancel: Cancel) -> Result<Host, Box<Failure>> {
    Host::new(root, own_territory(prefix), meter(), cancel)
        .map_err(|error| Box::new(unentered(&error, "check the root")))
}

/// A failure from before anything was looked at.
fn unentered(error: &dyn Error, next: &str) -> Failure {
    let (what, now) = (words::chain(error), UNCHANGED.to_owned());
    Failure { what, now, next: next.to_owned() }
}

/// The tests of this project kill the program at a chosen mutation, or before a chosen record of its journal.
#[cfg(feature = "fakes")]
#[expect(clippy::disallowed_methods, reason = "only the project's own tests set it")]
fn meter() -> Meter {
    use crate::host::Fault;
    let number = |name| std::env::var(name).ok().and_then(|at| at.parse().ok());
    match (number("MMEMBED_TEST_KILL_AT"), number("MMEMBED_TEST_KILL_AT_RECORD")) {
        (Some(at), _) => Meter::with_fault(at, Fault::Kill),
        (None, Some(at)) => Meter::killing_at_record(at),
        (None, None) => Meter::default(),
    }
}

#[cfg(not(feature = "fakes"))]
fn meter() -> Meter {
    Meter::default()
}

/// The lock, with nothing left open by an earlier run: every command that changes something finishes that first.
fn lock(
    host: &Host,
    prefix: &Prefix,
    reporter: &mut dyn Reporter,
) -> Result<Lock, (Ending, Failure)> {
    let lock = take_lock(host, prefix)
        .map_err(|error| (ending::of_lock(&error), hints::for_lock(&error)))?;
    finish_open(host, &lock, prefix, Wish::Usual, reporter).map_err(|error| {
        (ending::of_undertaking(&error), hints::for_undertaking(&error, host, prefix, None))
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
