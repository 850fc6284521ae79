//! `config diff`: what differs between two configurations, setting by setting.

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use super::{Answer, Refusal, failure};
use crate::cli::args::DiffArgs;
use crate::cli::exit::Exit;
use crate::cli::{render, words};
use crate::config::{Difference, Document, diff, forecast, require_known};
use crate::host::exists_outside;
use crate::model::{REPORT_SCHEMA, Version};

/// Compares, and prints what differs. That something does is told by the exit code, too.
pub(super) fn run(args: &DiffArgs, json: bool) -> io::Result<Answer> {
    let differences = match compare(args) {
        Ok(differences) => differences,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if json {
        print_object(&differences, args.name_only)?;
    } else {
        print_lines(&differences, args.name_only)?;
    }
    Ok(Ok(if differences.is_empty() { Exit::Done } else { Exit::Pending }))
}

fn compare(args: &DiffArgs) -> Result<Vec<Difference>, Refusal> {
    if args.before == "-" && args.after == "-" {
        let what = "the standard input can be read only once".to_owned();
        return Err((Exit::Usage, failure(what, "name a file for one of the two")));
    }
    let (before, after) = (read_side(&args.before)?, read_side(&args.after)?);
    for name in &args.only {
        require_known(name, &[&before, &after], None).map_err(|error| {
            let next = "name a section or a setting, such as ServiceSettings.SiteURL";
            (Exit::Refused, failure(words::chain(&error), next))
        })?;
    }
    let mut differences = diff(&before, &after);
    let is_wanted = |difference: &Difference| {
        args.only.is_empty() || args.only.iter().any(|name| difference.setting.is_within(name))
    };
    differences.retain(is_wanted);
    Ok(differences)
}

/// One side: a file, or what servers of a version fill into a new one. The name of a file wins over what else it could mean.
fn read_side(side: &str) -> Result<Document, Refusal> {
    match Version::of_line(side) {
        Ok(version) if !exists_outside(Path::new(side)) => {
            Ok(forecast(&Document::empty(), None, &version).document)
        }
        _ => super::read_file(Path::new(side)).map(|file| file.document),
    }
}

fn print_lines(differences: &[Difference], name_only: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for difference in differences {
        if name_only {
            writeln!(out, "{}", difference.setting)?;
        } else {
            writeln!(out, "{difference}")?;
        }
    }
    Ok(())
}

fn print_object(differences: &[Difference], name_only: bool) -> io::Result<()> {
    let equal = differences.is_empty();
    if name_only {
        let names: Vec<_> = differences.iter().map(|difference| &difference.setting).collect();
        return render::json::print(
            &json!({ "schema": REPORT_SCHEMA, "equal": equal, "settings": names }),
        );
    }
    render::json::print(
        &json!({ "schema": REPORT_SCHEMA, "equal": equal, "differences": differences }),
    )
}
