//! What to do when a release is not known, or a catalogue is not what it should be.

use std::path::Path;

use super::answer::{Refusal, failure};
use super::exit::Exit;
use super::{system, words};
use crate::engine::CatalogFileError;
use crate::release::SelectError;

/// Nobody knows where to keep anything.
pub(crate) fn no_store() -> Refusal {
    let what =
        "there is no directory to keep archives and catalogues in: HOME is not set".to_owned();
    (Exit::Usage, failure(what, "name one with --store DIR or in MMEMBED_STORE"))
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
