//! `bundle show`.

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use crate::cli::answer::{Answer, Refusal};
use crate::cli::args::CatalogArgs;
use crate::cli::commands::{catalog, sources};
use crate::cli::exit::Exit;
use crate::cli::render;
use crate::engine::Bundle;
use crate::model::REPORT_SCHEMA;
use crate::release::bundle::{BundleChain, BundleIndex, BundleMember};

/// Lists what is in a bundle.
pub(super) fn run(file: &Path, known: &CatalogArgs, json: bool) -> io::Result<Answer> {
    let bundle = match open(file, known) {
        Ok(bundle) => bundle,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if json {
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "bundle show", "bundle": bundle.path(),
            "index": bundle.index(), "archives": bundle.archives(),
            "as_of": bundle.catalog().as_of(),
        }))?;
        return Ok(Ok(Exit::Done));
    }
    let mut out = io::stdout().lock();
    let index = bundle.index();
    writeln!(out, "{}", whom(index))?;
    for BundleMember { kind, size, name, .. } in index.members() {
        writeln!(out, "{kind:9} {size:>12}  {name}")?;
    }
    for archive in bundle.archives().iter().filter(|archive| !archive.vouched) {
        let release = &archive.release;
        writeln!(out, "note: the digest of {release} is not known here: only its signature tells")?;
    }
    Ok(Ok(Exit::Done))
}

pub(super) fn open(file: &Path, known: &CatalogArgs) -> Result<Bundle, Refusal> {
    sources::bundle(file, &catalog::known(known)?)
}

/// For whom a bundle is.
fn whom(index: &BundleIndex) -> String {
    let BundleIndex { edition, platform, chain, .. } = index;
    let way = chain.as_ref().map(|BundleChain { from, to }| format!(", from {from} to {to}"));
    format!("{edition} edition for {platform}{}", way.unwrap_or_default())
}
