//! What a proven server did to its settings, in sentences.
//! Nothing is put back or taken over here.

use std::collections::BTreeMap;

use super::prove::AcceptError;
use crate::config::{Changed, Renamed, Reset, Restored, Rewrite};

/// So many settings of one section are named; of more, only their number is told.
const NAMED: usize = 3;

/// Refuses settings that look as if the server had fallen back to its defaults.
pub(super) fn refuse_resets(restored: &Restored) -> Result<(), AcceptError> {
    let signs: Vec<String> = restored
        .resets
        .iter()
        .map(|reset| match reset {
            Reset::SiteUrlEmptied => "ServiceSettings.SiteURL is empty".to_owned(),
            Reset::DefaultDataSource => {
                "SqlSettings.DataSource is the release's example".to_owned()
            }
            Reset::ManyDefaults { settings } => {
                format!("{} settings have their default again", settings.len())
            }
            Reset::MostSettingsGone { gone, of } => {
                format!("{gone} of {of} settings are gone")
            }
        })
        .collect();
    if signs.is_empty() { Ok(()) } else { Err(AcceptError::Reset(signs.join(", "))) }
}

/// The whole of it, in one line.
pub(super) fn summary(restored: &Restored) -> String {
    let (added, changed) = (restored.added.len(), restored.changed.len());
    let dropped = restored.dropped.len() + restored.renamed.len();
    format!(
        "it kept every setting it knows ({added} added, {changed} filled in or changed, {dropped} dropped)"
    )
}

/// What an operator should know: settings that the server dropped, and those that it gave another value unasked.
pub(super) fn notes(restored: &Restored) -> Vec<String> {
    let mut sections: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for dropped in &restored.dropped {
        let section = dropped.setting.parts().first().map_or("", String::as_str);
        let names = sections.entry(section).or_default();
        names.push(dropped.setting.to_string());
    }
    let dropped = sections.iter().map(|(section, names)| {
        let what = if names.len() > NAMED {
            format!("{} settings of {section}", names.len())
        } else {
            names.join(", ")
        };
        format!("the server does not keep {what}")
    });
    let unexpected =
        restored.changed.iter().filter(|changed| changed.rewrite == Rewrite::Unexpected);
    let renamed = restored.renamed.iter().map(|renamed| {
        let Renamed { setting, formerly, .. } = renamed;
        format!("{formerly} is called {setting} now; its value was put there")
    });
    dropped.chain(renamed).chain(unexpected.map(changed)).collect()
}

fn changed(changed: &Changed) -> String {
    let Changed { setting, before, after, .. } = changed;
    format!("the server changed {setting} from {before} to {after}")
}
