//! The table: what a chain took, hop by hop, and where the time went that is not its servers' own.

use std::time::Duration;

use crate::servers::Servers;
use crate::site::Sizes;
use crate::walk::{Hop, PROVE, Walked};

/// The aim: all but the first unpacking takes so many times what the servers take alone.
const AIM: f64 = 1.15;

pub(crate) fn print(walk: &Walked, servers: &Servers, by_tar: Duration, sizes: &Sizes) {
    println!(
        "\n{} hops, releases of {} MB with {} small files, {} rows; in ms\n",
        walk.hops.len(),
        sizes.release / 1_000_000,
        sizes.small_files,
        sizes.rows
    );
    let unpack = walk.hops.first().map_or(Duration::ZERO, |hop| took(hop, "unpack"));
    let line = |name: &str, span: Duration| println!("{name:44} {:8.0}", millis(span));
    line("the whole chain", walk.whole);
    line("the servers' own starts, migrations and stops", servers.whole());
    line("the first unpacking", unpack);
    line("an archive by tar xzf, synced", by_tar);
    line("before the first hop", walk.before);
    line("after the last step", walk.after);
    let ratio = walk.whole.saturating_sub(unpack).as_secs_f64() / servers.whole().as_secs_f64();
    println!("\nall but the first unpacking / the servers alone: {ratio:.3} (aim: {AIM})");
    println!(
        "disk: {} MB more; the plan says {} MB",
        walk.disk / 1_000_000,
        walk.planned / 1_000_000
    );
    print_hops(walk, servers);
}

/// A row for each kind of step, a column for each hop.
fn print_hops(walk: &Walked, servers: &Servers) {
    let mut kinds: Vec<&str> = Vec::new();
    for (kind, _) in walk.hops.iter().flat_map(|hop| &hop.steps) {
        if !kinds.contains(&kind.as_str()) {
            kinds.push(kind);
        }
    }
    let row = |name: &str, of: &dyn Fn(usize, &Hop) -> f64| {
        let times: Vec<f64> = walk.hops.iter().enumerate().map(|(at, hop)| of(at, hop)).collect();
        print!("\n{name:28}");
        for time in &times {
            print!(" {time:8.1}");
        }
        print!(" {:9.1}", times.iter().sum::<f64>());
    };
    let versions = walk.hops.iter().map(|hop| format!(" {:>8}", hop.report.to.to_string()));
    print!("\n{:28}{} {:>9}", "hop by hop", versions.collect::<String>(), "all");
    row("done ahead", &|_, hop| as_millis(hop.report.ahead_ms));
    row("plan", &|_, hop| as_millis(hop.report.total_ms) - millis(hop.stepping));
    for kind in kinds {
        row(kind, &|_, hop| millis(took(hop, kind)));
    }
    row("  of it the server's own", &|at, _| {
        let (migrate, stop) = servers.hops[at];
        millis(migrate + stop)
    });
    row("  beside the server's own", &|at, hop| {
        let (migrate, stop) = servers.hops[at];
        millis(took(hop, PROVE)) - millis(migrate + stop)
    });
    row("between steps", &|_, hop| {
        millis(hop.stepping) - hop.steps.iter().map(|(_, took)| millis(*took)).sum::<f64>()
    });
    row("until the next hop begins", &|_, hop| millis(hop.until_next));
    println!();
}

/// What all steps of a kind took.
fn took(hop: &Hop, kind: &str) -> Duration {
    hop.steps.iter().filter(|(it, _)| it == kind).map(|(_, took)| *took).sum()
}

fn as_millis(whole: u64) -> f64 {
    millis(Duration::from_millis(whole))
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}
