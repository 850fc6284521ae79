//! The catalog of settings: of which type each is in which version, and what a server fills in where it is missing.
//! It is embedded as the text that people review, read when it is first asked for, and never from a disk.

mod entry;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use self::entry::{Bound, Entry, Filled, Type};
pub(super) use self::entry::{comma_list, minor, reads_weakly, truth};

use crate::model::Version;

/// Its head says what the lines mean.
const TABLE: &str = include_str!("catalog/settings.tsv");

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::read(TABLE));

/// How well a version is known as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Knowledge {
    /// The server's own code was run: types, defaults and what becomes of empty values are certain.
    Run,
    /// The server's code was read; defaults that it computes may be missing.
    Read,
    /// The packaged file was read; servers of that time knew more settings than their file.
    Packaged,
    /// Nobody looked at this version: what is the same in the versions around it is known.
    Between,
    /// Newer than every version somebody looked at: only what release notes tell is known.
    Beyond,
}

impl Knowledge {
    /// From where it is known, as the second half of a sentence.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Run => "known from running its own code",
            Self::Read => "known from reading its code; computed defaults may be missing",
            Self::Packaged => "known from its packaged file only, which may lack settings",
            Self::Between => "nobody looked at this version; known is what its neighbours share",
            Self::Beyond => "newer than all that is known; only release notes tell something",
        }
    }
}

/// All settings.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    /// By name in lower case, all names being ASCII; oldest first.
    entries: BTreeMap<String, Vec<Entry>>,
    versions: BTreeMap<(u64, u64), Knowledge>,
}

/// What is said of one version, or of one setting.
enum Line {
    Version((u64, u64), Knowledge),
    Entry(Entry),
}

impl Catalog {
    fn read(table: &'static str) -> Self {
        let mut catalog = Self::default();
        let (mut section, mut key) = ("", "");
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name;
                continue;
            }
            match read_line(line, section, &mut key) {
                Some(Line::Version(minor, knowledge)) => {
                    catalog.versions.insert(minor, knowledge);
                }
                Some(Line::Entry(entry)) => {
                    let name = entry.setting.to_ascii_lowercase();
                    catalog.entries.entry(name).or_default().push(entry);
                }
                None => {}
            }
        }
        // A setting whose section changed its capitals stands at two places.
        for entries in catalog.entries.values_mut() {
            entries.sort_by_key(|entry| entry.first.minor);
        }
        catalog
    }
}

/// `None` for a line that is none.
fn read_line(line: &'static str, section: &str, key: &mut &'static str) -> Option<Line> {
    let (name, rest) = line.split_once('\t')?;
    if name == "@" {
        let (version, knowledge) = rest.split_once('\t')?;
        let knowledge = match knowledge {
            "model" => Knowledge::Run,
            "source" => Knowledge::Read,
            "file" => Knowledge::Packaged,
            _ => return None,
        };
        return Some(Line::Version(minor(version)?, knowledge));
    }
    if !name.is_empty() {
        *key = name;
    }
    Entry::read(format!("{section}.{key}"), rest).map(Line::Entry)
}

/// How well this version is known.
#[must_use]
pub fn knowledge_of(version: &Version) -> Knowledge {
    let minor = (version.major(), version.minor());
    let versions = &CATALOG.versions;
    match versions.get(&minor) {
        Some(knowledge) => *knowledge,
        None if versions.last_key_value().is_some_and(|(newest, _)| minor > *newest) => {
            Knowledge::Beyond
        }
        None => Knowledge::Between,
    }
}

/// All that is known under this name, in lower case, whatever the version; oldest first.
pub(super) fn entries_of(name: &str) -> &'static [Entry] {
    CATALOG.entries.get(name).map_or(&[], Vec::as_slice)
}

/// All settings: name in lower case, and what is known of it.
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static [Entry])> {
    CATALOG.entries.iter().map(|(name, entries)| (name.as_str(), entries.as_slice()))
}

/// Every setting that this version has, as far as is known.
pub(super) fn all_in(version: &Version) -> impl Iterator<Item = &'static Entry> {
    let minor = (version.major(), version.minor());
    let entries = CATALOG.entries.values().flatten();
    entries.filter(move |entry| entry.holds_in(minor))
}

/// The versions that somebody looked at, oldest first.
pub(super) fn looked_at() -> impl DoubleEndedIterator<Item = (u64, u64)> {
    CATALOG.versions.keys().copied()
}

/// Has anybody looked at a version between these two?
pub(super) fn is_any_between(after: (u64, u64), before: (u64, u64)) -> bool {
    use std::ops::Bound::Excluded;
    after < before && CATALOG.versions.range((Excluded(after), Excluded(before))).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        assert!(TABLE.is_ascii());
        let lines = TABLE.lines().filter(|line| !line.starts_with(['#', '[']));
        let count: usize = CATALOG.entries.values().map(Vec::len).sum();
        assert_eq!(count + CATALOG.versions.len(), lines.count());
        assert!(count > 1000);
    }

    /// Two lines that hold at once would contradict each other.
    #[test]
    fn the_lines_of_a_setting_follow_each_other() {
        for (name, entries) in all() {
            for pair in entries.windows(2) {
                let ended = pair[0].last.map(|last| last.minor);
                assert!(ended.is_some_and(|last| last < pair[1].first.minor), "{name}");
            }
            for entry in entries {
                let last = entry.last.map_or(entry.first.minor, |last| last.minor);
                assert!(entry.first.minor <= last, "{name}");
            }
        }
    }

    /// What a server fills in is something that it can read.
    #[test]
    fn every_default_has_the_type_of_its_setting() {
        for (name, entries) in all() {
            for entry in entries {
                for filled in [&entry.fresh, &entry.in_use] {
                    if let Filled::Json(json) = filled {
                        let view = super::super::document::View::of_json(json);
                        assert!(entry.kind.accepts(&view), "{name} {json}");
                    }
                }
            }
        }
    }

    #[test]
    fn versions_are_known_more_or_less() {
        for (version, knowledge) in [
            ("0.5.0", Knowledge::Packaged),
            ("9.9.3", Knowledge::Run),
            ("9.10.0", Knowledge::Run),
            ("99.0.0", Knowledge::Beyond),
        ] {
            assert_eq!(knowledge_of(&version.parse().unwrap()), knowledge, "{version}");
        }
    }
}
