//! Merging and looking at a large config.json, beside what reading it as plain JSON takes.
//!
//! `cargo bench --bench config [-- ROUNDS]`. The file has 700 settings: those of a real server, and made-up ones up to that
//! number. All ways run in turn, in every round: on a busy machine only the ratios mean anything.
#![expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
#![expect(clippy::print_stdout, reason = "its result is a table")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails has no result")]
#![expect(clippy::indexing_slicing, reason = "as above")]

use std::env;
use std::hint::black_box;
use std::time::{Duration, Instant};

use mmembed::config::{Document, Hop, Layers, NewDefaults, SettingPath, Subject, check, merge};
use mmembed::model::Version;
use serde_json::{Value, json};

const SETTINGS: usize = 700;
const USED: &str = include_str!("../fixtures/chain/9-7.0.0.json");
const SHIPPED: &str = include_str!("../fixtures/releases/6.3.0/config.json");
const SHIPPED_FORMERLY: &str = include_str!("../fixtures/releases/5.37.0/config.json");

/// What it is called, and what it does.
type Way<'a> = (&'a str, &'a dyn Fn());

fn main() {
    let mut plain = env::args().skip(1).filter(|word| !word.starts_with('-'));
    let rounds = plain.next().map_or(200, |word| word.parse().unwrap());
    let case = Case::new();
    let ways: [Way<'_>; 5] = [
        ("read as plain JSON", &|| drop(black_box(case.parse_plainly()))),
        ("read", &|| drop(black_box(case.parse()))),
        ("merge", &|| drop(black_box(merge(&case.layers()).unwrap()))),
        ("merge across a hop", &|| drop(black_box(case.cross()))),
        ("lint", &|| _ = black_box(case.lint())),
    ];
    let mut times = ways.map(|_| Vec::new());
    for _ in 0..rounds {
        for ((_, way), times) in ways.iter().zip(&mut times) {
            let began = Instant::now();
            way();
            times.push(began.elapsed());
        }
    }
    println!("{SETTINGS} settings, three overlays; medians of {rounds} rounds");
    let medians = times.map(|times| median(times).as_secs_f64());
    for ((name, _), time) in ways.iter().zip(medians) {
        println!("{name:20} {:7.3} ms, {:5.1} times the first", time * 1e3, time / medians[0]);
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

struct Case {
    text: String,
    site: Document,
    release: Document,
    old_release: Document,
    defaults: Document,
    applied: Document,
    enforced: Document,
    from: Version,
    to: Version,
}

impl Case {
    fn new() -> Self {
        let parse = |text: &str| Document::parse(text.as_bytes()).unwrap();
        let site = grown(parse(USED));
        Self {
            text: site.to_text(),
            defaults: overlay(&site, 0, &json!("the host's")),
            applied: overlay(&site, 0, &json!("the host's former")),
            enforced: overlay(&site, 5, &json!("the law")),
            site,
            release: parse(SHIPPED),
            old_release: parse(SHIPPED_FORMERLY),
            from: Version::new(5, 37, 0),
            to: Version::new(6, 3, 0),
        }
    }

    fn layers(&self) -> Layers<'_> {
        Layers {
            old_release: Some(&self.old_release),
            new_defaults: NewDefaults::Adopt,
            defaults: Some(&self.defaults),
            defaults_applied: Some(&self.applied),
            site: Some(&self.site),
            enforced: Some(&self.enforced),
            ..Layers::of_release(&self.release)
        }
    }

    fn cross(&self) -> Document {
        let hop = Some(Hop { from: &self.from, to: &self.to });
        merge(&Layers { hop, ..self.layers() }).unwrap().document
    }

    fn parse_plainly(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn parse(&self) -> Document {
        Document::parse(self.text.as_bytes()).unwrap()
    }

    fn lint(&self) -> usize {
        check(&self.site, &self.to, Subject::Whole).len()
    }
}

/// The document with so many settings.
fn grown(mut document: Document) -> Document {
    let missing = SETTINGS.checked_sub(document.leaves().len()).unwrap();
    for number in 0..missing {
        let setting = SettingPath::known(&format!("Section{}.Setting{number}", number / 20));
        document.set(&setting, &json!(format!("value {number}"))).unwrap();
    }
    assert_eq!(document.leaves().len(), SETTINGS);
    document
}

/// Every tenth setting of a document, with another value.
fn overlay(document: &Document, first: usize, value: &Value) -> Document {
    let mut overlay = Document::empty();
    for leaf in document.leaves().into_iter().skip(first).step_by(10) {
        if leaf.setting.parent().is_some() {
            overlay.set(&leaf.setting, value).unwrap();
        }
    }
    overlay
}
