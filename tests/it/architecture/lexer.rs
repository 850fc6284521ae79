//! Rust text as tokens, without comments: just enough to find paths, modules and macros.
//! It parses nothing and knows no rule of this project.

/// A piece of Rust text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// An identifier, a keyword or a number.
    Word(String),
    /// The content of a string literal, its escapes as they are written.
    Text(String),
    /// `::`
    Join,
    /// Any other character.
    Sign(char),
}

/// A token and the line it begins on, the first being 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) token: Token,
    pub(crate) line: usize,
}

impl Placed {
    pub(crate) fn word(&self) -> Option<&str> {
        if let Token::Word(word) = &self.token { Some(word) } else { None }
    }

    pub(crate) fn is_sign(&self, sign: char) -> bool {
        self.token == Token::Sign(sign)
    }
}

/// The tokens of a file.
pub(crate) fn lex(text: &str) -> Vec<Placed> {
    let mut reader = Reader { chars: text.chars().collect(), at: 0, line: 1 };
    let mut tokens = Vec::new();
    while let Some(c) = reader.peek(0) {
        let line = reader.line;
        if let Some(token) = reader.next_token(c) {
            tokens.push(Placed { token, line });
        }
    }
    tokens
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.take();
        }
    }

    fn next_token(&mut self, c: char) -> Option<Token> {
        match (c, self.peek(1)) {
            ('/', Some('/')) => self.line_comment(),
            ('/', Some('*')) => self.block_comment(),
            (':', Some(':')) => {
                self.skip(2);
                Some(Token::Join)
            }
            ('"', _) => Some(self.string()),
            ('\'', _) => self.quote(),
            _ if is_word(c) => Some(self.word()),
            _ => {
                self.skip(1);
                (!c.is_whitespace()).then_some(Token::Sign(c))
            }
        }
    }

    fn line_comment(&mut self) -> Option<Token> {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.skip(1);
        }
        None
    }

    fn block_comment(&mut self) -> Option<Token> {
        let mut depth = 0_u32;
        loop {
            match (self.peek(0)?, self.peek(1)) {
                ('/', Some('*')) => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => {
                    self.skip(1);
                    continue;
                }
            }
            self.skip(2);
            if depth == 0 {
                return None;
            }
        }
    }

    /// A string whose opening quote is next.
    fn string(&mut self) -> Token {
        self.skip(1);
        let mut content = String::new();
        while let Some(c) = self.take() {
            match c {
                '"' => break,
                '\\' => {
                    content.push(c);
                    content.extend(self.take());
                }
                _ => content.push(c),
            }
        }
        Token::Text(content)
    }

    /// A raw string whose `#`s or opening quote are next.
    fn raw_string(&mut self, hashes: usize) -> Token {
        self.skip(hashes + 1);
        let mut content = String::new();
        while let Some(c) = self.take() {
            if c == '"' && (0..hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                self.skip(hashes);
                break;
            }
            content.push(c);
        }
        Token::Text(content)
    }

    /// A character literal, or the tick of a lifetime.
    fn quote(&mut self) -> Option<Token> {
        let escaped = self.peek(1) == Some('\\');
        if !escaped && self.peek(2) != Some('\'') {
            self.skip(1);
            return None;
        }
        self.skip(if escaped { 3 } else { 2 });
        while self.take().is_some_and(|c| c != '\'') {}
        None
    }

    /// A word, or the literal that its letters introduce.
    fn word(&mut self) -> Token {
        let mut word = String::new();
        while let Some(c) = self.peek(0).filter(|c| is_word(*c)) {
            word.push(c);
            self.skip(1);
        }
        let raw = matches!(word.as_str(), "r" | "br" | "cr");
        let rest = self.chars.iter().skip(self.at);
        let hashes = rest.take_while(|c| **c == '#').count();
        match self.peek(0) {
            Some('"') if matches!(word.as_str(), "b" | "c") => self.string(),
            Some('"') if raw => self.raw_string(0),
            Some('#') if raw && self.peek(hashes) == Some('"') => self.raw_string(hashes),
            Some('#') if word == "r" && self.peek(1).is_some_and(is_word) => {
                self.skip(1);
                self.word()
            }
            _ => Token::Word(word),
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(String, usize)> {
        lex(text)
            .iter()
            .filter_map(|placed| Some((placed.word()?.to_owned(), placed.line)))
            .collect()
    }

    #[test]
    fn what_is_no_code_gives_no_words() {
        for text in [
            "// crate::host\n",
            "/* a /* nested */ crate::host */",
            r#""crate::host \" crate::host""#,
            r###"r##"crate::host "# crate::host"##"###,
            r#"b"crate" c"host""#,
            r"'c' '\'' '\u{63}' b'c'",
        ] {
            let found = words(text);
            assert!(found.iter().all(|(word, _)| word == "b"), "{text}: {found:?}");
        }
    }

    #[test]
    fn words_after_comments_strings_and_ticks_have_their_lines() {
        let text = "a /* \n */ b\n\"x\ny\" c<'d> '\\n' e r#type\nf'g'h";
        let found = words(text);
        let expected =
            [("a", 1), ("b", 2), ("c", 4), ("d", 4), ("e", 4), ("type", 4), ("f", 5), ("h", 5)];
        let expected = expected.map(|(word, line)| (word.to_owned(), line));
        assert_eq!(found, expected);
    }
}
