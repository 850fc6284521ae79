//! What follows from the verdicts: is the file taken?

use std::collections::BTreeMap;
use std::num::NonZeroU8;

use super::fingerprint::Fingerprint;
use super::verdict::Verdict;
use super::verdicts::Verdicts;

/// How much an operator wants to see before a file is taken.
///
/// | the best that there is | by default | with `require` |
/// |---|---|---|
/// | good | accepted | accepted |
/// | key expired or retired since, signed while it was valid | noted | noted |
/// | signed after the key expired, signature expired | warned | refused |
/// | unknown key, weak algorithm | warned | refused |
/// | no signature at all | noted | refused |
/// | another file, forged, revoked, not for signing, wrong date, wrong kind, malformed | refused | refused |
///
/// A signature that is there must not be bad: somebody has changed something. One that proves nothing is not worse than none, which
/// is all that many releases have, and whoever can exchange files can take it away. The file still has to have its published digest.
///
/// Signatures made after the key expired stand in between: a key can be renewed, as that of Mattermost was more than once, and the
/// copy here may be an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Is nothing taken without enough good signatures?
    pub require: bool,
    /// What the end of a key or of a signature means.
    pub expiry: Expiry,
    /// How many different keys have to have signed. A key counts once, however often and with whichever subkeys it signed.
    pub threshold: NonZeroU8,
}

/// What the end of a key or of a signature means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// Nothing by an expired key, and no expired signature, is taken, whenever it was made.
    Refuse,
    /// What was signed while the key was valid stays signed.
    #[default]
    InTime,
    /// It is taken with a warning, even where signatures are required.
    Warn,
}

/// Is a file taken? From best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judgement {
    /// Yes, nothing to say.
    Accepted,
    /// Yes, and there is something to know.
    Noted,
    /// Yes, though nothing is proven, or less than should be.
    Warned,
    /// No.
    Refused,
}

impl Judgement {
    /// May the file be used?
    #[must_use]
    pub fn is_taken(self) -> bool {
        self != Self::Refused
    }
}

/// What one signature is worth.
enum Worth {
    /// It counts for the threshold.
    Counts(Judgement),
    /// It proves nothing, for or against.
    Nothing,
    /// It speaks against the file.
    Against,
}

impl Default for Policy {
    /// Signatures are looked at where there are some; one good one is enough.
    fn default() -> Self {
        Self { require: false, expiry: Expiry::default(), threshold: NonZeroU8::MIN }
    }
}

impl Policy {
    /// What follows from the signatures of a file.
    ///
    /// Enough different keys that count decide, whatever else is there. If they are too few, one signature that speaks against the
    /// file refuses it, and otherwise nothing is proven.
    #[must_use]
    pub fn judge(self, verdicts: &Verdicts) -> Judgement {
        let mut by_key: BTreeMap<Fingerprint, Judgement> = BTreeMap::new();
        let mut is_against = false;
        for verdict in verdicts.iter() {
            match (self.worth(verdict), verdict.signer()) {
                (Worth::Counts(judgement), Some(by)) => {
                    let best = by_key.entry(by.key).or_insert(judgement);
                    *best = judgement.min(*best);
                }
                (Worth::Against, _) => is_against = true,
                (Worth::Counts(_) | Worth::Nothing, _) => {}
            }
        }
        let mut counting: Vec<Judgement> = by_key.into_values().collect();
        counting.sort_unstable();
        match counting.get(usize::from(self.threshold.get()) - 1) {
            Some(judgement) => *judgement,
            None if is_against => Judgement::Refused,
            None => self.unproven(),
        }
    }

    /// What follows where a file has no signature.
    #[must_use]
    pub const fn judge_unsigned(self) -> Judgement {
        if self.require { Judgement::Refused } else { Judgement::Noted }
    }

    const fn unproven(self) -> Judgement {
        if self.require { Judgement::Refused } else { Judgement::Warned }
    }

    const fn worth(self, verdict: &Verdict) -> Worth {
        match verdict {
            Verdict::Good { .. } => Worth::Counts(Judgement::Accepted),
            Verdict::KeyRetiredSince { .. } => Worth::Counts(Judgement::Noted),
            Verdict::KeyExpiredSince { .. } => match self.expiry {
                Expiry::Refuse => Worth::Against,
                Expiry::InTime => Worth::Counts(Judgement::Noted),
                Expiry::Warn => Worth::Counts(Judgement::Warned),
            },
            Verdict::KeyExpired { .. } | Verdict::SignatureExpired { .. } => match self.expiry {
                Expiry::Refuse => Worth::Against,
                Expiry::InTime => Worth::Nothing,
                Expiry::Warn => Worth::Counts(Judgement::Warned),
            },
            Verdict::UnknownKey { .. } | Verdict::Weak(_) => Worth::Nothing,
            Verdict::FromTheFuture { .. }
            | Verdict::BeforeTheKey { .. }
            | Verdict::KeyRevoked { .. }
            | Verdict::NotForSigning { .. }
            | Verdict::WrongFile { .. }
            | Verdict::Forged { .. }
            | Verdict::WrongKind(_)
            | Verdict::Malformed(_) => Worth::Against,
        }
    }
}
