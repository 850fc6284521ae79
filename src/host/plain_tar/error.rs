//! Why a file is no tar file of plain files.

use std::fmt;
use std::path::PathBuf;

use crate::host::error::PathError;

/// Why a tar file is not opened.
#[derive(Debug, thiserror::Error)]
pub enum PlainTarError {
    /// It cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It is something else, damaged, or holds what is not taken.
    #[error("{}: {fault}", path.display())]
    Fault {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: TarFault,
    },
}

/// What is wrong with a tar file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TarFault {
    /// It does not begin with a header.
    NoTar,
    /// What should be a header is none.
    Damaged {
        /// Where it begins.
        at: u64,
    },
    /// A member is no regular file.
    NoFile {
        /// Its name.
        name: String,
    },
    /// A record says more about a member than its header can: another name or size.
    Extension {
        /// The name that its header has.
        name: String,
    },
    /// A name that is not that of a plain file.
    Name {
        /// The name.
        name: String,
    },
    /// Two members have one name.
    Twice {
        /// The name.
        name: String,
    },
    /// A member that does not end before the file does.
    Cut {
        /// Its name.
        name: String,
    },
    /// It ends without a mark that it does.
    NoEnd,
    /// It goes on where it should have ended.
    Trailing {
        /// Where it should have.
        at: u64,
    },
    /// A header says more than name and size.
    Unusual {
        /// The name.
        name: String,
    },
    /// What fills the place up to the next header is not empty.
    Padding {
        /// The member before it.
        name: String,
    },
    /// There are more members than are looked at.
    Many {
        /// How many are.
        most: usize,
    },
    /// There are none.
    Empty,
}

impl fmt::Display for TarFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTar => f.write_str("not a tar file"),
            Self::Damaged { at } => write!(f, "damaged: there is no header at byte {at}"),
            Self::NoFile { name } => write!(f, "{name:?} is not a regular file"),
            Self::Extension { name } => {
                write!(f, "{name:?} is a record that extends another, which is not taken here")
            }
            Self::Name { name } => write!(f, "{name:?} is not the plain name of a file"),
            Self::Twice { name } => write!(f, "{name} is in it twice"),
            Self::Cut { name } => write!(f, "cut off: it ends before {name} does"),
            Self::NoEnd => {
                f.write_str("cut off: it ends without the mark that a tar file ends with")
            }
            Self::Trailing { at } => {
                write!(f, "it goes on after byte {at}, where it should have ended")
            }
            Self::Unusual { name } => {
                write!(f, "the header of {name} says more than its name and its size")
            }
            Self::Padding { name } => {
                write!(f, "damaged: what fills the place after {name} is not empty")
            }
            Self::Many { most } => write!(f, "it has more than {most} members"),
            Self::Empty => f.write_str("it has no members"),
        }
    }
}
