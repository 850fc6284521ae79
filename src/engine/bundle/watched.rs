//! Bytes on their way: how far they are is told, and they stop when somebody asks for it.

use std::io::{self, Read};

use crate::engine::reporter::Reporter;
use crate::host::{Cancel, Level};
use crate::model::Event;

/// How many bytes pass between two words about it.
const OFTEN: u64 = 4 * 1024 * 1024;

/// Passes bytes on.
pub(in crate::engine) struct Watched<'w, R> {
    from: R,
    cancel: &'w Cancel,
    reporter: &'w mut dyn Reporter,
    done: u64,
    told: u64,
    total: u64,
}

impl<'w, R: Read> Watched<'w, R> {
    /// `done` of `total` bytes have passed before.
    pub(in crate::engine) fn new(
        from: R,
        (done, total): (u64, u64),
        cancel: &'w Cancel,
        reporter: &'w mut dyn Reporter,
    ) -> Self {
        Self { from, cancel, reporter, done, told: done, total }
    }
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancel.requested() != Level::No {
            return Err(io::Error::other("somebody asked to stop"));
        }
        let count = self.from.read(buffer)?;
        self.done += count as u64;
        if self.done - self.told >= OFTEN || self.done == self.total {
            self.told = self.done;
            self.reporter.hear(&Event::Progress { bytes: self.done, total: self.total });
        }
        Ok(count)
    }
}
