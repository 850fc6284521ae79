//! The name of a member: the token that says it, and what it says.
//! Nearly all names are plain, and only the others are ever decoded.

use std::borrow::Cow;

use super::node::Span;
use super::text;
use crate::config::scope::Scope;

/// The token of a name, with its quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    span: Span,
    /// Is it ASCII without escapes? Then it says what stands between its quotes.
    is_plain: bool,
}

impl Key {
    pub(super) fn new(span: Span, arena: &str) -> Self {
        let token = span.of(arena);
        Self { span, is_plain: token.is_ascii() && !token.as_bytes().contains(&b'\\') }
    }

    pub(super) const fn span(self) -> Span {
        self.span
    }

    /// What it says.
    pub(super) fn name(self, arena: &str) -> Cow<'_, str> {
        match self.span.within_quotes(arena) {
            Some(name) if self.is_plain => Cow::Borrowed(name),
            _ => text::decode(self.span.of(arena)),
        }
    }

    /// Does it say this name, as the server compares names?
    pub(super) fn says(self, name: &str, arena: &str, scope: Scope) -> bool {
        scope.same_name(&self.name(arena), name)
    }

    /// The quick answer for nearly all names: does it say this name in a plain spelling of the same length?
    pub(super) fn says_plainly(self, name: &str, arena: &str, scope: Scope) -> bool {
        self.is_plain
            && self.span.len() == name.len() + "\"\"".len()
            && self.span.within_quotes(arena).is_some_and(|said| {
                // What is not ASCII is longer than the ASCII that it is another spelling of.
                said == name || (scope.folds() && said.eq_ignore_ascii_case(name))
            })
    }

    /// Can only [`Key::says_plainly`] say it, if anything does?
    pub(super) const fn is_plain_beside(self, name_is_ascii: bool) -> bool {
        self.is_plain && name_is_ascii
    }

    /// Does it say exactly this name, without escapes?
    pub(super) fn is_exactly(self, name: &str, arena: &str) -> bool {
        self.span.len() == name.len() + "\"\"".len()
            && self.span.within_quotes(arena) == Some(name)
            && !name.contains('\\')
    }
}
