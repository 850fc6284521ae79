//! Makes `src/config/known_settings.tsv` from default configurations of many versions.
//! It is run by hand when more versions become known; neither the build nor a test needs its input.
//!
//! ```text
//! cargo run --example known_settings -- DEFAULTS OBSERVED > src/config/known_settings.tsv
//! ```
//!
//! `DEFAULTS` holds `shipped/VERSION.json` (packaged config.json files), `derived/VERSION.json` (keys and types read from
//! the server's `model/config.go`) and `changelog_config_mentions.json` (what release notes name); `OBSERVED` holds
//! `VERSION/config.after_first_boot.json` (files as a running server wrote them).
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a development tool, no part of the program"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{Write as _, stdout};
use std::path::Path;

use serde_json::Value;

/// Major and minor.
type Minor = (u64, u64);

/// The last version whose settings are known one by one, and the next one after the gap.
const BEFORE_GAP: Minor = (9, 9);
const AFTER_GAP: Minor = (11, 6);

const HEADER: &str = "\
# Settings of config.json by version. Made by examples/known_settings.rs; do not edit.
# first, last: major.minor; an empty last means: not known to have gone.
# source  file: packaged config.json   server: written by a running server   source: the server's model/config.go
#         notes: release notes   gap: came or went somewhere from 9.10 to 11.6, the interval is the widest possible
# setting\ttype\tfirst\tlast\tsource
";

/// One setting with one type.
struct Known {
    setting: String,
    kind: &'static str,
    first: Minor,
    last: Minor,
    source: &'static str,
}

/// Rows by folded name and type.
type Table = BTreeMap<(String, &'static str), Known>;

fn main() -> Result<(), Box<dyn Error>> {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    let [defaults, observed] = folders.as_slice() else {
        return Err("usage: known_settings DEFAULTS OBSERVED".into());
    };
    let (defaults, observed) = (Path::new(defaults), Path::new(observed));
    let mut table = Table::new();
    for (version, path) in versions(&defaults.join("shipped"), "")? {
        gather(&read(&path)?, "", &mut |name, kind| {
            note(&mut table, name, kind, version, "file");
        });
    }
    for (version, path) in versions(observed, "config.after_first_boot.json")? {
        gather(&read(&path)?, "", &mut |name, kind| {
            note(&mut table, name, kind, version, "server");
        });
    }
    drop_what_servers_dropped(&mut table, &versions(observed, "config.after_first_boot.json")?)?;
    for (version, path) in versions(&defaults.join("derived"), "")? {
        let keys = read(&path)?;
        for (name, key) in keys["keys"].as_object().ok_or("no keys")? {
            let kind = kind_in_source(key["type"].as_str().unwrap_or_default());
            note(&mut table, name, kind, version, "source");
        }
    }
    let notes = read(&defaults.join("changelog_config_mentions.json"))?;
    bridge_gap(&mut table, &notes);
    print(&table)?;
    Ok(())
}

fn read(path: &Path) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

/// The files of a folder that are named after a version, or lie in a folder that is, oldest first.
fn versions(
    folder: &Path,
    inside: &str,
) -> Result<Vec<(Minor, std::path::PathBuf)>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(version) = minor(&name) else {
            continue;
        };
        let file = if inside.is_empty() { path } else { path.join(inside) };
        if file.is_file() {
            found.push((version, file));
        }
    }
    found.sort();
    Ok(found)
}

fn minor(text: &str) -> Option<Minor> {
    let mut numbers = text.split('.');
    let major = numbers.next()?.parse().ok()?;
    Some((major, numbers.next()?.parse().ok()?))
}

/// All settings of a configuration file; what it says about its own plugins is no setting of the server.
fn gather(value: &Value, above: &str, found: &mut dyn FnMut(&str, &'static str)) {
    let Some(members) = value.as_object() else {
        return;
    };
    for (name, value) in members {
        let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match value {
            Value::Object(_) if name == "Plugins" || name == "PluginStates" => found(&path, "map"),
            Value::Object(_) if name == "AdvancedLoggingJSON" || name == "Shards" => {
                found(&path, "any");
            }
            Value::Object(_) if name == "FeatureFlags" => {}
            Value::Object(_) => gather(value, &path, found),
            Value::Array(_) => found(&path, "list"),
            Value::Bool(_) => found(&path, "bool"),
            Value::Number(_) => found(&path, "int"),
            Value::String(_) => found(&path, "text"),
            Value::Null => {}
        }
    }
}

fn kind_in_source(kind: &str) -> &'static str {
    match kind.trim_start_matches('*') {
        "bool" => "bool",
        "int" | "int64" => "int",
        "string" => "text",
        list if list.starts_with("[]") => "list",
        map if map.starts_with("map[") => "map",
        _ => "any",
    }
}

fn note(table: &mut Table, name: &str, kind: &'static str, version: Minor, source: &'static str) {
    let row = table.entry((name.to_ascii_lowercase(), kind)).or_insert_with(|| Known {
        setting: name.to_owned(),
        kind,
        first: version,
        last: version,
        source,
    });
    row.first = row.first.min(version);
    if version >= row.last {
        row.last = version;
        name.clone_into(&mut row.setting);
    }
}

/// Packaged files carry some settings on that their server no longer reads: a file that a server wrote is right.
fn drop_what_servers_dropped(
    table: &mut Table,
    written: &[(Minor, std::path::PathBuf)],
) -> Result<(), Box<dyn Error>> {
    // From the newest back, so that a setting that came back later is not taken for gone.
    let mut seen = Vec::new();
    for (version, path) in written.iter().rev() {
        gather(&read(path)?, "", &mut |name, _| {
            seen.push(name.to_ascii_lowercase());
        });
        for ((name, _), row) in table.iter_mut() {
            if row.first < *version && *version <= row.last && !seen.contains(name) {
                row.last = before(*version);
            }
        }
    }
    Ok(())
}

/// What lies between the last version that is known setting by setting and the next is told by release notes only.
fn bridge_gap(table: &mut Table, notes: &Value) {
    let mentions = mentions(notes);
    for row in table.values_mut() {
        let mentioned = |what: &str| {
            let about = |(verb, name, _): &&(String, String, Minor)| {
                verb == what && is_about(name, &row.setting)
            };
            mentions.iter().filter(about).map(|mention| mention.2).min()
        };
        if row.first == AFTER_GAP {
            (row.first, row.source) = match mentioned("added") {
                Some(version) => (version, "notes"),
                None => ((9, 10), "gap"),
            };
        }
        if row.last == BEFORE_GAP {
            (row.last, row.source) = match mentioned("removed") {
                Some(version) => (before(version), "notes"),
                None => ((11, 5), "gap"),
            };
        }
    }
    for (verb, name, version) in &mentions {
        let known = table.keys().any(|(setting, _)| *setting == name.to_ascii_lowercase());
        let proper = name.split_once('.').is_some_and(|(section, _)| section.ends_with("Settings"));
        if verb == "added" && proper && !known {
            note(table, name, "any", *version, "notes");
            note(table, name, "any", AFTER_GAP.max(*version), "notes");
        }
    }
}

/// Verb, name and version of everything that release notes from 9.10 on say.
fn mentions(notes: &Value) -> Vec<(String, String, Minor)> {
    let mut found = Vec::new();
    for entry in notes.as_array().into_iter().flatten() {
        let Some(version) = entry["version"].as_str().and_then(minor) else {
            continue;
        };
        for item in entry["items"].as_array().into_iter().flatten().filter(|_| version > BEFORE_GAP)
        {
            for name in item[1].as_array().into_iter().flatten() {
                let (verb, name) = (item[0].as_str(), name.as_str());
                found.extend(
                    verb.zip(name).map(|(verb, name)| (verb.to_owned(), name.to_owned(), version)),
                );
            }
        }
    }
    found
}

/// Notes name a setting in full, by its last part, or by its section.
fn is_about(name: &str, setting: &str) -> bool {
    let name = name.strip_prefix("Config.").unwrap_or(name);
    // A bare `Enable` is about any section.
    let telling = name.contains('.') || name.len() > 8;
    name == setting
        || (telling && setting.ends_with(&format!(".{name}")))
        || (name.ends_with("Settings") && setting.starts_with(&format!("{name}.")))
}

const fn before((major, minor): Minor) -> Minor {
    // 9.11 and 10.12 were the last of their lines.
    match (major, minor) {
        (10, 0) => (9, 11),
        (11, 0) => (10, 12),
        _ => (major, minor.saturating_sub(1)),
    }
}

fn print(table: &Table) -> std::io::Result<()> {
    let mut out = stdout().lock();
    write!(out, "{HEADER}")?;
    for row in table.values() {
        let last = match row.last {
            last if last >= AFTER_GAP => String::new(),
            (major, minor) => format!("{major}.{minor}"),
        };
        let Known { setting, kind, first: (major, minor), last: _, source } = row;
        writeln!(out, "{setting}\t{kind}\t{major}.{minor}\t{last}\t{source}")?;
    }
    Ok(())
}
