//! The verdicts on all signatures in one file of signatures.

use super::verdict::Verdict;

/// A verdict for each signature, in their order: at least one, because a file without a signature is a verdict too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdicts {
    first: Verdict,
    others: Vec<Verdict>,
}

impl Verdicts {
    pub(super) const fn new(first: Verdict, others: Vec<Verdict>) -> Self {
        Self { first, others }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Verdict> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The one to be told when there is room for one: the best.
    #[must_use]
    pub fn best(&self) -> &Verdict {
        self.iter().min_by_key(|verdict| rank(verdict)).unwrap_or(&self.first)
    }
}

/// Lower is better. What was proven to be signed by a key that is believed comes before everything else.
const fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Good { .. } => 0,
        Verdict::KeyExpiredSince { .. } | Verdict::KeyRetiredSince { .. } => 1,
        Verdict::KeyExpired { .. } | Verdict::SignatureExpired { .. } => 2,
        Verdict::FromTheFuture { .. } | Verdict::BeforeTheKey { .. } => 3,
        Verdict::KeyRevoked { .. } | Verdict::NotForSigning { .. } => 4,
        Verdict::WrongFile { .. } | Verdict::Forged { .. } => 5,
        Verdict::UnknownKey { .. } | Verdict::Weak(_) => 6,
        Verdict::WrongKind(_) | Verdict::Malformed(_) => 7,
    }
}
