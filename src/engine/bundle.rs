//! Bundles: opened, looked through to the last byte, and made.
//! Nobody is asked for anything by whoever has one.

mod create;
mod error;
mod open;
mod stops;
mod verify;
mod watched;

pub use create::{BundleArchives, BundleWish, CreatedBundle, create_bundle};
pub use error::{BundleError, BundleFault, CreateBundleError};
pub use open::Bundle;
pub use verify::{VerifiedArchive, verify_bundle};
pub(super) use watched::Watched;
