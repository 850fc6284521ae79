//! The document as a tree of spans: every piece of text is a range of one arena.
//! No piece is ever changed in place; an edit appends to the arena and points there.

use std::borrow::Cow;

use super::key::Key;
use crate::config::scope::Scope;

/// A range of the arena, in bytes. The arena stays far below 4 GiB: a document has at most 16 MiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Self {
        let narrow = |at| u32::try_from(at).expect("documents are limited to 16 MiB");
        Self { start: narrow(start), end: narrow(end) }
    }

    pub(super) fn of(self, arena: &str) -> &str {
        arena
            .get(self.start as usize..self.end as usize)
            .expect("spans are made from positions between two tokens")
    }

    /// The text of a string token but for its quotes.
    pub(super) fn within_quotes(self, arena: &str) -> Option<&str> {
        arena.get(self.start() + 1..(self.end as usize).checked_sub(1)?)
    }

    pub(super) const fn start(self) -> usize {
        self.start as usize
    }

    pub(super) const fn len(self) -> usize {
        (self.end - self.start) as usize
    }
}

/// A value: an object that is opened up, or one token (arrays count as one).
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A scalar, or a whole array.
    Leaf(Span),
    /// An object.
    Object(Object),
}

/// The members of an object and the white space before its closing brace.
#[derive(Clone, Debug, Default)]
pub(super) struct Object {
    pub(super) members: Vec<Member>,
    pub(super) tail: Span,
}

/// One member, with everything between the preceding comma and the following one.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// White space before the key.
    pub(super) lead: Span,
    pub(super) key: Key,
    /// The colon with the white space around it.
    pub(super) colon: Span,
    pub(super) value: Node,
    /// White space between the value and the comma; empty for the last member.
    pub(super) trail: Span,
}

impl Member {
    pub(super) fn name<'a>(&self, arena: &'a str) -> Cow<'a, str> {
        self.key.name(arena)
    }
}

impl Node {
    pub(super) const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            Self::Leaf(_) => None,
        }
    }

    /// Appends the node's text.
    pub(super) fn write(&self, arena: &str, out: &mut String) {
        match self {
            Self::Leaf(span) => out.push_str(span.of(arena)),
            Self::Object(object) => object.write(arena, out),
        }
    }
}

impl Object {
    /// The member of this name, as the server compares names. There is never more than one.
    pub(super) fn find(&self, name: &str, arena: &str, scope: Scope) -> Option<usize> {
        let plainly = |member: &Member| member.key.says_plainly(name, arena, scope);
        self.members.iter().position(plainly).or_else(|| {
            let is_ascii = name.is_ascii();
            self.members.iter().position(|member| {
                !member.key.is_plain_beside(is_ascii) && member.key.says(name, arena, scope)
            })
        })
    }

    /// The member that is spelled exactly so and without escapes. The search begins at a place where it may be.
    pub(super) fn find_exactly(&self, name: &str, arena: &str, begin: usize) -> Option<usize> {
        let (before, from) = self.members.split_at_checked(begin).unwrap_or((&self.members, &[]));
        let is_it = |member: &Member| member.key.is_exactly(name, arena);
        let found = from.iter().position(is_it).map(|step| begin + step);
        found.or_else(|| before.iter().position(is_it))
    }

    pub(super) fn write(&self, arena: &str, out: &mut String) {
        out.push('{');
        for (index, member) in self.members.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            for span in [member.lead, member.key.span(), member.colon] {
                out.push_str(span.of(arena));
            }
            member.value.write(arena, out);
            out.push_str(member.trail.of(arena));
        }
        out.push_str(self.tail.of(arena));
        out.push('}');
    }
}
