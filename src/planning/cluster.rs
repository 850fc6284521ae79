//! What it means for an upgrade that several nodes share one database: one of them migrates it, the others only switch.
//! Nothing is asked here. Where it cannot be known that another node has migrated the database, it counts as not migrated.

use crate::database::{Mark, SchemaState, Stage, remove_mark_by_hand, schema_word};
use crate::model::{Finding, Severity, TransactionId, Version};
use crate::server::{ExpectedSchema, SchemaVerdict, SeenSchema, judge_schema};

/// What was seen of a database that several nodes may share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterSeen {
    /// Does the configuration say that this is a node of a cluster?
    pub enabled: bool,
    /// What the configuration calls the cluster, unless it has no name.
    pub name: Option<String>,
    /// Sessions of servers on other hosts: what they call themselves and where they come from.
    pub elsewhere: Vec<String>,
    /// The version of the schema; looked for only in a cluster.
    pub schema: SchemaState,
    /// What the last migration has left written.
    pub mark: Option<Mark>,
    /// Was that written by this node?
    pub is_own_mark: bool,
    /// Does a pooler lend out the database's sessions, so that no node can hold a turn? Looked for only in a cluster.
    pub is_pooled: bool,
}

/// How the database stands to the release that comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Whoever comes first has to migrate it, as far as can be known.
    NotMigrated,
    /// Another node has migrated it for that release or a later one, and this node only switches.
    Migrated {
        /// The host that it ran on, where that stands written.
        by: Option<String>,
    },
    /// Another node has begun to migrate it, and was interrupted.
    Unfinished {
        /// The host that it ran on.
        by: String,
        /// The release.
        to: Version,
        /// Its transaction.
        transaction: TransactionId,
    },
}

/// How far another node has brought the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The release that it is migrated for.
    pub version: Version,
    /// The host that this ran on, where that stands written.
    pub by: Option<String>,
}

impl ClusterSeen {
    /// Is this a node of a cluster, by its configuration or by the company that it keeps?
    #[must_use]
    pub const fn is_cluster(&self) -> bool {
        self.enabled || !self.elsewhere.is_empty()
    }

    /// How the database stands to an upgrade from one version to another. A downgrade is nobody's migration.
    #[must_use]
    pub fn standing(&self, installed: &Version, target: &Version) -> Standing {
        if !self.is_cluster() {
            return Standing::NotMigrated;
        }
        match &self.mark {
            Some(mark) if mark.stage == Stage::Begun && !self.is_own_mark => Standing::Unfinished {
                by: mark.host.clone(),
                to: mark.version.clone(),
                transaction: mark.transaction.clone(),
            },
            _ if target <= installed => Standing::NotMigrated,
            // What was done since by somebody who left nothing written makes it worthless.
            Some(mark) if mark.stage == Stage::Done && mark.schema == schema_word(&self.schema) => {
                if mark.version >= *target {
                    Standing::Migrated { by: Some(mark.host.clone()) }
                } else {
                    Standing::NotMigrated
                }
            }
            _ if self.is_schema_of(target) && !self.is_schema_of(installed) => {
                Standing::Migrated { by: None }
            }
            _ => Standing::NotMigrated,
        }
    }

    /// How far another node has brought the database beyond what is installed, on a way over these stops. Only a node of a cluster by its
    /// own configuration goes by that.
    #[must_use]
    pub fn reached(&self, installed: &Version, stops: &[Version]) -> Option<Reached> {
        let is_migrated =
            |stop: &&Version| matches!(self.standing(installed, stop), Standing::Migrated { .. });
        let stop = stops.iter().rev().find(is_migrated).filter(|_| self.enabled)?;
        match self.standing(installed, stop) {
            // The mark says more than which stops lie behind.
            Standing::Migrated { by: by @ Some(_) } => {
                let version = self.mark.as_ref()?.version.clone();
                Some(Reached { version, by })
            }
            Standing::Migrated { by: None } => Some(Reached { version: stop.clone(), by: None }),
            Standing::NotMigrated | Standing::Unfinished { .. } => None,
        }
    }

    /// Is the schema for certain the one that this version leaves behind?
    fn is_schema_of(&self, version: &Version) -> bool {
        let expected = ExpectedSchema::after(version);
        // A lower bound holds for many releases, and tells none of them.
        let is_exact = !matches!(expected, ExpectedSchema::MigrationAtLeast(_));
        let SchemaState { systems, migration, dirty } = self.schema.clone();
        let seen = SeenSchema { systems, migration, dirty };
        is_exact && judge_schema(&expected, &seen) == SchemaVerdict::AsExpected
    }

    /// That this is a node of a cluster, and who else is there; `None` where there is no cluster.
    #[must_use]
    pub fn recognised(&self) -> Option<Finding> {
        let name = self.quoted_name();
        let company = match self.elsewhere.as_slice() {
            [] => "no server of another host is on its database".to_owned(),
            others => format!("servers of other hosts are on its database: {}", others.join(", ")),
        };
        let text = if self.enabled {
            format!("this is a node of the cluster{name}; {company}")
        } else if self.elsewhere.is_empty() {
            return None;
        } else {
            format!("this may be a node of a cluster: {company}")
        };
        Some(Finding::new(Severity::Note, "cluster", text))
    }

    /// The same where nobody could be asked.
    #[must_use]
    pub fn unseen(&self, why: &str) -> Option<Finding> {
        let text = format!(
            "this is a node of the cluster{}; who else is on its database could not be seen: {why}",
            self.quoted_name()
        );
        self.enabled.then(|| Finding::new(Severity::Note, "cluster", text))
    }

    fn quoted_name(&self) -> String {
        self.name.as_ref().map_or_else(String::new, |name| format!(" {name:?}"))
    }

    /// That another node was interrupted while it migrated the database.
    #[must_use]
    pub fn half_migrated(&self) -> Option<Finding> {
        let mark = self.mark.as_ref()?;
        let is_open = self.is_cluster() && mark.stage == Stage::Begun && !self.is_own_mark;
        is_open.then(|| unfinished(&mark.host, &mark.version, &mark.transaction))
    }

    /// All that is to be said before an upgrade; nothing where there is no cluster.
    #[must_use]
    pub fn findings(&self, standing: &Standing, target: &Version) -> Vec<Finding> {
        let verdict = match standing {
            Standing::Migrated { by } => Some(migrated(by.as_deref())),
            Standing::Unfinished { by, to, transaction } => Some(unfinished(by, to, transaction)),
            Standing::NotMigrated => self.in_use(target),
        };
        self.recognised().into_iter().chain(self.pooled()).chain(verdict).collect()
    }

    /// Two nodes on a pooler would take their turn in the same session, and both have it.
    fn pooled(&self) -> Option<Finding> {
        let text = "a pooler before the database lends its sessions out statement by statement, as PgBouncer does with pool_mode = transaction: nodes cannot take turns there";
        let advice = "let SqlSettings.DataSource lead to PostgreSQL itself, at least for the upgrade, and run the command again";
        let finding = || Finding::new(Severity::Fatal, "cluster-pooled", text).advise(advice);
        self.is_pooled.then(finding)
    }

    /// Servers on other hosts would go on with a database that is migrated below them.
    fn in_use(&self, target: &Version) -> Option<Finding> {
        if self.elsewhere.is_empty() {
            return None;
        }
        // Where nothing says that this is a cluster, they may be anything that has borrowed the login, and may be gone in time.
        let weight = if self.enabled { Severity::Fatal } else { Severity::Warning };
        let text = format!(
            "the database is not known to be migrated for {target}, and servers of other hosts are on it: {}",
            self.elsewhere.join(", ")
        );
        Some(Finding::new(weight, "cluster-serving", text).advise(PROCEDURE))
    }
}

/// What to do with a cluster.
pub const PROCEDURE: &str = "stop the server on every node of the cluster, upgrade one node, which migrates the database, \
     then the others, which only switch";

fn migrated(by: Option<&str>) -> Finding {
    let whom = by.map_or_else(|| "another node".to_owned(), |host| format!("another node, {host}"));
    let text = format!(
        "the database was migrated by {whom}: this node only switches; the database is not saved, and it is not put back"
    );
    Finding::new(Severity::Note, "cluster-migrated", text)
}

fn unfinished(by: &str, to: &Version, transaction: &TransactionId) -> Finding {
    let text = format!(
        "the node {by} has begun to migrate the database to {to} and did not come to an end (transaction {transaction})"
    );
    let advice = format!(
        "run `mmembed recover` on {by}; if that node is gone for good, make sure of the database, then take the mark away: {}",
        remove_mark_by_hand()
    );
    Finding::new(Severity::Fatal, "cluster-unfinished", text).advise(advice)
}

/// May a finding be another one once no other node is at work?
#[must_use]
pub fn may_pass(finding: &Finding) -> bool {
    matches!(finding.code.as_str(), "cluster-serving" | "cluster-unfinished")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    fn schema(systems: Option<&str>, migration: Option<u64>) -> SchemaState {
        SchemaState { systems: systems.map(str::to_owned), migration, dirty: false }
    }

    fn mark(stage: Stage, at: &str, schema: &str) -> Mark {
        Mark {
            stage,
            version: version(at),
            schema: schema.to_owned(),
            transaction: "20261123T205143Z-9f3a".parse().unwrap(),
            host: "chat2".to_owned(),
        }
    }

    fn cluster(schema: SchemaState, mark: Option<Mark>) -> ClusterSeen {
        ClusterSeen { enabled: true, schema, mark, ..ClusterSeen::default() }
    }

    fn stands(seen: &ClusterSeen, from: &str, to: &str) -> &'static str {
        match seen.standing(&version(from), &version(to)) {
            Standing::NotMigrated => "not migrated",
            Standing::Migrated { .. } => "migrated",
            Standing::Unfinished { .. } => "unfinished",
        }
    }

    #[test]
    fn a_mark_tells_what_numbers_do_not() {
        let done = mark(Stage::Done, "11.7.0", "migration-199");
        let seen = cluster(schema(None, Some(199)), Some(done.clone()));
        assert_eq!(stands(&seen, "10.11.0", "11.7.0"), "migrated");
        // A stop on the way there, too.
        assert_eq!(stands(&seen, "10.5.0", "10.11.0"), "migrated");
        assert_eq!(stands(&seen, "10.11.0", "11.7.1"), "not migrated");
        assert_eq!(stands(&seen, "11.7.0", "10.11.0"), "not migrated");
        // Somebody else was there since.
        let since = cluster(schema(None, Some(200)), Some(done));
        assert_eq!(stands(&since, "10.11.0", "11.7.0"), "not migrated");
        let unknown = cluster(schema(None, Some(199)), None);
        assert_eq!(stands(&unknown, "10.11.0", "11.7.0"), "not migrated");
    }

    #[test]
    fn a_schema_that_is_known_exactly_tells_it_by_itself() {
        let seen = cluster(schema(Some("5.37.0"), None), None);
        assert_eq!(stands(&seen, "5.31.3", "5.37.10"), "migrated");
        // A patch release leaves the same schema: nobody can tell who was there.
        assert_eq!(stands(&seen, "5.37.0", "5.37.10"), "not migrated");
        assert_eq!(stands(&seen, "5.31.3", "5.39.0"), "not migrated");
        let seen = cluster(schema(Some("6.4.0"), Some(100)), None);
        assert_eq!(stands(&seen, "7.0.0", "7.8.0"), "migrated");
        let dirty = SchemaState { dirty: true, ..schema(Some("5.37.0"), None) };
        assert_eq!(stands(&cluster(dirty, None), "5.31.3", "5.37.10"), "not migrated");
    }

    #[test]
    fn a_way_is_told_how_far_the_database_has_come_on_it() {
        let stops = ["5.37.10", "7.1.9", "9.11.0"].map(version);
        let reached = |seen: &ClusterSeen| {
            let reached = seen.reached(&version("5.31.3"), &stops);
            reached.map(|it| (it.version.to_string(), it.by))
        };
        let marked = |at: &str| {
            let done = Some(mark(Stage::Done, at, "migration-83"));
            cluster(schema(Some("6.4.0"), Some(83)), done)
        };
        let by = |at: &str| Some((at.to_owned(), Some("chat2".to_owned())));
        // Beyond the goal, at a stop, and between two.
        for at in ["10.11.0", "7.1.9", "8.1.0"] {
            assert_eq!(reached(&marked(at)), by(at));
        }
        // Before the first stop nothing lies behind.
        assert_eq!(reached(&marked("5.36.0")), None);
        assert_eq!(reached(&ClusterSeen { enabled: false, ..marked("7.1.9") }), None);
        let unmarked = cluster(schema(Some("5.37.0"), None), None);
        assert_eq!(reached(&unmarked), Some(("5.37.10".to_owned(), None)));
        let begun = mark(Stage::Begun, "7.1.9", "migration-83");
        assert_eq!(reached(&ClusterSeen { mark: Some(begun), ..marked("7.1.9") }), None);
    }

    #[test]
    fn what_was_begun_and_not_ended_forbids_it_to_all_but_the_node_itself() {
        let begun = mark(Stage::Begun, "11.7.0", "migration-121");
        let seen = cluster(schema(None, Some(150)), Some(begun));
        assert_eq!(stands(&seen, "10.11.0", "11.7.0"), "unfinished");
        let standing = seen.standing(&version("10.11.0"), &version("11.7.0"));
        let findings = seen.findings(&standing, &version("11.7.0"));
        assert!(findings.iter().any(|it| it.is_fatal() && it.code == "cluster-unfinished"));
        let own = ClusterSeen { is_own_mark: true, ..seen };
        assert_eq!(stands(&own, "10.11.0", "11.7.0"), "not migrated");
    }

    #[test]
    fn company_is_fatal_in_a_cluster_until_somebody_has_migrated() {
        let target = version("11.7.0");
        let elsewhere = vec!["mattermost from 10.0.0.7".to_owned()];
        let seen = ClusterSeen { elsewhere, ..cluster(schema(None, Some(199)), None) };
        let weigh = |seen: &ClusterSeen, standing| {
            let findings = seen.findings(&standing, &target);
            findings.iter().map(|it| (it.severity, it.code.clone())).collect::<Vec<_>>()
        };
        let serving = |weight| {
            vec![(Severity::Note, "cluster".to_owned()), (weight, "cluster-serving".to_owned())]
        };
        assert_eq!(weigh(&seen, Standing::NotMigrated), serving(Severity::Fatal));
        let unnamed = ClusterSeen { enabled: false, ..seen.clone() };
        assert_eq!(weigh(&unnamed, Standing::NotMigrated), serving(Severity::Warning));
        let switched = weigh(&seen, Standing::Migrated { by: None });
        assert!(switched.iter().all(|(weight, _)| *weight == Severity::Note), "{switched:?}");
    }

    #[test]
    fn no_turn_is_taken_through_a_pooler() {
        let seen = ClusterSeen { is_pooled: true, ..cluster(schema(None, Some(199)), None) };
        let found = seen.findings(&Standing::NotMigrated, &version("11.7.0"));
        assert!(found.iter().any(|it| it.is_fatal() && it.code == "cluster-pooled"), "{found:?}");
        assert!(!found.iter().any(may_pass));
    }

    #[test]
    fn a_single_node_hears_nothing() {
        let alone = ClusterSeen { enabled: false, ..cluster(schema(None, Some(199)), None) };
        let target = version("11.7.0");
        assert_eq!(alone.findings(&Standing::NotMigrated, &target), []);
        let mark = Some(mark(Stage::Done, "11.7.0", "migration-199"));
        assert_eq!(stands(&ClusterSeen { mark, ..alone }, "10.11.0", "11.7.0"), "not migrated");
    }
}
