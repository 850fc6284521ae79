//! What a step may use, and nothing else: the host, its plan, and whoever listens.
//! Nothing here is remembered from step to step; that goes through the transaction's directory.

use crate::engine::reporter::Reporter;
use crate::host::Host;
use crate::model::{Plan, RelPath};

/// The world of one step.
pub(crate) struct StepContext<'a> {
    pub(crate) host: &'a Host,
    pub(crate) plan: &'a Plan,
    pub(crate) reporter: &'a mut dyn Reporter,
}

impl StepContext<'_> {
    /// The transaction's own directory.
    pub(crate) fn directory(&self) -> RelPath {
        self.plan.prefix.transaction(&self.plan.id)
    }
}
