//! What a server changes in the file once in the life of a database, and what it loses.

use super::super::catalog::Filled;
use super::super::document::{Document, Kind};
use super::super::setting::SettingPath;
use crate::model::Version;

/// A setting that gets this value, whatever it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) setting: &'static str,
    pub(super) becomes: Filled,
}

const fn change(setting: &'static str, becomes: Filled) -> Change {
    Change { setting, becomes }
}

/// What the first server of this version or later does, if the database was used by an older one, or is new.
const ONCE: [((u64, u64), Change); 2] = [
    ((5, 34), change("FileSettings.ExtractContent", Filled::Json("true"))),
    ((7, 8), change("ServiceSettings.PostPriority", Filled::Json("true"))),
];

/// Where posts could be edited at all times, the limit goes when permissions move from the file to the database.
const UNLIMITED: Change = change("ServiceSettings.PostEditTimeLimit", Filled::Json("-1"));

/// Secrets that some servers make anew where the file does not name the site's address, even if it has them.
const FORGOTTEN: [&str; 2] = ["SqlSettings.AtRestEncryptKey", "FileSettings.PublicLinkSalt"];

/// The changes that are due when a server of this version starts; without `from`, on a new database.
pub(super) fn due(document: &Document, from: Option<&Version>, version: &Version) -> Vec<Change> {
    let is_first =
        |(major, minor)| version.is_at_least(major, minor) && is_before(from, (major, minor));
    let mut due: Vec<Change> = Vec::new();
    due.extend(ONCE.iter().filter(|(since, _)| is_first(*since)).map(|(_, change)| *change));
    due.extend(loses_limit(document, from, version).then_some(UNLIMITED));
    if takes_unnamed_for_new(version) && !names_address(document) {
        due.extend(FORGOTTEN.map(|setting| change(setting, Filled::Generated)));
    }
    due
}

/// Do permissions move from the file to the database, and the limit with them? From 6.0 on the former setting is not
/// asked any more.
pub(super) fn loses_limit(document: &Document, from: Option<&Version>, version: &Version) -> bool {
    let could_always = document
        .get(&SettingPath::known("ServiceSettings.AllowEditPost"))
        .filter(|value| value.kind() != Kind::Null)
        .is_none_or(|value| value.as_text().is_some_and(|said| said == "always"));
    version.is_at_least(4, 10)
        && is_before(from, (4, 10))
        && (could_always || version.is_at_least(6, 0))
}

/// The secrets that a server of this version takes away from a file, because it does not name the site's address.
pub(in crate::config) fn forgotten(document: &Document, version: &Version) -> Vec<SettingPath> {
    if !takes_unnamed_for_new(version) || names_address(document) {
        return Vec::new();
    }
    let secrets = FORGOTTEN.map(SettingPath::known).into_iter();
    let is_set = |secret: &SettingPath| document.get(secret).is_some_and(|value| !value.is_empty());
    secrets.filter(is_set).collect()
}

/// Seen from 5.13 to 5.35: a file that does not name the site's address is taken for a new one, and its keys are made anew.
pub(in crate::config) const fn takes_unnamed_for_new(version: &Version) -> bool {
    version.is_at_least(5, 13) && !version.is_at_least(5, 36)
}

fn names_address(document: &Document) -> bool {
    let address = document.get(&SettingPath::known("ServiceSettings.SiteURL"));
    address.is_some_and(|value| value.kind() != Kind::Null)
}

fn is_before(from: Option<&Version>, (major, minor): (u64, u64)) -> bool {
    from.is_none_or(|from| !from.is_at_least(major, minor))
}
