//! How long a server is down for an upgrade: by `mmembed`, and by what the vendor's guide has one type instead.
//!
//! `cargo bench --bench downtime [-- ROUNDS [MEGABYTES]]`. It wants root, who runs the server as a user of its own, and
//! PostgreSQL's programs; everything else it makes itself, below `target/bench/`, and removes at the end. The release
//! has 500 MB in some 8000 files unless told otherwise, and the installation twice as much of uploaded files in its tree.
//!
//! In every round, in turn: the servers alone, each started and stopped with nobody else to wait for; an upgrade by
//! `mmembed`; the same one by the procedure. Down is what a client sees who asks every millisecond: from the last good
//! answer of the old server to the first one of the new server. What the servers need for themselves, and `pg_dump`, is
//! taken off; what is left is whose share it is. On a busy machine only the ratio means anything.
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
#[path = "downtime/hop.rs"]
mod hop;
#[path = "downtime/outage.rs"]
mod outage;
#[path = "downtime/procedure.rs"]
mod procedure;
#[path = "downtime/report.rs"]
mod report;
#[path = "downtime/servers.rs"]
mod servers;
#[path = "downtime/site.rs"]
mod site;
#[path = "../tests/it/support/mod.rs"]
mod support;

use report::Round;
use site::Sizes;

fn main() {
    let plain: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let rounds: usize = plain.first().map_or(3, |word| word.parse().unwrap());
    let megabytes: u64 = plain.get(1).map_or(500, |word| word.parse().unwrap());
    assert!(mmembed::host::is_root(), "only root can run the servers as another user");
    let bench = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench/downtime");
    if bench.exists() {
        fs::remove_dir_all(&bench).unwrap();
    }
    fs::create_dir_all(&bench).unwrap();
    tempfile::env::override_temp_dir(&bench).unwrap();

    let sizes = Sizes::of(megabytes);
    let releases = sizes.releases(&bench);
    println!("releases made: {releases:?}");
    let mut measured = Vec::new();
    // Removed at the end only: ext4 avoids inodes that were freed a moment ago, at the cost of the next way.
    let mut rooms = Vec::new();
    for number in 1..=rounds {
        let servers = servers::measure(&releases, &sizes, &mut rooms);
        let hop = hop::measure(&releases, &sizes, &mut rooms);
        let procedure = procedure::measure(&releases, &sizes, &mut rooms);
        let round = Round { servers, hop, procedure };
        println!("round {number}: {}", round.in_short());
        measured.push(round);
    }
    report::print(&measured, &sizes);
    drop(rooms);
    fs::remove_dir_all(&bench).unwrap();
}
