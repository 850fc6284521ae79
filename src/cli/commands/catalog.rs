//! Which releases are known, as of which day.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::cli::answer::Refusal;
use crate::cli::args::CatalogArgs;
use crate::cli::environment::usual_store;
use crate::cli::hints;
use crate::engine::known_releases;
use crate::host::Clock;
use crate::release::Catalog;

/// Which day it is here.
pub(super) fn today() -> Date {
    TimeZone::UTC.to_datetime(Clock::system().now()).date()
}

/// The directory that was named, or the usual one, if anybody knows it.
pub(super) fn store_of(named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(usual_store)
}

/// The releases that are known.
pub(super) fn known(args: &CatalogArgs) -> Result<Catalog, Refusal> {
    let store = store_of(args.store.as_deref());
    known_releases(store.as_deref(), args.catalog.as_deref())
        .map_err(|error| hints::for_catalog(&error))
}
