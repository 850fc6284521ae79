//! Files of the program itself, put where the system looks for them.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::answer::{Answer, failure};
use crate::cli::exit::Exit;
use crate::cli::{hints, render, system, words};
use crate::engine::{SharedFile, resolve_root, write_shared};
use crate::host::{Cancel, Host, Territory};
use crate::model::{REPORT_SCHEMA, RelPath};

/// Puts files in their places below a root, and says where they are.
pub(super) fn place(
    command: &'static str,
    files: impl FnOnce(&Host) -> Vec<SharedFile>,
    root: &Path,
    json: bool,
    cancel: Cancel,
) -> io::Result<Answer> {
    let root = match resolve_root(root) {
        Ok(root) => root,
        Err(error) => {
            let next = hints::for_resolve(&error);
            return Ok(Err((Exit::Refused, failure(words::chain(&error), next))));
        }
    };
    let share = RelPath::here().join("usr").join("share");
    let host = Host::new(&root, Territory::new(vec![share]), super::meter(), cancel);
    let written = host.and_then(|host| {
        let files = files(&host);
        let written = write_shared(&host, &files)?;
        let absolute = |path: &RelPath| host.tree.absolute(path);
        let all: Vec<PathBuf> = files.iter().map(|file| absolute(&file.path)).collect();
        Ok((all, written.iter().map(absolute).collect::<Vec<_>>()))
    });
    match written {
        Ok((all, written)) => tell(command, &all, &written, json).map(|()| Ok(Exit::Done)),
        Err(error) => {
            let next = system::advice_and_again(&error);
            Ok(Err((Exit::Refused, failure(words::chain(&error), &next))))
        }
    }
}

/// Says where the files are, and how many of them are new.
pub(super) fn tell(
    command: &'static str,
    all: &[PathBuf],
    written: &[PathBuf],
    json: bool,
) -> io::Result<()> {
    if json {
        return render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": command, "files": all, "written": written,
        }));
    }
    let directory = |path: &PathBuf| path.parent().unwrap_or(path).display().to_string();
    match (all, written) {
        ([one], [_]) => words::say(&format!("written: {}", one.display())),
        ([one, ..], [_, ..]) => {
            let (count, of) = (written.len(), all.len());
            words::say(&format!("written: {count} of {of} files in {}", directory(one)))
        }
        ([one, ..], []) => words::say(&format!("nothing to do: {} has them", directory(one))),
        ([], _) => Ok(()),
    }
}
