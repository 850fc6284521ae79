//! What follows the head of an answer, waited for with the clock in view.
//! It stops where the operator, the clock or the other side says so.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use url::Url;

use super::admission::shown;
use super::error::NetworkError;
use super::exchange::Told;
use super::failure::failure;
use super::head::Head;
use super::pace::Pace;
use super::patience::Patience;

/// How often it is asked whether to go on.
const LOOK: Duration = Duration::from_millis(20);

/// An answer that is under way.
#[derive(Debug)]
pub(super) struct Body {
    told: Receiver<Told>,
    url: Url,
    shown: String,
    pace: Pace,
    /// When the last piece was handed out: what whoever took it does with it is not the server's time.
    handed: Option<Duration>,
}

impl Body {
    pub(super) fn new(told: Receiver<Told>, url: Url, pace: Pace) -> Self {
        let shown = shown(&url);
        Self { told, url, shown, pace, handed: None }
    }

    pub(super) const fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// What it says about itself.
    pub(super) fn head(&mut self, patience: &Patience<'_>) -> Result<Head, NetworkError> {
        match self.listen(patience)? {
            Told::Head(head) => {
                self.pace.begin();
                Ok(head)
            }
            Told::Failed(error) => Err(failure(&self.url, error)),
            Told::Piece(_) | Told::End => Err(self.broken("the answer has no beginning")),
        }
    }

    /// More of it; `None` at its end.
    pub(super) fn next(
        &mut self,
        patience: &Patience<'_>,
    ) -> Result<Option<Vec<u8>>, NetworkError> {
        if let Some(handed) = self.handed.take() {
            self.pace.pause(handed);
        }
        match self.listen(patience)? {
            Told::Piece(piece) => {
                self.pace.note(piece.len());
                self.pace.check(&self.shown)?;
                self.handed = Some(patience.now());
                Ok(Some(piece))
            }
            Told::End => Ok(None),
            Told::Failed(error) => Err(failure(&self.url, error)),
            Told::Head(_) => Err(self.broken("the answer began twice")),
        }
    }

    fn listen(&mut self, patience: &Patience<'_>) -> Result<Told, NetworkError> {
        loop {
            patience.check(&self.shown)?;
            match self.told.recv_timeout(LOOK) {
                Ok(told) => return Ok(told),
                Err(RecvTimeoutError::Timeout) => self.pace.check(&self.shown)?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.broken("nobody waits for the answer any more"));
                }
            }
        }
    }

    fn broken(&self, why: &str) -> NetworkError {
        NetworkError::Broken { url: self.shown.clone(), source: why.into() }
    }
}
