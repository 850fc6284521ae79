//! The server's database: whether it is there, what it is, and what the server's role may do in it.

use super::{Situation, remedy};
use crate::database::{DataSource, Endpoint, Engine, Inspection, Purpose, read_data_source};
use crate::engine::database::{Access, Database, DatabaseError};
use crate::engine::survey::{Needs, check_rights};
use crate::model::{Area, Distribution, Finding, Observation, Package, Release, Severity, chain};
use crate::planning::{check_database_system, check_database_version};

/// What came of asking.
#[derive(Debug, Default)]
pub(super) struct Answered {
    /// The number of a PostgreSQL server.
    pub(super) newest: Option<u32>,
    pub(super) observations: Vec<Observation>,
}

/// Asks it, unless nobody may. A MySQL is not asked: its password would have to be written to a file for that.
pub(super) fn ask(
    situation: &Situation<'_>,
    needs: &Needs,
    distribution: &Distribution,
) -> Answered {
    let (Some(driver), Some(source)) = (&needs.driver, &needs.data_source) else {
        return told(good("none is configured: SqlSettings.DriverName and SqlSettings.DataSource"));
    };
    let mut answered = Answered::default();
    let releases: Vec<&Release> = releases(situation).collect();
    let refused = releases
        .iter()
        .find_map(|release| check_database_system(driver, Purpose::Upgrade, release));
    answered.observations.extend(refused.map(found));
    if !situation.patient.asks_database {
        answered.observations.push(good("was not asked, as you wished"));
        return answered;
    }
    if let Ok(DataSource::Known(endpoint)) = read_data_source(driver, source.expose())
        && endpoint.engine == Engine::MySql
    {
        let text = format!("{endpoint}; it was not asked: that takes a file with its password");
        answered.observations.push(good(&text));
        return answered;
    }
    let host = situation.host;
    match Database::access(&host.exec, driver, source, Some(situation.server)) {
        Ok(Access::Open(database)) => match database.inspect() {
            Ok(seen) => {
                answered.newest = Some(seen.server_version_num);
                answered.observations.extend(judge(database.endpoint(), &seen, &releases));
            }
            Err(error) => answered.observations.push(failed(database.endpoint(), &error)),
        },
        Ok(Access::Closed(why)) => {
            let finding = Finding::new(Severity::Warning, "database-unseen", why).advise(remedy(
                distribution,
                "psql",
                Package::PostgresClient(None),
            ));
            answered.observations.push(found(finding));
        }
        Err(error) => {
            let advice = "check SqlSettings.DriverName and SqlSettings.DataSource";
            let finding = Finding::new(Severity::Fatal, "database", chain(&error)).advise(advice);
            answered.observations.push(found(finding));
        }
    }
    answered
}

/// What is installed, and what it shall go to.
fn releases<'a>(situation: &'a Situation<'_>) -> impl Iterator<Item = &'a Release> {
    let installed = situation.receipt.map(|receipt| &receipt.release);
    installed.into_iter().chain(&situation.patient.to)
}

fn judge(endpoint: &Endpoint, seen: &Inspection, releases: &[&Release]) -> Vec<Observation> {
    let number = seen.server_version_num;
    let [major, minor, patch] = seen.version();
    let version =
        if major < 10 { format!("{major}.{minor}.{patch}") } else { format!("{major}.{minor}") };
    let text = format!(
        "{endpoint} answers: version {version}, {} tables, {} MiB",
        seen.tables,
        seen.bytes.div_ceil(1024 * 1024)
    );
    let mut observations = vec![good(&text)];
    let too_old = releases
        .iter()
        .find_map(|release| check_database_version(endpoint, number, Purpose::Upgrade, release));
    observations.extend(too_old.map(found));
    match check_rights(endpoint, seen) {
        Some(finding) => observations.push(found(finding)),
        None => observations.push(Observation::good(
            Area::Database,
            "rights",
            "the server's role may make tables",
        )),
    }
    observations
}

fn failed(endpoint: &Endpoint, error: &DatabaseError) -> Observation {
    let usual = "check SqlSettings.DriverName and SqlSettings.DataSource";
    let advice = if let DatabaseError::Failed(failure) = error { failure.advice() } else { usual };
    let text = format!("{endpoint}: {}", chain(error));
    found(Finding::new(Severity::Fatal, "database", text).advise(advice))
}

fn good(text: &str) -> Observation {
    Observation::good(Area::Database, "database", text)
}

fn found(finding: Finding) -> Observation {
    Observation::found(Area::Database, "database", finding)
}

fn told(observation: Observation) -> Answered {
    Answered { newest: None, observations: vec![observation] }
}
