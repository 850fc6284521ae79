//! Every setting that is known by name: its type, and the versions that have it.
//! The list is read when it is first asked for, and never from a disk.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::model::Version;

use super::document::{Kind, View};
use super::setting::SettingPath;

/// One line per setting and type. Its head says where the facts come from.
const LIST: &str = include_str!("known_settings.tsv");

static KNOWN: LazyLock<Known> = LazyLock::new(Known::read);

/// The first version whose settings are no longer known one by one, as the list stands.
const FIRST_PARTLY_KNOWN: (u64, u64) = (9, 10);

/// The type that the server expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `true` or `false`
    Bool,
    /// A whole number without fraction or exponent.
    Int,
    /// A string.
    Text,
    /// An array.
    List,
    /// An object whose names are free.
    Map,
    /// Anything, or not known.
    Any,
}

/// A known setting with one type.
#[derive(Clone, Debug)]
pub struct KnownSetting {
    /// Its name as the server writes it.
    pub setting: &'static str,
    /// What the server expects there.
    pub kind: Type,
    first: (u64, u64),
    last: Option<(u64, u64)>,
}

#[derive(Default)]
struct Known {
    /// By name in lower case; all names are ASCII.
    settings: BTreeMap<String, Vec<KnownSetting>>,
}

impl Known {
    fn read() -> Self {
        let mut known = Self::default();
        for row in LIST.lines().filter_map(KnownSetting::read) {
            let name = row.setting.to_ascii_lowercase();
            known.settings.entry(name).or_default().push(row);
        }
        known
    }
}

impl KnownSetting {
    /// `None` for a comment.
    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t').filter(|_| !line.starts_with('#'));
        Some(Self {
            setting: fields.next()?,
            kind: match fields.next()? {
                "bool" => Type::Bool,
                "int" => Type::Int,
                "text" => Type::Text,
                "list" => Type::List,
                "map" => Type::Map,
                _ => Type::Any,
            },
            first: minor(fields.next()?)?,
            last: minor(fields.next()?),
        })
    }

    /// Does this version have the setting, with this type?
    #[must_use]
    pub fn exists_in(&self, version: &Version) -> bool {
        let this = (version.major(), version.minor());
        self.first <= this && self.last.is_none_or(|last| this <= last)
    }

    /// The versions that have it, in words.
    #[must_use]
    pub fn interval(&self) -> String {
        let (major, minor) = self.first;
        match self.last {
            Some((until, release)) => format!("{major}.{minor} to {until}.{release}"),
            None => format!("{major}.{minor} and later"),
        }
    }
}

impl Type {
    /// Would the server read this value? `null` stands for the default everywhere.
    #[must_use]
    pub fn accepts(self, value: &View<'_>) -> bool {
        match (self, value.kind()) {
            (_, Kind::Null) | (Self::Any, _) => true,
            (Self::Bool, kind) => kind == Kind::Bool,
            (Self::Int, kind) => kind == Kind::Number && !value.raw().contains(['.', 'e', 'E']),
            (Self::Text, kind) => kind == Kind::Text,
            (Self::List, kind) => kind == Kind::List,
            (Self::Map, kind) => kind == Kind::Object,
        }
    }

    /// The type in words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Text => "a string",
            Self::List => "a list",
            Self::Map => "an object",
            Self::Any => "any value",
        }
    }
}

fn minor(text: &str) -> Option<(u64, u64)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// All that is known under this name, whatever the version; one entry per type. Empty for an unknown name.
#[must_use]
pub fn known(setting: &SettingPath) -> &'static [KnownSetting] {
    let name = setting.parts().join(".").to_ascii_lowercase();
    KNOWN.settings.get(&name).map_or(&[], Vec::as_slice)
}

/// Does any version have this setting, or one below it?
pub(super) fn is_ever_known(setting: &SettingPath) -> bool {
    let name = setting.parts().join(".").to_ascii_lowercase();
    let below = format!("{name}.");
    let first = KNOWN.settings.range(below.clone()..).next();
    KNOWN.settings.contains_key(&name) || first.is_some_and(|(other, _)| other.starts_with(&below))
}

/// Every setting that this version has, as far as is known.
pub(super) fn all_in(version: &Version) -> impl Iterator<Item = &'static KnownSetting> {
    let rows = KNOWN.settings.values().flatten();
    rows.filter(|row| row.exists_in(version))
}

/// Does this version have this setting, as far as is known?
#[must_use]
pub fn exists_in(setting: &SettingPath, version: &Version) -> bool {
    known(setting).iter().any(|row| row.exists_in(version))
}

/// Is every setting of this version known? From 9.10 on only some are: an unknown name then means little.
#[must_use]
pub fn knows_all_of(version: &Version) -> bool {
    !version.is_at_least(FIRST_PARTLY_KNOWN.0, FIRST_PARTLY_KNOWN.1)
}

/// Lies the setting where names are free: in the maps of plugins, in `AdvancedLoggingJSON`, among the flags of features?
#[must_use]
pub(super) fn is_free(setting: &SettingPath) -> bool {
    let above = |part_count: usize| {
        let parts = setting.parts().iter().take(part_count).cloned();
        SettingPath::from_parts(parts)
    };
    let free = |row: &KnownSetting| matches!(row.kind, Type::Map | Type::Any);
    setting.section().eq_ignore_ascii_case("FeatureFlags")
        || (2..setting.parts().len()).filter_map(above).any(|path| known(&path).iter().any(free))
}

/// The known setting that somebody who wrote this name most likely meant: of this version if possible.
#[must_use]
pub fn nearest(setting: &SettingPath, version: &Version) -> Option<&'static str> {
    let name = setting.parts().join(".").to_ascii_lowercase();
    let limit = (name.len() / 5).clamp(1, 6);
    let candidates = KNOWN.settings.iter().filter_map(|(other, rows)| {
        let distance =
            if same_last_part(&name, other) { 1 } else { distance_within(&name, other, limit)? };
        let here = rows.iter().find(|row| row.exists_in(version));
        let row = here.or_else(|| rows.first())?;
        Some((here.is_none(), distance, row.setting))
    });
    candidates.min().map(|(_, _, setting)| setting)
}

/// The right key in the wrong section is a likely mistake, if the key is telling.
fn same_last_part(a: &str, b: &str) -> bool {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().len();
    last(a) > 8 && last(a) == last(b) && a.rsplit('.').next() == b.rsplit('.').next()
}

/// How many letters must be inserted, removed or replaced, if not more than `limit`.
pub(super) fn distance_within(a: &str, b: &str, limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, letter) in a.bytes().enumerate() {
        let mut left = row + 1;
        let mut current = vec![left];
        for (other, pair) in b.bytes().zip(above.windows(2)) {
            let &[corner, up] = pair else { break };
            let replaced = corner + usize::from(letter != other);
            left = replaced.min(up + 1).min(left + 1);
            current.push(left);
        }
        if current.iter().min() > Some(&limit) {
            return None;
        }
        above = current;
    }
    above.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn every_line_of_the_list_is_read() {
        let lines = LIST.lines().filter(|line| !line.starts_with('#')).count();
        let rows: usize = KNOWN.settings.values().map(Vec::len).sum();
        assert_eq!(rows, lines);
        assert!(lines > 800);
        assert!(LIST.is_ascii());
    }

    #[test]
    fn settings_come_and_go() {
        for (setting, at, exists) in [
            ("ServiceSettings.SiteURL", "5.12.0", true),
            ("servicesettings.siteurl", "5.12.0", true),
            ("BleveSettings.IndexDir", "5.22.0", false),
            ("BleveSettings.IndexDir", "10.11.0", true),
            ("BleveSettings.IndexDir", "11.0.0", false),
            ("CacheSettings.RedisDB", "10.3.0", false),
            ("CacheSettings.RedisDB", "11.7.0", true),
            ("JobSettings.RunJobs", "3.10.0", false),
        ] {
            let setting = SettingPath::known(setting);
            assert_eq!(exists_in(&setting, &version(at)), exists, "{setting} {at}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_finds_what_was_meant() {
        for (wrong, meant) in [
            ("ServiceSettings.SiteURLs", Some("ServiceSettings.SiteURL")),
            ("ServiceSetting.SiteURL", Some("ServiceSettings.SiteURL")),
            ("TeamSettings.EnableUserCretion", Some("TeamSettings.EnableUserCreation")),
            ("ServiceSettings.SMTPServer", Some("EmailSettings.SMTPServer")),
            ("Unheard.Of", None),
        ] {
            let wrong = SettingPath::known(wrong);
            assert_eq!(nearest(&wrong, &version("9.5.0")), meant, "{wrong}");
        }
    }

    #[test]
    fn names_are_free_below_maps_and_raw_values() {
        for (setting, free) in [
            ("PluginSettings.Plugins.x.y", true),
            ("LogSettings.AdvancedLoggingJSON.console", true),
            ("FeatureFlags.Anything", true),
            ("ServiceSettings.Anything", false),
        ] {
            assert_eq!(is_free(&SettingPath::known(setting)), free, "{setting}");
        }
    }
}
