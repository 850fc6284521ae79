//! What becomes of single settings, in words. Values are those that may be shown.

use crate::config::{
    Became, Carried, Carry, Choice, Conflict, Decision, Effect, Origin, SettingPath, Shown,
};
use crate::model::SettingChange;

fn change(setting: &SettingPath, what: &'static str, text: String) -> SettingChange {
    SettingChange { setting: setting.to_string(), what, text }
}

/// What the host application changes; what stays as it is and what was carried is told elsewhere.
pub(super) fn of_decision(decision: &Decision) -> Option<SettingChange> {
    if !matches!(decision.origin, Origin::HostDefault | Origin::HostEnforced) {
        return None;
    }
    let what = match decision.choice {
        Choice::Kept => return None,
        Choice::Changed => "rewritten",
        Choice::Added => "added",
        Choice::Dropped => "dropped",
    };
    Some(change(&decision.setting, what, decision.to_string()))
}

pub(super) fn of_conflict(conflict: &Conflict) -> SettingChange {
    change(&conflict.setting, "conflict", conflict.to_string())
}

pub(super) fn of_carried(carried: &Carried) -> SettingChange {
    let Carried { from, to, how } = carried;
    match how {
        Carry::Recased => change(from, "respelled", format!("{from} is written {to}")),
        Carry::Renamed => {
            change(from, "renamed", format!("{from} is called {to}, and its value goes along"))
        }
        Carry::Taken => change(
            from,
            "renamed",
            format!("{from} is called {to}, which has a value of its own already; that one stands"),
        ),
    }
}

pub(super) fn of_effect(effect: &Effect) -> SettingChange {
    let Effect { setting, became, before, after } = effect;
    let value = |value: &Option<Shown>| {
        value.as_ref().map_or_else(|| "a value that nobody knows".to_owned(), ToString::to_string)
    };
    match became {
        Became::Added => change(setting, "added", format!("{setting} is new: {}", value(after))),
        Became::Generated => change(setting, "added", format!("{setting} is new: a random value")),
        Became::Dropped => {
            let was = before.as_ref().map(|before| format!("; it was {before}"));
            let text =
                format!("{setting} is not known there, and dropped{}", was.unwrap_or_default());
            change(setting, "dropped", text)
        }
        Became::Respelled { now } => {
            change(setting, "respelled", format!("{setting} is written {now}"))
        }
        Became::Rewritten => {
            let text = format!("{setting} becomes {}; it was {}", value(after), value(before));
            change(setting, "rewritten", text)
        }
        Became::Unknown => {
            change(setting, "unknown", format!("nobody knows what becomes of {setting}"))
        }
    }
}
