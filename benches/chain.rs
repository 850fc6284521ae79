//! How long a chain takes, beside what its servers take by themselves.
//!
//! `cargo bench --bench chain [-- HOPS [MEGABYTES]]`: 8 hops over releases of 500 MB in some 8000 files unless told otherwise,
//! `-- 3 50` for a short look. It wants root, who runs the servers as a user of its own, PostgreSQL's programs, and room for two
//! and a half times all releases; everything else it makes itself, below `target/bench/`, and removes at the end.
//!
//! First the servers alone: from release to release over one database, each started, migrating, until it answers, and stopped
//! again, with nobody else to wait for; at the end the last one is started once more. Then the same way by `mmembed upgrade --to`.
//! What it takes beside the first unpacking, divided by what the servers take alone, is to be at most 1.15. On a busy machine the
//! ratio is too high: the servers, who mostly wait, are slowed down less than who reads and writes.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "a measurement needs files, processes and a clock, and one that fails has no result"
)]

use std::env;
use std::fs;
use std::path::Path;

#[path = "../tests/fakes/mod.rs"]
mod fakes;
#[path = "downtime/outage.rs"]
mod outage;
#[path = "chain/releases.rs"]
mod releases;
#[path = "chain/report.rs"]
mod report;
#[path = "chain/servers.rs"]
mod servers;
#[path = "downtime/site.rs"]
mod site;
#[path = "../tests/it/support/mod.rs"]
mod support;
#[path = "chain/walk.rs"]
mod walk;

use releases::Releases;
use site::Sizes;

fn main() {
    let plain: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let hops: usize = plain.first().map_or(8, |word| word.parse().unwrap());
    let megabytes: u64 = plain.get(1).map_or(500, |word| word.parse().unwrap());
    assert!(mmembed::host::is_root(), "only root can run the servers as another user");
    let bench = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench/chain");
    if bench.exists() {
        fs::remove_dir_all(&bench).unwrap();
    }
    fs::create_dir_all(&bench).unwrap();
    tempfile::env::override_temp_dir(&bench).unwrap();

    let sizes = Sizes { uploads: 10, ..Sizes::of(megabytes) };
    let alone = servers::measure(&Releases::small(&bench.join("small"), hops), &sizes);
    println!("the servers alone: {:.1} s", alone.whole().as_secs_f64());
    let releases = Releases::large(&bench.join("large"), hops, &sizes);
    println!("{hops} hops over {}", releases.versions().join(", "));
    let by_tar = releases.unpacked_by_tar(&bench);
    let walk = walk::measure(&releases, &sizes);
    report::print(&walk, &alone, by_tar, &sizes);
    fs::remove_dir_all(&bench).unwrap();
}
