//! The programs that an example needs, built when it is run: cargo builds an example without them.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Builds the program and the stand-in server, and says in which directory they are.
///
/// # Panics
/// When they cannot be built.
pub(crate) fn built() -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--features", "fakes", "--bin", "mmembed", "--bin", "stand-in"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::inherit())
        .status()
        .expect("cargo can be run");
    assert!(built.success(), "the programs could not be built");
    // An example lies in target/debug/examples.
    let this = env::current_exe().expect("a program knows where it is");
    this.ancestors().nth(2).expect("examples lie two levels below the programs").to_owned()
}
