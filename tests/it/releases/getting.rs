//! `releases fetch`: an archive from the mirror, from a directory, from the store.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::world::{World, said};
use crate::fakes::mirror::trick::{Saying, Trick};
use crate::support::world::{MMEMBED, is_root};

/// Who owns nothing here: no user of that number exists.
const NOBODY: u32 = 21_546;

#[test]
fn an_archive_is_fetched_once_with_its_signature() {
    let world = World::new();
    let shelf = &world.shelves[0];
    let fetched = world
        .run(&["releases", "fetch", "10.11", "--to", "out/new"])
        .expect(0)
        .saying(&["fetching https://"]);
    assert_eq!(fetched.stdout, format!("out/new/{0}\nout/new/{0}.sig\n", shelf.name));
    assert_eq!(fs::read(world.at("out/new").join(&shelf.name)).unwrap(), shelf.bytes);
    assert_eq!(world.stored(), [shelf.sum()]);
    // Whoever may not write into the store may go by what is in it.
    let signature = format!("{}.sig", shelf.sum());
    for path in [
        world.at("out/new").join(&shelf.name),
        world.at("out/new").join(format!("{}.sig", shelf.name)),
        world.at("store/archives/sha256").join(shelf.sum()),
        world.at("store/signatures").join(signature),
    ] {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "{}", path.display());
    }

    // A second time nobody is asked, not even for the signature.
    let before = world.mirror.questions().len();
    let again = world.run(&["releases", "fetch", "10.11.0", "--to", "again", "--json"]).expect(0);
    assert_eq!(again.json()["sha256"], shelf.sum());
    assert_eq!(world.mirror.questions().len(), before);
    assert!(world.at("again").join(format!("{}.sig", shelf.name)).exists());
}

#[test]
fn a_directory_of_archives_comes_before_the_network() {
    let world = World::new();
    let fetched = world
        .run(&["releases", "fetch", "latest", "--to", "out", "--releases-dir", "built"])
        .expect(0);
    assert_eq!(fetched.stdout.lines().count(), 1);
    assert!(world.mirror.questions().is_empty());
    assert_eq!(world.stored(), Vec::<String>::new());
}

#[test]
fn where_nobody_may_be_asked_that_is_said() {
    let world = World::new();
    // A mirror that stands in the environment for other times is no contradiction.
    world.run(&["releases", "fetch", "latest", "--to", "out", "--offline"]).expect(3).saying(&[
        "the archive of Mattermost 11.7.0 (team edition) is not here",
        "do without --offline",
    ]);
    assert!(world.mirror.questions().is_empty() && !world.at("out").exists());
}

#[test]
fn what_the_mirror_does_not_have_is_said_with_its_address() {
    let world = World::new();
    let other = world.mirror.url("/elsewhere");
    world
        .run(&["releases", "fetch", "latest", "--to", "out", "--mirror", &other])
        .expect(3)
        .saying(&[
            "/elsewhere/11.7.0/mattermost-team-11.7.0",
            "404",
            "check the version and --mirror",
        ]);
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
        .expect(7)
        .saying(&["the signature of mattermost-team-10.11.0", "is not among the keys"]);
    let key = [&fetch[..], &["--key-file", "key.asc"]].concat();
    world.run(&key).expect(0).saying(&["checking its signature", "note: signed at 2020-01-02"]);
    let sum = shelf.sum();
    let stated = [&fetch[..], &["--sha256", &sum]].concat();
    world.run(&stated).expect(0);

    // Nothing vouches for it at all.
    let bare = World::new();
    bare.know("10.11.0 2025-08-15 esr\n  team linux-amd64\n");
    bare.mirror
        .serve("/bare/10.11.0/mattermost-team-10.11.0-linux-amd64.tar.gz", shelf.bytes.clone());
    let mirror = bare.mirror.url("/bare");
    bare.run(&[&fetch[..], &["--mirror", &mirror]].concat()).expect(3).saying(&[
        "no SHA-256 digest of Mattermost 10.11.0 (team edition) was ever published",
        "state it with --sha256",
    ]);
    assert!(!bare.at("out").exists());
}

#[test]
fn a_key_file_that_holds_no_key_is_refused() {
    let world = World::new();
    let fetch = ["releases", "fetch", "10.11.0", "--to", "out", "--key-file"];
    world
        .run(&[&fetch[..], &["catalog.txt"]].concat())
        .expect(3)
        .saying(&["catalog.txt: ", "as `gpg --export` writes it"]);
    world
        .run(&[&fetch[..], &["missing.asc"]].concat())
        .expect(3)
        .saying(&["cannot open missing.asc"]);
}

#[test]
fn what_is_kept_of_a_file_that_broke_off_is_told_and_gone_on_from() {
    let world = World::new();
    let shelf = &world.shelves[0];
    let later = Saying::status("503 Service Unavailable").with("Retry-After", "3600");
    world.mirror.play(&shelf.path(), vec![Trick::CutAfter(70_000), Trick::from(later)]);
    let fetch = ["releases", "fetch", "10.11", "--to", "out"];
    world.run(&fetch).expect(3).saying(&[
        "its first 70000 bytes are kept",
        "now:  nothing was changed on this host but the store",
        "next: run the command again",
    ]);
    assert!(world.stored().is_empty() && !world.at("out").exists());
    world.run(&fetch).expect(0).saying(&["going on after the 70000 bytes"]);
    assert_eq!(world.stored(), [shelf.sum()]);
}

#[test]
fn a_mirror_that_is_no_address_is_told_with_where_one_is_named() {
    let world = World::new();
    for (mirror, shown) in [
        ("mirror.example", "mirror.example/11.7.0/"),
        ("mirror.example:8080/a", "mirror.example:…"),
        ("", "/11.7.0/"),
    ] {
        let fetch = ["releases", "fetch", "latest", "--to", "out", "--mirror", mirror];
        world.run(&fetch).expect(3).saying(&[shown, "starts with https://", "MMEMBED_MIRROR"]);
    }
    assert!(world.stored().is_empty() && !world.at("out").exists());
}

#[test]
fn a_directory_of_archives_that_is_none_is_told() {
    let world = World::new();
    let fetch = ["releases", "fetch", "latest", "--to", "out", "--releases-dir"];
    world
        .run(&[&fetch[..], &["misspelt"]].concat())
        .expect(3)
        .saying(&["misspelt: No such file or directory", "check that the path exists"]);
    world.run(&[&fetch[..], &["key.asc"]].concat()).expect(3).saying(&["key.asc: not a directory"]);
    assert!(world.mirror.questions().is_empty() && !world.at("out").exists());
}

#[test]
fn a_kept_signature_that_is_not_enough_is_asked_for_again() {
    let world = World::new();
    let shelf = &world.shelves[0];
    let fetch = ["releases", "fetch", "10.11", "--to", "out", "--require-signature", "--key-file"];
    let fetch = [&fetch[..], &["key.asc"]].concat();
    world.run(&fetch).expect(0);
    let kept = world.at("store/signatures").join(format!("{}.sig", shelf.sum()));
    let good = fs::read(&kept).unwrap();
    fs::write(&kept, "torn").unwrap();
    world.run(&[&fetch[..], &["--offline"]].concat()).expect(7).saying(&["does not count"]);
    world.run(&fetch).expect(0);
    assert!(good == fs::read(&kept).unwrap());
    // Where nobody answers, what is there decides.
    fs::write(&kept, "torn").unwrap();
    let path = format!("{}.sig", shelf.path());
    world.mirror.play(&path, vec![Trick::from(Saying::status("410 Gone"))]);
    world.run(&fetch).expect(7).saying(&["does not count"]);
}

#[test]
fn a_signature_that_may_not_be_had_is_none() {
    for status in ["403 Forbidden", "404 Not Found", "410 Gone"] {
        let world = World::new();
        let path = format!("{}.sig", world.shelves[0].path());
        let refusals = || vec![Trick::from(Saying::status(status))];
        world.mirror.play(&path, refusals());
        let fetch = ["releases", "fetch", "10.11", "--to", "out"];
        assert_eq!(world.run(&fetch).expect(0).stdout.lines().count(), 1, "{status}");
        world.mirror.play(&path, refusals());
        world
            .run(&[&fetch[..], &["--require-signature"]].concat())
            .expect(3)
            .saying(&["no signature of mattermost-team-10.11.0"]);
    }
}

#[test]
fn who_has_no_home_needs_none_for_what_is_given() {
    let world = World::new();
    // Where the program is built, not everybody may enter. Another process copies it: what this one writes, the children of
    // other tests may have open when it is started.
    let program = world.at("mmembed");
    assert!(Command::new("cp").arg(MMEMBED).arg(&program).status().unwrap().success());
    let homeless = |words: &[&str]| {
        let mut command = Command::new(&program);
        command.args(words).env_clear().current_dir(world.at(""));
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        said(&mut command)
    };
    homeless(&["releases", "list", "--line", "11.10"]).expect(0).saying(&["11.10.0"]);
    let (file, root) = (format!("built/{}", world.shelves[0].name), world.at("root"));
    fs::set_permissions(&root, fs::Permissions::from_mode(0o777)).unwrap();
    let plan = ["plan", "--app", "acme", "--no-start", "--root", root.to_str().unwrap()];
    homeless(&[&plan[..], &["--release", &file]].concat()).expect(10).saying(&["Plan:"]);
    let known = ["--catalog", "catalog.txt", "--offline"];
    let version = [&plan[..], &["--release", "10.11"], &known[..]].concat();
    homeless(&[&version[..], &["--releases-dir", "built"]].concat()).expect(10).saying(&["Plan:"]);
    homeless(&version).expect(3).saying(&["HOME is not set", "--store DIR"]);
    homeless(&["releases", "import", "catalog.txt"]).expect(3).saying(&["HOME is not set"]);
    homeless(&[&version[..], &["--store", "not-theirs"]].concat())
        .expect(3)
        .saying(&["not-theirs: Permission denied", "or name another directory with --store"]);
}
