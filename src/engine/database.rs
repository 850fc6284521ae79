//! Looking at the server's database, and taking away what a failed first start has put into it, through `psql`.
//! No rule about what is found there is kept here.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;

use crate::database::{
    AnswerError, Backends, CreatedObject, DataSource, DsnError, Endpoint, Failure, Inspection,
    Mark, NodesSeen, NotPostgres, Psql, SchemaState, ask_saved, count_sessions, count_traces,
    drop_created, hold_session, inspect, list_backends, list_created, list_nodes, own_session,
    parse_backends, parse_created, parse_inspection, parse_nodes, parse_saved, parse_schema_state,
    parse_sessions, parse_traces, read_active_configuration, read_data_source, remove_mark,
    schema_state, write_mark,
};
use crate::host::{Exec, ExecError, Tether, connected_sockets, this_host};
use crate::model::{CommandSpec, Owner, Secret};

/// The program that PostgreSQL is asked with.
const CLIENT: &str = "psql";

/// A database that can be asked.
#[derive(Debug)]
pub(crate) struct Database<'a> {
    exec: &'a Exec,
    endpoint: Endpoint,
    run_as: Option<Owner>,
}

/// What can be done about a data source.
#[derive(Debug)]
pub(crate) enum Access<'a> {
    /// It can be asked.
    Open(Database<'a>),
    /// It cannot, for this reason; that is no fault of the data source.
    Closed(String),
}

/// Why a database could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The data source is none.
    #[error("SqlSettings.DataSource cannot be read")]
    DataSource(#[from] DsnError),
    /// The database refused, or was not there.
    #[error("{0}")]
    Failed(Failure),
    /// The client could not be run.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// The client's answer makes no sense.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The list of objects makes no sense.
    #[error("the database's list of its objects cannot be read")]
    List(#[from] serde_json::Error),
}

impl<'a> Database<'a> {
    /// Finds out whether a data source can be asked.
    pub(crate) fn access(
        exec: &'a Exec,
        driver: &str,
        source: &Secret<String>,
        run_as: Option<Owner>,
    ) -> Result<Access<'a>, DatabaseError> {
        let endpoint = match read_data_source(driver, source.expose())? {
            DataSource::Known(endpoint) => endpoint,
            DataSource::Unknown { driver } => {
                return Ok(Access::Closed(format!(
                    "its driver {driver:?} is not one that mmembed knows (postgres, mysql)"
                )));
            }
        };
        if let Err(NotPostgres { .. }) = Psql::on(&endpoint) {
            return Ok(Access::Closed("only PostgreSQL is looked at".to_owned()));
        }
        if exec.find(Path::new(CLIENT)).is_none() {
            return Ok(Access::Closed(format!(
                "the program {CLIENT} is not there; install PostgreSQL's client package"
            )));
        }
        Ok(Access::Open(Self { exec, endpoint, run_as }))
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What it is and what it holds.
    pub(crate) fn inspect(&self) -> Result<Inspection, DatabaseError> {
        Ok(parse_inspection(&self.ask(inspect(&self.psql()))?)?)
    }

    /// The version of its schema.
    pub(crate) fn schema(&self, seen: &Inspection) -> Result<SchemaState, DatabaseError> {
        match schema_state(&self.psql(), seen) {
            Some(question) => Ok(parse_schema_state(&self.ask(question)?)?),
            None => Ok(SchemaState::default()),
        }
    }

    /// The objects in it that a server could have made.
    pub(crate) fn objects(&self) -> Result<BTreeSet<CreatedObject>, DatabaseError> {
        Ok(parse_created(&self.ask(list_created(&self.psql()))?)?)
    }

    /// Has anybody logged in?
    pub(crate) fn has_sessions(&self) -> Result<bool, DatabaseError> {
        Ok(parse_sessions(&self.ask(count_sessions(&self.psql()))?)? > 0)
    }

    /// Has anybody used the server since?
    pub(crate) fn was_used_since(&self, since: Timestamp) -> Result<bool, DatabaseError> {
        Ok(parse_traces(&self.ask(count_traces(&self.psql(), since))?)? > 0)
    }

    /// Who else is connected to it.
    pub(crate) fn server_sessions(&self) -> Result<Backends, DatabaseError> {
        Ok(parse_backends(&self.ask(list_backends(&self.psql()))?)?)
    }

    /// Which servers of other hosts are connected to it, and what the last migration has left written.
    pub(crate) fn nodes(&self) -> Result<NodesSeen, DatabaseError> {
        let answer = self.ask(list_nodes(&self.psql()))?;
        // Where nobody can tell which connections are this machine's, its addresses have to do.
        Ok(parse_nodes(&answer, &connected_sockets().unwrap_or_default())?)
    }

    /// Writes down for other nodes what was done to it.
    pub(crate) fn write_mark(&self, mark: &Mark) -> Result<(), DatabaseError> {
        self.ask(write_mark(&self.psql(), mark)).map(drop)
    }

    /// Takes that away again.
    pub(crate) fn remove_mark(&self) -> Result<(), DatabaseError> {
        self.ask(remove_mark(&self.psql())).map(drop)
    }

    /// A session that stays for as long as it is held.
    pub(crate) fn hold_session(&self) -> Result<Tether, ExecError> {
        let mut spec = hold_session(&self.psql(), &this_host());
        spec.run_as = self.run_as;
        self.exec.tether(&spec)
    }

    /// The number of a session that is open for this question only.
    pub(crate) fn own_session(&self) -> Result<String, DatabaseError> {
        Ok(self.ask(own_session(&self.psql()))?.trim().to_owned())
    }

    /// The configuration that a server without a file keeps here, as it is; `None` if there is none.
    pub(crate) fn stored_configuration(&self) -> Result<Option<String>, DatabaseError> {
        if !parse_saved(&self.ask(ask_saved(&self.psql(), ""))?)?.configurations {
            return Ok(None);
        }
        let text = self.ask(read_active_configuration(&self.psql()))?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// Takes away every object that was not there before, all or none.
    pub(crate) fn take_back_to(
        &self,
        before: &BTreeSet<CreatedObject>,
    ) -> Result<(), DatabaseError> {
        if let Some(drop) = drop_created(&self.psql(), before, &self.objects()?) {
            self.ask(drop)?;
        }
        Ok(())
    }

    fn psql(&self) -> Psql<'_> {
        Psql::on(&self.endpoint).expect("only PostgreSQL is opened")
    }

    fn ask(&self, mut question: CommandSpec) -> Result<String, DatabaseError> {
        question.run_as = self.run_as;
        let output = self.exec.run(&question)?;
        if output.exit.is_success() {
            Ok(output.stdout.text())
        } else {
            Err(DatabaseError::Failed(Failure::understand(&output.stderr.text())))
        }
    }
}
