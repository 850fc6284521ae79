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
use crate::cli::{hint, system, words};
use crate::engine::{resolve_prefix, resolve_root};
use crate::host::{Cancel, Host};
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
