//! Asks a server of this machine a small question over HTTP.
//! It never goes through a proxy, never follows a redirect, and never keeps more than 64 KiB of an answer.

#![expect(clippy::disallowed_methods, reason = "this is the door; real servers take real time")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use url::Url;

use super::lines::printable;
use super::network::unused_tls;

/// The most bytes that are kept of a body.
const BODY_CAP: usize = 64 * 1024;

/// Asks small questions.
#[derive(Clone, Debug)]
pub struct Http(Client);

/// An answer, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers, their names in lower case; several of one name are joined by `, `. Safe to show.
    pub headers: BTreeMap<String, String>,
    /// The first 64 KiB of the body.
    pub body: Vec<u8>,
    /// Whether the body went on after that.
    pub cut: bool,
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Nobody listens there.
    #[error("nobody listens at {address}")]
    Refused {
        /// Host and port asked.
        address: String,
    },
    /// The answer did not come in time.
    #[error("{address} gave no answer within {} s", after.as_secs_f32())]
    Timeout {
        /// Host and port asked.
        address: String,
        /// How long was waited.
        after: Duration,
    },
    /// The connection broke, or what came was no HTTP.
    #[error("{address} broke off or does not speak HTTP")]
    Broken {
        /// Host and port asked.
        address: String,
        /// What went wrong.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Not an `http://` address.
    #[error("{url:?} is not an address that starts with http://")]
    NoAddress {
        /// What was given, without what follows a `?` or precedes an `@`.
        url: String,
    },
    /// The system gave no means to ask at all.
    #[error("cannot prepare to speak HTTP")]
    Unprepared {
        /// What went wrong.
        #[source]
        source: reqwest::Error,
    },
}

impl Http {
    /// Prepares to ask. Connections are not kept: each answer comes from whoever listens at that moment.
    pub fn new() -> Result<Self, HttpError> {
        Client::builder()
            .tls_backend_preconfigured(unused_tls())
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .http1_only()
            .pool_max_idle_per_host(0)
            .retry(reqwest::retry::never())
            .build()
            .map(Self)
            .map_err(|source| HttpError::Unprepared { source })
    }

    /// Asks for an address. Any answer is a result, also a 404 or a redirect.
    ///
    /// `timeout` is for the whole question and answer; it may be exceeded by one further wait of its length if the
    /// other side dribbles.
    pub fn get(&self, url: &str, timeout: Duration) -> Result<Response, HttpError> {
        let parsed = parse(url)?;
        let asked = Asked {
            address: format!(
                "{}:{}",
                parsed.host_str().unwrap_or_default(),
                parsed.port_or_known_default().unwrap_or_default()
            ),
            begin: Instant::now(),
            timeout,
        };
        let response = self
            .0
            .get(parsed)
            .timeout(timeout)
            .send()
            .map_err(|error| asked.failure(error.without_url()))?;
        let status = response.status().as_u16();
        let headers = headers(&response);
        let (body, cut) = asked.body(response)?;
        Ok(Response { status, headers, body, cut })
    }
}

/// One question under way.
struct Asked {
    address: String,
    begin: Instant,
    timeout: Duration,
}

impl Asked {
    fn body(&self, mut response: impl Read) -> Result<(Vec<u8>, bool), HttpError> {
        let mut body = Vec::new();
        let mut buffer = [0; 8192];
        loop {
            let count = match response.read(&mut buffer) {
                Ok(0) => return Ok((body, false)),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.failure(error)),
            };
            let room = BODY_CAP - body.len();
            body.extend_from_slice(buffer.get(..count.min(room)).unwrap_or_default());
            if count > room {
                return Ok((body, true));
            }
            if self.begin.elapsed() > self.timeout {
                return Err(self.late());
            }
        }
    }

    fn failure(&self, error: impl Error + Send + Sync + 'static) -> HttpError {
        let mut links = std::iter::successors(Some(&error as &dyn Error), |link| cause(*link));
        let found = links.find_map(|link| {
            let io = link.downcast_ref::<io::Error>().map(io::Error::kind);
            let late = link.downcast_ref::<reqwest::Error>().map(reqwest::Error::is_timeout);
            match (io, late) {
                (Some(io::ErrorKind::ConnectionRefused), _) => {
                    Some(HttpError::Refused { address: self.address.clone() })
                }
                (Some(io::ErrorKind::TimedOut), _) | (_, Some(true)) => Some(self.late()),
                _ => None,
            }
        });
        found.unwrap_or_else(|| HttpError::Broken {
            address: self.address.clone(),
            source: Box::new(error),
        })
    }

    fn late(&self) -> HttpError {
        HttpError::Timeout { address: self.address.clone(), after: self.timeout }
    }
}

/// The cause of an error. An `io::Error` names as its source not what it wraps, but the source of that.
pub(super) fn cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match wrapped {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn parse(url: &str) -> Result<Url, HttpError> {
    let parsed = Url::parse(url).ok().map(without_password);
    parsed.filter(|parsed| parsed.scheme() == "http" && parsed.has_host()).ok_or_else(|| {
        let plain = url.split('?').next().unwrap_or_default();
        let plain = plain.rsplit('@').next().unwrap_or_default();
        HttpError::NoAddress { url: plain.to_owned() }
    })
}

/// Nobody is asked under a name here, and errors of the library show the address.
fn without_password(mut url: Url) -> Url {
    // Fails only where there can be no user, and then there is none to remove.
    url.set_username("").ok();
    url.set_password(None).ok();
    url
}

fn headers(response: &reqwest::blocking::Response) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::<String, String>::new();
    for (name, value) in response.headers() {
        let value = printable(value.as_bytes());
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|joined| {
                joined.push_str(", ");
                joined.push_str(&value);
            })
            .or_insert(value);
    }
    headers
}

#[cfg(test)]
mod tests;
