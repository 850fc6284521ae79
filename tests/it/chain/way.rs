//! An installation in use, with archives of the releases on its way and a catalogue that knows no others.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use crate::fakes::release::FixtureCatalog;
use crate::fakes::release::FixtureRelease;
use crate::support::said::Said;
use crate::support::site::Site;
use crate::support::world::{STATE, release};

/// Releases in a row, each of which the rules let follow the one before.
pub(crate) const STOPS: [&str; 5] = ["5.37.10", "7.1.9", "9.11.0", "10.11.0", "11.7.0"];

/// A site, and the way that lies before it.
pub(crate) struct Way {
    pub(crate) site: Site,
    releases: PathBuf,
    catalog: PathBuf,
}

impl Deref for Way {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Way {
    /// The first one is installed and serves; the others can be had.
    pub(crate) fn over(versions: &[&str]) -> Self {
        let releases: Vec<FixtureRelease> = versions.iter().map(|it| release(it)).collect();
        Self::of(&releases)
    }

    pub(crate) fn of(releases: &[FixtureRelease]) -> Self {
        let site = Site::with(&releases[0], &["--keep-in-tree=client-plugins"]);
        let directory = site.world.beside("releases");
        fs::create_dir(&directory).unwrap();
        let mut way = Self { site, catalog: directory.join("catalog.txt"), releases: directory };
        way.offer(releases);
        way
    }

    /// From now on, these can be had, and no others are known.
    pub(crate) fn offer(&mut self, releases: &[FixtureRelease]) {
        let archives: Vec<PathBuf> = releases.iter().map(|it| it.build(&self.releases)).collect();
        self.catalog = FixtureCatalog::of(&archives).write(&self.releases);
    }

    /// The archive of a release that can be had.
    pub(crate) fn archive_of(&self, release: &FixtureRelease) -> PathBuf {
        self.releases.join(release.file_name())
    }

    /// Where the archives are that can be had.
    pub(super) fn releases(&self) -> &Path {
        &self.releases
    }

    /// The list of all releases that are known.
    pub(super) fn catalog(&self) -> &Path {
        &self.catalog
    }

    pub(crate) fn words(&self, command: &[&str], to: &str, more: &[&str]) -> Vec<String> {
        let mut words = self.site.world.words(command);
        words.extend(["--to".to_owned(), to.to_owned(), "--offline".to_owned()]);
        for (option, path) in [
            ("--releases-dir", &self.releases),
            ("--catalog", &self.catalog),
            ("--store", &self.site.world.beside("store")),
        ] {
            words.extend([option.to_owned(), path.display().to_string()]);
        }
        words.extend(self.site.ctl.words());
        words.extend(more.iter().map(ToString::to_string));
        words
    }

    pub(crate) fn upgrade(&self, to: &str, more: &[&str]) -> Said {
        self.site.world.run(&self.words(&["upgrade"], to, more))
    }

    /// Nothing is left of any chain.
    #[track_caller]
    pub(crate) fn assert_closed(&self) {
        assert!(!self.site.world.below(STATE).join("chain").exists(), "a chain is on record");
        let embedded = fs::read_dir(self.site.world.below("opt/acme/embedded")).unwrap();
        let names = embedded.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let staged: Vec<String> = names.filter(|name| name.contains(".staged-")).collect();
        assert_eq!(staged, Vec::<String>::new());
    }

    /// What people had is there, and this version serves.
    #[track_caller]
    pub(crate) fn assert_intact(&self, version: &str) {
        assert_eq!(self.site.world.serving().as_deref(), Some(version));
        assert_eq!(self.site.world.receipt()["release"]["version"], serde_json::json!(version));
        assert_eq!(self.site.world.messages(), ["first", "größte Übung"]);
        self.site.assert_own_files_are_there();
        self.assert_closed();
    }
}
