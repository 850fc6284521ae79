//! A PostgreSQL database saved, checked, brought back, and brought back on trial.
//! What is called, and what answers mean, is said by the `database` room.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;

use super::error::DumpError;
use super::tool::{Watch, give, stopped, take};
use super::trial::compare;
use super::vault::{Bearing, Dumped, TrialReport, scratch_name};
use crate::database::{
    ArchiveListing, DatabaseFacts, Endpoint, Failure, OtherSession, PG_DUMP, PG_RESTORE,
    Privileges, Psql, ask_saved, ask_tool_version, can_dump, count_rows, drop_scratch, dump,
    empty_schema, end_restores, list_archive, list_other_sessions, list_others, own_entries,
    parse_archive_listing, parse_other_sessions, parse_others, parse_row_counts, parse_saved,
    parse_tool_version, read_active_configuration, restore,
};
use crate::engine::database::DatabaseError;
use crate::host::{Host, Written};
use crate::model::{BackupId, CommandSpec, DatabaseDescription, Owner, Prefix, RelPath};

const PSQL: &str = "psql";
const PACKAGE: &str = "PostgreSQL's client package";

/// The list of what is brought back, in the state directory: the tool is run by somebody else, who cannot look into a
/// transaction's own directory.
pub(super) const LIST: &str = ".restore-list";

/// A PostgreSQL database and the tools for it.
pub(crate) struct PostgresVault<'a> {
    host: &'a Host,
    prefix: &'a Prefix,
    endpoint: Endpoint,
    run_as: Option<Owner>,
}

impl<'a> PostgresVault<'a> {
    /// # Errors
    /// When a tool is missing.
    pub(super) fn open(
        host: &'a Host,
        prefix: &'a Prefix,
        endpoint: Endpoint,
        run_as: Option<Owner>,
    ) -> Result<Self, DumpError> {
        for program in [PSQL, PG_DUMP, PG_RESTORE] {
            if host.exec.find(Path::new(program)).is_none() {
                return Err(DumpError::ToolMissing { program, package: PACKAGE });
            }
        }
        Ok(Self { host, prefix, endpoint, run_as })
    }

    /// What it is; everything that would be in the way of a dump or of bringing it back is found here.
    pub(super) fn bear(&self) -> Result<Bearing, DumpError> {
        // Starting a client takes longer than answering it: all are started at once.
        let (facts, banner, others) = thread::scope(|threads| {
            let banner = threads.spawn(|| self.host.exec.run(&ask_tool_version(PG_DUMP)));
            let others = threads.spawn(|| self.ask(list_others(&self.psql())));
            let facts = self.facts("");
            let joined = "asking a database does not panic";
            (facts, banner.join().expect(joined), others.join().expect(joined))
        });
        let facts = facts?;
        let banner = banner?.stdout.text();
        let tool = parse_tool_version(&banner).ok_or(DumpError::NoBanner { program: PG_DUMP })?;
        can_dump(tool, facts.server_version_num)?;
        let schema = facts.schema.ok_or(DumpError::NoSchema)?;
        let others = parse_others(&others?)?;
        if !others.in_the_way.is_empty() {
            return Err(DumpError::InTheWay { objects: others.in_the_way });
        }
        Ok(Bearing {
            description: DatabaseDescription {
                driver: "postgres".to_owned(),
                version: facts.server_version,
                name: facts.database,
                schema: Some(schema),
                role: facts.role,
            },
            without: others.relations,
            configurations: facts.configurations.then(|| "configurations".to_owned()),
        })
    }

    pub(super) fn dump(
        &self,
        bearing: &Bearing,
        to: &RelPath,
        watch: &mut Watch<'_>,
    ) -> Result<Dumped, DumpError> {
        let schema = bearing.description.schema.as_deref().ok_or(DumpError::NoSchema)?;
        let spec = self.as_server(dump(&self.psql(), schema, &bearing.without));
        let written = give(self.host, PG_DUMP, &spec, to, watch)?;
        Ok(Dumped { written, tables: list(self.host, to, watch)?.0.tables })
    }

    /// Everything is found out before anything is taken away.
    pub(super) fn restore(
        &self,
        description: &DatabaseDescription,
        dump: &RelPath,
        privileges: Privileges,
        watch: &mut Watch<'_>,
    ) -> Result<(), DumpError> {
        let here = self.facts("")?;
        let schema = here.schema.ok_or(DumpError::NoSchema)?;
        let dumped = description.schema.clone().unwrap_or_default();
        if schema != dumped {
            return Err(DumpError::OtherSchema { dumped, here: schema });
        }
        let (_, listing) = list(self.host, dump, watch)?;
        let others = parse_others(&self.ask(list_others(&self.psql()))?)?;
        if !others.in_the_way.is_empty() {
            return Err(DumpError::InTheWay { objects: others.in_the_way });
        }
        self.host.tree.meter().admit().map_err(|source| stopped(&self.endpoint, source))?;
        self.ask_long(end_restores(&self.psql()), watch)?;
        self.ask_long(empty_schema(&self.psql()), watch)?;
        let entries = own_entries(&listing, &description.role);
        self.bring_back(&self.psql(), dump, &schema, &entries, privileges, watch)
    }

    fn bring_back(
        &self,
        psql: &Psql<'_>,
        dump: &RelPath,
        schema: &str,
        entries: &str,
        privileges: Privileges,
        watch: &mut Watch<'_>,
    ) -> Result<(), DumpError> {
        let tree = &self.host.tree;
        let list = self.prefix.state().join(LIST);
        tree.replace(&list, entries.as_bytes(), 0o600, self.run_as)?;
        let name = tree.absolute(&list);
        let spec = self.as_server(restore(psql, schema, &name.to_string_lossy(), privileges));
        tree.meter().admit().map_err(|source| stopped(&self.endpoint, source))?;
        let restored = take(self.host, PG_RESTORE, &spec, Some(tree.open_file(dump)?), watch);
        tree.remove_file(&list)?;
        restored.map(drop)
    }

    pub(super) fn row_counts(
        &self,
        watch: &mut Watch<'_>,
    ) -> Result<BTreeMap<String, u64>, DumpError> {
        Ok(parse_row_counts(&self.ask_long(count_rows(&self.psql()), watch)?)?)
    }

    pub(super) fn other_sessions(&self) -> Result<Vec<OtherSession>, DumpError> {
        Ok(parse_other_sessions(&self.ask(list_other_sessions(&self.psql()))?)?)
    }

    /// Writes the configuration that the server keeps in this database to a file.
    pub(super) fn export_configuration(
        &self,
        to: &RelPath,
        watch: &mut Watch<'_>,
    ) -> Result<Written, DumpError> {
        let spec = self.as_server(read_active_configuration(&self.psql()));
        give(self.host, PSQL, &spec, to, watch)
    }

    /// Brings the dump back into a scratch database, which is removed whatever happens, and counts its rows.
    pub(super) fn rehearse(
        &self,
        id: &BackupId,
        bearing: &Bearing,
        dump: &RelPath,
        counts: [&BTreeMap<String, u64>; 2],
        watch: &mut Watch<'_>,
    ) -> Result<TrialReport, DumpError> {
        let facts = self.facts(&scratch_name(id))?;
        self.drop_scratch(id)?;
        match self.ask(self.unhurried(&facts.create_scratch)) {
            Err(DumpError::Database(DatabaseError::Failed(failure))) => {
                return Err(DumpError::NoScratch(failure));
            }
            other => other.map(drop)?,
        }
        let restored = self.fill_scratch(id, &facts, bearing, dump, watch);
        let dropped = self.drop_scratch(id);
        let restored = restored?;
        dropped?;
        compare(counts, &restored)
    }

    fn fill_scratch(
        &self,
        id: &BackupId,
        facts: &DatabaseFacts,
        bearing: &Bearing,
        dump: &RelPath,
        watch: &mut Watch<'_>,
    ) -> Result<BTreeMap<String, u64>, DumpError> {
        let mut endpoint = self.endpoint.clone();
        endpoint.database = Some(scratch_name(id));
        let scratch = Psql::on(&endpoint).expect("only PostgreSQL is opened");
        for statement in &facts.prepare_scratch {
            let mut spec = scratch.query(statement);
            spec.timeout = CommandSpec::UNHURRIED;
            self.ask(spec)?;
        }
        let schema = bearing.description.schema.as_deref().ok_or(DumpError::NoSchema)?;
        let (_, listing) = list(self.host, dump, watch)?;
        let entries = own_entries(&listing, &bearing.description.role);
        self.bring_back(&scratch, dump, schema, &entries, Privileges::Left, watch)?;
        Ok(parse_row_counts(&self.ask_long(count_rows(&scratch), watch)?)?)
    }

    /// Removes a scratch database that an interrupted run may have left.
    pub(super) fn drop_scratch(&self, id: &BackupId) -> Result<(), DumpError> {
        self.ask(drop_scratch(&self.psql(), &scratch_name(id))).map(drop)
    }

    fn facts(&self, scratch: &str) -> Result<DatabaseFacts, DumpError> {
        Ok(parse_saved(&self.ask(ask_saved(&self.psql(), scratch))?)?)
    }

    fn psql(&self) -> Psql<'_> {
        Psql::on(&self.endpoint).expect("only PostgreSQL is opened")
    }

    fn unhurried(&self, sql: &str) -> CommandSpec {
        let mut spec = self.psql().query(sql);
        spec.timeout = CommandSpec::UNHURRIED;
        spec
    }

    fn as_server(&self, mut spec: CommandSpec) -> CommandSpec {
        spec.run_as = self.run_as;
        spec
    }

    fn ask(&self, question: CommandSpec) -> Result<String, DumpError> {
        let output = self.host.exec.run(&self.as_server(question))?;
        if output.exit.is_success() {
            Ok(output.stdout.text())
        } else {
            let failure = Failure::understand(&output.stderr.text());
            Err(DatabaseError::Failed(failure).into())
        }
    }

    /// The same for a question that takes long, and that somebody may tire of waiting for.
    fn ask_long(&self, question: CommandSpec, watch: &mut Watch<'_>) -> Result<String, DumpError> {
        let mut quiet = |_| ();
        let mut watch = Watch { stop_at: watch.stop_at, progress: &mut quiet };
        take(self.host, PSQL, &self.as_server(question), None, &mut watch)
    }
}

/// What the dump says that it holds, and its list word by word. No database is asked.
pub(super) fn list(
    host: &Host,
    dump: &RelPath,
    watch: &mut Watch<'_>,
) -> Result<(ArchiveListing, String), DumpError> {
    if host.exec.find(Path::new(PG_RESTORE)).is_none() {
        return Err(DumpError::ToolMissing { program: PG_RESTORE, package: PACKAGE });
    }
    let file = host.tree.open_file(dump)?;
    let mut quiet = |_| ();
    let mut watch = Watch { stop_at: watch.stop_at, progress: &mut quiet };
    let text = take(host, PG_RESTORE, &list_archive(), Some(file), &mut watch)?;
    Ok((parse_archive_listing(&text)?, text))
}
