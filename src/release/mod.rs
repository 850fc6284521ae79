//! Which releases were published, and by what their files are recognised.
//! Nothing is fetched and no file is opened here.

pub mod bundle;
mod catalog;
pub mod signature;

pub use catalog::{Added, Age, Catalog, CatalogError, Contradiction, SelectError};
