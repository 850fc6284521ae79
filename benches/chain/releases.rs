//! The releases on the way: large ones to walk over, and small ones whose servers take as long.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::fakes::release::{FixtureCatalog, FixtureRelease};
use crate::fakes::trailer::Fault;
use crate::site::{Sizes, run};

const STAND_IN: &str = env!("CARGO_BIN_EXE_stand-in");

/// The last stops of the way, each of which the rules let follow the one before.
const STOPS: [&str; 9] =
    ["5.37.10", "6.3.10", "6.7.2", "7.0.2", "7.1.9", "7.8.15", "9.11.18", "10.11.19", "11.7.3"];

/// How long a server takes before it does anything, in milliseconds. Real ones answer half a second to five seconds after their
/// start where the database is nearly empty (observed).
const START: u64 = 1200;

/// How long one step of a migration takes at least, in milliseconds: seconds for a hop over many, as with some millions of posts.
const STEP: u64 = 100;

/// How long a graceful stop takes, in milliseconds. Real ones take anything from nothing to 15 s, at random (observed).
const STOP: u64 = 3000;

/// Archives in the order of their versions, in one directory with a catalogue that knows no others.
#[derive(Debug)]
pub(crate) struct Releases {
    pub(crate) directory: PathBuf,
    pub(crate) catalog: PathBuf,
    pub(crate) archives: Vec<(&'static str, PathBuf)>,
}

impl Releases {
    /// Releases in which there is nothing but what a server needs.
    pub(crate) fn small(directory: &Path, hops: usize) -> Self {
        Self::build(directory, hops, |release| release.small_files(1))
    }

    /// As in real ones, the server is a third of it, and its prepackaged plugins are most of the rest.
    pub(crate) fn large(directory: &Path, hops: usize, sizes: &Sizes) -> Self {
        let plugin = sizes.release * 2 / 3 / 20;
        Self::build(directory, hops, |release| {
            release
                .binary_size(sizes.release / 3)
                .large_plugins(20, plugin)
                .small_files(sizes.small_files)
        })
    }

    fn build(
        directory: &Path,
        hops: usize,
        fill: impl Fn(FixtureRelease) -> FixtureRelease,
    ) -> Self {
        fs::create_dir_all(directory).unwrap();
        let first = STOPS.len().checked_sub(hops + 1).expect("there are not so many releases");
        let archive = |version: &&'static str| {
            let release = FixtureRelease::new(version, STAND_IN).fault(Fault::SlowStart(START));
            let release = release.timings(|timings| {
                timings.migration_step_ms = STEP;
                timings.stop_ms = STOP;
            });
            (*version, fill(release).build(directory))
        };
        let archives: Vec<_> = STOPS[first..].iter().map(archive).collect();
        let paths: Vec<&PathBuf> = archives.iter().map(|(_, path)| path).collect();
        let catalog = FixtureCatalog::of(&paths).write(directory);
        Self { directory: directory.to_owned(), catalog, archives }
    }

    pub(crate) fn versions(&self) -> Vec<&'static str> {
        self.archives.iter().map(|(version, _)| *version).collect()
    }

    pub(crate) fn last(&self) -> &'static str {
        self.archives.last().unwrap().0
    }

    /// How long one of them takes to unpack by what one would type.
    pub(crate) fn unpacked_by_tar(&self, bench: &Path) -> Duration {
        let place = bench.join("by-tar");
        fs::create_dir(&place).unwrap();
        let begun = Instant::now();
        let mut tar = Command::new("tar");
        run(tar.arg("xzf").arg(&self.archives[1].1).arg("-C").arg(&place));
        run(Command::new("sync").arg("-f").arg(&place));
        begun.elapsed()
    }
}
