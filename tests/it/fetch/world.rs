//! A mirror, a cache, and somebody who fetches from the one into the other.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use mmembed::host::{
    Cache, Cancel, Clock, FetchError, Fetched, Fetching, Meter, Network, NetworkSettings, Proxies,
    Wanted,
};
use mmembed::model::Sha256Digest;
use tempfile::TempDir;

use crate::fakes::mirror::Mirror;
use crate::fakes::mirror::authority::Authority;

/// The path of the one file that most tests fetch.
pub(super) const PATH: &str = "/releases/10.11.4/team.tar.gz";

/// More than any file here has.
pub(super) const CAP: u64 = 1024 * 1024;

pub(super) struct World {
    directory: TempDir,
    pub(super) mirror: Mirror,
    pub(super) settings: NetworkSettings,
    /// A clock on which waits are over at once.
    pub(super) clock: Clock,
    pub(super) cancel: Cancel,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(Mirror::start())
    }

    /// Without TLS and, where the machine offers that, without a disk: where worlds are many, these take most of the time.
    pub(super) fn plain() -> Self {
        let memory = Path::new("/dev/shm");
        let directory = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        let mut world = Self::at(directory.unwrap(), Mirror::plain());
        world.settings.insecure_hosts = vec![world.mirror.address()];
        world
    }

    pub(super) fn with(mirror: Mirror) -> Self {
        Self::at(TempDir::new().unwrap(), mirror)
    }

    fn at(directory: TempDir, mirror: Mirror) -> Self {
        let settings = NetworkSettings {
            ca_file: Some(Authority::of_tests().file_in(directory.path())),
            proxies: Proxies::Never,
            stall: Duration::from_secs(30),
            ..NetworkSettings::default()
        };
        let clock = Clock::fake("1994-11-06T08:49:00Z".parse::<Timestamp>().unwrap());
        Self { directory, mirror, settings, clock, cancel: Cancel::never() }
    }

    pub(super) fn cache(&self) -> Cache {
        self.cache_under(Meter::default())
    }

    pub(super) fn cache_under(&self, meter: Meter) -> Cache {
        Cache::open(&self.path("cache"), meter).unwrap()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(super) fn network(&self) -> Network {
        Network::new(self.settings.clone(), self.clock.clone(), self.cancel.clone()).unwrap()
    }

    /// Publishes the file that most tests fetch; says what is wanted then.
    pub(super) fn publish(&self, content: &[u8]) -> Wanted {
        self.mirror.serve(PATH, content);
        self.wanted(content)
    }

    /// What is wanted is this content at that path.
    pub(super) fn wanted(&self, content: &[u8]) -> Wanted {
        let sums = vec![Sha256Digest::of(content)];
        Wanted { url: self.mirror.url(PATH), sums, cap: CAP }
    }

    pub(super) fn fetch(&self, wanted: &Wanted) -> Result<Fetched, FetchError> {
        self.cache().fetch(&self.network(), wanted, &mut |_| {})
    }

    /// The same, and what happened on the way but for mere progress.
    pub(super) fn fetch_and_tell(
        &self,
        wanted: &Wanted,
    ) -> (Result<Fetched, FetchError>, Vec<Fetching>) {
        let mut told = Vec::new();
        let fetched = self.cache().fetch(&self.network(), wanted, &mut |what| {
            if !matches!(what, Fetching::Received { .. }) {
                told.push(what);
            }
        });
        (fetched, told)
    }

    /// Fetches what is there, and makes sure that it is right.
    pub(super) fn expect(&self, wanted: &Wanted, content: &[u8]) {
        let fetched = self.fetch(wanted).unwrap_or_else(|error| panic!("{}", words(&error)));
        assert_eq!(fs::read(&fetched.path).unwrap(), content);
        let (sha256, bytes) = (Sha256Digest::of(content), content.len() as u64);
        assert_eq!((fetched.sha256, fetched.bytes), (sha256, bytes));
        assert_eq!(self.whole().keys().collect::<Vec<_>>(), [&sha256.to_string()]);
    }

    /// Is refused in these words, and nothing has a good name then.
    pub(super) fn expect_refusal(&self, wanted: &Wanted, part: &str) -> FetchError {
        let error = self.fetch(wanted).unwrap_err();
        let said = words(&error);
        assert!(said.contains(part), "{said:?} does not say {part:?}");
        assert_eq!(self.whole(), BTreeMap::new(), "{said}");
        error
    }

    /// The whole files in the cache by their names.
    pub(super) fn whole(&self) -> BTreeMap<String, Vec<u8>> {
        self.files("sha256")
    }

    /// The beginnings of files, without notes and locks.
    pub(super) fn beginnings(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.files("partial");
        files.retain(|name, _| !name.contains('.'));
        files
    }

    /// Everything that is no whole file and no lock.
    pub(super) fn left_over(&self) -> Vec<String> {
        let files = self.files("partial").into_keys();
        files.filter(|name| !name.contains(".lock")).collect()
    }

    fn files(&self, directory: &str) -> BTreeMap<String, Vec<u8>> {
        let Ok(entries) = fs::read_dir(self.path("cache").join(directory)) else {
            return BTreeMap::new();
        };
        let files = entries.map(|entry| entry.unwrap());
        files
            .map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                (name, fs::read(entry.path()).unwrap())
            })
            .collect()
    }

    /// The ranges that were asked for, one for each question.
    pub(super) fn ranges(&self) -> Vec<Option<String>> {
        let questions = self.mirror.questions();
        questions.iter().map(|it| it.header("range").map(str::to_owned)).collect()
    }
}

/// An error with its causes.
pub(super) fn words(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// So many bytes that look like an archive, other ones for each seed.
pub(super) fn bytes(count: usize, seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut content = vec![0x1f, 0x8b];
    content.resize_with(count.max(2), || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    });
    content.truncate(count);
    content
}
