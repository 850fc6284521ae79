//! Makes the built-in catalogue of releases from the plain lists in `fixtures/catalog`:
//!
//! ```sh
//! cargo run --example release_catalog
//! ```
//!
//! writes `src/release/catalog/published.txt`. Add new releases to the lists, run it, and review the difference.

#![expect(clippy::disallowed_methods, clippy::print_stderr, reason = "a program of its own")]

use std::error::Error;
use std::fs;
use std::path::Path;

mod derive;

fn main() -> Result<(), Box<dyn Error>> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = |name| fs::read_to_string(project.join("fixtures/catalog").join(name));
    let derived = derive::derive(&list("releases.tsv")?, &list("archives.tsv")?)?;
    for (address, why) in &derived.left_out {
        eprintln!("left out: {address}: {why}");
    }
    fs::write(project.join("src/release/catalog/published.txt"), derived.catalog.to_text())?;
    Ok(())
}
