//! What release notes say about settings that came and went.

use std::path::Path;

use serde_json::Value;

use crate::Result;
use crate::sources::{Minor, minor, read};

/// A setting that release notes name.
pub(crate) struct Mention {
    /// `added` or `removed`.
    pub(crate) verb: String,
    /// The name in full, its last part, or its section.
    pub(crate) name: String,
    pub(crate) minor: Minor,
}

impl Mention {
    /// Notes name a setting in full, by its last part, or by its section. A bare `Enable` is about any section.
    pub(crate) fn is_about(&self, setting: &str) -> bool {
        let name = self.name.strip_prefix("Config.").unwrap_or(&self.name);
        let telling = name.contains('.') || name.len() > 8;
        name.eq_ignore_ascii_case(setting)
            || (telling && setting.ends_with(&format!(".{name}")))
            || (name.ends_with("Settings") && setting.starts_with(&format!("{name}.")))
    }

    /// Is it a setting's name in full?
    pub(crate) fn is_whole(&self) -> bool {
        self.name.split_once('.').is_some_and(|(section, _)| section.ends_with("Settings"))
    }
}

pub(crate) fn read_mentions(notes: &Value) -> Vec<Mention> {
    let mut found = Vec::new();
    for entry in notes.as_array().into_iter().flatten() {
        let Some(minor) = entry["version"].as_str().and_then(minor) else { continue };
        for item in entry["items"].as_array().into_iter().flatten() {
            for name in item[1].as_array().into_iter().flatten() {
                let pair = item[0].as_str().zip(name.as_str());
                found.extend(pair.map(|(verb, name)| Mention {
                    verb: verb.to_owned(),
                    name: name.to_owned(),
                    minor,
                }));
            }
        }
    }
    found
}

pub(crate) fn read_file(defaults: &Path) -> Result<Vec<Mention>> {
    Ok(read_mentions(&read(&defaults.join("changelog_config_mentions.json"))?))
}
