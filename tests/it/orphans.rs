//! No forgotten file: whatever lies among the sources is reached from one of their roots.
//! A test file that nobody declares compiles nowhere, and therefore never fails.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::architecture::lexer::{Placed, Token, lex};
use crate::architecture::source::{project, sources};

/// A module declared in another file: where it lies if the declaration says so, else its name.
#[derive(Debug, PartialEq, Eq)]
struct Declaration {
    name: String,
    path: Option<String>,
}

/// `mod name;`, and what a `#[path = "…"]` before it says. Attributes may stand between the two.
fn declarations(text: &str) -> Vec<Declaration> {
    let tokens = lex(text);
    let mut found = Vec::new();
    let mut path = None;
    for window in tokens.windows(3) {
        let [first, second, third] = window else {
            continue;
        };
        match (first.word(), &second.token, &third.token) {
            (Some("path"), Token::Sign('='), Token::Text(text)) => path = Some(text.clone()),
            (Some("mod"), Token::Word(name), Token::Sign(';')) => {
                found.push(Declaration { name: name.clone(), path: path.take() });
            }
            _ if ends_item(first) => path = None,
            _ => {}
        }
    }
    found
}

fn ends_item(placed: &Placed) -> bool {
    placed.is_sign(';') || placed.is_sign('}')
}

/// Where the modules of a file lie unless their declarations say otherwise.
fn home(file: &Path, is_root: bool) -> PathBuf {
    let directory = file.parent().expect("a file lies in a directory");
    let stem = file.file_stem().expect("a file has a name");
    if is_root || stem == "mod" { directory.to_owned() } else { directory.join(stem) }
}

/// All files that a root reaches, itself included. What is declared and missing is the compiler's to find.
fn reached(
    file: &Path,
    is_root: bool,
    read: &dyn Fn(&Path) -> Option<String>,
) -> BTreeSet<PathBuf> {
    let mut all = BTreeSet::from([file.to_owned()]);
    for Declaration { name, path } in declarations(&read(file).unwrap_or_default()) {
        let home = home(file, is_root);
        let candidates = match path {
            Some(path) => {
                let beside = file.parent().expect("a file lies in a directory");
                vec![plain(&beside.join(path))]
            }
            None => vec![home.join(format!("{name}.rs")), home.join(name).join("mod.rs")],
        };
        if let Some(next) = candidates.into_iter().find(|path| read(path).is_some()) {
            all.extend(reached(&next, false, read));
        }
    }
    all
}

/// The path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path {
        if part == ".." {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}

#[test]
fn every_source_file_is_reached_from_a_root() {
    let roots = ["src/lib.rs", "src/main.rs", "tests/fakes/stand_in/main.rs", "tests/it/main.rs"];
    let read = |path: &Path| std::fs::read_to_string(project().join(path)).ok();
    let reached: BTreeSet<PathBuf> =
        roots.iter().flat_map(|root| reached(Path::new(root), true, &read)).collect();
    let forgotten: Vec<String> = ["src", "tests"]
        .into_iter()
        .flat_map(sources)
        .map(|source| source.path)
        .filter(|path| !reached.contains(Path::new(path)))
        .collect();
    assert!(
        forgotten.is_empty(),
        "declared by nobody, so never compiled: {}",
        forgotten.join(", ")
    );
}

#[test]
fn a_forgotten_file_is_not_reached() {
    let files = [
        ("t/main.rs", "mod a;\n#[path = \"../f/mod.rs\"]\nmod f;\nmod inline { }\n// mod lost;"),
        ("t/a.rs", "#[cfg(test)] mod b; const X: &str = \"mod lost;\";"),
        ("t/a/b.rs", ""),
        ("f/mod.rs", "#[path = \"deep/c.rs\"]\n#[cfg(test)]\npub(crate) mod c; mod d;"),
        ("f/deep/c.rs", ""),
        ("f/d/mod.rs", "mod e;"),
        ("f/d/e.rs", ""),
        ("t/lost.rs", ""),
        ("t/a/lost.rs", ""),
    ];
    let read = |path: &Path| {
        let found = files.iter().find(|(name, _)| Path::new(name) == path);
        found.map(|(_, text)| (*text).to_owned())
    };
    let reached = reached(Path::new("t/main.rs"), true, &read);
    let missed: Vec<&str> = files
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !reached.contains(Path::new(name)))
        .collect();
    assert_eq!(missed, ["t/lost.rs", "t/a/lost.rs"]);
}
