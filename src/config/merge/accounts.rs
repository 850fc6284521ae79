//! The bookkeeping of a merge: what each setting was, whose it is now, and why.
//! No document is changed here.

use std::collections::BTreeMap;

use super::across::{Carried, Carry};
use crate::config::document::{Document, Leaf};
use crate::config::ledger::{Because, Choice, Decision, Ledger, MovedDefault, Origin};
use crate::config::mask::Shown;
use crate::config::setting::SettingPath;

/// One account per setting, until the final values are known.
pub(super) struct Accounts {
    is_new: bool,
    /// By folded name.
    entries: BTreeMap<SettingPath, Entry>,
}

struct Entry {
    setting: SettingPath,
    choice: Choice,
    origin: Origin,
    because: Because,
    instead_of: Option<Shown>,
    /// The value before the merge; `None` if there was none.
    former: Option<Shown>,
    /// What else it is called, by another version.
    other_name: Option<SettingPath>,
    /// How the release changed its default.
    moved: Option<MovedDefault>,
}

impl Accounts {
    /// Opens an account for every setting of the document that is about to be edited.
    pub(super) fn open(document: &Document, origin: Origin) -> Self {
        let entry = |leaf: Leaf<'_>| {
            let entry = Entry {
                choice: Choice::Kept,
                origin,
                because: Because::NobodyElseAsks,
                instead_of: None,
                former: Some(Shown::of(&leaf.setting, &leaf.value)),
                other_name: None,
                moved: None,
                setting: leaf.setting,
            };
            (entry.setting.folded(), entry)
        };
        Self {
            is_new: origin == Origin::Release,
            entries: document.leaves().into_iter().map(entry).collect(),
        }
    }

    /// Enters a setting that was written over `former`.
    pub(super) fn enter(
        &mut self,
        setting: &SettingPath,
        origin: Origin,
        because: Because,
        former: Option<Shown>,
    ) {
        let entry = self.entries.entry(setting.folded()).or_insert_with(|| Entry {
            setting: setting.clone(),
            choice: Choice::Added,
            origin,
            because,
            instead_of: None,
            former: None,
            other_name: None,
            moved: None,
        });
        (entry.origin, entry.because) = (origin, because);
        if entry.former.is_some() || former.is_some() && entry.choice != Choice::Added {
            entry.choice = Choice::Changed;
        }
        // What stood in the file before any layer spoke is the value to be accounted for.
        entry.instead_of = entry.former.clone().or(former);
    }

    /// Enters a reason for a value that stays, and the value that was offered instead.
    pub(super) fn note(
        &mut self,
        setting: &SettingPath,
        origin: Origin,
        because: Because,
        offered: Option<Shown>,
    ) {
        if let Some(entry) = self.entries.get_mut(&setting.folded()) {
            (entry.origin, entry.because) = (origin, because);
            entry.instead_of = offered.or(entry.instead_of.take());
        }
    }

    /// Enters that the release changed its default for a setting that the site has.
    pub(super) fn moved(&mut self, setting: &SettingPath, moved: MovedDefault) {
        if let Some(entry) = self.entries.get_mut(&setting.folded()) {
            entry.moved = Some(moved);
        }
    }

    /// Enters that a setting of the site has another name now.
    pub(super) fn carried(&mut self, carried: &Carried) {
        let Carried { from, to, how } = carried;
        let (entered, other, because) = match how {
            Carry::Recased => (to, from, Because::Recased),
            Carry::Renamed => (to, from, Because::Renamed),
            Carry::Taken => (from, to, Because::RenameTaken),
        };
        let Some(entry) = self.entries.get_mut(&entered.folded()) else {
            return;
        };
        (entry.because, entry.other_name) = (because, Some(other.clone()));
        if *how == Carry::Renamed {
            let gone = Entry {
                setting: from.clone(),
                choice: Choice::Dropped,
                origin: Origin::Release,
                because,
                instead_of: None,
                former: entry.former.clone(),
                other_name: Some(to.clone()),
                moved: None,
            };
            self.entries.insert(from.folded(), gone);
        }
    }

    /// Enters that the site chose the place of a directory, unless the host enforces it.
    pub(super) fn placed_by_owner(&mut self, setting: &SettingPath) {
        let entry = self.entries.get_mut(&setting.folded());
        if let Some(entry) = entry.filter(|entry| entry.origin != Origin::HostEnforced) {
            entry.because = Because::PlacedByOwner;
        }
    }

    /// Enters the loss of all settings below one that is about to become a plain value.
    pub(super) fn drop_below(&mut self, setting: &SettingPath, origin: Origin, because: Because) {
        let above = setting.folded();
        for (setting, entry) in &mut self.entries {
            let deeper = setting.parts().len() > above.parts().len();
            if deeper && setting.parts().starts_with(above.parts()) {
                entry.choice = Choice::Dropped;
                (entry.origin, entry.because) = (origin, because);
            }
        }
    }

    /// The ledger: the settings of the finished document in its order, then those that are gone.
    pub(super) fn close(mut self, document: &Document) -> Ledger {
        let mut ledger = Ledger::default();
        for leaf in document.leaves() {
            let Some(entry) = self.entries.remove(&leaf.setting.folded()) else {
                continue;
            };
            let is_new = self.is_new && entry.choice == Choice::Kept;
            let value = match (entry.choice, entry.former) {
                (Choice::Kept, Some(former)) => former,
                _ => Shown::of(&leaf.setting, &leaf.value),
            };
            ledger.enter(Decision {
                setting: leaf.setting,
                choice: if is_new { Choice::Added } else { entry.choice },
                origin: entry.origin,
                because: entry.because,
                instead_of: entry.instead_of,
                other_name: entry.other_name,
                // Who has the new one has nothing to hear.
                moved: entry.moved.filter(|moved| moved.now != value),
                value,
            });
        }
        for entry in self.entries.into_values() {
            account_for(entry, document, &mut ledger);
        }
        ledger
    }
}

/// Enters a setting that is no leaf any more: it was dropped, or something grew below it.
fn account_for(entry: Entry, document: &Document, ledger: &mut Ledger) {
    let grown = document.get(&entry.setting).is_some();
    let value = entry.former.or(entry.instead_of);
    let was_empty_object = value == Some(Shown::Plain("{}".to_owned()));
    let Some(value) = value.filter(|_| !(grown && was_empty_object)) else {
        return;
    };
    let because = if grown { Because::NullOpened } else { entry.because };
    ledger.enter(Decision {
        setting: entry.setting,
        choice: Choice::Dropped,
        origin: entry.origin,
        because,
        value,
        instead_of: None,
        other_name: entry.other_name,
        moved: None,
    });
}
