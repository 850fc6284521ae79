//! `MM_*` variables: the strongest layer, effective in the server and never written to a file by us.
//! The environment of this process is not looked at here.

mod effective;
mod express;
mod fate;
mod reading;
mod value;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

pub use self::effective::{Effective, Override, UnknownVariable, effective, spoken};
pub use self::express::{Expressed, Impossible, Obstacle, express};
pub use self::fate::Fate;

use self::reading::{Reach, Reading};
use super::setting::SettingPath;
use crate::model::Version;

/// The first version that takes the name of its configuration from `MM_CONFIG`, and configurations from a database
/// (cmd/mattermost/commands/root.go). 5.9 was seen to ignore it, 5.30 to obey.
const CONFIG_VARIABLE_SINCE: (u64, u64) = (5, 10);

/// Does this version find its configuration by `MM_CONFIG`, and in databases?
#[must_use]
pub fn reads_config_variable(version: &Version) -> bool {
    version.is_at_least(CONFIG_VARIABLE_SINCE.0, CONFIG_VARIABLE_SINCE.1)
}

/// Does this version take settings from its environment at all?
#[must_use]
pub fn reads_variables(version: &Version) -> bool {
    Reading::of(version).is_some()
}

/// Does this version take variables only for settings that stand in its file?
#[must_use]
pub fn reads_only_what_the_file_has(version: &Version) -> bool {
    Reading::of(version).is_some_and(|reading| reading.reach == Reach::InFile)
}

/// The variable that overrides a setting: `MM_SQLSETTINGS_DATASOURCE`.
#[must_use]
pub fn variable_of(setting: &SettingPath) -> String {
    setting.parts().iter().fold("MM".to_owned(), |mut name, part| {
        write!(name, "_{}", part.to_ascii_uppercase()).expect("writing to a string cannot fail");
        name
    })
}
