//! `releases list`.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::warn_of_age;
use crate::cli::answer::Answer;
use crate::cli::args::ListArgs;
use crate::cli::commands::catalog::{known, today};
use crate::cli::exit::Exit;
use crate::cli::render;
use crate::model::{Artifact, LineKind, PublishedRelease, REPORT_SCHEMA};
use crate::release::Catalog;

/// Prints the releases that are asked for, the oldest first.
pub(super) fn run(args: &ListArgs, json: bool) -> io::Result<Answer> {
    let catalog = match known(&args.known) {
        Ok(catalog) => catalog,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let wanted: Vec<_> = catalog.releases().filter(|release| is_wanted(release, args)).collect();
    if json {
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "releases list", "as_of": catalog.as_of(),
            "fresh": catalog.age(today()).is_fresh(),
            "releases": wanted.iter().map(|release| in_json(release)).collect::<Vec<_>>(),
        }))?;
        return Ok(Ok(Exit::Done));
    }
    let mut out = io::stdout().lock();
    if args.as_catalog {
        let wanted = wanted.into_iter().cloned().collect();
        out.write_all(Catalog::new(catalog.as_of(), wanted).to_text().as_bytes())?;
        return Ok(Ok(Exit::Done));
    }
    let mut table = String::new();
    for release in wanted {
        table.push_str(row(release).trim_end());
        table.push('\n');
    }
    out.write_all(table.as_bytes())?;
    warn_of_age(&catalog)?;
    Ok(Ok(Exit::Done))
}

fn is_wanted(release: &PublishedRelease, args: &ListArgs) -> bool {
    args.line.is_none_or(|line| release.line() == line)
        && (!args.esr || release.kind == LineKind::Esr)
        && (!args.supported || release.is_supported(today()))
        && args.since.as_ref().is_none_or(|since| release.version >= *since)
}

fn row(release: &PublishedRelease) -> String {
    let until = release.support_end.map_or_else(String::new, |end| format!("until {end}"));
    let named = |artifact: &Artifact| format!("{} {}", artifact.edition, artifact.platform);
    let archives: Vec<_> = release.artifacts.iter().map(named).collect();
    let archives = if release.withdrawn { "withdrawn".to_owned() } else { archives.join(", ") };
    let (version, date, kind) =
        (release.version.to_string(), release.date, release.kind.to_string());
    format!("{version:9} {date}  {kind:7}  {until:16}  {archives}")
}

fn in_json(release: &PublishedRelease) -> Value {
    let archive = |artifact: &Artifact| {
        json!({
            "edition": artifact.edition, "platform": artifact.platform, "signed": artifact.signed,
            "sums": artifact.sums,
        })
    };
    json!({
        "version": release.version, "date": release.date, "line": release.line().to_string(),
        "kind": release.kind, "support_end": release.support_end,
        "supported": release.is_supported(today()), "withdrawn": release.withdrawn,
        "archives": release.artifacts.iter().map(archive).collect::<Vec<_>>(),
    })
}
