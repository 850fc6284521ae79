//! The examples for packagers to copy, carried out: a Debian package by a real dpkg, one that an Omnibus project makes, and the
//! image of a container.

mod container;
mod debian;
mod machine;
mod omnibus;
mod scripts;

use std::io::Write as _;

/// Says what a test did not check, and why, past the capture of output: a test that did nothing must not look like one that
/// passed.
fn not_checked(test: &str, why: &str) {
    writeln!(std::io::stderr().lock(), "packages::{test}: NOT CHECKED, {why}").unwrap();
}
