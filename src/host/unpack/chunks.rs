//! A stream of bytes from one thread to another: a few buffers that go round, so that memory stays bounded.
//! No byte is looked at here.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// A buffer and how much of it is filled. The buffer keeps its length, so that it is cleared only once.
#[derive(Debug)]
struct Chunk {
    buffer: Vec<u8>,
    filled: usize,
}

/// The end into which bytes go.
#[derive(Debug)]
pub(super) struct ChunkSender {
    full: SyncSender<Option<Chunk>>,
    empty: Receiver<Vec<u8>>,
    size: usize,
}

/// The end from which they come. The stream ends properly only if the sender said so.
#[derive(Debug)]
pub(super) struct ChunkReader {
    full: Receiver<Option<Chunk>>,
    empty: Sender<Vec<u8>>,
    current: Option<Chunk>,
    at: usize,
    consumed: u64,
    ended: bool,
}

/// The sender went away before the end of the stream. It knows why; this end does not.
#[derive(Debug, thiserror::Error)]
#[error("the stream broke off")]
pub(super) struct BrokenOff;

/// The reader went away: nobody wants the rest. The buffer comes back.
#[derive(Debug)]
pub(super) struct Unwanted(pub(super) Vec<u8>);

/// A stream of chunks of `size` bytes, of which at most `depth` wait.
pub(super) fn stream(size: usize, depth: usize) -> (ChunkSender, ChunkReader) {
    let (full_in, full_out) = sync_channel(depth);
    let (empty_in, empty_out) = channel();
    let sender = ChunkSender { full: full_in, empty: empty_out, size };
    let reader = ChunkReader {
        full: full_out,
        empty: empty_in,
        current: None,
        at: 0,
        consumed: 0,
        ended: false,
    };
    (sender, reader)
}

impl ChunkSender {
    /// A buffer to fill: a used one if one came back, else a new one.
    pub(super) fn buffer(&self) -> Vec<u8> {
        self.empty.try_recv().unwrap_or_else(|_| vec![0; self.size])
    }

    /// Sends the first `filled` bytes of a buffer, waiting for room.
    pub(super) fn send(&self, buffer: Vec<u8>, filled: usize) -> Result<(), Unwanted> {
        let chunk = Chunk { buffer, filled };
        self.full
            .send(Some(chunk))
            .map_err(|unsent| Unwanted(unsent.0.map(|chunk| chunk.buffer).unwrap_or_default()))
    }

    /// Says that the stream is complete.
    pub(super) fn finish(self) {
        // A reader that has gone away does not need to know.
        drop(self.full.send(None));
    }
}

impl ChunkReader {
    /// Bytes consumed so far.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    fn advance(&mut self) -> io::Result<()> {
        if let Some(used) = self.current.take() {
            // If the sender has gone, the buffer has served.
            drop(self.empty.send(used.buffer));
        }
        self.at = 0;
        match self.full.recv() {
            Ok(Some(chunk)) => self.current = Some(chunk),
            Ok(None) => self.ended = true,
            Err(_) => return Err(io::Error::other(BrokenOff)),
        }
        Ok(())
    }

    fn rest(&self) -> &[u8] {
        self.current
            .as_ref()
            .and_then(|chunk| chunk.buffer.get(self.at..chunk.filled))
            .unwrap_or_default()
    }
}

impl BufRead for ChunkReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while !self.ended && self.rest().is_empty() {
            self.advance()?;
        }
        Ok(self.rest())
    }

    fn consume(&mut self, bytes: usize) {
        self.at += bytes;
        self.consumed += bytes as u64;
    }
}

impl Read for ChunkReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.fill_buf()?;
        let taken = rest.read(into)?;
        self.consume(taken);
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_stream_ends_and_an_abandoned_one_breaks_off() {
        let (sender, mut reader) = stream(4, 4);
        sender.send(b"abcd".to_vec(), 3).unwrap();
        sender.finish();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), reader.consumed()), ("abc", 3));

        let (sender, mut reader) = stream(4, 4);
        sender.send(b"abcd".to_vec(), 4).unwrap();
        drop(sender);
        let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert!(error.get_ref().unwrap().is::<BrokenOff>());
    }

    #[test]
    fn buffers_come_back() {
        let (sender, mut reader) = stream(4, 2);
        let mut buffer = sender.buffer();
        buffer.fill(7);
        sender.send(buffer, 4).unwrap();
        sender.send(vec![0; 4], 4).unwrap();
        reader.fill_buf().unwrap();
        reader.consume(4);
        reader.fill_buf().unwrap();
        assert_eq!(sender.buffer(), [7; 4], "the first buffer, not a new one");
        assert_eq!(sender.buffer(), [0; 4], "a new one");
    }

    #[test]
    fn a_chunk_that_nobody_wants_comes_back() {
        let (sender, reader) = stream(4, 1);
        drop(reader);
        let unsent = sender.send(b"abcd".to_vec(), 4).unwrap_err();
        assert_eq!(unsent.0, b"abcd");
    }
}
