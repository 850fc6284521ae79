//! Which settings there are: by name, with their types and the versions that have them.
//! What servers fill in is said by the catalog.

use std::sync::LazyLock;

use super::catalog::{self, Entry, Knowledge, Type, knowledge_of};
use super::setting::SettingPath;
use crate::model::Version;

/// In the order of the names.
static KNOWN: LazyLock<Vec<KnownName>> =
    LazyLock::new(|| catalog::all().map(KnownName::of).collect());

/// All that is known under one name.
struct KnownName {
    /// In lower case.
    name: &'static str,
    letters: Letters,
    settings: Vec<KnownSetting>,
}

impl KnownName {
    fn of((name, entries): (&'static str, &'static [Entry])) -> Self {
        Self { name, letters: Letters::of(name), settings: KnownSetting::of(entries) }
    }
}

/// A known setting with one type.
#[derive(Clone, Debug)]
pub struct KnownSetting {
    /// Its name as the server writes it, the newest that has this type.
    pub setting: &'static str,
    /// What the server expects there.
    pub kind: Type,
    first: (u64, u64),
    last: Option<(u64, u64)>,
}

impl KnownSetting {
    /// Entries that follow each other and differ in nothing that matters here are one.
    fn of(entries: &'static [Entry]) -> Vec<Self> {
        let mut known: Vec<Self> = Vec::new();
        for entry in entries {
            let last = entry.last.map(|last| last.minor);
            match known.last_mut() {
                Some(open) if open.kind == entry.kind && open.goes_on_at(entry.first.minor) => {
                    open.setting = &entry.setting;
                    open.last = last;
                }
                _ => known.push(Self {
                    setting: &entry.setting,
                    kind: entry.kind,
                    first: entry.first.minor,
                    last,
                }),
            }
        }
        known
    }

    /// Has nobody seen a version without it in between?
    fn goes_on_at(&self, next: (u64, u64)) -> bool {
        self.last.is_none_or(|last| !catalog::is_any_between(last, next))
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

/// All that is known under this name, whatever the version; one entry per type. Empty for an unknown name.
#[must_use]
pub fn known(setting: &SettingPath) -> &'static [KnownSetting] {
    let name = setting.in_tables();
    let found = KNOWN.binary_search_by(|known| known.name.cmp(&name)).ok();
    found.and_then(|at| KNOWN.get(at)).map_or(&[], |known| &known.settings)
}

/// Does any version have this setting, or one below it?
pub(super) fn is_ever_known(setting: &SettingPath) -> bool {
    let name = setting.in_tables();
    let mut ends = KNOWN.iter().filter_map(|known| known.name.strip_prefix(&name));
    ends.any(|end| end.is_empty() || end.starts_with('.'))
}

/// Does this version have this setting, as far as is known?
#[must_use]
pub fn exists_in(setting: &SettingPath, version: &Version) -> bool {
    known(setting).iter().any(|row| row.exists_in(version))
}

/// Is every setting of this version known? Otherwise an unknown name means little.
#[must_use]
pub fn knows_all_of(version: &Version) -> bool {
    knowledge_of(version) != Knowledge::Beyond
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
    let name = setting.in_tables();
    let limit = (name.len() / 5).clamp(1, 6);
    let key = name.rsplit('.').next().unwrap_or_default();
    let letters = Letters::of(&name);
    let candidates = KNOWN.iter().filter_map(|other| {
        let is_near = || {
            name.len().abs_diff(other.name.len()) <= limit
                && letters.may_be_within(&other.letters, limit)
        };
        let distance = if is_called(other.name, key) {
            1
        } else if is_near() {
            distance_within(&name, other.name, limit)?
        } else {
            return None;
        };
        let here = other.settings.iter().find(|row| row.exists_in(version));
        let row = here.or_else(|| other.settings.first())?;
        Some((here.is_none(), distance, row.setting))
    });
    candidates.min().map(|(_, _, setting)| setting)
}

/// The right key in the wrong section is a likely mistake, if the key is telling.
fn is_called(name: &str, key: &str) -> bool {
    let above = name.strip_suffix(key);
    key.len() > 8 && above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

/// How many letters must be inserted, removed or replaced, if not more than `limit`.
pub(crate) fn distance_within(a: &str, b: &str, limit: usize) -> Option<usize> {
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

/// How often each letter is in a name. Letters that fall together here, and counts that stop at the top, only make two names
/// more alike.
struct Letters([u8; 32]);

impl Letters {
    fn of(name: &str) -> Self {
        let mut counts = [0_u8; 32];
        for letter in name.bytes() {
            if let Some(count) = counts.get_mut(usize::from(letter % 32)) {
                *count = count.saturating_add(1);
            }
        }
        Self(counts)
    }

    /// May the names be no more than `limit` letters apart? One replaced letter changes what two names are made of by two
    /// letters, one that comes or goes by one.
    fn may_be_within(&self, other: &Self, limit: usize) -> bool {
        let pairs = self.0.iter().zip(&other.0);
        // 32 counts of at most 255 do not wrap.
        let unlike = pairs
            .fold(0_u16, |sum, (one, other)| sum.wrapping_add(u16::from(one.abs_diff(*other))));
        usize::from(unlike) <= 2 * limit
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn a_setting_is_one_while_its_type_stays() {
        let session = SettingPath::known("ServiceSettings.SessionLengthWebInDays");
        assert!(catalog::entries_of("servicesettings.sessionlengthwebindays").len() > 1);
        let [one] = known(&session) else { panic!("{:?}", known(&session)) };
        assert_eq!(one.kind, Type::Int);
        assert!(one.exists_in(&version("2.0.0")) && one.exists_in(&version("11.0.0")));
    }

    #[test]
    fn settings_come_and_go() {
        for (setting, at, exists) in [
            ("ServiceSettings.SiteURL", "5.12.0", true),
            ("servicesettings.siteurl", "5.12.0", true),
            ("BleveSettings.IndexDir", "5.22.0", false),
            ("BleveSettings.IndexDir", "10.11.0", true),
            ("BleveSettings.IndexDir", "11.0.0", false),
            ("CacheSettings.RedisDB", "9.11.0", false),
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

    /// What [`nearest`] finds, found by looking at every name.
    fn plainly_nearest(setting: &SettingPath, version: &Version) -> Option<&'static str> {
        let name = setting.in_tables();
        let limit = (name.len() / 5).clamp(1, 6);
        let key = name.rsplit('.').next().unwrap();
        let told = |other: &KnownName| {
            let is_called = is_called(other.name, key);
            let distance = if is_called { 1 } else { plain_distance(&name, other.name) };
            let here = other.settings.iter().find(|row| row.exists_in(version));
            let row = here.unwrap_or(&other.settings[0]);
            (distance <= limit).then_some((here.is_none(), distance, row.setting))
        };
        let near = KNOWN.iter().filter_map(told);
        near.min().map(|(_, _, setting)| setting)
    }

    fn plain_distance(wanted: &str, name: &str) -> usize {
        let mut above: Vec<usize> = (0..=name.len()).collect();
        for (row, letter) in wanted.bytes().enumerate() {
            let mut current = vec![row + 1];
            for (column, other) in name.bytes().enumerate() {
                let replaced = above[column] + usize::from(letter != other);
                current.push(replaced.min(above[column + 1] + 1).min(current[column] + 1));
            }
            above = current;
        }
        above[name.len()]
    }

    /// A known name in which letters are put in (0), replaced (1) or left out (2), somewhere.
    fn slip(known: &str, slips: &[(u8, prop::sample::Index, char)]) -> String {
        let mut name: Vec<char> = known.chars().collect();
        for (kind, at, letter) in slips {
            let at = at.index(name.len());
            match kind {
                0 => name.insert(at, *letter),
                1 => name[at] = *letter,
                _ => _ = name.remove(at),
            }
        }
        name.into_iter().collect()
    }

    fn letters() -> impl Strategy<Value = char> {
        prop::sample::select(vec!['a', 'e', 's', 'S', 'x', '.', 'é'])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_nearest_name_is_that_of_a_search_through_all(
            known in prop::sample::select(KNOWN.iter().map(|known| known.name).collect::<Vec<_>>()),
            slips in prop::collection::vec((0_u8..3, any::<prop::sample::Index>(), letters()), 0..9),
            version in prop::sample::select(vec!["3.10.0", "5.37.0", "9.5.0", "11.4.0", "99.0.0"]),
        ) {
            let Ok(setting) = slip(known, &slips).parse::<SettingPath>() else {
                return Ok(());
            };
            let version = version.parse().unwrap();
            prop_assert_eq!(nearest(&setting, &version), plainly_nearest(&setting, &version));
        }
    }

    #[test]
    fn a_distance_is_the_least_number_of_changed_letters() {
        for (a, b, distance) in [
            ("", "", Some(0)),
            ("siteurl", "siteurl", Some(0)),
            ("siteurl", "siturl", Some(1)),
            ("siteurl", "sitewrl", Some(1)),
            ("siteurl", "sietrul", None),
            ("abc", "cba", Some(2)),
            ("abc", "xyz", None),
        ] {
            assert_eq!(distance_within(a, b, 2), distance, "{a} {b}");
            assert_eq!(distance_within(b, a, 2), distance, "{b} {a}");
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
