//! A log that ends at a limit.
//! A failure to write it never reaches the program whose words it keeps.

use std::io::{self, Write};

/// The most bytes of one log.
pub(super) const LOG_CAP: u64 = 64 * 1024 * 1024;

/// What is written where the log was cut.
const NOTE: &str = "\n[mmembed: the log ends here, its limit is reached; the program went on]\n";

/// Writes to a sink until the limit is reached, or until writing fails: then it falls silent.
#[derive(Debug)]
pub(super) struct CappedLog<W> {
    sink: W,
    left: u64,
    failure: Option<io::Error>,
}

impl<W: Write> CappedLog<W> {
    /// `cap` in bytes, the note not counted.
    pub(super) const fn new(sink: W, cap: u64) -> Self {
        Self { sink, left: cap, failure: None }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        if self.left == 0 || self.failure.is_some() {
            return;
        }
        let room = usize::try_from(self.left).unwrap_or(usize::MAX);
        let (kept, lost) = bytes.split_at(room.min(bytes.len()));
        self.left -= kept.len() as u64;
        let mut written = self.sink.write_all(kept);
        if !lost.is_empty() {
            self.left = 0;
            written = written.and_then(|()| self.sink.write_all(NOTE.as_bytes()));
        }
        self.failure = written.err();
    }

    /// The first failure to write, if there was one. The log is incomplete then.
    pub(super) fn finish(mut self) -> Option<io::Error> {
        let flushed = self.sink.flush();
        self.failure.or(flushed.err())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_cut_with_a_note_and_only_one() {
        let mut kept = Vec::new();
        let mut log = CappedLog::new(&mut kept, 10);
        for _ in 0..5 {
            log.write(b"123456");
        }
        assert!(log.finish().is_none());
        let text = String::from_utf8(kept).unwrap();
        assert!(text.starts_with("1234561234\n[mmembed"), "{text}");
        assert_eq!(text.matches("mmembed").count(), 1);
    }

    #[test]
    fn a_full_disk_silences_the_log_and_is_told_at_the_end() {
        let mut room = [0; 4];
        let mut log = CappedLog::new(&mut room[..], 100);
        log.write(b"123456");
        log.write(b"789");
        assert!(log.finish().is_some());
        assert_eq!(&room, b"1234");
    }
}
