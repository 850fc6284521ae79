//! The syntax of the files that systemd calls environment files: `NAME=value`, one a line, with comments and quotes.
//! Nothing is read from a disk here, and no value is ever shown.

use super::secret::Secret;

/// Why a text is no environment file. Of what stands there nothing is told: it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} does not begin with the name of a variable")]
pub struct EnvironmentFileError {
    /// Which line, from 1.
    pub line: usize,
}

/// Reads an environment file as systemd.exec(5) describes it: empty lines and those that begin with `#` or `;` are passed
/// over, blanks around a value are too, quotes of both kinds are taken away, and a backslash takes its meaning from the
/// next character. Variables come in their order; of several of one name the last one counts.
///
/// # Errors
/// What systemd would pass over with a warning is refused: a variable that goes unseen could be the one that matters.
pub fn parse_environment_file(
    text: &str,
) -> Result<Vec<(String, Secret<String>)>, EnvironmentFileError> {
    let mut reader = Reader { state: State::BeforeName, ..Reader::default() };
    let ends = [None];
    for c in text.chars().map(Some).chain(ends) {
        reader.take(c)?;
    }
    Ok(reader.found)
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    BeforeName,
    Comment,
    Name,
    BeforeValue,
    Value,
    Escaped,
    Single,
    Double,
    DoubleEscaped,
}

#[derive(Debug, Default)]
struct Reader {
    state: State,
    line: usize,
    /// Where the current variable begins.
    begun: usize,
    name: String,
    value: String,
    /// So much of the value is more than blanks at its end.
    solid: usize,
    found: Vec<(String, Secret<String>)>,
}

impl Reader {
    /// Takes the next character; `None` is the end of the file, which ends whatever was begun.
    fn take(&mut self, next: Option<char>) -> Result<(), EnvironmentFileError> {
        match (self.state, next) {
            (State::BeforeName | State::Comment, None) => Ok(()),
            (State::Name, None) => Err(self.refused()),
            (_, None) => self.finish(),
            (State::BeforeName | State::Comment | State::Name, Some(c)) => self.take_name(c),
            (State::BeforeValue | State::Value, Some(c)) => self.take_bare(c),
            (State::Escaped | State::DoubleEscaped, Some(c)) => {
                self.take_escaped(c);
                Ok(())
            }
            (State::Single | State::Double, Some(c)) => {
                self.take_quoted(c);
                Ok(())
            }
        }?;
        self.line += usize::from(next == Some('\n'));
        Ok(())
    }

    fn take_name(&mut self, c: char) -> Result<(), EnvironmentFileError> {
        match (self.state, c) {
            (State::Comment, _) if is_end(c) => self.state = State::BeforeName,
            (State::Comment, _) => {}
            (State::Name, '=') => self.state = State::BeforeValue,
            (State::Name, _) if is_end(c) => return Err(self.refused()),
            (State::Name, _) => self.name.push(c),
            (_, '#' | ';') => self.state = State::Comment,
            (_, _) if c.is_ascii_whitespace() => {}
            (_, _) => {
                self.begun = self.line;
                self.name.push(c);
                self.state = State::Name;
            }
        }
        Ok(())
    }

    /// A quote is one only before the first bare character.
    fn take_bare(&mut self, c: char) -> Result<(), EnvironmentFileError> {
        match (self.state, c) {
            (_, _) if is_end(c) => return self.finish(),
            (State::BeforeValue, _) if c.is_ascii_whitespace() => {}
            (State::BeforeValue, '\'') => self.state = State::Single,
            (State::BeforeValue, '"') => self.state = State::Double,
            (_, '\\') => self.state = State::Escaped,
            (_, _) => self.push_bare(c),
        }
        Ok(())
    }

    fn take_quoted(&mut self, c: char) {
        match (self.state, c) {
            (State::Single, '\'') | (State::Double, '"') => self.state = State::BeforeValue,
            (State::Double, '\\') => self.state = State::DoubleEscaped,
            (_, _) => self.push(c),
        }
    }

    /// Between double quotes, a backslash before most characters stands for itself.
    fn take_escaped(&mut self, c: char) {
        let is_double = self.state == State::DoubleEscaped;
        self.state = if is_double { State::Double } else { State::Value };
        if is_double && !is_end(c) && !matches!(c, '"' | '\\' | '`' | '$') {
            self.push('\\');
        }
        if !is_end(c) {
            self.push(c);
        }
    }

    fn push(&mut self, c: char) {
        self.value.push(c);
        self.solid = self.value.len();
    }

    fn push_bare(&mut self, c: char) {
        self.state = State::Value;
        self.value.push(c);
        if !c.is_ascii_whitespace() {
            self.solid = self.value.len();
        }
    }

    fn finish(&mut self) -> Result<(), EnvironmentFileError> {
        let name = std::mem::take(&mut self.name);
        let mut value = std::mem::take(&mut self.value);
        let name = name.trim_end();
        if !is_name(name) {
            return Err(self.refused());
        }
        value.truncate(self.solid);
        self.solid = 0;
        self.found.push((name.to_owned(), Secret::new(value)));
        self.state = State::BeforeName;
        Ok(())
    }

    const fn refused(&self) -> EnvironmentFileError {
        EnvironmentFileError { line: self.begun + 1 }
    }
}

const fn is_end(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

fn is_name(text: &str) -> bool {
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    first && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let found = parse_environment_file(text).unwrap();
        found.into_iter().map(|(name, value)| (name, value.expose().clone())).collect()
    }

    fn one(text: &str) -> String {
        let found = read(text);
        assert_eq!(found.len(), 1, "{text:?}");
        found.into_iter().next().unwrap().1
    }

    #[test]
    fn a_value_is_read_as_systemd_reads_it() {
        for (text, value) in [
            ("A=b", "b"),
            ("A=b\n", "b"),
            ("  A = b c  \n", "b c"),
            ("A=", ""),
            ("A=\"b c\"\n", "b c"),
            ("A='b \"c\" \\d'", "b \"c\" \\d"),
            ("A=\"b \\\"c\\\" \\$d \\e\"", "b \"c\" $d \\e"),
            ("A=\"b\\\nc\"", "bc"),
            ("A=\"b\nc\"", "b\nc"),
            ("A=b\\\nc", "bc"),
            ("A=b\\ ", "b "),
            ("A=a'b'", "a'b'"),
            ("A='a''b'", "ab"),
            ("A=postgres://u:p#w;x@h/d?sslmode=disable", "postgres://u:p#w;x@h/d?sslmode=disable"),
            ("# a comment \\\nA=b\n; another\n\n", "b"),
            ("A=b\r\n", "b"),
            ("A=größer", "größer"),
        ] {
            assert_eq!(one(text), value, "{text:?}");
        }
    }

    #[test]
    fn variables_come_in_their_order() {
        let text = "MM_A=1\n\n# B\nB=2\nMM_A=3";
        let names: Vec<String> =
            read(text).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(names, ["MM_A=1", "B=2", "MM_A=3"]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn what_is_no_variable_is_refused_by_its_line_and_nothing_else() {
        for (text, line) in [
            ("A=b\nexport MM_A=canary", 2),
            ("canary", 1),
            ("\n\ncanary\nA=b", 3),
            ("A=b\n1A=canary\n", 2),
            ("=canary", 1),
            ("A.B=canary", 1),
        ] {
            let error = parse_environment_file(text).unwrap_err();
            assert_eq!(error, EnvironmentFileError { line }, "{text:?}");
            assert!(!error.to_string().contains("canary"));
        }
    }

    #[test]
    fn no_value_is_shown() {
        assert!(!format!("{:?}", parse_environment_file("A=canary")).contains("canary"));
    }
}
