//! The host's enforced settings as variables, for whoever starts the server: read from where they are, written to where they
//! are wanted. No value is shown, except as the text that was asked for.

use std::path::{Path, PathBuf};

use super::config_file::{ConfigFileError, read_config_file};
use super::state_files::{StateFileError, read_receipt};
use super::steps::{ConfigureError, ENFORCED, read_document};
use crate::config::{Document, EditError};
use crate::host::{Host, PathError, absolute, write_entries_outside, write_private_outside};
use crate::model::{
    Prefix, Unwritable, Variable, Version, environment_drop_in, environment_entry,
    environment_file, environment_lines,
};

/// In which form variables are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvironmentForm {
    /// One file, as systemd reads it.
    File,
    /// A directory with a file for each, as chpst and envdir read it.
    Directory,
    /// A drop-in of a unit, and beside it the file that it names.
    Unit,
}

/// Why the enforced settings could not be read, or not be written as variables.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// An overlay cannot be read.
    #[error(transparent)]
    Overlay(#[from] ConfigFileError),
    /// Overlays do not go together.
    #[error("the overlays contradict each other: {0}")]
    Contradiction(EditError),
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// What was enforced cannot be read.
    #[error(transparent)]
    Recorded(#[from] ConfigureError),
    /// Nothing is installed.
    #[error("nothing is installed here by mmembed")]
    NotInstalled,
    /// It was never written down what is enforced.
    #[error("it is not recorded what the host enforces here")]
    NothingRecorded {
        /// The version that is installed.
        version: Version,
    },
    /// A variable cannot be written in this form.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// systemd passes over drop-ins that are called otherwise.
    #[error("{} is no name for a drop-in: systemd reads those in UTF-8 that end in .conf", path.display())]
    NoDropIn {
        /// The path.
        path: PathBuf,
    },
    /// A directory cannot be printed.
    #[error("a directory of variables needs a place to be written to")]
    NoPlace,
}

/// What an installation enforces, as it was last applied, and the version that runs there.
///
/// # Errors
/// Also when nothing is installed.
pub fn recorded_enforced(host: &Host, prefix: &Prefix) -> Result<(Document, Version), EmitError> {
    let receipt = read_receipt(host, prefix)?.ok_or(EmitError::NotInstalled)?;
    let enforced = read_document(host, &prefix.applied().join(ENFORCED))?;
    let version = receipt.release.version;
    match enforced {
        Some(enforced) => Ok((enforced, version)),
        None => Err(EmitError::NothingRecorded { version }),
    }
}

/// The overlays in these files as one; later ones win.
///
/// # Errors
/// When one cannot be read, or has a setting where another has a section.
pub fn read_overlays(paths: &[PathBuf]) -> Result<Document, EmitError> {
    let mut combined = Document::empty();
    for path in paths {
        let overlay = read_config_file(path)?.document;
        combined.lay_over(&overlay).map_err(EmitError::Contradiction)?;
    }
    Ok(combined)
}

/// Variables as a text, values and all. A unit has them in it, instead of the name of a file.
///
/// # Errors
/// When a variable cannot be written, and for a directory.
pub fn environment_text(
    variables: &[Variable],
    form: EnvironmentForm,
) -> Result<String, EmitError> {
    match form {
        EnvironmentForm::File => Ok(environment_file(variables)?),
        EnvironmentForm::Unit => Ok(format!("[Service]\n{}", environment_lines(variables)?)),
        EnvironmentForm::Directory => Err(EmitError::NoPlace),
    }
}

/// Writes variables, readable by their owner only; gives the files or the directory. Nothing is written when one of the
/// variables cannot be. In a directory, what an earlier call wrote and this one does not is removed.
///
/// # Errors
/// [`EmitError`]; after a [`PathError`], some of the files of a directory may be written, and another call completes them.
pub fn write_environment(
    variables: &[Variable],
    form: EnvironmentForm,
    path: &Path,
) -> Result<Vec<PathBuf>, EmitError> {
    match form {
        EnvironmentForm::File => {
            write_private_outside(path, environment_file(variables)?.as_bytes())?;
            Ok(vec![path.to_owned()])
        }
        EnvironmentForm::Directory => {
            let entry = |it: &Variable| Ok((it.0.clone(), environment_entry(it)?.into_bytes()));
            let entries: Result<Vec<_>, Unwritable> = variables.iter().map(entry).collect();
            write_entries_outside(path, &entries?)?;
            Ok(vec![path.to_owned()])
        }
        EnvironmentForm::Unit => {
            let drop_in = absolute(path)?;
            if drop_in.extension().is_none_or(|extension| extension != "conf") {
                return Err(EmitError::NoDropIn { path: path.to_owned() });
            }
            let file = drop_in.with_extension("env");
            let named = file.to_str().ok_or(EmitError::NoDropIn { path: path.to_owned() })?;
            let text = environment_drop_in(named)?;
            write_private_outside(&file, environment_file(variables)?.as_bytes())?;
            write_private_outside(&drop_in, text.as_bytes())?;
            Ok(vec![drop_in, file])
        }
    }
}
