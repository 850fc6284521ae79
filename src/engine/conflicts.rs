//! What a merge will come to, told before anything is unpacked or stopped: the layers of the host and the site are all there,
//! and only the release's own is missing, which settles no conflict.

use super::steps::{ConfigureError, read_applied};
use crate::config::{Conflict, Document, Hop, Layers, MergeError, Policies, Settlement, merge};
use crate::host::Host;
use crate::model::{Finding, InstallRequest, Receipt, Severity};

/// The merge that a plan leads to.
pub(crate) struct Foreseen<'a> {
    pub(crate) host: &'a Host,
    /// What shall be true afterwards.
    pub(crate) target: &'a InstallRequest,
    /// What is true now.
    pub(crate) receipt: &'a Receipt,
    /// The configuration in use, wherever it is kept.
    pub(crate) site: Option<&'a Document>,
    /// As the release in use shipped it.
    pub(crate) shipped: Option<&'a Document>,
    pub(crate) defaults: &'a Document,
    pub(crate) enforced: &'a Document,
}

impl Foreseen<'_> {
    /// The settings that a user and the host application both changed, each with what will come of it.
    ///
    /// # Errors
    /// When the overlays that were applied last cannot be read.
    pub(crate) fn findings(&self) -> Result<Vec<Finding>, ConfigureError> {
        let Self { host, target, receipt, site, shipped, defaults, enforced } = self;
        let Some(site) = site else {
            return Ok(Vec::new());
        };
        let applied = read_applied(host, &target.prefix)?;
        let policies = Policies::parse(&target.policies).map_err(ConfigureError::Policy)?;
        let nothing = Document::empty();
        let merged = merge(&Layers {
            old_release: *shipped,
            defaults: Some(defaults),
            defaults_applied: applied.as_ref(),
            site: Some(site),
            enforced: Some(enforced),
            hop: Some(Hop { from: &receipt.release.version, to: &target.release.version }),
            policies: &policies,
            ..Layers::of_release(&nothing)
        });
        Ok(match merged {
            Ok(merged) => merged.conflicts.iter().map(about).collect(),
            Err(MergeError::Refused { conflicts }) => conflicts.iter().map(about).collect(),
            // The rehearsal tells, with the release's own settings at hand.
            Err(MergeError::Edit { .. } | MergeError::Relocate(_)) => Vec::new(),
        })
    }
}

fn about(conflict: &Conflict) -> Finding {
    let (severity, advice) = match conflict.settled {
        Settlement::KeptUser | Settlement::TookHost => (Severity::Note, String::new()),
        Settlement::Unsettled => {
            let advice = format!(
                "to settle it, say --policy '{}=prefer-host' or keep-user",
                conflict.setting
            );
            (Severity::Warning, advice)
        }
        Settlement::Refused => {
            let advice = format!(
                "make the two agree, or say --policy '{}=prefer-host' or keep-user",
                conflict.setting
            );
            (Severity::Fatal, advice)
        }
    };
    Finding::new(severity, "config-conflict", conflict.to_string()).advise(advice)
}
