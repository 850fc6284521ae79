//! A pooler that lends the sessions of a database out statement by statement, as `PgBouncer` does with `pool_mode = transaction`. What
//! belongs to a session is held by nobody there: no advisory lock, and no turn.

use super::turn::{ANSWER, TurnError};
use crate::database::OWN_SESSION;
use crate::engine::database::Database;
use crate::host::Tether;

/// So often it is looked at. While others are busy, a pooler may by chance lend the same session twice.
const TRIES: usize = 3;

/// Does somebody else get the session that is held, or does that change below its holder?
pub(super) fn is_pooled(session: &mut Tether, database: &Database<'_>) -> Result<bool, TurnError> {
    for _ in 0..TRIES {
        let held = session.ask(OWN_SESSION, ANSWER)?;
        let other = database.own_session()?;
        if other == held || session.ask(OWN_SESSION, ANSWER)? != held {
            return Ok(true);
        }
    }
    Ok(false)
}
