//! What is wrong with the database for what is planned, and how large it is.

use std::thread;

use super::Needs;
use crate::database::{Endpoint, Inspection, Purpose};
use crate::engine::database::{Access, Database, DatabaseError};
use crate::engine::dump::Vault;
use crate::host::Host;
use crate::model::{
    DatabaseUndo, Finding, InstallRequest, Intent, Plan, Planned, Secret, Severity, Step, chain,
};
use crate::planning::check_database_version;

/// What was seen of the database.
#[derive(Default)]
pub(super) struct DatabaseSeen {
    pub(super) findings: Vec<Finding>,
    /// How large it is; 0 where that is not known.
    pub(super) bytes: u64,
}

impl From<Finding> for DatabaseSeen {
    fn from(finding: Finding) -> Self {
        Self { findings: vec![finding], bytes: 0 }
    }
}

/// Looks at the database that the server will use.
pub(super) fn see_database(
    host: &Host,
    request: &InstallRequest,
    plan: &Plan,
    needs: &Needs,
) -> DatabaseSeen {
    let (Some(driver), Some(source)) = (&needs.driver, &needs.data_source) else {
        let text = "no database is given: SqlSettings.DriverName and SqlSettings.DataSource";
        let advice = "give both with --set or in an overlay, or use --no-start";
        return Finding::new(Severity::Fatal, "database-missing", text).advise(advice).into();
    };
    thread::scope(|threads| {
        // Starting a client takes longer than answering it: all are started at once.
        let backup = threads.spawn(|| see_backup(host, request, plan, driver, source));
        let seen = look(host, request, plan, driver, source);
        let backup = backup.join().expect("looking at a database does not panic");
        seen.map_or_else(DatabaseSeen::from, |mut seen| {
            seen.findings.extend(backup);
            seen
        })
    })
}

/// What it is; whatever makes a second look useless is the error.
fn look(
    host: &Host,
    request: &InstallRequest,
    plan: &Plan,
    driver: &str,
    source: &Secret<String>,
) -> Result<DatabaseSeen, Finding> {
    match Database::access(&host.exec, driver, source, Some(request.server)) {
        Ok(Access::Open(database)) => {
            let seen = database.inspect().map_err(|error| refused(&error))?;
            let findings = judge_database(request, plan, &database, &seen);
            Ok(DatabaseSeen { findings, bytes: seen.bytes })
        }
        Ok(Access::Closed(why)) => {
            let text = format!("the database could not be looked at beforehand: {why}");
            Ok(Finding::new(Severity::Warning, "database-unseen", text).into())
        }
        Err(error) => Err(refused(&error)),
    }
}

/// Whether the database can be saved: what would be in the way is found while the server runs.
fn see_backup(
    host: &Host,
    request: &InstallRequest,
    plan: &Plan,
    driver: &str,
    source: &Secret<String>,
) -> Option<Finding> {
    let saves =
        |planned: &Planned| matches!(&planned.step, Step::BackUp(back_up) if back_up.database);
    if !plan.steps.iter().any(saves) {
        return None;
    }
    let vault = Vault::open(host, &plan.prefix, driver, source, Some(request.server));
    let error = vault.and_then(|vault| vault.bear().map(drop)).err()?;
    let text = format!("the database cannot be backed up: {}", chain(&error));
    let advice = "mend that; or accept with --no-database-backup that what the new server does to the database is not taken \
                  back";
    Some(Finding::new(Severity::Fatal, "backup", text).advise(advice))
}

fn refused(error: &DatabaseError) -> Finding {
    let text = chain(error);
    let usual = "check SqlSettings.DriverName and SqlSettings.DataSource";
    let advice = if let DatabaseError::Failed(failure) = error { failure.advice() } else { usual };
    Finding::new(Severity::Fatal, "database", text).advise(advice)
}

/// What the database is needed for.
pub(super) const fn purpose(intent: Intent) -> Purpose {
    match intent {
        Intent::Install => Purpose::NewInstallation,
        Intent::Reconfigure
        | Intent::Upgrade
        | Intent::Restore
        | Intent::Adopt
        | Intent::LetOut => Purpose::Upgrade,
    }
}

/// Whether the server could make its tables.
pub(crate) fn check_rights(endpoint: &Endpoint, seen: &Inspection) -> Option<Finding> {
    (seen.schema.is_none() || !seen.can_create).then(|| {
        let text = format!("the server's role may not make tables in {endpoint}");
        let advice = "make the role the owner of the database, or grant it CREATE on its schema";
        Finding::new(Severity::Fatal, "database-rights", text).advise(advice)
    })
}

fn judge_database(
    request: &InstallRequest,
    plan: &Plan,
    database: &Database<'_>,
    seen: &Inspection,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let endpoint = database.endpoint();
    let number = seen.server_version_num;
    findings.extend(check_database_version(
        endpoint,
        number,
        purpose(plan.intent),
        &request.release,
    ));
    findings.extend(check_rights(endpoint, seen));
    let must_be_empty = |planned: &Planned| {
        let prove =
            matches!(&planned.step, Step::Prove(prove) if prove.database == DatabaseUndo::Empty);
        prove
            || matches!(&planned.step, Step::RestoreDatabase(restore) if restore.before == DatabaseUndo::Empty)
    };
    let fresh = plan.steps.iter().any(must_be_empty);
    if fresh && seen.tables > 0 {
        let text = format!("{endpoint} is not empty: it holds {} tables", seen.tables);
        let advice = "give an empty database; or accept with --use-existing-database that the server migrates this \
                      one and that a failed installation leaves it so";
        findings.push(Finding::new(Severity::Fatal, "database-not-empty", text).advise(advice));
    }
    findings
}
