//! The journal on disk: every record is durable when `append` returns.
//! What may follow what is not decided here.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::host::{AppendFile, Meter, PathContext, PathError, Tree};
use crate::journal::{self, Record, ReplayError, TransactionState};
use crate::model::RelPath;

/// The name of the journal in its transaction's directory.
const NAME: &str = "journal.jsonl";

/// Room set aside at the beginning, so that a full disk cannot stop the way back: a long transaction writes some 60
/// records of about 100 bytes, and every resumption adds as many again.
const RESERVED: u64 = 32 * 1024;

/// A journal that is read in no further than this: it would be no journal of ours.
const LONGEST: u64 = 16 * 1024 * 1024;

/// An open journal and the state that its records tell.
#[derive(Debug)]
pub(crate) struct JournalFile {
    file: AppendFile,
    path: PathBuf,
    meter: Meter,
    intact: u64,
    state: TransactionState,
    /// Could a torn line not be cut off? Then nothing may be written behind it.
    torn: bool,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be read or written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// What stands in it is not what any run of this tool writes.
    #[error("the journal {} cannot be trusted", path.display())]
    Untrusted {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: ReplayError,
    },
}

impl JournalError {
    /// Did a test stop the world here?
    pub(crate) fn is_crash(&self) -> bool {
        matches!(self, Self::Path(error) if error.is_crash())
    }
}

impl JournalFile {
    /// Reads the journal of a transaction without opening it for writing.
    pub(crate) fn peek(
        tree: &Tree,
        transaction: &RelPath,
    ) -> Result<TransactionState, JournalError> {
        let path = transaction.join(NAME);
        let log = tree.read(&path, LONGEST)?.unwrap_or_default();
        let untrusted = |source| JournalError::Untrusted { path: tree.absolute(&path), source };
        Ok(journal::replay(&log).map_err(untrusted)?.state)
    }

    /// Opens the journal of a transaction, creating it when there is none, and cuts off a torn last line.
    pub(crate) fn open(tree: &Tree, transaction: &RelPath) -> Result<Self, JournalError> {
        let path = transaction.join(NAME);
        let log = tree.read(&path, LONGEST)?.unwrap_or_default();
        let absolute = tree.absolute(&path);
        let replay = journal::replay(&log)
            .map_err(|source| JournalError::Untrusted { path: absolute.clone(), source })?;
        let mut journal = Self {
            file: tree.append_to(&path)?,
            path: absolute,
            meter: tree.meter().clone(),
            intact: u64::try_from(replay.intact).expect("a length fits into 64 bits"),
            state: replay.state,
            torn: false,
        };
        journal.file.reserve(RESERVED);
        if log.len() > replay.intact {
            journal.cut_to_intact()?;
        }
        Ok(journal)
    }

    /// Writes one record and makes it durable.
    ///
    /// When that fails, the torn line is cut off again, and the state is as before.
    pub(crate) fn append(&mut self, record: &Record) -> Result<(), JournalError> {
        let next = self.state.clone().apply(record).expect("the engine follows the protocol");
        let line = journal::encode(record);
        if let Err(error) = self.write(line.as_bytes()) {
            if !error.is_crash() {
                self.cut_to_intact()?;
            }
            return Err(error.into());
        }
        self.intact += u64::try_from(line.len()).expect("a length fits into 64 bits");
        self.state = next;
        Ok(())
    }

    pub(crate) fn state(&self) -> &TransactionState {
        &self.state
    }

    fn write(&mut self, line: &[u8]) -> Result<(), PathError> {
        if self.torn {
            return Err(io::Error::other("a torn line could not be cut off"))
                .on("write", &self.path);
        }
        self.meter.admit_record().on("write", &self.path)?;
        self.file.write_all(line).on("write", &self.path)?;
        self.file.sync().on("sync", &self.path)
    }

    fn cut_to_intact(&mut self) -> Result<(), PathError> {
        self.torn = true;
        self.file.cut_to(self.intact).on("shorten", &self.path)?;
        self.file.sync().on("sync", &self.path)?;
        self.torn = false;
        Ok(())
    }
}
