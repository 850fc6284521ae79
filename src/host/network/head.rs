//! What an answer says about itself before it begins.
//! Nothing of it is believed here.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName,
    HeaderValue, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use serde::{Deserialize, Serialize};

/// The longest time that anybody is asked to be left alone: a day.
const LONGEST: u64 = 24 * 60 * 60;

/// Which bytes of how many an answer holds, the last one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) struct Range {
    pub(in crate::host) first: u64,
    pub(in crate::host) last: u64,
    pub(in crate::host) total: u64,
}

/// By what a file is known again that is fetched in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::host) struct Validator {
    /// The tag, quotes included, unless it is a weak one: those stay the same when bytes change.
    pub(in crate::host) etag: Option<String>,
    /// When it was changed last, as it was said.
    pub(in crate::host) last_modified: Option<String>,
}

impl Validator {
    /// What to say in `If-Range`; `None` when nothing is known by which a change would be seen.
    pub(in crate::host) fn if_range(&self) -> Option<&str> {
        self.etag.as_deref().or(self.last_modified.as_deref())
    }

    /// Could both belong to the same bytes? What only one of them says is no contradiction.
    pub(in crate::host) fn agrees_with(&self, other: &Self) -> bool {
        let agree = |a: &Option<String>, b: &Option<String>| {
            a.as_ref().zip(b.as_ref()).is_none_or(|(a, b)| a == b)
        };
        agree(&self.etag, &other.etag) && agree(&self.last_modified, &other.last_modified)
    }
}

/// What an answer says about itself.
#[derive(Clone, Debug)]
pub(in crate::host) struct Head {
    pub(in crate::host) status: u16,
    /// How many bytes follow.
    pub(in crate::host) length: Option<u64>,
    /// Which part of the file follows.
    pub(in crate::host) range: Option<Range>,
    pub(in crate::host) validator: Validator,
    pub(super) encoding: Option<String>,
    pub(super) is_page: bool,
    pub(super) location: Option<HeaderValue>,
    retry_after: Option<String>,
}

impl Head {
    pub(super) fn new(status: u16, headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| {
            let value = headers.get(name)?.to_str().ok()?;
            Some(value.trim().to_owned())
        };
        let kind = text(CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
        let encoding = text(CONTENT_ENCODING);
        Self {
            status,
            length: text(CONTENT_LENGTH).and_then(|length| length.parse().ok()),
            range: text(CONTENT_RANGE).and_then(|range| parse_range(&range)),
            validator: Validator {
                etag: text(ETAG).filter(|tag| tag.len() > 2 && tag.starts_with('"')),
                last_modified: text(LAST_MODIFIED).filter(|date| parse_date(date).is_some()),
            },
            encoding: encoding.filter(|it| !it.is_empty() && !it.eq_ignore_ascii_case("identity")),
            is_page: ["text/html", "application/xhtml"].iter().any(|page| kind.starts_with(page)),
            location: headers.get(LOCATION).cloned(),
            retry_after: text(RETRY_AFTER),
        }
    }

    /// Does it only say where else to ask?
    pub(super) const fn is_redirection(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    /// How long the server asks to be left alone: a number of seconds, or until a date (RFC 9110, 10.2.3).
    pub(super) fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.retry_after.as_deref()?;
        let seconds = match text.parse::<u64>() {
            Ok(seconds) => seconds,
            Err(_) => u64::try_from(parse_date(text)?.as_second() - now.as_second()).unwrap_or(0),
        };
        Some(Duration::from_secs(seconds.min(LONGEST)))
    }
}

/// A date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn parse_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// `bytes 5-9/10`.
fn parse_range(text: &str) -> Option<Range> {
    let (range, total) = text.strip_prefix("bytes ")?.trim().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    let total = total.parse().ok()?;
    (first <= last && last < total).then_some(Range { first, last, total })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(headers: &[(HeaderName, &'static str)]) -> Head {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect();
        Head::new(200, &headers)
    }

    #[test]
    fn a_wait_is_a_number_or_a_date() {
        let now = "1994-11-06T08:49:00Z".parse().unwrap();
        for (text, seconds) in [
            ("120", Some(120)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
            ("Sun, 06 Nov 1994 08:40:00 GMT", Some(0)),
            ("99999999999", Some(LONGEST)),
            ("Thu, 30 Dec 9999 12:00:00 GMT", Some(LONGEST)),
            ("soon", None),
            ("-5", None),
        ] {
            let wait = head(&[(RETRY_AFTER, text)]).retry_after(now);
            assert_eq!(wait, seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn a_range_is_exact_or_none() {
        let range = |text| head(&[(CONTENT_RANGE, text)]).range;
        assert_eq!(range("bytes 5-9/10"), Some(Range { first: 5, last: 9, total: 10 }));
        for text in ["bytes 5-10/10", "bytes 9-5/10", "bytes */10", "bytes 5-9/*", "5-9/10", "x"] {
            assert_eq!(range(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_sees_every_change_is_a_validator() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let validator = |tag, date| head(&[(ETAG, tag), (LAST_MODIFIED, date)]).validator;
        assert_eq!(validator("\"a\"", date).if_range(), Some("\"a\""));
        assert_eq!(validator("W/\"a\"", date).if_range(), Some(date));
        assert_eq!(validator("a", "yesterday").if_range(), None);
        assert!(validator("\"a\"", date).agrees_with(&validator("\"a\"", "")));
        assert!(!validator("\"a\"", date).agrees_with(&validator("\"b\"", date)));
        let later = "Sun, 06 Nov 1994 08:49:38 GMT";
        assert!(!validator("\"a\"", date).agrees_with(&validator("\"a\"", later)));
    }
}
