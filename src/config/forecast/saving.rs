//! Does a server write the file when it starts on it?

use super::super::document::Document;
use super::super::setting::SettingPath;
use super::migration::loses_limit;
use crate::model::Version;

/// What old servers miss most: if one of these is empty, they make it up and save the file.
const SALTS: [&str; 3] =
    ["SqlSettings.AtRestEncryptKey", "FileSettings.PublicLinkSalt", "EmailSettings.InviteSalt"];

/// From 5.10 on they keep whatever they change at their start, and were seen to write always; before, they do so only for what
/// they must not forget.
pub(super) fn saves(document: &Document, from: Option<&Version>, version: &Version) -> bool {
    version.is_at_least(5, 10) || lacks_salt(document) || loses_limit(document, from, version)
}

fn lacks_salt(document: &Document) -> bool {
    SALTS
        .iter()
        .any(|name| document.get(&SettingPath::known(name)).is_none_or(|value| value.is_empty()))
}
