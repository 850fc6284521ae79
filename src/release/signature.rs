//! Did the publisher sign this very file? Detached OpenPGP signatures (`<archive>.sig`), and the keys that are believed.
//!
//! Bytes come in, a [`Verdict`] on each signature comes out, and what follows from the verdicts is said by a [`Policy`].
//! Nothing is opened, fetched or timed here. What is read from outside is limited in size before it is looked at: 64 KiB and 16
//! signatures for a file of signatures, 1 MiB for a file of keys.
//!
//! The meaning of OpenPGP is that of RFC 9580, read strictly: only signatures of binary documents count, only those of version 4
//! and 6, and no digest or key that is weak by today's measure (see [`Weakness`]).

mod certificate;
mod check;
mod fingerprint;
mod keyring;
#[cfg(test)]
mod laws;
mod packets;
mod policy;
mod revocation;
mod standing;
mod strength;
mod terms;
#[cfg(test)]
mod tests;
mod verdict;
mod verdicts;

pub use check::{Check, verify};
pub use fingerprint::{Fingerprint, FingerprintError, KeyId};
pub use keyring::{Keyring, KeyringError};
pub use policy::{Expiry, Judgement, Policy};
pub use revocation::{Reason, Revocation};
pub use strength::Weakness;
pub use verdict::{Lack, Malformed, Signer, Verdict, WrongKind};
pub use verdicts::Verdicts;
