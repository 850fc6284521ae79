//! Who may be asked over the network, how an answer is waited for, and what is not taken for one.
//! It keeps nothing: files that are fetched belong to the cache.

mod admission;
mod answer;
mod body;
mod error;
mod exchange;
mod failure;
mod head;
mod pace;
mod patience;
mod trust;

pub use error::NetworkError;

pub(super) use answer::{Answer, Onward};
pub(super) use head::Validator;
pub(super) use patience::Patience;
pub(super) use trust::unused_tls;

use std::path::PathBuf;
use std::time::Duration;

use reqwest::blocking::Client;
use reqwest::redirect::Policy;

use self::admission::Admission;
use super::clock::Clock;
use super::signal::Cancel;

/// What this program calls itself.
const NAME: &str = concat!("mmembed/", env!("CARGO_PKG_VERSION"));

/// How long it may take until a connection stands.
const CONNECT: Duration = Duration::from_secs(30);

/// Through whom others are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxies {
    /// As `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in capitals or not.
    FromEnvironment,
    /// Directly, whatever the environment says.
    Never,
}

/// Whom to trust, and how much patience to have.
#[derive(Clone, Debug)]
pub struct NetworkSettings {
    /// A file of certificates (PEM) that are trusted besides those of the system.
    pub ca_file: Option<PathBuf>,
    /// Hosts, `name` or `name:port`, that may also be asked over `http`. Over `https` their certificates count as anybody's:
    /// one that is not trusted by the system belongs into `ca_file`.
    pub insecure_hosts: Vec<String>,
    /// Through whom others are asked.
    pub proxies: Proxies,
    /// The longest silence.
    pub stall: Duration,
    /// The fewest bytes per second that are put up with, over each `window`.
    pub floor: u64,
    /// Over how long the floor is measured.
    pub window: Duration,
    /// How long one file may take, waits included.
    pub total: Duration,
    /// After how many breaks of one file it is given up.
    pub breaks: u32,
    /// The longest wait between two questions. A server that asks for a longer one is told of instead.
    pub longest_wait: Duration,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self {
            ca_file: None,
            insecure_hosts: Vec::new(),
            proxies: Proxies::FromEnvironment,
            stall: Duration::from_secs(60),
            floor: 1024,
            window: Duration::from_secs(60),
            total: Duration::from_secs(2 * 60 * 60),
            breaks: 5,
            longest_wait: Duration::from_secs(60),
        }
    }
}

/// Asks others for what they publish. A clone is the same.
#[derive(Clone, Debug)]
pub struct Network {
    client: Client,
    admission: Admission,
    settings: NetworkSettings,
    clock: Clock,
    cancel: Cancel,
}

impl Network {
    /// Prepares to ask. Nobody is asked yet.
    ///
    /// Where no provider of cryptography is installed for the process, `ring` is; one that is there is used.
    ///
    /// # Errors
    /// When the file of certificates cannot be read or has none, and when there is no certificate to trust at all.
    pub fn new(
        settings: NetworkSettings,
        clock: Clock,
        cancel: Cancel,
    ) -> Result<Self, NetworkError> {
        trust::install_provider();
        let mut builder = Client::builder()
            .user_agent(NAME)
            // Redirections are followed here, where each is looked at.
            .redirect(Policy::none())
            .referer(false)
            .http1_only()
            .pool_max_idle_per_host(0)
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT)
            // Ends the thread that nobody waits for any more; whoever waits does not wait so long.
            .timeout(settings.stall.saturating_mul(2));
        if let Some(path) = &settings.ca_file {
            builder = builder.tls_certs_merge(trust::certificates(path)?);
        }
        if settings.proxies == Proxies::Never {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|source| NetworkError::Unprepared { source })?;
        let admission = Admission::new(&settings.insecure_hosts);
        Ok(Self { client, admission, settings, clock, cancel })
    }

    /// The whole of a small file, such as a signature or a list of sums.
    ///
    /// What breaks is asked for again a few times.
    ///
    /// # Errors
    /// [`NetworkError`]; also when it has more than `cap` bytes.
    pub fn small(&self, url: &str, cap: u64) -> Result<Vec<u8>, NetworkError> {
        let mut patience = Patience::new(self);
        loop {
            match self.read_small(url, cap, &patience) {
                Err(error) => patience.again(error, &mut |_, _| {})?,
                read => return read,
            }
        }
    }

    fn read_small(
        &self,
        url: &str,
        cap: u64,
        patience: &Patience<'_>,
    ) -> Result<Vec<u8>, NetworkError> {
        let mut answer = self.ask(url, None, patience)?.expect_file(cap)?;
        let mut content = Vec::new();
        while let Some(piece) = answer.next_piece(patience)? {
            content.extend_from_slice(&piece);
            if content.len() as u64 > cap {
                return Err(answer.too_large(cap));
            }
        }
        if content.is_empty() { Err(answer.empty()) } else { Ok(content) }
    }

    /// Refuses an address that may not be asked.
    pub(super) fn admit(&self, url: &str) -> Result<(), NetworkError> {
        self.admission.admit(url).map(drop)
    }

    pub(super) const fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(super) const fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    pub(super) const fn total(&self) -> Duration {
        self.settings.total
    }

    /// The name of the file at an address, which may have a query after it; empty where there is none.
    #[must_use]
    pub fn file_name(url: &str) -> String {
        admission::file_name(url)
    }

    /// The address of the file that lies beside another, and is called as that with `suffix`. Who may have the one by its query
    /// asks in the same way for the other.
    #[must_use]
    pub fn beside(url: &str, suffix: &str) -> String {
        admission::beside(url, suffix)
    }

    /// How an address is shown: see [`NetworkError`].
    #[must_use]
    pub fn shown(url: &str) -> String {
        admission::shown_text(url)
    }
}
