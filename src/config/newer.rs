//! Does a file come from a later server? Each server writes all settings that it has: who has nearly all that came with a
//! later version, and that this one does not have, was written by that one.

use std::collections::BTreeSet;

use super::catalog::{self, Filled, Type};
use super::document::Document;
use super::known::{exists_in, known};
use crate::model::Version;

/// Fewer settings prove nothing: somebody may have written them beforehand.
const LEAST: usize = 3;

/// The latest version that has left its marks in the file, if it is later than this one: major and minor.
#[must_use]
pub fn later_writer(document: &Document, version: &Version) -> Option<(u64, u64)> {
    let leaves = document.leaves();
    let foreign = leaves.iter().map(|leaf| &leaf.setting);
    let foreign = foreign.filter(|name| !known(name).is_empty() && !exists_in(name, version));
    let foreign: BTreeSet<String> =
        foreign.map(|name| name.parts().join(".").to_ascii_lowercase()).collect();
    if foreign.len() < LEAST {
        return None;
    }
    let this = (version.major(), version.minor());
    let mut later = catalog::looked_at().rev().take_while(|minor| *minor > this);
    later.find(|(major, minor)| {
        let theirs = Version::new(*major, *minor, 0);
        let brought = catalog::all_in(&theirs)
            .filter(|entry| is_always_written(entry) && !exists_in(&entry.path, version));
        let names: Vec<String> = brought.map(|entry| entry.setting.to_ascii_lowercase()).collect();
        let found = names.iter().filter(|name| foreign.contains(*name)).count();
        // Between two releases not every setting is dated to the month.
        let misdated = (names.len() / 10).max(1);
        found >= LEAST && found + misdated >= names.len()
    })
}

fn is_always_written(entry: &catalog::Entry) -> bool {
    !matches!(entry.kind, Type::Map | Type::Any)
        && !matches!(entry.in_use, Filled::Omitted | Filled::Unknown)
        && !entry.told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(json: &str, version: &str) -> Option<(u64, u64)> {
        let document = Document::parse(json.as_bytes()).unwrap();
        later_writer(&document, &version.parse().unwrap())
    }

    macro_rules! defaults {
        ($version:literal) => {
            (
                $version,
                include_str!(concat!("../../fixtures/releases/", $version, "/defaults.json")),
            )
        };
    }

    /// What servers wrote, or would write.
    const WRITTEN: [(&str, &str); 14] = [
        defaults!("3.5.1"),
        defaults!("3.10.3"),
        defaults!("4.2.0"),
        defaults!("4.10.0"),
        defaults!("5.3.0"),
        defaults!("5.9.0"),
        defaults!("5.30.0"),
        defaults!("5.37.0"),
        defaults!("6.3.0"),
        defaults!("6.7.0"),
        defaults!("7.0.0"),
        defaults!("7.8.0"),
        defaults!("9.11.0"),
        defaults!("10.11.0"),
    ];

    #[test]
    fn a_file_is_known_to_be_later_than_every_version_before_its_own() {
        for (at, text) in WRITTEN {
            let own: Version = at.parse().unwrap();
            for (other, _) in WRITTEN {
                let version: Version = other.parse().unwrap();
                let later = writer(text, other).map(|(major, minor)| Version::new(major, minor, 0));
                assert_eq!(later.is_some(), own > version, "written by {at}, read by {other}");
            }
        }
    }

    #[test]
    fn a_few_settings_written_beforehand_prove_nothing() {
        let json = r#"{"CacheSettings": {"CacheType": "redis", "RedisAddress": "x", "RedisDB": 1},
            "ServiceSettings": {"SiteURL": ""}, "Unheard": {"A": 1, "B": 2, "C": 3}}"#;
        assert_eq!(writer(json, "9.5.0"), None);
    }
}
