//! `releases list`, `show` and `import`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::world::World;

#[test]
fn lists_are_narrowed_down_and_each_release_is_one_line() {
    let world = World::new();
    let all = world
        .run_alone(&["releases", "list"])
        .expect(0)
        .saying(&["\n11.10.0   2026-08-14  feature"]);
    assert_eq!(all.stdout.lines().count(), 637);
    let line = world.run_alone(&["releases", "list", "--line", "5.37"]).expect(0);
    assert!(line.stdout.lines().all(|line| line.starts_with("5.37.")), "{}", line.stdout);
    assert_eq!(line.stdout.lines().count(), 11);
    let narrow = ["releases", "list", "--esr", "--since", "11.0", "--json"];
    let object = world.run_alone(&narrow).expect(0).json();
    let releases = object["releases"].as_array().unwrap();
    assert!(releases.iter().all(|release| release["line"] == "11.7" && release["kind"] == "esr"));
    assert_eq!(releases[0]["archives"][0]["sums"][0]["vouchers"][0], "docs");
    let none = world.run_alone(&["releases", "list", "--line", "77.7"]).expect(0);
    assert_eq!(none.stdout, "");
}

#[test]
fn what_is_supported_is_judged_by_the_day() {
    let world = World::new();
    world.know(
        "9.0.0 2025-01-01 feature until 2025-04-15\n  team linux-amd64\n\
         9.1.0 2025-02-01 feature until 2099-04-15\n  team linux-amd64\n9.2.0 2025-03-01 feature\n",
    );
    let said = world.run(&["releases", "list", "--supported"]).expect(0);
    assert_eq!(said.stdout, "9.1.0     2025-02-01  feature  until 2099-04-15  team linux-amd64\n");
}

#[test]
fn a_release_is_shown_with_who_vouches_for_its_digests() {
    let world = World::new();
    world.run_alone(&["releases", "show", "10.11.2"]).expect(0).saying(&[
        "Mattermost 10.11.2, of 2025-08-22, line 10.11 (esr)\n",
        "https://releases.mattermost.com/10.11.2/mattermost-10.11.2-linux-amd64.tar.gz\n  signed:",
        "5ded7bed",
        ": printed here by mistake (docs), it is that of another file\n",
    ]);
    let shown =
        world.run_alone(&["releases", "show", "5.11.1", "--edition", "enterprise", "--json"]);
    let archive = shown.expect(0).json()["archives"][0].clone();
    assert_eq!(archive["sums"][0]["misprint"], true);
    assert_eq!(archive["file"], "mattermost-5.11.1-linux-amd64.tar.gz");
    world.run_alone(&["releases", "show", "1.2.0"]).expect(0).saying(&["withdrawn by its vendor"]);
}

#[test]
fn what_is_not_there_is_refused_with_what_to_do() {
    let world = World::new();
    world.run_alone(&["releases", "show", "4.0.9"]).expect(3).saying(&[
        "its line has 4.0.0, ",
        "now:  nothing was changed",
        "`mmembed releases list` shows",
    ]);
    world
        .run_alone(&["releases", "show", "5.3.0", "--platform", "linux-arm64"])
        .expect(3)
        .saying(&["team edition for linux-arm64", "choose another --edition or --platform"]);
    world
        .run_alone(&["releases", "show", "v5"])
        .expect(2)
        .saying(&["names no release: expected a version"]);
    let failed = world.run_alone(&["releases", "show", "4.0.9", "--json"]).expect(3).json();
    assert_eq!(
        (&failed["command"], &failed["ending"]),
        (&"releases show".into(), &"refused".into())
    );
}

#[test]
fn newer_releases_are_imported_once_and_then_known() {
    let world = World::new();
    let printed = world.run_alone(&["releases", "list", "--line", "11.10", "--as-catalog"]).stdout;
    let sum = "376f4be1fcd83bd65ab3f4dc580ba87684e4caed93d357e965b95703854f7c05";
    let newer = printed
        .replace("11.10.0", "11.11.0")
        .replace("as-of 2026-08-21", "as-of 2026-09-30")
        .replace(sum, &sum.replace('3', "4"))
        .replace("8ae404", "9ae404");
    let file = world.at("newer.txt");
    fs::write(&file, newer).unwrap();
    let import = ["releases", "import", file.to_str().unwrap()];
    world
        .run_alone(&import)
        .expect(0)
        .saying(&["new: Mattermost 11.11.0\n", "all releases up to 2026-09-30 are known\n"]);
    world.run_alone(&import).expect(0).saying(&["nothing new: all of it was known\n"]);
    world
        .run_alone(&["releases", "show", "latest"])
        .expect(0)
        .saying(&["Mattermost 11.11.0", "said by import alone"]);
    world.run_alone(&["releases", "show", "11.10.0"]).expect(0).saying(&["said by docs alone"]);
    let kept = world.at("store/catalog.txt");
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o644);
    let imported = fs::read_to_string(kept).unwrap();
    assert!(imported.contains("\n11.11.0 ") && !imported.contains("\n11.10.0 "), "{imported}");
}

#[test]
fn what_is_no_catalogue_is_refused_and_so_is_a_store_that_cannot_be_read() {
    let world = World::new();
    let file = world.at("file.txt");
    let import = ["releases", "import", file.to_str().unwrap()];
    world.run_alone(&import).expect(3).saying(&[
        "cannot open",
        "file.txt",
        "check that the path exists",
    ]);
    fs::write(&file, "<html>").unwrap();
    world
        .run_alone(&import)
        .expect(3)
        .saying(&["file.txt", "its first line is not `mmembed-catalog 1`"]);
    fs::write(&file, "mmembed-catalog 1\nas-of 2026-09-01\n1.0\n").unwrap();
    world.run_alone(&import).expect(3).saying(&["line 3 of the catalogue: expected a version"]);
    fs::write(&file, [0xff, 0xfe]).unwrap();
    world.run_alone(&import).expect(3).saying(&["is no text"]);
    assert!(!world.at("store").exists());
    let mut nowhere = world.command(&["releases", "list"]);
    let output = nowhere.env("MMEMBED_CATALOG", "/nonexistent").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
}
