//! Values that a server did not find because it looks for them under another name.
//! They are put there; a value that the site has under that name already is never touched.

use serde::Serialize;

use crate::config::document::{Document, EditError, Kind, View};
use crate::config::known::exists_in;
use crate::config::mask::Shown;
use crate::config::rename::{Rename, RenameKind, is_formerly_spelled, renames};
use crate::config::setting::SettingPath;
use crate::model::Version;

use super::shipped::Shipped;

/// A setting that the server dropped under its former name, and whose value it has under its present one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// What it is called.
    pub setting: SettingPath,
    /// What it was called.
    pub formerly: SettingPath,
    /// Its value.
    pub value: Shown,
    /// What the server had put there.
    pub instead_of: Option<Shown>,
}

/// A setting that the server writes with other capitals than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recased {
    /// How it is written.
    pub setting: SettingPath,
    /// How it was written.
    pub formerly: SettingPath,
}

/// Gives settings that were renamed the value that they had under their former names.
pub(super) fn keep_renamed(
    original: &Document,
    after: &mut Document,
    shipped: Shipped<'_>,
    version: &Version,
) -> Result<Vec<Renamed>, EditError> {
    let mut kept = Vec::new();
    for lost in lost_by_spelling(original, after, shipped, version) {
        kept.push(lost.put_into(original, after)?);
    }
    for rename in renames() {
        if let Some(lost) = Lost::by_name(rename, original, after, shipped, version) {
            kept.push(lost.put_into(original, after)?);
        }
    }
    Ok(kept)
}

/// A value of the original, and where it belongs.
struct Lost {
    from: SettingPath,
    to: SettingPath,
}

impl Lost {
    /// The value stood under a name that the server dropped, and nobody had set the new one.
    fn by_name(
        rename: &Rename,
        original: &Document,
        after: &Document,
        shipped: Shipped<'_>,
        version: &Version,
    ) -> Option<Self> {
        let Rename { from, to, kind, .. } = rename;
        let value_of = |setting| original.get(setting).filter(|it| it.kind() != Kind::Null);
        let is_carried = *kind == RenameKind::Renamed && rename.is_known_to(version);
        let before = value_of(from).filter(|_| is_carried)?;
        let is_open = after.get(from).is_none() && value_of(to).is_none() && exists_in(to, version);
        let is_default = after
            .get(to)
            .is_none_or(|now| shipped.may_be_default(to, &now) || now.is_same_as(&before));
        let from = original.spelling(from)?;
        let lost = is_open && is_default && shipped.is_of_user(&from, &before);
        lost.then(|| Self { from, to: after.spelling(to).unwrap_or_else(|| to.clone()) })
    }

    fn put_into(self, original: &Document, after: &mut Document) -> Result<Renamed, EditError> {
        let Self { from, to } = self;
        let instead_of = after.get(&to).map(|now| Shown::of(&to, &now));
        let raw = original.get(&from).map(|value| value.raw().to_owned()).unwrap_or_default();
        after.set_raw(&to, &raw)?;
        let value = Shown::of(&to, &View::of_json(&raw));
        let instead_of = instead_of.filter(|other| *other != value);
        Ok(Renamed { setting: to, formerly: from, value, instead_of })
    }
}

/// Settings that have another value since the server writes them with other capitals: it took no notice of the former.
fn lost_by_spelling(
    original: &Document,
    after: &Document,
    shipped: Shipped<'_>,
    version: &Version,
) -> Vec<Lost> {
    let leaves = original.leaves().into_iter();
    let former = leaves.filter(|leaf| {
        leaf.value.kind() != Kind::Null
            && is_formerly_spelled(&leaf.setting, version)
            && shipped.is_of_user(&leaf.setting, &leaf.value)
    });
    let lost = former.filter_map(|leaf| {
        let to = after.spelling(&leaf.setting).filter(|to| *to != leaf.setting)?;
        let now = after.get(&to)?;
        let is_lost = !now.is_same_as(&leaf.value) && shipped.may_be_default(&to, &now);
        is_lost.then_some(Lost { from: leaf.setting, to })
    });
    lost.collect()
}
