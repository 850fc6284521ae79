//! `config test` over many cases: how long it takes, all together and for each.
//!
//! `cargo bench --bench config_cases [-- CASES]`. The cases are made below `target/bench/`: each is an upgrade over two stops of
//! a file with all settings, two overlays and an expectation of the whole file, which it meets. They are read from a warm page cache,
//! and run as `config test` runs them, and once more one after the other. On a busy machine the numbers are upper limits.
#![expect(
    clippy::disallowed_methods,
    reason = "a measurement needs files and a clock, and no door of the product"
)]
#![expect(clippy::print_stdout, reason = "its result is a table")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails has no result")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mmembed::config::{Document, forecast};
use mmembed::engine::{CaseEnding, CaseRun, find_cases, run_cases};

const SCRIPT: &str = r#"
from = "5.37"
stops = ["6.3", "10.11.4"]
defaults = ["../defaults.json"]
last_defaults = ["../last.json"]
enforced = ["../enforced.json"]
"#;

fn main() {
    let plain = env::args().skip(1).find(|word| !word.starts_with('-'));
    let count: usize = plain.map_or(1000, |word| word.parse().unwrap());
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench/config-cases");
    if place.exists() {
        fs::remove_dir_all(&place).unwrap();
    }
    make(&place, count);
    // Blessing makes the expectations, and warms the cache.
    let made = run_cases(&find_cases(&place).unwrap(), true);
    println!("{} cases made", passed(&made));
    let began = Instant::now();
    let cases = find_cases(&place).unwrap();
    report("find", count, began.elapsed());
    let began = Instant::now();
    let runs = run_cases(&cases, false);
    report("run", count, began.elapsed());
    println!("{} of {} pass", passed(&runs), runs.len());
    let began = Instant::now();
    let passed: usize = cases.chunks(1).map(|case| passed(&run_cases(case, false))).sum();
    report("run, one after the other", count, began.elapsed());
    println!("{passed} of {count} pass");
    fs::remove_dir_all(&place).unwrap();
}

fn make(place: &Path, count: usize) {
    fs::create_dir_all(place).unwrap();
    let write = |path: PathBuf, text: &str| fs::write(path, text).unwrap();
    let overlay = |name: &str, site: &str| {
        let text =
            format!(r#"{{"TeamSettings": {{"SiteName": "{site}", "MaxUsersPerTeam": 200}}}}"#);
        write(place.join(name), &text);
    };
    overlay("defaults.json", "Acme Talk");
    overlay("last.json", "Acme Chat");
    write(place.join("enforced.json"), r#"{"PluginSettings": {"EnableUploads": false}}"#);
    let before = "5.37.0".parse().unwrap();
    let used = forecast(&Document::empty(), None, &before).document.to_text();
    for number in 0..count {
        let folder = place.join(format!("case-{number:05}"));
        fs::create_dir(&folder).unwrap();
        write(folder.join("case.toml"), SCRIPT);
        // No two files are the same.
        let site = format!("\"https://chat-{number}.example\"");
        let input = used.replacen("\"SiteURL\":\"\"", &format!("\"SiteURL\":{site}"), 1);
        write(folder.join("input.json"), &input);
    }
}

fn passed(runs: &[CaseRun]) -> usize {
    runs.iter().filter(|run| matches!(run.ending, CaseEnding::Passed)).count()
}

fn report(what: &str, count: usize, took: Duration) {
    let each = took.as_secs_f64() * 1000.0 / f64::from(u32::try_from(count).unwrap());
    println!("{what:26} {count} cases {:8.3} s {each:8.3} ms each", took.as_secs_f64());
}
