//! What can be typed about which releases are known.

use std::path::PathBuf;

use clap::Args;

/// Which releases are known.
#[derive(Clone, Debug, Args)]
pub(crate) struct CatalogArgs {
    /// Where downloaded archives and imported catalogues are kept [default: /var/lib/mmembed for root, else
    /// ~/.local/share/mmembed]
    #[arg(long, env = "MMEMBED_STORE", value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,
    /// Know the releases of this file instead of those that are built in or imported
    #[arg(long, env = "MMEMBED_CATALOG", value_name = "FILE")]
    pub(crate) catalog: Option<PathBuf>,
}
