//! A configuration that somebody names on the command line. It belongs to nobody's installation, and nothing but it is
//! read or written.

use std::path::{Path, PathBuf};

use crate::config::{Document, DocumentError, Ledger, MAX_BYTES};
use crate::host::{PathError, read_outside, read_standard_input, size_outside, write_outside};

/// [`MAX_BYTES`], as files are measured.
pub(super) const LARGEST: u64 = MAX_BYTES as u64;

/// What stands for the standard input.
const STANDARD_INPUT: &str = "-";

/// The byte order mark of UTF-8, which some editors write and no server reads.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A configuration, and where it was found.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// How it was named.
    pub path: PathBuf,
    /// What it says.
    pub document: Document,
}

/// Why a configuration could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFileError {
    /// The file cannot be read, or not be written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It is no configuration that a server could read, or one that can be read in two ways.
    #[error("{path}:{why}")]
    Document {
        /// The file, as it was named.
        path: PathBuf,
        /// Where it stops making sense, and by which rule.
        why: DocumentError,
    },
}

/// Reads a configuration of at most [`MAX_BYTES`]; `-` is the standard input.
///
/// # Errors
/// It cannot be read, is no regular file, or is refused by [`Document::parse`].
pub fn read_config_file(path: &Path) -> Result<ConfigFile, ConfigFileError> {
    let refuse = |why| ConfigFileError::Document { path: path.to_owned(), why };
    let bytes = if is_standard_input(path) {
        read_standard_input(LARGEST)?
    } else {
        Document::admit(size_outside(path)?).map_err(refuse)?;
        read_outside(path, LARGEST)?
    };
    let document = Document::parse(&bytes).map_err(refuse)?;
    Ok(ConfigFile { path: path.to_owned(), document })
}

/// Does this stand for the standard input?
pub(super) fn is_standard_input(path: &Path) -> bool {
    path == Path::new(STANDARD_INPUT)
}

/// Takes the byte order mark away from a configuration that is one without it. Says whether there was one.
///
/// # Errors
/// The file cannot be read or written, or what follows the mark is refused by [`Document::parse`].
pub fn strip_bom(path: &Path) -> Result<bool, ConfigFileError> {
    let bytes = read_outside(path, LARGEST)?;
    let rest = bytes.strip_prefix(BYTE_ORDER_MARK);
    Document::parse(rest.unwrap_or(&bytes))
        .map_err(|why| ConfigFileError::Document { path: path.to_owned(), why })?;
    rest.map_or(Ok(false), |rest| {
        write_outside(path, rest)?;
        Ok(true)
    })
}

/// Writes a configuration so that the file has the whole new text or its former one. A new file is readable by its owner
/// only; one that is there keeps its mode. A symlink is followed.
///
/// # Errors
/// Directory or file cannot be written.
pub fn write_config_file(path: &Path, document: &Document) -> Result<(), ConfigFileError> {
    Ok(write_outside(path, document.to_text().as_bytes())?)
}

/// Writes the account of a merge in the form in which installations keep it. No secret stands in it.
///
/// # Errors
/// As [`write_config_file`].
pub fn write_ledger(path: &Path, ledger: &Ledger) -> Result<(), ConfigFileError> {
    Ok(write_outside(path, ledger.to_text().as_bytes())?)
}
