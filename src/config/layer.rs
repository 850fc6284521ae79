//! The layers of a configuration, weakest first, and the one rule for the host's defaults.
//! Nothing is written here; see the merge.

use super::document::{Document, Kind, View};
use super::forecast::takes_unnamed_for_new;
use super::policy::Policies;
use super::relocate::Places;
use crate::model::Version;

/// What the merge works on. Overlays are partial configurations: only what they name counts.
///
/// From weakest to strongest: release, host defaults, site, host enforced, places. The environment is stronger still,
/// but is never written to a file.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    /// The configuration that the release ships.
    pub release: &'a Document,
    /// The one that the former release shipped, if it is known.
    pub old_release: Option<&'a Document>,
    /// What to do where the release changed a default.
    pub new_defaults: NewDefaults,
    /// What to do where the site has no value at all.
    pub missing: Missing,
    /// The host's defaults.
    pub defaults: Option<&'a Document>,
    /// The host's defaults as last applied: the base of the three-way merge.
    pub defaults_applied: Option<&'a Document>,
    /// The file in use. Without one, the release's file is what is edited.
    pub site: Option<&'a Document>,
    /// What the host enforces.
    pub enforced: Option<&'a Document>,
    /// Where the directories go.
    pub places: Option<Places<'a>>,
    /// From which version the file comes, where it changes hands. The settings that were renamed between the two are
    /// carried over.
    pub hop: Option<Hop<'a>>,
    /// Who gives way where two have changed one setting.
    pub policies: &'a Policies,
}

/// The way of a file from one version to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop<'a> {
    /// The version that used the file up to now.
    pub from: &'a Version,
    /// The version that is to use it.
    pub to: &'a Version,
}

/// What to do where the release changed a default and the site still has the former one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewDefaults {
    /// Keep the site's value and report the new default: an upgrade changes no setting that was in use.
    #[default]
    Report,
    /// Take the new default.
    Adopt,
}

/// What to do with settings that the release ships and the site lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// Leave them out. The server fills them in itself, and with other values in an upgraded file than in a new one.
    #[default]
    LeaveToServer,
    /// The same, but name the site's address, if only as empty. Servers from 5.13 to 5.35 take a file that does not for a new
    /// one, and make its keys anew, even if it has some.
    OnlyAddress,
    /// Take the release's. Servers up to 3.x read a missing setting as zero. Secrets are never taken: releases up to
    /// 3.3, and 3.8.1 to 3.8.3, ship salts that everybody knows.
    FromRelease,
}

impl<'a> Layers<'a> {
    /// A first installation without any overlay.
    #[must_use]
    pub const fn of_release(release: &'a Document) -> Self {
        Self {
            release,
            old_release: None,
            new_defaults: NewDefaults::Report,
            missing: Missing::LeaveToServer,
            defaults: None,
            defaults_applied: None,
            site: None,
            enforced: None,
            places: None,
            hop: None,
            policies: Policies::NONE,
        }
    }
}

impl Missing {
    /// What the servers of this version need.
    #[must_use]
    pub const fn for_version(version: &Version) -> Self {
        match version {
            old if !old.is_at_least(4, 0) => Self::FromRelease,
            hasty if takes_unnamed_for_new(hasty) => Self::OnlyAddress,
            _ => Self::LeaveToServer,
        }
    }
}

/// What the three-way rule says about one default of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The site has nothing, or what the host had set: take the default as it is now.
    Take,
    /// Site and default agree.
    Agree,
    /// The site has something else; the default is what it was, or was never applied.
    UserChangedIt,
    /// The site has something else, and so has the default.
    BothChangedIt,
}

/// The three-way rule: `base` is the default as last applied, `site` what the file has, `new` the default now.
/// A `null` in the site's file asks for the default, and is no value of a user's.
pub(super) fn judge(base: Option<&View<'_>>, site: Option<&View<'_>>, new: &View<'_>) -> Verdict {
    let site = site.filter(|site| site.kind() != Kind::Null || new.kind() == Kind::Null);
    match (base, site) {
        (_, None) => Verdict::Take,
        (_, Some(site)) if site.is_same_as(new) => Verdict::Agree,
        (Some(base), Some(site)) if site.is_same_as(base) => Verdict::Take,
        (Some(base), Some(_)) if !base.is_same_as(new) => Verdict::BothChangedIt,
        (Some(_) | None, Some(_)) => Verdict::UserChangedIt,
    }
}
