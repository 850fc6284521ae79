//! Writes the pages of `docs/reference` from the code: `cargo run --example reference`.
#![allow(clippy::disallowed_methods, reason = "an example writes where it is told to")]

use std::fs;
use std::path::Path;

fn main() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference");
    fs::create_dir_all(&directory).expect("docs can be written to");
    for page in mmembed::cli::reference() {
        fs::write(directory.join(page.file), page.text).expect("docs/reference can be written to");
    }
}
