//! What a server of tests does instead of what it should.

use std::time::Duration;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trick {
    /// As it should be.
    Behave,
    /// The connection breaks after so many bytes of the body.
    CutAfter(usize),
    /// Nothing more comes after so many bytes of the body.
    StallAfter(usize),
    /// Nothing comes at all.
    Silence,
    /// One byte of the body comes each time that this has passed.
    Dribble(Duration),
    /// From now on there is another file, of which it is the beginning that was asked for, or the rest.
    Change(Vec<u8>),
    /// The same, but the rest is given although it is the rest of another file.
    ChangeUnseen(Vec<u8>),
    /// The whole file, whatever part was asked for.
    IgnoreRange,
    /// A part that begins so many bytes further than was asked for, and says so.
    WrongRange(usize),
    /// A part that ends so many bytes before the end.
    ShortRange(usize),
    /// A part that says that it is what was asked for, and is something else.
    FalseRange,
    /// As it should be, in this many bytes and not at all in the others.
    Lengthened(i64),
    /// As it should be, and with this header.
    With(&'static str, String),
    /// This, whatever was asked for.
    Say(Saying),
    /// These bytes, and nothing around them.
    Raw(Vec<u8>),
}

/// An answer that has nothing to do with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Saying {
    /// `404 Not Found`.
    pub(crate) status: &'static str,
    /// Headers and their values.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// What follows.
    pub(crate) body: Vec<u8>,
    /// How its end is told.
    pub(crate) framing: Framing,
}

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Its length is said before.
    Length,
    /// A length is said before, and it is this one.
    Stated(u64),
    /// It comes in chunks.
    Chunked,
    /// It comes in chunks again and again, without an end.
    Endless,
}

impl Saying {
    /// A status and nothing else.
    pub(crate) fn status(status: &'static str) -> Self {
        Self { status, headers: Vec::new(), body: b"no\n".to_vec(), framing: Framing::Length }
    }

    /// This body.
    pub(crate) fn body(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::status("200 OK") }
    }

    /// A redirection.
    pub(crate) fn redirect(to: impl Into<String>) -> Self {
        Self::status("302 Found").with("Location", to)
    }

    /// The same with a header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with its end told in another way.
    pub(crate) fn framed(self, framing: Framing) -> Self {
        Self { framing, ..self }
    }
}

impl From<Saying> for Trick {
    fn from(saying: Saying) -> Self {
        Self::Say(saying)
    }
}
