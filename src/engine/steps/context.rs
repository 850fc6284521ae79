//! What a step may use, and nothing else: the host, its plan, and whoever listens.
//! Nothing here is remembered from step to step; that goes through the transaction's directory.

use super::error::StepError;
use crate::config::Document;
use crate::engine::cluster::{Turn, TurnError};
use crate::engine::reporter::Reporter;
use crate::engine::server_environment::{ENVIRONMENT, SiteConfig};
use crate::engine::state_files::StateFileError;
use crate::host::Host;
use crate::model::{
    BackupId, BackupManifest, Event, Owner, Plan, RelPath, ServerEnvironment, Step, Version,
};

/// No environment is larger.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Whether an undo may take away what people have put into a server that was reachable for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Losses {
    /// It may not: it fails, and the operator decides.
    Refused,
    /// The operator has accepted that.
    Accepted,
}

/// The world of one step.
pub(crate) struct StepContext<'a> {
    pub(crate) host: &'a Host,
    pub(crate) plan: &'a Plan,
    pub(crate) reporter: &'a mut dyn Reporter,
    /// This node's turn to change the database; `None` where none was taken.
    pub(crate) turn: Option<&'a Turn>,
    /// What an undo may destroy.
    pub(crate) losses: Losses,
    /// Was the transaction begun by another run, which has vanished?
    pub(crate) taken_up: bool,
}

impl<'a> StepContext<'a> {
    /// Be sure that this node still has its turn, if it had one.
    pub(crate) fn require_turn(&self) -> Result<(), TurnError> {
        self.turn.map_or(Ok(()), Turn::require)
    }

    /// Tells of a file that was not this transaction's to undo, and under which name it is kept.
    pub(crate) fn note_newer(&mut self, aside: Option<RelPath>) {
        if let Some(path) = aside {
            let text = format!(
                "somebody changed the configuration meanwhile; that version is kept as {path}"
            );
            self.reporter.hear(&Event::Note { text });
        }
    }

    /// The environment that the server is started with, as it was found when the transaction began.
    pub(crate) fn environment(&self) -> Result<ServerEnvironment, StateFileError> {
        let path = self.directory().join(ENVIRONMENT);
        let Some(text) = self.host.tree.read(&path, LARGEST)? else {
            return Ok(ServerEnvironment::default());
        };
        ServerEnvironment::from_private_text(&text).map_err(|source| StateFileError::Foreign {
            path: self.host.tree.absolute(&path),
            source: Some(source),
        })
    }

    /// Where a server of this version finds its settings. Such as are kept in a database are looked for in the backups of
    /// this transaction while that database is empty.
    pub(crate) fn site<'s>(
        &self,
        environment: &'s ServerEnvironment,
        file: &'s RelPath,
        version: &'s Version,
        run_as: Option<Owner>,
    ) -> SiteConfig<'s>
    where
        'a: 's,
    {
        let own = BackupId::from(self.plan.id.clone());
        let others = self.plan.steps.iter().filter_map(|planned| {
            let Step::RestoreDatabase(restore) = &planned.step else { return None };
            Some(restore.backup.clone())
        });
        let kept = |id| self.plan.prefix.backup(&id).join(BackupManifest::STORED_CONFIG);
        let kept = std::iter::once(own).chain(others).map(kept).collect();
        SiteConfig { host: self.host, file, environment, version, run_as, kept }
    }

    /// The settings of the server that this transaction is about, as it sees them.
    pub(crate) fn effective(
        &self,
        file: &RelPath,
        run_as: Option<Owner>,
    ) -> Result<Document, StepError> {
        let environment = self.environment()?;
        let version = &self.plan.receipt.release.version;
        Ok(self.site(&environment, file, version, run_as).effective()?)
    }

    /// The transaction's own directory.
    pub(crate) fn directory(&self) -> RelPath {
        self.plan.prefix.transaction(&self.plan.id)
    }
}
