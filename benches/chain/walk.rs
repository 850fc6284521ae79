//! The chain by `mmembed`, as it tells itself.

use std::fs::File;
use std::io::{BufRead, BufReader, PipeReader, Read};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mmembed::model::{Event, HopReport, WalkReport};
use rustix::io::FdFlags;
use serde_json::Value;

use crate::releases::Releases;
use crate::site::{Site, Sizes};
use crate::support::world::World;

/// A walk.
#[derive(Debug)]
pub(crate) struct Walked {
    /// The whole run, from its call to its end.
    pub(crate) whole: Duration,
    /// From its call to the first hop.
    pub(crate) before: Duration,
    pub(crate) hops: Vec<Hop>,
    /// From the last step to the end of the run.
    pub(crate) after: Duration,
    /// How much more disk is taken than before, in bytes.
    pub(crate) disk: u64,
    /// How much more the plan said that it would take.
    pub(crate) planned: u64,
}

/// One hop.
#[derive(Debug)]
pub(crate) struct Hop {
    pub(crate) report: HopReport,
    /// What each step took, in order.
    pub(crate) steps: Vec<(String, Duration)>,
    /// From the first step to the end of the last one.
    pub(crate) stepping: Duration,
    /// From the last step of this hop to the beginning of the next one.
    pub(crate) until_next: Duration,
}

pub(crate) fn measure(releases: &Releases, sizes: &Sizes) -> Walked {
    let world = World::new();
    world.install(&releases.archives[0].1, &["--keep-in-tree"]).expect(0);
    let site = Site::in_use(world, sizes);
    let planned = planned(&site, releases);
    let disk = taken(&site.world.root);
    let mut words = words(&site, &["upgrade"], releases);
    words.push("--json".to_owned());
    let begun = Instant::now();
    let (events, report) = run(&site, words);
    let whole = begun.elapsed();
    assert_eq!(site.world.serving().as_deref(), Some(releases.last()));
    let disk = taken(&site.world.root).saturating_sub(disk);
    site.ctl.stop();
    if std::env::var_os("MMEMBED_BENCH_EVENTS").is_some() {
        tell(begun, &events);
    }
    Walked { whole, disk, planned, ..told(begun, begun + whole, &events, report) }
}

fn words(site: &Site, word: &[&str], releases: &Releases) -> Vec<String> {
    let mut words = site.world.words(word);
    words.extend(["--to", releases.last(), "--every", "minor", "--offline"].map(str::to_owned));
    for (option, path) in [
        ("--releases-dir", releases.directory.clone()),
        ("--catalog", releases.catalog.clone()),
        ("--store", site.world.beside("store")),
    ] {
        words.extend([option.to_owned(), path.display().to_string()]);
    }
    words.extend(site.ctl.words());
    words
}

/// What the trees and backups of the way will take.
fn planned(site: &Site, releases: &Releases) -> u64 {
    let mut words = words(site, &["plan"], releases);
    words.push("--json".to_owned());
    let path = site.world.run(&words).expect(10).json()["path"].clone();
    let rooms = path["rooms"].as_array().unwrap();
    rooms.iter().map(|room| room["needed_bytes"].as_u64().unwrap()).sum()
}

/// The bytes below a directory.
fn taken(directory: &Path) -> u64 {
    let output = Command::new("du").args(["-s", "-B1"]).arg(directory).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

fn run(site: &Site, mut words: Vec<String>) -> (Vec<(Instant, Event)>, WalkReport) {
    let (events, writer) = std::io::pipe().unwrap();
    rustix::io::fcntl_setfd(&writer, FdFlags::empty()).unwrap();
    words.extend(["--progress-fd".to_owned(), writer.as_raw_fd().to_string()]);
    let said = site.world.beside("said");
    let mut child = World::command(&words)
        .stdout(Stdio::piped())
        .stderr(File::create(&said).unwrap())
        .spawn()
        .unwrap();
    drop(writer);
    let listener = thread::spawn(move || listen(events));
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    let status = child.wait().unwrap();
    assert!(status.success(), "{text}\n{}", std::fs::read_to_string(&said).unwrap());
    let report: Value = serde_json::from_str(&text).unwrap();
    (listener.join().unwrap(), serde_json::from_value(report["walk"].clone()).unwrap())
}

fn listen(events: PipeReader) -> Vec<(Instant, Event)> {
    let lines = BufReader::new(events).lines();
    lines.map(|line| (Instant::now(), serde_json::from_str(&line.unwrap()).unwrap())).collect()
}

/// Everything that happened, in milliseconds from the call on.
fn tell(begun: Instant, events: &[(Instant, Event)]) {
    for (at, event) in events {
        if !matches!(event, Event::Progress { .. }) {
            let since = (*at - begun).as_secs_f64() * 1000.0;
            println!("{since:10.1} {}", serde_json::to_string(event).unwrap());
        }
    }
}

/// What the events say of the hops.
fn told(begun: Instant, ended: Instant, events: &[(Instant, Event)], report: WalkReport) -> Walked {
    let starts: Vec<usize> = events
        .iter()
        .enumerate()
        .filter(|(_, (_, event))| matches!(event, Event::HopStarted { .. }))
        .map(|(at, _)| at)
        .collect();
    let mut hops = Vec::new();
    let mut last_done = begun;
    for ((number, start), report) in starts.iter().enumerate().zip(report.hops) {
        let end = starts.get(number + 1).copied().unwrap_or(events.len());
        let (steps, done) = steps(&events[*start..end]);
        let next = events.get(end).map_or(ended, |(at, _)| *at);
        last_done = done;
        let (stepping, until_next) = (done - events[*start].0, next - done);
        hops.push(Hop { report, steps, stepping, until_next });
    }
    let before = events[starts[0]].0 - begun;
    Walked { whole: ended - begun, before, hops, after: ended - last_done, disk: 0, planned: 0 }
}

/// The steps of one hop, and when the last one was done.
fn steps(events: &[(Instant, Event)]) -> (Vec<(String, Duration)>, Instant) {
    let (mut steps, mut done) = (Vec::new(), events[0].0);
    let mut started: Option<(Instant, &str)> = None;
    for (at, event) in events {
        if let Event::StepStarted { text, .. } = event {
            started = Some((*at, text));
        } else if let Event::StepDone { .. } = event
            && let Some((since, text)) = started.take()
        {
            steps.push((kind_of(text).to_owned(), *at - since));
            done = *at;
        }
    }
    (steps, done)
}

/// What steps say of themselves begins so, the longer ones first.
const KINDS: [(&str, &str); 19] = [
    ("make the directory", "make directories"),
    ("verify ", "unpack"),
    ("confirm ", "confirm the release"),
    ("hand ", "set the owner"),
    ("give ", "inherit attributes"),
    ("check that what", "check what is carried"),
    ("keep the release's", "keep changed files"),
    ("merge the configuration once", "rehearse the merge"),
    ("merge the configuration into", "configure"),
    ("look at the database", "prepare the backup"),
    ("be sure that", "stop"),
    ("stop ", "stop"),
    ("back up", "back up"),
    ("move ", "carry"),
    ("activate", "activate"),
    ("start the server in the dark", PROVE),
    ("start ", "let out"),
    ("write the receipt", "settle"),
    ("keep the newest", "clean up"),
];

/// The step that is a server's own for the most part.
pub(crate) const PROVE: &str = "prove";

fn kind_of(text: &str) -> &str {
    let kind = KINDS.iter().find(|(begin, _)| text.starts_with(begin));
    kind.map_or("other", |(_, kind)| kind)
}
