//! What the server did to the configuration, as entries of the ledger.

use super::{Renamed, Restored, Rewrite};
use crate::config::ledger::{Because, Choice, Decision, Ledger, Origin};
use crate::config::mask::Shown;
use crate::config::setting::SettingPath;

impl Restored {
    /// Enters what the server added, changed and dropped, in place of what was decided about these settings before.
    pub fn enter_into(&self, ledger: &mut Ledger) {
        for setting in &self.added {
            let Some(value) = self.document.get(setting) else {
                continue;
            };
            let value = Shown::of(setting, &value);
            ledger.replace(decision(setting, Choice::Added, Because::ServerFilled, value, None));
        }
        for change in &self.changed {
            let because = match change.rewrite {
                Rewrite::Filled => Because::ServerFilled,
                Rewrite::Known | Rewrite::Unexpected => Because::ServerRewrote,
            };
            let (before, after) = (change.before.clone(), change.after.clone());
            let setting = &change.setting;
            ledger.replace(decision(setting, Choice::Changed, because, after, Some(before)));
        }
        for dropped in &self.dropped {
            let (setting, value) = (&dropped.setting, dropped.value.clone());
            let because = Because::ServerDropped;
            let decision = decision(setting, Choice::Dropped, because, value, None);
            ledger.replace(Decision { other_name: dropped.successor.clone(), ..decision });
        }
        for recased in &self.recased {
            ledger.respell(&recased.formerly, &recased.setting);
        }
        for renamed in &self.renamed {
            renamed.enter_into(ledger);
        }
    }
}

impl Renamed {
    fn enter_into(&self, ledger: &mut Ledger) {
        let (setting, formerly, value) = (&self.setting, &self.formerly, self.value.clone());
        let (because, instead_of) = (Because::Renamed, self.instead_of.clone());
        if !setting.is_same_as(formerly) {
            let gone = decision(formerly, Choice::Dropped, because, value.clone(), None);
            ledger.replace(Decision { other_name: Some(setting.clone()), ..gone });
        }
        let kept = decision(setting, Choice::Kept, because, value, instead_of);
        let other_name = Some(formerly.clone());
        ledger.replace(Decision { origin: Origin::Site, other_name, ..kept });
    }
}

fn decision(
    setting: &SettingPath,
    choice: Choice,
    because: Because,
    value: Shown,
    instead_of: Option<Shown>,
) -> Decision {
    let setting = setting.clone();
    let origin = Origin::Server;
    Decision { setting, choice, origin, because, value, instead_of, other_name: None, moved: None }
}
