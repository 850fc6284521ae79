//! The names in a directory as they are, also those that are no text.
//! Nothing is changed here.

use std::ffi::OsString;

use super::Tree;
use crate::host::error::{PathContext, PathError};
use crate::model::RelPath;

impl Tree {
    /// The names in a directory, byte for byte and sorted; none when it is not there.
    pub fn names(&self, path: &RelPath) -> Result<Vec<OsString>, PathError> {
        let absolute = self.absolute(path);
        let dir = self.dir.open_dir(path.as_path());
        let dir = match dir {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            opened => opened.on("open", &absolute)?,
        };
        let names = dir.entries().on("list", &absolute)?;
        let names: Result<Vec<_>, _> = names.map(|entry| Ok(entry?.file_name())).collect();
        let mut names = names.map_err(|error: std::io::Error| error).on("list", &absolute)?;
        names.sort();
        Ok(names)
    }
}
