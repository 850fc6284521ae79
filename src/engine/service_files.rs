//! The files of a service, put where its manager looks for them; and the service, noted in the receipt so that the next upgrade
//! knows whom to ask.
//!
//! None of this is a transaction: each file takes its name in one rename, all are looked at before the first is written, and
//! whatever was interrupted is completed by the next call.

use std::path::{Path, PathBuf};

use super::open::make_path;
use super::state_files::{StateFileError, read_receipt};
use crate::host::{Exec, ExecError, Exit, Host, Kind, Lock, PathError, Territory, resolve_within};
use crate::model::{CommandSpec, Prefix, Receipt, RelPath, Service, Viewpoint, redact};
use crate::server::{Seal, ServiceFile, ServiceFiles, ServiceKind, read_seal};

/// No file of ours is larger.
const LARGEST: u64 = 1024 * 1024;

/// Is there while systemd runs the machine, see `sd_booted(3)`.
const SYSTEMD: &str = "run/systemd/system";

/// What may be done when a service is put in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServicePutting {
    /// Are files replaced that somebody else has written or changed?
    pub force: bool,
    /// Is it begun to be looked after where a file does that: by the link of runit?
    pub enable: bool,
}

/// What became of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutService {
    /// What was written, by its path on this machine; nothing where all was there already.
    pub written: Vec<PathBuf>,
    /// The link by which runit would look after it, and what that says, where nobody has asked for it.
    pub unlinked: Option<(PathBuf, String)>,
    /// What the receipt says now.
    pub noted: Noted,
}

/// What a receipt says of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Noted {
    /// This one, from now on.
    Now,
    /// This one, since before.
    Before,
    /// Another one.
    Other(Service),
    /// None: the service is not that of this machine, or nobody looks after it yet.
    #[default]
    Not,
}

/// Why a service could not be put in its place.
#[derive(Debug, thiserror::Error)]
pub enum ServiceFilesError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// Somebody else's file would be lost.
    #[error("{} {what}", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
        /// What it is, as the rest of a sentence.
        what: &'static str,
    },
    /// A program of the service manager could not be run.
    #[error("`{command}` could not be run")]
    Exec {
        /// The program and its words.
        command: String,
        /// Why.
        #[source]
        source: ExecError,
    },
    /// A program of the service manager failed.
    #[error("`{command}` failed ({exit}): {last_words}")]
    Failed {
        /// The program and its words.
        command: String,
        /// How it ended.
        exit: Exit,
        /// What it said last, secrets masked.
        last_words: String,
    },
}

/// Puts the files of a service where its manager looks for them. Nothing is written where all of it is there already.
///
/// # Errors
/// When a file of somebody else's is in the way and nothing was said about force: then nothing was written.
pub fn put_service(
    host: &Host,
    prefix: &Prefix,
    _lock: &Lock,
    service: &ServiceFiles,
    how: ServicePutting,
) -> Result<PutService, ServiceFilesError> {
    let looked_after = look_after(host, service)?;
    let link = looked_after.clone().filter(|_| how.enable);
    let mut tops: Vec<RelPath> = service.files.iter().map(|file| file.path.clone()).collect();
    tops.extend(link.iter().map(|link| link.path.clone()));
    tops.push(prefix.state());
    let host = &host.reaching(Territory::new(tops))?;
    let mut missing = Vec::new();
    for file in &service.files {
        if is_missing(host, prefix, file, how.force)? {
            missing.push(file);
        }
    }
    let link = match link {
        Some(link) if !is_linked(host, &link, how.force)? => Some(link),
        _ => None,
    };
    let mut put = PutService::default();
    for file in missing {
        make_parent(host, &file.path)?;
        host.tree.replace(&file.path, file.text.as_bytes(), file.mode, None)?;
        put.written.push(host.tree.absolute(&file.path));
    }
    if let Some(Link { path, target }) = link {
        make_parent(host, &path)?;
        host.tree.remove_file(&path)?;
        host.tree.make_link(&path, &path.link_to(&target))?;
        put.written.push(host.tree.absolute(&path));
    }
    put.unlinked = looked_after
        .as_ref()
        .filter(|_| !how.enable)
        .map(|Link { path, target }| (host.tree.absolute(path), path.link_to(target)));
    put.noted = note(host, prefix, service, looked_after)?;
    Ok(put)
}

/// The link by which runit looks after a service.
#[derive(Clone)]
struct Link {
    path: RelPath,
    target: RelPath,
}

/// Distributions have links of their own for the directory that it lies in, absolute ones too.
fn look_after(host: &Host, service: &ServiceFiles) -> Result<Option<Link>, PathError> {
    let Some((path, target)) = service.link() else {
        return Ok(None);
    };
    let directory = path.parent().unwrap_or_else(RelPath::here);
    let directory = resolve_within(host.tree.root(), &directory)?;
    Ok(Some(Link { path: directory.join(path.name()), target }))
}

fn make_parent(host: &Host, path: &RelPath) -> Result<(), PathError> {
    path.parent().map_or(Ok(()), |parent| make_path(host, &parent, 0o755))
}

/// Has a file to be written? Refuses where that would take somebody's away.
fn is_missing(
    host: &Host,
    prefix: &Prefix,
    file: &ServiceFile,
    force: bool,
) -> Result<bool, ServiceFilesError> {
    let Some(stat) = host.tree.stat(&file.path)? else {
        return Ok(true);
    };
    let taken = |what| {
        let path = host.tree.absolute(&file.path);
        if force { Ok(true) } else { Err(ServiceFilesError::Taken { path, what }) }
    };
    match stat.kind {
        Kind::Directory | Kind::Special => {
            let path = host.tree.absolute(&file.path);
            Err(ServiceFilesError::Taken { path, what: "is there, and is no file" })
        }
        Kind::Symlink => taken("is there, and is a link"),
        Kind::File => {
            let content = host.tree.read(&file.path, LARGEST)?.unwrap_or_default();
            if content == file.text.as_bytes() {
                return Ok(stat.mode != file.mode);
            }
            match read_seal(prefix.app(), &content) {
                Seal::Whole => Ok(true),
                Seal::Broken => taken("was changed by somebody since mmembed wrote it"),
                Seal::Foreign => taken("was not written by mmembed for this application"),
            }
        }
    }
}

fn is_linked(host: &Host, link: &Link, force: bool) -> Result<bool, ServiceFilesError> {
    let Link { path, target } = link;
    let taken = |what| Err(ServiceFilesError::Taken { path: host.tree.absolute(path), what });
    match host.tree.stat(path)?.map(|stat| stat.kind) {
        None => Ok(false),
        Some(Kind::Symlink) if is_target(host, path, target)? => Ok(true),
        Some(Kind::Symlink) if force => Ok(false),
        Some(Kind::Symlink) => taken("is there, and leads elsewhere"),
        Some(Kind::File | Kind::Directory | Kind::Special) => taken("is there, and is no link"),
    }
}

/// Administrators write the absolute path.
fn is_target(host: &Host, path: &RelPath, target: &RelPath) -> Result<bool, PathError> {
    let said = host.tree.read_link(path)?;
    Ok(said == path.link_to(target) || said == format!("/{target}"))
}

/// Notes the service in the receipt if none is noted there.
fn note(
    host: &Host,
    prefix: &Prefix,
    service: &ServiceFiles,
    link: Option<Link>,
) -> Result<Noted, ServiceFilesError> {
    let Some(receipt) = read_receipt(host, prefix)? else {
        return Ok(Noted::Not);
    };
    let Some(own) = service_here(host, service, link, receipt.viewpoint)? else {
        return Ok(Noted::Not);
    };
    if receipt.service == own {
        return Ok(Noted::Before);
    }
    if !receipt.service.is_none() {
        return Ok(Noted::Other(receipt.service));
    }
    let receipt = Receipt { service: own, ..receipt };
    let text = serde_json::to_vec_pretty(&receipt).expect("a receipt is plain data");
    host.tree.replace(&prefix.receipt(), &text, 0o644, None)?;
    Ok(Noted::Now)
}

/// The service as this machine's own manager knows it; `None` where that does not look below this root, or not yet.
fn service_here(
    host: &Host,
    service: &ServiceFiles,
    link: Option<Link>,
    viewpoint: Viewpoint,
) -> Result<Option<Service>, PathError> {
    let is_own_root = host.tree.root() == Path::new("/");
    let linked = match link {
        Some(Link { path, .. }) if host.tree.exists(&path)? => Some(host.tree.absolute(&path)),
        Some(_) => return Ok(None),
        None => None,
    };
    Ok(match (is_own_root, viewpoint, linked) {
        (true, _, _) => Some(service.service()),
        // runit finds a service by the path of its directory, wherever that is.
        (false, Viewpoint::ThisMachine, Some(path)) => {
            path.to_str().map(|path| Service::Runit { name: path.to_owned() })
        }
        (false, _, _) => None,
    })
}

/// The commands by which a service is looked after from now on, once its files are there; they start nothing. None where files are
/// all that it takes.
#[must_use]
pub fn enabling(host: &Host, service: &ServiceFiles) -> Vec<CommandSpec> {
    let name = &service.name;
    match service.kind {
        ServiceKind::Runit => Vec::new(),
        ServiceKind::Systemd => {
            let reload = CommandSpec::new("systemctl").arg("daemon-reload");
            let unit = format!("{name}.service");
            let enable = CommandSpec::new("systemctl").arg("enable").arg("--").arg(unit);
            let runs = host.tree.root().join(SYSTEMD);
            let is_booted = crate::host::exists_outside(&runs);
            is_booted.then_some(reload).into_iter().chain([enable]).collect()
        }
        ServiceKind::SysV if host.exec.find("update-rc.d".as_ref()).is_some() => {
            vec![CommandSpec::new("update-rc.d").arg(name).arg("defaults")]
        }
        ServiceKind::SysV => vec![CommandSpec::new("chkconfig").arg("--add").arg(name)],
    }
}

/// Runs such a command.
///
/// # Errors
/// When it cannot be run, or fails.
pub fn run_enabling(exec: &Exec, spec: &CommandSpec) -> Result<(), ServiceFilesError> {
    let command = shown(spec);
    match exec.run(spec) {
        Ok(output) if output.exit.is_success() => Ok(()),
        Ok(output) => {
            let last_words = redact(&output.stderr.last_lines(3).join(" / "));
            Err(ServiceFilesError::Failed { command, exit: output.exit, last_words })
        }
        Err(source) => Err(ServiceFilesError::Exec { command, source }),
    }
}

/// A command as one would type it.
#[must_use]
pub fn shown(spec: &CommandSpec) -> String {
    let words = spec.args.iter().map(String::as_str).filter(|word| *word != "--");
    let program = spec.program.to_string_lossy();
    [&*program].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}
