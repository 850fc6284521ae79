//! The key=value form of a PostgreSQL data source, scanned as lib/pq scans it.
//! Nothing is known here about what the settings mean.

use std::iter::{Enumerate, Peekable};
use std::str::Chars;

use super::dsn_error::DsnError;
use super::postgres_dsn::Settings;

struct Scanner<'t> {
    chars: Peekable<Enumerate<Chars<'t>>>,
    length: usize,
}

/// Scans `name = value` pairs divided by blanks. A value may be quoted by `'`; a backslash escapes the next character,
/// quoted or not. Of two values for one name the last counts, as in the driver.
pub(super) fn scan(text: &str) -> Result<Settings, DsnError> {
    let mut scanner =
        Scanner { chars: text.chars().enumerate().peekable(), length: text.chars().count() };
    let mut settings = Settings::new();
    loop {
        scanner.skip_blanks();
        if scanner.peek().is_none() {
            return Ok(settings);
        }
        let name = scanner.name();
        scanner.equals_sign()?;
        let value = scanner.value()?;
        if let Some(nul) = value.find('\0') {
            let position = scanner.position().saturating_sub(value.len() - nul);
            return Err(DsnError::ControlCharacter { position });
        }
        settings.insert(name, value);
    }
}

impl Scanner<'_> {
    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|(_, c)| *c)
    }

    fn next(&mut self) -> Option<char> {
        self.chars.next().map(|(_, c)| c)
    }

    /// Of the next character, from 1.
    fn position(&mut self) -> usize {
        self.chars.peek().map_or(self.length, |(index, _)| *index) + 1
    }

    fn skip_blanks(&mut self) {
        while self.chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some((_, c)) = self.chars.next_if(|(_, c)| !c.is_whitespace() && *c != '=') {
            name.push(c);
        }
        name
    }

    fn equals_sign(&mut self) -> Result<(), DsnError> {
        self.skip_blanks();
        let position = self.position();
        match self.next() {
            Some('=') => Ok(()),
            _ => Err(DsnError::NoEqualsSign { position }),
        }
    }

    fn value(&mut self) -> Result<String, DsnError> {
        self.skip_blanks();
        if self.peek() == Some('\'') { self.quoted() } else { self.plain() }
    }

    fn plain(&mut self) -> Result<String, DsnError> {
        let mut value = String::new();
        while let Some((_, c)) = self.chars.next_if(|(_, c)| !c.is_whitespace()) {
            let c = if c == '\\' { self.next().ok_or(DsnError::NothingEscaped)? } else { c };
            value.push(c);
        }
        Ok(value)
    }

    fn quoted(&mut self) -> Result<String, DsnError> {
        let open = DsnError::OpenQuote { position: self.position() };
        self.next();
        let mut value = String::new();
        loop {
            match self.next().ok_or(open)? {
                '\'' => return Ok(value),
                '\\' => value.push(self.next().ok_or(open)?),
                c => value.push(c),
            }
        }
    }
}
