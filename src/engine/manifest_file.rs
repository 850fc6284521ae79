//! The manifest as a file: read, and written where there is none.

use std::path::{Path, PathBuf};

use crate::host::{Host, PathError, absolute, exists_outside, read_outside, write_public_outside};
use crate::manifest::{Faults, Manifest};
use crate::model::{Overlay, Prefix, Strength};

/// The most bytes of a manifest: settings in it may be many, files of them are files.
const LARGEST: u64 = 1024 * 1024;

/// Why there is no manifest to go by.
#[derive(Debug, thiserror::Error)]
pub enum ManifestFileError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The file is no text.
    #[error("{} is no text", path.display())]
    NoText {
        /// The file.
        path: PathBuf,
    },
    /// The file says what no manifest can.
    #[error("{}", path.display())]
    Faults {
        /// The file.
        path: PathBuf,
        /// Where, and what is wrong.
        #[source]
        faults: Faults,
    },
    /// There is a file already.
    #[error("there is a file {} already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
}

/// Reads a manifest. Its relative paths are taken from its directory.
///
/// # Errors
/// It cannot be read, or is none.
pub fn read_manifest(path: &Path) -> Result<Manifest, ManifestFileError> {
    let bytes = read_outside(path, LARGEST)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| ManifestFileError::NoText { path: path.to_owned() })?;
    let manifest = Manifest::parse(&text)
        .map_err(|faults| ManifestFileError::Faults { path: path.to_owned(), faults })?;
    let whole = absolute(path)?;
    Ok(manifest.beside(whole.parent().unwrap_or(Path::new("/"))))
}

/// Writes a manifest, readable by everybody. One that is there stays, unless it is to be replaced.
///
/// # Errors
/// There is one already, or it cannot be written.
pub fn write_manifest(path: &Path, text: &str, replace: bool) -> Result<(), ManifestFileError> {
    if !replace && exists_outside(path) {
        return Err(ManifestFileError::Exists { path: path.to_owned() });
    }
    Ok(write_public_outside(path, text.as_bytes())?)
}

/// The files with the host's settings as they were given last.
///
/// # Errors
/// They cannot be looked for.
pub fn overlays_given_last(
    host: &Host,
    prefix: &Prefix,
) -> Result<Vec<(Strength, Overlay)>, PathError> {
    super::resolve_upgrade::applied_overlays(host, prefix)
}
