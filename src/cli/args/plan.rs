//! What can be typed about a plan: of an installation, or of a chain.

use clap::Args;

use super::chain::{ChainArgs, GoalArgs};
use super::hop::{HopArgs, UpgradeArgs};
use super::install::{InstallArgs, PlacementArgs};
use super::release::{ArchiveArgs, ArchiveFacts, OverlayArgs};
use super::sources::SourceArgs;
use super::{EnvironmentArgs, Patience, Target};
use crate::engine::ArchiveSource;

#[derive(Clone, Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) goal: GoalArgs,
    #[command(flatten)]
    pub(crate) facts: ArchiveFacts,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
    #[command(flatten)]
    pub(crate) form: PageArgs,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    #[command(flatten)]
    pub(crate) overlays: OverlayArgs,
    #[command(flatten)]
    pub(crate) placement: PlacementArgs,
    #[command(flatten)]
    pub(crate) hop: HopArgs,
    /// Plan without a server and without a database
    #[arg(long)]
    pub(crate) no_start: bool,
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
    #[command(flatten)]
    pub(crate) patience: Patience,
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
        let all = self.clone();
        InstallArgs {
            target: all.target,
            archive: ArchiveArgs {
                release: release.clone(),
                facts: all.facts,
                sources: all.sources,
            },
            overlays: all.overlays,
            placement: all.placement,
            service: all.hop.service,
            no_start: all.no_start,
            environment: all.environment,
            patience: all.patience,
        }
    }

    /// The same as it is typed for a chain.
    pub(crate) fn to_upgrade(&self) -> UpgradeArgs {
        let all = self.clone();
        UpgradeArgs {
            target: all.target,
            goal: all.goal,
            facts: all.facts,
            chain: all.chain,
            report: Vec::new(),
            sources: all.sources,
            overlays: all.overlays,
            hop: all.hop,
            no_start: all.no_start,
            environment: all.environment,
            patience: all.patience,
        }
    }
}
