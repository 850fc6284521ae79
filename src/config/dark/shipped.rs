//! What the releases themselves say of a setting.

use crate::config::document::{Document, View};
use crate::config::setting::SettingPath;

/// The configurations that releases ship, as far as they are at hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shipped<'a> {
    /// That of the release that was started.
    pub release: Option<&'a Document>,
    /// That of the release that the file comes from, if it comes from another one.
    pub former: Option<&'a Document>,
}

impl Shipped<'_> {
    /// Is this a value that somebody chose? What the former release shipped is not; where that is not known, everything
    /// counts.
    pub(super) fn is_of_user(self, setting: &SettingPath, value: &View<'_>) -> bool {
        let default = self.former.and_then(|former| former.get(setting));
        default.is_none_or(|default| !default.is_same_as(value))
    }

    /// May this be the server's own default? Where that is not known, it may.
    pub(super) fn may_be_default(self, setting: &SettingPath, value: &View<'_>) -> bool {
        let default = self.release.and_then(|release| release.get(setting));
        default.is_none_or(|default| default.is_same_as(value))
    }
}
