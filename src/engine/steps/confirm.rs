//! Confirming that a staged tree is the release it is said to be.

use std::cell::RefCell;

use super::context::StepContext;
use super::error::StepError;
use crate::host::{
    ExecError, Host, Kind, PathError, ProgramError, program_glibc, program_head, this_glibc,
    this_machine,
};
use crate::model::{
    Edition, Event, GlibcVersion, Machine, Owner, Plan, RelPath, Release, Step, Version, redact,
};
use crate::server::{
    Banner, Era, IdentityVerdict, Refusal, Shape, ShapeKind, VersionCommand, edition_of,
};

/// Why a tree is not the release it is said to be.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Parts of a release of that version are missing.
    #[error("this is no {release}: it lacks {}", missing.join(", "))]
    Incomplete {
        /// What it is said to be.
        release: Release,
        /// What is missing.
        missing: Vec<String>,
    },
    /// It is the other edition.
    #[error("this is the {seen} edition of Mattermost, not the {expected} edition")]
    WrongEdition {
        /// What it is said to be.
        expected: Edition,
        /// What its licence file says.
        seen: Edition,
    },
    /// The server is no program.
    #[error(transparent)]
    NoProgram(#[from] ProgramError),
    /// The server is made for another kind of machine.
    #[error("the server in this release is made for {made_for}, and this machine is {here}")]
    WrongMachine {
        /// What it is made for.
        made_for: Machine,
        /// What this machine is.
        here: Machine,
    },
    /// The server needs a newer C library.
    #[error(
        "the server in this release needs the GNU C library {needed}, and this machine has {here}"
    )]
    OldLibrary {
        /// What it needs.
        needed: GlibcVersion,
        /// What is here.
        here: GlibcVersion,
    },
    /// The program says that it is another version.
    #[error("the server in this release says that it is {seen}, not {expected}")]
    WrongVersion {
        /// What it is said to be.
        expected: Version,
        /// What it says.
        seen: Version,
    },
    /// The program cannot be run here.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// The program did not tell its version.
    #[error("the server in this release does not tell its version ({exit}): {words}")]
    TellsNothing {
        /// How the command ended.
        exit: String,
        /// What it said instead.
        words: String,
    },
}

impl ConfirmError {
    /// Is it the archive that is to blame (as opposed to the host that could not look)?
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Self::Path(_) | Self::Exec(_) | Self::NoProgram(ProgramError::Path(_)))
    }

    pub(crate) fn is_crash(&self) -> bool {
        matches!(self, Self::Path(error) if error.is_crash())
    }
}

/// Looks at the tree, and asks the program itself where asking has no side effects.
pub(super) fn perform(
    tree: &RelPath,
    release: &Release,
    run_as: Option<Owner>,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    confirm_shape(cx.host, tree, release)?;
    confirm_edition(cx.host, tree, release)?;
    match confirm_machine(cx.host, tree, release) {
        // A staging root may be made for another machine than the one that makes it.
        Err(error @ (ConfirmError::WrongMachine { .. } | ConfirmError::OldLibrary { .. }))
            if !starts_here(cx.plan) =>
        {
            let text = format!("{error}; it was not asked for its version");
            cx.reporter.hear(&Event::Note { text });
            return Ok(());
        }
        confirmed => confirmed?,
    }
    let note = confirm_version(cx.host, tree, release, run_as)?;
    cx.reporter.hear(&Event::Note { text: note });
    Ok(())
}

fn starts_here(plan: &Plan) -> bool {
    plan.steps.iter().any(|planned| matches!(planned.step, Step::Prove(_)))
}

fn confirm_shape(host: &Host, tree: &RelPath, release: &Release) -> Result<(), ConfirmError> {
    let failure = RefCell::new(None);
    let missing: Vec<String> = Shape::of(&release.version)
        .missing(|entry| {
            let wanted = match entry.kind {
                ShapeKind::File | ShapeKind::Program => Kind::File,
                ShapeKind::Directory => Kind::Directory,
            };
            match host.tree.stat(&tree.below(&entry.path)) {
                Ok(seen) => seen.is_some_and(|stat| stat.kind == wanted),
                Err(error) => {
                    failure.replace(Some(error));
                    true
                }
            }
        })
        .into_iter()
        .map(|entry| entry.path.to_string())
        .collect();
    match failure.into_inner() {
        Some(error) => Err(error.into()),
        None if missing.is_empty() => Ok(()),
        None => Err(ConfirmError::Incomplete { release: release.clone(), missing }),
    }
}

fn confirm_edition(host: &Host, tree: &RelPath, release: &Release) -> Result<(), ConfirmError> {
    let names = host.tree.list(tree)?;
    match edition_of(names.iter().map(String::as_str)) {
        Some(seen) if seen != release.edition => {
            Err(ConfirmError::WrongEdition { expected: release.edition, seen })
        }
        Some(_) | None => Ok(()),
    }
}

/// Would the server run here at all? A version that is not asked for its version would tell only when it is started.
fn confirm_machine(host: &Host, tree: &RelPath, release: &Release) -> Result<(), ConfirmError> {
    let binary = Era::of(&release.version).server_binary();
    let program = binary.under(&host.tree.absolute(tree));
    let (made_for, here) = (program_head(&program)?.machine, this_machine());
    if !here.runs(made_for) {
        return Err(ConfirmError::WrongMachine { made_for, here });
    }
    match (program_glibc(&program)?, this_glibc(&host.exec)) {
        (Some(needed), Some(here)) if needed > here => {
            Err(ConfirmError::OldLibrary { needed, here })
        }
        _ => Ok(()),
    }
}

fn confirm_version(
    host: &Host,
    tree: &RelPath,
    release: &Release,
    run_as: Option<Owner>,
) -> Result<String, ConfirmError> {
    let Some(command) = VersionCommand::for_staged(&release.version) else {
        let text = "servers of this version migrate the database when asked for their version; it is read off the \
                    running server instead";
        return Ok(text.to_owned());
    };
    let mut spec = command.spec(&release.version, &host.tree.absolute(tree));
    spec.run_as = run_as;
    let output = host.exec.run(&spec)?;
    let (stdout, stderr) = (output.stdout.text(), output.stderr.text());
    match Banner::parse(&stdout, &stderr) {
        Some(banner) => judge(&banner, release),
        None if command.if_unknown == Refusal::TellsNothing => {
            Ok("the version command of this release tells nothing; its running server will"
                .to_owned())
        }
        None => Err(ConfirmError::TellsNothing {
            exit: output.exit.to_string(),
            words: redact(last_line(&stderr).unwrap_or("nothing")),
        }),
    }
}

fn judge(banner: &Banner, release: &Release) -> Result<String, ConfirmError> {
    if let Some(seen) = banner.edition.filter(|seen| *seen != release.edition) {
        return Err(ConfirmError::WrongEdition { expected: release.edition, seen });
    }
    let version = &release.version;
    match banner.matches(version) {
        IdentityVerdict::Equal => Ok(format!("the version command says {version}")),
        IdentityVerdict::SameMinor => {
            let (major, minor) = (version.major(), version.minor());
            Ok(format!("the version command says {major}.{minor}, without a patch number"))
        }
        IdentityVerdict::Different { seen } => {
            Err(ConfirmError::WrongVersion { expected: version.clone(), seen })
        }
    }
}

fn last_line(text: &str) -> Option<&str> {
    text.lines().rev().find(|line| !line.trim().is_empty())
}
