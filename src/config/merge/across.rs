//! A file on its way from one version to another: its settings get the names that the new one uses.
//! No value is changed, none is overwritten, and nothing goes that did not arrive.

use serde::Serialize;

use super::MergeError;
use crate::config::document::{Document, EditError, Kind, View};
use crate::config::layer::{Hop, Layers};
use crate::config::ledger::Origin;
use crate::config::policy::Policies;
use crate::config::rename::{Rename, RenameKind, renames, respelled};
use crate::config::setting::SettingPath;

/// A setting of the site that has another name now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Carried {
    /// What it was called.
    pub from: SettingPath,
    /// What it is called.
    pub to: SettingPath,
    /// What became of its value.
    pub how: Carry,
}

/// What becomes of the value of a setting that was renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carry {
    /// Only the capitals of the name changed, in its place.
    Recased,
    /// The value went to the new name.
    Renamed,
    /// The file had a value under the new name already, which stands. The former name is left as it is.
    Taken,
}

/// The layers that know only the former names, with the new ones.
pub(super) struct Across {
    site: Option<Document>,
    old_release: Option<Document>,
    defaults: Option<Document>,
    defaults_applied: Option<Document>,
    enforced: Option<Document>,
    policies: Policies,
    /// What became of the site's settings.
    pub(super) carried: Vec<Carried>,
}

impl Across {
    /// Carries every layer but the new release's. What the host says follows, or its defaults would not meet their own
    /// former values any more.
    pub(super) fn carry(layers: &Layers<'_>, hop: Hop<'_>) -> Result<Self, MergeError> {
        let mut carried = Vec::new();
        let mut renamed = |document: Option<&Document>, layer| {
            let Some(mut document) = document.cloned() else {
                return Ok(None);
            };
            let names = rename(&mut document, layers, hop);
            let names = names.map_err(|source| MergeError::Edit { layer, source })?;
            if layer == Origin::Site {
                carried = names;
            }
            Ok::<_, MergeError>(Some(document))
        };
        let mut across = Self {
            site: renamed(layers.site, Origin::Site)?,
            old_release: renamed(layers.old_release, Origin::Release)?,
            defaults: renamed(layers.defaults, Origin::HostDefault)?,
            defaults_applied: renamed(layers.defaults_applied, Origin::HostDefault)?,
            enforced: renamed(layers.enforced, Origin::HostEnforced)?,
            policies: rename_policies(layers.policies, hop),
            carried: Vec::new(),
        };
        if let (Some(before), Some(after)) = (layers.site, &across.site) {
            let recased = respelled(before, after).into_iter();
            carried.extend(recased.map(|(from, to)| Carried { from, to, how: Carry::Recased }));
        }
        across.carried = carried;
        Ok(across)
    }

    /// The layers with the new names.
    pub(super) fn layers<'a>(&'a self, layers: &Layers<'a>) -> Layers<'a> {
        Layers {
            site: self.site.as_ref(),
            old_release: self.old_release.as_ref(),
            defaults: self.defaults.as_ref(),
            defaults_applied: self.defaults_applied.as_ref(),
            enforced: self.enforced.as_ref(),
            policies: &self.policies,
            hop: None,
            ..*layers
        }
    }
}

/// Gives the settings of a document their new names; tells which were more than recased.
fn rename(
    document: &mut Document,
    layers: &Layers<'_>,
    hop: Hop<'_>,
) -> Result<Vec<Carried>, EditError> {
    let mut carried = Vec::new();
    for rename in renames() {
        match rename.kind {
            RenameKind::Recased => recase(document, rename, hop),
            RenameKind::Renamed => {
                if let Some((from, to)) = direction(rename, hop) {
                    carried.extend(carry(document, from, to)?);
                }
            }
            RenameKind::ByServer | RenameKind::Unlike => {}
        }
    }
    spell_as_shipped(document, layers);
    Ok(carried)
}

/// Policies for settings by their former names are meant for the new ones.
fn rename_policies(policies: &Policies, hop: Hop<'_>) -> Policies {
    let mut policies = policies.clone();
    for rename in renames().iter().filter(|rename| rename.kind == RenameKind::Renamed) {
        if let Some((from, to)) = direction(rename, hop) {
            policies.follow(from, to);
        }
    }
    policies
}

/// From which name to which, if the hop leads past the change. A name that changed before the hop is left: the former
/// version already ignored it.
fn direction<'r>(rename: &'r Rename, hop: Hop<'_>) -> Option<(&'r SettingPath, &'r SettingPath)> {
    match (rename.is_known_to(hop.from), rename.is_known_to(hop.to)) {
        (false, true) => Some((&rename.from, &rename.to)),
        (true, false) => Some((&rename.to, &rename.from)),
        (true, true) | (false, false) => None,
    }
}

/// Servers of 4.2 and before do not rewrite a file that has all it needs, so that a spelling may be older than the
/// version before the hop.
fn recase(document: &mut Document, rename: &Rename, hop: Hop<'_>) {
    let (wrong, right) = if rename.is_known_to(hop.to) {
        (&rename.from, &rename.to)
    } else {
        (&rename.to, &rename.from)
    };
    let Some(spelled) = document.spelling(wrong).filter(|spelled| spelled.name() == wrong.name())
    else {
        return;
    };
    // What the section is called is the matter of another row.
    let wanted = spelled.parent().map(|section| section.child(right.name()));
    document.respell(&wanted.unwrap_or_else(|| right.clone()));
}

/// Moves a value to its new name, and takes away what is empty without it. None of these settings is an object: one that
/// stands there is nothing that either version reads.
fn carry(
    document: &mut Document,
    from: &SettingPath,
    to: &SettingPath,
) -> Result<Option<Carried>, EditError> {
    let Some(spelled) = document.spelling(from) else {
        return Ok(None);
    };
    let is_value = |value: &View<'_>| value.kind() != Kind::Null;
    let movable = |value: &View<'_>| is_value(value) && value.kind() != Kind::Object;
    let Some(value) = document.get(from).filter(movable).map(|value| value.raw().to_owned()) else {
        return Ok(None);
    };
    let taken = document.get(to).as_ref().is_some_and(is_value);
    let how = if taken { Carry::Taken } else { Carry::Renamed };
    if !taken {
        document.set_raw(to, &value)?;
        drop(document.remove(from));
        remove_if_empty(document, from.parent());
    }
    let to = document.spelling(to).unwrap_or_else(|| to.clone());
    Ok(Some(Carried { from: spelled, to, how }))
}

fn remove_if_empty(document: &mut Document, mut above: Option<SettingPath>) {
    while let Some(section) = above {
        if !document.get(&section).is_some_and(|value| value.is_empty()) {
            break;
        }
        drop(document.remove(&section));
        above = section.parent();
    }
}

/// Follows the releases themselves where both are at hand: a name that the former release spelled as this file does.
fn spell_as_shipped(document: &mut Document, layers: &Layers<'_>) {
    let Some(old) = layers.old_release else {
        return;
    };
    let recased = |setting: &SettingPath| {
        let new = layers.release.spelling(setting)?;
        (new != *setting && old.spelling(setting).as_ref() == Some(setting)).then_some(new)
    };
    for new in document.spelled_unlike(layers.release).iter().filter_map(recased) {
        document.respell(&new);
    }
}
