//! `releases verify`.

use std::io::{self, Write};

use serde_json::json;

use crate::cli::answer::{Answer, Refusal, failure};
use crate::cli::args::VerifyArgs;
use crate::cli::commands::catalog::known;
use crate::cli::commands::sources;
use crate::cli::exit::Exit;
use crate::cli::{render, system, words};
use crate::engine::{Identity, PublishedFile, identify_file};
use crate::host::Clock;
use crate::model::{REPORT_SCHEMA, Voucher};

/// Says of each file what it is.
pub(super) fn run(args: &VerifyArgs, json: bool) -> io::Result<Answer> {
    let files = match look(args) {
        Ok(files) => files,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if json {
        let command = "releases verify";
        render::json::print(
            &json!({ "schema": REPORT_SCHEMA, "command": command, "files": files }),
        )?;
    } else {
        let mut out = io::stdout().lock();
        for file in &files {
            tell(&mut out, file)?;
        }
    }
    let good = files.iter().all(|file| file.good);
    Ok(Ok(if good { Exit::Done } else { Exit::Artifact }))
}

fn look(args: &VerifyArgs) -> Result<Vec<PublishedFile>, Refusal> {
    let catalog = known(&args.known)?;
    let (keys, policy) = (sources::keys(&args.signatures)?, args.signatures.policy());
    let now = Clock::system().now();
    let look = |path: &std::path::PathBuf| {
        identify_file(path, &catalog, &keys, policy, now).map_err(|error| {
            let next = system::advice_and_again(&error);
            (Exit::Refused, failure(words::chain(&error), &next))
        })
    };
    args.files.iter().map(look).collect()
}

fn tell(out: &mut impl Write, file: &PublishedFile) -> io::Result<()> {
    let word = if file.good { "good" } else { "BAD" };
    writeln!(out, "{word}: {}", file.path.display())?;
    match (&file.is, &file.named) {
        (Some(is), named) => {
            let Identity { release, platform, vouchers } = is;
            let by: Vec<_> = vouchers.iter().map(|voucher| Voucher::as_str(*voucher)).collect();
            writeln!(out, "  it is {release} for {platform}, says {}", by.join(" and "))?;
            if let Some(named) = named.as_ref().filter(|named| *named != release) {
                writeln!(out, "  but it is called {named}")?;
            }
            if let Some(named) = file.named_platform.filter(|named| named != platform) {
                writeln!(out, "  but its name says {named}")?;
            }
        }
        (None, Some(named)) => {
            writeln!(out, "  it is called {named}, but no release has its digest")?;
        }
        (None, None) => writeln!(out, "  no release has its digest")?,
    }
    writeln!(out, "  sha256 {}", file.sha256)?;
    match &file.signature {
        Some(signature) => writeln!(out, "  signature: {}", signature.says),
        None => writeln!(out, "  no signature lies beside it"),
    }
}
