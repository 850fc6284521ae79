//! What we depend on is limited: each crate is code that somebody has to trust, and time that somebody waits.
//! A limit may be raised, with a reason, in the commit that needs it.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::architecture::source::project;

/// Crates that the program is built of, on this platform. Signatures of OpenPGP are checked by a library that knows every
/// algorithm of it; that alone is 120 of them, TLS is 15.
const BUILT: usize = 300;

/// Packages in `Cargo.lock`: tests, optional parts and other platforms included.
const LOCKED: usize = 450;

/// The crates in what `cargo tree --prefix none` prints; a crate that was printed before is marked `(*)`.
fn crates(tree: &str) -> BTreeSet<&str> {
    tree.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect()
}

fn locked(lock: &str) -> usize {
    lock.lines().filter(|line| *line == "[[package]]").count()
}

fn within(what: &str, count: usize, limit: usize) -> Result<(), String> {
    if count <= limit {
        return Ok(());
    }
    Err(format!(
        "{what}: {count}, but the budget is {limit}. Do without the new dependency, trim its features, or raise the \
         budget in tests/it/budget.rs and say why"
    ))
}

#[test]
fn the_program_is_built_of_few_enough_crates() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "-e", "normal,build", "--prefix", "none"])
        .current_dir(project())
        .output()
        .expect("cargo runs these tests");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree: {errors}");
    let tree = String::from_utf8(output.stdout).expect("names of crates are plain");
    let crates = crates(&tree);
    assert!(crates.iter().any(|line| line.starts_with("serde ")));
    within("crates in the program", crates.len(), BUILT).unwrap_or_else(|text| panic!("{text}"));
}

#[test]
fn few_enough_packages_are_locked() {
    let lock = fs::read_to_string(project().join("Cargo.lock")).expect("Cargo.lock is committed");
    let count = locked(&lock);
    assert!(count > 50, "Cargo.lock cannot hold {count} packages only");
    within("packages in Cargo.lock", count, LOCKED).unwrap_or_else(|text| panic!("{text}"));
}

#[test]
fn what_is_above_the_budget_is_found() {
    let tree = "a v1.0.0\nb v2.0.0 (proc-macro)\na v1.0.0 (*)\n\nb v3.0.0\n";
    assert_eq!(crates(tree).len(), 3);
    assert_eq!(locked("[[package]]\nname = \"a\"\n\n[[package]]\nname = \"b\"\n"), 2);
    assert_eq!(within("crates", 3, 3), Ok(()));
    let message = within("crates", 4, 3).unwrap_err();
    assert!(message.starts_with("crates: 4, but the budget is 3."), "{message}");
}
