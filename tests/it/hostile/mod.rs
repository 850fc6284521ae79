//! Hostile and odd archives: every case of the corpus by its number, each with the verdict it must get, and with a
//! look at what must not have changed.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests make their own files and processes, and fail by panicking"
)]

mod archive;
mod collisions;
mod compression;
mod config_file;
mod config_text;
mod config_use;
mod content;
mod framing;
mod links;
mod paths;
mod place;
mod removal;
mod roundtrip;
mod setting;
mod types;
mod world;

use world::{Case, run_all};

fn chapters() -> [(char, usize, Vec<Case>); 7] {
    [
        ('A', 32, paths::cases()),
        ('B', 31, links::cases()),
        ('C', 29, types::cases()),
        ('D', 47, framing::cases()),
        ('E', 13, collisions::cases()),
        ('F', 20, compression::cases()),
        ('G', 6, content::cases()),
    ]
}

#[test]
fn no_case_is_missing_or_counted_twice() {
    let mut all = 0;
    for (letter, count, cases) in chapters() {
        let mut ids: Vec<_> = cases.iter().map(|case| case.id).collect();
        if letter == 'F' {
            ids.extend(compression::BOMBS);
        }
        ids.sort_unstable();
        let expected: Vec<_> = (1..=count).map(|n| format!("{letter}{n:02}")).collect();
        assert_eq!(ids, expected);
        all += count;
    }
    assert_eq!(all, 178);
}

#[test]
fn every_path_is_judged() {
    run_all(&paths::cases());
}

#[test]
fn every_link_is_judged() {
    run_all(&links::cases());
}

#[test]
fn every_type_and_field_is_judged() {
    run_all(&types::cases());
}

#[test]
fn every_header_and_frame_is_judged() {
    run_all(&framing::cases());
}

#[test]
fn every_collision_is_judged() {
    run_all(&collisions::cases());
}

#[test]
fn every_wrapping_is_judged() {
    run_all(&compression::cases());
}

#[test]
fn every_release_content_is_judged() {
    run_all(&content::cases());
}
