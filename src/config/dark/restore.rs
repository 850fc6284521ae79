//! After the dark: the file as the server rewrote it gets its values back and is compared with what went in.
//! What the server dropped, filled in or reset is told; nothing of it is decided here.

use serde::Serialize;

use crate::config::diff::{Pair, pairs};
use crate::config::document::{Document, DocumentError, EditError, Kind, View};
use crate::config::known::exists_in;
use crate::config::mask::Shown;
use crate::config::setting::SettingPath;
use crate::model::Version;

use super::Shaded;

/// So many settings going back to the shipped value at once is no migration of the server's: real ones were seen to
/// rewrite one setting per upgrade at most, apart from empty ones that they fill in.
const MANY: usize = 5;

/// Values that servers were seen to rewrite, from and to. Both were former defaults and new ones, taken for untouched.
const KNOWN_REWRITES: &[(&str, &str, &str)] = &[
    ("ServiceSettings.PostEditTimeLimit", "300", "-1"),
    ("TeamSettings.MaxNotificationsPerChannel", "1000", "1000000"),
];

/// What came out of the dark.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The document that becomes the live file.
    pub document: Document,
    /// Settings that were there before and are not any more.
    pub dropped: Vec<Dropped>,
    /// Settings that the server added.
    pub added: Vec<SettingPath>,
    /// Settings with another value than before, beyond those that were put back.
    pub changed: Vec<Changed>,
    /// Signs that the server fell back to defaults. Any one means that the start has failed.
    pub resets: Vec<Reset>,
}

/// A setting that the server dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// The setting.
    pub setting: SettingPath,
    /// Its last value.
    pub value: Shown,
    /// Is this a setting that the server's version has, as far as is known? Dropping it then is no housekeeping.
    pub is_known_here: bool,
}

/// A setting that the server gave another value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The setting.
    pub setting: SettingPath,
    /// Its value before.
    pub before: Shown,
    /// Its value after.
    pub after: Shown,
    /// What kind of change it is.
    pub rewrite: Rewrite,
}

/// Kinds of changes by a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rewrite {
    /// It was empty: a salt that the server generates, a mail server that it fills in.
    Filled,
    /// A rewriting that servers are known for.
    Known,
    /// None of these. A user's value may have been lost.
    Unexpected,
}

/// A sign that the server fell back to defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "sign")]
pub enum Reset {
    /// The address of the site was there, and is empty or gone.
    SiteUrlEmptied,
    /// The database is no longer the site's but the one that releases ship.
    DefaultDataSource,
    /// Many settings have the shipped value again.
    ManyDefaults {
        /// Which.
        settings: Vec<SettingPath>,
    },
}

/// Why there is nothing to restore.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// The server left no usable file: an empty one, a truncated one.
    #[error("the server left an unusable configuration behind")]
    Unusable(#[from] DocumentError),
    /// A value cannot be put back.
    #[error("cannot put back the values of before the start in the dark")]
    Edit(#[from] EditError),
}

/// Puts the values back that were changed for the dark, and compares the result with what went in.
///
/// `original` is the merged configuration before the dark, `after` the copy as the server left it, `shipped` the
/// release's own configuration, if it is at hand.
///
/// # Errors
/// [`RestoreError`]: a file of 0 bytes, for one.
pub fn restore(
    original: &Document,
    shaded: &[Shaded],
    after: &[u8],
    shipped: Option<&Document>,
    version: &Version,
) -> Result<Restored, RestoreError> {
    let mut document = Document::parse(after)?;
    put_back(&mut document, shaded)?;
    let pairs = pairs(original, &document);
    let resets = resets(original, &document, shipped, &pairs);
    let (mut dropped, mut added, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for Pair { setting, before, after } in pairs {
        match (before, after) {
            (Some(before), Some(after)) => changed.push(Changed {
                before: Shown::of(&setting, &before),
                after: Shown::of(&setting, &after),
                rewrite: kind_of(&setting, &before, &after),
                setting,
            }),
            // A `null` asked for the default, which needs no setting.
            (Some(before), None) if before.kind() != Kind::Null => dropped.push(Dropped {
                value: Shown::of(&setting, &before),
                is_known_here: exists_in(&setting, version),
                setting,
            }),
            (None, Some(_)) => added.push(setting),
            (Some(_) | None, None) => {}
        }
    }
    Ok(Restored { document, dropped, added, changed, resets })
}

fn put_back(document: &mut Document, shaded: &[Shaded]) -> Result<(), EditError> {
    for shaded in shaded.iter().rev() {
        match (&shaded.former, &shaded.created) {
            (Some(former), _) => {
                document.set_raw(&shaded.setting, former)?;
            }
            (None, created) => {
                drop(document.remove(&shaded.setting));
                // What the server has filled in beside it stays.
                let section = created.as_ref().filter(|created| **created != shaded.setting);
                let empty = section.and_then(|section| document.get(section));
                if let Some((section, true)) = section.zip(empty.map(|value| value.is_empty())) {
                    drop(document.remove(section));
                }
            }
        }
    }
    Ok(())
}

fn kind_of(setting: &SettingPath, before: &View<'_>, after: &View<'_>) -> Rewrite {
    let known = KNOWN_REWRITES.iter().any(|(name, from, to)| {
        SettingPath::known(name).is_same_as(setting) && before.raw() == *from && after.raw() == *to
    });
    if before.is_empty() {
        Rewrite::Filled
    } else if known {
        Rewrite::Known
    } else {
        Rewrite::Unexpected
    }
}

fn resets(
    original: &Document,
    after: &Document,
    shipped: Option<&Document>,
    pairs: &[Pair<'_>],
) -> Vec<Reset> {
    let mut resets = Vec::new();
    let site_url = SettingPath::known("ServiceSettings.SiteURL");
    let is_set =
        |document: &Document| document.get(&site_url).is_some_and(|value| !value.is_empty());
    if is_set(original) && !is_set(after) {
        resets.push(Reset::SiteUrlEmptied);
    }
    let data_source = SettingPath::known("SqlSettings.DataSource");
    let shipped_source = shipped.and_then(|shipped| shipped.get(&data_source));
    if let (Some(before), Some(after)) = (original.get(&data_source), after.get(&data_source)) {
        // Every release up to today ships a connection with this user and password.
        let is_default = after.raw().contains("mmuser:mostest@")
            || shipped_source.is_some_and(|shipped| shipped.is_same_as(&after));
        if is_default && !before.is_same_as(&after) {
            resets.push(Reset::DefaultDataSource);
        }
    }
    let back: Vec<SettingPath> = pairs
        .iter()
        .filter(|pair| is_back(pair, shipped))
        .map(|pair| pair.setting.clone())
        .collect();
    if back.len() >= MANY {
        resets.push(Reset::ManyDefaults { settings: back });
    }
    resets
}

/// Had the setting a value of its own, and has the shipped one now?
fn is_back(pair: &Pair<'_>, shipped: Option<&Document>) -> bool {
    let shipped = shipped.and_then(|shipped| shipped.get(&pair.setting));
    match (&pair.before, &pair.after, shipped) {
        (Some(before), Some(after), Some(shipped)) => {
            !before.is_empty() && after.is_same_as(&shipped)
        }
        _ => false,
    }
}
