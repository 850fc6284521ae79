//! Asks for an address, follows where it leads, and refuses what cannot be the file.
//! What the bytes mean is not looked at, but for whether they are a page for people.

use reqwest::blocking::RequestBuilder;
use reqwest::header::{IF_RANGE, RANGE};
use url::Url;

use super::admission::shown;
use super::body::Body;
use super::error::NetworkError;
use super::exchange;
use super::head::Head;
use super::pace::Pace;
use super::patience::Patience;
use super::{Network, NetworkSettings};

/// How many redirections are followed.
const HOPS: usize = 10;

/// The part of a file that is asked for: from this byte on, if it still is what it was.
#[derive(Clone, Copy, Debug)]
pub(in crate::host) struct Onward<'o> {
    pub(in crate::host) at: u64,
    pub(in crate::host) if_range: &'o str,
}

/// An answer: what it says about itself, and what follows.
#[derive(Debug)]
pub(in crate::host) struct Answer {
    pub(in crate::host) head: Head,
    body: Body,
    begun: bool,
    network: Network,
}

impl Network {
    /// Asks for an address, or for the rest of what is there. Any status that is no redirection is an answer.
    pub(in crate::host) fn ask(
        &self,
        url: &str,
        onward: Option<Onward<'_>>,
        patience: &Patience<'_>,
    ) -> Result<Answer, NetworkError> {
        let first = self.admission.admit(url)?;
        let mut next = first.clone();
        for _ in 0..=HOPS {
            let mut body = self.start(next, onward)?;
            let head = body.head(patience)?;
            if !head.is_redirection() {
                return Ok(Answer { head, body, begun: false, network: self.clone() });
            }
            next = self.admission.follow(body.url(), head.location.as_ref())?;
        }
        Err(NetworkError::RedirectedEndlessly { url: shown(&first), hops: HOPS })
    }

    fn start(&self, url: Url, onward: Option<Onward<'_>>) -> Result<Body, NetworkError> {
        let mut request: RequestBuilder = self.client.get(url.clone());
        if let Some(Onward { at, if_range }) = onward {
            request = request.header(RANGE, format!("bytes={at}-")).header(IF_RANGE, if_range);
        }
        let settings: &NetworkSettings = &self.settings;
        let pace = Pace::new(settings, &self.clock);
        match exchange::start(request) {
            Ok(told) => Ok(Body::new(told, url, pace)),
            Err(source) => Err(NetworkError::Broken { url: shown(&url), source: Box::new(source) }),
        }
    }
}

impl Answer {
    /// The same answer, if it is a whole file of at most so many bytes.
    pub(in crate::host) fn expect_file(self, cap: u64) -> Result<Self, NetworkError> {
        if self.head.status == 200 { self.expect_form(cap) } else { Err(self.refusal()) }
    }

    /// The same answer, if it is a file, or a part of one, in its own form and of at most so many bytes.
    pub(in crate::host) fn expect_form(self, cap: u64) -> Result<Self, NetworkError> {
        if let Some(encoding) = &self.head.encoding {
            let encoding = crate::host::printable(encoding.as_bytes());
            return Err(NetworkError::Encoded { url: self.url(), encoding });
        }
        if self.head.is_page {
            return Err(NetworkError::WebPage { url: self.url() });
        }
        let total = self.head.range.map(|range| range.total);
        if total.or(self.head.length).is_some_and(|length| length > cap) {
            return Err(self.too_large(cap));
        }
        Ok(self)
    }

    /// More of it; `None` at its end.
    pub(in crate::host) fn next_piece(
        &mut self,
        patience: &Patience<'_>,
    ) -> Result<Option<Vec<u8>>, NetworkError> {
        let piece = self.body.next(patience)?;
        let begins = !self.begun && self.head.range.is_none_or(|range| range.first == 0);
        if begins && piece.as_deref().is_some_and(is_page) {
            return Err(NetworkError::WebPage { url: self.url() });
        }
        self.begun = true;
        Ok(piece)
    }

    /// Why this answer is none.
    pub(in crate::host) fn refusal(&self) -> NetworkError {
        NetworkError::Status {
            url: self.url(),
            status: self.head.status,
            retry_after: self.head.retry_after(self.network.clock.now()),
        }
    }

    pub(in crate::host) fn too_large(&self, cap: u64) -> NetworkError {
        NetworkError::TooLarge { url: self.url(), cap }
    }

    pub(in crate::host) fn empty(&self) -> NetworkError {
        NetworkError::Empty { url: self.url() }
    }

    pub(in crate::host) fn broken(&self, why: &str) -> NetworkError {
        NetworkError::Broken { url: self.url(), source: why.into() }
    }

    /// Who answered in the end, as it may be shown.
    pub(in crate::host) fn url(&self) -> String {
        self.body.shown().to_owned()
    }
}

/// No archive, signature or list of sums begins like this.
fn is_page(piece: &[u8]) -> bool {
    let text = piece.strip_prefix("\u{feff}".as_bytes()).unwrap_or(piece);
    text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}
