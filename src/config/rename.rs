//! Settings that a version called otherwise: renamed, moved to another section, or written with other capitals.
//! The table says what is known; nothing is carried here.

use std::sync::LazyLock;

use super::catalog::minor;
use super::document::Document;
use super::setting::SettingPath;
use crate::model::Version;

/// One line per setting. Its head says what the columns mean.
const TABLE: &str = include_str!("renames.tsv");

static RENAMES: LazyLock<Vec<Rename>> =
    LazyLock::new(|| TABLE.lines().filter_map(Rename::read).collect());

/// How a setting, or a whole section, came to its present name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// Its former name.
    pub from: SettingPath,
    /// Its name since.
    pub to: SettingPath,
    /// What kind of change it is.
    pub kind: RenameKind,
    since: (u64, u64),
}

/// Kinds of renames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenameKind {
    /// Other capitals. The server reads either.
    Recased,
    /// Another name, with the same meaning, type and unit.
    Renamed,
    /// The server takes the value over itself. If it were carried, the server could not.
    ByServer,
    /// Another meaning, type or unit.
    Unlike,
}

impl Rename {
    /// `None` for a comment.
    fn read(line: &str) -> Option<Self> {
        let mut fields = line.split('\t').filter(|_| !line.starts_with('#'));
        let (from, to) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let since = minor(fields.next()?)?;
        let kind = match fields.next()? {
            "recased" => RenameKind::Recased,
            "renamed" | "moved" => RenameKind::Renamed,
            "by-server" => RenameKind::ByServer,
            "unlike" => RenameKind::Unlike,
            _ => return None,
        };
        Some(Self { from, to, kind, since })
    }

    /// Does this version use the new name?
    #[must_use]
    pub const fn is_known_to(&self, version: &Version) -> bool {
        version.is_at_least(self.since.0, self.since.1)
    }

    /// The first version with the new name, major and minor.
    pub(super) const fn since(&self) -> (u64, u64) {
        self.since
    }

    /// Is this the setting, spelled as it was before, or does it lie in the section of that name?
    fn spelled(&self, setting: &SettingPath) -> bool {
        let former = self.from.parts();
        let above = setting.parts().iter().take(former.len()).cloned();
        let last = setting.parts().get(former.len() - 1);
        last == former.last()
            && SettingPath::from_parts(above).is_some_and(|above| above.is_same_as(&self.from))
    }
}

/// All that is known, oldest first.
#[must_use]
pub fn renames() -> &'static [Rename] {
    &RENAMES
}

/// What took the place of a setting that this version does not have any more, whether or not values can be carried.
#[must_use]
pub fn successor(setting: &SettingPath, version: &Version) -> Option<&'static SettingPath> {
    let mut replaced = renames().iter().filter(|rename| {
        rename.kind != RenameKind::Recased
            && rename.is_known_to(version)
            && rename.from.is_same_as(setting)
    });
    replaced.next_back().map(|rename| &rename.to)
}

/// Is the setting spelled as it was before this version wrote it with other capitals?
pub(super) fn is_formerly_spelled(setting: &SettingPath, version: &Version) -> bool {
    let mut recased = renames().iter().filter(|rename| rename.kind == RenameKind::Recased);
    recased.any(|rename| rename.is_known_to(version) && rename.spelled(setting))
}

/// The settings that both documents have, and spell differently: the former spelling and the present one.
pub(super) fn respelled(before: &Document, after: &Document) -> Vec<(SettingPath, SettingPath)> {
    let unlike = before.spelled_unlike(after).into_iter();
    let pairs = unlike.filter_map(|before| Some((after.spelling(&before)?, before)));
    pairs.filter(|(now, before)| now != before).map(|(now, before)| (before, now)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::known::{exists_in, known};

    #[test]
    fn every_line_of_the_table_is_read_and_ordered() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        let sources = ["file", "server", "source", "notes"];
        for line in lines.clone() {
            let fields: Vec<&str> = line.split('\t').collect();
            assert!(matches!(fields.len(), 5 | 6), "{line}");
            assert!(sources.contains(&fields[4]), "{line}");
            // What is not carried has a reason, except where the source of the server is the reason.
            let reasoned = fields.len() == 6 || fields[4] == "source";
            assert!(fields[3] != "unlike" && fields[3] != "by-server" || reasoned, "{line}");
        }
        assert_eq!(renames().len(), lines.count());
        assert!(renames().windows(2).all(|pair| pair[0].since <= pair[1].since));
    }

    #[test]
    fn names_type_and_kind_agree_with_the_known_settings() {
        for rename in renames() {
            let Rename { from, to, kind, since } = rename;
            let same_name = from.is_same_as(to);
            assert_eq!(*kind == RenameKind::Recased, same_name, "{from}");
            assert_ne!(from, to);
            if from.parent().is_none() {
                continue;
            }
            let at = Version::new(since.0, since.1, 0);
            assert!(exists_in(to, &at), "{to}");
            assert!(!known(from).is_empty(), "{from}");
            if *kind == RenameKind::Renamed {
                let types = |setting| known(setting).iter().map(|row| row.kind).next();
                let free = types(to) == Some(crate::config::Type::Any);
                assert!(free || types(from) == types(to), "{from} {to}");
            }
        }
    }

    #[test]
    fn a_successor_is_named_whether_or_not_the_value_is_carried() {
        let now = |setting: &str, version: &str| {
            successor(&SettingPath::known(setting), &version.parse().unwrap())
                .map(ToString::to_string)
        };
        for (setting, version, wanted) in [
            ("ratelimitsettings.enableratelimiter", "3.5.0", Some("RateLimitSettings.Enable")),
            ("RateLimitSettings.EnableRateLimiter", "3.4.0", None),
            (
                "ServiceSettings.ImageProxyURL",
                "6.3.0",
                Some("ImageProxySettings.RemoteImageProxyURL"),
            ),
            ("SamlSettings.IdpUrl", "6.3.0", None),
            ("WebrtcSettings.Enable", "6.3.0", None),
        ] {
            assert_eq!(now(setting, version).as_deref(), wanted, "{setting} {version}");
        }
    }
}
