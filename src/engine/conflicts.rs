//! What a merge will come to, told before anything is unpacked or stopped: the layers of the host and the site are all there,
//! and only the release's own is missing, which settles no conflict.

use super::places::placements_for;
use super::steps::{ConfigureError, read_applied};
use crate::config::{
    Document, Hop, Layers, MergeError, Passed, Places, Policies, RelocateError, merge,
};
use crate::host::Host;
use crate::model::{Finding, InstallRequest, Receipt, RelPath, Severity, chain};
use crate::planning::conflict_finding;

/// The merge that a plan leads to.
pub(crate) struct Foreseen<'a> {
    pub(crate) host: &'a Host,
    /// What shall be true afterwards.
    pub(crate) target: &'a InstallRequest,
    /// What is true now; `None` where nothing is installed.
    pub(crate) receipt: Option<&'a Receipt>,
    /// The configuration in use, wherever it is kept; `None` where there is none.
    pub(crate) site: Option<&'a Document>,
    /// The same, carried past the stops that the database has left behind, where there are any.
    pub(crate) passed: Option<&'a Passed>,
    /// As the release in use shipped it.
    pub(crate) shipped: Option<&'a Document>,
    pub(crate) defaults: &'a Document,
    pub(crate) enforced: &'a Document,
}

/// What such a merge comes to.
#[derive(Default)]
pub(crate) struct Outlook {
    /// The settings that a user and the host application both changed, each with what will come of it; and a directory that
    /// cannot be meant.
    pub(crate) findings: Vec<Finding>,
    /// The settings, as far as no release is asked; `None` where they cannot be merged.
    pub(crate) settings: Option<Document>,
}

impl Foreseen<'_> {
    /// Merges.
    ///
    /// # Errors
    /// When the overlays that were applied last cannot be read.
    pub(crate) fn outlook(&self) -> Result<Outlook, ConfigureError> {
        let Self { host, target, receipt, site, passed, shipped, defaults, enforced } = self;
        if receipt.is_some() && site.is_none() {
            return Ok(Outlook::default());
        }
        let root = host.tree.root();
        let spell = |path: &RelPath| target.viewpoint.spell(root, path);
        let (live, wanted) =
            (spell(&target.prefix.live()), placements_for(&target.placements, spell));
        let former = receipt.map(|receipt| {
            placements_for(&receipt.placements, |path| receipt.viewpoint.spell(root, path))
        });
        let (version, former) = (&target.release.version, former.unwrap_or_default());
        let applied = read_applied(host, &target.prefix)?;
        let policies = Policies::parse(&target.policies).map_err(ConfigureError::Policy)?;
        let nothing = Document::empty();
        let layers = Layers {
            old_release: *shipped,
            defaults: Some(defaults),
            defaults_applied: applied.as_ref(),
            site: *site,
            enforced: Some(enforced),
            places: Some(Places { version, tree: &live, wanted: &wanted, former: &former }),
            hop: receipt.map(|receipt| Hop { from: &receipt.release.version, to: version }),
            policies: &policies,
            ..Layers::of_release(&nothing)
        };
        let layers = passed.map_or(layers, |passed| passed.layers(layers, version));
        let on_the_way = passed.iter().flat_map(|passed| &passed.conflicts);
        Ok(match merge(&layers) {
            Ok(merged) => Outlook {
                findings: on_the_way.chain(&merged.conflicts).map(conflict_finding).collect(),
                settings: Some(merged.document),
            },
            Err(MergeError::Refused { conflicts }) => {
                let findings = conflicts.iter().map(conflict_finding).collect();
                Outlook { findings, settings: None }
            }
            Err(MergeError::Relocate(error @ RelocateError::Place { .. })) => {
                Outlook { findings: vec![misplaced(&error)], settings: None }
            }
            // The rehearsal tells, with the release's own settings at hand.
            Err(MergeError::Edit { .. } | MergeError::Relocate(_)) => Outlook::default(),
        })
    }
}

fn misplaced(error: &RelocateError) -> Finding {
    let advice = "give a directory that nothing else uses, such as one below /var/opt";
    Finding::new(Severity::Fatal, "C-DIR", chain(error)).advise(advice)
}
