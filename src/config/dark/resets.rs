//! The signs that a server fell back to its defaults.
//! Real upgrades show none of them; what they do to a file is told elsewhere.

use serde::Serialize;

use crate::config::diff::Pair;
use crate::config::document::{Document, Kind};
use crate::config::known::exists_in;
use crate::config::setting::SettingPath;
use crate::model::Version;

use super::shipped::Shipped;

/// So many settings going back to the shipped value at once is no migration of the server's: real ones were seen to
/// rewrite one setting per upgrade at most, apart from empty ones that they fill in.
const MANY: usize = 5;

/// A sign that the server fell back to defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "sign")]
pub enum Reset {
    /// The address of the site was there, and is empty or gone.
    SiteUrlEmptied,
    /// The database is no longer the site's but the one that releases ship.
    DefaultDataSource,
    /// Many settings of the site have the shipped value again.
    ManyDefaults {
        /// Which.
        settings: Vec<SettingPath>,
    },
    /// Most of the settings that the server knows are gone.
    MostSettingsGone {
        /// How many.
        gone: usize,
        /// Of how many.
        of: usize,
    },
}

/// What the signs are looked for in.
pub(super) struct Traces<'a> {
    pub(super) original: &'a Document,
    pub(super) after: &'a Document,
    pub(super) shipped: Shipped<'a>,
    pub(super) pairs: &'a [Pair<'a>],
    pub(super) version: &'a Version,
}

/// All signs.
pub(super) fn resets(traces: &Traces<'_>) -> Vec<Reset> {
    let signs = [
        site_url_emptied(traces),
        default_data_source(traces),
        many_defaults(traces),
        most_settings_gone(traces),
    ];
    signs.into_iter().flatten().collect()
}

fn site_url_emptied(traces: &Traces<'_>) -> Option<Reset> {
    let site_url = SettingPath::known("ServiceSettings.SiteURL");
    let is_set =
        |document: &Document| document.get(&site_url).is_some_and(|value| !value.is_empty());
    let emptied = is_set(traces.original) && !is_set(traces.after);
    emptied.then_some(Reset::SiteUrlEmptied)
}

fn default_data_source(traces: &Traces<'_>) -> Option<Reset> {
    let data_source = SettingPath::known("SqlSettings.DataSource");
    let before = traces.original.get(&data_source).filter(|before| !before.is_empty())?;
    let after = traces.after.get(&data_source).filter(|after| !after.is_empty());
    let Some(after) = after else {
        return Some(Reset::DefaultDataSource);
    };
    let shipped = traces.shipped.release.and_then(|shipped| shipped.get(&data_source));
    // Every release up to today ships a connection with this user and password.
    let is_default = after.raw().contains("mmuser:mostest@")
        || shipped.is_some_and(|shipped| shipped.is_same_as(&after));
    (is_default && !before.is_same_as(&after)).then_some(Reset::DefaultDataSource)
}

fn many_defaults(traces: &Traces<'_>) -> Option<Reset> {
    let back = traces.pairs.iter().filter(|pair| is_back(pair, traces.shipped));
    let settings: Vec<SettingPath> = back.map(|pair| pair.setting.clone()).collect();
    (settings.len() >= MANY).then_some(Reset::ManyDefaults { settings })
}

/// Had the setting a value of its own, and has the shipped one now? What the former release shipped is no value of its
/// own: a server that replaces that by its own default does what it should.
fn is_back(pair: &Pair<'_>, shipped: Shipped<'_>) -> bool {
    let (Some(before), Some(after)) = (&pair.before, &pair.after) else {
        return false;
    };
    let now = shipped.release.and_then(|release| release.get(&pair.setting));
    now.is_some_and(|now| after.is_same_as(&now))
        && !before.is_empty()
        && shipped.is_of_user(&pair.setting, before)
}

/// A file that holds next to nothing, such as `{}`. Real upgrades drop settings that the new version does not know.
fn most_settings_gone(traces: &Traces<'_>) -> Option<Reset> {
    let leaves = traces.original.leaves();
    let known = leaves
        .iter()
        .filter(|leaf| leaf.value.kind() != Kind::Null && exists_in(&leaf.setting, traces.version));
    let is_gone = |setting: &SettingPath| traces.after.get(setting).is_none();
    let (mut of, mut gone) = (0, 0);
    for leaf in known {
        of += 1;
        gone += usize::from(is_gone(&leaf.setting));
    }
    (gone >= MANY && gone * 2 > of).then_some(Reset::MostSettingsGone { gone, of })
}
