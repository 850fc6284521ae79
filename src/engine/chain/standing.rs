//! What holds for every hop of a chain, resolved from a wish: as `resolve_upgrade` does for one, without an archive.

use super::record::{kept_environment, read_chain};
use super::situation::Installed;
use super::walk::Walking;
use crate::config::{Document, Policies};
use crate::engine::resolve::{ResolveError, combine};
use crate::engine::resolve_upgrade::{ResolveUpgradeError, overlays_of};
use crate::engine::server_environment::read_environment_files;
use crate::host::find_service;
use crate::model::{EnvironmentSource, Receipt, ServerEnvironment, Service, Strength};

/// What is installed, and what the host wants of it.
pub(super) struct Standing {
    pub(super) receipt: Receipt,
    service: Service,
    told: Option<ServerEnvironment>,
    defaults: Document,
    enforced: Document,
    pub(super) policies: Policies,
}

impl Standing {
    pub(super) fn of(walking: &Walking<'_>) -> Result<Self, ResolveUpgradeError> {
        let Walking { host, prefix, wish, .. } = walking;
        let wish = &wish.hop;
        let receipt = crate::engine::state_files::read_receipt(host, prefix)?
            .ok_or(ResolveUpgradeError::NotInstalled)?;
        let service = match &wish.service {
            Some(service) => find_service(&host.exec, service)?,
            None => receipt.service.clone(),
        };
        let overlays = overlays_of(wish, host, prefix)?;
        let policies = Policies::parse(&wish.policies).map_err(ResolveError::Policy)?;
        let mut told = read_environment_files(&wish.env_files).map_err(ResolveError::from)?;
        if told.is_none() && read_chain(host, prefix)?.is_some() {
            // The server that could show it is in the dark.
            let kept = kept_environment(host, prefix)?;
            told = Some(kept).filter(|kept| kept.source != EnvironmentSource::Nowhere);
        }
        Ok(Self {
            receipt,
            service,
            told,
            defaults: combine(&overlays, Strength::Default)?,
            enforced: combine(&overlays, Strength::Enforced)?,
            policies,
        })
    }

    /// The same, for whoever looks at the installation.
    pub(super) fn installed<'s>(&'s self, walking: &'s Walking<'_>) -> Installed<'s> {
        Installed {
            host: walking.host,
            prefix: walking.prefix,
            receipt: &self.receipt,
            start: walking.wish.hop.start,
            service: &self.service,
            told: self.told.as_ref(),
            defaults: &self.defaults,
            enforced: &self.enforced,
        }
    }
}
