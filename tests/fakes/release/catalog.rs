//! A catalogue of releases that a test has built: theirs are not the published digests.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use mmembed::model::{Edition, Release, ReleaseLine, Sha256Digest, Version};

/// Writing to a `String` never fails.
const WRITES: &str = "a String takes everything";

/// What is known of the archives that a test has built. All are for linux-amd64.
#[derive(Clone, Debug)]
pub(crate) struct FixtureCatalog {
    as_of: String,
    esr: Vec<String>,
    archives: BTreeMap<Version, BTreeMap<Edition, Known>>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    sums: Vec<Sha256Digest>,
    signed: bool,
}

impl FixtureCatalog {
    /// A catalogue of these archives, by their published names. One with a signature beside it is signed.
    ///
    /// # Panics
    /// When one cannot be read, or has another name.
    pub(crate) fn of<P: AsRef<Path>>(archives: &[P]) -> Self {
        let empty = Self { as_of: "2026-08-21".into(), esr: vec![], archives: BTreeMap::default() };
        archives.iter().fold(empty, |catalog, archive| catalog.with(archive.as_ref()))
    }

    /// With one more archive, or one more digest of an archive that is there.
    pub(crate) fn with(mut self, archive: &Path) -> Self {
        let name = archive.file_name().unwrap_or_default().to_string_lossy();
        let release = Release::from_file_name(&name)
            .unwrap_or_else(|| panic!("{name} is no name of an archive"));
        let bytes = fs::read(archive).unwrap_or_else(|error| panic!("{name}: {error}"));
        let known = self.known(&release);
        known.sums.push(Sha256Digest::of(&bytes));
        known.signed = archive.with_file_name(format!("{name}.sig")).exists();
        self
    }

    /// With a release of which no digest is known.
    pub(crate) fn without_digest(mut self, release: &Release) -> Self {
        self.known(release).sums.clear();
        self
    }

    /// The day up to which everything is known.
    pub(crate) fn dated(mut self, day: &str) -> Self {
        day.clone_into(&mut self.as_of);
        self
    }

    /// With extended support for a line such as 10.11.
    pub(crate) fn esr(mut self, line: &str) -> Self {
        self.esr.push(line.to_owned());
        self
    }

    /// As `--catalog` reads it.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("mmembed-catalog 1\nas-of {}\n", self.as_of);
        for (version, editions) in &self.archives {
            let is_esr = self.esr.contains(&ReleaseLine::of(version).to_string());
            let kind = if is_esr { "esr" } else { "feature" };
            writeln!(text, "\n{version} 2026-01-15 {kind}").expect(WRITES);
            for (edition, Known { sums, signed }) in editions {
                let signed = if *signed { " signed" } else { "" };
                writeln!(text, "  {edition} linux-amd64{signed}").expect(WRITES);
                for sum in sums {
                    writeln!(text, "    {sum} docs").expect(WRITES);
                }
            }
        }
        text
    }

    /// Writes it into a directory, and says where it is.
    pub(crate) fn write(&self, directory: &Path) -> PathBuf {
        let path = directory.join("catalog.txt");
        fs::write(&path, self.text()).unwrap_or_else(|error| panic!("{error}"));
        path
    }

    fn known(&mut self, release: &Release) -> &mut Known {
        let editions = self.archives.entry(release.version.clone()).or_default();
        editions.entry(release.edition).or_default()
    }
}
