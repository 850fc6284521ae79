//! After the dark: the file as the server rewrote it gets its values back and is compared with what went in.
//! What the server dropped, filled in or reset is told; nothing of it is decided here.

use serde::Serialize;

use crate::config::diff::{Pair, pairs};
use crate::config::document::{Document, DocumentError, EditError, Kind, View};
use crate::config::known::exists_in;
use crate::config::mask::Shown;
use crate::config::rename::{respelled, successor};
use crate::config::setting::SettingPath;
use crate::model::Version;

use super::Shaded;
use super::renamed::{Recased, Renamed, keep_renamed};
use super::resets::{Reset, Traces, resets};
use super::shipped::Shipped;

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
    /// Settings that the server dropped under one name and has under another, with the former value.
    pub renamed: Vec<Renamed>,
    /// Settings that the server writes with other capitals than before.
    pub recased: Vec<Recased>,
    /// Signs that the server fell back to defaults. Any one means that the start has failed.
    pub resets: Vec<Reset>,
    /// The version that was started.
    pub(super) version: Version,
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
    /// What took its place, if that is known. Its value did not go there.
    pub successor: Option<SettingPath>,
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

/// Puts the values back that were changed for the dark, and those that the server did not find under their new names,
/// and compares the result with what went in.
///
/// `original` is the merged configuration before the dark, `after` the copy as the server left it.
///
/// # Errors
/// [`RestoreError`]: a file of 0 bytes, for one.
pub fn restore(
    original: &Document,
    shaded: &[Shaded],
    after: &[u8],
    shipped: Shipped<'_>,
    version: &Version,
) -> Result<Restored, RestoreError> {
    let mut document = Document::parse(after)?;
    put_back(&mut document, shaded)?;
    let renamed = keep_renamed(original, &mut document, shipped, version)?;
    let pairs = pairs(original, &document);
    let traces = Traces { original, after: &document, shipped, pairs: &pairs, version };
    let resets = resets(&traces);
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
                successor: successor(&setting, version).cloned(),
                setting,
            }),
            (None, Some(_)) => added.push(setting),
            (Some(_) | None, None) => {}
        }
    }
    dropped.retain(|dropped| !renamed.iter().any(|it| it.formerly.is_same_as(&dropped.setting)));
    added.retain(|added| !renamed.iter().any(|it| it.setting.is_same_as(added)));
    let recased = respelled(original, &document).into_iter();
    let recased = recased.map(|(formerly, setting)| Recased { setting, formerly }).collect();
    Ok(Restored {
        document,
        dropped,
        added,
        changed,
        renamed,
        recased,
        resets,
        version: version.clone(),
    })
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
