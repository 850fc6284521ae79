//! The environment that systemd gives to a service, stopped or not.
//! Only what systemd says and the files that it names are read; no value is shown.

use std::path::Path;

use super::error::PathError;
use super::exec::{Exec, ExecError};
use super::outside::read_outside;
use super::surroundings_of::config_argument;
use crate::model::{
    CommandSpec, EnvironmentFileError, EnvironmentSource, Secret, ServerEnvironment,
    parse_environment_file,
};

/// No environment file is larger.
const LARGEST: u64 = 1024 * 1024;

/// Why the environment of a unit is not known.
#[derive(Debug, thiserror::Error)]
pub enum UnitEnvironmentError {
    /// systemd could not be asked.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// A file cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A file is no environment file.
    #[error("{path} is no environment file")]
    File {
        /// Which.
        path: String,
        /// What is wrong with it.
        #[source]
        source: EnvironmentFileError,
    },
}

/// The environment of a unit; `None` if systemd knows no such unit, or is not there.
///
/// # Errors
/// When a file that the unit names cannot be read, unless the unit does without it.
pub fn environment_of_unit(
    exec: &Exec,
    unit: &str,
) -> Result<Option<ServerEnvironment>, UnitEnvironmentError> {
    let question = CommandSpec::new("systemctl")
        .arg("show")
        .arg("--property=LoadState")
        .arg("--property=Environment")
        .arg("--property=EnvironmentFiles")
        .arg("--property=ExecStart")
        .arg("--")
        .arg(unit);
    let answer = match exec.run(&question) {
        Ok(output) if output.exit.is_success() => output.stdout.text(),
        Ok(_) | Err(ExecError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let told = Told::read(&answer);
    if told.load_state != "loaded" {
        return Ok(None);
    }
    let mut variables = told.variables;
    for file in told.files {
        // What stands in a file is stronger than what stands in the unit, and later files are stronger than earlier ones.
        variables.extend(file.read()?);
    }
    let source = EnvironmentSource::Unit { unit: unit.to_owned() };
    let config_argument = config_argument(told.command);
    Ok(Some(ServerEnvironment { config_argument, ..ServerEnvironment::new(source, variables) }))
}

/// What systemd says of a unit.
#[derive(Debug, Default)]
struct Told {
    load_state: String,
    variables: Vec<(String, Secret<String>)>,
    files: Vec<NamedFile>,
    command: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
struct NamedFile {
    path: String,
    may_be_missing: bool,
}

impl Told {
    fn read(answer: &str) -> Self {
        let mut told = Self::default();
        for (name, value) in answer.lines().filter_map(|line| line.split_once('=')) {
            match name {
                "LoadState" => value.clone_into(&mut told.load_state),
                "Environment" => {
                    let words = words(value);
                    let pairs = words.iter().filter_map(|word| word.split_once('='));
                    told.variables.extend(
                        pairs.map(|(name, value)| (name.to_owned(), Secret::new(value.to_owned()))),
                    );
                }
                "EnvironmentFiles" => told.files.extend(NamedFile::named(value)),
                "ExecStart" => told.command = arguments(value),
                _ => {}
            }
        }
        told
    }
}

impl NamedFile {
    /// `/etc/default/x (ignore_errors=yes)`
    fn named(value: &str) -> Option<Self> {
        let (path, remark) = value.rsplit_once(" (")?;
        Some(Self { path: path.to_owned(), may_be_missing: remark.contains("ignore_errors=yes") })
    }

    fn content(&self) -> Result<Option<String>, PathError> {
        match read_outside(Path::new(&self.path), LARGEST) {
            Ok(content) => Ok(Some(String::from_utf8_lossy(&content).into_owned())),
            Err(error)
                if self.may_be_missing && error.source.kind() == std::io::ErrorKind::NotFound =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn read(&self) -> Result<Vec<(String, Secret<String>)>, UnitEnvironmentError> {
        let Some(content) = self.content()? else {
            return Ok(Vec::new());
        };
        parse_environment_file(&content)
            .map_err(|source| UnitEnvironmentError::File { path: self.path.clone(), source })
    }
}

/// The words of a command: `{ path=/x ; argv[]=/x -c y ; ignore_errors=no ; … }`.
fn arguments(value: &str) -> Vec<String> {
    let words = value.split_once("argv[]=").and_then(|(_, rest)| rest.split_once(" ; "));
    words.map(|(words, _)| words.split(' ').map(ToOwned::to_owned).collect()).unwrap_or_default()
}

/// Words that blanks separate; quoted ones may hold some, and a backslash stands before what is meant literally.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (_, '\\') => word.get_or_insert_default().push(escaped(characters.next())),
            (None, ' ') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// systemd writes line breaks and tabs as C does.
const fn escaped(c: Option<char>) -> char {
    match c {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some(c) => c,
        None => '\\',
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests lay out their own files")]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn words_are_told_apart_as_systemd_writes_them() {
        for (text, expected) in [
            ("", vec![]),
            ("A=b", vec!["A=b"]),
            ("A=b  C=d", vec!["A=b", "C=d"]),
            ("\"A=b c\" D=", vec!["A=b c", "D="]),
            (r#""A=\"q\" \\ \$""#, vec![r#"A="q" \ $"#]),
            (r"A=b\nc", vec!["A=b\nc"]),
            ("'A=b c'", vec!["A=b c"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn files_and_arguments_are_read() {
        let told = Told::read(
            "LoadState=loaded\nEnvironment=MM_A=1\nEnvironmentFiles=/etc/a b (ignore_errors=yes)\n\
             EnvironmentFiles=/etc/c (ignore_errors=no)\n\
             ExecStart={ path=/x/mattermost ; argv[]=/x/mattermost -c /etc/x.json ; ignore_errors=no ; pid=0 }\n",
        );
        let file = |path: &str, may_be_missing| NamedFile { path: path.to_owned(), may_be_missing };
        assert_eq!(told.files, [file("/etc/a b", true), file("/etc/c", false)]);
        let argument = config_argument(told.command).unwrap();
        assert_eq!(argument.expose(), "/etc/x.json");
    }

    /// A `systemctl` that says this of every unit.
    fn systemd(directory: &Path, answer: &str) -> Exec {
        let program = directory.join("systemctl");
        fs::write(&program, format!("#!/bin/sh\ncat <<'END'\n{answer}\nEND\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        Exec::with_path(vec![directory.to_owned(), "/usr/bin".into(), "/bin".into()])
    }

    #[test]
    fn a_file_is_stronger_than_its_unit_and_may_be_missing_only_where_the_unit_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("env");
        fs::write(&file, "MM_B=2\nPATH=/x\n").unwrap();
        let answer = |missing: &str| {
            format!(
                "LoadState=loaded\nEnvironment=MM_A=1 MM_B=1\nEnvironmentFiles={} (ignore_errors=no)\n\
                 EnvironmentFiles=/nonexistent/env (ignore_errors={missing})",
                file.display()
            )
        };
        let exec = systemd(directory.path(), &answer("yes"));
        let found = environment_of_unit(&exec, "a.service").unwrap().unwrap();
        assert_eq!(found.pairs().collect::<Vec<_>>(), [("MM_A", "1"), ("MM_B", "2")]);
        assert_eq!(found.source, EnvironmentSource::Unit { unit: "a.service".to_owned() });

        let exec = systemd(directory.path(), &answer("no"));
        let error = environment_of_unit(&exec, "a.service").unwrap_err();
        assert!(error.to_string().contains("/nonexistent/env"), "{error}");

        fs::write(&file, "canary").unwrap();
        let exec = systemd(directory.path(), &answer("yes"));
        let error = environment_of_unit(&exec, "a.service").unwrap_err();
        assert!(!error.to_string().contains("canary"), "{error}");

        let exec = systemd(directory.path(), "LoadState=not-found");
        assert_eq!(environment_of_unit(&exec, "a.service").unwrap(), None);
        let exec = Exec::with_path(vec!["/nonexistent".into()]);
        assert_eq!(environment_of_unit(&exec, "a.service").unwrap(), None);
    }
}
