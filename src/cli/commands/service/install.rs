//! `service install`.

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use super::Wanted;
use crate::cli::answer::{Answer, Refusal, failure};
use crate::cli::args::Output;
use crate::cli::call::{Call, quoted};
use crate::cli::exit::{self, Exit};
use crate::cli::{commands, hints, render, system, words};
use crate::engine::{
    LaunchError, Noted, PutService, ServiceFilesError, ServicePutting, Silent, enabling,
    put_service, read_receipt, run_enabling, shown,
};
use crate::host::{Cancel, Host};
use crate::model::{Failure, Prefix, REPORT_SCHEMA, Service};
use crate::server::{ServiceFiles, ServiceKind};

/// What shall be done besides.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) enable: bool,
    pub(super) force: bool,
}

/// What was done.
struct Installed {
    service: ServiceFiles,
    put: PutService,
    /// The commands that were run.
    ran: Vec<String>,
    /// What is left to the operator.
    next: Vec<String>,
}

/// Puts a service where it is looked for.
pub(super) fn run(
    wanted: &Wanted<'_>,
    asked: Asked,
    output: &Output,
    cancel: Cancel,
) -> io::Result<Answer> {
    let installed = match install(wanted, asked, cancel) {
        Ok(installed) => installed,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if output.json {
        render::json::print(&in_json(&installed))?;
    } else {
        print(&installed)?;
    }
    Ok(Ok(Exit::Done))
}

fn install(wanted: &Wanted<'_>, asked: Asked, cancel: Cancel) -> Result<Installed, Refusal> {
    let (host, prefix) = wanted.enter(cancel)?;
    require_installed(&host, &prefix)?;
    let lock = commands::lock(&host, &prefix, &mut Silent)
        .map_err(|(ending, failure)| (exit::of(ending), failure))?;
    let service = wanted.files(&host, &prefix)?;
    let how = ServicePutting { force: asked.force, enable: asked.enable };
    let put = put_service(&host, &prefix, &lock, &service, how)
        .map_err(|error| refuse(&error, &Call::new(prefix.app(), host.tree.root())))?;
    let is_own_root = host.tree.root() == Path::new("/");
    let commands = enabling(&host, &service);
    let told: Vec<String> = commands.iter().map(shown).collect();
    let ran = if asked.enable && is_own_root {
        for command in &commands {
            run_enabling(&host.exec, command).map_err(|error| unenabled(&error))?;
        }
        told.clone()
    } else {
        Vec::new()
    };
    let left = if ran.is_empty() { told } else { Vec::new() };
    let next = next(&service, &put, &left);
    Ok(Installed { service, put, ran, next })
}

/// Nothing is locked, and nothing made, where nothing is installed.
fn require_installed(host: &Host, prefix: &Prefix) -> Result<(), Refusal> {
    match read_receipt(host, prefix) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(super::refuse(&LaunchError::NotInstalled)),
        Err(error) => Err(super::refuse(&error.into())),
    }
}

/// What is left to type, on the machine that the service is of.
fn next(service: &ServiceFiles, put: &PutService, left: &[String]) -> Vec<String> {
    let name = &service.name;
    let start = match service.kind {
        ServiceKind::Systemd => Some(format!("systemctl start {name}.service")),
        ServiceKind::SysV => Some(format!("service {name} start")),
        // runit starts what it looks after.
        ServiceKind::Runit => put
            .unlinked
            .as_ref()
            .map(|(link, target)| format!("ln -s {target} {}", quoted(&link.to_string_lossy()))),
    };
    left.iter().cloned().chain(start).collect()
}

/// The word by which `upgrade` knows it.
fn word(service: &Service) -> Option<String> {
    match service {
        Service::Systemd { unit } => Some(format!("systemd:{unit}")),
        Service::Runit { name } => Some(format!("runit:{name}")),
        Service::SysV { name } => Some(format!("sysv:{name}")),
        Service::Commands { .. } | Service::None => None,
    }
}

fn print(installed: &Installed) -> io::Result<()> {
    let Installed { service, put, ran, next } = installed;
    let mut out = io::stdout().lock();
    if put.written.is_empty() {
        writeln!(out, "nothing to do: {} is there", service.service())?;
    }
    for path in &put.written {
        writeln!(out, "wrote {}", path.display())?;
    }
    for command in ran {
        writeln!(out, "ran `{command}`")?;
    }
    drop(out);
    if let Some(line) = noted(&put.noted, &service.service()) {
        words::say(&line)?;
    }
    // Where nothing was written, all of it was said before.
    for command in next.iter().filter(|_| !put.written.is_empty()) {
        words::say(&format!("next: `{command}`"))?;
    }
    Ok(())
}

fn noted(noted: &Noted, service: &Service) -> Option<String> {
    let word = word(service)?;
    match noted {
        Noted::Now => Some(format!("noted for `upgrade`: {service}")),
        Noted::Before => None,
        Noted::Other(other) => Some(format!(
            "note: `upgrade` stops and starts the server by {other}; give it --service {word} once to change that"
        )),
        Noted::Not => {
            Some(format!("note: give `upgrade` --service {word} once the service is looked after"))
        }
    }
}

fn in_json(installed: &Installed) -> serde_json::Value {
    let Installed { service, put, ran, next } = installed;
    let ending = if put.written.is_empty() { "nothing-to-do" } else { "done" };
    let noted = matches!(put.noted, Noted::Now | Noted::Before);
    json!({
        "schema": REPORT_SCHEMA, "command": "service install", "ending": ending,
        "kind": service.kind.to_string(), "name": service.name, "service": word(&service.service()),
        "written": put.written, "noted": noted, "ran": ran, "next": next,
    })
}

fn refuse(error: &ServiceFilesError, call: &Call) -> Refusal {
    let next = match error {
        ServiceFilesError::Taken { .. } => {
            let again = call.word("service install");
            &format!(
                "keep what it says and move it away, give another --name, or run {again} with --force; changes to a unit \
                 belong into a drop-in, which `systemctl edit` makes"
            )
        }
        ServiceFilesError::State(error) => &hints::for_state(error),
        ServiceFilesError::Path(_)
        | ServiceFilesError::Exec { .. }
        | ServiceFilesError::Failed { .. } => &system::advice_and_again(error),
    };
    (Exit::Refused, failure(words::chain(error), next))
}

/// The files are there, and may stay.
fn unenabled(error: &ServiceFilesError) -> Refusal {
    let now = "the files of the service are in their place; nobody looks after it yet".to_owned();
    let next = "run that command by hand, or this one again".to_owned();
    (Exit::Remainder, Failure { what: words::chain(error), now, next })
}
