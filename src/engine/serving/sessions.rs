//! Being sure that no server is left on the database, whichever machine it runs on.
//! Nobody is disconnected here, and a database that cannot be asked stops nothing: the steps that need it will say so.

use std::time::Duration;

use super::Until;
use super::error::ServingError;
use crate::config::{Document, SettingPath};
use crate::database::Backends;
use crate::engine::database::{Access, Database, DatabaseError};
use crate::engine::reporter::Reporter;
use crate::host::{Host, printable};
use crate::model::{Event, Owner, Secret};

/// How long the database may need to notice that a client has gone.
const PATIENCE: Duration = Duration::from_secs(10);

const PAUSE: Duration = Duration::from_millis(200);

/// Waits until nobody but mmembed is connected to the server's database as the server's own role.
///
/// # Errors
/// When somebody still is after ten seconds: another server, or somebody who borrowed its login.
pub(crate) fn until_alone(
    host: &Host,
    config: &Document,
    run_as: Option<Owner>,
    until: Until,
    reporter: &mut dyn Reporter,
) -> Result<(), ServingError> {
    match look(host, config, run_as, until) {
        Ok(Seen::Alone { others: 0 }) => {}
        Ok(Seen::Alone { others }) => {
            let text = format!("{others} sessions of other roles are open on the database");
            reporter.hear(&Event::Note { text });
        }
        Ok(Seen::Occupied(Backends { own, clients, .. })) => {
            let clients: Vec<String> =
                clients.iter().map(|client| printable(client.as_bytes())).collect();
            let clients = clients.join(", ");
            return Err(ServingError::DatabaseInUse { sessions: own, clients });
        }
        Ok(Seen::Cancelled) => return Err(ServingError::Cancelled),
        Ok(Seen::Closed(why)) => not_looked_at(&why, reporter),
        Err(error) => not_looked_at(&error.to_string(), reporter),
    }
    Ok(())
}

fn not_looked_at(why: &str, reporter: &mut dyn Reporter) {
    let text = format!("nobody looked for servers that are left on the database: {why}");
    reporter.hear(&Event::Note { text });
}

enum Seen {
    Alone { others: u64 },
    Occupied(Backends),
    Closed(String),
    Cancelled,
}

fn look(
    host: &Host,
    config: &Document,
    run_as: Option<Owner>,
    until: Until,
) -> Result<Seen, DatabaseError> {
    let text = |setting| {
        let value = config.get(&SettingPath::known(setting));
        value
            .and_then(|value| value.as_text().map(std::borrow::Cow::into_owned))
            .unwrap_or_default()
    };
    let source = Secret::new(text("SqlSettings.DataSource"));
    let driver = text("SqlSettings.DriverName");
    let database = match Database::access(&host.exec, &driver, &source, run_as)? {
        Access::Open(database) => database,
        Access::Closed(why) => return Ok(Seen::Closed(why)),
    };
    let begin = host.clock.monotonic();
    loop {
        let seen = database.server_sessions()?;
        if seen.own == 0 {
            return Ok(Seen::Alone { others: seen.others });
        }
        if host.clock.monotonic().saturating_sub(begin) >= PATIENCE {
            return Ok(Seen::Occupied(seen));
        }
        if until.is_reached(host) {
            return Ok(Seen::Cancelled);
        }
        host.clock.sleep(PAUSE);
    }
}
