//! How a file opens, how long it is, what it is called, and that it is finished.
//! What is in it is judged elsewhere.

use super::lexer::{Placed, Token};
use super::source::{Source, Violation};

/// A longer file holds a second noun.
const LONGEST: usize = 500;

/// Names that say nothing, also as a part of a name between underscores.
const EMPTY_WORDS: [&str; 9] =
    ["common", "handler", "helper", "helpers", "manager", "misc", "util", "utils", "ctx2"];

/// Names that say nothing when they stand alone.
const EMPTY_NAMES: [&str; 2] = ["data", "info"];

/// Verbs that say nothing.
const EMPTY_VERBS: [&str; 2] = ["do", "process"];

/// A file says what it is for before anything else. Lint attributes may precede it; a `tests.rs` is for its neighbour.
pub(crate) fn opening(source: &Source) -> Option<Violation> {
    if source.path.ends_with("/tests.rs") {
        return None;
    }
    let mut depth = 0_usize;
    for (index, line) in source.text.lines().enumerate() {
        if depth == 0 && line.starts_with("//! ") {
            return None;
        }
        let is_attribute = depth > 0 || line.starts_with("#![");
        if !is_attribute && !line.is_empty() {
            return Some(source.violation(index + 1, "a file opens with `//!` and what it is for"));
        }
        depth = (depth + line.matches('[').count()).saturating_sub(line.matches(']').count());
    }
    Some(source.violation(1, "a file opens with `//!` and what it is for"))
}

/// A file is at most 500 lines long.
pub(crate) fn length(source: &Source) -> Option<Violation> {
    let count = source.text.lines().count();
    (count > LONGEST).then(|| {
        source.violation(
            count,
            format!("{count} lines are more than {LONGEST}: look for the second noun"),
        )
    })
}

/// No file, module or function has a name that says nothing.
pub(crate) fn names(source: &Source) -> Vec<Violation> {
    let file = source.path.trim_end_matches(".rs").split('/');
    let of_file = file.filter(|name| says_nothing(name)).map(|name| (1, name));
    let mut found: Vec<Violation> = of_file
        .map(|(line, name)| source.violation(line, format!("`{name}` is a name that says nothing")))
        .collect();
    for pair in source.tokens.windows(2) {
        let [before, after] = pair else { continue };
        let Some(name) = after.word() else { continue };
        let bad = match before.word() {
            Some("mod") => says_nothing(name),
            Some("fn") => begins_emptily(name) || EMPTY_WORDS.contains(&name),
            _ => false,
        };
        if bad {
            let rule = format!("`{name}` is a name that says nothing");
            found.push(source.violation(after.line, rule));
        }
    }
    found
}

fn says_nothing(name: &str) -> bool {
    EMPTY_NAMES.contains(&name)
        || begins_emptily(name)
        || name.split('_').any(|word| EMPTY_WORDS.contains(&word))
}

fn begins_emptily(name: &str) -> bool {
    name.split_once('_').is_some_and(|(verb, _)| EMPTY_VERBS.contains(&verb))
}

/// Nothing is left for later, and no test is skipped: what is ignored is run by a test of the same file, in a process of
/// its own.
pub(crate) fn unfinished(source: &Source) -> Vec<Violation> {
    let mut found = Vec::new();
    for (index, placed) in source.tokens.iter().enumerate() {
        let next = source.tokens.get(index + 1).map(|next| &next.token);
        let before = index.checked_sub(1).and_then(|index| source.tokens.get(index));
        let rule = match placed.word() {
            Some(name @ ("todo" | "unimplemented")) if next == Some(&Token::Sign('!')) => {
                format!("`{name}!` is no code")
            }
            Some("ignore")
                if before.is_some_and(|before| before.is_sign('[')) && !is_run(source, index) =>
            {
                "an ignored test that no other one of its file runs is none".to_owned()
            }
            _ => continue,
        };
        found.push(source.violation(placed.line, rule));
    }
    found
}

/// Does a test of this file name the function that follows `index`, as one has to that runs it?
fn is_run(source: &Source, index: usize) -> bool {
    let mut following = source.tokens.iter().skip(index);
    following.find(|placed| placed.word() == Some("fn"));
    let Some(name) = following.next().and_then(Placed::word) else {
        return false;
    };
    let ending = format!("::{name}");
    source
        .tokens
        .iter()
        .any(|placed| matches!(&placed.token, Token::Text(text) if text.ends_with(&ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_opening_is_found() {
        let bad = [
            "use std::io;\n//! Late.",
            "// Not a doc comment.\n",
            "",
            "//!\n",
            "#![allow(x)]\nuse a;\n",
            "/// Outer.\nfn f() {}",
        ];
        for text in bad {
            assert!(opening(&Source::new("src/a/b.rs", text)).is_some(), "{text:?}");
        }
        let good = [
            "//! What it is for.",
            "#![expect(clippy::x, reason = \"y\")]\n//! What it is for.",
            "#![expect(\n    clippy::x,\n    reason = \"y\"\n)]\n\n//! What it is for.",
        ];
        for text in good {
            assert!(opening(&Source::new("src/a/b.rs", text)).is_none(), "{text:?}");
        }
        assert!(opening(&Source::new("src/a/tests.rs", "use super::*;")).is_none());
    }

    #[test]
    fn the_five_hundred_and_first_line_is_one_too_many() {
        let lines = |count: usize| length(&Source::new("src/a/b.rs", &"x\n".repeat(count)));
        assert_eq!(lines(500), None);
        assert_eq!(lines(501).map(|violation| violation.line), Some(501));
    }

    #[test]
    fn names_that_say_nothing_are_found() {
        for (path, text) in [
            ("src/engine/utils.rs", ""),
            ("src/misc/a.rs", ""),
            ("src/host/lock_manager.rs", ""),
            ("src/host/data.rs", ""),
            ("src/host/process_lines.rs", ""),
            ("src/host/a.rs", "mod helpers {}"),
            ("src/host/a.rs", "mod common;"),
            ("src/host/a.rs", "pub(crate) fn do_it() {}"),
            ("src/host/a.rs", "fn process_entry() {}"),
        ] {
            assert_eq!(names(&Source::new(path, text)).len(), 1, "{path}: {text}");
        }
        for (path, text) in [
            ("src/host/server_process.rs", "fn process() {} fn does() {} mod database;"),
            ("src/model/process.rs", "// mod utils;\nconst A: &str = \"mod utils;\";"),
        ] {
            assert_eq!(names(&Source::new(path, text)), [], "{path}: {text}");
        }
    }

    #[test]
    fn unfinished_work_and_skipped_tests_are_found() {
        for text in [
            "fn f() { todo!() }",
            "fn f() { std::unimplemented!(\"later\") }",
            "#[test]\n#[ignore] fn f() {}",
            "#[ignore = \"slow\"] fn f() {} fn g() { run(\"a::h\") }",
        ] {
            assert_eq!(unfinished(&Source::new("src/a/b.rs", text)).len(), 1, "{text}");
        }
        let fine = "// todo!()\nfn ignore(todo: u8) -> bool { \"#[ignore]\" != todo }";
        assert_eq!(unfinished(&Source::new("src/a/b.rs", fine)), []);
        let run = "#[test] #[ignore = \"by g\"] pub fn f() {} fn g() { run(\"a::f\") }";
        assert_eq!(unfinished(&Source::new("tests/it/a.rs", run)), []);
    }
}
