//! What somebody does who answers in the vendor's place, or gives out catalogues: rollback, freeze, mix-and-match, fast-forward,
//! endless data.

use std::fs;

use super::world::{World, known};
use crate::fakes::mirror::{Framing, Saying, Trick};
use crate::fakes::release::FixtureRelease;
use crate::fakes::signer::Signer;

fn upgrade<'a>(root: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let usual = ["upgrade", "--app", "acme", "--no-start", "--root", root, "--release"];
    [&usual[..], more].concat()
}

#[test]
fn rollback_to_an_older_release_is_refused() {
    let world = World::new();
    world.install(&["--release", "latest"]).expect(0);
    // The catalogue has forgotten the newer one: `latest` is an older release than the one that is installed.
    let shelf = &world.shelves[0];
    world.know(&known(shelf, &shelf.sum()));
    let root = world.at("root");
    let root = root.to_str().unwrap();
    world.run(&upgrade(root, &["latest"])).expect(3).saying(&["10.11.0", "--allow-downgrade"]);
    // The floor is what was committed, not what a store knows: losing the store changes nothing.
    fs::remove_dir_all(world.at("store")).unwrap();
    world.run(&upgrade(root, &["latest"])).expect(3).saying(&["--allow-downgrade"]);
    assert_eq!(world.installed().as_deref(), Some("11.7.0"));
}

#[test]
fn rollback_to_an_older_catalogue_is_refused() {
    let world = World::new();
    let import = |as_of: &str| {
        world.know_as_of(as_of, "");
        world.run_alone(&["releases", "import", "catalog.txt"])
    };
    import("2026-09-02").expect(0).saying(&["up to 2026-09-02 are known"]);
    import("2026-09-01")
        .expect(3)
        .saying(&["is of 2026-09-01, but what is known is of 2026-09-02"]);
    import("2026-08-20").expect(3).saying(&["what is known is not forgotten"]);
}

#[test]
fn freeze_is_noticed_and_refused_where_that_is_asked_for() {
    let world = World::new();
    let known: String = world.shelves.iter().map(|shelf| known(shelf, &shelf.sum())).collect();
    world.know_as_of("2026-01-01", &known);
    for word in ["latest", "esr", "10.11"] {
        world.install(&["--release", word, "--require-fresh"]).expect(3).saying(&[
            "is of 2026-01-01",
            "newer releases are not in it",
            "releases import",
        ]);
    }
    assert_eq!(world.installed(), None);
    // Whoever names a version knows what they want.
    world.install(&["--release", "10.11.0", "--require-fresh"]).expect(0);
    let warned = World::new();
    warned.know_as_of("2026-01-01", &known);
    let said = warned.install(&["--release", "latest", "--json"]).expect(0).json();
    assert_eq!(said["findings"][0]["code"], "catalog-old");
}

#[test]
fn freeze_by_a_clock_that_was_set_back_is_noticed() {
    let world = World::new();
    let known: String = world.shelves.iter().map(|shelf| known(shelf, &shelf.sum())).collect();
    world.know_as_of("2199-01-01", &known);
    world
        .install(&["--release", "latest", "--require-fresh"])
        .expect(3)
        .saying(&["it was made up, or the clock is wrong"]);
}

#[test]
fn mix_and_match_of_versions_is_refused() {
    let world = World::new();
    let [old, new] = world.shelves.as_slice() else { unreachable!() };
    // Old bytes under the new name: their digest is not that of the new release.
    world.mirror.serve(&new.path(), old.bytes.clone());
    world.install(&["--release", "11.7.0"]).expect(7).saying(&[
        "is not the file that was published",
        &old.sum(),
        "do not use it",
    ]);
    assert_eq!((world.installed(), world.stored().len()), (None, 0));
    // A catalogue that lies as well: the program itself says what it is.
    world.know(&known(new, &old.sum()));
    world.install(&["--release", "11.7.0"]).expect(7).saying(&["rolled back", "11.7.0"]);
    assert_eq!(world.installed(), None);
}

#[test]
fn mix_and_match_of_editions_is_refused() {
    let world = World::new();
    let built = world.at("built");
    let enterprise = FixtureRelease::new("10.11.0", env!("CARGO_BIN_EXE_stand-in")).enterprise();
    let bytes = fs::read(enterprise.small_files(3).build(&built)).unwrap();
    let shelf = &world.shelves[0];
    world.mirror.serve(&shelf.path(), bytes.clone());
    world
        .install(&["--release", "10.11.0"])
        .expect(7)
        .saying(&["is not the file that was published"]);
    let sum = mmembed::model::Sha256Digest::of(&bytes).to_string();
    world.know(&known(shelf, &sum));
    world.install(&["--release", "10.11.0"]).expect(7).saying(&[
        "this is the enterprise edition of Mattermost, not the team edition",
        "rolled back",
    ]);
    assert_eq!(world.installed(), None);
}

#[test]
fn mix_and_match_of_checksum_and_signature_is_refused() {
    let world = World::new();
    let [old, new] = world.shelves.as_slice() else { unreachable!() };
    let install = ["--release", "11.7.0", "--require-signature", "--key-file", "key.asc"];
    // The signature of another release, of somebody else, and of nobody.
    world.mirror.serve(&format!("{}.sig", new.path()), world.signer.sign(&old.bytes));
    world.install(&install).expect(7).saying(&["does not count", "another file"]);
    for (signature, code, why) in [
        (Signer::new(2).sign(&new.bytes), 7, "which is not among the keys that are believed"),
        (b"\x00\x01\x02".to_vec(), 7, "does not count"),
        (b"<html>".to_vec(), 3, "is a web page, not a release"),
    ] {
        world.mirror.serve(&format!("{}.sig", new.path()), signature);
        world.install(&install).expect(code).saying(&[why]);
    }
    assert_eq!(world.installed(), None);
    // The digest of one release with the bytes and the signature of another.
    world.mirror.serve(&new.path(), old.bytes.clone());
    fs::remove_dir_all(world.at("store")).unwrap();
    world.mirror.serve(&format!("{}.sig", new.path()), world.signer.sign(&old.bytes));
    world.install(&install).expect(7).saying(&["is not the file that was published"]);
}

#[test]
fn mix_and_match_in_a_catalogue_is_refused() {
    let world = World::new();
    let known = "0165795db023f3262f2e3de0a6e20e160a21bf9d8375ee13d5323a1966d73a2f";
    let import = |releases: &str| {
        world.know_as_of("2026-09-01", releases);
        world.run_alone(&["releases", "import", "catalog.txt"])
    };
    // The digest of a release that is known, for another one; and another digest for one that is known.
    import(&format!("11.11.0 2026-09-01 feature\n  team linux-amd64\n    {known} docs\n")).expect(3).saying(&["gives Mattermost 11.11.0 (team edition) the digest of Mattermost 11.9.1 (team edition)"],
    );
    import(&format!(
        "11.10.0 2026-08-14 feature\n  team linux-amd64\n    {} docs\n",
        known.replace('0', "1")
    ))
    .expect(3)
    .saying(&["the digest of Mattermost 11.10.0 (team edition) is known"]);
    assert!(!world.at("store/catalog.txt").exists());
}

#[test]
fn fast_forward_pushes_nothing_without_a_commit() {
    let world = World::new();
    world.install(&["--release", "10.11"]).expect(0);
    let all: String = world.shelves.iter().map(|shelf| known(shelf, &shelf.sum())).collect();
    let sum = "9".repeat(64);
    let absurd = format!("999999.0.0 2026-01-01 feature\n  team linux-amd64\n    {sum} docs\n");
    world.know(&format!("{all}{absurd}"));
    let root = world.at("root");
    let root = root.to_str().unwrap();
    world.run(&upgrade(root, &["latest"])).expect(3).saying(&["/999999.0.0/", "404"]);
    // Neither that nor a made-up file of that name keeps the true next release out.
    world.mirror.serve(
        "/999999.0.0/mattermost-team-999999.0.0-linux-amd64.tar.gz",
        b"\x1f\x8b made up".to_vec(),
    );
    world
        .run(&upgrade(root, &["latest"]))
        .expect(7)
        .saying(&["is not the file that was published"]);
    world.run(&upgrade(root, &["11.7"])).expect(0).saying(&["Mattermost 11.7.0"]);
    assert_eq!(world.installed().as_deref(), Some("11.7.0"));
}

#[test]
fn fast_forward_of_a_catalogue_is_refused() {
    let world = World::new();
    world.know_as_of("2199-01-01", "");
    world
        .run_alone(&["releases", "import", "catalog.txt"])
        .expect(3)
        .saying(&["is of 2199-01-01, but today is", "check the clock of this machine"]);
}

#[test]
fn endless_data_ends() {
    let world = World::new();
    let signature = format!("{}.sig", world.shelves[1].path());
    world
        .mirror
        .play(&signature, [Trick::Say(Saying::body(vec![b'x'; 1 << 20]).framed(Framing::Endless))]);
    let install = ["--release", "11.7.0", "--require-signature", "--key-file", "key.asc"];
    world.install(&install).expect(3).saying(&["is larger than it may be: more than 65536 bytes"]);
}
