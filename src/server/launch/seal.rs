//! A line by which a file is known to be as mmembed wrote it: with whose service it is, and a digest of everything else.
//! It protects what operators have written, not against anybody who means ill.

use crate::model::{AppName, Sha256Digest};

/// What a file says about who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// mmembed, for this application, and nobody has changed it since.
    Whole,
    /// mmembed, for this application, and somebody has changed it since.
    Broken,
    /// Somebody else, or mmembed for another application.
    Foreign,
}

/// How many letters of the digest are written.
const LETTERS: usize = 16;

fn beginning(app: &AppName) -> String {
    format!("# mmembed wrote this for {app}, and replaces it until somebody changes it: ")
}

fn digest(text: &str) -> String {
    Sha256Digest::of(text.as_bytes()).to_string().chars().take(LETTERS).collect()
}

/// The text with its seal: in the first line, or behind the one that names the interpreter.
pub(super) fn sealed(app: &AppName, text: &str) -> String {
    let line = format!("{}{}\n", beginning(app), digest(text));
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("#!") => format!("{first}\n{line}{rest}"),
        _ => line + text,
    }
}

/// What a file says about who wrote it.
#[must_use]
pub fn read_seal(app: &AppName, content: &[u8]) -> Seal {
    let Ok(text) = std::str::from_utf8(content) else {
        return Seal::Foreign;
    };
    let beginning = beginning(app);
    // Only where it is put: a copy further down is somebody's quotation.
    let Some(line) = text.split_inclusive('\n').take(2).find(|it| it.starts_with(&beginning))
    else {
        return Seal::Foreign;
    };
    let rest = text.replacen(line, "", 1);
    let is_whole = line.trim_end().strip_prefix(&beginning) == Some(&digest(&rest));
    if is_whole { Seal::Whole } else { Seal::Broken }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_whole_until_anything_is_changed() {
        let (acme, other): (AppName, AppName) = ("acme".parse().unwrap(), "acm".parse().unwrap());
        for text in ["[Unit]\nA=b\n", "#!/bin/sh\nexit\n", "#!/bin/sh\n"] {
            let written = sealed(&acme, text);
            assert_eq!(written.lines().count(), text.lines().count() + 1);
            assert_eq!(written.starts_with("#!"), text.starts_with("#!"));
            let read = |text: &str| read_seal(&acme, text.as_bytes());
            assert_eq!(read(&written), Seal::Whole);
            assert_eq!(read(&(written.clone() + "# mine\n")), Seal::Broken);
            assert_eq!(read(&format!("\n\n{written}")), Seal::Foreign);
            assert_eq!(read(text), Seal::Foreign);
            assert_eq!(read_seal(&other, written.as_bytes()), Seal::Foreign);
        }
        assert_eq!(read_seal(&acme, b"\xff"), Seal::Foreign);
    }
}
