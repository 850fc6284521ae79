//! The digests of files that this process has read itself, so that it need not read them again as long as they are the same.
//!
//! Each write changes a file's time of change, and nobody can set that back: where device, number, size and both times are
//! what they were when a file was read, it holds what it held then. That is relied upon only where it is true:
//!
//! - on file systems of this machine that keep times finer than seconds and change them at writes through shared mappings too:
//!   ext2 to ext4, XFS and Btrfs. On all others, such as those of the network, whose times other machines set, those in memory,
//!   which ignore mappings, and overlays of whatever they are, files are read each time;
//! - of files that nobody has changed since well before the memory began. A file that was changed a moment ago could be changed
//!   again within the same tick of the clock;
//! - after that file system was written to disk at the beginning. Until then, a page that somebody has mapped and written to
//!   could be written to once more and no time would tell.
//!
//! The memory ends with the process: after a crash, everything is read.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is the door")]

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::error::{PathContext, PathError};
use super::outside::{digest_to_end, open_regular};
use super::space::FileSystems;
use super::tree::{Kind, Stat, Tree};
use crate::model::{RelPath, Sha256Digest};

/// The file systems whose times tell.
const TELLING: [&str; 5] = ["ext2", "ext3", "ext4", "xfs", "btrfs"];

/// So long before the memory began nobody may have changed a file, in nanoseconds. The kernel's clock for files ticks every ten
/// milliseconds at the slowest.
const MARGIN: i128 = 100_000_000;

const SECOND: i128 = 1_000_000_000;

/// What was read already. A clone shares it.
#[derive(Clone, Debug, Default)]
pub struct Digests(Arc<Mutex<Memory>>);

#[derive(Debug, Default)]
struct Memory {
    since: Option<Since>,
    known: BTreeMap<Look, Sha256Digest>,
    read: Read,
}

/// Where and when the memory began.
#[derive(Clone, Copy, Debug)]
struct Since {
    device: u64,
    /// In nanoseconds since 1970.
    time: i128,
}

/// What was read from files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// How many files.
    pub files: u64,
    /// How many bytes were in them.
    pub bytes: u64,
}

/// By what a file that was not changed is known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Look {
    device: u64,
    inode: u64,
    size: u64,
    modified: i128,
    changed: i128,
}

impl Digests {
    /// Begins to remember, for files on the file system of this directory; what was remembered before is forgotten. Writes that
    /// file system to disk. Says whether its times tell enough: otherwise, nothing is remembered.
    ///
    /// # Errors
    /// When it cannot be written to disk, or not be told which one it is.
    pub fn begin(&self, tree: &Tree, directory: &RelPath) -> Result<bool, PathError> {
        self.forget();
        let system = FileSystems::read()?.of(&tree.absolute(directory))?;
        if !TELLING.contains(&system.kind.as_str()) {
            return Ok(false);
        }
        // Whatever is written from here on is later.
        let time = now();
        tree.sync_file_system(directory)?;
        self.memory().since = Some(Since { device: system.device, time });
        Ok(true)
    }

    /// Forgets everything, and remembers nothing more.
    pub fn forget(&self) {
        let mut memory = self.memory();
        memory.since = None;
        memory.known.clear();
    }

    /// The digest of a regular file of the tree, which was just looked at.
    ///
    /// # Errors
    /// When it has to be read and cannot.
    pub fn of(&self, tree: &Tree, path: &RelPath, stat: &Stat) -> Result<Sha256Digest, PathError> {
        let known = Look::at(stat).and_then(|look| self.memory().known.get(&look).copied());
        if let Some(digest) = known {
            return Ok(digest);
        }
        let absolute = tree.absolute(path);
        let mut file = open_regular(&absolute)?;
        let before = Look::of(&file).on("look at", &absolute)?;
        let digest = digest_to_end(&mut file, &absolute)?;
        let after = Look::of(&file).on("look at", &absolute)?;
        let mut memory = self.memory();
        memory.read.files += 1;
        memory.read.bytes += after.size;
        if before == after && memory.since.is_some_and(|since| since.vouches_for(&after)) {
            memory.known.insert(after, digest);
        }
        Ok(digest)
    }

    /// What was read so far because it was not known.
    #[must_use]
    pub fn read(&self) -> Read {
        self.memory().read
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Since {
    /// Would each later write change the times of this file? Whole seconds are those of a file system that has no others.
    const fn vouches_for(self, look: &Look) -> bool {
        look.device == self.device
            && look.changed + MARGIN < self.time
            && look.changed % SECOND != 0
    }
}

impl Look {
    fn at(stat: &Stat) -> Option<Self> {
        let Stat { device, inode, size, modified, changed, .. } = *stat;
        (stat.kind == Kind::File).then_some(Self { device, inode, size, modified, changed })
    }

    fn of(file: &File) -> std::io::Result<Self> {
        let meta = file.metadata()?;
        let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * SECOND + i128::from(rest);
        Ok(Self {
            device: meta.dev(),
            inode: meta.ino(),
            size: meta.len(),
            modified: nanoseconds(meta.mtime(), meta.mtime_nsec()),
            changed: nanoseconds(meta.ctime(), meta.ctime_nsec()),
        })
    }
}

/// By the clock that file systems take their times from, in nanoseconds since 1970.
fn now() -> i128 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i128::try_from(since.as_nanos()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read as _, Write as _};
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};
    use std::thread::sleep;
    use std::time::Duration;

    use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_OMIT, utimensat};

    use super::*;
    use crate::host::{Meter, Territory};

    /// A directory with some files in it, and what this process knows of them.
    struct Desk {
        directory: tempfile::TempDir,
        tree: Tree,
        digests: Digests,
    }

    impl Desk {
        /// `None` where the file system's times do not tell enough.
        fn with(names: &[&str]) -> Option<Self> {
            let directory = tempfile::tempdir().unwrap();
            let own = Territory::new(vec![RelPath::here()]);
            let tree = Tree::open(directory.path(), own, Meter::default()).unwrap();
            let desk = Self { directory, tree, digests: Digests::default() };
            for name in names {
                fs::write(desk.path(name), "as it was").unwrap();
            }
            desk.grow_old();
            desk.begin().then_some(desk)
        }

        fn begin(&self) -> bool {
            let tells = self.digests.begin(&self.tree, &RelPath::here()).unwrap();
            if !tells {
                eprintln!("NOT CHECKED: the times of this file system do not tell enough");
            }
            tells
        }

        fn grow_old(&self) {
            // What is waited for is the clock of the file system itself.
            sleep(Duration::from_millis(150));
            assert!(self.directory.path().exists());
        }

        fn path(&self, name: &str) -> PathBuf {
            self.directory.path().join(name)
        }

        fn digest(&self, name: &str) -> Sha256Digest {
            let path = name.parse().unwrap();
            let stat = self.tree.stat(&path).unwrap().unwrap();
            self.digests.of(&self.tree, &path, &stat).unwrap()
        }

        #[track_caller]
        fn assert_reads(&self, files: u64, names: &[&str]) {
            let before = self.digests.read().files;
            for name in names {
                let content = fs::read(self.path(name)).unwrap();
                assert_eq!(self.digest(name), Sha256Digest::of(&content), "{name}");
            }
            assert_eq!(self.digests.read().files - before, files);
        }

        /// Sets the time of modification back to what it was: what remains is the time of change.
        fn as_if_nothing_had_happened(&self, name: &str, before: &Stat) {
            let time = Timespec {
                tv_sec: i64::try_from(before.modified / SECOND).unwrap(),
                tv_nsec: i64::try_from(before.modified % SECOND).unwrap(),
            };
            let omitted = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
            let times = Timestamps { last_access: omitted, last_modification: time };
            utimensat(CWD, self.path(name), &times, AtFlags::empty()).unwrap();
        }

        fn stat(&self, name: &str) -> Stat {
            self.tree.stat(&name.parse().unwrap()).unwrap().unwrap()
        }
    }

    #[test]
    fn what_was_read_and_is_as_it_was_is_not_read_again() {
        let Some(desk) = Desk::with(&["a", "b"]) else { return };
        desk.assert_reads(2, &["a", "b"]);
        desk.assert_reads(0, &["a", "b", "a"]);
        assert_eq!(desk.digests.read(), Read { files: 2, bytes: 18 });
        desk.digests.forget();
        desk.assert_reads(2, &["a", "a"]);
    }

    /// A tree is read while it has another name than later.
    #[test]
    fn what_was_read_is_known_below_another_name() {
        let Some(desk) = Desk::with(&[]) else { return };
        fs::create_dir(desk.path("staged")).unwrap();
        fs::write(desk.path("staged/a"), "as it was").unwrap();
        desk.grow_old();
        assert!(desk.begin());
        desk.assert_reads(1, &["staged/a"]);
        fs::rename(desk.path("staged"), desk.path("live")).unwrap();
        desk.assert_reads(0, &["live/a"]);
    }

    #[test]
    fn what_was_written_to_is_read_though_size_and_time_are_as_before() {
        let Some(desk) = Desk::with(&["a", "b"]) else { return };
        desk.assert_reads(2, &["a", "b"]);
        let before = desk.stat("a");
        fs::write(desk.path("a"), "as it is!").unwrap();
        desk.as_if_nothing_had_happened("a", &before);
        let after = desk.stat("a");
        assert_eq!((after.size, after.modified), (before.size, before.modified));
        desk.assert_reads(1, &["a", "b"]);
        // It was changed after the memory began: nothing vouches for it.
        desk.assert_reads(1, &["a", "b"]);
        desk.grow_old();
        assert!(desk.begin());
        desk.assert_reads(2, &["a", "b"]);
        desk.assert_reads(0, &["a", "b"]);
    }

    #[test]
    fn what_was_put_in_its_place_is_read() {
        let Some(desk) = Desk::with(&["a"]) else { return };
        desk.assert_reads(1, &["a"]);
        let before = desk.stat("a");
        fs::write(desk.path("new"), "as it is!").unwrap();
        desk.as_if_nothing_had_happened("new", &before);
        fs::rename(desk.path("new"), desk.path("a")).unwrap();
        desk.assert_reads(1, &["a"]);

        // A file that was there all the time, and is as old.
        let Some(desk) = Desk::with(&["a", "b"]) else { return };
        desk.assert_reads(1, &["a"]);
        fs::write(desk.path("b"), "as it is!").unwrap();
        fs::rename(desk.path("b"), desk.path("a")).unwrap();
        desk.assert_reads(1, &["a"]);
    }

    /// Somebody who has mapped a file, and writes a line to it whenever he is given one.
    struct Writer(Child);

    const WRITER: &str = "
import mmap, sys
file = open(sys.argv[1], 'r+b')
mapped = mmap.mmap(file.fileno(), 0)
for line in sys.stdin:
    mapped[:] = line.rstrip('\\n').encode()
    print(flush=True)
";

    impl Writer {
        /// `None` where nobody can map a file for us.
        fn of(path: &Path) -> Option<Self> {
            let mut command = Command::new("python3");
            command.arg("-c").arg(WRITER).arg(path);
            match command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() {
                Ok(child) => Some(Self(child)),
                Err(error) => {
                    eprintln!("NOT CHECKED: python3 cannot be run: {error}");
                    None
                }
            }
        }

        fn write(&mut self, line: &str) {
            writeln!(self.0.stdin.as_mut().unwrap(), "{line}").unwrap();
            let mut answer = [0];
            self.0.stdout.as_mut().unwrap().read_exact(&mut answer).unwrap();
        }
    }

    impl Drop for Writer {
        fn drop(&mut self) {
            drop(self.0.stdin.take());
            drop(self.0.wait());
        }
    }

    #[test]
    fn what_was_changed_through_a_mapping_is_read() {
        let Some(desk) = Desk::with(&["a"]) else { return };
        let Some(mut writer) = Writer::of(&desk.path("a")) else { return };
        // A page that was written to once may be written to again, and nothing tells, until it is on disk.
        writer.write("as it was");
        desk.grow_old();
        assert!(desk.begin());
        desk.assert_reads(1, &["a"]);
        desk.assert_reads(0, &["a"]);
        let before = desk.stat("a");
        writer.write("as it is!");
        desk.as_if_nothing_had_happened("a", &before);
        desk.assert_reads(1, &["a"]);
    }

    #[test]
    fn a_link_to_a_file_is_no_file_that_was_read() {
        let Some(desk) = Desk::with(&["a"]) else { return };
        desk.assert_reads(1, &["a"]);
        symlink("a", desk.path("link")).unwrap();
        assert_eq!(Look::at(&desk.stat("link")), None);
    }

    #[test]
    fn whole_seconds_are_not_relied_upon() {
        let since = Since { device: 1, time: 10 * SECOND };
        let look = |changed| Look { device: 1, inode: 1, size: 1, modified: 1, changed };
        assert!(since.vouches_for(&look(9 * SECOND + 1)));
        assert!(!since.vouches_for(&look(9 * SECOND)));
        assert!(!since.vouches_for(&look(10 * SECOND - 1)));
        assert!(!since.vouches_for(&Look { device: 2, ..look(9 * SECOND + 1) }));
    }
}
