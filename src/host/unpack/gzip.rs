//! The gzip layer: all members, read to the very end, every checksum and length compared.
//! What the stream says is not looked at here.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::chunks::{ChunkReader, ChunkSender, is_broken_off};
use super::limits::Limits;
use super::rule::{Breach, Rule};

/// Why inflating ended early.
#[derive(Debug)]
pub(super) enum Stop {
    Breach(Breach),
    /// The file could not be read, or nobody wants the rest. Others know why.
    Quiet,
}

/// Inflates a whole file.
pub(super) fn inflate(
    mut input: ChunkReader,
    output: ChunkSender,
    limits: &Limits,
) -> Result<(), Stop> {
    let mut out = Output {
        sender: output,
        buffer: Vec::new(),
        filled: 0,
        sent: 0,
    };
    let mut first = true;
    while first || !input.fill_buf().map_err(|_| Stop::Quiet)?.is_empty() {
        input = inflate_member(input, &mut out, limits, first)?;
        first = false;
    }
    out.flush()?;
    out.sender.finish();
    Ok(())
}

fn inflate_member(
    input: ChunkReader,
    out: &mut Output,
    limits: &Limits,
    first: bool,
) -> Result<ChunkReader, Stop> {
    let mut decoder = GzDecoder::new(input);
    let began = decoder.header().is_some();
    loop {
        let bytes = match decoder.read(out.room()) {
            Ok(bytes) => bytes,
            Err(error) => return Err(judge(&error, began, first)),
        };
        if bytes == 0 {
            return Ok(decoder.into_inner());
        }
        out.advance(bytes);
        let produced = out.sent + out.filled as u64;
        let allowed = limits.ratio.saturating_mul(decoder.get_ref().consumed());
        if produced > allowed.max(limits.ratio_free) {
            return Err(Stop::Breach(Rule::LIMIT_RATIO.into()));
        }
        out.flush_if_full()?;
    }
}

/// What an error of the decoder says about the file.
fn judge(error: &io::Error, began: bool, first: bool) -> Stop {
    if is_broken_off(error) {
        return Stop::Quiet;
    }
    Stop::Breach(match (began, first, error.kind()) {
        (false, true, _) => Rule::GZIP_HEADER.into(),
        (false, false, _) => Rule::GZIP_TRAILING.into(),
        (true, _, io::ErrorKind::UnexpectedEof) => Rule::GZIP_CUT.into(),
        (true, ..) => Rule::GZIP_DAMAGED.with(error.to_string()),
    })
}

/// The buffer being filled.
struct Output {
    sender: ChunkSender,
    buffer: Vec<u8>,
    filled: usize,
    sent: u64,
}

impl Output {
    fn room(&mut self) -> &mut [u8] {
        if self.buffer.is_empty() {
            self.buffer = self.sender.buffer();
        }
        self.buffer.get_mut(self.filled..).unwrap_or_default()
    }

    fn advance(&mut self, bytes: usize) {
        self.filled += bytes;
    }

    fn flush_if_full(&mut self) -> Result<(), Stop> {
        if self.filled == self.buffer.len() {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Stop> {
        let buffer = std::mem::take(&mut self.buffer);
        let filled = std::mem::take(&mut self.filled);
        self.sent += filled as u64;
        self.sender.send(buffer, filled).map_err(|_| Stop::Quiet)
    }
}
