//! What a step may use, and nothing else: the host, its plan, and whoever listens.
//! Nothing here is remembered from step to step; that goes through the transaction's directory.

use crate::engine::reporter::Reporter;
use crate::host::Host;
use crate::model::{Event, Plan, RelPath};

/// Whether an undo may take away what people have put into a server that was reachable for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Losses {
    /// It may not: it fails, and the operator decides.
    Refused,
    /// The operator has accepted that.
    Accepted,
}

/// The world of one step.
pub(crate) struct StepContext<'a> {
    pub(crate) host: &'a Host,
    pub(crate) plan: &'a Plan,
    pub(crate) reporter: &'a mut dyn Reporter,
    /// What an undo may destroy.
    pub(crate) losses: Losses,
    /// Was the transaction begun by another run, which has vanished?
    pub(crate) taken_up: bool,
}

impl StepContext<'_> {
    /// Tells of a file that was not this transaction's to undo, and under which name it is kept.
    pub(crate) fn note_newer(&mut self, aside: Option<RelPath>) {
        if let Some(path) = aside {
            let text = format!(
                "somebody changed the configuration meanwhile; that version is kept as {path}"
            );
            self.reporter.hear(&Event::Note { text });
        }
    }

    /// The transaction's own directory.
    pub(crate) fn directory(&self) -> RelPath {
        self.plan.prefix.transaction(&self.plan.id)
    }
}
