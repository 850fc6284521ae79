//! What is known of each version, as it was found.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Result;

/// Major and minor.
pub(crate) type Minor = (u64, u64);

/// Settings by their names in lower case.
pub(crate) type Rows = BTreeMap<String, Row>;

/// One setting of one version.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// As this version writes it.
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    /// Where a new configuration lacks it; `None` if nobody knows.
    pub(crate) absent: Option<Value>,
    /// Where a configuration in use lacks it.
    pub(crate) existing: Option<Value>,
    /// What a zero value becomes, if it does not stay.
    pub(crate) empty: Option<Value>,
}

/// The switches of unfinished features belong to no configuration: servers take the section out of the file, or leave it as
/// they find it. The first that had such switches wrote them.
const WRITES_FLAGS: Minor = (5, 30);

/// All that is known, by version.
pub(crate) struct Sources {
    /// All versions that were released, oldest first.
    pub(crate) minors: Vec<Minor>,
    pub(crate) models: BTreeMap<Minor, Rows>,
    pub(crate) derived: BTreeMap<Minor, Rows>,
    pub(crate) files: BTreeMap<Minor, Rows>,
    pub(crate) observed: BTreeMap<Minor, Rows>,
}

impl Sources {
    pub(crate) fn read(facts: &Path, models: &Path) -> Result<Self> {
        let defaults = facts.join("config-defaults");
        let mut sources = Self {
            minors: minors(&facts.join("releases.json"))?,
            models: by_version(models, "", model)?,
            derived: by_version(&defaults.join("derived"), "", derived)?,
            files: by_version(&defaults.join("shipped"), "", file)?,
            observed: by_version(&facts.join("observed"), "config.after_first_boot.json", file)?,
        };
        let Self { minors, models, derived, files, observed } = &mut sources;
        for versions in [models, derived, files, observed] {
            // 7.6 and 7.11 were never released.
            versions.retain(|minor, _| minors.contains(minor));
        }
        Ok(sources)
    }
}

fn minors(path: &Path) -> Result<Vec<Minor>> {
    let releases = read(path)?;
    let versions = releases.as_array().into_iter().flatten();
    let found: BTreeSet<Minor> =
        versions.filter_map(|release| release["version"].as_str().and_then(minor)).collect();
    Ok(found.into_iter().collect())
}

pub(crate) fn read(path: &Path) -> Result<Value> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

/// The files of a folder that are named after a version, or lie in a folder that is; of several patches the newest.
fn by_version(
    folder: &Path,
    inside: &str,
    rows: impl Fn(&Value) -> Rows,
) -> Result<BTreeMap<Minor, Rows>> {
    let mut newest: BTreeMap<Minor, (u64, PathBuf)> = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let version = name.strip_suffix(".json").unwrap_or(&name);
        // `9.9.0.deps.json` and the like are something else.
        let numbers = version.split(['.', '-']).filter(|part| part.parse::<u64>().is_ok()).count();
        let (Some(minor), 3, false) = (minor(version), numbers, version.ends_with("deps")) else {
            continue;
        };
        let number =
            version.split(['.', '-']).nth(2).and_then(|part| part.parse().ok()).unwrap_or(0);
        let file = if inside.is_empty() { path } else { path.join(inside) };
        let is_newer = newest.get(&minor).is_none_or(|(other, _)| number >= *other);
        if file.is_file() && is_newer && !version.ends_with("invalid") {
            newest.insert(minor, (number, file));
        }
    }
    let mut found = BTreeMap::new();
    for (minor, (_, file)) in newest {
        let mut rows = rows(&read(&file)?);
        if minor != WRITES_FLAGS {
            rows.retain(|name, _| !name.starts_with("featureflags."));
        }
        found.insert(minor, rows);
    }
    Ok(found)
}

pub(crate) fn minor(text: &str) -> Option<Minor> {
    let mut numbers = text.split('.');
    let major = numbers.next()?.parse().ok()?;
    Some((major, numbers.next()?.parse().ok()?))
}

fn model(dump: &Value) -> Rows {
    let settings = dump["settings"].as_array().into_iter().flatten();
    let rows = settings.filter_map(|setting| {
        let name = setting["path"].as_str()?;
        Some(Row {
            name: name.to_owned(),
            kind: kind_in_source(setting["type"].as_str().unwrap_or_default()),
            absent: setting.get("absent").cloned(),
            existing: setting
                .get("absent_in_bare_existing")
                .or_else(|| setting.get("absent_in_existing"))
                .cloned(),
            empty: setting.get("empty").cloned(),
        })
    });
    collect(rows)
}

fn derived(keys: &Value) -> Rows {
    let keys = keys["keys"].as_object().into_iter().flatten();
    let rows = keys.map(|(name, key)| {
        let kind = kind_in_source(key["type"].as_str().unwrap_or_default());
        // Maps are filled member by member, which only running the code shows.
        let is_resolved = key.get("unresolved_expr").is_none() && kind != "map";
        let value = key.get("default").filter(|_| is_resolved).cloned();
        Row { name: name.clone(), kind, absent: value.clone(), existing: value, empty: None }
    });
    collect(rows)
}

fn file(value: &Value) -> Rows {
    let mut rows = Vec::new();
    gather(value, "", &mut |name, kind, value| {
        rows.push(Row {
            name: name.to_owned(),
            kind,
            absent: Some(value.clone()),
            existing: Some(value.clone()),
            empty: None,
        });
    });
    collect(rows.into_iter())
}

fn collect(rows: impl Iterator<Item = Row>) -> Rows {
    let is_setting = |row: &Row| row.name.split('.').count() > 1;
    rows.filter(is_setting).map(|row| (row.name.to_ascii_lowercase(), row)).collect()
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

/// All settings of a configuration file; what it says about its own plugins is no setting of the server.
fn gather(value: &Value, above: &str, found: &mut dyn FnMut(&str, &'static str, &Value)) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        let kind = match value {
            Value::Object(_) if name == "Plugins" || name == "PluginStates" => "map",
            Value::Object(_) if name == "AdvancedLoggingJSON" || name == "Shards" => "any",
            Value::Object(_) => {
                gather(value, &path, found);
                continue;
            }
            Value::Array(_) => "list",
            Value::Bool(_) => "bool",
            Value::Number(_) => "int",
            Value::String(_) => "text",
            Value::Null => continue,
        };
        found(&path, kind, value);
    }
}
