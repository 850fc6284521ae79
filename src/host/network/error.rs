//! Why something was not given by others over the network.
//! Addresses are shown without user, password and what follows a `?`: all three may be secrets.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use crate::host::PathError;

/// Why there was no answer, or none that counts.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The file of certificates cannot be read.
    #[error(transparent)]
    CaFile(#[from] PathError),
    /// The file of certificates has none that can be used.
    #[error("{} has no certificate in it that can be used", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The system gave no means to ask at all; for example it trusts no certificate.
    #[error("cannot prepare to speak TLS")]
    Unprepared {
        /// What went wrong.
        #[source]
        source: reqwest::Error,
    },
    /// No address.
    #[error("{url:?} is not an address that starts with https://")]
    NoAddress {
        /// What was given.
        url: String,
    },
    /// An address that anybody on the way could answer for.
    #[error("{url} is not asked: what comes over http may come from anybody")]
    Insecure {
        /// The address.
        url: String,
    },
    /// A redirection to something that is not asked.
    #[error("{from} redirects to {to}, which is not https")]
    RedirectedAway {
        /// Who redirects.
        from: String,
        /// Where to.
        to: String,
    },
    /// A redirection that says not where to, or nothing that can be understood.
    #[error("{url} redirects to nowhere")]
    RedirectedNowhere {
        /// Who redirects.
        url: String,
    },
    /// Redirections without an end.
    #[error("{url} redirects again and again: {hops} times, and there is no end to it")]
    RedirectedEndlessly {
        /// The first address.
        url: String,
        /// How many redirections were followed.
        hops: usize,
    },
    /// Nobody has that name.
    #[error("the name of {address} is not known")]
    UnknownName {
        /// Host and port asked.
        address: String,
        /// What the system said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Nobody listens there, or at the proxy on the way.
    #[error("nobody listens at {address}, or at the proxy on the way to it")]
    Refused {
        /// Host and port asked.
        address: String,
    },
    /// The proxy does not pass the question on.
    #[error("the proxy gives no way through to {address}")]
    Proxy {
        /// Host and port asked.
        address: String,
        /// What it said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// There is no connection.
    #[error("cannot connect to {address}")]
    Unreachable {
        /// Host and port asked.
        address: String,
        /// What went wrong.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// It cannot prove who it is.
    #[error("{address} cannot prove that it is who it says: its certificate {flaw}")]
    Untrusted {
        /// Host and port asked.
        address: String,
        /// What is wrong with its certificate.
        flaw: String,
    },
    /// What answers there speaks something else.
    #[error("{address} does not speak TLS")]
    NoTls {
        /// Host and port asked.
        address: String,
    },
    /// The connection broke.
    #[error("the connection broke off while {url} was fetched")]
    Broken {
        /// The address.
        url: String,
        /// What went wrong.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Nothing came.
    #[error("nothing came from {url} for {} s", after.as_secs_f32())]
    Stalled {
        /// The address.
        url: String,
        /// How long was waited.
        after: Duration,
    },
    /// Too little came.
    #[error("only {bytes} bytes came from {url} in {} s", within.as_secs_f32())]
    Slow {
        /// The address.
        url: String,
        /// How many bytes.
        bytes: u64,
        /// In which time.
        within: Duration,
    },
    /// All of it took too long.
    #[error("{url} was not fetched within {} s", after.as_secs_f32())]
    OutOfTime {
        /// The address.
        url: String,
        /// How long it may take.
        after: Duration,
    },
    /// An answer that says that there is none.
    #[error("{url} was answered with {}", status_in_words(*status, *retry_after))]
    Status {
        /// The address.
        url: String,
        /// The status code.
        status: u16,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// Something was done to the bytes on the way that nobody asked for.
    #[error("{url} was answered in another form than the file has (content encoding {encoding:?})")]
    Encoded {
        /// The address.
        url: String,
        /// What was done.
        encoding: String,
    },
    /// A page for people.
    #[error("{url} is a web page, not a release")]
    WebPage {
        /// The address.
        url: String,
    },
    /// More than there can be.
    #[error("{url} is larger than it may be: more than {cap} bytes")]
    TooLarge {
        /// The address.
        url: String,
        /// The limit.
        cap: u64,
    },
    /// Nothing at all.
    #[error("{url} is empty")]
    Empty {
        /// The address.
        url: String,
    },
    /// The operator asked to stop.
    #[error("it was asked to stop while {url} was fetched")]
    Cancelled {
        /// The address.
        url: String,
    },
}

/// The statuses in which a server says that it will do later what it does not do now.
const LATER: [u16; 5] = [429, 500, 502, 503, 504];

impl NetworkError {
    /// May the same question have an answer in a while?
    #[must_use]
    pub fn is_passing(&self) -> bool {
        if let Self::Status { status, .. } = self {
            return LATER.contains(status);
        }
        matches!(self, Self::Broken { .. } | Self::Stalled { .. })
    }

    /// How long the server asks to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        if let Self::Status { retry_after, .. } = self { *retry_after } else { None }
    }
}

fn status_in_words(status: u16, retry_after: Option<Duration>) -> String {
    let meaning = match status {
        401 | 403 => " (not allowed)",
        404 | 410 => " (not there)",
        407 => " (the proxy wants to know who asks)",
        429 => " (too many questions)",
        500..=599 => " (trouble of the server's own)",
        _ => "",
    };
    let later = retry_after
        .map(|wait| format!(", and asks to come back in {} s", wait.as_secs()))
        .unwrap_or_default();
    format!("status {status}{meaning}{later}")
}
