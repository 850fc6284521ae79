//! What several threads say, to one listener.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::engine::reporter::Reporter;
use crate::model::Event;

/// Between two looks at whether somebody wants to stop.
const PAUSE: Duration = Duration::from_millis(100);

/// Passes on what is heard here, and what other threads have said meanwhile.
pub(super) struct Relay<'a> {
    inner: &'a mut dyn Reporter,
    /// From the others.
    inbox: Receiver<Event>,
}

impl<'a> Relay<'a> {
    pub(super) fn new(inner: &'a mut dyn Reporter, inbox: Receiver<Event>) -> Self {
        Self { inner, inbox }
    }

    /// Listens to the others alone until they have ended; their bytes move now while nothing else does.
    pub(super) fn listen_to_the_end(&mut self, mut meanwhile: impl FnMut()) {
        loop {
            match self.inbox.recv_timeout(PAUSE) {
                Ok(event @ Event::Progress { .. }) => self.inner.hear(&event),
                Ok(event) => self.pass_on(&event),
                Err(RecvTimeoutError::Timeout) => meanwhile(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn pass_on(&mut self, event: &Event) {
        if matches!(event, Event::Note { .. }) {
            self.inner.hear(event);
        }
    }
}

impl Reporter for Relay<'_> {
    fn hear(&mut self, event: &Event) {
        while let Ok(said) = self.inbox.try_recv() {
            self.pass_on(&said);
        }
        self.inner.hear(event);
    }
}
