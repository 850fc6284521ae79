//! The upgrade by `mmembed`, step by step, as it tells itself.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, PipeReader};
use std::os::fd::AsRawFd;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use mmembed::model::{Event, StepId};
use rustix::io::FdFlags;

use super::outage::{self, Outage};
use super::procedure::dump;
use super::site::{NEW, Releases, Site, Sizes};
use crate::fakes::postgres::programs;
use crate::support::world::World;

/// One upgrade by `mmembed`.
#[derive(Debug)]
pub(crate) struct Hop {
    pub(crate) outage: Outage,
    /// The same database saved by hand, before.
    pub(crate) dump: Duration,
    /// The steps that have a share in the outage, in order.
    pub(crate) steps: Vec<(String, Duration)>,
    /// The whole run, from its call to its end.
    pub(crate) run: Duration,
    /// The same call with `--dry-run`.
    pub(crate) dry_run: Duration,
    /// The most memory that it had, in KiB.
    pub(crate) peak: u64,
}

pub(crate) fn measure(releases: &Releases, sizes: &Sizes, rooms: &mut Vec<Site>) -> Hop {
    let world = World::new();
    world.install(&releases.old, &["--keep-in-tree"]).expect(0);
    let site = Site::in_use(world, sizes);
    let mut words = site.world.words(&["upgrade", "--release"]);
    words.insert(2, releases.new.display().to_string());
    words.extend(site.ctl.words());
    let begun = Instant::now();
    let mut dry = words.clone();
    dry.push("--dry-run".to_owned());
    site.world.run(&dry).expect(10);
    let dry_run = begun.elapsed();
    // The program itself, as mmembed calls it: what is called pg_dump may be one that chooses it first.
    let dump = dump(&site, &programs().join("pg_dump"));
    site.flush();
    let (outage, ran) = outage::during(&site, || upgrade(&site, words));
    assert_eq!(site.world.serving().as_deref(), Some(NEW));
    let steps = shares(&ran.events, outage);
    if std::env::var_os("MMEMBED_BENCH_EVENTS").is_some() {
        tell(&ran.events, outage);
    }
    site.ctl.stop();
    rooms.push(site);
    Hop { outage, dump, steps, run: ran.length, dry_run, peak: ran.peak }
}

/// Everything that happened meanwhile, in milliseconds from the last answer on.
fn tell(events: &[(Instant, Event)], outage: Outage) {
    for (at, event) in events {
        if matches!(event, Event::Progress { .. }) {
            continue;
        }
        let millis = |span: Duration| span.as_secs_f64() * 1000.0;
        let since =
            if *at >= outage.from { millis(*at - outage.from) } else { -millis(outage.from - *at) };
        println!("{since:10.1} {}", serde_json::to_string(event).unwrap());
    }
}

struct Ran {
    events: Vec<(Instant, Event)>,
    length: Duration,
    peak: u64,
}

fn upgrade(site: &Site, mut words: Vec<String>) -> Ran {
    let (events, writer) = std::io::pipe().unwrap();
    rustix::io::fcntl_setfd(&writer, FdFlags::empty()).unwrap();
    words.extend(["--progress-fd".to_owned(), writer.as_raw_fd().to_string()]);
    let said = site.world.beside("said");
    let begun = Instant::now();
    let mut child = World::command(&words)
        .stdout(Stdio::null())
        .stderr(File::create(&said).unwrap())
        .spawn()
        .unwrap();
    drop(writer);
    let listener = thread::spawn(move || listen(events));
    let mut peak = 0;
    let status = loop {
        peak = peak.max(memory(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        thread::sleep(Duration::from_millis(20));
    };
    let length = begun.elapsed();
    assert!(status.success(), "{}", fs::read_to_string(&said).unwrap());
    Ran { events: listener.join().unwrap(), length, peak }
}

fn listen(events: PipeReader) -> Vec<(Instant, Event)> {
    let lines = BufReader::new(events).lines();
    lines.map(|line| (Instant::now(), serde_json::from_str(&line.unwrap()).unwrap())).collect()
}

/// The most memory that a process has had so far, in KiB; zero once it has ended.
fn memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or(0, |peak| peak.trim().trim_end_matches(" kB").parse().unwrap())
}

/// What each step has of the outage.
fn shares(events: &[(Instant, Event)], outage: Outage) -> Vec<(String, Duration)> {
    let mut started: BTreeMap<StepId, (Instant, &str)> = BTreeMap::new();
    let mut shares = Vec::new();
    for (at, event) in events {
        if let Event::StepStarted { step, text, .. } = event {
            started.insert(*step, (*at, text));
        } else if let Event::StepDone { step } = event {
            let (begin, text) = started[step];
            let share = outage.share_of(begin, *at);
            if !share.is_zero() {
                shares.push((text.to_owned(), share));
            }
        }
    }
    shares
}
