//! What a child says on one stream, kept up to a limit.
//! The stream is always drained to its end, so that the child never stands still for lack of a reader.

use std::fmt;
use std::io::{self, PipeWriter, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::lines::printable;

/// The most bytes that are kept of one stream.
pub(super) const CAPTURE_CAP: usize = 1024 * 1024;

/// What a program said on one stream. It may contain secrets: printing it for debugging shows its size only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// The first mebibyte of it.
    pub bytes: Vec<u8>,
    /// How many further bytes came and were let go.
    pub lost: u64,
    /// Whether somebody still held the stream when the program had ended: a process it left behind.
    pub still_open: bool,
}

impl Captured {
    /// It as text; bytes that are no UTF-8 become U+FFFD. Control characters are still in it.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The last `count` lines that are not empty, safe to show on a terminal; secrets are still in them.
    #[must_use]
    pub fn last_lines(&self, count: usize) -> Vec<String> {
        let mut lines: Vec<_> = self
            .bytes
            .rsplit(|&byte| byte == b'\n')
            .map(<[u8]>::trim_ascii_end)
            .filter(|line| !line.is_empty())
            .take(count)
            .map(printable)
            .collect();
        lines.reverse();
        lines
    }
}

impl fmt::Debug for Captured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, {} lost", self.bytes.len(), self.lost)
    }
}

/// A stream being read.
#[derive(Debug)]
pub(super) struct Capture {
    so_far: Arc<Mutex<Captured>>,
    end: Receiver<()>,
}

impl Capture {
    /// A reader, and the end of the pipe that the child is to write to.
    pub(super) fn start() -> io::Result<(Self, PipeWriter)> {
        let (mut reader, writer) = io::pipe()?;
        let so_far = Arc::new(Mutex::new(Captured::default()));
        let shared = Arc::clone(&so_far);
        let (at_end, end) = channel::<()>();
        thread::Builder::new().spawn(move || {
            drain(&mut reader, |bytes| keep(&shared, bytes));
            drop(at_end);
        })?;
        Ok((Self { so_far, end }, writer))
    }

    /// What came, once the stream is at its end, or after `patience`; whatever comes later is read and let go.
    pub(super) fn finish(self, patience: Duration) -> Captured {
        let open = matches!(self.end.recv_timeout(patience), Err(RecvTimeoutError::Timeout));
        let mut kept = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        let mut captured = std::mem::take(&mut *kept);
        captured.still_open = open;
        captured
    }
}

/// Reads to the end; a read error ends it too, as nothing more can come.
pub(super) fn drain(from: &mut impl Read, mut each: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => each(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

fn keep(so_far: &Mutex<Captured>, bytes: &[u8]) {
    let mut kept = so_far.lock().unwrap_or_else(PoisonError::into_inner);
    let room = CAPTURE_CAP.saturating_sub(kept.bytes.len());
    let (head, rest) = bytes.split_at(room.min(bytes.len()));
    kept.bytes.extend_from_slice(head);
    kept.lost += rest.len() as u64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_safe_and_in_order() {
        let captured =
            Captured { bytes: b"one\ntwo\r\n\n\x1b[31mthree\n".to_vec(), ..Captured::default() };
        assert_eq!(captured.last_lines(2), ["two", "\\u{1b}[31mthree"]);
        assert_eq!(captured.last_lines(9).len(), 3);
        assert!(!format!("{captured:?}").contains("three"));
    }
}
