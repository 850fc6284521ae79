//! Looks at configurations that somebody names on the command line, with the eyes of one version.
//! Nothing is written, and no host is needed.

use std::path::{Path, PathBuf};

use super::config_file::{LARGEST, is_standard_input};
use crate::config::{Complaint, Document, LintSubject, Severity};
use crate::host::{PathError, absolute, read_standard_input, read_with_access};
use crate::model::{FileAccess, ServerEnvironment, Version, chain};
use crate::planning;

/// With whose eyes configurations are looked at.
#[derive(Clone, Copy, Debug)]
pub struct LintQuestion<'a> {
    /// The version that shall read them.
    pub version: &'a Version,
    /// The variables that the server is started with, where they are known.
    pub environment: Option<&'a ServerEnvironment>,
    /// The directory of the release. Where nobody names it, a file in a directory `config` is taken to lie in it.
    pub tree: Option<&'a Path>,
}

/// What there is to say about one configuration.
#[derive(Clone, Debug)]
pub struct LintedFile {
    /// The file, as it was named.
    pub path: PathBuf,
    /// What is wrong or strange, in the order of the file.
    pub complaints: Vec<Complaint>,
}

/// Looks at one configuration; `-` is the standard input. That it cannot be read is a complaint, too: the others are looked
/// at all the same.
#[must_use]
pub fn lint_config_file(path: &Path, question: &LintQuestion<'_>) -> LintedFile {
    let complaints = match read(path) {
        Ok((bytes, access)) => lint(&bytes, access, path, question),
        Err(error) => {
            let complaint = Complaint::new(Severity::Error, "C-READ", chain(&error));
            vec![complaint.advise("name a file that can be read")]
        }
    };
    LintedFile { path: path.to_owned(), complaints }
}

fn read(path: &Path) -> Result<(Vec<u8>, Option<FileAccess>), PathError> {
    if is_standard_input(path) {
        return Ok((read_standard_input(LARGEST)?, None));
    }
    let (bytes, access) = read_with_access(path, LARGEST)?;
    Ok((bytes, Some(access)))
}

fn lint(
    bytes: &[u8],
    access: Option<FileAccess>,
    path: &Path,
    question: &LintQuestion<'_>,
) -> Vec<Complaint> {
    let document = match Document::parse(bytes) {
        Ok(document) => document,
        Err(error) => return vec![error.into()],
    };
    let tree = match question.tree {
        Some(tree) => absolute(tree).ok(),
        None => tree_of(path),
    };
    planning::lint(LintSubject {
        document: &document,
        version: question.version,
        environment: question.environment,
        tree: tree.as_deref(),
        access,
    })
}

/// The tree that a file lies in the directory `config` of.
fn tree_of(path: &Path) -> Option<PathBuf> {
    let path = absolute(path).ok().filter(|_| !is_standard_input(path))?;
    let directory = path.parent().filter(|parent| parent.ends_with("config"))?;
    // At the root of the file system lies no tree.
    directory.parent().filter(|tree| tree.parent().is_some()).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_a_directory_of_that_name_tells_the_tree() {
        for (path, tree) in [
            ("/opt/acme/mattermost/config/config.json", Some("/opt/acme/mattermost")),
            ("/config/config.json", None),
            ("/opt/acme/config.json", None),
            ("-", None),
        ] {
            assert_eq!(tree_of(Path::new(path)), tree.map(PathBuf::from), "{path}");
        }
    }
}
