//! Makes `src/config/catalog/settings.tsv` from what is known of the configurations of many versions.
//! It is run by hand when more versions become known; neither the build nor a test needs its input.
//!
//! ```text
//! cargo run --example settings_catalog -- FACTS MODELS > src/config/catalog/settings.tsv
//! ```
//!
//! `FACTS` holds `releases.json` (which versions there are), `config-defaults/shipped/VERSION.json` (packaged config.json
//! files), `config-defaults/derived/VERSION.json` (keys, types and defaults read in the server's `model/config.go`),
//! `config-defaults/changelog_config_mentions.json` (what release notes name) and
//! `observed/VERSION/config.after_first_boot.json` (files as a running server wrote them).
//!
//! `MODELS` holds `VERSION.json`: what the server's own `model.Config` says when it is run. For each setting its `path`, its
//! `type` in Go, its value where a new configuration lacks it (`absent`), where one that is in use lacks it
//! (`absent_in_existing`, or `absent_in_bare_existing` where that depends on other settings), and what a zero value becomes if it does not stay (`empty`); `"<generated>"` stands for
//! a random value.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a development tool, no part of the program"
)]

mod interval;
mod notes;
mod print;
mod snapshot;
mod sources;

use std::error::Error;
use std::path::Path;

use self::sources::Sources;

/// Whatever goes wrong, the tool stops.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    let [facts, models] = folders.as_slice() else {
        return Err("usage: settings_catalog FACTS MODELS".into());
    };
    let sources = Sources::read(Path::new(facts), Path::new(models))?;
    let snapshots = snapshot::reconcile(&sources);
    let mentions = notes::read_file(&Path::new(facts).join("config-defaults"))?;
    let intervals = interval::all(&snapshots, &sources.minors, &mentions);
    print::print(&snapshots, &intervals)?;
    Ok(())
}
