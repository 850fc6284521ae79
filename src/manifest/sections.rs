//! What a manifest says. What it leaves out is `None`, or empty.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::Stance;
use crate::model::{
    AppName, BackupPace, DataPolicy, Edition, Overlay, PlaceName, Platform, RelPath,
    ReleaseSelector, ServiceWish, Strength,
};

/// A host application's wish for its server. Each field is the key of the same name, unless it is said otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The application.
    pub app: AppName,
    /// The root to work below.
    pub root: Option<PathBuf>,
    /// The release: a version, a line, `latest` or `esr`.
    pub release: ReleaseSelector,
    /// The edition.
    pub edition: Option<Edition>,
    /// `[places]`: where mutable directories are kept.
    pub places: Vec<(PlaceName, RelPath)>,
    /// Those that stay in the tree.
    pub keep_in_tree: Vec<PlaceName>,
    /// The configuration file, if it is kept outside the tree.
    pub config_file: Option<RelPath>,
    /// `[overlays]`, `[set]` and `[enforce]`, in the order in which they win; `None` where there is none of them: then what was
    /// given last stays.
    pub overlays: Option<Vec<(Strength, Overlay)>>,
    /// `[policies]`: who gives way where two have changed one setting.
    pub policies: Vec<Stance>,
    /// Who owns the tree.
    pub owner: Option<String>,
    /// Who runs the server.
    pub service_user: Option<String>,
    /// What stops and starts the server: its name, or a table with the commands `stop` and `start`.
    pub service: Option<ServiceWish>,
    /// Files with the environment of the server.
    pub env_files: Option<Vec<PathBuf>>,
    /// The directory with the operator's programs.
    pub hooks: Option<PathBuf>,
    /// `[backup]`.
    pub backup: BackupWish,
    /// `[sources]`.
    pub sources: SourceWish,
    /// `files` of `[rules]`.
    pub rules: Option<Vec<PathBuf>>,
    /// `accept` of `[rules]`: the rules that are waived.
    pub accept: Option<Vec<String>>,
    /// How long the server may take to become ready.
    pub start_timeout: Option<Duration>,
    /// How long to wait while another node of a cluster changes the database.
    pub wait_for_cluster: Option<Duration>,
    /// Is everything done but starting the server?
    pub no_start: Option<bool>,
    /// May a first installation use a database that is not empty?
    pub use_existing_database: Option<bool>,
    /// Are new defaults of a release taken over where nobody has touched them?
    pub adopt_new_defaults: Option<bool>,
}

/// What is saved before a release gives way, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupWish {
    /// How often in a chain: `each` or `once`.
    pub pace: Option<BackupPace>,
    /// What becomes of uploaded files: `skip`, `link` or `copy`.
    pub data: Option<DataPolicy>,
    /// Is the dump brought back on trial?
    pub verify_restore: Option<bool>,
    /// How many backups are kept.
    pub keep: Option<u32>,
}

/// Where archives come from, and what has to be known of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceWish {
    /// Directories with archives.
    pub releases_dir: Option<Vec<PathBuf>>,
    /// A mirror.
    pub mirror: Option<String>,
    /// A bundle.
    pub bundle: Option<PathBuf>,
    /// Is nobody asked?
    pub offline: Option<bool>,
    /// Where downloaded archives are kept.
    pub store: Option<PathBuf>,
    /// A catalogue in place of the known one.
    pub catalog: Option<PathBuf>,
    /// Certificates that are trusted besides.
    pub ca_file: Option<PathBuf>,
    /// Hosts that may be asked over http.
    pub insecure: Option<Vec<String>>,
    /// Is an archive without a good signature refused?
    pub require_signature: Option<bool>,
    /// Keys that are believed besides.
    pub key_file: Option<Vec<PathBuf>>,
    /// Are words refused where the known releases are old?
    pub require_fresh: Option<bool>,
    /// The platform.
    pub platform: Option<Platform>,
}

impl Manifest {
    /// The same with all relative paths taken from this directory, which is that of the manifest.
    #[must_use]
    pub fn beside(mut self, directory: &Path) -> Self {
        let overlays =
            self.overlays.iter_mut().flatten().filter_map(|(_, overlay)| match overlay {
                Overlay::File(path) => Some(path),
                Overlay::Set(_) => None,
            });
        let sources = &mut self.sources;
        let single = [&mut self.root, &mut self.hooks].into_iter();
        let of_sources =
            [&mut sources.bundle, &mut sources.store, &mut sources.catalog, &mut sources.ca_file];
        let lists = [
            &mut self.env_files,
            &mut self.rules,
            &mut sources.releases_dir,
            &mut sources.key_file,
        ];
        let paths = overlays
            .chain(single.chain(of_sources).flatten())
            .chain(lists.into_iter().flatten().flatten());
        for path in paths {
            *path = directory.join(&path);
        }
        self
    }
}
