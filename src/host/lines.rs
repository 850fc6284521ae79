//! Bytes of a foreign program as lines that are safe to show.
//! Nothing is read here, and nothing is ever waited for.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};

/// The most bytes that are kept of one line.
pub(super) const LINE_CAP: usize = 4096;

/// The most lines that wait for a reader; of more, the oldest are let go.
const QUEUE_CAP: usize = 1000;

/// Text with everything that could steer a terminal made visible: control characters, and the marks that
/// turn the direction of writing. Bytes that are no UTF-8 become U+FFFD.
#[must_use]
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for c in String::from_utf8_lossy(bytes).chars() {
        if c == '\t' || !(c.is_control() || turns_direction(c)) {
            text.push(c);
        } else {
            write!(text, "{}", c.escape_default()).expect("writing to a String cannot fail");
        }
    }
    text
}

const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What was said since the last time somebody asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// The lines, oldest first, each safe to show, none longer than 4 KiB before escaping.
    pub lines: Vec<String>,
    /// How many older lines were let go because nobody asked for them in time.
    pub dropped: u64,
}

/// Cuts a stream of bytes into lines and keeps the latest of them.
#[derive(Default)]
pub(super) struct LineQueue {
    current: Vec<u8>,
    overlong: u64,
    ready: VecDeque<String>,
    dropped: u64,
}

/// What a server says may contain secrets: its size is all that is shown for debugging.
impl fmt::Debug for LineQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lines, {} dropped", self.ready.len(), self.dropped)
    }
}

impl LineQueue {
    /// Takes more of the stream.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            match piece.split_last() {
                Some((b'\n', text)) => {
                    self.extend(text);
                    self.end_line();
                }
                _ => self.extend(piece),
            }
        }
    }

    /// The stream is over: an unfinished line counts as a line.
    pub(super) fn finish(&mut self) {
        if !self.current.is_empty() {
            self.end_line();
        }
    }

    /// Hands out what is ready.
    pub(super) fn take(&mut self) -> Lines {
        Lines { lines: self.ready.drain(..).collect(), dropped: std::mem::take(&mut self.dropped) }
    }

    fn extend(&mut self, text: &[u8]) {
        let room = LINE_CAP - self.current.len();
        let (kept, lost) = text.split_at(room.min(text.len()));
        self.current.extend_from_slice(kept);
        self.overlong += lost.len() as u64;
    }

    fn end_line(&mut self) {
        let bytes = std::mem::take(&mut self.current);
        let mut line = printable(bytes.strip_suffix(b"\r").unwrap_or(&bytes));
        match std::mem::take(&mut self.overlong) {
            0 => {}
            lost => write!(line, " [{lost} more bytes]").expect("writing to a String cannot fail"),
        }
        if self.ready.len() == QUEUE_CAP {
            self.ready.pop_front();
            self.dropped += 1;
        }
        self.ready.push_back(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_becomes_visible() {
        let cases: [(&[u8], &str); 5] = [
            (b"plain\ttext", "plain\ttext"),
            (b"\x1b[2Jgone", "\\u{1b}[2Jgone"),
            (b"a\rb", "a\\rb"),
            (b"\xff", "\u{fffd}"),
            ("a\u{202e}b".as_bytes(), "a\\u{202e}b"),
        ];
        for (bytes, text) in cases {
            assert_eq!(printable(bytes), text);
        }
    }

    #[test]
    fn lines_are_found_across_pieces() {
        let mut queue = LineQueue::default();
        for piece in ["one\ntw", "o\r\n\nthr", "ee"] {
            queue.feed(piece.as_bytes());
        }
        queue.finish();
        assert_eq!(format!("{queue:?}"), "4 lines, 0 dropped");
        assert_eq!(queue.take().lines, ["one", "two", "", "three"]);
        assert_eq!(queue.take(), Lines::default());
    }

    #[test]
    fn an_endless_line_and_endless_lines_stay_small() {
        let mut queue = LineQueue::default();
        for _ in 0..100 {
            queue.feed(&[b'x'; 1000]);
        }
        queue.feed(b"\n");
        let line = queue.take().lines.remove(0);
        assert!(line.starts_with("xxx"));
        assert!(line.ends_with(" [95904 more bytes]"), "{line}");

        for number in 0..1500 {
            queue.feed(format!("{number}\n").as_bytes());
        }
        let lines = queue.take();
        assert_eq!((lines.lines.len(), lines.dropped), (1000, 500));
        assert_eq!(lines.lines[0], "500");
    }
}
