//! What can be typed about a plan: of an installation, or of a chain.

use clap::Args;

use super::hop::UpgradeArgs;
use super::install::{InstallArgs, PlacementArgs};
use super::release::ArchiveArgs;
use crate::engine::ArchiveSource;

#[derive(Clone, Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) upgrade: UpgradeArgs,
    #[command(flatten, next_help_heading = "How the plan is shown")]
    pub(crate) form: PageArgs,
    #[command(flatten, next_help_heading = "Of a first installation")]
    pub(crate) placement: PlacementArgs,
}

/// How a plan is shown, if not as text or JSON.
#[derive(Clone, Debug, Args)]
#[group(multiple = false)]
pub(crate) struct PageArgs {
    /// Print the plan as Markdown, for a change request
    #[arg(long, requires = "to", conflicts_with_all = ["release", "json"])]
    pub(crate) markdown: bool,
    /// Print the plan as one HTML page that needs nothing else
    #[arg(long, requires = "to", conflicts_with_all = ["release", "json"])]
    pub(crate) html: bool,
}

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageForm {
    Markdown,
    Html,
}

impl PageArgs {
    /// The page that is wanted, if one is.
    pub(crate) const fn get(&self) -> Option<PageForm> {
        match (self.markdown, self.html) {
            (true, _) => Some(PageForm::Markdown),
            (false, true) => Some(PageForm::Html),
            (false, false) => None,
        }
    }
}

impl PlanArgs {
    /// The same as it is typed for an installation.
    pub(crate) fn to_install(&self, release: &ArchiveSource) -> InstallArgs {
        let all = self.upgrade.clone();
        InstallArgs {
            target: all.target,
            archive: ArchiveArgs {
                release: release.clone(),
                facts: all.facts,
                sources: all.sources,
            },
            overlays: all.overlays,
            placement: self.placement.clone(),
            service: all.hop.service,
            no_start: all.no_start,
            environment: all.environment,
            patience: all.patience,
            cluster: all.cluster,
        }
    }
}
