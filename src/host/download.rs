//! Fetches one file in as many parts as it takes, and knows its digest at the end.
//! What is on the disk has no good name yet: whoever downloads gives it one.

mod error;
mod note;
mod partial;
mod room;

pub use error::FetchError;

pub(super) use partial::Partial;

use std::path::PathBuf;
use std::time::Duration;

use self::note::Note;
use super::error::PathError;
use super::network::{Answer, Network, NetworkError, Onward, Patience};
use super::sink::Written;
use crate::model::Sha256Digest;

/// How often a file is begun anew because its parts do not belong together.
const RESTARTS: u32 = 2;

/// What happens while something is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetching {
    /// Somebody else fetches the same file; it is waited for.
    Waiting {
        /// What that one wrote about itself.
        holder: String,
    },
    /// A file in the cache was not what its name says. It is gone now.
    Damaged {
        /// Where it was.
        path: PathBuf,
    },
    /// An earlier run left the beginning of the file.
    Resumed {
        /// How many bytes are there already.
        bytes: u64,
    },
    /// So much of the file is there.
    Received {
        /// How many bytes.
        bytes: u64,
        /// Of how many, if that is known.
        total: Option<u64>,
    },
    /// It is tried again after a while.
    Paused {
        /// After how long.
        wait: Duration,
        /// Why, in words.
        why: String,
    },
    /// What was there is of no use: it begins anew.
    Restarted {
        /// Why, in words.
        why: String,
    },
}

/// What to fetch.
pub(super) struct Download<'d> {
    pub(super) network: &'d Network,
    pub(super) url: &'d str,
    /// The digests that it may have; any, when there are none.
    pub(super) sums: &'d [Sha256Digest],
    /// The most bytes that it may have.
    pub(super) cap: u64,
    pub(super) tell: &'d mut dyn FnMut(Fetching),
}

/// Why one attempt ended without the whole file.
enum Halt {
    Network(NetworkError),
    /// Something is wrong with the disk.
    Here(FetchError),
    /// The parts do not belong together.
    Anew(String),
}

impl From<NetworkError> for Halt {
    fn from(error: NetworkError) -> Self {
        Self::Network(error)
    }
}

impl From<PathError> for Halt {
    fn from(error: PathError) -> Self {
        Self::Here(error.into())
    }
}

impl Download<'_> {
    /// Fetches what is missing. Afterwards everything in `partial` is durable, and has one of the digests.
    ///
    /// # Errors
    /// What is worth going on from is kept then, and nothing else.
    pub(super) fn run(&mut self, partial: &mut Partial<'_>) -> Result<Written, FetchError> {
        if partial.bytes() > 0 {
            (self.tell)(Fetching::Resumed { bytes: partial.bytes() });
        }
        let mut patience = Patience::new(self.network);
        let mut restarts = 0;
        loop {
            let halt = match self.attempt(partial, &patience) {
                Ok(()) => match self.verdict(partial)? {
                    Verdict::Good(written) => return Ok(written),
                    Verdict::Anew(why) => Halt::Anew(why),
                },
                Err(halt) => halt,
            };
            match halt {
                Halt::Network(error) => self.try_again(partial, &mut patience, error)?,
                Halt::Anew(why) => {
                    restarts += 1;
                    self.begin_anew(partial, why, restarts)?;
                }
                Halt::Here(error) => {
                    // A disk that fails may keep nothing; what counts is what failed first.
                    drop(partial.keep());
                    return Err(error);
                }
            }
        }
    }

    fn try_again(
        &mut self,
        partial: &mut Partial<'_>,
        patience: &mut Patience<'_>,
        error: NetworkError,
    ) -> Result<(), FetchError> {
        let tell = &mut *self.tell;
        let waited = patience.again(error, &mut |wait, why| {
            tell(Fetching::Paused { wait, why: why.to_string() });
        });
        waited.map_err(|error| self.give_up(partial, error))
    }

    fn begin_anew(
        &mut self,
        partial: &mut Partial<'_>,
        why: String,
        restarts: u32,
    ) -> Result<(), FetchError> {
        partial.forget()?;
        if restarts > RESTARTS {
            partial.discard()?;
            return Err(FetchError::Unsteady { url: self.shown(), why });
        }
        (self.tell)(Fetching::Restarted { why });
        Ok(())
    }

    /// Asks once for what is missing.
    fn attempt(&mut self, partial: &mut Partial<'_>, patience: &Patience<'_>) -> Result<(), Halt> {
        if partial.is_complete() {
            return Ok(());
        }
        let (at, note) = (partial.bytes(), partial.note().clone());
        let if_range = note.validator.if_range().filter(|_| at > 0);
        let onward = if_range.map(|if_range| Onward { at, if_range });
        let answer = self.network.ask(self.url, onward, patience)?;
        match (answer.head.status, onward) {
            (200, _) => self.take_whole(answer, partial, patience),
            (206, Some(_)) => self.take_rest(answer, partial, patience),
            (416, Some(_)) => Err(Halt::Anew(format!("it has nothing from byte {at} on"))),
            _ => Err(answer.refusal().into()),
        }
    }

    fn take_whole(
        &mut self,
        answer: Answer,
        partial: &mut Partial<'_>,
        patience: &Patience<'_>,
    ) -> Result<(), Halt> {
        let mut answer = answer.expect_form(self.cap)?;
        let note = Note::new(answer.head.validator.clone(), answer.head.length);
        let needed = answer.head.length.unwrap_or(0);
        room::require(partial, needed).map_err(Halt::Here)?;
        // What is there is given up only for something that can be the file.
        let Some(first) = answer.next_piece(patience)? else {
            return Err(answer.empty().into());
        };
        if partial.bytes() > 0 && !note.agrees_with(partial.note()) {
            return Err(Halt::Anew("it changed while it was fetched".to_owned()));
        }
        partial.begin(note)?;
        self.take(&first, &answer, partial)?;
        self.pour(answer, partial, patience)
    }

    fn take_rest(
        &mut self,
        answer: Answer,
        partial: &mut Partial<'_>,
        patience: &Patience<'_>,
    ) -> Result<(), Halt> {
        let answer = answer.expect_form(self.cap)?;
        let (at, head) = (partial.bytes(), &answer.head);
        let Some(range) = head.range.filter(|range| range.first == at) else {
            return Err(Halt::Anew(format!("it gave other bytes than those from {at} on")));
        };
        let promised = range.last - range.first + 1;
        if range.last + 1 != range.total || head.length.is_some_and(|it| it != promised) {
            return Err(Halt::Anew(format!("it gave not all bytes from {at} on")));
        }
        let note = Note::new(head.validator.clone(), Some(range.total));
        if !note.agrees_with(partial.note()) {
            return Err(Halt::Anew("it changed while it was fetched".to_owned()));
        }
        partial.expect_total(range.total);
        room::require(partial, promised).map_err(Halt::Here)?;
        self.pour(answer, partial, patience)
    }

    /// All that follows.
    fn pour(
        &mut self,
        mut answer: Answer,
        partial: &mut Partial<'_>,
        patience: &Patience<'_>,
    ) -> Result<(), Halt> {
        while let Some(piece) = answer.next_piece(patience)? {
            self.take(&piece, &answer, partial)?;
        }
        match partial.note().total {
            Some(total) if partial.bytes() < total => {
                Err(answer.broken("the answer is shorter than it said").into())
            }
            _ => Ok(()),
        }
    }

    fn take(
        &mut self,
        piece: &[u8],
        answer: &Answer,
        partial: &mut Partial<'_>,
    ) -> Result<(), Halt> {
        if partial.bytes() + piece.len() as u64 > self.cap {
            partial.forget()?;
            return Err(answer.too_large(self.cap).into());
        }
        partial.write(piece)?;
        let (bytes, total) = (partial.bytes(), partial.note().total);
        (self.tell)(Fetching::Received { bytes, total });
        Ok(())
    }

    /// Is it one of the files that were meant?
    fn verdict(&self, partial: &mut Partial<'_>) -> Result<Verdict, FetchError> {
        let written = partial.finish()?;
        if self.sums.is_empty() || self.sums.contains(&written.sha256) {
            return Ok(Verdict::Good(written));
        }
        if partial.is_inherited() {
            // What an earlier run left may have been torn when the power was cut.
            let why = "what an earlier run has left of it is of no use".to_owned();
            return Ok(Verdict::Anew(why));
        }
        partial.discard()?;
        let expected = self.sums.to_vec();
        Err(FetchError::WrongDigest { from: self.shown(), expected, actual: written.sha256 })
    }

    /// Keeps what is worth going on from, and says so.
    fn give_up(&self, partial: &mut Partial<'_>, error: NetworkError) -> FetchError {
        let url = self.shown();
        let kept = match partial.keep() {
            Ok(kept) => kept,
            Err(error) => return error.into(),
        };
        if kept == 0 {
            return error.into();
        }
        if matches!(error, NetworkError::Cancelled { .. }) {
            return FetchError::Interrupted { url, kept };
        }
        FetchError::Unfinished { url, kept, source: error }
    }

    fn shown(&self) -> String {
        Network::shown(self.url)
    }
}

enum Verdict {
    Good(Written),
    Anew(String),
}
