//! An installation whose configuration file is tampered with.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use crate::support::said::Said;
use crate::support::world::{LIVE, World, release};

/// An installation that nobody has started.
pub(super) struct Place {
    pub(super) world: World,
    pub(super) archive: PathBuf,
    pub(super) file: PathBuf,
}

impl Place {
    pub(super) fn new() -> Self {
        Self::of("10.11.0")
    }

    pub(super) fn of(version: &str) -> Self {
        let world = World::new();
        let archive = world.archive(&release(version));
        world.install(&archive, &["--no-start"]).expect(0);
        let file = world.below(LIVE).join("config/config.json");
        Self { world, archive, file }
    }

    pub(super) fn set(&self, more: &[&str]) -> Said {
        let words = [&["TeamSettings.SiteName=\"Other\""], more].concat();
        self.world.ask(&["config", "set"], &words)
    }

    pub(super) fn text(&self) -> String {
        fs::read_to_string(&self.file).unwrap()
    }

    /// The text after the change.
    pub(super) fn wanted(&self) -> String {
        self.text().replace("\"Acme Chat\"", "\"Other\"")
    }

    /// The names in the directory of the file.
    pub(super) fn beside(&self) -> BTreeSet<OsString> {
        let entries = fs::read_dir(self.file.parent().unwrap()).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    }

    /// Moves the file there, and leaves a link to it in its place.
    pub(super) fn link_to(&self, target: &Path) {
        fs::copy(&self.file, target).unwrap();
        let meta = fs::metadata(&self.file).unwrap();
        std::os::unix::fs::chown(target, Some(meta.uid()), Some(meta.gid())).unwrap();
        fs::remove_file(&self.file).unwrap();
        symlink(target, &self.file).unwrap();
    }

    /// `config set` says this, and changes nothing at all.
    #[track_caller]
    pub(super) fn refuses(&self, words: &[&str]) {
        let stamps = self.world.stamps();
        self.set(&[]).expect(3).saying(words).saying(&["now:", "next:"]);
        self.world.assert_untouched_since(&stamps);
    }
}
