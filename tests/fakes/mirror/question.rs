//! What a server of tests was asked.

use std::collections::BTreeMap;
use std::io::{self, Read};

/// A question, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// The path, with what follows a `?`.
    pub(crate) path: String,
    /// The headers, their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
}

impl Question {
    /// Reads one; `None` when whoever connected says nothing that can be understood.
    pub(super) fn read(stream: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte)? == 0 || head.len() > 64 * 1024 {
                return Ok(None);
            }
            head.push(byte[0]);
            if !head[0].is_ascii_uppercase() {
                return Ok(None);
            }
        }
        let head = String::from_utf8_lossy(&head);
        let mut lines = head.lines();
        let Some(path) = lines.next().and_then(|line| line.split(' ').nth(1)) else {
            return Ok(None);
        };
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        Ok(Some(Self { path: path.to_owned(), headers: headers.collect() }))
    }

    /// A header that it has.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// From which byte on it asks.
    pub(super) fn from(&self) -> Option<usize> {
        self.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}
