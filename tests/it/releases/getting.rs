//! `releases fetch`: an archive from the mirror, from a directory, from the store.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::world::World;

#[test]
fn an_archive_is_fetched_once_with_its_signature() {
    let world = World::new();
    let shelf = &world.shelves[0];
    let fetched = world
        .run(&["releases", "fetch", "10.11", "--to", "out/new"])
        .expect(0, &["fetching https://"]);
    assert_eq!(fetched.out, format!("out/new/{0}\nout/new/{0}.sig\n", shelf.name));
    assert_eq!(fs::read(world.at("out/new").join(&shelf.name)).unwrap(), shelf.bytes);
    let mode = fs::metadata(world.at("out/new").join(&shelf.name)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
    assert_eq!(world.stored(), [shelf.sum()]);

    // A second time nobody is asked, not even for the signature.
    let before = world.mirror.questions().len();
    let again =
        world.run(&["releases", "fetch", "10.11.0", "--to", "again", "--json"]).expect(0, &[]);
    assert_eq!(again.json()["sha256"], shelf.sum());
    assert_eq!(world.mirror.questions().len(), before);
    assert!(world.at("again").join(format!("{}.sig", shelf.name)).exists());
}

#[test]
fn a_directory_of_archives_comes_before_the_network() {
    let world = World::new();
    let fetched = world
        .run(&["releases", "fetch", "latest", "--to", "out", "--releases-dir", "built"])
        .expect(0, &[]);
    assert_eq!(fetched.out.lines().count(), 1);
    assert!(world.mirror.questions().is_empty());
    assert_eq!(world.stored(), Vec::<String>::new());
}

#[test]
fn where_nobody_may_be_asked_that_is_said() {
    let world = World::new();
    let mut command = world.command(&["releases", "fetch", "latest", "--to", "out", "--offline"]);
    let output = command.env("MMEMBED_CATALOG", world.at("catalog.txt")).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(err.contains("the archive of Mattermost 11.7.0 (team edition) is not here"), "{err}");
    assert!(err.contains("do without --offline"), "{err}");
    assert!(!world.at("out").exists());
}

#[test]
fn what_the_mirror_does_not_have_is_said_with_its_address() {
    let world = World::new();
    let other = world.mirror.url("/elsewhere");
    world.run(&["releases", "fetch", "latest", "--to", "out", "--mirror", &other]).expect(
        3,
        &["/elsewhere/11.7.0/mattermost-team-11.7.0", "404", "check the version and --mirror"],
    );
    assert!(world.stored().is_empty() && !world.at("out").exists());
}

#[test]
fn an_archive_whose_digest_nobody_has_published_needs_a_digest_or_a_signature() {
    let world = World::new();
    let shelf = &world.shelves[0];
    world.know("10.11.0 2025-08-15 esr\n  team linux-amd64 signed\n");
    let fetch = ["releases", "fetch", "10.11.0", "--to", "out"];
    world
        .run(&fetch)
        .expect(7, &["the signature of mattermost-team-10.11.0", "is not among the keys"]);
    let key = [&fetch[..], &["--key-file", "key.asc"]].concat();
    world.run(&key).expect(0, &["checking its signature", "note: signed at 2020-01-02"]);
    let sum = shelf.sum();
    let stated = [&fetch[..], &["--sha256", &sum]].concat();
    world.run(&stated).expect(0, &[]);

    // Nothing vouches for it at all.
    let bare = World::new();
    bare.know("10.11.0 2025-08-15 esr\n  team linux-amd64\n");
    bare.mirror
        .serve("/bare/10.11.0/mattermost-team-10.11.0-linux-amd64.tar.gz", shelf.bytes.clone());
    let mirror = bare.mirror.url("/bare");
    bare.run(&[&fetch[..], &["--mirror", &mirror]].concat()).expect(
        3,
        &[
            "no SHA-256 digest of Mattermost 10.11.0 (team edition) was ever published",
            "state it with --sha256",
        ],
    );
    assert!(!bare.at("out").exists());
}

#[test]
fn a_key_file_that_holds_no_key_is_refused() {
    let world = World::new();
    let fetch = ["releases", "fetch", "10.11.0", "--to", "out", "--key-file"];
    world
        .run(&[&fetch[..], &["catalog.txt"]].concat())
        .expect(3, &["catalog.txt: ", "as `gpg --export` writes it"]);
    world.run(&[&fetch[..], &["missing.asc"]].concat()).expect(3, &["cannot open missing.asc"]);
}
