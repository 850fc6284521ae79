//! What both ways begin with: an installation in use, its release, its people's files and rows.

use std::fs::{self, File};
use std::io::Write;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Command;

use mmembed::host::{Meter, make_durable};

use crate::fakes::release::FixtureRelease;
use crate::fakes::trailer::Fault;
use crate::support::service::Ctl;
use crate::support::world::{LIVE, SERVICE, World};

const STAND_IN: &str = env!("CARGO_BIN_EXE_stand-in");

const MB: u64 = 1_000_000;

/// How long a server takes at least before it does anything, in milliseconds: real ones are up within one to five seconds
/// (observed), and one that is quicker would be waited for before it is stopped.
const START: u64 = 1200;

/// The releases that are upgraded from and to.
pub(crate) const OLD: &str = "10.11.0";
pub(crate) const NEW: &str = "11.7.0";

/// How much there is of everything.
#[derive(Debug)]
pub(crate) struct Sizes {
    pub(crate) release: u64,
    pub(crate) small_files: usize,
    pub(crate) uploads: u64,
    pub(crate) rows: u64,
}

/// The archives.
#[derive(Debug)]
pub(crate) struct Releases {
    pub(crate) old: PathBuf,
    pub(crate) new: PathBuf,
}

impl Sizes {
    /// A release of so many megabytes, and twice as much of uploaded files.
    pub(crate) fn of(megabytes: u64) -> Self {
        let small_files = usize::try_from(megabytes * 16).unwrap();
        Self { release: megabytes * MB, small_files, uploads: 2 * megabytes, rows: megabytes * 100 }
    }

    pub(crate) fn releases(&self, bench: &Path) -> Releases {
        // As in real ones, the server is a third of it, and its prepackaged plugins are most of the rest.
        let build = |version| {
            let plugin = self.release * 2 / 3 / 20;
            FixtureRelease::new(version, STAND_IN)
                .binary_size(self.release / 3)
                .large_plugins(20, plugin)
                .small_files(self.small_files)
                .fault(Fault::SlowStart(START))
                .build(bench)
        };
        Releases { old: build(OLD), new: build(NEW) }
    }
}

/// An installation in use, serving.
pub(crate) struct Site {
    // The server goes before its directories do.
    pub(crate) ctl: Ctl,
    pub(crate) world: World,
}

impl Site {
    /// Puts people's files into the tree, starts the server, and puts their rows into its database.
    pub(crate) fn in_use(world: World, sizes: &Sizes) -> Self {
        let uploads = world.below(LIVE).join("data/20261123");
        fs::create_dir_all(&uploads).unwrap();
        let megabyte: Vec<u8> = (0..MB).map(|byte| u8::try_from(byte % 251).unwrap()).collect();
        for number in 0..sizes.uploads {
            fs::write(uploads.join(format!("{number}.jpg")), &megabyte).unwrap();
        }
        give(&world.below(LIVE).join("data"));
        let ctl = Ctl::of(&world);
        ctl.start(&world);
        world
            .database
            .connect()
            .batch_execute(&format!(
                "INSERT INTO posts (id, createat, userid, channelid, message) \
                 SELECT n::text, n, 'u', 'c', repeat('A message. ', 10) FROM generate_series(1, {}) AS n",
                sizes.rows
            ))
            .unwrap();
        let site = Self { ctl, world };
        site.flush();
        site
    }

    /// Leaves the file system nothing to write.
    pub(crate) fn flush(&self) {
        let root = File::open(&self.world.root).unwrap();
        make_durable(root.as_fd(), &self.world.root, &Meter::default()).unwrap();
        std::io::stdout().flush().unwrap();
    }
}

/// Gives everything below a directory to the user who runs the server.
pub(crate) fn give(directory: &Path) {
    let owner = format!("{SERVICE}:{SERVICE}");
    run(Command::new("chown").arg("-R").arg(owner).arg(directory));
}

pub(crate) fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}
