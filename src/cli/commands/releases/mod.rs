//! `releases`: which releases there are.

mod fetch;
mod list;
mod show;
mod verify;

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use super::catalog::{store_of, today};
use crate::cli::answer::{Answer, settle};
use crate::cli::args::{Output, ReleasesCommand};
use crate::cli::exit::Exit;
use crate::cli::{hints, render, words};
use crate::engine::import_releases;
use crate::host::Cancel;
use crate::model::REPORT_SCHEMA;
use crate::release::Catalog;

/// Runs one of the commands.
pub(crate) fn run(command: &ReleasesCommand, output: &Output, cancel: Cancel) -> io::Result<Exit> {
    let json = output.json;
    let (name, answer) = match command {
        ReleasesCommand::List(args) => ("releases list", list::run(args, json)),
        ReleasesCommand::Show(args) => ("releases show", show::run(args, json)),
        ReleasesCommand::Fetch(args) => ("releases fetch", fetch::run(args, output, cancel)),
        ReleasesCommand::Verify(args) => ("releases verify", verify::run(args, json)),
        ReleasesCommand::Import { file, store } => {
            ("releases import", import(file, store.as_deref(), json))
        }
    };
    settle(answer, name, json)
}

fn import(file: &Path, store: Option<&Path>, json: bool) -> io::Result<Answer> {
    let store = store_of(store).ok_or_else(hints::no_store);
    let imported = store.and_then(|store| {
        import_releases(&store, file, today()).map_err(|error| hints::for_catalog(&error))
    });
    let (catalog, added) = match imported {
        Ok(imported) => imported,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let archives: Vec<_> = added.archives.iter().map(ToString::to_string).collect();
    if json {
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "releases import", "as_of": catalog.as_of(),
            "releases": added.releases, "archives": archives,
        }))?;
        return Ok(Ok(Exit::Done));
    }
    let mut out = io::stdout().lock();
    for version in &added.releases {
        writeln!(out, "new: Mattermost {version}")?;
    }
    for archive in &archives {
        writeln!(out, "now known: the archive of {archive}")?;
    }
    if added.releases.is_empty() && archives.is_empty() {
        writeln!(out, "nothing new: all of it was known")?;
    }
    writeln!(out, "all releases up to {} are known", catalog.as_of())?;
    Ok(Ok(Exit::Done))
}

/// Says that newer releases are not known, where that is so. It is no result, and goes where commentary goes.
fn warn_of_age(catalog: &Catalog) -> io::Result<()> {
    let age = catalog.age(today());
    if age.is_fresh() { Ok(()) } else { words::say(&format!("note: {age}")) }
}
