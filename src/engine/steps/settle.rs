//! Writing down what is true after the commit: ledger, applied overlays, and last the receipt.

use super::configure::{DEFAULTS, ENFORCED, LEDGER};
use super::context::StepContext;
use super::error::StepError;
use super::prove::PROOF;
use crate::engine::state_files::read_identity;
use crate::host::PathError;
use crate::model::{Proof, RelPath};

/// No state file of a transaction is larger.
const LARGEST: u64 = 16 * 1024 * 1024;

pub(super) fn perform(cx: &StepContext<'_>) -> Result<(), StepError> {
    let (tree, prefix, directory) = (&cx.host.tree, &cx.plan.prefix, cx.directory());
    let applied = prefix.applied();
    if !tree.exists(&applied)? {
        tree.make_dir(&applied, 0o700)?;
    }
    publish(cx, &directory.join(DEFAULTS), &applied.join(DEFAULTS))?;
    publish(cx, &directory.join(ENFORCED), &applied.join(ENFORCED))?;
    publish(cx, &directory.join(LEDGER), &prefix.ledger())?;
    let mut receipt = cx.plan.receipt.clone();
    if let Some(proof) = read_proof(cx, &directory)? {
        receipt.proof = Some(proof);
    }
    if let Some(identity) = read_identity(cx.host, &prefix.live())? {
        receipt.archive.sha256 = identity.archive;
    }
    let text = serde_json::to_vec_pretty(&receipt).expect("a receipt is plain data");
    Ok(tree.replace(&prefix.receipt(), &text, 0o644, None)?)
}

/// Makes a result of the transaction the application's own. What the transaction did not touch stays.
fn publish(cx: &StepContext<'_>, from: &RelPath, to: &RelPath) -> Result<(), PathError> {
    match cx.host.tree.read(from, LARGEST)? {
        Some(content) => cx.host.tree.replace(to, &content, 0o600, None),
        None => Ok(()),
    }
}

fn read_proof(cx: &StepContext<'_>, directory: &RelPath) -> Result<Option<Proof>, PathError> {
    let text = cx.host.tree.read(&directory.join(PROOF), LARGEST)?;
    Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
}
