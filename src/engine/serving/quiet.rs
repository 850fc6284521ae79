//! Waiting until nothing runs from a tree.
//! Whoever does not go is named, and left alone.

use std::time::Duration;

use super::Until;
use super::error::ServingError;
use crate::host::{Census, Host, PathError, running_from, service_of};
use crate::model::{RelPath, Service};

/// The first pause between two looks: the server is down meanwhile.
const SHORTEST: Duration = Duration::from_millis(10);

/// The longest one.
const LONGEST: Duration = Duration::from_millis(250);

/// Something that runs from the tree.
#[derive(Debug)]
pub(crate) struct NotQuiet {
    pid: u32,
    program: String,
    unit: Option<String>,
}

impl NotQuiet {
    /// The first of those that were found.
    pub(crate) fn of(census: &Census) -> Option<Self> {
        census.found.first().map(|found| Self {
            pid: found.identity.pid,
            program: found.command.clone(),
            unit: service_of(found.identity.pid),
        })
    }

    pub(crate) fn nobody_to_ask(self) -> ServingError {
        let Self { pid, program, unit } = self;
        ServingError::NobodyToAsk { pid, program, unit }
    }

    pub(crate) fn still_running(self, service: Service) -> ServingError {
        let Self { pid, program, unit } = self;
        ServingError::StillRunning { pid, program, unit, service }
    }
}

/// What runs from the tree.
pub(crate) fn running(host: &Host, tree: &RelPath) -> Result<Census, PathError> {
    running_from(&host.tree.absolute(tree))
}

/// Waits until nothing runs from the tree any more, at most this long; returns what does so all the same.
pub(crate) fn until_gone(
    host: &Host,
    tree: &RelPath,
    limit: Duration,
    until: Until,
) -> Result<Census, ServingError> {
    let begin = host.clock.monotonic();
    let mut pause = SHORTEST;
    loop {
        let census = running(host, tree)?;
        let waited = host.clock.monotonic().saturating_sub(begin);
        if census.found.is_empty() || waited >= limit {
            return Ok(census);
        }
        if until.is_reached(host) {
            return Err(ServingError::Cancelled);
        }
        host.clock.sleep(pause);
        pause = (pause * 2).min(LONGEST);
    }
}
