//! What became of one signature. Each way in which it can be no good is told apart.

use std::fmt;

use jiff::Timestamp;

use super::fingerprint::{Fingerprint, KeyId};
use super::revocation::Revocation;
use super::strength::Weakness;

/// A key that is believed, and which of its subkeys signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The primary key, by which keys are pinned.
    pub key: Fingerprint,
    /// The subkey that signed; `None` when the primary key did.
    pub subkey: Option<Fingerprint>,
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.subkey {
            Some(subkey) => write!(f, "subkey {subkey} of key {}", self.key),
            None => write!(f, "key {}", self.key),
        }
    }
}

/// What one signature proves about the file, or why it proves nothing.
///
/// Where several things are wrong, the one that leaves least is told. From [`Verdict::Good`] to [`Verdict::NotForSigning`] the
/// file is the one that was signed, by the key that is named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Verdict {
    /// The file is the one that the key signed, and the key is valid.
    #[error("signed at {made} by {by}")]
    Good {
        /// Who signed.
        by: Signer,
        /// When, as the signer says.
        made: Timestamp,
    },
    /// Signed while the key was valid; it has expired since.
    #[error("signed at {made} by {by}, which was valid then and expired at {expired}")]
    KeyExpiredSince {
        /// Who signed.
        by: Signer,
        /// When, as the signer says.
        made: Timestamp,
        /// When the key expired.
        expired: Timestamp,
    },
    /// Signed while the key was valid; its owner has given it up since, for a reason that leaves what was signed before.
    #[error("signed at {made} by {by}, which was valid then and was {} at {}", .revocation.reason, .revocation.since)]
    KeyRetiredSince {
        /// Who signed.
        by: Signer,
        /// When, as the signer says.
        made: Timestamp,
        /// What became of the key.
        revocation: Revocation,
    },
    /// Signed when the key had expired already. A key can be renewed: a newer copy of it may know a later end.
    #[error(
        "signed at {made} by {by}, which had expired at {expired}; a newer copy of the key may say that it was renewed"
    )]
    KeyExpired {
        /// Who signed.
        by: Signer,
        /// When, as the signer says.
        made: Timestamp,
        /// When the key expired.
        expired: Timestamp,
    },
    /// The signer gave the signature an end, and it has come.
    #[error("signed at {made} by {by}, who wanted the signature to count until {expired} only")]
    SignatureExpired {
        /// Who signed.
        by: Signer,
        /// When, as the signer says.
        made: Timestamp,
        /// Until when it counted.
        expired: Timestamp,
    },
    /// The date of the signature is still to come: it lies, or the clock here is wrong.
    #[error("signed by {by} at {made}, which is in the future; is the clock of this host right?")]
    FromTheFuture {
        /// Who signed.
        by: Signer,
        /// When, as the signer says.
        made: Timestamp,
    },
    /// The date of the signature is before that of the key: one of them lies.
    #[error("signed at {made} by {by}, which was made only later, at {key_made}")]
    BeforeTheKey {
        /// Who signed.
        by: Signer,
        /// When, as the signer says.
        made: Timestamp,
        /// When the key was made.
        key_made: Timestamp,
    },
    /// The key's owner has given it up, in a way that leaves nothing of this signature.
    #[error("signed at {made} by {by}, which was {} at {}", .revocation.reason, .revocation.since)]
    KeyRevoked {
        /// Who signed.
        by: Signer,
        /// When, as the signer says.
        made: Timestamp,
        /// What became of the key.
        revocation: Revocation,
    },
    /// The key is not one with which its owner signs files.
    #[error("signed by {by}, {lack}")]
    NotForSigning {
        /// Who signed.
        by: Signer,
        /// What the key lacks.
        lack: Lack,
    },
    /// By a key that is not believed. Whether it fits the file was not looked at.
    #[error("made by the key with the id {id}, which is not among the keys that are believed")]
    UnknownKey {
        /// What the signature says who made it.
        id: KeyId,
    },
    /// The signature is one of another file.
    #[error("made by {by} for another file: its digest is not that of this one")]
    WrongFile {
        /// Who is said to have signed.
        by: Signer,
    },
    /// What is signed begins with the right digest, but the key did not sign it: damaged or forged.
    #[error("not made by {by}, though it says so: it is damaged or forged")]
    Forged {
        /// Who is said to have signed.
        by: Signer,
    },
    /// A signature that anybody might have made.
    #[error("too weak to prove anything: {0}")]
    Weak(Weakness),
    /// OpenPGP, but not the signature of a file.
    #[error("not the detached signature of a file: {0}")]
    WrongKind(WrongKind),
    /// Not to be understood.
    #[error("no OpenPGP signature: {0}")]
    Malformed(Malformed),
}

impl Verdict {
    /// The key that was proven to have signed the file, whatever became of the key.
    #[must_use]
    pub const fn signer(&self) -> Option<Signer> {
        match self {
            Self::Good { by, .. }
            | Self::KeyExpiredSince { by, .. }
            | Self::KeyRetiredSince { by, .. }
            | Self::KeyExpired { by, .. }
            | Self::SignatureExpired { by, .. }
            | Self::FromTheFuture { by, .. }
            | Self::BeforeTheKey { by, .. }
            | Self::KeyRevoked { by, .. }
            | Self::NotForSigning { by, .. } => Some(*by),
            Self::UnknownKey { .. }
            | Self::WrongFile { .. }
            | Self::Forged { .. }
            | Self::Weak(_)
            | Self::WrongKind(_)
            | Self::Malformed(_) => None,
        }
    }
}

/// Why the signatures of a key do not count for files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lack {
    /// Its owner says that it is for something else, such as encryption; or, of a subkey, says nothing.
    #[error("which is not meant for signing")]
    Purpose,
    /// A subkey that does not vouch for its primary key: anybody can claim the subkey of another.
    #[error("which does not confirm that it belongs to that key")]
    BackSignature,
    /// Nothing that its owner said of it counts today.
    #[error("of which its owner says nothing that counts today")]
    Statement,
}

/// OpenPGP that is no detached signature of a binary file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongKind {
    /// A signature in which ends of lines do not count.
    #[error("it is one of a text, in which the ends of lines do not count")]
    Text,
    /// A signature that states something about a key.
    #[error("it states something about a key")]
    OfKey,
    /// A time stamp, a confirmation, or a type that nobody knows.
    #[error("its type is {0:#04x}")]
    Other(u8),
    /// Text with its signature in one file.
    #[error("it is a text that contains its signature")]
    Cleartext,
    /// A message that brings its content, signed or not.
    #[error("it is a message that brings its own content")]
    Message,
    /// An encrypted message.
    #[error("it is an encrypted message")]
    Encrypted,
    /// A key, public or secret.
    #[error("it is a key")]
    Key,
}

/// Bytes that are no OpenPGP, or broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Nothing but white space.
    #[error("it is empty")]
    Empty,
    /// HTML: an error page, or a page to log in.
    #[error("it is a web page")]
    WebPage,
    /// Anything else.
    #[error("it is something else")]
    NotOpenPgp,
    /// It ends too early.
    #[error("it is cut off")]
    Truncated,
    /// More than any such file has.
    #[error("it is too large")]
    TooLarge,
    /// It contradicts the standard.
    #[error("it is damaged")]
    Damaged,
    /// A version that is not known.
    #[error("its version {version} is not known")]
    UnknownVersion {
        /// Which.
        version: u8,
    },
    /// It does not say when it was made.
    #[error("it does not say when it was made")]
    Undated,
    /// It does not say by which key.
    #[error("it does not say by which key it was made")]
    Anonymous,
    /// The signer wants it to count only for who understands something that is not understood here.
    #[error("it has a condition that is not understood")]
    UnknownCondition,
}
