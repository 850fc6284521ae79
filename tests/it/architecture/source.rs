//! The files of the project, and what is wrong with one of them.
//! Only reads.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::lexer::{Placed, lex};

/// A Rust file.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its path relative to the project.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) tokens: Vec<Placed>,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), tokens: lex(text) }
    }

    /// The room of the library that it belongs to; the two roots are rooms of their own, `lib` and `main`.
    pub(crate) fn room(&self) -> &str {
        self.module().first().copied().unwrap_or_else(|| self.stem())
    }

    /// The module that it is, as a path from the root of the crate: empty for the root itself.
    pub(crate) fn module(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut module: Vec<&str> = path.split('/').collect();
        if matches!(module.as_slice(), ["lib" | "main"] | [.., "mod"]) {
            module.pop();
        }
        module
    }

    fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.trim_end_matches(".rs")
    }

    pub(crate) fn violation(&self, line: usize, rule: impl Into<String>) -> Violation {
        Violation { path: self.path.clone(), line, rule: rule.into() }
    }
}

/// A broken rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.rule)
    }
}

/// The project's directory.
pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a directory of the project, sorted by path.
///
/// # Panics
/// When there are none: a rule that looks at nothing is always kept.
pub(crate) fn sources(directory: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&project().join(directory), &mut paths);
    paths.sort();
    let sources: Vec<Source> = paths.iter().map(|path| read(path)).collect();
    assert!(!sources.is_empty(), "no Rust file found in {directory}");
    sources
}

fn read(path: &Path) -> Source {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let relative = path.strip_prefix(project()).expect("it was found in the project");
    Source::new(relative.to_str().expect("our names are plain"), &text)
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in
        fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
    {
        let path = entry.expect("the directory can be listed").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// Fails with every broken rule.
pub(crate) fn assert_none(violations: &[Violation]) {
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(
        lines.is_empty(),
        "{} broken rules:\n{}\n(ARCHITECTURE.md says what each room is for)",
        lines.len(),
        lines.join("\n")
    );
}
