//! The programs that an example needs, built when it is run: cargo builds an example without them.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What cargo tells an example about its package. Build scripts of dependencies watch some of it: handed on, it would have them, and
/// everything above them, compiled again each time.
const TOLD_BY_CARGO: [&str; 3] = ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_CRATE_"];

/// Builds the program and the stand-in server, and says in which directory they are.
///
/// # Panics
/// When they cannot be built.
pub(crate) fn built() -> PathBuf {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let told = env::vars_os().map(|(name, _)| name).filter(|name| {
        name.to_str().is_some_and(|name| TOLD_BY_CARGO.iter().any(|start| name.starts_with(start)))
    });
    for name in told {
        cargo.env_remove(name);
    }
    let built = cargo
        .args(["build", "--features", "fakes", "--bin", "mmembed", "--bin", "stand-in"])
        // Together with an example, the library is built with the same features as for the example: it is there already.
        .args(["--example", "fixtures"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::inherit())
        .status()
        .expect("cargo can be run");
    assert!(built.success(), "the programs could not be built");
    // An example lies in target/debug/examples.
    let this = env::current_exe().expect("a program knows where it is");
    this.ancestors().nth(2).expect("examples lie two levels below the programs").to_owned()
}
