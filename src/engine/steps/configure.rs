//! Merging the layers of the configuration into the file that the server reads.

use std::path::PathBuf;

use super::context::StepContext;
use super::error::StepError;
use super::keep::{Kept, keep, put_back};
use crate::config::{
    Document, DocumentError, Layers, MAX_BYTES, MergeError, Merged, Missing, NewDefaults, Places,
    merge,
};
use crate::engine::places::placements_for;
use crate::host::{Host, PathError};
use crate::model::{Configure, RelPath, TreeIdentity};

/// The payloads and results of this step in the transaction's directory.
pub(crate) const DEFAULTS: &str = "defaults.json";
pub(crate) const ENFORCED: &str = "enforced.json";
pub(crate) const LEDGER: &str = "ledger.json";

/// The former configuration in the transaction's directory.
const BEFORE: Kept = Kept {
    name: "config-before",
};

/// Why the configuration could not be merged.
#[derive(Debug, thiserror::Error)]
pub enum ConfigureError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A file is missing.
    #[error("there is no {}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file is no usable configuration.
    #[error("{}: {source}", path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        source: DocumentError,
    },
    /// The layers contradict each other.
    #[error("the settings for {} cannot be merged", path.display())]
    Merge {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: MergeError,
    },
}

/// Merges and writes. The release's own file and the former one are kept first.
pub(super) fn perform(configure: &Configure, cx: &StepContext<'_>) -> Result<(), StepError> {
    let host = cx.host;
    let shipped = keep_shipped(host, &configure.tree)?;
    if configure.site || !configure.file.is_within(&configure.tree) {
        keep(host, &cx.directory(), BEFORE, &configure.file)?;
    }
    let merged = merge_layers(configure, &shipped, cx)?;
    let ledger = serde_json::to_vec_pretty(&merged.ledger).expect("a ledger is plain data");
    host.tree
        .replace(&cx.directory().join(LEDGER), &ledger, 0o600, None)?;
    let text = merged.document.to_text();
    // It holds the password of the database, whatever mode it came with.
    Ok(host
        .tree
        .replace(&configure.file, text.as_bytes(), 0o600, configure.owner)?)
}

/// Puts the former file back.
pub(super) fn undo(configure: &Configure, cx: &StepContext<'_>) -> Result<(), StepError> {
    Ok(put_back(cx.host, &cx.directory(), BEFORE, &configure.file)?)
}

fn merge_layers(
    configure: &Configure,
    shipped: &Document,
    cx: &StepContext<'_>,
) -> Result<Merged, ConfigureError> {
    let (host, prefix) = (cx.host, &cx.plan.prefix);
    let optional = |path: &RelPath| read_document(host, path);
    let site = if configure.site {
        optional(&configure.file)?
    } else {
        None
    };
    let defaults = optional(&cx.directory().join(DEFAULTS))?;
    let enforced = optional(&cx.directory().join(ENFORCED))?;
    let applied = optional(&prefix.applied().join(DEFAULTS))?;
    let spell = |path: &RelPath| configure.viewpoint.spell(host.tree.root(), path);
    let wanted = placements_for(&configure.placements, spell);
    let former = placements_for(&former_placements(cx), spell);
    let live = spell(&prefix.live());
    let version = &configure.release.version;
    let layers = Layers {
        release: shipped,
        old_release: None,
        new_defaults: NewDefaults::Report,
        missing: Missing::for_version(version),
        defaults: defaults.as_ref(),
        defaults_applied: applied.as_ref(),
        site: site.as_ref(),
        enforced: enforced.as_ref(),
        places: Some(Places {
            version,
            tree: &live,
            wanted: &wanted,
            former: &former,
        }),
    };
    let path = host.tree.absolute(&configure.file);
    merge(&layers).map_err(|source| ConfigureError::Merge { path, source })
}

/// The places as the receipt before this transaction has them. A receipt that cannot be read was found out before the
/// plan was made.
fn former_placements(cx: &StepContext<'_>) -> Vec<crate::model::Placement> {
    let receipt = crate::engine::read_receipt(cx.host, &cx.plan.prefix)
        .ok()
        .flatten();
    receipt
        .map(|receipt| receipt.placements)
        .unwrap_or_default()
}

/// Reads a configuration; `None` when there is none.
pub(crate) fn read_document(
    host: &Host,
    path: &RelPath,
) -> Result<Option<Document>, ConfigureError> {
    let limit = u64::try_from(MAX_BYTES).expect("the limit fits into 64 bits");
    let Some(bytes) = host.tree.read(path, limit)? else {
        return Ok(None);
    };
    let document = Document::parse(&bytes);
    document
        .map(Some)
        .map_err(|source| ConfigureError::Document {
            path: host.tree.absolute(path),
            source,
        })
}

/// The configuration as the release shipped it. The first reading keeps it beside the identity, because the server will
/// overwrite the one in `config/`.
fn keep_shipped(host: &Host, tree: &RelPath) -> Result<Document, ConfigureError> {
    let kept = tree.join(TreeIdentity::SHIPPED_CONFIG);
    if let Some(document) = read_document(host, &kept)? {
        return Ok(document);
    }
    let shipped = tree.join("config/config.json");
    let missing = || ConfigureError::Missing {
        path: host.tree.absolute(&shipped),
    };
    let document = read_document(host, &shipped)?.ok_or_else(missing)?;
    host.tree
        .replace(&kept, document.to_text().as_bytes(), 0o600, None)?;
    Ok(document)
}
