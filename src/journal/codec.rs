//! The text form of the journal: one record a line, each with its checksum; and how a log is read back.
//! Nothing is opened here: a log is bytes.

use crate::journal::{IllegalRecord, Record, TransactionState};

/// Version of the line format. A log of a newer version is refused, not guessed at.
const FORMAT: &str = "1";

/// What a log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Where the transaction stands.
    pub state: TransactionState,
    /// How many bytes of the log are whole lines; a torn last line lies beyond, and is cut off before the next append.
    pub intact: usize,
}

/// Why a log cannot be trusted. The only answer is to ask the operator.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A line other than the last one is damaged.
    #[error("line {line} is damaged (its checksum does not fit)")]
    Damaged {
        /// Counted from 1.
        line: usize,
    },
    /// Written by a tool that this one does not know.
    #[error("line {line} has format {format:?}; this version of mmembed reads format {FORMAT}")]
    Foreign {
        /// Counted from 1.
        line: usize,
        /// The format that stands there.
        format: String,
    },
    /// A whole line in an order that no run writes.
    #[error("line {line} does not follow from the lines before it")]
    Illegal {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: IllegalRecord,
    },
}

/// The line for a record, with its newline: format, CRC-32 of the text, text.
///
/// # Panics
/// Never: a record is plain data.
#[must_use]
pub fn encode(record: &Record) -> String {
    let text = serde_json::to_string(record).expect("a record is plain data");
    format!("{FORMAT} {:08x} {text}\n", crc32fast::hash(text.as_bytes()))
}

/// Reads a log back. A damaged or unfinished *last* line is a torn write and is passed over.
///
/// # Errors
/// Damage anywhere else, a foreign format, or records in an order that no run writes.
pub fn replay(log: &[u8]) -> Result<Replay, ReplayError> {
    let mut replay = Replay { state: TransactionState::new(), intact: 0 };
    for (index, bytes) in log.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let line = index + 1;
        let is_last = replay.intact + bytes.len() == log.len();
        let record = match decode(bytes) {
            Ok(record) => record,
            Err(Flaw::Damaged) if is_last => break,
            Err(Flaw::Damaged) => return Err(ReplayError::Damaged { line }),
            Err(Flaw::Foreign(format)) => return Err(ReplayError::Foreign { line, format }),
        };
        replay.state =
            replay.state.apply(&record).map_err(|source| ReplayError::Illegal { line, source })?;
        replay.intact += bytes.len();
    }
    Ok(replay)
}

enum Flaw {
    Damaged,
    Foreign(String),
}

fn decode(bytes: &[u8]) -> Result<Record, Flaw> {
    let line = std::str::from_utf8(bytes).map_err(|_| Flaw::Damaged)?;
    let line = line.strip_suffix('\n').ok_or(Flaw::Damaged)?;
    let (format, rest) = line.split_once(' ').ok_or(Flaw::Damaged)?;
    let (sum, text) = rest.split_once(' ').ok_or(Flaw::Damaged)?;
    if sum != format!("{:08x}", crc32fast::hash(text.as_bytes())) {
        return Err(Flaw::Damaged);
    }
    if format != FORMAT {
        return Err(Flaw::Foreign(format.to_owned()));
    }
    serde_json::from_str(text).map_err(|_| Flaw::Foreign(format.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Sha256Digest, StepId};

    fn log() -> Vec<u8> {
        let plan = Sha256Digest::from_bytes([7; 32]);
        [
            Record::Begun { plan, steps: 2 },
            Record::Started { step: StepId(0) },
            Record::Done { step: StepId(0) },
            Record::Started { step: StepId(1) },
        ]
        .iter()
        .flat_map(|record| encode(record).into_bytes())
        .collect()
    }

    #[test]
    fn a_log_cut_at_any_byte_is_a_shorter_log() {
        let log = log();
        let ends: Vec<usize> =
            (0..log.len()).filter(|&at| log[at] == b'\n').map(|at| at + 1).collect();
        for cut in 0..=log.len() {
            let replay = replay(&log[..cut]).unwrap();
            let whole = ends.iter().copied().filter(|&end| end <= cut).max().unwrap_or(0);
            assert_eq!(replay.intact, whole, "cut at {cut}");
        }
    }

    #[test]
    fn any_flipped_bit_before_the_last_line_is_noticed() {
        let log = log();
        let last = log[..log.len() - 1].iter().rposition(|&byte| byte == b'\n').unwrap();
        for at in 0..last {
            for bit in 0..8 {
                let mut damaged = log.clone();
                damaged[at] ^= 1 << bit;
                assert!(replay(&damaged).is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_newer_format_is_refused_by_name() {
        let text = r#"{"record":"begun"}"#;
        let line = format!("9 {:08x} {text}\n", crc32fast::hash(text.as_bytes()));
        let error = replay(line.as_bytes()).unwrap_err();
        assert!(matches!(error, ReplayError::Foreign { line: 1, .. }), "{error}");
    }
}
