//! From what was typed to an archive that is there.

use std::path::Path;

use super::catalog::{known, store_of};
use crate::cli::answer::{Refusal, failure};
use crate::cli::args::{ArchiveFacts, SignatureArgs, SourceArgs};
use crate::cli::exit::Exit;
use crate::cli::{hints, system, words};
use crate::engine::{
    Acquired, ArchiveSource, ArchiveWish, Bundle, Errand, Remote, Reporter, Sources, acquire,
};
use crate::host::{Cancel, Clock, NetworkSettings, read_outside, this_machine};
use crate::model::{Edition, OFFICIAL_BASE, Platform};
use crate::release::Catalog;
use crate::release::signature::Keyring;

/// The largest file of keys that is read.
const KEYS_CAP: u64 = 1024 * 1024;

/// Gets hold of the archive that was asked for. Where no edition was said, a version means the usual one; where none is usual, the
/// one that a bundle is for, else the team edition.
pub(super) fn get(
    release: &ArchiveSource,
    facts: &ArchiveFacts,
    args: &SourceArgs,
    usual: Option<Edition>,
    cancel: &Cancel,
    reporter: &mut dyn Reporter,
) -> Result<Acquired, Refusal> {
    let stated = facts.edition.map(Into::into);
    let sources = match (release, &args.bundle) {
        // What was imported, rightly or not, says nothing about a file that was given.
        (ArchiveSource::File(_), None) => opened(args, Catalog::built_in())?,
        _ => open(args)?,
    };
    let bundled = sources.bundle.as_ref().map(|bundle| bundle.index().edition);
    let edition = match release {
        ArchiveSource::Known(_) => stated.or(usual).or(bundled).or(Some(Edition::Team)),
        ArchiveSource::File(_) | ArchiveSource::Address(_) => stated,
    };
    let wish = ArchiveWish {
        source: release.clone(),
        edition,
        version: facts.release_version.clone(),
        platform: platform(args),
        sha256: facts.sha256,
    };
    let mut errand = Errand { clock: Clock::system(), cancel: cancel.clone(), reporter };
    acquire(&sources, &wish, &mut errand).map_err(|error| hints::for_acquire(&error))
}

/// What was typed about sources.
pub(super) fn open(args: &SourceArgs) -> Result<Sources, Refusal> {
    opened(args, known(&args.known)?)
}

fn opened(args: &SourceArgs, known: Catalog) -> Result<Sources, Refusal> {
    let settings = NetworkSettings {
        ca_file: args.ca_file.clone(),
        insecure_hosts: args.insecure.clone(),
        ..NetworkSettings::default()
    };
    let base = args.mirror.as_deref().unwrap_or(OFFICIAL_BASE).trim_end_matches('/').to_owned();
    let bundle = args.bundle.as_deref().map(|path| bundle(path, &known)).transpose()?;
    let asks = !args.offline && bundle.is_none();
    Ok(Sources {
        store: store_of(args.known.store.as_deref()),
        catalog: bundle.as_ref().map_or(known, |bundle| bundle.catalog().clone()),
        bundle,
        directories: args.releases_dir.clone(),
        remote: asks.then_some(Remote { base, settings }),
        keys: keys(&args.signatures)?,
        policy: args.signatures.policy(),
        require_fresh: args.require_fresh,
    })
}

/// A bundle, held against what is known.
pub(super) fn bundle(path: &Path, known: &Catalog) -> Result<Bundle, Refusal> {
    Bundle::open(path, known).map_err(|error| hints::for_bundle(&error))
}

/// The platform that was named, or that of this machine, if Mattermost publishes anything for it.
pub(super) fn platform(args: &SourceArgs) -> Option<Platform> {
    args.platform.or_else(|| Platform::of(this_machine()))
}

/// Those that are built in, and those of the files that were named.
pub(super) fn keys(args: &SignatureArgs) -> Result<Keyring, Refusal> {
    let mut keys = Keyring::built_in().map_err(|error| {
        (
            Exit::Unexpected,
            failure(words::chain(&error), "report this: the program was built wrongly"),
        )
    })?;
    for path in &args.key_file {
        let bytes = read_outside(path, KEYS_CAP).map_err(|error| {
            (Exit::Refused, failure(words::chain(&error), system::advice(&error)))
        })?;
        let more = Keyring::from_bytes(&bytes).map_err(|error| {
            let what = format!("{}: {}", path.display(), words::chain(&error));
            (
                Exit::Refused,
                failure(what, "give a file of public OpenPGP keys, as `gpg --export` writes it"),
            )
        })?;
        keys.add(more);
    }
    Ok(keys)
}
