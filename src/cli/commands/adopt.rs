//! `adopt`.

use std::io;

use super::undertaking::Task;
use crate::cli::args::{AdoptArgs, Output};
use crate::cli::hints;
use crate::cli::progress::Progress;
use crate::engine::{ResolvedAdopt, resolve_adopt};
use crate::host::{Cancel, Host};
use crate::model::{AdoptWish, Failure, Report};

/// Takes an installation over, or only says how it would, and reports.
pub(crate) fn run(
    args: &AdoptArgs,
    dry_run: bool,
    output: &Output,
    cancel: Cancel,
) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let (resolved, host) = match enter(args, cancel) {
        Ok(entered) => entered,
        Err(failure) => return Ok(super::refused("adopt", *failure)),
    };
    let archive = resolved.request.archive.as_deref();
    let task = Task { command: "adopt", undertaking: &resolved, host: &host, archive };
    Ok(if dry_run { task.dry_run() } else { task.run(&mut progress) })
}

fn enter(args: &AdoptArgs, cancel: Cancel) -> Result<(ResolvedAdopt, Host), Box<Failure>> {
    let resolved = resolve_adopt(&wish(args))
        .map_err(|error| super::unentered(&error, &hints::for_resolve_adopt(&error)))?;
    let host = super::host_for(&resolved.root, &resolved.request.prefix, cancel)?;
    Ok((resolved, host))
}

fn wish(args: &AdoptArgs) -> AdoptWish {
    AdoptWish {
        app: args.target.app.clone(),
        root: args.target.root.clone(),
        from: args.from.clone(),
        archive: args.release.clone(),
        version: args.release_version.clone(),
        edition: args.edition.map(Into::into),
        sha256: args.sha256,
        config_file: args.config_file.clone(),
        owner: args.owner.clone(),
        service_user: args.service_user.clone(),
        service: args.service.wish(),
    }
}
