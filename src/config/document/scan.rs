//! The scanner: strict JSON, as Go's `encoding/json` reads it, into spans.
//! It never interprets a value and never goes deeper than 512 levels.

use std::borrow::Cow;

use super::error::{Fault, Rule};
use super::key::Key;
use super::node::{Member, Node, Object, Span};
use super::text;
use crate::config::scope::{Scope, fold};

/// Levels of nesting that are read. The server's own decoder stops at 10,000; no real config.json passes 10.
pub(super) const MAX_DEPTH: usize = 512;

/// Reads tokens from one place of a text on.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

/// A whole document: white space, the object, white space.
pub(super) struct Scanned {
    pub(super) head: Span,
    pub(super) root: Object,
    pub(super) foot: Span,
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, depth: 0 }
    }

    /// The whole text as a document.
    pub(super) fn document(mut self) -> Result<Scanned, Fault> {
        let head = self.space();
        match self.peek() {
            None => return Err(self.fault(Rule::Empty, "nothing but white space")),
            Some(b'{') => {}
            Some(b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                return Err(self.fault(Rule::Top, "the document is no object"));
            }
            Some(_) => return Err(self.fault(Rule::Syntax, "expected {")),
        }
        let root = self.object(Scope::Top)?;
        let foot = self.space();
        match self.peek() {
            None => Ok(Scanned { head, root, foot }),
            Some(_) => Err(self.fault(Rule::Trailing, "something follows the document")),
        }
    }

    /// The whole text as one value.
    pub(super) fn lone_value(mut self, scope: Scope) -> Result<Node, Fault> {
        let _ = self.space();
        let node = self.value(scope)?;
        let _ = self.space();
        match self.peek() {
            None => Ok(node),
            Some(_) => Err(self.fault(Rule::Trailing, "something follows the value")),
        }
    }

    /// The value at the current place.
    pub(super) fn value(&mut self, scope: Scope) -> Result<Node, Fault> {
        let start = self.at;
        match self.peek() {
            Some(b'{') => return self.object(scope).map(Node::Object),
            Some(b'[') => self.array(scope)?,
            Some(b'"') => _ = self.string()?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true")?,
            Some(b'f') => self.word("false")?,
            Some(b'n') => self.word("null")?,
            _ => return Err(self.unexpected("a value")),
        }
        Ok(Node::Leaf(Span::new(start, self.at)))
    }

    fn object(&mut self, scope: Scope) -> Result<Object, Fault> {
        self.descend()?;
        let mut members = Vec::new();
        let tail = loop {
            let lead = self.space();
            match self.peek() {
                Some(b'"') => {}
                Some(b'}') if members.is_empty() => break lead,
                Some(b'}') => return Err(self.fault(Rule::Syntax, "a comma before }")),
                _ => return Err(self.unexpected("a key in double quotes")),
            }
            let mut member = self.member(lead, scope)?;
            let trail = self.space();
            match self.peek() {
                Some(b',') => member.trail = trail,
                Some(b'}') => {
                    members.push(member);
                    break trail;
                }
                _ => return Err(self.unexpected(", or }")),
            }
            members.push(member);
            self.at += 1;
        };
        self.ascend();
        self.refuse_duplicates(&members, scope)?;
        Ok(Object { members, tail })
    }

    fn member(&mut self, lead: Span, scope: Scope) -> Result<Member, Fault> {
        let key = Key::new(self.string()?, self.text);
        let name = key.name(self.text);
        let start = self.at;
        let _ = self.space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected(":"));
        }
        self.at += 1;
        let _ = self.space();
        let colon = Span::new(start, self.at);
        Ok(Member {
            lead,
            key,
            colon,
            value: self.value(scope.below(&name))?,
            trail: Span::default(),
        })
    }

    fn array(&mut self, scope: Scope) -> Result<(), Fault> {
        self.descend()?;
        let mut empty = true;
        loop {
            let _ = self.space();
            match self.peek() {
                Some(b']') if empty => break,
                Some(b']') => return Err(self.fault(Rule::Syntax, "a comma before ]")),
                _ => drop(self.value(scope)?),
            }
            empty = false;
            let _ = self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.unexpected(", or ]")),
            }
        }
        self.ascend();
        Ok(())
    }

    fn descend(&mut self) -> Result<(), Fault> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fault(Rule::Depth, "nested deeper than 512 levels"));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    const fn ascend(&mut self) {
        self.depth -= 1;
        self.at += 1;
    }

    fn string(&mut self) -> Result<Span, Fault> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break self.at += 1,
                Some(b'\\') => self.escape()?,
                Some(0..=0x1f) => {
                    return Err(self.fault(Rule::Syntax, "a control character in a string"));
                }
                Some(_) => self.at += 1,
                None => return Err(self.fault(Rule::Truncated, "the text ends in a string")),
            }
        }
        Ok(Span::new(start, self.at))
    }

    fn escape(&mut self) -> Result<(), Fault> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    match self.peek() {
                        Some(b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => self.at += 1,
                        _ => return Err(self.unexpected("four hexadecimal digits behind \\u")),
                    }
                }
            }
            _ => return Err(self.unexpected("a valid escape")),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.unexpected("a digit"));
        }
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), Fault> {
        for letter in word.bytes() {
            if self.peek() != Some(letter) {
                return Err(self.unexpected("true, false or null"));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn space(&mut self) -> Span {
        let start = self.at;
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        Span::new(start, self.at)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn fault(&self, rule: Rule, what: &str) -> Fault {
        Fault::new(rule, self.at, what)
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        match self.peek() {
            Some(_) => self.fault(Rule::Syntax, &format!("expected {wanted}")),
            None => {
                self.fault(Rule::Truncated, &format!("the text ends where {wanted} is expected"))
            }
        }
    }

    fn refuse_duplicates(&self, members: &[Member], scope: Scope) -> Result<(), Fault> {
        let mut names: Vec<(Cow<'_, str>, &Member)> = members
            .iter()
            .map(|member| (compared_name(member, self.text, scope), member))
            .collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        let twice = names.windows(2).find_map(|pair| match pair {
            [(a, first), (b, second)] if a == b => Some((*first, *second)),
            _ => None,
        });
        let Some((first, second)) = twice else {
            return Ok(());
        };
        let name = second.name(self.text);
        let (rule, why) = if first.name(self.text) == name {
            (Rule::Duplicate, "occurs twice")
        } else {
            let why = "occurs twice, differing only by case, which the server ignores";
            (Rule::DuplicateByCase, why)
        };
        let what = format!("the key {} {why}", text::quote_visibly(&name));
        let mut fault = Fault::new(rule, second.key.span().start(), what);
        fault.other = Some(first.key.span().start());
        Err(fault)
    }
}

fn compared_name<'a>(member: &Member, text: &'a str, scope: Scope) -> Cow<'a, str> {
    match member.name(text) {
        name if !scope.folds() => name,
        Cow::Borrowed(name) => fold(name),
        Cow::Owned(name) => Cow::Owned(fold(&name).into_owned()),
    }
}
