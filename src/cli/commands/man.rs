//! `man`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::placing::{place, tell};
use crate::cli::answer::{Answer, failure, settle};
use crate::cli::args::ManArgs;
use crate::cli::exit::Exit;
use crate::cli::manual::{Page, pages};
use crate::cli::{render, system, words};
use crate::engine::{SharedFile, near_names};
use crate::host::{Cancel, PathError, make_directory_outside, write_public_outside};
use crate::model::{REPORT_SCHEMA, RelPath};

/// Prints a page of the manual, or writes all of them.
pub(crate) fn run(args: &ManArgs, json: bool, cancel: Cancel) -> io::Result<Exit> {
    settle(manual(args, json, cancel), "man", json)
}

fn manual(args: &ManArgs, json: bool, cancel: Cancel) -> io::Result<Answer> {
    let pages = pages();
    if args.place.install {
        let directory = RelPath::here().join("usr").join("share").join("man").join("man1");
        let file = |page: Page| SharedFile { path: directory.join(&page.file), content: page.text };
        let files = pages.into_iter().map(file).collect();
        return place("man", |_| files, &args.place.root, json, cancel);
    }
    match &args.output {
        Some(directory) => match write(directory, &pages) {
            Ok(written) => tell("man", &written, &written, json).map(|()| Ok(Exit::Done)),
            Err(error) => {
                let next = system::advice_and_again(&error);
                Ok(Err((Exit::Refused, failure(words::chain(&error), &next))))
            }
        },
        None => show(&args.command.join(" "), &pages, json),
    }
}

fn write(directory: &Path, pages: &[Page]) -> Result<Vec<PathBuf>, PathError> {
    make_directory_outside(directory)?;
    let write = |page: &Page| {
        let path = directory.join(&page.file);
        write_public_outside(&path, &page.text).map(|()| path)
    };
    pages.iter().map(write).collect()
}

fn show(path: &str, pages: &[Page], json: bool) -> io::Result<Answer> {
    let Some(page) = pages.iter().find(|page| page.path == path) else {
        let near = near_names(pages.iter().map(|page| page.path.as_str()), path);
        let list = "`mmembed --help` lists the commands";
        let next = match near.join(" or ") {
            none if none.is_empty() => list.to_owned(),
            some => format!("did you mean {some}? {list}"),
        };
        return Ok(Err((Exit::Refused, failure(format!("there is no command {path}"), &next))));
    };
    if json {
        let text = String::from_utf8_lossy(&page.text);
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "man", "file": page.file, "page": text,
        }))?;
    } else {
        io::stdout().lock().write_all(&page.text)?;
    }
    Ok(Ok(Exit::Done))
}
