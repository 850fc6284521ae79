//! Which release a way shall lead to.

use crate::engine::acquire::{AcquireError, Sources, require_fresh};
use crate::host::Clock;
use crate::model::{Finding, ReleaseSelector, Version};

/// The version that a version, a line or a word means, and what there is to say about that.
///
/// # Errors
/// When nothing is known by that name, or what is known is too old and has to be fresh.
pub fn goal(
    sources: &Sources,
    selector: &ReleaseSelector,
    clock: &Clock,
) -> Result<(Version, Option<Finding>), AcquireError> {
    let finding = require_fresh(sources, selector, clock)?;
    let published = sources.catalog.select(selector)?;
    Ok((published.version.clone(), finding))
}
