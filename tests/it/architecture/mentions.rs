//! Which paths a file mentions: in `use` declarations, braces unfolded, and in code.
//! It judges none of them.

use super::lexer::{Placed, Token};
use super::source::Source;

/// A path that a file mentions.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    /// Its segments. Paths into this crate begin with `crate`, whatever they were written like.
    pub(crate) segments: Vec<String>,
    /// Does it stand in a `use` declaration?
    pub(crate) is_use: bool,
    pub(crate) line: usize,
}

/// All paths of a file: those of two segments or more, and all that are imported.
pub(crate) fn mentions(source: &Source) -> Vec<Mention> {
    let module = source.module().into_iter().map(str::to_owned).collect();
    let mut walk = Walk {
        tokens: &source.tokens,
        at: 0,
        module,
        inline: Vec::new(),
        depth: 0,
        found: Vec::new(),
    };
    while walk.at < walk.tokens.len() {
        walk.step();
    }
    walk.found
}

struct Walk<'a> {
    tokens: &'a [Placed],
    at: usize,
    /// The module that `self` means here.
    module: Vec<String>,
    /// At which depth of braces each inline module of `module` began.
    inline: Vec<usize>,
    depth: usize,
    found: Vec<Mention>,
}

impl Walk<'_> {
    fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|placed| &placed.token)
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        self.tokens.get(self.at + ahead).and_then(Placed::word)
    }

    fn is_sign(&self, ahead: usize, sign: char) -> bool {
        self.token(ahead) == Some(&Token::Sign(sign))
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).map_or(0, |placed| placed.line)
    }

    fn step(&mut self) {
        match self.token(0) {
            Some(Token::Sign('{')) => self.depth += 1,
            Some(Token::Sign('}')) => self.leave(),
            Some(Token::Word(word)) if word == "mod" && self.is_sign(2, '{') => self.enter(),
            // `use<'a>` captures a lifetime and imports nothing.
            Some(Token::Word(word)) if word == "use" && !self.is_sign(1, '<') => {
                self.at += 1;
                return self.tree(&[]);
            }
            Some(Token::Word(_)) => return self.path(),
            Some(Token::Join) => return self.tail(),
            _ => {}
        }
        self.at += 1;
    }

    fn enter(&mut self) {
        self.module.extend(self.word(1).map(str::to_owned));
        self.inline.push(self.depth);
        self.at += 1;
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.inline.last() == Some(&self.depth) {
            self.inline.pop();
            self.module.pop();
        }
    }

    /// A tree of imports below what was read so far; what follows it is left to the caller.
    fn tree(&mut self, before: &[String]) {
        let mut segments = before.to_vec();
        loop {
            let line = self.line();
            match self.token(0).cloned() {
                Some(Token::Join) => self.at += 1,
                Some(Token::Word(word)) => {
                    segments.push(word);
                    self.at += 1;
                    if self.token(0) != Some(&Token::Join) {
                        if self.word(0) == Some("as") {
                            self.at += 2;
                        }
                        return self.note(segments, true, line);
                    }
                }
                Some(Token::Sign('*')) => {
                    segments.push("*".to_owned());
                    self.at += 1;
                    return self.note(segments, true, line);
                }
                Some(Token::Sign('{')) => return self.branches(&segments),
                _ => return,
            }
        }
    }

    fn branches(&mut self, before: &[String]) {
        self.at += 1;
        while self.at < self.tokens.len() && !self.is_sign(0, '}') {
            if self.is_sign(0, ',') {
                self.at += 1;
            } else {
                let begun = self.at;
                self.tree(before);
                self.at = self.at.max(begun + 1);
            }
        }
        self.at += 1;
    }

    /// A path in code, whose first word is next.
    fn path(&mut self) {
        let line = self.line();
        let mut segments: Vec<String> = self.word(0).map(str::to_owned).into_iter().collect();
        self.at += 1;
        if segments.first().is_some_and(|word| ends_before(word)) {
            return;
        }
        while self.token(0) == Some(&Token::Join) {
            let Some(word) = self.word(1).map(str::to_owned) else {
                break;
            };
            segments.push(word);
            self.at += 2;
        }
        if segments.len() > 1 {
            self.note(segments, false, line);
        }
    }

    /// `::` that follows no word: of `::std::fs` the path goes on, of `<T as Trait>::NAME` it does not.
    fn tail(&mut self) {
        let closes = self
            .at
            .checked_sub(1)
            .and_then(|before| self.tokens.get(before))
            .is_some_and(|before| before.is_sign('>'));
        self.at += 1;
        if closes && self.word(0).is_some() {
            self.at += 1;
        }
    }

    fn note(&mut self, mut segments: Vec<String>, is_use: bool, line: usize) {
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let climbs = segments.iter().take_while(|it| *it == "super").count();
        let first = segments.first().map(String::as_str);
        let absolute = match first {
            Some("super") => {
                self.within(self.module.len().saturating_sub(climbs), &segments[climbs..])
            }
            Some("self") => self.within(self.module.len(), &segments[1..]),
            Some("mmembed") => [&["crate".to_owned()], &segments[1..]].concat(),
            _ => segments,
        };
        self.found.push(Mention { segments: absolute, is_use, line });
    }

    fn within(&self, levels: usize, rest: &[String]) -> Vec<String> {
        [&["crate".to_owned()], &self.module[..levels], rest].concat()
    }
}

/// Is this a keyword that a `::` after it does not belong to, as in `for ::std::fs::File`?
fn ends_before(word: &str) -> bool {
    const KEYWORDS: [&str; 13] = [
        "as", "dyn", "else", "for", "if", "impl", "in", "match", "move", "mut", "return", "unsafe",
        "where",
    ];
    KEYWORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(String, usize)> {
        mentions(&Source::new(path, text))
            .iter()
            .map(|mention| (mention.segments.join("::"), mention.line))
            .collect()
    }

    #[test]
    fn nested_braces_are_unfolded() {
        let text = "pub use crate::{model::{Plan as P, step::{self, *}},\nhost};\nuse std::io::{self, Write as _};";
        let expected = [
            ("crate::model::Plan", 1),
            ("crate::model::step", 1),
            ("crate::model::step::*", 1),
            ("crate::host", 2),
            ("std::io", 3),
            ("std::io::Write", 3),
        ];
        let expected: Vec<_> = expected.map(|(path, line)| (path.to_owned(), line)).into();
        assert_eq!(found("src/cli/mod.rs", text), expected);
    }

    #[test]
    fn climbs_end_where_they_lead() {
        for (path, text, expected) in [
            ("src/a/b.rs", "use super::c;", "crate::a::c"),
            ("src/a/mod.rs", "use super::c;", "crate::c"),
            ("src/a/b.rs", "use super::super::c;", "crate::c"),
            ("src/a/b.rs", "fn f() { super::super::c::g() }", "crate::c::g"),
            ("src/a/b.rs", "mod tests { use super::*; }", "crate::a::b::*"),
            ("src/a/b.rs", "mod t { fn f() {} } use super::c;", "crate::a::c"),
            ("src/a.rs", "use self::c::D;", "crate::a::c::D"),
            ("src/main.rs", "fn main() { mmembed::cli::run() }", "crate::cli::run"),
        ] {
            assert_eq!(found(path, text), [(expected.to_owned(), 1)], "{text}");
        }
    }

    #[test]
    fn paths_in_code_are_found_and_associated_items_are_not() {
        let text = "impl X for ::std::fs::File { fn f() -> impl T + use<'_> { <Self as T>::N; a::<B>::c; d!(crate::e) } }";
        let expected = ["std::fs::File", "crate::e"];
        let found: Vec<String> =
            found("src/a/b.rs", text).into_iter().map(|(path, _)| path).collect();
        assert_eq!(found, expected);
    }
}
