//! How versions read their environment: one row for each that changed it.
//! Up to 5.29 a library did it (viper, with mapstructure), from 5.30 on the server does it itself.

use crate::model::Version;

/// For which settings a variable is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// For those that stand in the file.
    InFile,
    /// For all.
    All,
}

/// How a variable's name is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// It is that of the setting, in capital letters; one of a section hides everything in it.
    Exact,
    /// In any case, and with anything behind it: `MM_SERVICESETTINGS_SITEURL_FILE` sets `SiteURL`.
    Begins,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lists {
    /// Not at all: the whole value is the one item.
    Whole,
    /// Commas part the items.
    Comma,
    /// Single spaces part the items, and an empty value is one empty item.
    Space,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// As in a Go program: `0x10` is 16, and so is `020`.
    Literal,
    /// In decimal digits.
    Decimal,
}

/// What becomes of a value that is none for its setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The server does not start.
    Stops,
    /// The variable is ignored without a word.
    Ignored,
}

/// What a variable of the maps of plugins does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maps {
    /// The server reads nothing of the map.
    Hides,
    /// The server does not start. (In some versions one of the two maps comes to nothing instead; none takes a value.)
    Stops,
    /// Nothing.
    Ignored,
    /// It replaces the whole map by JSON.
    Json,
}

/// How a version reads its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    since: (u64, u64),
    pub(super) reach: Reach,
    pub(super) names: Names,
    pub(super) lists: Lists,
    pub(super) numbers: Numbers,
    pub(super) misfit: Misfit,
    /// Does an empty variable count?
    pub(super) takes_empty: bool,
    pub(super) maps: Maps,
    /// Is the section `PluginSettings` read like the others?
    pub(super) takes_plugin_settings: bool,
    /// Is JSON taken for a setting of any form (`AdvancedLoggingJSON`)? Where it is not, such a variable is a crash.
    pub(super) takes_raw: bool,
}

/// The first version with overrides: `EnableConfigFromEnviromentVars` in cmd/platform/init.go.
const V3_8: Reading = Reading {
    since: (3, 8),
    reach: Reach::InFile,
    names: Names::Exact,
    lists: Lists::Whole,
    numbers: Numbers::Literal,
    misfit: Misfit::Stops,
    takes_empty: false,
    maps: Maps::Hides,
    takes_plugin_settings: true,
    takes_raw: false,
};

/// From the tagged sources (utils/config.go to 5.9, config/unmarshal.go to 5.29, config/environment.go from 5.30 on), tried out
/// with the library in the releases nearest to those that each version was built with.
const ROWS: &[Reading] = &[
    // The section of plugins is read a second time, without the environment. Not in 4.1, seen in 4.9, 4.10 and 5.0.
    Reading { since: (4, 2), maps: Maps::Ignored, takes_plugin_settings: false, ..V3_8 },
    // Every setting gets a default, by which the library knows that it may look for a variable. Lists are parted by the
    // library's newer releases; 4.10 is the first version that is sure to have one.
    Reading {
        since: (4, 10),
        reach: Reach::All,
        lists: Lists::Comma,
        maps: Maps::Stops,
        takes_plugin_settings: false,
        ..V3_8
    },
    Reading { since: (5, 2), reach: Reach::All, lists: Lists::Comma, maps: Maps::Stops, ..V3_8 },
    // `AllowEmptyEnv`: not in 5.11.1, in 5.12.
    Reading {
        since: (5, 12),
        reach: Reach::All,
        lists: Lists::Comma,
        maps: Maps::Stops,
        takes_empty: true,
        ..V3_8
    },
    V5_30,
    // A case for maps; not in 7.4.
    Reading { since: (7, 5), maps: Maps::Json, ..V5_30 },
    // A case for `json.RawMessage`, come with the first settings of that type.
    Reading { since: (8, 0), maps: Maps::Json, takes_raw: true, ..V5_30 },
];

/// `applyEnvKey` instead of the library; not in 5.29.1.
const V5_30: Reading = Reading {
    since: (5, 30),
    reach: Reach::All,
    names: Names::Begins,
    lists: Lists::Space,
    numbers: Numbers::Decimal,
    misfit: Misfit::Ignored,
    takes_empty: true,
    maps: Maps::Ignored,
    takes_plugin_settings: true,
    takes_raw: false,
};

impl Reading {
    /// How this version does it; `None` if it does not read its environment.
    pub(super) fn of(version: &Version) -> Option<&'static Self> {
        let holds = |row: &&Self| version.is_at_least(row.since.0, row.since.1);
        let first = Some(&V3_8).filter(holds);
        ROWS.iter().rev().find(holds).or(first)
    }
}

/// Variables that are no settings: what servers ask `os.Getenv` for, tests aside, and their containers and tools.
const OWN: &[&str] = &[
    "MM_ADMIN_EMAIL",
    "MM_AUTHTOKEN",
    "MM_BINARY_PARAMETERS",
    "MM_CONFIG",
    "MM_CUSTOM_DEFAULTS_PATH",
    "MM_EXPERIMENTALAUDITSETTINGS_ADDITIONAL",
    "MM_INACTIVITY_DURATION",
    "MM_INSTALL_TYPE",
    "MM_LICENSE",
    "MM_LOCALSOCKETPATH",
    "MM_NOTIFY_ADMIN_COOL_OFF_DAYS",
    "MM_RESEND_INVITATION_EMAIL_JOB_DURATION",
    "MM_SERVER_PATH",
    "MM_SERVICEENVIRONMENT",
];

/// Does a server read this variable for something else than a setting?
pub(super) fn is_servers_own(variable: &str) -> bool {
    OWN.contains(&variable) || variable.starts_with("MM_CLOUD_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_are_in_their_order() {
        let since: Vec<(u64, u64)> = ROWS.iter().map(|row| row.since).collect();
        assert!(since.is_sorted_by(|a, b| a < b));
        for (version, row) in [
            ((3, 7), None),
            ((3, 8), Some((3, 8))),
            ((4, 1), Some((3, 8))),
            ((5, 29), Some((5, 12))),
            ((7, 4), Some((5, 30))),
            ((11, 0), Some((8, 0))),
        ] {
            let version = Version::new(version.0, version.1, 0);
            assert_eq!(Reading::of(&version).map(|reading| reading.since), row, "{version}");
        }
    }
}
