//! `install`, `plan` and `upgrade` of a version instead of a file.

use super::world::{World, known};

#[test]
fn a_version_a_line_and_a_word_are_installed_from_the_mirror() {
    for (wanted, version) in
        [("10.11.0", "10.11.0"), ("10.11", "10.11.0"), ("esr", "11.7.0"), ("latest", "11.7.0")]
    {
        let world = World::new();
        world.install(&["--release", wanted]).expect(0).saying(&["is installed"]);
        assert_eq!(world.installed().as_deref(), Some(version), "{wanted}");
        world.install(&["--release", wanted]).expect(0).saying(&["nothing to do"]);
    }
}

#[test]
fn an_address_is_an_archive_too_and_its_digest_is_known_by_its_name() {
    let world = World::new();
    let url = world.mirror.url(&world.shelves[0].path());
    world.install(&["--release", &url]).expect(0).saying(&["is installed"]);
    assert_eq!(world.installed().as_deref(), Some("10.11.0"));
    world.mirror.serve("/odd", world.shelves[1].bytes.clone());
    let odd = world.mirror.url("/odd");
    world
        .install(&["--release", &odd])
        .expect(3)
        .saying(&["does not tell which release it is", "--release-version"]);
}

#[test]
fn a_plan_fetches_and_changes_nothing_below_the_root() {
    let world = World::new();
    let root = world.at("root");
    let plan = [
        "plan",
        "--app",
        "acme",
        "--no-start",
        "--root",
        root.to_str().unwrap(),
        "--release",
        "latest",
    ];
    world.run(&plan).expect(10).saying(&["Plan:", "Mattermost 11.7.0"]);
    assert_eq!(std::fs::read_dir(root).unwrap().count(), 0);
    assert_eq!(world.stored(), [world.shelves[1].sum()]);
}

#[test]
fn an_upgrade_takes_the_edition_that_is_installed() {
    let world = World::new();
    world.install(&["--release", "10.11"]).expect(0);
    let root = world.at("root");
    let upgrade =
        ["upgrade", "--app", "acme", "--no-start", "--root", root.to_str().unwrap(), "--release"];
    let enterprise = [&upgrade[..], &["11.7", "--edition", "enterprise"]].concat();
    world
        .run(&enterprise)
        .expect(3)
        .saying(&["is not known to be published as enterprise edition"]);
    world.run(&[&upgrade[..], &["11.7"]].concat()).expect(0).saying(&["Mattermost 11.7.0"]);
    assert_eq!(world.installed().as_deref(), Some("11.7.0"));
}

#[test]
fn signatures_are_required_where_that_is_asked_for() {
    let world = World::new();
    let install = ["--release", "10.11", "--require-signature"];
    world.install(&install).expect(7).saying(&[
        "does not count",
        "is not among the keys",
        "--key-file",
    ]);
    assert_eq!(world.installed(), None);
    let with_key = [&install[..], &["--key-file", "key.asc"]].concat();
    world.install(&with_key).expect(0).saying(&["signed at 2020-01-02", "is installed"]);

    // Of a file the signature lies beside it.
    let file = format!("built/{}", world.shelves[1].name);
    let other = World::new();
    let install = ["--release", &file, "--require-signature", "--key-file", "key.asc"];
    other
        .install(&install)
        .expect(3)
        .saying(&["no signature of mattermost-team-11.7.0", "lay it beside the archive"]);
    let signature = other.signer.sign(&other.shelves[1].bytes);
    std::fs::write(other.at(&format!("{file}.sig")), signature).unwrap();
    other.install(&install).expect(0).saying(&["is installed"]);
}

#[test]
fn support_that_is_over_is_said_and_forbids_nothing() {
    let world = World::new();
    let shelf = &world.shelves[0];
    world.know(&known(shelf, &shelf.sum()).replace("2099-01-01", "2025-08-15"));
    world
        .install(&["--release", "10.11"])
        .expect(0)
        .saying(&["support for Mattermost 10.11 ended on 2025-08-15"]);
}

#[test]
fn an_address_may_have_a_query_and_its_name_tells_the_platform() {
    let world = World::new();
    let shelf = &world.shelves[0];
    let url = world.mirror.url(&format!("{}?token=canary", shelf.path()));
    world.mirror.serve(&format!("{}?token=canary", shelf.path()), shelf.bytes.clone());
    let signature = format!("{}.sig?token=canary", shelf.path());
    world.mirror.serve(&signature, world.signer.sign(&shelf.bytes));
    let signed = ["--release", &url, "--require-signature", "--key-file", "key.asc"];
    let said = world.install(&signed).expect(0).saying(&["is installed"]);
    assert!(!format!("{}{}", said.stdout, said.stderr).contains("canary"));
    assert_eq!(world.installed().as_deref(), Some("10.11.0"));

    // That its twin is in the store makes no other archive of it.
    let other = World::new();
    other.install(&["--release", "11.7"]).expect(0);
    let arm = other.shelves[1].path().replace("amd64", "arm64");
    other
        .install(&["--release", &other.mirror.url(&arm)])
        .expect(3)
        .saying(&["linux-arm64.tar.gz was answered with status 404"]);
}

/// A newer mmembed may know better than what was imported once; a file that was given does not depend on it.
#[test]
fn a_file_is_installed_whatever_was_imported() {
    let world = World::new();
    std::fs::create_dir(world.at("store")).unwrap();
    std::fs::write(world.at("store/catalog.txt"), "no catalogue").unwrap();
    let file = format!("./built/{}", world.shelves[0].name);
    let (root, app) = (world.at("root"), ["--app", "acme", "--no-start", "--root"]);
    let install = |release: &str| {
        let words =
            [&["install"], &app[..], &[root.to_str().unwrap(), "--release", release]].concat();
        world.run_alone(&words)
    };
    install("10.11").expect(3).saying(&["store/catalog.txt", "its first line is not"]);
    install(&file).expect(0).saying(&["is installed"]);
}
