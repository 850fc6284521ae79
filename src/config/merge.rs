//! The merge: layers in, one document and the reason for each of its settings out.
//! No value of the site disappears without an entry in the ledger.

mod accounts;
mod across;
mod conflict;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod laws_across;
#[cfg(test)]
mod laws_policy;
#[cfg(test)]
mod laws_text;

use super::document::{Document, EditError, Kind, Leaf, View};
use super::layer::{Layers, Missing, NewDefaults, Verdict, judge};
use super::ledger::{Because, Ledger, MovedDefault, Origin};
use super::mask::Shown;
use super::policy::OnNewDefault;
use super::relocate::{RelocateError, Relocated, relocate};
use super::setting::SettingPath;
use super::table::{is_secret, row_of};

pub use self::across::{Carried, Carry};
pub use self::conflict::{Conflict, Settlement};

use self::accounts::Accounts;
use self::across::Across;

/// The result of a merge.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The document. What no layer changed is byte for byte that of the site's file.
    pub document: Document,
    /// Every setting, with the reason for its value; at the end those that are gone.
    pub ledger: Ledger,
    /// Settings that user and host both changed, and that the host does not enforce.
    pub conflicts: Vec<Conflict>,
    /// What became of the directories.
    pub relocated: Relocated,
    /// Settings of the site that have another name now.
    pub carried: Vec<Carried>,
}

/// Why layers cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// A layer has a setting below something that is no object in the file.
    #[error("cannot write a setting of {layer}")]
    Edit {
        /// Whose setting it is.
        layer: Origin,
        /// Why it cannot be written.
        #[source]
        source: EditError,
    },
    /// User and host both changed a setting, and a policy says not to go on then.
    #[error("{}", refused(.conflicts))]
    Refused {
        /// All conflicts, also those that do not stand in the way.
        conflicts: Vec<Conflict>,
    },
    /// A directory cannot be placed.
    #[error("cannot place the directories")]
    Relocate(#[from] RelocateError),
}

fn refused(conflicts: &[Conflict]) -> String {
    let refused = conflicts.iter().filter(|conflict| conflict.settled == Settlement::Refused);
    refused.map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Merges the layers.
///
/// Arrays and scalars are values; objects are merged key by key, the maps of plugins down to the single keys of each plugin.
/// An empty object in an overlay asks for nothing but its own existence. Merging again with the result as site and
/// the same overlays as last applied changes nothing.
///
/// # Errors
/// [`MergeError`].
pub fn merge(layers: &Layers<'_>) -> Result<Merged, MergeError> {
    match layers.hop {
        None => merge_named(layers, Vec::new()),
        Some(hop) => {
            let mut across = Across::carry(layers, hop)?;
            let carried = std::mem::take(&mut across.carried);
            merge_named(&across.layers(layers), carried)
        }
    }
}

/// Merges layers that call the settings as the release does.
fn merge_named(layers: &Layers<'_>, carried: Vec<Carried>) -> Result<Merged, MergeError> {
    let mut merging = Merging::begin(layers);
    for carried in &carried {
        merging.accounts.carried(carried);
    }
    merging.release(layers)?;
    merging.defaults(layers)?;
    merging.enforced(layers)?;
    if merging.conflicts.iter().any(|conflict| conflict.settled == Settlement::Refused) {
        return Err(MergeError::Refused { conflicts: merging.conflicts });
    }
    let relocated = merging.places(layers)?;
    Ok(Merged {
        ledger: merging.accounts.close(&merging.document),
        document: merging.document,
        conflicts: merging.conflicts,
        relocated,
        carried,
    })
}

struct Merging {
    document: Document,
    accounts: Accounts,
    conflicts: Vec<Conflict>,
}

impl Merging {
    fn begin(layers: &Layers<'_>) -> Self {
        let (document, origin) = match layers.site {
            Some(site) => (site, Origin::Site),
            None => (layers.release, Origin::Release),
        };
        Self {
            document: document.clone(),
            accounts: Accounts::open(document, origin),
            conflicts: Vec::new(),
        }
    }

    /// What the release ships, where the site has something else or nothing.
    fn release(&mut self, layers: &Layers<'_>) -> Result<(), MergeError> {
        let Some(site) = layers.site else {
            return Ok(());
        };
        for leaf in layers.release.leaves() {
            if self.is_there_already(&leaf) {
                continue;
            }
            match (site.get(&leaf.setting), layers.old_release) {
                (None, _) => self.fill_in(layers.missing, &leaf)?,
                (Some(value), Some(old)) => {
                    let old = old.get(&leaf.setting);
                    let Some(old) = old.filter(|old| !old.is_same_as(&leaf.value)) else {
                        continue;
                    };
                    let (former, now) =
                        (Shown::of(&leaf.setting, &old), Shown::of(&leaf.setting, &leaf.value));
                    self.accounts.moved(&leaf.setting, MovedDefault { former, now });
                    if value.is_same_as(&old) {
                        self.new_default(layers, &leaf)?;
                    }
                }
                (Some(_), None) => {}
            }
        }
        self.name_address(layers.missing)
    }

    /// The address of the site, where its absence would cost the file its keys.
    fn name_address(&mut self, missing: Missing) -> Result<(), MergeError> {
        let setting = SettingPath::known("ServiceSettings.SiteURL");
        let value = self.document.get(&setting);
        let is_named = value.is_some_and(|value| value.kind() != Kind::Null);
        if missing != Missing::OnlyAddress || is_named || self.barrier(&setting).is_some() {
            return Ok(());
        }
        let leaf = Leaf { setting, value: View::of_json("\"\"") };
        self.write(&leaf, Origin::Release, Because::MissingMeansNew)
    }

    fn fill_in(&mut self, missing: Missing, leaf: &Leaf<'_>) -> Result<(), MergeError> {
        let barred = self.barrier(&leaf.setting).is_some();
        if missing != Missing::FromRelease || is_secret(&leaf.setting) || barred {
            return Ok(());
        }
        self.write(leaf, Origin::Release, Because::MissingInOldServer)
    }

    /// Where the host has a default of its own, the release's is of no interest.
    fn new_default(&mut self, layers: &Layers<'_>, leaf: &Leaf<'_>) -> Result<(), MergeError> {
        let host = layers.defaults.and_then(|defaults| defaults.get(&leaf.setting));
        if let Some(because) = adopts(layers, &leaf.setting).filter(|_| host.is_none()) {
            return self.write(leaf, Origin::Release, because);
        }
        let offered = Some(Shown::of(&leaf.setting, &leaf.value));
        self.accounts.note(&leaf.setting, Origin::Site, Because::ReleaseDefaultMoved, offered);
        Ok(())
    }

    fn defaults(&mut self, layers: &Layers<'_>) -> Result<(), MergeError> {
        for leaf in layers.defaults.iter().flat_map(|defaults| defaults.leaves()) {
            if self.is_there_already(&leaf) {
                continue;
            }
            if let Some(barrier) = self.barrier(&leaf.setting) {
                self.accounts.note(&barrier, Origin::Site, Because::UserChangedIt, None);
                continue;
            }
            let base = layers.defaults_applied.and_then(|base| base.get(&leaf.setting));
            let base = base.or_else(|| layers.old_release.and_then(|old| old.get(&leaf.setting)));
            let site = layers.site.and_then(|site| site.get(&leaf.setting));
            let offered = Some(Shown::of(&leaf.setting, &leaf.value));
            match judge(base.as_ref(), site.as_ref(), &leaf.value) {
                Verdict::Take => {
                    self.write(&leaf, Origin::HostDefault, Because::HostDefaultFits)?;
                }
                Verdict::Agree => {
                    let because = Because::HostDefaultAgrees;
                    self.accounts.note(&leaf.setting, Origin::HostDefault, because, None);
                }
                Verdict::UserChangedIt => {
                    self.accounts.note(
                        &leaf.setting,
                        Origin::Site,
                        Because::UserChangedIt,
                        offered,
                    );
                }
                Verdict::BothChangedIt => {
                    let user = site.as_ref().unwrap_or(&leaf.value);
                    self.settle(layers, &leaf, Shown::of(&leaf.setting, user))?;
                }
            }
        }
        self.withdrawn(layers);
        Ok(())
    }

    /// A setting that user and host both changed.
    fn settle(
        &mut self,
        layers: &Layers<'_>,
        leaf: &Leaf<'_>,
        user: Shown,
    ) -> Result<(), MergeError> {
        let settled = Settlement::by(layers.policies.on_conflict(&leaf.setting));
        let host = Shown::of(&leaf.setting, &leaf.value);
        if settled == Settlement::TookHost {
            self.write(leaf, Origin::HostDefault, settled.because())?;
        } else {
            let offered = Some(host.clone());
            self.accounts.note(&leaf.setting, Origin::Site, settled.because(), offered);
        }
        self.conflicts.push(Conflict { setting: leaf.setting.clone(), user, host, settled });
        Ok(())
    }

    /// Defaults that were applied once and are no longer asked for. Going back to the release's value could
    /// empty a setting that the installation has come to need, such as its address.
    fn withdrawn(&mut self, layers: &Layers<'_>) {
        let (Some(applied), Some(site)) = (layers.defaults_applied, layers.site) else {
            return;
        };
        for leaf in applied.leaves() {
            let asked = layers.defaults.is_some_and(|now| now.get(&leaf.setting).is_some());
            let value = site.get(&leaf.setting);
            if !asked && value.is_some_and(|value| value.is_same_as(&leaf.value)) {
                self.accounts.note(
                    &leaf.setting,
                    Origin::Site,
                    Because::HostDefaultWithdrawn,
                    None,
                );
            }
        }
    }

    fn enforced(&mut self, layers: &Layers<'_>) -> Result<(), MergeError> {
        for leaf in layers.enforced.iter().flat_map(|enforced| enforced.leaves()) {
            if self.is_there_already(&leaf) {
                continue;
            }
            self.write(&leaf, Origin::HostEnforced, Because::HostEnforces)?;
            self.conflicts.retain(|conflict| !conflict.setting.is_within(&leaf.setting));
        }
        Ok(())
    }

    fn places(&mut self, layers: &Layers<'_>) -> Result<Relocated, MergeError> {
        let Some(places) = &layers.places else {
            return Ok(Relocated::default());
        };
        let relocated = relocate(&mut self.document, places)?;
        for step in &relocated.moves {
            let former =
                step.former.as_deref().map(|raw| Shown::of(&step.setting, &View::of_json(raw)));
            self.accounts.enter(&step.setting, Origin::Place, Because::Placed, former);
        }
        for own in &relocated.kept {
            self.accounts.placed_by_owner(&own.setting);
        }
        Ok(relocated)
    }

    /// What stands in the way of a setting: a value where an object would have to be. A weaker layer gives way to it.
    fn barrier(&self, setting: &SettingPath) -> Option<SettingPath> {
        let mut above = setting.parent();
        while let Some(holder) = above {
            match self.document.get(&holder).map(|value| value.kind()) {
                Some(Kind::Object | Kind::Null) => return None,
                Some(_) => return Some(holder),
                None => above = holder.parent(),
            }
        }
        None
    }

    /// An empty object in a layer is no reason to empty anything.
    fn is_there_already(&self, leaf: &Leaf<'_>) -> bool {
        leaf.value.kind() == Kind::Object
            && leaf.value.is_empty()
            && self.document.get(&leaf.setting).is_some_and(|value| value.kind() == Kind::Object)
    }

    fn write(
        &mut self,
        leaf: &Leaf<'_>,
        origin: Origin,
        because: Because,
    ) -> Result<(), MergeError> {
        let former = self.document.get(&leaf.setting);
        if former.as_ref().is_some_and(|former| former.is_same_as(&leaf.value)) {
            self.accounts.note(&leaf.setting, origin, because, None);
            return Ok(());
        }
        let closes = former.as_ref().is_some_and(|former| former.kind() == Kind::Object);
        let former = former.map(|former| Shown::of(&leaf.setting, &former));
        if closes && leaf.value.kind() != Kind::Object {
            self.accounts.drop_below(&leaf.setting, origin, because);
        }
        self.document
            .set_raw(&leaf.setting, leaf.value.raw())
            .map_err(|source| MergeError::Edit { layer: origin, source })?;
        self.accounts.enter(&leaf.setting, origin, because, former);
        Ok(())
    }
}

/// The reason to take a new default of the release's, where there is one.
fn adopts(layers: &Layers<'_>, setting: &SettingPath) -> Option<Because> {
    let bound = belongs_to_installation(setting);
    match layers.policies.on_new_default(setting) {
        // Who names it knows what it is bound to. But no release knows the secret of an installation.
        Some(OnNewDefault::Adopt) => (!is_secret(setting)).then_some(Because::ReleaseDefaultChosen),
        Some(OnNewDefault::AdoptAmongOthers) => (!bound).then_some(Because::ReleaseDefaultChosen),
        None if layers.new_defaults == NewDefaults::Adopt => {
            (!bound).then_some(Because::ReleaseDefaultAdopted)
        }
        None | Some(OnNewDefault::Keep) => None,
    }
}

/// Is this bound to what the installation has: its database, its directories and files, its secrets? A default of the
/// release's says nothing about those. Releases have shipped another driver of the database than before.
fn belongs_to_installation(setting: &SettingPath) -> bool {
    setting.section().eq_ignore_ascii_case("SqlSettings")
        || row_of(setting).is_some()
        || is_secret(setting)
}
