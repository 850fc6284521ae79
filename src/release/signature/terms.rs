//! What the owner of a key has said of it: until when it counts, what for, and whether it was given up.
//! Only what was proven to come from the owner gets in here.

use jiff::Timestamp;
use pgp::packet::Signature;

use super::revocation::Revocation;
use super::verdict::Lack;

/// How far clocks may differ before a date counts as one of the future.
const TOLERANCE: i64 = 10 * 60;

/// The moment of an OpenPGP date, in seconds since 1970.
///
/// Dates have 32 bits and durations too, so that their sum stays long before the end of [`Timestamp`].
pub(super) fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// Is this later than now, by more than clocks differ?
pub(super) fn is_future(seconds: i64, now: Timestamp) -> bool {
    seconds > now.as_second().saturating_add(TOLERANCE)
}

/// What one self-signature or binding signature says of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    made: i64,
    /// When the statement itself ceases to count.
    until: Option<i64>,
    /// When the key expires.
    pub(super) key_until: Option<i64>,
    /// Why the key signs no files by this statement; `None` when it does.
    pub(super) lack: Option<Lack>,
}

impl Statement {
    /// What a signature says of a key that was made at a time. `None` for one without a date.
    pub(super) fn read(signature: &Signature, key_made: i64, lack: Option<Lack>) -> Option<Self> {
        let made = i64::from(signature.created()?.as_secs());
        Some(Self {
            made,
            until: after(made, signature.signature_expiration_time()),
            key_until: after(key_made, signature.key_expiration_time()),
            lack,
        })
    }
}

/// The end of a duration; zero means none.
pub(super) fn after(begin: i64, duration: Option<pgp::types::Duration>) -> Option<i64> {
    let seconds = duration?.as_secs();
    (seconds > 0).then(|| begin + i64::from(seconds))
}

/// All that is known of a key or a subkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// When the key was made.
    pub(super) made: i64,
    pub(super) statements: Vec<Statement>,
    pub(super) revocations: Vec<Revocation>,
}

impl Terms {
    /// What counts now: the newest statement. That is also the measure of what was signed before it was made, for copies of
    /// keys are published without the statements that newer ones replace.
    pub(super) fn current(&self, now: Timestamp) -> Option<&Statement> {
        self.statements
            .iter()
            .filter(|statement| !is_future(statement.made, now))
            .filter(|statement| statement.until.is_none_or(|until| now.as_second() < until))
            .max_by_key(|statement| statement.made)
    }

    /// How it was given up: by the reason that leaves least, then by the earliest date. A date in the future changes nothing.
    pub(super) fn revocation(&self) -> Option<Revocation> {
        let gravity = |revocation: &&Revocation| (!revocation.reason.is_total(), revocation.since);
        self.revocations.iter().min_by_key(gravity).copied()
    }

    /// Adds what another copy of the key says.
    pub(super) fn learn(&mut self, other: Self) {
        for statement in other.statements {
            if !self.statements.contains(&statement) {
                self.statements.push(statement);
            }
        }
        for revocation in other.revocations {
            if !self.revocations.contains(&revocation) {
                self.revocations.push(revocation);
            }
        }
    }
}
