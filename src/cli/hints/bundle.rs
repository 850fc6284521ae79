//! What to do when a bundle is not what it should be.

use crate::cli::answer::{Refusal, failure};
use crate::cli::exit::Exit;
use crate::cli::{system, words};
use crate::engine::{BundleError, BundleFault};
use crate::host::{PlainTarError, TarFault};
use crate::release::Contradiction;
use crate::release::bundle::{Disagreement, IndexError};

/// What was not written as a bundle, or is not any more.
const COPY_AGAIN: &str =
    "copy it here again, or make it anew with `mmembed bundle create`; do not use this one";

/// What somebody has put together, or what was known was not right.
pub(super) const DISTRUST: &str =
    "do not use it; ask whoever made it where its archives and digests come from";

/// A bundle cannot be used.
pub(crate) fn for_bundle(error: &BundleError) -> Refusal {
    let exit = if error.is_artifact() { Exit::Artifact } else { Exit::Refused };
    let next = match error {
        BundleError::Path(_) | BundleError::Tar(PlainTarError::Path(_)) => {
            return (exit, failure(words::chain(error), &system::advice_and_again(error)));
        }
        BundleError::Tar(PlainTarError::Fault { fault: TarFault::NoTar, .. })
        | BundleError::Fault { fault: BundleFault::Foreign, .. } => {
            "give a file as `mmembed bundle create` writes it"
        }
        BundleError::Tar(PlainTarError::Fault { .. }) => COPY_AGAIN,
        BundleError::Fault { fault, .. } => for_fault(fault),
    };
    (exit, failure(words::chain(error), next))
}

fn for_fault(fault: &BundleFault) -> &'static str {
    match fault {
        BundleFault::Index(IndexError::Newer { .. }) => {
            "use the mmembed that made it, or a newer one than this"
        }
        BundleFault::Disagreement(Disagreement::Contradiction(Contradiction::Withdrawal {
            ..
        })) => "make it anew: since it was made, a release in it has been taken back",
        BundleFault::Disagreement(Disagreement::Contradiction(_)) => {
            "do not use it; ask whoever made it where its digests come from, and compare with `mmembed releases show`"
        }
        BundleFault::Disagreement(_)
        | BundleFault::Sums
        | BundleFault::Missing { .. }
        | BundleFault::Extra { .. }
        | BundleFault::Order { .. } => DISTRUST,
        BundleFault::Foreign
        | BundleFault::Index(_)
        | BundleFault::Catalog(_)
        | BundleFault::NoText { .. }
        | BundleFault::Size { .. }
        | BundleFault::Content { .. } => COPY_AGAIN,
    }
}
