//! `releases`: which releases there are.

mod fetch;
mod list;
mod show;
mod verify;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::answer::{Answer, Refusal, settle};
use crate::cli::args::{CatalogArgs, Output, ReleasesCommand};
use crate::cli::environment::usual_store;
use crate::cli::exit::Exit;
use crate::cli::{release_hint, render, words};
use crate::engine::{import_releases, known_releases};
use crate::host::{Cancel, Clock};
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
    let store = store_of(store).ok_or_else(release_hint::no_store);
    let imported = store.and_then(|store| {
        import_releases(&store, file, today()).map_err(|error| release_hint::for_catalog(&error))
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

/// Which day it is here.
pub(super) fn today() -> Date {
    TimeZone::UTC.to_datetime(Clock::system().now()).date()
}

/// The directory that was named, or the usual one, if anybody knows it.
pub(super) fn store_of(named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(usual_store)
}

/// The releases that are known.
pub(super) fn known(args: &CatalogArgs) -> Result<Catalog, Refusal> {
    let store = store_of(args.store.as_deref());
    known_releases(store.as_deref(), args.catalog.as_deref())
        .map_err(|error| release_hint::for_catalog(&error))
}

/// Says that newer releases are not known, where that is so. It is no result, and goes where commentary goes.
fn warn_of_age(catalog: &Catalog) -> io::Result<()> {
    let age = catalog.age(today());
    if age.is_fresh() { Ok(()) } else { words::say(&format!("note: {age}")) }
}
