//! The small files that tell what is true: the receipt, and the identity of a tree.
//! They are only read here; steps write them.

use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::host::{Host, PathError};
use crate::model::{
    IDENTITY_SCHEMA, Prefix, RECEIPT_SCHEMA, Receipt, RelPath, TransactionId, TreeIdentity,
};

/// A receipt takes a few kilobytes, the identity of a large release a few megabytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Why a state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateFileError {
    /// It cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It is not what this tool writes.
    #[error("{} was damaged, or written by a newer mmembed", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Option<serde_json::Error>,
    },
}

/// What mmembed last made true; `None` when it never did.
pub fn read_receipt(host: &Host, prefix: &Prefix) -> Result<Option<Receipt>, StateFileError> {
    read_receipt_at(host, &prefix.receipt())
}

/// A receipt that lies elsewhere, such as in a backup; `None` when there is none.
pub(crate) fn read_receipt_at(
    host: &Host,
    path: &RelPath,
) -> Result<Option<Receipt>, StateFileError> {
    let receipt: Option<Receipt> = read(host, path)?;
    refuse_newer(host, path, receipt.as_ref().map(|receipt| receipt.schema), RECEIPT_SCHEMA)?;
    Ok(receipt)
}

/// What a tree is; `None` when mmembed did not unpack it.
pub fn read_identity(host: &Host, tree: &RelPath) -> Result<Option<TreeIdentity>, StateFileError> {
    let path = tree.join(TreeIdentity::FILE);
    let identity: Option<TreeIdentity> = read(host, &path)?;
    refuse_newer(host, &path, identity.as_ref().map(|it| it.schema), IDENTITY_SCHEMA)?;
    Ok(identity)
}

/// The transaction that unpacked a tree; `None` when mmembed did not. Quicker than the whole identity, which lists
/// every file.
pub(crate) fn read_maker(
    host: &Host,
    tree: &RelPath,
) -> Result<Option<TransactionId>, StateFileError> {
    #[derive(Deserialize)]
    struct Maker {
        schema: u32,
        transaction: TransactionId,
    }
    let path = tree.join(TreeIdentity::FILE);
    let maker: Option<Maker> = read(host, &path)?;
    refuse_newer(host, &path, maker.as_ref().map(|it| it.schema), IDENTITY_SCHEMA)?;
    Ok(maker.map(|maker| maker.transaction))
}

/// Is what the release of a tree brought only assumed? Quicker than the whole identity.
pub(crate) fn is_assumed(host: &Host, tree: &RelPath) -> Result<bool, StateFileError> {
    #[derive(Deserialize)]
    struct Assumed {
        #[serde(default)]
        assumed: bool,
    }
    let found: Option<Assumed> = read(host, &tree.join(TreeIdentity::FILE))?;
    Ok(found.is_some_and(|found| found.assumed))
}

fn read<T: DeserializeOwned>(host: &Host, path: &RelPath) -> Result<Option<T>, StateFileError> {
    let Some(text) = host.tree.read(path, LARGEST)? else {
        return Ok(None);
    };
    serde_json::from_slice(&text).map(Some).map_err(|source| StateFileError::Foreign {
        path: host.tree.absolute(path),
        source: Some(source),
    })
}

fn refuse_newer(
    host: &Host,
    path: &RelPath,
    schema: Option<u32>,
    known: u32,
) -> Result<(), StateFileError> {
    if schema.is_some_and(|schema| schema > known) {
        return Err(StateFileError::Foreign { path: host.tree.absolute(path), source: None });
    }
    Ok(())
}
