//! A bundle: several archives in one file, with the part of the catalogue that speaks of them, for where there is no network.
//! Which file it is, and how it is written and read, is not known here.
//!
//! A bundle has, in this order: the [index](BundleIndex), the part of the catalogue, the digests of all that follows as
//! `sha256sum -c` reads them, detached signatures, archives. What belongs together is decided here.

mod agreement;
mod index;
mod text;

pub use agreement::{BundledArchive, Disagreement};
pub use index::{BundleChain, BundleIndex, BundleMember, MemberError, MemberKind};
pub use text::IndexError;

/// The name of the index in a bundle.
pub const INDEX_NAME: &str = "mmembed-bundle";

/// The name of the part of the catalogue.
pub const CATALOG_NAME: &str = "catalog.txt";

/// The name of the list of digests.
pub const SUMS_NAME: &str = "SHA256SUMS";

/// What the name of a signature has after that of what it signs.
pub const SIGNATURE_SUFFIX: &str = ".sig";
