//! Bundles that were damaged on their way: every byte counts.

use std::fs;

use super::desk::Desk;

/// Between two bytes of archives that are tried.
const STEP: usize = 65_537;

#[test]
fn no_byte_of_it_can_be_another_one() {
    let desk = Desk::of(&["11.7.0"]).bundled();
    let good = fs::read(desk.bundle()).unwrap();
    assert_eq!(desk.judge().unwrap().len(), 1);
    let archive = desk.archives[0].clone();
    let large = good.len() - usize::try_from(fs::metadata(archive).unwrap().len()).unwrap();
    assert!(large < 8 * 1024, "{large} bytes that are no archive");
    let (head, tail) = (0..large - 1536, good.len() - 1024..good.len());
    let inner = (large..good.len() - 1536).step_by((good.len() / 20).max(STEP));
    for at in head.step_by(3).chain(inner).chain(tail.step_by(100)) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        fs::write(desk.bundle(), &bad).unwrap();
        let said = desk.refused();
        assert!(said.contains("chain.bundle: ") || said.contains("damaged: it should"), "{said}");
    }
}

#[test]
fn cut_off_anywhere_or_with_something_behind_it_is_refused() {
    let desk = Desk::of(&["11.7.0"]).bundled();
    let good = fs::read(desk.bundle()).unwrap();
    let last = good.len() - 1;
    for at in (0..good.len()).step_by(good.len() / 40).chain([1, 512, last - 511, last]) {
        fs::write(desk.bundle(), &good[..at]).unwrap();
        let said = desk.refused();
        let cut = ["not a tar file", "cut off: it ends", "goes on after"];
        assert!(cut.iter().any(|word| said.contains(word)), "{at}: {said}");
    }
    for more in [&b"\0"[..], &[0; 512], b"#!/bin/sh\n"] {
        fs::write(desk.bundle(), [&good, more].concat()).unwrap();
        let said = desk.refused();
        assert!(said.contains("it goes on after byte"), "{said}");
    }
    fs::write(desk.bundle(), [&good[..], &good[..]].concat()).unwrap();
    desk.refused();
}

#[test]
fn the_program_says_what_is_damaged_and_ends_with_seven() {
    let desk = Desk::of(&["10.11.0", "11.7.0"]).bundled();
    let path = desk.bundle();
    let verify = || desk.run(&["bundle", "verify", path.to_str().unwrap()]);
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    let at = bad.len() - 4096;
    bad[at] ^= 1;
    fs::write(&path, &bad).unwrap();
    let said = verify().expect(7).saying(&[
        "good: mattermost-team-10.11.0-linux-amd64.tar.gz",
        "BAD: mattermost-team-11.7.0-linux-amd64.tar.gz",
        "damaged: it should have the SHA-256 digest",
    ]);
    assert!(said.stdout.ends_with(&format!("BAD: {}\n", path.display())), "{}", said.all());
    let json = desk.run(&["bundle", "verify", path.to_str().unwrap(), "--json"]).expect(7).json();
    assert_eq!((&json["good"], &json["command"]), (&false.into(), &"bundle verify".into()));
    assert!(json["archives"][0]["wrong"].is_null() && json["archives"][1]["wrong"].is_string());

    let mut bad = good;
    bad[600] ^= 1;
    fs::write(&path, &bad).unwrap();
    verify().expect(7).saying(&["its index is wrong", "do not use this one"]);
    let json = desk.run(&["bundle", "verify", path.to_str().unwrap(), "--json"]).expect(7).json();
    assert_eq!(json["ending"], "artifact-refused", "{json}");
    fs::write(&path, "something else").unwrap();
    verify().expect(7).saying(&["not a tar file", "as `mmembed bundle create` writes it"]);
    fs::remove_file(&path).unwrap();
    verify().expect(3).saying(&["No such file or directory"]);
}
