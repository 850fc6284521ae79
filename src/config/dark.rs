//! The configuration of a start in the dark: as merged, but nobody can reach the server and the server reaches nobody.
//! Only a few values change, each for a reason in the table, and every one is put back afterwards.

#[cfg(test)]
mod chain;
mod entries;
mod former;
mod renamed;
mod resets;
mod restore;
mod shipped;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::model::Version;

use super::document::{Document, EditError, Written, text};
use super::environment::Effective;
use super::known::exists_in;
use super::setting::SettingPath;

pub use self::renamed::{Recased, Renamed};
pub use self::resets::Reset;
pub use self::restore::{Changed, Dropped, RestoreError, Restored, Rewrite, restore};
pub use self::shipped::Shipped;

/// One value of the dark.
#[derive(Clone, Copy, Debug)]
pub struct Shade {
    /// The setting.
    pub setting: &'static str,
    /// Its value in the dark, as JSON.
    pub value: &'static str,
    /// Is a missing setting written too, because its default is another one?
    pub when_missing: bool,
    /// Why.
    pub because: &'static str,
}

const fn shade(setting: &'static str, value: &'static str, because: &'static str) -> Shade {
    Shade { setting, value, when_missing: false, because }
}

const fn even_if_missing(shade: Shade) -> Shade {
    Shade { when_missing: true, ..shade }
}

/// What changes for a start in the dark, besides the address to listen on.
pub const SHADES: &[Shade] = &[
    shade(
        "ServiceSettings.ConnectionSecurity",
        "\"\"",
        "the health check speaks plain HTTP on the loopback address",
    ),
    shade("ServiceSettings.UseLetsEncrypt", "false", "no certificate is asked for"),
    shade("ServiceSettings.Forward80To443", "false", "port 80 belongs to the real start"),
    shade("ServiceSettings.EnableLocalMode", "false", "its socket may be that of another server"),
    even_if_missing(shade(
        "EmailSettings.SendEmailNotifications",
        "false",
        "no mail leaves an unproven server",
    )),
    even_if_missing(shade(
        "EmailSettings.SendPushNotifications",
        "false",
        "no push leaves an unproven server",
    )),
    shade("EmailSettings.EnableEmailBatching", "false", "no mail leaves an unproven server"),
    even_if_missing(shade("JobSettings.RunJobs", "false", "no job changes rows before commit")),
    even_if_missing(shade("JobSettings.RunScheduler", "false", "no job is planned before commit")),
    shade("MetricsSettings.Enable", "false", "its port belongs to the real start"),
    shade("ClusterSettings.Enable", "false", "an unproven server joins no cluster"),
];

/// A value that was changed for the dark, and how to get it back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shaded {
    /// The setting.
    pub setting: SettingPath,
    /// Its value before, as JSON; `None` if it was not there.
    pub former: Option<String>,
    /// Its value in the dark, as JSON.
    pub value: String,
    /// What was created to write it: the setting, or its section.
    created: Option<SettingPath>,
}

impl std::fmt::Debug for Shaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shaded({})", self.setting)
    }
}

/// A configuration for a start in the dark.
#[derive(Clone, Debug)]
pub struct Dark {
    /// The configuration to start with.
    pub document: Document,
    /// What was changed in it, overridden secrets included.
    pub shaded: Vec<Shaded>,
}

/// Makes the copy for a start in the dark.
///
/// # Errors
/// If a section on the way is no object.
pub fn darken(merged: &Document, version: &Version, listen: SocketAddr) -> Result<Dark, EditError> {
    shadow(Dark { document: merged.clone(), shaded: Vec::new() }, version, listen)
}

/// The same for a server whose environment overrides settings: in the dark it gets no environment, which it might write to
/// its file, but the values themselves, which are put back with all others.
///
/// # Errors
/// If a section on the way is no object.
pub fn darken_overridden(
    merged: &Document,
    effective: &Effective,
    version: &Version,
    listen: SocketAddr,
) -> Result<Dark, EditError> {
    let mut dark = Dark { document: merged.clone(), shaded: Vec::new() };
    for taken in effective.overrides.iter().filter(|it| it.is_taken()) {
        if let Some(value) = effective.document.get(&taken.setting) {
            dark.write(taken.setting.clone(), value.raw().to_owned())?;
        }
    }
    shadow(dark, version, listen)
}

fn shadow(mut dark: Dark, version: &Version, listen: SocketAddr) -> Result<Dark, EditError> {
    let address = SettingPath::known("ServiceSettings.ListenAddress");
    dark.write(address, text::encode(&listen.to_string()))?;
    for shade in SHADES {
        let setting = SettingPath::known(shade.setting);
        let wanted = match dark.document.get(&setting) {
            Some(value) => value.raw() != "null" || shade.when_missing,
            None => shade.when_missing && exists_in(&setting, version),
        };
        if wanted {
            dark.write(setting, shade.value.to_owned())?;
        }
    }
    Ok(dark)
}

impl Dark {
    fn write(&mut self, setting: SettingPath, value: String) -> Result<(), EditError> {
        let former = self.document.get(&setting).map(|former| former.raw().to_owned());
        let created = match self.document.set_raw(&setting, &value)? {
            Written::Same => return Ok(()),
            Written::Replaced => None,
            // Where a section was `null` it is then an empty object, which the server reads as the same.
            Written::Inserted | Written::NullReplaced => Some(setting.clone()),
            Written::SectionCreated => setting.parent(),
        };
        self.shaded.push(Shaded { setting, former, value, created });
        Ok(())
    }
}
