//! Makes the built-in catalogue of releases from the plain lists in `fixtures/catalog`:
//!
//! ```sh
//! cargo run --example release_catalog
//! ```
//!
//! writes `src/release/catalog/published.txt`. Add new releases to the lists, run it, and review the difference.

use std::error::Error;
use std::fs;
use std::path::Path;

mod derive;

fn main() -> Result<(), Box<dyn Error>> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let derived = derive::derive(&project.join("fixtures/catalog"))?;
    for (address, why) in &derived.left_out {
        eprintln!("left out: {address}: {why}");
    }
    fs::write(project.join("src/release/catalog/published.txt"), derived.catalog.to_text())?;
    Ok(())
}
