//! The configuration of a site as its server sees it: from its file or from a database, with what the environment
//! overrides. Whoever needs a setting of the server asks here.

use crate::config::{Document, Effective, effective, reads_config_variable};
use crate::engine::database::{Access, Database};
use crate::engine::steps::{ConfigureError, read_document, read_settled};
use crate::host::Host;
use crate::model::{ConfigStore, Owner, Receipt, RelPath, Secret, ServerEnvironment, Version};

/// Where a server of this version finds its settings.
pub(crate) struct SiteConfig<'a> {
    pub(crate) host: &'a Host,
    /// The file in which they are, unless they are in a database.
    pub(crate) file: &'a RelPath,
    pub(crate) environment: &'a ServerEnvironment,
    pub(crate) version: &'a Version,
    /// Who asks the database.
    pub(crate) run_as: Option<Owner>,
    /// Files with what was in the database, for as long as it holds nothing because it is being brought back.
    pub(crate) kept: Vec<RelPath>,
}

impl<'a> SiteConfig<'a> {
    /// That of what is installed.
    pub(crate) fn of_installed(
        host: &'a Host,
        receipt: &'a Receipt,
        environment: &'a ServerEnvironment,
    ) -> Self {
        Self {
            host,
            file: &receipt.config,
            environment,
            version: &receipt.release.version,
            run_as: Some(receipt.server),
            kept: Vec::new(),
        }
    }

    /// Are the settings kept in a database? Then the file says nothing.
    pub(crate) fn is_in_database(&self) -> bool {
        matches!(self.store(), ConfigStore::Database { .. })
    }

    fn store(&self) -> ConfigStore {
        self.environment.config_store(reads_config_variable(self.version))
    }

    /// The settings without what the environment overrides; `None` where there are none.
    pub(crate) fn own(&self) -> Result<Option<Document>, ConfigureError> {
        match self.store() {
            ConfigStore::Usual | ConfigStore::File { .. } => read_settled(self.host, self.file),
            ConfigStore::Database { driver, source } => match self.stored(driver, &source)? {
                Some(document) => Ok(Some(document)),
                None => self.kept(),
            },
        }
    }

    /// The same where there have to be some.
    pub(crate) fn require(&self) -> Result<Document, ConfigureError> {
        let missing = || match self.store() {
            ConfigStore::Database { .. } => ConfigureError::NoneStored,
            ConfigStore::Usual | ConfigStore::File { .. } => {
                ConfigureError::Missing { path: self.host.tree.absolute(self.file) }
            }
        };
        self.own()?.ok_or_else(missing)
    }

    /// These settings with what the environment overrides.
    pub(crate) fn overridden(&self, own: &Document) -> Result<Effective, ConfigureError> {
        effective(own, self.environment.pairs(), self.version).map_err(ConfigureError::Overridden)
    }

    /// The settings as the server sees them.
    pub(crate) fn effective(&self) -> Result<Document, ConfigureError> {
        Ok(self.overridden(&self.require()?)?.document)
    }

    fn stored(
        &self,
        driver: &str,
        source: &Secret<String>,
    ) -> Result<Option<Document>, ConfigureError> {
        let text = stored_text(self.host, driver, source, self.run_as)?;
        let parse = |text: String| Document::parse(text.as_bytes());
        text.map(parse).transpose().map_err(ConfigureError::StoredDocument)
    }

    fn kept(&self) -> Result<Option<Document>, ConfigureError> {
        for path in &self.kept {
            if let Some(document) = read_document(self.host, path)? {
                return Ok(Some(document));
            }
        }
        Ok(None)
    }
}

/// The active configuration in a database, as it is; `None` if it keeps none.
pub(super) fn stored_text(
    host: &Host,
    driver: &str,
    source: &Secret<String>,
    run_as: Option<Owner>,
) -> Result<Option<String>, ConfigureError> {
    let access =
        Database::access(&host.exec, driver, source, run_as).map_err(ConfigureError::Stored)?;
    match access {
        Access::Open(database) => database.stored_configuration().map_err(ConfigureError::Stored),
        Access::Closed(why) => Err(ConfigureError::StoredClosed(why)),
    }
}
