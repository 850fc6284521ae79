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
        let Some(c) = next else {
            return match self.state {
                State::BeforeName | State::Comment => Ok(()),
                State::Name => Err(self.refused()),
                _ => self.finish(),
            };
        };
        let was = self.state;
        self.step(was, c)?;
        self.line += usize::from(c == '\n');
        Ok(())
    }

    fn step(&mut self, state: State, c: char) -> Result<(), EnvironmentFileError> {
        let is_end = matches!(c, '\n' | '\r');
        match state {
            State::BeforeName if matches!(c, '#' | ';') => self.state = State::Comment,
            State::BeforeName if c.is_ascii_whitespace() => {}
            State::BeforeName => {
                self.begun = self.line;
                self.name.push(c);
                self.state = State::Name;
            }
            State::Comment if is_end => self.state = State::BeforeName,
            State::Comment => {}
            State::Name if is_end => return Err(self.refused()),
            State::Name if c == '=' => self.state = State::BeforeValue,
            State::Name => self.name.push(c),
            State::BeforeValue | State::Value if is_end => return self.finish(),
            State::BeforeValue if c.is_ascii_whitespace() => {}
            State::BeforeValue if c == '\'' => self.state = State::Single,
            State::BeforeValue if c == '"' => self.state = State::Double,
            State::BeforeValue | State::Value if c == '\\' => self.state = State::Escaped,
            State::BeforeValue | State::Value => self.push_bare(c),
            State::Escaped => {
                self.state = State::Value;
                if !is_end {
                    self.push(c);
                }
            }
            State::Single if c == '\'' => self.state = State::BeforeValue,
            State::Double if c == '"' => self.state = State::BeforeValue,
            State::Double if c == '\\' => self.state = State::DoubleEscaped,
            State::Single | State::Double => self.push(c),
            State::DoubleEscaped => {
                self.state = State::Double;
                if !is_end && !matches!(c, '"' | '\\' | '`' | '$') {
                    self.push('\\');
                }
                if !is_end {
                    self.push(c);
                }
            }
        }
        Ok(())
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
