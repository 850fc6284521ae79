//! The server that the host lets out: whether it runs and serves, told to stop and to start by the host's own service.
//! It is never signalled here, and never killed.

mod error;
mod quiet;
mod sessions;
mod watch;

pub use error::ServingError;
pub(crate) use quiet::{Gone, NotQuiet, running, until_gone};
pub(crate) use sessions::until_alone;
pub(crate) use watch::{Served, Serving, Started};

use crate::host::{Host, Level};

/// At which wish to stop a wait ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// At the first one: there is a way back.
    FirstWish,
    /// At the second one: this is the way back.
    SecondWish,
}

impl Until {
    fn is_reached(self, host: &Host) -> bool {
        let wish = match self {
            Self::FirstWish => Level::First,
            Self::SecondWish => Level::Second,
        };
        host.cancel.requested() >= wish
    }
}
