//! A directory with a canary, in which archives are unpacked and judged.

use std::fmt::Write as _;
use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mmembed::host::{Limits, Meter, Progress, Unpack, UnpackError, Unpacked, remove_tree, unpack};
use mmembed::model::{EntryKind, ReleaseShape, Sha256Digest};

/// What has to come of a case.
pub(crate) enum Verdict {
    /// Refused by the rule of this name.
    Refused(&'static str),
    /// Unpacked: these lines, and the five of [`BASE`], are what [`World::listing`] shows.
    Accepted(&'static [&'static str]),
}

/// One case of the corpus.
pub(crate) struct Case {
    pub(crate) id: &'static str,
    /// Makes the archive.
    pub(crate) archive: fn(&World) -> Vec<u8>,
    pub(crate) verdict: Verdict,
    /// Looks at what the listing does not show.
    pub(crate) look: fn(&World),
}

pub(crate) fn refuse(id: &'static str, rule: &'static str, archive: fn(&World) -> Vec<u8>) -> Case {
    Case { id, archive, verdict: Verdict::Refused(rule), look: |_| {} }
}

pub(crate) fn accept(
    id: &'static str,
    lines: &'static [&'static str],
    archive: fn(&World) -> Vec<u8>,
) -> Case {
    Case { id, archive, verdict: Verdict::Accepted(lines), look: |_| {} }
}

impl Case {
    pub(crate) fn looking(mut self, look: fn(&World)) -> Self {
        self.look = look;
        self
    }

    /// Unpacks the archive of the case and judges everything about it.
    pub(crate) fn run(&self) {
        let world = World::new();
        let archive = (self.archive)(&world);
        world.put_archive(&archive);
        self.judge(&world, Limits::default());
    }

    /// The same for an archive that lies there already.
    pub(crate) fn judge(&self, world: &World, limits: Limits) {
        let id = self.id;
        let outside = world.outside_listing();
        let result = world.unpack_with(limits, None);
        match (&self.verdict, result) {
            (Verdict::Refused(rule), Err(error)) => {
                let said = error.to_string();
                assert!(error.is_refusal(), "{id}: {said}");
                assert!(said.contains(&format!("(rule {rule})")), "{id}: {said}");
                assert!(said.contains("mattermost-11.6.0.tar.gz: "), "{id}: {said}");
                assert!(!said.contains(char::is_control), "{id}: {said}");
                world.assert_plain(id);
            }
            (Verdict::Accepted(lines), Ok(unpacked)) => {
                world.assert_is(id, lines, &unpacked);
            }
            (Verdict::Refused(rule), Ok(_)) => panic!("{id}: unpacked, should break {rule}"),
            (Verdict::Accepted(_), Err(error)) => panic!("{id}: {error}"),
        }
        (self.look)(world);
        assert_eq!(world.outside_listing(), outside, "{id}: changed outside");
        world.remove_stage().unwrap();
        assert!(!world.stage().exists(), "{id}: the stage is still there");
        assert_eq!(world.outside_listing(), outside, "{id}: removal went outside");
    }
}

/// What every accepted archive holds.
pub(crate) const BASE: [&str; 5] = [
    "d 755 bin",
    "d 755 config",
    "f 600 config/config.json \"{}\\n\"",
    "f 755 bin/mattermost \"\\x7fELF\"",
    "root 755",
];

/// The clock of the tests: 2026-11-23.
pub(crate) const NOW: u64 = 1_795_392_000;

pub(crate) struct World {
    directory: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let directory = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .unwrap();
        let world = Self { directory };
        fs::create_dir(world.stage()).unwrap();
        fs::set_permissions(world.stage(), fs::Permissions::from_mode(0o755)).unwrap();
        let outside = world.outside();
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("canary"), "alive").unwrap();
        fs::create_dir(outside.join("cage")).unwrap();
        fs::set_permissions(outside.join("cage"), fs::Permissions::from_mode(0o700)).unwrap();
        symlink("canary", outside.join("link")).unwrap();
        world
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn stage(&self) -> PathBuf {
        self.root().join("stage")
    }

    pub(crate) fn outside(&self) -> PathBuf {
        self.root().join("outside")
    }

    /// A path in the canary's directory, as an archive would spell it.
    pub(crate) fn outside_path(&self, name: &str) -> Vec<u8> {
        self.outside().join(name).to_str().unwrap().as_bytes().to_vec()
    }

    pub(crate) fn archive(&self) -> PathBuf {
        self.root().join("mattermost-11.6.0.tar.gz")
    }

    pub(crate) fn put_archive(&self, bytes: &[u8]) {
        fs::write(self.archive(), bytes).unwrap();
    }

    pub(crate) fn unpack(&self) -> Result<Unpacked, UnpackError> {
        self.unpack_with(Limits::default(), None)
    }

    pub(crate) fn unpack_with(
        &self,
        limits: Limits,
        expect: Option<Sha256Digest>,
    ) -> Result<Unpacked, UnpackError> {
        self.unpack_job(&self.archive(), limits, expect, &Meter::default(), &mut |_| {})
    }

    pub(crate) fn unpack_job(
        &self,
        archive: &Path,
        limits: Limits,
        expect: Option<Sha256Digest>,
        meter: &Meter,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Unpacked, UnpackError> {
        let stage = fs::File::open(self.stage()).unwrap();
        unpack(Unpack {
            archive,
            expect,
            shape: &ReleaseShape::MATTERMOST,
            into: stage.as_fd(),
            into_name: &self.stage(),
            limits,
            now: UNIX_EPOCH + Duration::from_secs(NOW),
            meter,
            progress,
        })
    }

    pub(crate) fn remove_stage(&self) -> Result<(), mmembed::host::PathError> {
        let root = fs::File::open(self.root()).unwrap();
        remove_tree(root.as_fd(), "stage", self.root(), &Meter::default())
    }

    /// What lies in the stage, one line each, sorted.
    pub(crate) fn listing(&self) -> Vec<String> {
        let mode = fs::metadata(self.stage()).unwrap().mode() & 0o7777;
        let mut lines = vec![format!("root {mode:o}")];
        list(&self.stage(), "", &mut lines);
        lines.sort();
        lines
    }

    /// Everything beside the stage, with modes, times and contents.
    pub(crate) fn outside_listing(&self) -> String {
        let mut text = String::new();
        for top in [self.outside(), self.archive()] {
            describe(&top, &mut text);
        }
        let names: Vec<_> = fs::read_dir(self.root())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name != "stage")
            .collect();
        write!(text, "{}", names.len()).unwrap();
        text
    }

    /// A refused archive leaves nothing but files and directories behind.
    fn assert_plain(&self, id: &str) {
        for line in self.listing() {
            assert!(
                line.starts_with("f ") || line.starts_with("d ") || line.starts_with("root 755"),
                "{id}: left behind {line}"
            );
        }
    }

    fn assert_is(&self, id: &str, lines: &[&str], unpacked: &Unpacked) {
        let mut expected: Vec<_> = lines.iter().chain(&BASE).map(ToString::to_string).collect();
        expected.sort();
        let listing = self.listing();
        assert_eq!(listing, expected, "{id}");
        let told: Vec<_> = unpacked
            .entries
            .iter()
            .map(|entry| self.line(&entry.path.under(&self.stage()), &entry.kind))
            .collect();
        assert_eq!(told.len() + 1, listing.len(), "{id}: {told:?}");
        for line in told {
            assert!(listing.iter().any(|found| found.starts_with(&line)), "{id}: told of {line}");
        }
    }

    /// What a listing line about an entry begins with, if the list tells the truth.
    fn line(&self, path: &Path, kind: &EntryKind) -> String {
        let shown = path.strip_prefix(self.stage()).unwrap().to_str().unwrap();
        match kind {
            EntryKind::Directory => format!("d 755 {shown}"),
            EntryKind::Symlink { target } => format!("l {shown} -> {target}"),
            EntryKind::File { size, sha256, executable } => {
                let content = fs::read(path).unwrap();
                assert_eq!(content.len() as u64, *size, "{shown}");
                assert_eq!(sha256_of(&content), *sha256, "{shown}");
                let mode = fs::metadata(path).unwrap().mode() & 0o7777;
                assert_eq!(mode & 0o100 != 0, *executable, "{shown}");
                format!("f {mode:o} {shown}")
            }
        }
    }

    pub(crate) fn mtime(&self, name: &str) -> i64 {
        fs::symlink_metadata(self.stage().join(name)).unwrap().mtime()
    }
}

pub(crate) fn sha256_of(bytes: &[u8]) -> Sha256Digest {
    use sha2::{Digest, Sha256};
    Sha256Digest::from_bytes(Sha256::digest(bytes).into())
}

fn list(directory: &Path, prefix: &str, lines: &mut Vec<String>) {
    // Collected first, so that one directory is open at a time: some tests have few descriptors.
    let paths: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in paths {
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        let about = fs::symlink_metadata(&path).unwrap();
        let mode = about.mode() & 0o7777;
        if about.is_dir() {
            lines.push(format!("d {mode:o} {name}"));
            list(&path, &format!("{name}/"), lines);
        } else if about.is_symlink() {
            let target = fs::read_link(&path).unwrap();
            lines.push(format!("l {name} -> {}", target.display()));
        } else if about.is_file() {
            let content = fs::read(&path).unwrap();
            let shown = &content[..content.len().min(40)];
            lines.push(format!("f {mode:o} {name} \"{}\"", shown.escape_ascii()));
        } else {
            lines.push(format!("special {name}"));
        }
    }
}

fn describe(path: &Path, text: &mut String) {
    let about = fs::symlink_metadata(path).unwrap();
    writeln!(
        text,
        "{} {:o} {}:{} {}.{} {}",
        path.display(),
        about.mode(),
        about.uid(),
        about.gid(),
        about.mtime(),
        about.mtime_nsec(),
        about.size()
    )
    .unwrap();
    if about.is_dir() {
        let mut below: Vec<_> =
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        below.sort();
        for path in below {
            describe(&path, text);
        }
    } else if about.is_file() {
        writeln!(text, "{}", sha256_of(&fs::read(path).unwrap())).unwrap();
    }
}

/// Runs all cases of one chapter, and says all that went wrong.
pub(crate) fn run_all(cases: &[Case]) {
    for case in cases {
        let began = SystemTime::now();
        case.run();
        let took = began.elapsed().unwrap_or_default();
        assert!(took < Duration::from_secs(20), "{} took {took:?}", case.id);
    }
}
