//! Moving a mutable directory to another file system: a copy that becomes the truth with the commit.

use super::context::StepContext;
use super::error::StepError;
use crate::host::{CompareError, CopyError, CopyNote, Lost, PathError, copy_tree, same_tree};
use crate::model::{Event, RelPath};

/// Why a directory could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum RelocationError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It could not be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The copy is not like the original.
    #[error("the copy differs from the original")]
    Differs(#[from] CompareError),
}

impl RelocationError {
    pub(super) fn is_crash(&self) -> bool {
        match self {
            Self::Path(error) | Self::Copy(CopyError::Path(error)) => error.is_crash(),
            Self::Copy(_) | Self::Differs(_) => false,
        }
    }
}

/// Copies, compares, and only then gives the copy its name.
pub(super) fn copy(
    from: &RelPath,
    to: &RelPath,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let tree = &cx.host.tree;
    let marker = marker(to, cx);
    if tree.exists(&marker)? && tree.exists(to)? {
        return Ok(());
    }
    let arriving = arriving(to);
    let (original, copy) = (tree.absolute(from), tree.absolute(&arriving));
    let report = copy_tree(&original, &copy, tree.meter()).map_err(RelocationError::from)?;
    for note in report.notes {
        cx.reporter.hear(&Event::Note { text: words(&note) });
    }
    same_tree(&original, &copy).map_err(RelocationError::from)?;
    // From here on what lies at the new place is the copy; without the marker it is somebody else's.
    tree.replace(&marker, b"", 0o600, None)?;
    Ok(tree.rename(&arriving, to)?)
}

/// Removes the copy. The original was not touched.
pub(super) fn undo(to: &RelPath, cx: &StepContext<'_>) -> Result<(), StepError> {
    let tree = &cx.host.tree;
    let arriving = arriving(to);
    // Before the rename the copy is still arriving, marker or not; after it nothing arrives any more.
    let has_arrived = tree.exists(&marker(to, cx))? && !tree.exists(&arriving)?;
    tree.remove_tree(&arriving)?;
    if has_arrived {
        tree.remove_tree(to)?;
    }
    Ok(())
}

/// Removes the original, after the commit.
pub(super) fn remove_original(path: &RelPath, cx: &StepContext<'_>) -> Result<(), StepError> {
    Ok(cx.host.tree.remove_tree(path)?)
}

/// Says, in the transaction's directory, that the copy is about to get its name.
fn marker(to: &RelPath, cx: &StepContext<'_>) -> RelPath {
    cx.directory().join(&format!("arrived-{}", to.as_str().replace('/', "-")))
}

/// The unfinished copy lies beside its final place, so that a rename finishes it.
fn arriving(to: &RelPath) -> RelPath {
    let parent = to.parent().unwrap_or_else(RelPath::here);
    parent.join(&format!(".mmembed-arriving-{}", to.name()))
}

/// What a copy could not keep, as a sentence.
pub(crate) fn words(note: &CopyNote) -> String {
    let path = note.path.display();
    match &note.lost {
        Lost::Socket => format!("{path} is a socket and was not copied"),
        Lost::Owner => format!("{path}: the owner could not be kept"),
        Lost::Attribute(name) => {
            format!("{path}: the attribute {} could not be kept", name.to_string_lossy())
        }
    }
}
