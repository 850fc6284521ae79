//! What to do when a release is not known, or a catalogue is not what it should be.

use std::path::Path;

use super::bundle::for_bundle;
use crate::cli::answer::{Refusal, failure};
use crate::cli::exit::Exit;
use crate::cli::{system, words};
use crate::engine::{AcquireError, CatalogFileError};
use crate::host::{FetchError, NetworkError};
use crate::release::SelectError;

/// Nobody knows where to keep anything.
pub(crate) fn no_store() -> Refusal {
    for_acquire(&AcquireError::NoStore)
}

/// A catalogue cannot be used.
pub(crate) fn for_catalog(error: &CatalogFileError) -> Refusal {
    let next = match error {
        CatalogFileError::Path(_) => system::advice_and_again(error),
        CatalogFileError::NoText { .. } | CatalogFileError::Catalog { .. } => {
            "give a file as `mmembed releases list --as-catalog` prints".to_owned()
        }
        CatalogFileError::Contradiction { path, .. } => contradicted(path),
        CatalogFileError::Older { .. } => {
            "give a newer one; what is known is not forgotten".to_owned()
        }
        CatalogFileError::Future { .. } => {
            "check the clock of this machine, and where the catalogue comes from".to_owned()
        }
    };
    (Exit::Refused, failure(words::chain(error), &next))
}

fn contradicted(path: &Path) -> String {
    format!(
        "ask whoever made {} where its digests come from; if it was imported once, removing it forgets its releases",
        path.display()
    )
}

/// A release was not found.
pub(crate) fn for_selection(error: &SelectError) -> Refusal {
    let next = match error {
        SelectError::UnknownVersion { .. }
        | SelectError::UnknownLine { .. }
        | SelectError::Nothing { .. } => {
            "`mmembed releases list` shows those that are known; newer ones come with a newer mmembed, or by \
             `mmembed releases import FILE`"
        }
        SelectError::Withdrawn { .. } => "take the next release of its line",
        SelectError::NotPublished { .. } => {
            "choose another --edition or --platform; an archive that you have is given by its path"
        }
    };
    (Exit::Refused, failure(words::chain(error), next))
}

/// No archive was got hold of.
pub(crate) fn for_acquire(error: &AcquireError) -> Refusal {
    let exit = if error.is_artifact() { Exit::Artifact } else { Exit::Refused };
    let next = match error {
        AcquireError::Select(error) => return for_selection(error),
        AcquireError::Stale { .. } => {
            "name the version that you want, take in a newer catalogue with `mmembed releases import`, or do without \
             --require-fresh"
        }
        AcquireError::NoPlatform { .. } => "name the platform that you want with --platform",
        AcquireError::OtherDigest { .. } => {
            "check which release you mean, and where you have the digest from"
        }
        AcquireError::WrongFile { .. } => {
            "remove it, and fetch the archive from where it is published"
        }
        AcquireError::Nameless { .. } => "say it with --release-version and --edition",
        AcquireError::NotInBundle { .. } => {
            "choose what is in the bundle, or make another one with `mmembed bundle create` where there is a network"
        }
        AcquireError::BesideBundle { .. } => "name a version, or do without --bundle",
        AcquireError::Bundle(error) => return for_bundle(error),
        AcquireError::NotHere { .. } => {
            "do without --offline, or name a directory that has it with --releases-dir"
        }
        AcquireError::Unvouched { .. } => {
            "find out its digest from somebody you trust, and state it with --sha256"
        }
        AcquireError::Unsigned { .. } => {
            "fetch its signature (the same address with .sig) and lay it beside the archive, or do without \
             --require-signature; releases before 4.10.4 have none"
        }
        AcquireError::BadSignature { .. } => {
            "do not use the archive; if its key has been renewed, give a newer copy of it with --key-file"
        }
        AcquireError::NoStore => "name one with --store DIR or in MMEMBED_STORE",
        AcquireError::Unreadable { .. } | AcquireError::Path(_) => system::advice(error),
        AcquireError::Cache(_) | AcquireError::Fetch(FetchError::Disk(_)) => {
            let next = format!("{}, or name another directory with --store", system::advice(error));
            return (exit, failure(words::chain(error), &next));
        }
        AcquireError::Network(error) | AcquireError::Fetch(FetchError::Network(error)) => {
            for_network(error)
        }
        AcquireError::Fetch(error) => for_fetch(error),
    };
    let mut failure = failure(words::chain(error), next);
    if let AcquireError::Fetch(FetchError::Unfinished { .. } | FetchError::Interrupted { .. }) =
        error
    {
        "nothing was changed on this host but the store".clone_into(&mut failure.now);
    }
    (exit, failure)
}

/// Others did not give what they were asked for.
fn for_network(error: &NetworkError) -> &'static str {
    match error {
        NetworkError::CaFile(error) => system::advice(error),
        NetworkError::NoCertificate { .. } => "give a file of certificates in PEM form",
        NetworkError::Unprepared { .. } => {
            "install the certificates of your distribution (the package ca-certificates), or give some with --ca-file"
        }
        NetworkError::NoAddress { .. } => {
            "give an address that starts with https://, as --release or with --mirror (MMEMBED_MIRROR)"
        }
        NetworkError::Insecure { .. } => {
            "use https; if it has to be http, name the host with --insecure HOST"
        }
        NetworkError::RedirectedAway { .. }
        | NetworkError::RedirectedNowhere { .. }
        | NetworkError::RedirectedEndlessly { .. }
        | NetworkError::WebPage { .. }
        | NetworkError::Encoded { .. }
        | NetworkError::Empty { .. } => {
            "something on the way answers instead: check --mirror and the proxy, and open the address in a browser"
        }
        NetworkError::UnknownName { .. } | NetworkError::Unreachable { .. } => {
            "check the network and its name servers; HTTPS_PROXY names a proxy, and --releases-dir a directory of archives"
        }
        NetworkError::Refused { .. } | NetworkError::Proxy { .. } => {
            "check --mirror, HTTPS_PROXY and NO_PROXY"
        }
        NetworkError::Untrusted { .. } => {
            "check that it is the server that you mean; the certificates of your own authority are given with --ca-file"
        }
        NetworkError::NoTls { .. } => "check the address: what listens there is no https server",
        NetworkError::Status { status: 404, .. } => {
            "check the version and --mirror: a mirror has archives at X.Y.Z/ARCHIVE, as the vendor has"
        }
        NetworkError::Broken { .. }
        | NetworkError::Stalled { .. }
        | NetworkError::Slow { .. }
        | NetworkError::OutOfTime { .. }
        | NetworkError::Status { .. }
        | NetworkError::Cancelled { .. } => AGAIN,
        NetworkError::TooLarge { .. } => "check the address: what lies there is something else",
    }
}

/// A file did not come.
fn for_fetch(error: &FetchError) -> &'static str {
    match error {
        FetchError::Network(error) => for_network(error),
        FetchError::Unfinished { .. } | FetchError::Interrupted { .. } => AGAIN,
        FetchError::Unsteady { .. } => {
            "the server gives different files under one address: try later, or another --mirror"
        }
        FetchError::WrongDigest { .. } => {
            "do not use it; try another --mirror, and tell whoever runs this one"
        }
        FetchError::TooLarge { .. } | FetchError::Empty { .. } => "check the address, and --mirror",
        FetchError::NoRoom { .. } => {
            "free some space there, or name another directory with --store"
        }
        FetchError::Busy { .. } => "wait for the other one, and run the command again",
        FetchError::Disk(error) => system::advice(error),
    }
}

/// What was cut short.
const AGAIN: &str = "run the command again: what has come already is not fetched twice";
