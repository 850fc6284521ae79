//! The way back to a backup: what it observes, plans and checks.
//! Nothing is carried out here.

use super::backup::verify_backup;
use super::cluster::{SharedDatabase, Turn};
use super::database::{Access, Database, DatabaseError};
use super::install::needs;
use super::observe::{observe, see_archive};
use super::open::Payload;
use super::reporter::Reporter;
use super::resolve_restore::ResolvedRestore;
use super::server_environment::{EnvironmentError, Found, Judged, Seeker, judge, layer_of};
use super::state_files::read_receipt;
use super::steps::read_document;
use super::survey::{Needs, survey};
use super::undertake::{Prepared, UndertakeError, Undertaking};
use super::upgrade::{see_environment, see_installed};
use crate::config::{Document, reads_config_variable};
use crate::host::{ArchiveSeen, Host};
use crate::model::{
    BackupManifest, ConfigStore, Finding, Prefix, Receipt, ServerEnvironment, Severity, Start,
    TransactionId, TreeSource,
};
use crate::planning::{self, Decision};

impl Undertaking for ResolvedRestore {
    fn prefix(&self) -> &Prefix {
        &self.request.target.prefix
    }

    fn plan(&self, host: &Host, id: TransactionId) -> Result<Prepared, UndertakeError> {
        let target = &self.request.target;
        let backup = verify_backup(host, &target.prefix, &self.request.backup.id)?;
        let archive = match &self.request.tree {
            TreeSource::Archive => see_archive(host, target)?,
            TreeSource::Retired { .. } => {
                ArchiveSeen { stamp: self.archive.clone(), claimed_size: 0 }
            }
        };
        let mut inventory = observe(host, target, archive.stamp.clone(), id, Vec::new())?;
        see_installed(host, &target.prefix, &mut inventory)?;
        let found = self.look(host, inventory.receipt.as_ref())?;
        if inventory.receipt.is_none() {
            inventory.overridden.clone_from(&self.former.overridden);
        }
        let saved = self.saved(host, &found, &backup)?;
        see_environment(&found, saved.as_ref(), target, &mut inventory);
        let plan = match planning::restore(&self.request, &inventory)? {
            Decision::NothingToDo(receipt) => return Ok(Prepared::NothingToDo(receipt)),
            Decision::Carry(plan) => plan,
        };
        let needs = self.needs(&found, saved.as_ref());
        let mut surroundings = survey(host, target, &plan, &archive, &needs);
        if inventory.receipt.is_some() {
            surroundings.findings.extend(self.see_losses(host, &needs));
        }
        surroundings.findings.extend(self.see_database_stays());
        surroundings.findings.extend(judge(&Judged {
            host,
            found: &found,
            receipt: Some(inventory.receipt.as_ref().unwrap_or(&self.former)),
            target,
            intent: plan.intent,
            own: saved.as_ref(),
        }));
        let findings = planning::check(&plan, &surroundings);
        Ok(Prepared::Plan { plan, findings })
    }

    fn gives_up_start(&self) -> bool {
        true
    }

    fn payloads(&self) -> Vec<Payload> {
        let payload =
            |(name, content): &(&'static str, Vec<u8>)| Payload { name, content: content.clone() };
        self.settings.iter().map(payload).collect()
    }

    fn shared_database(&self, host: &Host) -> Result<Option<SharedDatabase>, UndertakeError> {
        let target = &self.request.target;
        let receipt = read_receipt(host, self.prefix())?;
        let found = self.look(host, receipt.as_ref())?;
        let saved = self.saved(host, &found, &self.request.backup)?;
        Ok(SharedDatabase::of_needs(&self.needs(&found, saved.as_ref()), target.server))
    }

    fn environment(&self, host: &Host) -> Result<ServerEnvironment, UndertakeError> {
        let receipt = read_receipt(host, self.prefix())?;
        Ok(self.look(host, receipt.as_ref())?.environment)
    }
}

impl ResolvedRestore {
    /// What the server will need, by the settings that were saved.
    fn needs(&self, found: &Found, saved: Option<&Document>) -> Needs {
        let overridden = layer_of(&found.environment, &self.request.target.release.version);
        needs(&[Some(&overridden), saved])
    }

    /// Waits for this node's turn to change the database, which this way back touches whatever is planned for it.
    pub(crate) fn take_turn(
        &self,
        host: &Host,
        reporter: &mut dyn Reporter,
    ) -> Result<Option<Turn>, UndertakeError> {
        match self.shared_database(host)? {
            Some(shared) => Ok(Turn::take(host, &shared, reporter)?),
            None => Ok(None),
        }
    }

    fn look(&self, host: &Host, receipt: Option<&Receipt>) -> Result<Found, EnvironmentError> {
        let seeker = Seeker {
            host,
            start: self.request.target.start,
            told: self.environment.as_ref(),
            live: self.prefix().live(),
            version: receipt.map(|receipt| &receipt.release.version),
            service: &self.request.service,
        };
        seeker.look()
    }

    /// The settings that come back.
    fn saved(
        &self,
        host: &Host,
        found: &Found,
        backup: &BackupManifest,
    ) -> Result<Option<Document>, UndertakeError> {
        let target = &self.request.target;
        let obeys = reads_config_variable(&target.release.version);
        let stored = match found.environment.config_store(obeys) {
            ConfigStore::Database { .. } => {
                backup.database.as_ref().and_then(|database| database.config.as_ref())
            }
            ConfigStore::Usual | ConfigStore::File { .. } => Some(&backup.config.part),
        };
        let Some(part) = stored else {
            return Ok(None);
        };
        Ok(read_document(host, &target.prefix.backup(&backup.id).below(part))?)
    }

    fn see_database_stays(&self) -> Option<Finding> {
        let stays =
            self.request.backup.database.is_none() && self.request.target.start != Start::Never;
        if stays && self.request.backup.shared {
            let text = "another node had migrated the database before this one switched: it is not put back";
            let advice = "an older release serves from it only as far as it bears the newer database; the nodes that stay are not \
                          touched";
            return Some(Finding::new(Severity::Warning, "database-shared", text).advise(advice));
        }
        stays.then(|| {
            let text =
                "the backup has no database: the server goes back onto the database as it is now";
            let advice = "a database that a newer release has migrated may not suit an older one";
            Finding::new(Severity::Warning, "database-stays", text).advise(advice)
        })
    }

    /// What people have done since the backup was made is gone afterwards, but for the backup that is made first.
    fn see_losses(&self, host: &Host, needs: &Needs) -> Option<Finding> {
        let since = self.request.backup.created;
        let text = match self.was_used(host, needs) {
            Ok(Some(false)) => return None,
            Ok(Some(true)) => format!("people have used the server since {since:.0}"),
            Ok(None) => {
                format!("it cannot be told whether people have used the server since {since:.0}")
            }
            Err(error) => format!(
                "whether people have used the server since {since:.0} cannot be seen: {error}"
            ),
        };
        let weight = if self.accept_loss { Severity::Warning } else { Severity::Fatal };
        let text = format!("{text}: what they did goes from the database");
        let advice = "it stays in the backup that is made first; to go back all the same, say --accept-data-loss";
        Some(Finding::new(weight, "data-loss", text).advise(advice))
    }

    /// `None` when nobody can tell.
    fn was_used(&self, host: &Host, needs: &Needs) -> Result<Option<bool>, DatabaseError> {
        let (Some(driver), Some(source)) = (&needs.driver, &needs.data_source) else {
            return Ok(None);
        };
        if self.request.backup.database.is_none() || self.request.target.start == Start::Never {
            return Ok(Some(false));
        }
        let server = Some(self.request.target.server);
        match Database::access(&host.exec, driver, source, server)? {
            Access::Open(database) => {
                database.was_used_since(self.request.backup.created).map(Some)
            }
            Access::Closed(_) => Ok(None),
        }
    }
}
