//! How a document is laid out: line ends, indentation, colons; and how a new value is laid out the same way.
//! Tokens are copied, never rewritten.

use super::error::Fault;
use super::node::{Node, Object};
use super::scan::Scanner;
use crate::config::scope::Scope;

/// A document's habits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// What ends a line; empty in a document that is written on one line.
    newline: String,
    /// One level of indentation.
    unit: String,
    /// The colon with its white space.
    pub(super) colon: String,
}

impl Style {
    /// The server's own: four spaces.
    pub(super) fn of_server() -> Self {
        Self { newline: "\n".to_owned(), unit: "    ".to_owned(), colon: ": ".to_owned() }
    }

    /// The habits seen in a document's first member; the server's own in an empty one.
    pub(super) fn of(arena: &str, root: &Object) -> Self {
        let Some(first) = root.members.first() else {
            return Self::of_server();
        };
        let lead = first.lead.of(arena);
        let newline = ["\r\n", "\n", "\r"]
            .into_iter()
            .find(|newline| lead.contains(newline))
            .unwrap_or_default();
        let unit = match newline {
            "" => "",
            _ => lead.rsplit(['\n', '\r']).next().unwrap_or_default(),
        };
        Self {
            newline: newline.to_owned(),
            unit: unit.to_owned(),
            colon: colon_of(arena, first.colon.of(arena), &first.value),
        }
    }

    /// What stands before a key or a closing brace at this level.
    pub(super) fn line(&self, level: usize) -> String {
        match self.newline.as_str() {
            "" => String::new(),
            newline => format!("{newline}{}", self.unit.repeat(level)),
        }
    }

    /// A valid value, laid out to stand at this level. Empty objects and arrays stay on one line.
    pub(super) fn lay_out(&self, raw: &str, level: usize) -> String {
        let mut page = Page { style: self, level, text: String::with_capacity(raw.len() * 2) };
        let mut rest = raw.trim_ascii();
        while let Some(first) = rest.chars().next() {
            rest = page.token(first, rest).trim_ascii_start();
        }
        page.text
    }
}

/// A colon that breaks the line is one key's whim, not a habit.
fn colon_of(arena: &str, seen: &str, value: &Node) -> String {
    let inner = match value {
        Node::Object(object) => {
            object.members.first().map_or(seen, |member| member.colon.of(arena))
        }
        Node::Leaf(_) => seen,
    };
    let plain = |colon: &&str| !colon.contains(['\n', '\r']);
    [inner, seen].into_iter().find(plain).unwrap_or(": ").to_owned()
}

struct Page<'a> {
    style: &'a Style,
    level: usize,
    text: String,
}

impl Page<'_> {
    /// Writes the token at the start of `rest` and gives back what follows it.
    fn token<'t>(&mut self, first: char, rest: &'t str) -> &'t str {
        let tail = rest.get(1..).unwrap_or_default();
        match first {
            '{' | '[' => return self.open(first, tail),
            '}' | ']' => {
                self.level = self.level.saturating_sub(1);
                self.break_line();
                self.text.push(first);
            }
            ',' => {
                self.text.push(first);
                self.break_line();
            }
            ':' => self.text.push_str(&self.style.colon),
            '"' => return self.copy(rest, string_length(rest)),
            _ => {
                let ends = |letter: char| letter.is_ascii_whitespace() || ",:]}".contains(letter);
                return self.copy(rest, rest.find(ends).unwrap_or(rest.len()));
            }
        }
        tail
    }

    fn open<'t>(&mut self, first: char, tail: &'t str) -> &'t str {
        self.text.push(first);
        let inner = tail.trim_ascii_start();
        if let Some(closing) = inner.chars().next().filter(|next| "]}".contains(*next)) {
            self.text.push(closing);
            return inner.get(1..).unwrap_or_default();
        }
        self.level += 1;
        self.break_line();
        inner
    }

    fn copy<'t>(&mut self, rest: &'t str, length: usize) -> &'t str {
        let (token, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        self.text.push_str(token);
        tail
    }

    fn break_line(&mut self) {
        self.text.push_str(&self.style.line(self.level));
    }
}

/// The length of the string token at the start of a valid text.
pub(super) fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |at| at + 2)
}

/// Is this text one valid JSON value?
pub(super) fn check_value(raw: &str, scope: Scope) -> Result<Node, Fault> {
    Scanner::new(raw, 0).lone_value(scope)
}
