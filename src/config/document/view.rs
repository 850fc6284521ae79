//! One value of a document, looked at: its token, its kind, what it says.
//! Looking changes nothing, and a number's digits are never converted.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

use super::same::same_value;
use super::style::string_length;
use super::text;

/// What a JSON value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number
    Number,
    /// A string
    Text,
    /// An array
    List,
    /// An object
    Object,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::List => "a list",
            Self::Object => "an object",
        })
    }
}

/// A value as it stands in a document. `Debug` tells its kind, never what it says: it may be a secret.
#[derive(Clone)]
pub struct View<'a> {
    raw: Cow<'a, str>,
}

impl<'a> View<'a> {
    pub(super) const fn new(raw: Cow<'a, str>) -> Self {
        Self { raw }
    }

    /// A valid value outside any document.
    pub(in crate::config) fn of_json(json: &'a str) -> Self {
        Self::new(Cow::Borrowed(json.trim_ascii()))
    }

    /// The value's text in the document, digits and escapes included.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.raw.bytes().next() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b'"') => Kind::Text,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// What a string says; `None` for anything else.
    #[must_use]
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        (self.kind() == Kind::Text).then(|| text::decode(&self.raw))
    }

    /// Is it `null`, an empty string, an empty list or an empty object?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self.kind() {
            Kind::Null => true,
            Kind::Text => self.raw.len() == 2,
            Kind::List | Kind::Object => self
                .raw
                .bytes()
                .skip(1)
                .all(|byte| byte.is_ascii_whitespace() || matches!(byte, b'}' | b']')),
            Kind::Bool | Kind::Number => false,
        }
    }

    /// Do both say the same? Numbers by value, texts by what they say, objects whatever their order.
    #[must_use]
    pub fn is_same_as(&self, other: &View<'_>) -> bool {
        self.raw == other.raw
            || (self.kind() == other.kind() && same_value(&self.to_value(), &other.to_value()))
    }

    /// The value for programs. Numbers keep their digits; half characters become U+FFFD, as in the server.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Reader { rest: &self.raw }.value()
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View({:?})", self.kind())
    }
}

/// Reads a text that the scanner has accepted: at most 512 levels deep, and valid. `serde_json` itself
/// would refuse half characters and anything deeper than 128.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn value(&mut self) -> Value {
        self.skip_space();
        match self.rest.bytes().next() {
            Some(b'{') => self.object(),
            Some(b'[') => self.list(),
            Some(b'"') => Value::String(self.string()),
            _ => self.scalar(),
        }
    }

    fn object(&mut self) -> Value {
        let mut members = Map::new();
        self.skip(1);
        loop {
            self.skip_space();
            match self.rest.bytes().next() {
                Some(b'"') => {
                    let name = self.string();
                    self.skip_space();
                    self.skip(1);
                    members.insert(name, self.value());
                }
                Some(b',') => self.skip(1),
                _ => break self.skip(1),
            }
        }
        Value::Object(members)
    }

    fn list(&mut self) -> Value {
        let mut items = Vec::new();
        self.skip(1);
        loop {
            self.skip_space();
            match self.rest.bytes().next() {
                Some(b',') => self.skip(1),
                Some(b']') | None => break self.skip(1),
                Some(_) => items.push(self.value()),
            }
        }
        Value::Array(items)
    }

    fn string(&mut self) -> String {
        let length = string_length(self.rest);
        let token = self.rest.get(..length).unwrap_or(self.rest);
        let said = text::decode(token).into_owned();
        self.skip(length);
        said
    }

    fn scalar(&mut self) -> Value {
        let ends = |letter: char| letter.is_ascii_whitespace() || ",]}".contains(letter);
        let length = self.rest.find(ends).unwrap_or(self.rest.len());
        let token = self.rest.get(..length).unwrap_or(self.rest);
        // Without its recursion limit in the way, `serde_json` accepts every scalar that the scanner does.
        let value = serde_json::from_str(token).unwrap_or(Value::Null);
        self.skip(length.max(1));
        value
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }
}
