//! From who signed when to a verdict: was the key one that could sign then, and is the signature still good now?

use jiff::Timestamp;

use super::certificate::Candidate;
use super::revocation::Revocation;
use super::terms::{Statement, Terms, is_future, moment};
use super::verdict::{Lack, Signer, Verdict};

/// A signature that the key has made, with the dates that it states.
#[derive(Clone, Copy)]
pub(super) struct Signed {
    /// When.
    pub(super) made: i64,
    /// Until when it counts.
    pub(super) until: Option<i64>,
}

/// The verdict on a signature that was proven to be one of this file by this key.
pub(super) fn judge(candidate: &Candidate<'_>, signed: Signed, now: Timestamp) -> Verdict {
    let by = candidate.by;
    let made = moment(signed.made);
    let all = || std::iter::once(candidate.primary).chain(candidate.subkey);
    let revocation = all()
        .filter_map(Terms::revocation)
        .min_by_key(|revocation| (!revocation.reason.is_total(), revocation.since));
    if let Some(revocation) = revocation.filter(|revocation| spoils(revocation, made)) {
        return Verdict::KeyRevoked { by, made, revocation };
    }
    if is_future(signed.made, now) {
        return Verdict::FromTheFuture { by, made };
    }
    let key_made = all().map(|terms| terms.made).max().unwrap_or_default();
    if signed.made < key_made {
        return Verdict::BeforeTheKey { by, made, key_made: moment(key_made) };
    }
    match expiry(candidate, now) {
        Err(lack) => Verdict::NotForSigning { by, lack },
        Ok(key_until) => by_date(by, signed, key_until, revocation, now),
    }
}

/// Does a revocation leave nothing of what was signed then?
fn spoils(revocation: &Revocation, made: Timestamp) -> bool {
    revocation.reason.is_total() || made >= revocation.since
}

/// When the key that signed expires; or why it signs nothing.
fn expiry(candidate: &Candidate<'_>, now: Timestamp) -> Result<Option<i64>, Lack> {
    let primary = candidate.primary.current(now).ok_or(Lack::Statement)?;
    let signing: &Statement = match candidate.subkey {
        Some(terms) => terms.current(now).ok_or(Lack::Statement)?,
        None => primary,
    };
    if let Some(lack) = signing.lack {
        return Err(lack);
    }
    Ok([primary.key_until, signing.key_until].into_iter().flatten().min())
}

fn by_date(
    by: Signer,
    signed: Signed,
    key_until: Option<i64>,
    revocation: Option<Revocation>,
    now: Timestamp,
) -> Verdict {
    let made = moment(signed.made);
    if let Some(until) = key_until.filter(|until| signed.made >= *until) {
        return Verdict::KeyExpired { by, made, expired: moment(until) };
    }
    if let Some(until) = signed.until.filter(|until| now.as_second() >= *until) {
        return Verdict::SignatureExpired { by, made, expired: moment(until) };
    }
    if let Some(revocation) = revocation {
        return Verdict::KeyRetiredSince { by, made, revocation };
    }
    match key_until.filter(|until| now.as_second() >= *until) {
        Some(until) => Verdict::KeyExpiredSince { by, made, expired: moment(until) },
        None => Verdict::Good { by, made },
    }
}
