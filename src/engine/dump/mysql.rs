//! A MySQL or MariaDB database saved, brought back, and brought back on trial.
//! What is called, and what answers mean, is said by the `database` room.
//!
//! These databases cannot undo the making of a table: bringing a dump back is not all or nothing, but it can be repeated
//! until it is done.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::DumpError;
use super::tool::{Watch, give, take};
use super::trial::compare;
use super::vault::{Bearing, Dumped, TrialReport, scratch_name};
use crate::database::{
    Endpoint, FailureKind, MYSQL_CLIENTS, Mysql, MysqlFacts, OtherSession, is_complete_mysql_dump,
    mysql_dump_tools, parse_mysql_counts, parse_mysql_facts, parse_mysql_lines,
    parse_mysql_sessions,
};
use crate::host::{Host, Written};
use crate::model::{BackupId, CommandSpec, DatabaseDescription, Owner, Prefix, RelPath};

const PACKAGE: &str = "the database's client package, such as mariadb-client or mysql-client";

/// The tools' options with the password, in the state directory: the tools may be run by somebody else, who cannot look
/// into a transaction's own directory.
pub(super) const OPTIONS: &str = ".mysql-options";

/// The statements that empty the database.
pub(super) const STATEMENTS: &str = ".mysql-statements";

/// So much of a dump's end is looked at.
const TAIL: u64 = 4096;

/// A MySQL database and the tools for it.
pub(crate) struct MysqlVault<'a> {
    host: &'a Host,
    prefix: &'a Prefix,
    endpoint: Endpoint,
    run_as: Option<Owner>,
    client: &'static str,
}

impl<'a> MysqlVault<'a> {
    /// # Errors
    /// When the client is missing, or the data source names no database.
    pub(super) fn open(
        host: &'a Host,
        prefix: &'a Prefix,
        endpoint: Endpoint,
        run_as: Option<Owner>,
    ) -> Result<Self, DumpError> {
        if endpoint.database.is_none() {
            return Err(DumpError::Closed { why: "its data source names no database".to_owned() });
        }
        let client = first_found(host, MYSQL_CLIENTS)?;
        Ok(Self { host, prefix, endpoint, run_as, client })
    }

    pub(super) fn bear(&self) -> Result<Bearing, DumpError> {
        let facts = self.facts()?;
        first_found(self.host, mysql_dump_tools(&facts.version))?;
        let objects = parse_mysql_lines(&self.ask_quick(|mysql| mysql.list_others(self.client))?);
        if !objects.is_empty() {
            return Err(DumpError::NotOurs { objects });
        }
        Ok(Bearing {
            description: DatabaseDescription {
                driver: "mysql".to_owned(),
                version: facts.version,
                name: self.endpoint.database.clone().unwrap_or_default(),
                schema: None,
                role: facts.user,
            },
            without: Vec::new(),
            configurations: facts.configurations,
        })
    }

    pub(super) fn dump(
        &self,
        bearing: &Bearing,
        to: &RelPath,
        watch: &mut Watch<'_>,
    ) -> Result<Dumped, DumpError> {
        let tool = first_found(self.host, mysql_dump_tools(&bearing.description.version))?;
        let tables = self.ask(|mysql| mysql.list_tables(self.client), watch)?;
        let written = self.with_options(|options| {
            let spec = self.as_server(self.mysql(options).dump(tool));
            give(self.host, tool, &spec, to, watch)
        })?;
        check(self.host, to)?;
        Ok(Dumped { written, tables: parse_mysql_lines(&tables) })
    }

    /// The dump is known to be whole before anything is taken away.
    pub(super) fn restore(&self, dump: &RelPath, watch: &mut Watch<'_>) -> Result<(), DumpError> {
        check(self.host, dump)?;
        self.empty(watch)?;
        self.load(dump, None, watch)
    }

    fn empty(&self, watch: &mut Watch<'_>) -> Result<(), DumpError> {
        let tree = &self.host.tree;
        let statements = self.prefix.state().join(STATEMENTS);
        self.with_options(|options| {
            let spec = self.as_server(self.mysql(options).statements_to_empty(self.client));
            give(self.host, self.client, &spec, &statements, watch)
        })?;
        let emptied = self.load(&statements, None, watch);
        tree.remove_file(&statements)?;
        emptied
    }

    /// Carries out the statements in a file, on a scratch database if one is named.
    fn load(
        &self,
        file: &RelPath,
        scratch: Option<&str>,
        watch: &mut Watch<'_>,
    ) -> Result<(), DumpError> {
        let source = self.host.tree.open_file(file)?;
        self.with_options(|options| {
            let mut mysql = self.mysql(options);
            if let Some(scratch) = scratch {
                mysql = mysql.with_database(scratch);
            }
            let spec = self.as_server(mysql.load(self.client));
            self.host
                .tree
                .meter()
                .admit()
                .map_err(|source| super::tool::stopped(&self.endpoint, source))?;
            take(self.host, self.client, &spec, Some(source), watch).map(drop)
        })
    }

    pub(super) fn row_counts(
        &self,
        watch: &mut Watch<'_>,
    ) -> Result<BTreeMap<String, u64>, DumpError> {
        Ok(parse_mysql_counts(&self.ask(|mysql| mysql.count_rows(self.client), watch)?)?)
    }

    pub(super) fn other_sessions(&self) -> Result<Vec<OtherSession>, DumpError> {
        let answer = self.ask_quick(|mysql| mysql.list_other_sessions(self.client))?;
        Ok(parse_mysql_sessions(&answer)?)
    }

    pub(super) fn export_configuration(
        &self,
        table: &str,
        to: &RelPath,
        watch: &mut Watch<'_>,
    ) -> Result<Written, DumpError> {
        self.with_options(|options| {
            let mysql = self.mysql(options);
            let spec = self.as_server(mysql.read_active_configuration(self.client, table));
            give(self.host, self.client, &spec, to, watch)
        })
    }

    pub(super) fn rehearse(
        &self,
        id: &BackupId,
        dump: &RelPath,
        counts: [&BTreeMap<String, u64>; 2],
        watch: &mut Watch<'_>,
    ) -> Result<TrialReport, DumpError> {
        let facts = self.facts()?;
        let scratch = scratch_name(id);
        let making = self.drop_scratch(id).and_then(|()| {
            self.ask_quick(|mysql| mysql.create_scratch(self.client, &scratch, &facts))
        });
        match making {
            Err(DumpError::Failed { failure, .. }) if failure.kind == FailureKind::NotPermitted => {
                return Err(DumpError::NoScratch(failure));
            }
            other => other.map(drop)?,
        }
        let restored = self.fill_scratch(&scratch, dump, watch);
        let dropped = self.drop_scratch(id);
        let restored = restored?;
        dropped?;
        compare(counts, &restored)
    }

    fn fill_scratch(
        &self,
        scratch: &str,
        dump: &RelPath,
        watch: &mut Watch<'_>,
    ) -> Result<BTreeMap<String, u64>, DumpError> {
        self.load(dump, Some(scratch), watch)?;
        let answer =
            self.ask(|mysql| mysql.with_database(scratch).count_rows(self.client), watch)?;
        Ok(parse_mysql_counts(&answer)?)
    }

    pub(super) fn drop_scratch(&self, id: &BackupId) -> Result<(), DumpError> {
        let scratch = scratch_name(id);
        self.ask_quick(|mysql| mysql.drop_scratch(self.client, &scratch)).map(drop)
    }

    fn facts(&self) -> Result<MysqlFacts, DumpError> {
        Ok(parse_mysql_facts(&self.ask_quick(|mysql| mysql.ask_facts(self.client))?)?)
    }

    fn mysql<'m>(&'m self, options: &'m str) -> Mysql<'m> {
        Mysql::on(&self.endpoint, options).expect("only a MySQL with a database is opened")
    }

    fn as_server(&self, mut spec: CommandSpec) -> CommandSpec {
        spec.run_as = self.run_as;
        spec
    }

    fn ask_quick(
        &self,
        question: impl for<'m> FnOnce(Mysql<'m>) -> CommandSpec,
    ) -> Result<String, DumpError> {
        let mut quiet = |_| ();
        self.ask(question, &mut Watch { stop_at: crate::host::Level::Second, progress: &mut quiet })
    }

    fn ask(
        &self,
        question: impl for<'m> FnOnce(Mysql<'m>) -> CommandSpec,
        watch: &mut Watch<'_>,
    ) -> Result<String, DumpError> {
        let mut quiet = |_| ();
        let mut watch = Watch { stop_at: watch.stop_at, progress: &mut quiet };
        self.with_options(|options| {
            let spec = self.as_server(question(self.mysql(options)));
            take(self.host, self.client, &spec, None, &mut watch)
        })
    }

    /// The file with the password is there while the tool runs, and no longer.
    fn with_options<T>(
        &self,
        run: impl FnOnce(&str) -> Result<T, DumpError>,
    ) -> Result<T, DumpError> {
        let tree = &self.host.tree;
        let file = self.prefix.state().join(OPTIONS);
        let options = Mysql::options(&self.endpoint);
        tree.replace(&file, options.expose().as_bytes(), 0o600, self.run_as)?;
        let result = run(&tree.absolute(&file).to_string_lossy());
        tree.remove_file(&file)?;
        result
    }
}

/// Does the dump say that it is complete?
pub(super) fn check(host: &Host, dump: &RelPath) -> Result<(), DumpError> {
    let tail = host.tree.open_file(dump)?.tail(TAIL)?;
    if is_complete_mysql_dump(&tail) { Ok(()) } else { Err(DumpError::NoTrailer) }
}

fn first_found(host: &Host, names: [&'static str; 2]) -> Result<&'static str, DumpError> {
    let [program, _] = names;
    let found = names.into_iter().find(|name| host.exec.find(Path::new(name)).is_some());
    found.ok_or(DumpError::ToolMissing { program, package: PACKAGE })
}
