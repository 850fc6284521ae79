//! The database of an installation, as one that other nodes may share.

use super::pool::is_pooled;
use super::turn::TurnError;
use crate::config::{Document, SettingPath};
use crate::database::Engine;
use crate::engine::database::{Access, Database, DatabaseError};
use crate::engine::survey::Needs;
use crate::host::{Host, PathError};
use crate::model::{Finding, Owner, Prefix, Secret, Severity, Version, chain};
use crate::planning::{ClusterSeen, Standing};

/// Where the database is, and whether the configuration says that others share it.
#[derive(Debug)]
pub struct SharedDatabase {
    driver: String,
    source: Secret<String>,
    run_as: Option<Owner>,
    /// Does the configuration say that this is a node of a cluster?
    enabled: bool,
    name: Option<String>,
}

/// What is to be said of a cluster before an upgrade.
pub(crate) struct ClusterVerdict {
    /// Has another node migrated the database?
    pub(crate) migrated: bool,
    pub(crate) findings: Vec<Finding>,
}

impl SharedDatabase {
    /// The database that a server will need; `None` where none is given.
    pub(crate) fn of_needs(needs: &Needs, server: Owner) -> Option<Self> {
        Some(Self {
            driver: needs.driver.clone()?,
            source: needs.data_source.clone()?,
            run_as: Some(server),
            enabled: needs.is_node,
            name: needs.cluster_name.clone().filter(|name| !name.is_empty()),
        })
    }

    /// The same of the settings as a server sees them.
    pub(crate) fn of_settings(settings: &Document, run_as: Option<Owner>) -> Option<Self> {
        let text = |setting| {
            let value = settings.get(&SettingPath::known(setting))?;
            value.as_text().map(std::borrow::Cow::into_owned)
        };
        Some(Self {
            driver: text("SqlSettings.DriverName")?,
            source: Secret::new(text("SqlSettings.DataSource")?),
            run_as,
            enabled: is_node(settings),
            name: text("ClusterSettings.ClusterName").filter(|name| !name.is_empty()),
        })
    }

    pub(crate) const fn is_node(&self) -> bool {
        self.enabled
    }

    pub(super) fn is_postgres(&self) -> bool {
        Engine::of_driver(&self.driver) == Some(Engine::Postgres)
    }

    pub(crate) fn access<'h>(&self, host: &'h Host) -> Result<Access<'h>, DatabaseError> {
        Database::access(&host.exec, &self.driver, &self.source, self.run_as)
    }

    /// Who else is there. `None` where the database cannot be asked; the reason stands with it.
    pub(crate) fn look(&self, host: &Host, prefix: &Prefix) -> Result<ClusterSeen, String> {
        let database = match self.access(host) {
            Ok(Access::Open(database)) => database,
            Ok(Access::Closed(why)) => return Err(why),
            Err(error) => return Err(chain(&error)),
        };
        self.ask(&database, host, prefix)
    }

    fn ask(
        &self,
        database: &Database<'_>,
        host: &Host,
        prefix: &Prefix,
    ) -> Result<ClusterSeen, String> {
        let nodes = database.nodes().map_err(|error| chain(&error))?;
        let mark = nodes.mark.and_then(|text| text.parse().ok());
        let mut seen = ClusterSeen {
            enabled: self.enabled,
            name: self.name.clone(),
            elsewhere: nodes
                .elsewhere
                .iter()
                .map(|it| crate::host::printable(it.as_bytes()))
                .collect(),
            is_own_mark: is_own(mark.as_ref(), host, prefix).map_err(|error| chain(&error))?,
            is_pooled: self.enabled && is_pooled_for(database).map_err(|error| chain(&error))?,
            mark,
            ..ClusterSeen::default()
        };
        if seen.is_cluster() {
            let inspection = database.inspect().map_err(|error| chain(&error))?;
            seen.schema = database.schema(&inspection).map_err(|error| chain(&error))?;
        }
        Ok(seen)
    }

    /// What an upgrade has to know of it.
    pub(crate) fn judge(
        &self,
        host: &Host,
        prefix: &Prefix,
        (installed, target): (&Version, &Version),
    ) -> ClusterVerdict {
        let not_migrated = |findings| ClusterVerdict { migrated: false, findings };
        if Engine::of_driver(&self.driver) == Some(Engine::MySql) {
            return not_migrated(self.on_mysql().into_iter().collect());
        }
        match self.look(host, prefix) {
            Ok(seen) => {
                let standing = seen.standing(installed, target);
                let migrated = matches!(standing, Standing::Migrated { .. });
                ClusterVerdict { migrated, findings: seen.findings(&standing, target) }
            }
            // Of a single node, the check of its database says why.
            Err(_) if !self.enabled => not_migrated(Vec::new()),
            Err(why) => {
                let text = format!(
                    "this is a node of a cluster, and its database could not be asked for the other nodes: {why}"
                );
                let advice = "mend that: nothing else keeps two nodes from migrating the database at the same time";
                let finding = Finding::new(Severity::Fatal, "cluster-unseen", text).advise(advice);
                not_migrated(vec![finding])
            }
        }
    }

    /// What an installation on a database that is in use has to know of it.
    pub(crate) fn company(&self, host: &Host, prefix: &Prefix) -> Vec<Finding> {
        if Engine::of_driver(&self.driver) == Some(Engine::MySql) {
            return self.on_mysql().into_iter().collect();
        }
        match self.look(host, prefix) {
            Ok(seen) => seen.recognised().into_iter().chain(seen.half_migrated()).collect(),
            Err(_) if !self.enabled => Vec::new(),
            Err(why) => {
                let alone = ClusterSeen {
                    enabled: true,
                    name: self.name.clone(),
                    ..ClusterSeen::default()
                };
                alone.unseen(&why).into_iter().collect()
            }
        }
    }

    fn on_mysql(&self) -> Option<Finding> {
        let text = "this is a node of a cluster on MySQL: its nodes are not told apart, and none waits for another";
        let advice = "stop the server on every node, then upgrade them one after the other; each saves the database first";
        let finding = || Finding::new(Severity::Warning, "cluster-mysql", text).advise(advice);
        self.enabled.then(finding)
    }
}

/// Do the settings say that this is a node of a cluster?
pub(crate) fn is_node(settings: &Document) -> bool {
    let enabled = settings.get(&SettingPath::known("ClusterSettings.Enable"));
    enabled.is_some_and(|value| value.raw() == "true")
}

fn is_pooled_for(database: &Database<'_>) -> Result<bool, TurnError> {
    is_pooled(&mut database.hold_session()?, database)
}

/// Was it written by a transaction of this installation?
fn is_own(
    mark: Option<&crate::database::Mark>,
    host: &Host,
    prefix: &Prefix,
) -> Result<bool, PathError> {
    mark.map_or(Ok(false), |mark| host.tree.exists(&prefix.transaction(&mark.transaction)))
}
