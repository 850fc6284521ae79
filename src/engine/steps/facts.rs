//! What the operator's own programs are told about the transaction that runs them.
//! No secret is among it.

use std::collections::BTreeMap;

use super::context::StepContext;
use crate::model::Release;

/// The facts, by the names of variables. `MMEMBED_FROM` is absent when nothing was installed before.
pub(super) fn facts(cx: &StepContext<'_>, from: Option<&Release>) -> BTreeMap<String, String> {
    let (tree, prefix) = (&cx.host.tree, &cx.plan.prefix);
    let mut facts = BTreeMap::from([
        ("MMEMBED_APP", prefix.app().to_string()),
        ("MMEMBED_ROOT", tree.root().display().to_string()),
        ("MMEMBED_LIVE", tree.absolute(&prefix.live()).display().to_string()),
        ("MMEMBED_TRANSACTION", cx.plan.id.to_string()),
        ("MMEMBED_TO", cx.plan.receipt.release.version.to_string()),
    ]);
    facts.extend(from.map(|release| ("MMEMBED_FROM", release.version.to_string())));
    facts.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect()
}
