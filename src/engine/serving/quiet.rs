//! Waiting until nothing runs from a tree.
//! Whoever does not go is named, and left alone.

use std::time::Duration;

use super::Until;
use super::error::ServingError;
use crate::host::{Census, Host, PathError, ServiceDoor, ServiceState, running_from, service_of};
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

/// Whether it is quiet.
#[derive(Debug)]
pub(crate) enum Gone {
    /// It is.
    Yes,
    /// Nothing is seen; so many processes may not be looked into, and the service does not say.
    AsFarAsSeen { unseen: usize },
    /// Nothing is seen, but not everything may be, and the service says that it runs.
    NotByItsWord,
    /// It is not.
    No(NotQuiet),
}

/// What runs from the tree.
pub(crate) fn running(host: &Host, tree: &RelPath) -> Result<Census, PathError> {
    running_from(&host.tree.absolute(tree))
}

/// Waits until nothing runs from the tree any more, at most this long. Where the processes of others may not be looked
/// into, the word of the service counts too.
pub(crate) fn until_gone(
    host: &Host,
    tree: &RelPath,
    door: &ServiceDoor<'_>,
    limit: Duration,
    until: Until,
) -> Result<Gone, ServingError> {
    let begin = host.clock.monotonic();
    let mut pause = SHORTEST;
    loop {
        let census = running(host, tree)?;
        let left = match NotQuiet::of(&census) {
            Some(left) => Gone::No(left),
            None if census.unseen == 0 => return Ok(Gone::Yes),
            None => match door.state() {
                ServiceState::Stopped => return Ok(Gone::Yes),
                ServiceState::Unknown => return Ok(Gone::AsFarAsSeen { unseen: census.unseen }),
                ServiceState::Running { .. } => Gone::NotByItsWord,
            },
        };
        let waited = host.clock.monotonic().saturating_sub(begin);
        if waited >= limit {
            return Ok(left);
        }
        if until.is_reached(host) {
            return Err(ServingError::Cancelled);
        }
        host.clock.sleep(pause);
        pause = (pause * 2).min(LONGEST);
    }
}
