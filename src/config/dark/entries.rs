//! What the server did to the configuration, as entries of the ledger.

use super::{Restored, Rewrite};
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
            ledger.replace(decision(setting, Choice::Dropped, because, value, None));
        }
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
    Decision { setting, choice, origin, because, value, instead_of, other_name: None }
}
