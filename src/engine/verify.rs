//! Verifying what is installed: its files against the release, and its server by a start in the dark, or, when it is
//! running already, by its own answers. The configuration in use is read and nothing else.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::ask_running::{Asked, ask_running};
use super::foreign::{Deviation, compare, look_beyond};
use super::proof::{DarkServer, DarkStart, ProofError, stop_leftover};
use super::reporter::Reporter;
use super::server_environment::{EnvironmentError, Seeker, SiteConfig, refuse_forgotten};
use super::state_files::{StateFileError, read_identity, read_receipt};
use super::steps::ConfigureError;
use crate::config::{Document, EditError, darken_overridden};
use crate::host::{Host, PathError, free_loopback_port, running_from};
use crate::model::{
    Belonging, Location, Owner, Placement, Prefix, Receipt, RelPath, ServerEnvironment, Start,
    TreeIdentity, Version, Viewpoint,
};
use crate::server::Era;

/// Files that differ from the release.
pub type Deviations = Vec<(RelPath, Deviation)>;

/// Why it could not be verified, or did not pass.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// Nothing is installed.
    #[error("nothing is installed here by mmembed")]
    NotInstalled,
    /// It was installed for the inside of a root, and this is the outside.
    #[error(
        "its configuration is written for the inside of {}: its server cannot be started from outside",
        root.display()
    )]
    ForInside {
        /// The root.
        root: PathBuf,
    },
    /// The environment of the server is not known.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// The copy of the configuration could not be made.
    #[error("cannot make the copy of the configuration for the dark start")]
    Darken(#[from] EditError),
    /// The server did not pass.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The running server does not answer as it should.
    #[error("the running server does not answer as {expected} at {address}")]
    NotServing {
        /// What is installed.
        expected: Version,
        /// Where it was asked.
        address: String,
    },
}

/// Compares the live tree with its release.
pub fn verify_files(host: &Host, prefix: &Prefix) -> Result<Deviations, VerifyError> {
    let receipt = read_receipt(host, prefix)?.ok_or(VerifyError::NotInstalled)?;
    let live = prefix.live();
    let identity = read_identity(host, &live)?.ok_or(VerifyError::NotInstalled)?;
    let mut deviations = Deviations::new();
    for entry in &identity.entries {
        // Many releases bring an empty directory for logs; once those are kept elsewhere it is not missed.
        if is_placed_elsewhere(&entry.path, &receipt)
            && !host.tree.exists(&live.below(&entry.path))?
        {
            continue;
        }
        if let Some(deviation) = compare(host, &live, entry)? {
            deviations.push((entry.path.clone(), deviation));
        }
    }
    deviations.extend(find_extra(host, &live, &identity, &receipt)?);
    Ok(deviations)
}

/// What the release did not bring, but for what mmembed itself puts there.
fn find_extra(
    host: &Host,
    live: &RelPath,
    identity: &TreeIdentity,
    receipt: &Receipt,
) -> Result<Deviations, PathError> {
    let beyond = look_beyond(host, live, identity, &receipt.in_tree())?;
    let strange = |(path, whose): (RelPath, Belonging)| match whose {
        Belonging::Foreign => Some(path),
        Belonging::Tool => (!is_expected(&path)).then_some(path),
        Belonging::Release | Belonging::Configuration | Belonging::Place => None,
    };
    let mut extra: Vec<RelPath> = beyond.paths.into_iter().filter_map(strange).collect();
    extra.extend(beyond.nameless);
    extra.sort();
    Ok(extra.into_iter().map(|path| (path, Deviation::Extra)).collect())
}

/// The place whose directory lies here when it is kept in the tree.
fn place_at<'r>(path: &RelPath, receipt: &'r Receipt) -> Option<&'r Placement> {
    receipt.placements.iter().find(|place| place.name.in_tree() == Some(path.as_str()))
}

fn is_placed_elsewhere(path: &RelPath, receipt: &Receipt) -> bool {
    place_at(path, receipt).is_some_and(|place| place.location != Location::InTree)
}

/// mmembed's own files, as long as they are of use: what a killed run has left is not.
fn is_expected(path: &RelPath) -> bool {
    [TreeIdentity::FILE, TreeIdentity::SHIPPED_CONFIG].contains(&path.as_str())
        || path.name() == COPY
}

/// Proves the installed server; says how, as a sentence. `told` is its environment as the operator tells it; else it is
/// looked for.
pub fn verify_server(
    host: &Host,
    prefix: &Prefix,
    told: Option<&ServerEnvironment>,
    within: Duration,
    reporter: &mut dyn Reporter,
) -> Result<String, VerifyError> {
    let receipt = read_receipt(host, prefix)?.ok_or(VerifyError::NotInstalled)?;
    if receipt.viewpoint == Viewpoint::InsideRoot && host.tree.root() != Path::new("/") {
        return Err(VerifyError::ForInside { root: host.tree.root().to_owned() });
    }
    clean_up(host, prefix, &receipt)?;
    let version = &receipt.release.version;
    let service = &receipt.service;
    let start = Start::Prove { within };
    let live = prefix.live();
    let seeker = Seeker { host, start, told, live, version: Some(version), service };
    let environment = seeker.look()?.environment;
    let site = SiteConfig {
        host,
        file: &receipt.config,
        environment: &environment,
        version,
        run_as: other_than_caller(receipt.server),
        kept: Vec::new(),
    };
    if is_serving(host, prefix, &receipt)? {
        return ask_the_running(&receipt, &site.effective()?);
    }
    refuse_forgotten(&receipt, &environment)?;
    start_in_the_dark(&site, prefix, &receipt, within, reporter)
}

/// Does the server itself run? Whoever merely stands in its directory, or runs another of its programs, serves nobody.
pub(crate) fn is_serving(
    host: &Host,
    prefix: &Prefix,
    receipt: &Receipt,
) -> Result<bool, PathError> {
    let binary = Era::of(&receipt.release.version).server_binary();
    let census = running_from(&host.tree.absolute(&prefix.live()))?;
    let mut programs = census.found.iter().map(|running| running.exe.as_deref());
    // A program that may not be seen could be the server.
    Ok(programs.any(|program| program.is_none_or(|program| program.ends_with(binary.as_path()))))
}

fn ask_the_running(receipt: &Receipt, config: &Document) -> Result<String, VerifyError> {
    let version = &receipt.release.version;
    match ask_running(config, version)? {
        Asked::Well => Ok(format!("it is running, and answers as {version}")),
        Asked::Unreachable(why) => Ok(format!("it is running, and was not asked, because {why}")),
        Asked::Unwell { address, .. } => {
            Err(VerifyError::NotServing { expected: version.clone(), address })
        }
    }
}

/// The copy of the configuration that a server is verified with, beside the original.
const COPY: &str = ".mmembed-verify.json";

fn copy_of(receipt: &Receipt) -> RelPath {
    let parent = receipt.config.parent().unwrap_or_else(RelPath::here);
    parent.join(COPY)
}

/// Takes away what an earlier run that was killed has left, its server before all: it is not the one that serves.
fn clean_up(host: &Host, prefix: &Prefix, receipt: &Receipt) -> Result<(), VerifyError> {
    let directory = verify_directory(prefix);
    stop_leftover(host, &directory, &prefix.live(), &copy_of(receipt))?;
    host.tree.remove_file(&copy_of(receipt))?;
    Ok(host.tree.remove_tree(&directory)?)
}

/// Where the log of a server lies that was started to be verified, and failed.
#[must_use]
pub fn verify_directory(prefix: &Prefix) -> RelPath {
    prefix.state().join("verify")
}

fn start_in_the_dark(
    site: &SiteConfig<'_>,
    prefix: &Prefix,
    receipt: &Receipt,
    within: Duration,
    reporter: &mut dyn Reporter,
) -> Result<String, VerifyError> {
    let host = site.host;
    let own = site.require()?;
    let effective = site.overridden(&own)?;
    let directory = verify_directory(prefix);
    let copy = copy_of(receipt);
    host.tree.make_dir(&directory, 0o700)?;
    let port = free_loopback_port().map_err(ProofError::from)?;
    let version = &receipt.release.version;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let dark = darken_overridden(&own, &effective, version, listen)?;
    let run_as = site.run_as;
    host.tree.replace(&copy, dark.document.to_text().as_bytes(), 0o600, run_as)?;
    let site_path = super::steps::site_path(&effective.document);
    let start = DarkStart {
        tree: &prefix.live(),
        config: &copy,
        directory: &directory,
        port,
        site_path: &site_path,
        version,
        run_as,
    };
    let proved = prove(host, start, within, reporter);
    host.tree.remove_file(&copy)?;
    let ready_after = proved?;
    host.tree.remove_tree(&directory)?;
    let seconds = ready_after.as_secs_f32();
    Ok(format!("started in the dark, it answered as {version} after {seconds:.1} s"))
}

fn prove(
    host: &Host,
    start: DarkStart<'_>,
    within: Duration,
    reporter: &mut dyn Reporter,
) -> Result<Duration, ProofError> {
    let mut server = DarkServer::start(host, start)?;
    let witness = server.prove(within, reporter)?;
    server.stop()?;
    Ok(witness.ready_after)
}

fn other_than_caller(server: Owner) -> Option<Owner> {
    (server != crate::host::current_owner()).then_some(server)
}
