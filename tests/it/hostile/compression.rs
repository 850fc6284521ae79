//! F: what surrounds the tar stream, and what is far too much of it.

use std::fs::File;
use std::io::{BufWriter, Write};

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};

use super::archive::{BLOCK, Head, Tar, gzip};
use super::world::{Case, World, accept, refuse};
use mmembed::host::Limits;

fn release() -> Vec<u8> {
    Tar::release().gz()
}

/// The release's archive with one byte from its end changed.
fn bent(from_end: usize) -> Vec<u8> {
    let mut bytes = release();
    let at = bytes.len() - from_end;
    bytes[at] ^= 0x40;
    bytes
}

fn cut(from_end: usize) -> Vec<u8> {
    let mut bytes = release();
    bytes.truncate(bytes.len() - from_end);
    bytes
}

fn with_first_bytes(change: fn(&mut [u8])) -> Vec<u8> {
    let mut bytes = release();
    change(&mut bytes[..10]);
    bytes
}

pub(crate) fn cases() -> Vec<Case> {
    let mut all = damaged();
    all.extend(members());
    all.extend(disguised());
    all.push(refuse("F18", "T-PATH-DEPTH", |_| {
        let tar = (1..=3000usize).fold(Tar::release(), |tar, depth| {
            let path = format!("mattermost/{}", "d/".repeat(depth));
            tar.pax(&[("path", path.as_bytes())]).head(Head::directory("mattermost/d/"))
        });
        tar.gz()
    }));
    all
}

fn damaged() -> Vec<Case> {
    vec![
        refuse("F01", "T-GZIP-CUT", |_| cut(40)),
        refuse("F02", "T-GZIP-CUT", |_| cut(8)),
        refuse("F03", "T-GZIP-DAMAGED", |_| bent(8)),
        refuse("F04", "T-GZIP-DAMAGED", |_| bent(2)),
        refuse("F05", "T-GZIP-TRAILING", |_| {
            [release(), b"garbage after the end".to_vec()].concat()
        }),
        refuse("F06", "T-GZIP-TRAILING", |_| [release(), vec![0; 512]].concat()),
        refuse("F19", "T-GZIP-HEADER", |_| with_first_bytes(|head| head[3] |= 0x40)),
        refuse("F20", "T-GZIP-HEADER", |_| with_first_bytes(|head| head[2] = 7)),
    ]
}

fn members() -> Vec<Case> {
    vec![
        accept("F07", &[], |_| {
            let tar = Tar::release().tar();
            let (first, second) = tar.split_at(1300);
            [gzip(first), gzip(second)].concat()
        }),
        refuse("F08", "T-FRAME-TRAILING", |_| {
            [release(), Tar::empty().file("mattermost/evil", b"evil").gz()].concat()
        }),
        accept("F09", &[], |_| {
            let builder = GzBuilder::new().filename("../../outside/evil");
            let mut encoder = builder.write(Vec::new(), Compression::fast());
            encoder.write_all(&Tar::release().tar()).unwrap();
            encoder.finish().unwrap()
        }),
        refuse("F13", "T-HEADER-CHECKSUM", |_| gzip(&[release(), vec![0; 1024]].concat())),
    ]
}

fn disguised() -> Vec<Case> {
    const RULE: &str = "T-GZIP-HEADER";
    vec![
        refuse("F10", RULE, |_| b"<!DOCTYPE html><title>404 Not Found</title>\n".to_vec()),
        refuse("F11", "T-ARCHIVE-EMPTY", |_| Vec::new()),
        refuse("F12", RULE, |_| Tar::release().tar()),
        refuse("F14", RULE, |_| b"PK\x03\x04\x14\0\0\0\x08\0mattermost/bin/mattermost".to_vec()),
        refuse("F15", RULE, |_| b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46\x02\0\x21\x01".to_vec()),
    ]
}

/// The two bombs that are too large to be held in memory.
pub(crate) const BOMBS: [&str; 2] = ["F16", "F17"];

/// Writes an archive straight into its file.
fn stream_into(world: &World, write: impl FnOnce(&mut dyn Write)) {
    let file = BufWriter::new(File::create(world.archive()).unwrap());
    let mut encoder = GzEncoder::new(file, Compression::best());
    encoder.write_all(&Tar::release().open_ended()).unwrap();
    write(&mut encoder);
    encoder.write_all(&[0; 2 * BLOCK]).unwrap();
    encoder.finish().unwrap().flush().unwrap();
}

#[test]
fn f16_two_gibibytes_of_zeros_are_noticed_in_the_first_few_megabytes() {
    const SIZE: usize = 2 << 30;
    let world = World::new();
    stream_into(&world, |out| {
        let head = Head::file("mattermost/bomb").size(SIZE).block();
        out.write_all(&head).unwrap();
        // Compressing all of it takes longer than the rest of the corpus, and nobody reads further than this.
        let zeros = vec![0; 1 << 20];
        for _ in 0..64 {
            out.write_all(&zeros).unwrap();
        }
    });
    let bomb = refuse("F16", "T-LIMIT-RATIO", |_| Vec::new()).looking(|world| {
        let written = std::fs::metadata(world.stage().join("bomb")).unwrap().len();
        assert!(written <= 64 << 20, "{written} bytes were written");
    });
    bomb.judge(&world, Limits::default());
}

#[test]
fn f17_no_more_files_than_allowed_are_made() {
    fn many(world: &World, files: usize) {
        stream_into(world, |out| {
            for number in 0..files {
                let head = Head::file(format!("mattermost/f/{number:06}"));
                out.write_all(&head.block()).unwrap();
            }
        });
    }
    let world = World::new();
    many(&world, 3000);
    let limits = Limits { entries: 2000, ..Limits::default() };
    let bomb = refuse("F17", "T-LIMIT-ENTRIES", |_| Vec::new()).looking(|world| {
        let made = std::fs::read_dir(world.stage().join("f")).unwrap().count();
        assert_eq!(made, 2000 - 5);
    });
    bomb.judge(&world, limits);
    assert_eq!(Limits::default().entries, 200_000);
}

#[test]
fn every_limit_is_checked_before_anything_is_written() {
    let world = World::new();
    world.put_archive(&Tar::release().file("mattermost/f", b"x".repeat(5000)).gz());
    let small =
        Limits { compressed: 100, total: 8000, entry: 4999, names: 40, ..Limits::default() };
    let all = Limits::default();
    let cases = [
        ("T-LIMIT-COMPRESSED", Limits { compressed: small.compressed, ..all }),
        ("T-LIMIT-TOTAL", Limits { total: small.total, ..all }),
        ("T-LIMIT-ENTRY", Limits { entry: small.entry, ..all }),
        ("T-LIMIT-RATIO", Limits { ratio_free: 1000, ratio: 1, ..all }),
    ];
    for (rule, limits) in cases {
        let error = world.unpack_with(limits, None).unwrap_err();
        assert_eq!(error.rule().map(|rule| rule.id), Some(rule));
        assert!(!world.stage().join("f").exists(), "{rule}");
        world.remove_stage().unwrap();
        std::fs::create_dir(world.stage()).unwrap();
    }
    let names = Limits { names: small.names, ..all };
    let error = world.unpack_with(names, None).unwrap_err();
    assert_eq!(error.rule().map(|rule| rule.id), Some("T-LIMIT-NAMES"));
}
