//! The gzip layer: all members, read to the very end, every checksum and length compared.
//! What the stream says is not looked at here.

use std::io::BufRead;

use flate2::{Decompress, DecompressError, FlushDecompress, Status};

use super::chunks::{ChunkReader, ChunkSender};
use super::limits::Limits;
use super::rule::{Breach, Rule};

/// The largest window of the format (RFC 1952 leaves it to RFC 1951: 32 KiB).
const WINDOW_BITS: u8 = 15;

/// Why inflating ended early.
#[derive(Debug)]
pub(super) enum Stop {
    Breach(Breach),
    /// The file could not be read, or nobody wants the rest. Others know why.
    Quiet,
}

/// Inflates a whole file.
///
/// The decoder is driven directly, not through a reader of `flate2`: it then computes the checksum while it inflates,
/// with the processor's own instruction for it, which makes this, the slowest of the threads, a fifth faster.
pub(super) fn inflate(
    mut input: ChunkReader,
    output: ChunkSender,
    limits: &Limits,
) -> Result<(), Stop> {
    let mut out = Output { sender: output, buffer: Vec::new(), filled: 0, sent: 0 };
    let mut member = Decompress::new_gzip(WINDOW_BITS);
    let mut first = true;
    while first || !input.fill_buf().map_err(|_| Stop::Quiet)?.is_empty() {
        member.reset(true);
        inflate_member(&mut member, &mut input, &mut out, limits)
            .map_err(|failure| failure.judge(&member, first))?;
        first = false;
    }
    out.flush()?;
    out.sender.finish();
    Ok(())
}

/// What went wrong in a member.
enum Failure {
    Decoder(DecompressError),
    Stop(Stop),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl Failure {
    /// What an error of the decoder says about the file.
    fn judge(self, member: &Decompress, first: bool) -> Stop {
        let error = match self {
            Self::Stop(stop) => return stop,
            Self::Decoder(error) => error,
        };
        let rule = match (member.total_out(), first) {
            (0, true) => Rule::GZIP_HEADER,
            (0, false) => Rule::GZIP_TRAILING,
            _ => Rule::GZIP_DAMAGED,
        };
        Stop::Breach(match error.message() {
            Some(message) => rule.with(message),
            None => rule.into(),
        })
    }
}

fn inflate_member(
    member: &mut Decompress,
    input: &mut ChunkReader,
    out: &mut Output,
    limits: &Limits,
) -> Result<(), Failure> {
    loop {
        let piece = input.fill_buf().map_err(|_| Stop::Quiet)?;
        if piece.is_empty() {
            return Err(Stop::Breach(Rule::GZIP_CUT.into()).into());
        }
        let before = (member.total_in(), member.total_out());
        let status = member
            .decompress(piece, out.room(), FlushDecompress::None)
            .map_err(Failure::Decoder)?;
        input.consume(length(member.total_in() - before.0));
        out.filled += length(member.total_out() - before.1);
        out.refuse_bomb(input.consumed(), limits)?;
        if status == Status::StreamEnd {
            return Ok(());
        }
        out.flush_if_full()?;
    }
}

/// A count of bytes in memory.
fn length(bytes: u64) -> usize {
    usize::try_from(bytes).expect("a part of a buffer is no longer than the buffer")
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

    fn refuse_bomb(&self, consumed: u64, limits: &Limits) -> Result<(), Stop> {
        let produced = self.sent + self.filled as u64;
        let allowed = limits.ratio.saturating_mul(consumed);
        if produced > allowed.max(limits.ratio_free) {
            return Err(Stop::Breach(Rule::LIMIT_RATIO.into()));
        }
        Ok(())
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
