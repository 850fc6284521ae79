//! Writing the gathered settings of a server into the transaction's directory, private to its owner.

use super::context::StepContext;
use super::error::StepError;
use crate::engine::gather::gather;
use crate::model::{Event, RelPath, Version};

pub(super) fn perform(
    config: &RelPath,
    environment: &RelPath,
    version: &Version,
    into: &RelPath,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let gathered = gather(cx.host, config, environment, version)?;
    let (taken, ignored): (Vec<_>, Vec<_>) =
        gathered.overrides.iter().partition(|variable| variable.is_taken());
    let count = taken.len();
    let text = format!("{count} settings of {environment} are written into the configuration");
    cx.reporter.hear(&Event::Note { text });
    for variable in ignored {
        let text =
            format!("{} has no value that the server takes, and is left out", variable.variable);
        cx.reporter.hear(&Event::Note { text });
    }
    let text = gathered.document.to_text();
    Ok(cx.host.tree.replace(into, text.as_bytes(), 0o600, None)?)
}
