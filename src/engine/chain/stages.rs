//! Trees that were staged ahead of their transaction, and are nobody's any more.

use crate::engine::open::{OpenError, find_open};
use crate::host::Host;
use crate::model::{Prefix, TransactionId};

/// Removes the staged trees that no open transaction owns. Only whoever has the lock may ask for it.
pub(super) fn sweep(host: &Host, prefix: &Prefix) -> Result<(), OpenError> {
    let open = find_open(host, prefix)?.map(|open| open.id);
    for name in host.tree.list(&prefix.embedded())? {
        let id = name.strip_prefix(Prefix::STAGED).and_then(|id| id.parse::<TransactionId>().ok());
        if id.is_some() && id != open {
            host.tree.remove_tree(&prefix.embedded().join(&name))?;
        }
    }
    Ok(())
}
