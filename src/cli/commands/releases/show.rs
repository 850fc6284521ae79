//! `releases show`.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::warn_of_age;
use crate::cli::answer::{Answer, Refusal};
use crate::cli::args::ShowArgs;
use crate::cli::commands::catalog::{known, today};
use crate::cli::exit::Exit;
use crate::cli::{hints, render};
use crate::model::{
    Artifact, Edition, OFFICIAL_BASE, Platform, PublishedRelease, PublishedSum, REPORT_SCHEMA,
    ReleaseSelector,
};
use crate::release::{Catalog, SelectError};

/// Prints what is known of one release.
pub(super) fn run(args: &ShowArgs, json: bool) -> io::Result<Answer> {
    let catalog = match known(&args.known) {
        Ok(catalog) => catalog,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (release, archives) = match chosen(&catalog, args) {
        Ok(chosen) => chosen,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if json {
        let archives: Vec<_> = archives.iter().map(|one| in_json(release, one)).collect();
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "releases show", "as_of": catalog.as_of(),
            "version": release.version, "date": release.date, "line": release.line().to_string(),
            "kind": release.kind, "support_end": release.support_end,
            "supported": release.is_supported(today()), "withdrawn": release.withdrawn,
            "archives": archives,
        }))?;
        return Ok(Ok(Exit::Done));
    }
    let mut out = io::stdout().lock();
    tell(&mut out, release, &archives)?;
    if !matches!(args.release, ReleaseSelector::Exact(_)) {
        warn_of_age(&catalog)?;
    }
    Ok(Ok(Exit::Done))
}

fn chosen<'c>(
    catalog: &'c Catalog,
    args: &ShowArgs,
) -> Result<(&'c PublishedRelease, Vec<&'c Artifact>), Refusal> {
    let refuse = |error: &SelectError| hints::for_selection(error);
    // What was withdrawn can be looked at, though not had.
    let release = match catalog.select(&args.release) {
        Err(SelectError::Withdrawn { version }) => {
            let withdrawn = SelectError::Withdrawn { version: version.clone() };
            catalog.find(&version).ok_or_else(|| refuse(&withdrawn))?
        }
        selected => selected.map_err(|error| refuse(&error))?,
    };
    let edition: Option<Edition> = args.edition.map(Into::into);
    let fits = |one: &&Artifact| {
        edition.is_none_or(|edition| one.edition == edition)
            && args.platform.is_none_or(|platform| one.platform == platform)
    };
    let archives: Vec<_> = release.artifacts.iter().filter(fits).collect();
    if archives.is_empty() && (edition.is_some() || args.platform.is_some()) {
        let edition = edition.unwrap_or(Edition::Team);
        let platform = args.platform.unwrap_or(Platform::LinuxAmd64);
        catalog.artifact(release, edition, platform).map_err(|error| refuse(&error))?;
    }
    Ok((release, archives))
}

fn tell(
    out: &mut impl Write,
    release: &PublishedRelease,
    archives: &[&Artifact],
) -> io::Result<()> {
    let PublishedRelease { version, date, kind, .. } = release;
    writeln!(out, "Mattermost {version}, of {date}, line {} ({kind})", release.line())?;
    match release.support_end {
        _ if release.withdrawn => writeln!(out, "  withdrawn by its vendor")?,
        Some(end) if release.is_supported(today()) => writeln!(out, "  supported until {end}")?,
        Some(end) => writeln!(out, "  supported until {end}, which is over")?,
        None => writeln!(out, "  when its support ended was never said")?,
    }
    for artifact in archives {
        writeln!(out, "{} for {}", artifact.edition, artifact.platform)?;
        writeln!(out, "  {}", release.url(artifact, OFFICIAL_BASE))?;
        if artifact.signed {
            writeln!(out, "  signed: the same with .sig")?;
        }
        for sum in &artifact.sums {
            writeln!(out, "  sha256 {}: {}", sum.sha256, vouched(sum))?;
        }
        if artifact.known_sums().is_empty() {
            writeln!(out, "  no digest that can be relied on was ever published")?;
        }
    }
    Ok(())
}

fn vouched(sum: &PublishedSum) -> String {
    let by: Vec<_> = sum.vouchers.iter().map(|voucher| voucher.as_str()).collect();
    if sum.misprint {
        return format!("printed here by mistake ({}), it is that of another file", by.join(", "));
    }
    match by.as_slice() {
        [one] => format!("said by {one} alone"),
        several => format!("said by {} independently", several.join(" and ")),
    }
}

fn in_json(release: &PublishedRelease, artifact: &Artifact) -> Value {
    let url = release.url(artifact, OFFICIAL_BASE);
    json!({
        "edition": artifact.edition, "platform": artifact.platform, "file": release.file_name(artifact),
        "signature": artifact.signed.then(|| format!("{url}.sig")), "url": url, "sums": artifact.sums,
    })
}
