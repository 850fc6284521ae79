//! What to do when a bundle cannot be made.

use super::bundle::DISTRUST;
use super::release::{for_acquire, for_selection};
use crate::cli::answer::{Refusal, failure};
use crate::cli::exit::Exit;
use crate::cli::{system, words};
use crate::engine::CreateBundleError;
use crate::upgrade::NoRoute;

/// No bundle was made.
pub(crate) fn for_bundle_creation(error: &CreateBundleError) -> Refusal {
    let exit = if error.is_artifact() { Exit::Artifact } else { Exit::Refused };
    let next = match error {
        CreateBundleError::Acquire(error) => return for_acquire(error),
        CreateBundleError::Select(error) => return for_selection(error),
        CreateBundleError::Exists { .. } => {
            "choose another --output, or replace what is there with --force"
        }
        CreateBundleError::NoRoute(NoRoute::Barred { .. }) => {
            "take another way, or waive the rule that is in brackets with --accept RULE; `mmembed rules show RULE` says what it is about"
        }
        CreateBundleError::NoRoute(_) => {
            "check --from and --to; the releases that are wanted can be named one by one with --release"
        }
        CreateBundleError::Members(_) => "leave one of them out",
        CreateBundleError::Disagreement(_) => DISTRUST,
        CreateBundleError::Path(_) => {
            return (exit, failure(words::chain(error), &system::advice_and_again(error)));
        }
    };
    (exit, failure(words::chain(error), next))
}
