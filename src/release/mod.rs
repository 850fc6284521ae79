//! Which releases were published, and how it is known that an archive is one of them.
//! Nothing is fetched or opened here.

mod catalog;
pub mod signature;

pub use catalog::{Added, Age, Catalog, CatalogError, Contradiction, SelectError};
