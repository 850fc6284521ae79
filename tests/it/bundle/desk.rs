//! Where bundles are made: a directory of archives, what is known of them, and a store. Nobody can be asked for anything.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mmembed::engine::{Bundle, BundleError, Errand, Silent, VerifiedArchive, verify_bundle};
use mmembed::host::{Cancel, Clock, Meter, NewContent, NewMember, TarDraft};
use mmembed::model::{Edition, Platform};
use mmembed::release::Catalog;
use mmembed::release::bundle::{BundleIndex, BundleMember, CATALOG_NAME, INDEX_NAME, MemberKind};
use mmembed::release::signature::{Keyring, Policy};
use tempfile::TempDir;

use crate::fakes::release::FixtureCatalog;
use crate::support::said::Said;
use crate::support::world::{MMEMBED, release};

/// Nothing listens on the port that was reserved for a thing that nobody uses any more.
const CLOSED: &str = "http://127.0.0.1:1";

pub(super) struct Desk {
    directory: TempDir,
    pub(super) archives: Vec<PathBuf>,
}

impl Desk {
    /// With the team edition of these versions.
    pub(super) fn of(versions: &[&str]) -> Self {
        let desk = Self::empty();
        let build = |version: &&str| release(version).small_files(3).build(&desk.at("archives"));
        let archives = versions.iter().map(build).collect();
        desk.with(archives)
    }

    pub(super) fn empty() -> Self {
        let directory = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .unwrap();
        fs::create_dir(directory.path().join("archives")).unwrap();
        fs::create_dir(directory.path().join("out")).unwrap();
        Self { directory, archives: vec![] }
    }

    /// With these archives, and a catalogue of all.
    pub(super) fn with(mut self, archives: Vec<PathBuf>) -> Self {
        self.archives.extend(archives);
        FixtureCatalog::of(&self.archives).write(self.directory.path());
        self
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The place of the bundle.
    pub(super) fn bundle(&self) -> PathBuf {
        self.at("out/chain.bundle")
    }

    pub(super) fn catalog(&self) -> Catalog {
        Catalog::parse(&fs::read_to_string(self.at("catalog.txt")).unwrap()).unwrap()
    }

    /// What is known, and where archives are kept.
    pub(super) fn knowledge(&self) -> Vec<String> {
        let words = ["--catalog", "catalog.txt", "--store", "store"];
        let place = |(index, word): (usize, &&str)| match index % 2 {
            0 => (*word).to_owned(),
            _ => self.at(word).display().to_string(),
        };
        words.iter().enumerate().map(place).collect()
    }

    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(MMEMBED);
        command.args(words).args(self.knowledge()).stdin(Stdio::null());
        command.env("HTTPS_PROXY", CLOSED).env("https_proxy", CLOSED).env_remove("NO_PROXY");
        command
    }

    pub(super) fn run(&self, words: &[&str]) -> Said {
        said(&mut self.command(words))
    }

    /// The words of `bundle create`, from the directory of archives.
    pub(super) fn create_words(&self, more: &[&str]) -> Vec<String> {
        let mut words: Vec<String> =
            ["bundle", "create", "--platform", "linux-amd64", "--releases-dir"]
                .map(Into::into)
                .to_vec();
        words.push(self.at("archives").display().to_string());
        words.extend(["--output".to_owned(), self.bundle().display().to_string()]);
        words.extend(more.iter().map(ToString::to_string));
        words
    }

    pub(super) fn create(&self, more: &[&str]) -> Said {
        let words = self.create_words(more);
        self.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// A bundle of all archives.
    pub(super) fn bundled(self) -> Self {
        let mut words = Vec::new();
        for release in self.catalog().releases() {
            words.extend(["--release".to_owned(), release.version.to_string()]);
        }
        let enterprise =
            self.archives.iter().all(|path| !path.display().to_string().contains("-team-"));
        if enterprise {
            words.extend(["--edition".to_owned(), "enterprise".to_owned()]);
        }
        self.create(&words.iter().map(String::as_str).collect::<Vec<_>>()).expect(0);
        self
    }

    /// What the library says of the bundle, when everything is read.
    pub(super) fn judge(&self) -> Result<Vec<VerifiedArchive>, BundleError> {
        let bundle = Bundle::open(&self.bundle(), &self.catalog())?;
        let mut errand =
            Errand { clock: Clock::system(), cancel: Cancel::never(), reporter: &mut Silent };
        verify_bundle(&bundle, &Keyring::built_in().unwrap(), Policy::default(), &mut errand)
    }

    /// Fails unless something is wrong with the bundle, and says what.
    #[track_caller]
    pub(super) fn refused(&self) -> String {
        match self.judge() {
            Err(error) => error.to_string(),
            Ok(archives) => {
                let bad: Vec<_> = archives
                    .iter()
                    .filter_map(|one| Some(format!("{}: {}", one.name, one.wrong.as_ref()?)))
                    .collect();
                assert!(!bad.is_empty(), "nothing is wrong with it");
                bad.join("; ")
            }
        }
    }

    /// Files in the output directory.
    pub(super) fn output(&self) -> Vec<String> {
        let entries = fs::read_dir(self.at("out")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Writes, in the place of the bundle, one whose index fits what is in it, whatever that is.
    pub(super) fn forge(&self, forgery: &Forgery) {
        let members =
            forgery.members.iter().map(|(kind, name, bytes)| BundleMember::of(*kind, name, bytes));
        let members = members.collect();
        let index =
            BundleIndex::with_sums(forgery.edition, Platform::LinuxAmd64, None, members).unwrap();
        let (head, sums) = (index.to_text(), index.sums());
        let mut all = vec![(INDEX_NAME, head.as_bytes())];
        for member in index.members() {
            let made = forgery.members.iter().find(|(_, name, _)| *name == member.name);
            let bytes = made.map_or(sums.as_bytes(), |(_, _, bytes)| bytes);
            all.push((&member.name, bytes));
        }
        write_tar(&self.bundle(), &all);
    }

    /// What is in the bundle, to be forged.
    pub(super) fn forgery(&self) -> Forgery {
        let bundle = Bundle::open(&self.bundle(), &self.catalog()).unwrap();
        let listed = bundle.index().members().iter().filter(|one| one.kind != MemberKind::Sums);
        let members = listed
            .map(|member| {
                let bytes = self.member(&member.name);
                (member.kind, member.name.clone(), bytes)
            })
            .collect();
        Forgery { edition: bundle.index().edition, members }
    }

    /// The bytes of a member of the bundle.
    pub(super) fn member(&self, name: &str) -> Vec<u8> {
        let tar = mmembed::host::PlainTar::open(&self.bundle()).unwrap();
        tar.content(tar.member(name).unwrap(), u64::MAX).unwrap()
    }
}

/// What somebody puts into a bundle of their own.
pub(super) struct Forgery {
    pub(super) edition: Edition,
    pub(super) members: Vec<(MemberKind, String, Vec<u8>)>,
}

impl Forgery {
    /// The bytes of the archive of a version.
    pub(super) fn archive(&mut self, version: &str) -> &mut (MemberKind, String, Vec<u8>) {
        let is_it = |(kind, name, _): &&mut (MemberKind, String, Vec<u8>)| {
            *kind == MemberKind::Archive && name.contains(version)
        };
        self.members.iter_mut().find(is_it).unwrap()
    }

    /// The part of the catalogue, with something else in it.
    pub(super) fn catalog(&mut self, change: impl FnOnce(String) -> String) {
        let catalog = self.members.iter_mut().find(|(_, name, _)| name == CATALOG_NAME).unwrap();
        catalog.2 = change(String::from_utf8(catalog.2.clone()).unwrap()).into_bytes();
    }
}

/// Writes a tar file of plain files, which no one may take for a bundle unless it is one.
pub(super) fn write_tar(path: &Path, members: &[(&str, &[u8])]) {
    let members = members.iter().map(|(name, bytes)| NewMember {
        name,
        size: bytes.len() as u64,
        content: NewContent::Bytes(bytes),
    });
    let draft = TarDraft {
        members: members.collect(),
        replace: true,
        meter: Meter::default(),
        cancel: Cancel::never(),
    };
    draft.write(path, &mut |_| {}).unwrap();
}

pub(super) fn said(command: &mut Command) -> Said {
    Said::of(command.output().unwrap())
}
