//! The table as it is reviewed and embedded.

use std::io::{Write as _, stdout};

use serde_json::Value;

use crate::interval::{Bound, Interval};
use crate::snapshot::{Known, Snapshot};

const HEADER: &str = "\
# Settings of config.json by version. Made by examples/settings_catalog; do not edit.
#
# @ lines: how well a version is known as a whole.
#   model   the server's own code was run      source  the server's code was read
#   file    the packaged config.json was read  (a version without a line: only what both its neighbours have)
# [Section], then a line per setting and interval in which nothing about it changes; a line without a name goes on with
# the setting above. Columns:
#   type      bool int text list map any
#   versions  FIRST-LAST, major.minor; an open end: not known to have gone. ~ the bound is the widest possible
#   default   JSON: where a new file lacks it; `generated`: a random value; `omitted`: it
#             leaves it out; nothing: not known
#   in use    JSON: where a file in use lacks it, if that is something else
#   empty     JSON: what a zero value (\"\", 0, false, [], {}) becomes, if it does not stay
#   source    `notes`: only named in release notes
";

/// What a server makes up at random, and what it leaves out.
const GENERATED: &str = "<generated>";
const OMITTED: &str = "<not written>";

pub(crate) fn print(snapshots: &[Snapshot], intervals: &[Interval]) -> std::io::Result<()> {
    let mut out = stdout().lock();
    write!(out, "{HEADER}")?;
    for Snapshot { minor: (major, minor), known, .. } in snapshots {
        let known = match known {
            Known::Model => "model",
            Known::Source => "source",
            Known::File => "file",
        };
        writeln!(out, "@\t{major}.{minor}\t{known}")?;
    }
    let mut section = String::new();
    let mut last = String::new();
    for interval in intervals {
        let (of, key) = interval.row.name.split_once('.').unwrap_or(("", &interval.row.name));
        if of != section {
            // A section that changed its capitals is another one.
            writeln!(out, "[{of}]")?;
            of.clone_into(&mut section);
            last.clear();
        }
        let name = if key == last { "" } else { key };
        writeln!(out, "{name}\t{}", columns(interval))?;
        key.clone_into(&mut last);
    }
    Ok(())
}

fn columns(interval: &Interval) -> String {
    let Interval { row, first, last, told } = interval;
    let last = last.map_or_else(String::new, bound);
    let existing = if row.existing == row.absent { None } else { row.existing.as_ref() };
    let line = [
        row.kind.to_owned(),
        format!("{}-{last}", bound(*first)),
        json(row.absent.as_ref()),
        json(existing),
        json(row.empty.as_ref()),
        if *told { "notes" } else { "" }.to_owned(),
    ];
    line.join("\t").trim_end().to_owned()
}

fn bound(bound: Bound) -> String {
    let (major, minor) = bound.minor;
    format!("{}{major}.{minor}", if bound.exact { "" } else { "~" })
}

fn json(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) if text == GENERATED => "generated".to_owned(),
        Some(Value::String(text)) if text == OMITTED => "omitted".to_owned(),
        Some(value) => value.to_string(),
    }
}
