//! How long and how often something is tried.
//! Nobody is asked here.

use std::time::Duration;

use super::Network;
use super::error::NetworkError;
use crate::host::signal::Level;

/// How long to wait after the first break; after each further one it is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// How often it is asked whether to go on waiting.
const LOOK: Duration = Duration::from_millis(100);

/// The patience that is left for one file.
#[derive(Debug)]
pub(in crate::host) struct Patience<'n> {
    network: &'n Network,
    began: Duration,
    breaks: u32,
}

impl<'n> Patience<'n> {
    pub(in crate::host) fn new(network: &'n Network) -> Self {
        Self { network, began: network.clock.monotonic(), breaks: 0 }
    }

    pub(super) fn now(&self) -> Duration {
        self.network.clock.monotonic()
    }

    /// May it go on?
    pub(in crate::host) fn check(&self, url: &str) -> Result<(), NetworkError> {
        if self.network.cancel.requested() != Level::No {
            return Err(NetworkError::Cancelled { url: url.to_owned() });
        }
        if self.left().is_zero() {
            let after = self.network.settings.total;
            return Err(NetworkError::OutOfTime { url: url.to_owned(), after });
        }
        Ok(())
    }

    /// Waits before something is tried once more, after `tell` was told how long and why.
    ///
    /// # Errors
    /// The given error, if trying again is of no use, or was tried often enough, or would take too long.
    pub(in crate::host) fn again(
        &mut self,
        error: NetworkError,
        tell: &mut dyn FnMut(Duration, &NetworkError),
    ) -> Result<(), NetworkError> {
        let settings = &self.network.settings;
        if !error.is_passing() || self.breaks >= settings.breaks {
            return Err(error);
        }
        let doubled = FIRST_WAIT.saturating_mul(1 << self.breaks.min(16));
        let wait = error.retry_after().unwrap_or_else(|| doubled.min(settings.longest_wait));
        if wait > settings.longest_wait || wait >= self.left() {
            return Err(error);
        }
        self.breaks += 1;
        tell(wait, &error);
        self.wait(wait);
        Ok(())
    }

    /// Waits, unless the operator wants to stop; whoever goes on then is told so at the next check.
    fn wait(&self, duration: Duration) {
        let mut left = duration;
        while !left.is_zero() && self.network.cancel.requested() == Level::No {
            let piece = left.min(LOOK);
            self.network.clock.sleep(piece);
            left -= piece;
        }
    }

    fn left(&self) -> Duration {
        let spent = self.now().saturating_sub(self.began);
        self.network.settings.total.saturating_sub(spent)
    }
}
