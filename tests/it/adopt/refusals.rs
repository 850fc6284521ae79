//! What is not taken over, and what is said about it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::found::Found;
use crate::support::world::{LIVE, release};

/// Fails to adopt, says these words, and changes nothing.
#[track_caller]
fn refuses(found: &Found, more: &[&str], words: &[&str]) {
    let before = found.world.stamps();
    found.adopt(more).expect(3).saying(words);
    found.world.assert_untouched_since(&before);
}

#[test]
fn what_is_no_installation() {
    let found = Found::of(&release("10.11.0"));
    let outside = release("10.11.0").unpack(&found.world.beside("elsewhere"));
    std::os::unix::fs::symlink(outside, found.world.below("out")).unwrap();
    for (from, words) in [
        ("/opt/nowhere", "there is no directory"),
        ("/etc/motd", "there is no directory"),
        ("/opt/other", "neither bin/mattermost nor bin/platform"),
        ("/opt", "neither bin/mattermost nor bin/platform"),
        ("/out", "leads out of the root"),
    ] {
        found.world.ask(&["adopt"], &["--from", from]).expect(3).saying(&[words]);
    }
    for (from, words) in [("/", "the root directory itself"), ("opt", "an absolute path")] {
        found.world.ask(&["adopt"], &["--from", from]).expect(2).saying(&[words]);
    }
}

/// Whoever names the tree by its whole path is told what to type.
#[test]
fn a_tree_is_named_as_seen_from_inside_the_root() {
    let found = Found::of(&release("10.11.0"));
    let whole = found.tree.display().to_string();
    let root = found.world.root.display().to_string();
    let link = found.world.beside("link").display().to_string();
    std::os::unix::fs::symlink(&root, &link).unwrap();
    for (root, from) in
        [(&root, whole.clone()), (&link, whole.replace(&root, &link)), (&link, whole)]
    {
        let said = found
            .world
            .run(&["adopt", "--app", "acme", "--root", root, "--from", &from].map(str::to_owned));
        said.expect(3).saying(&["--from is taken below --root", "--from /opt/mattermost"]);
    }
    let absent = format!("{root}/srv/none");
    found.world.ask(&["adopt"], &["--from", &absent]).expect(3).saying(&["--from /srv/none"]);
    // Where such a directory is below the root, it is the one that is meant.
    let inner = found.world.below(root.trim_start_matches('/')).join("opt/mattermost");
    fs::create_dir_all(&inner).unwrap();
    let from = format!("{root}/opt/mattermost");
    found
        .world
        .ask(&["adopt"], &["--from", &from])
        .expect(3)
        .saying(&["holds no Mattermost server"]);
    fs::remove_dir(&inner).unwrap();
    found.adopt(&[]).expect(0);
}

#[test]
fn a_configuration_that_cannot_be_used() {
    let found = Found::of(&release("10.11.0"));
    let config = found.tree.join("config/config.json");
    let good = fs::read(&config).unwrap();
    fs::write(&config, "{\"TeamSettings\": ").unwrap();
    refuses(&found, &[], &["config.json", "mend"]);
    fs::remove_file(&config).unwrap();
    refuses(&found, &[], &["there is no configuration at", "--config-file"]);
    fs::write(found.tree.join("config/real.json"), &good).unwrap();
    let private = fs::Permissions::from_mode(0o600);
    fs::set_permissions(found.tree.join("config/real.json"), private).unwrap();
    std::os::unix::fs::symlink("real.json", &config).unwrap();
    refuses(&found, &[], &["is a symbolic link to real.json"]);
    refuses(&found, &["--config-file", "/opt/mattermost/config/real.json"], &["lies in the tree"]);
}

#[test]
fn whatever_contradicts_the_tree() {
    let found = Found::of(&release("10.11.0"));
    refuses(&found, &["--release-version", "10.10.0"], &["its version command says 10.11.0"]);
    refuses(
        &found,
        &["--edition", "enterprise"],
        &["is the team edition, not the enterprise edition"],
    );
    let archive = found.world.archive(&release("9.11.0"));
    let archive = archive.to_str().unwrap();
    refuses(&found, &["--release", archive], &["9.11.0, and its version command says 10.11.0"]);
    refuses(&found, &["--config-file", "/srv/none.json"], &["there is no configuration at"]);
    found.configure(|config| config["FileSettings"]["Directory"] = json!("/etc"));
    refuses(&found, &[], &["FileSettings.Directory", "directory of the system"]);
}

#[test]
fn an_archive_of_another_build_is_found_out_and_undone() {
    let found = Found::of(&release("10.11.0"));
    let host = found.world.host();
    let other = release("10.11.0").binary_size(40_000_000);
    let archive = found.world.archive(&other);
    let said = found.adopt(&["--release", archive.to_str().unwrap()]);
    said.expect(4)
        .saying(&["bin/mattermost in opt/mattermost is not the one", "leave --release away"]);
    assert_eq!(found.world.host(), host);
}

#[test]
fn a_live_path_that_is_taken() {
    let found = Found::of(&release("10.11.0"));
    let live = found.world.below(LIVE);
    fs::create_dir_all(live.join("bin")).unwrap();
    refuses(&found, &[], &["there is something at opt/acme/embedded/mattermost already"]);
    fs::remove_dir_all(found.world.below("opt/acme")).unwrap();
    found.adopt(&[]).expect(0);
    let second = release("9.11.0").unpack(&found.world.below("srv"));
    let mut argv = found.world.words(&["adopt", "--from"]);
    argv.insert(2, found.world.inside(&second));
    found
        .world
        .run(&argv)
        .expect(3)
        .saying(&["is installed at opt/acme/embedded/mattermost already"]);
    // And a tree of mmembed's own is not one that somebody else made.
    let argv: Vec<String> = found.world.words(&["adopt"]);
    let argv =
        argv.iter().map(|word| if word == "acme" { "other".to_owned() } else { word.clone() });
    let argv = argv.chain(["--from".to_owned(), format!("/{LIVE}")]).collect::<Vec<_>>();
    found.world.run(&argv).expect(3).saying(&["was made by mmembed"]);
}

#[test]
fn a_data_source_that_nobody_understands_is_only_a_warning() {
    let found = Found::of(&release("10.11.0"));
    found.configure(|config| config["SqlSettings"]["DataSource"] = json!("postgres://[broken"));
    found.adopt(&[]).expect(0).saying(&["SqlSettings.DataSource cannot be read"]);
}
