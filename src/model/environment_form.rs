//! How variables are written for whoever starts a server: as a file or as lines of a unit for systemd, or as a directory with
//! a file for each, as chpst(8) and envdir read it. What cannot be written so that the same value is read is refused.

use super::secret::Secret;

/// A variable and its value.
pub type Variable = (String, Secret<String>);

/// A variable that a form has no way to write. Of its value nothing is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} cannot be written: {why}")]
pub struct Unwritable {
    /// Its name.
    pub variable: String,
    /// What is in the way.
    pub why: &'static str,
}

/// As an environment file of systemd, see systemd.exec(5). A POSIX shell reads the same values.
///
/// # Errors
/// The first variable that cannot be written.
pub fn environment_file(variables: &[Variable]) -> Result<String, Unwritable> {
    let mut text = String::new();
    for (name, value) in variables {
        refuse_controls(name, value.expose())?;
        text.push_str(name);
        text.push_str("=\"");
        for c in value.expose().chars() {
            if matches!(c, '"' | '\\' | '`' | '$') {
                text.push('\\');
            }
            text.push(c);
        }
        text.push_str("\"\n");
    }
    Ok(text)
}

/// As lines of a unit's section `[Service]`, see systemd.syntax(7). Everybody on the machine can read what a unit says.
///
/// # Errors
/// The first variable that cannot be written.
pub fn environment_lines(variables: &[Variable]) -> Result<String, Unwritable> {
    let mut text = String::new();
    for (name, value) in variables {
        refuse_controls(name, value.expose())?;
        text.push_str("Environment=\"");
        text.push_str(name);
        text.push('=');
        for c in value.expose().chars() {
            match c {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\t' => text.push_str("\\t"),
                '%' => text.push_str("%%"),
                c => text.push(c),
            }
        }
        text.push_str("\"\n");
    }
    Ok(text)
}

/// A drop-in of a unit that names an environment file. The file has to be there when the service starts.
///
/// # Errors
/// A path that a unit cannot name: systemd takes patterns there.
pub fn environment_drop_in(file: &str) -> Result<String, Unwritable> {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '*' | '?' | '[' | ']' | '\\');
    if !file.starts_with('/') || !file.chars().all(is_plain) || file.trim() != file {
        let why = "a unit can only name a file by an absolute path without *, ?, [, ] and \\";
        return Err(Unwritable { variable: file.to_owned(), why });
    }
    let file = file.replace('%', "%%");
    Ok(format!("# What the host enforces in Mattermost.\n[Service]\nEnvironmentFile={file}\n"))
}

/// The content of a variable's file in an environment directory.
///
/// # Errors
/// When blanks at the end would be lost.
pub fn environment_entry((name, value): &Variable) -> Result<String, Unwritable> {
    let value = value.expose();
    if value.ends_with([' ', '\t']) {
        let why = "an environment directory loses blanks at the end of a value";
        return Err(Unwritable { variable: name.clone(), why });
    }
    refuse_zero(name, value)?;
    Ok(format!("{}\n", value.replace('\n', "\0")))
}

/// The value that a file of an environment directory gives its variable: its first line without blanks at the end, zero
/// bytes standing for line feeds. An empty file takes the variable away.
#[must_use]
pub fn parse_environment_entry(content: &[u8]) -> Option<String> {
    if content.is_empty() {
        return None;
    }
    let line = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = String::from_utf8_lossy(line);
    Some(text.trim_end_matches([' ', '\t']).replace('\0', "\n"))
}

fn refuse_zero(variable: &str, value: &str) -> Result<(), Unwritable> {
    if value.contains('\0') {
        let why = "no variable can hold a zero byte";
        return Err(Unwritable { variable: variable.to_owned(), why });
    }
    Ok(())
}

/// systemd drops a variable with control characters; tabs and line feeds are none to it.
fn refuse_controls(variable: &str, value: &str) -> Result<(), Unwritable> {
    refuse_zero(variable, value)?;
    if value.chars().any(|c| c.is_ascii_control() && !matches!(c, '\t' | '\n')) {
        let why = "systemd takes no value with control characters";
        return Err(Unwritable { variable: variable.to_owned(), why });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::environment_file::parse_environment_file;
    use super::*;

    fn variable(name: &str, value: &str) -> Variable {
        (name.to_owned(), Secret::new(value.to_owned()))
    }

    /// One assignment as systemd.syntax(7) says: quotes, escapes as in C, specifiers.
    fn read_line(line: &str) -> String {
        let quoted = line.strip_prefix("Environment=\"").unwrap().strip_suffix('"').unwrap();
        let mut value = String::new();
        let mut rest = quoted.chars();
        while let Some(c) = rest.next() {
            value.push(match c {
                '\\' => match rest.next().unwrap() {
                    'n' => '\n',
                    't' => '\t',
                    c @ ('"' | '\\') => c,
                    c => panic!("an escape that systemd does not know: {c}"),
                },
                '%' => {
                    assert_eq!(rest.next(), Some('%'), "a specifier");
                    '%'
                }
                '"' => panic!("the quotes end too early"),
                c => c,
            });
        }
        value
    }

    fn values() -> impl Strategy<Value = String> {
        prop_oneof![any::<String>(), "[ -~\t\n]{0,40}", "[\"'\\\\$`#;=%!{} \t\n\räß–]{0,20}",]
    }

    proptest! {
        #[test]
        fn every_form_is_read_as_it_was_written_or_refused(
            values in prop::collection::vec(values(), 1..4)
        ) {
            let name = |at: usize| format!("MM_A{at}");
            let variables: Vec<Variable> =
                values.iter().enumerate().map(|(at, it)| variable(&name(at), it)).collect();
            let takes = |it: &String| !it.chars().any(|c| c.is_ascii_control() && c != '\t' && c != '\n');
            match environment_file(&variables) {
                Ok(text) => prop_assert_eq!(parse_environment_file(&text).unwrap(), variables.clone()),
                Err(error) => {
                    let first = values.iter().position(|it| !takes(it)).unwrap();
                    prop_assert_eq!(error.variable, name(first));
                }
            }
            if let Ok(text) = environment_lines(&variables) {
                let read: Vec<String> = text.lines().map(read_line).collect();
                let said: Vec<String> =
                    values.iter().enumerate().map(|(at, it)| format!("{}={it}", name(at))).collect();
                prop_assert_eq!(read, said);
            }
            for (variable, value) in variables.iter().zip(&values) {
                match environment_entry(variable) {
                    Ok(text) => prop_assert_eq!(parse_environment_entry(text.as_bytes()), Some(value.clone())),
                    Err(_) => prop_assert!(value.ends_with([' ', '\t']) || value.contains('\0')),
                }
            }
        }
    }

    #[test]
    fn a_refusal_names_the_variable_and_not_its_value() {
        for value in ["canary\0", "canary\u{7}", "canary\r"] {
            let error = environment_file(&[variable("MM_A", value)]).unwrap_err();
            assert!(error.to_string().starts_with("MM_A cannot be written"), "{error}");
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
        assert!(environment_entry(&variable("MM_A", "x ")).is_err());
    }

    #[test]
    fn a_drop_in_names_a_file() {
        let text = environment_drop_in("/etc/a b/100%.env").unwrap();
        assert!(text.ends_with("[Service]\nEnvironmentFile=/etc/a b/100%%.env\n"));
        for path in ["a.env", "/a*.env", "/a\nb", "/a ", "/a\\b"] {
            environment_drop_in(path).unwrap_err();
        }
    }

    #[test]
    fn a_variable_is_the_first_line_of_its_file() {
        for (content, value) in [
            ("", None),
            ("\n", Some("")),
            ("true", Some("true")),
            ("a b \t\nsecond\n", Some("a b")),
            ("two\0lines\n", Some("two\nlines")),
        ] {
            assert_eq!(
                parse_environment_entry(content.as_bytes()).as_deref(),
                value,
                "{content:?}"
            );
        }
    }
}
