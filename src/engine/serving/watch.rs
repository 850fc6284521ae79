//! Starting the server through its service, and waiting until it serves at its real address.

use std::time::Duration;

use super::Until;
use super::error::ServingError;
use super::quiet::running;
use crate::config::Document;
use crate::engine::ask_running::{Asked, ask_running_by};
use crate::engine::server_environment::{SiteConfig, environment_of_process, running_server};
use crate::host::{
    Census, Host, Http, Obeyed, RunningProcess, ServiceDoor, ServiceError, ServiceState,
};
use crate::model::{Owner, RelPath, ServerEnvironment, Service, Version};

/// Good answers in a row: one could come from a server that falls over right after.
const GOOD_ANSWERS: u32 = 2;

/// Between two looks, by how long was waited already: people wait for the first answer.
const PAUSES: [(Duration, Duration); 2] = [
    (Duration::from_secs(10), Duration::from_millis(50)),
    (Duration::from_secs(120), Duration::from_millis(250)),
];

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(1);

/// How long a server that has ended is waited for: its service may start it again.
const DEATH: Duration = Duration::from_secs(10);

/// A start that systemd waits for may have used up all the time; so long it is asked all the same.
const LAST_CHANCE: Duration = Duration::from_secs(10);

/// A server, the address that its configuration gives it, and who starts it.
pub(crate) struct Serving<'a> {
    pub(crate) host: &'a Host,
    pub(crate) door: ServiceDoor<'a>,
    /// The tree that it runs from.
    pub(crate) tree: &'a RelPath,
    /// Its configuration.
    pub(crate) config: &'a RelPath,
    /// The environment that it is started with, as far as that is known while it does not run.
    pub(crate) environment: &'a ServerEnvironment,
    /// Who asks the database, should its configuration lie there.
    pub(crate) run_as: Option<Owner>,
    /// As what it must answer.
    pub(crate) version: &'a Version,
    /// When waiting for it ends.
    pub(crate) until: Until,
}

/// That it serves, and how far that is known.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Served {
    /// It answers as it should.
    Proven,
    /// It answers as it should, though none of its processes can be seen on this machine.
    Elsewhere,
    /// It runs, and could not be asked because of this.
    Unasked(String),
}

/// What one look at it has shown.
enum Sight {
    Good(Served),
    Bad { address: String, answer: String },
}

impl Serving<'_> {
    /// Starts it, and waits until it serves.
    ///
    /// # Errors
    /// When it does not within that time. A service that reports a failure is taken at its word unless the server serves.
    pub(crate) fn start(&self, within: Duration) -> Result<(Served, Started), ServingError> {
        let begin = self.host.clock.monotonic();
        match self.door.start(within.max(LAST_CHANCE)) {
            Ok(obeyed) => {
                let used = self.host.clock.monotonic().saturating_sub(begin);
                let left = within.saturating_sub(used).max(LAST_CHANCE.min(within));
                Ok((self.await_service(left)?, Started::Obeyed(obeyed)))
            }
            Err(failure) => match self.now()? {
                Some(served) => Ok((served, Started::Failed(failure))),
                None => Err(failure.into()),
            },
        }
    }

    /// Does it serve already? `None` if not.
    pub(crate) fn now(&self) -> Result<Option<Served>, ServingError> {
        let http = Http::new().map_err(crate::engine::ProofError::from)?;
        for _ in 1..GOOD_ANSWERS {
            if matches!(self.look(&http)?.0, Sight::Bad { .. }) {
                return Ok(None);
            }
            self.host.clock.sleep(pause_after(Duration::ZERO));
        }
        match self.look(&http)?.0 {
            Sight::Good(served) => Ok(Some(served)),
            Sight::Bad { .. } => Ok(None),
        }
    }

    /// Waits until it serves.
    pub(crate) fn await_service(&self, within: Duration) -> Result<Served, ServingError> {
        let http = Http::new().map_err(crate::engine::ProofError::from)?;
        let begin = self.host.clock.monotonic();
        let mut good = 0;
        let mut pulse = Pulse::default();
        loop {
            let (sight, census) = self.look(&http)?;
            let waited = self.host.clock.monotonic().saturating_sub(begin);
            let last = match sight {
                Sight::Good(served) => {
                    good += 1;
                    if good >= GOOD_ANSWERS {
                        return Ok(served);
                    }
                    None
                }
                Sight::Bad { address, answer } => {
                    good = 0;
                    Some((address, answer))
                }
            };
            let is_over = waited >= within || pulse.is_dead(self, &census, waited);
            if let (true, Some((address, answer))) = (is_over, last) {
                return Err(self.not_serving(address, answer));
            }
            if self.until.is_reached(self.host) {
                return Err(ServingError::Cancelled);
            }
            self.host.clock.sleep(pause_after(waited));
        }
    }

    fn not_serving(&self, address: String, answer: String) -> ServingError {
        let (service, expected) = (self.door.service.clone(), self.version.clone());
        ServingError::NotServing { service, expected, address, answer }
    }

    fn look(&self, http: &Http) -> Result<(Sight, Census), ServingError> {
        let census = running(self.host, self.tree)?;
        let bad = |answer| Sight::Bad { address: "its address".to_owned(), answer };
        // The server rewrites the file when it starts; for a moment it may be half written.
        let sight = match self.configuration(&census) {
            Err(why) => bad(why),
            Ok(config) => match ask_running_by(http, &config, self.version)? {
                Asked::Well => self.if_it_is_the_one(&census),
                Asked::Unwell { address, answer } => Sight::Bad { address, answer },
                Asked::Unreachable(why) if self.server(&census).is_some() => {
                    Sight::Good(Served::Unasked(why))
                }
                Asked::Unreachable(_) => bad("no server runs from the tree".to_owned()),
            },
        };
        Ok((sight, census))
    }

    /// Another server could hold its address, of the same version even. Only the operator's own commands may start one
    /// that is not seen here, in a container for instance.
    fn if_it_is_the_one(&self, census: &Census) -> Sight {
        if self.server(census).is_some() {
            return Sight::Good(Served::Proven);
        }
        if census.unseen > 0 || matches!(self.door.service, Service::Commands { .. }) {
            return Sight::Good(Served::Elsewhere);
        }
        Sight::Bad {
            address: "its address".to_owned(),
            answer: "another server answers there; none runs from the tree".to_owned(),
        }
    }

    /// The configuration as the server sees it: what its environment says has the last word.
    fn configuration(&self, census: &Census) -> Result<Document, String> {
        let running = self.environment_of_running(census);
        let site = SiteConfig {
            host: self.host,
            file: self.config,
            environment: running.as_ref().unwrap_or(self.environment),
            version: self.version,
            run_as: self.run_as,
            kept: Vec::new(),
        };
        site.effective().map_err(|error| error.to_string())
    }

    /// The environment of the server, if it runs and may be looked at.
    pub(crate) fn environment_of_running(&self, census: &Census) -> Option<ServerEnvironment> {
        environment_of_process(self.server(census)?.identity.pid)
    }

    fn server<'c>(&self, census: &'c Census) -> Option<&'c RunningProcess> {
        running_server(census, self.version)
    }
}

/// What became of the order to start.
#[derive(Debug)]
pub(crate) enum Started {
    Obeyed(Obeyed),
    /// The service reports a failure, but the server serves.
    Failed(ServiceError),
}

/// Whether there is still something to wait for.
#[derive(Default)]
struct Pulse {
    was_seen: bool,
    /// Since when nothing runs.
    gone_since: Option<Duration>,
}

impl Pulse {
    /// Has it ended, and does nobody start it again?
    fn is_dead(&mut self, serving: &Serving<'_>, census: &Census, now: Duration) -> bool {
        if !census.found.is_empty() || census.unseen > 0 {
            self.was_seen |= !census.found.is_empty();
            self.gone_since = None;
            return false;
        }
        let since = *self.gone_since.get_or_insert(now);
        if now.saturating_sub(since) < DEATH {
            return false;
        }
        match serving.door.state() {
            ServiceState::Running { .. } => {
                self.gone_since = None;
                false
            }
            ServiceState::Stopped => true,
            // What was never seen may be where it cannot be seen.
            ServiceState::Unknown => self.was_seen,
        }
    }
}

fn pause_after(waited: Duration) -> Duration {
    let found = PAUSES.iter().find(|(until, _)| waited < *until);
    found.map_or(LONGEST, |(_, pause)| *pause)
}
