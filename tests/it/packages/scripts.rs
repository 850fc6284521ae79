//! The scripts of the examples, as shellcheck sees them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::machine::{project, ran};

/// Shell scripts below a directory.
fn scripts(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            scripts(&path, found);
        } else if fs::read(&path).unwrap().starts_with(b"#!/bin/sh") {
            found.push(path);
        }
    }
}

#[test]
fn shellcheck_finds_nothing_in_the_scripts_for_packagers() {
    let mut found = Vec::new();
    for directory in ["examples", "tests/it/packages"] {
        scripts(&project(directory), &mut found);
    }
    assert!(found.len() >= 6, "{found:?}");
    if Command::new("shellcheck").arg("--version").output().is_err() {
        super::not_checked("shellcheck_finds_nothing", "shellcheck is not installed");
        return;
    }
    ran(Command::new("shellcheck").args(found));
}
