//! The releases that are known on this machine: those that are built in, and those that were imported.
//! Nothing is fetched here.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::host::{
    PathError, exists_outside, make_directory_outside, read_outside, write_public_outside,
};
use crate::release::{Added, Age, Catalog, CatalogError, Contradiction};

/// The imported catalogue, in the store.
const IMPORTED: &str = "catalog.txt";

/// The most bytes that are read of a catalogue: some thirty times what there is today.
const CATALOG_CAP: u64 = 8 * 1024 * 1024;

/// Why it is not known which releases there are.
#[derive(Debug, thiserror::Error)]
pub enum CatalogFileError {
    /// A file could not be read or written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A file is no text.
    #[error("{} is no text", path.display())]
    NoText {
        /// The file.
        path: PathBuf,
    },
    /// A file is no catalogue.
    #[error("{}", path.display())]
    Catalog {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        why: CatalogError,
    },
    /// A file says something else than what is known.
    #[error("{}", path.display())]
    Contradiction {
        /// The file.
        path: PathBuf,
        /// Where the two differ.
        #[source]
        why: Contradiction,
    },
    /// A file is older than what is known: whoever gave it may want newer releases to be forgotten.
    #[error("{} is of {as_of}, but what is known is of {known}", path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// Of which day it is.
        as_of: Date,
        /// Of which day the known catalogue is.
        known: Date,
    },
    /// A file is of a day that is yet to come: once taken in, it would keep all others out until then.
    #[error("{}: {age}", path.display())]
    Future {
        /// The file.
        path: PathBuf,
        /// How it stands to today.
        age: Age,
    },
}

/// What this machine knows: what is built in, with what was imported into the store, if there is one; or, `instead` of both, a file.
///
/// # Errors
/// A catalogue cannot be read, or the imported one contradicts the one that is built in.
pub fn known_releases(
    store: Option<&Path>,
    instead: Option<&Path>,
) -> Result<Catalog, CatalogFileError> {
    if let Some(path) = instead {
        return read_catalog(path);
    }
    let mut catalog = Catalog::built_in();
    let imported = store.map(|store| store.join(IMPORTED));
    if let Some(imported) = imported.filter(|imported| exists_outside(imported)) {
        let file = read_catalog(&imported)?;
        catalog
            .extend(&file)
            .map_err(|why| CatalogFileError::Contradiction { path: imported, why })?;
    }
    Ok(catalog)
}

/// Takes the releases of a file into the store, for good.
///
/// # Errors
/// The file is no catalogue, contradicts what is known, is older than that, or of a day after `today`. Nothing is taken in then.
pub fn import_releases(
    store: &Path,
    path: &Path,
    today: Date,
) -> Result<(Catalog, Added), CatalogFileError> {
    let file = read_catalog(path)?;
    let mut known = known_releases(Some(store), None)?;
    let age = file.age(today);
    if matches!(age, Age::Future { .. }) {
        return Err(CatalogFileError::Future { path: path.to_owned(), age });
    }
    if file.as_of() < known.as_of() {
        let (as_of, known) = (file.as_of(), known.as_of());
        return Err(CatalogFileError::Older { path: path.to_owned(), as_of, known });
    }
    let contradiction = |why| CatalogFileError::Contradiction { path: path.to_owned(), why };
    let added = known.extend(&file).map_err(contradiction)?;
    make_directory_outside(store)?;
    let beyond = known.beyond(&Catalog::built_in()).to_text();
    write_public_outside(&store.join(IMPORTED), beyond.as_bytes())?;
    Ok((known, added))
}

/// Reads a catalogue from a file.
///
/// # Errors
/// There is none, or it makes no sense.
pub fn read_catalog(path: &Path) -> Result<Catalog, CatalogFileError> {
    let bytes = read_outside(path, CATALOG_CAP)?;
    let text =
        String::from_utf8(bytes).map_err(|_| CatalogFileError::NoText { path: path.to_owned() })?;
    Catalog::parse(&text).map_err(|why| CatalogFileError::Catalog { path: path.to_owned(), why })
}
