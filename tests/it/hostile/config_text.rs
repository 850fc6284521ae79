//! K: what a configuration says, and what the program does about it.
//!
//! The rooms that read such values have tables of their own: `config::place`, `config::relocate`, `config::document::hostile`,
//! `config::check`. Here they meet the program. What a value means for the host around it is the matter of `config_use`.

use std::fs::{self, OpenOptions};
use std::path::Path;

use super::place::Place;
use crate::support::world::{LIVE, World, release};

#[test]
fn k15_relative_directories_are_those_that_the_server_means() {
    // `~` and `$HOME` are plain names to the server; what lies in the tree moves out with its files.
    for (value, below) in [
        ("./uploads/", "uploads"),
        ("x/../y//z", "y/z"),
        ("~/files", "~/files"),
        ("$HOME", "$HOME"),
    ] {
        let world = World::new();
        let archive = world.archive(&release("10.11.0"));
        let set = format!("FileSettings.Directory=\"{value}\"");
        world.install(&archive, &["--no-start", "--keep-in-tree=data", "--set", &set]).expect(0);
        let file = world.below(LIVE).join(below).join("20261123/photo.jpg");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "a photo").unwrap();
        assert_eq!(world.config()["FileSettings"]["Directory"], value);
        assert!(file.exists(), "{value}");
    }
}

#[test]
fn k16_a_directory_that_cannot_be_meant_is_refused() {
    for value in
        ["/", "/etc", "/home", "", ".", "/opt/acme/embedded/mattermost", "/opt/acme", "/proc/1/x"]
    {
        let world = World::new();
        let archive = world.archive(&release("10.11.0"));
        let host = world.host();
        let set = format!("FileSettings.Directory=\"{value}\"");
        // In a staging root the paths are those inside it.
        for more in [&["--no-start"][..], &["--no-start", "--dry-run"]] {
            let said = world.install(&archive, &[more, &["--set", &set]].concat()).expect(3);
            said.saying(&["fatal:", "FileSettings.Directory", "rule C-DIR"]);
        }
        assert_eq!(world.host(), host, "{value}");
    }
}

#[test]
fn k21_k25_unknown_sections_and_long_lines_are_kept_token_for_token() {
    let place = Place::new();
    let plugin = format!("{{\"blob\": \"{}\"}}", "x".repeat(5 << 20));
    let strange = format!(
        "\"Unheard\": [1.0, {{\"a\":1e400}}], \"PluginSettings\": {{\"Plugins\": {{\"com.acme\": {plugin}}}}},{}",
        " ".repeat(10_000)
    );
    let text = format!(
        "{{\"TeamSettings\":{{\"SiteName\":\"Acme Chat\",\"Gone\":012}},{strange}\"A\":{{}}}}"
    )
    .replace("012", "\"\\u0041\"");
    fs::write(&place.file, &text).unwrap();
    place.set(&[]).expect(0);
    assert_eq!(place.text(), text.replace("Acme Chat", "Other"));
}

#[test]
fn k22_missing_keys_are_not_invented() {
    let place = Place::new();
    let mut config = place.world.config();
    config["SqlSettings"]["AtRestEncryptKey"] = "".into();
    config["FileSettings"]["PublicLinkSalt"] = "".into();
    fs::write(&place.file, config.to_string()).unwrap();
    place.set(&[]).expect(0);
    let now = place.world.config();
    assert_eq!(now["SqlSettings"]["AtRestEncryptKey"], "");
    assert_eq!(now["FileSettings"]["PublicLinkSalt"], "");
}

#[test]
fn k26_killed_at_any_change_the_file_is_the_former_or_the_new_one() {
    let place = Place::new();
    let (before, after, names) = (place.text(), place.wanted(), place.beside());
    let mut words = place.world.words(&["config", "set"]);
    words.push("TeamSettings.SiteName=\"Other\"".into());
    for at in 0.. {
        fs::write(&place.file, &before).unwrap();
        let mut command = World::command(&words);
        let output = command.env("MMEMBED_TEST_KILL_AT", at.to_string()).output().unwrap();
        let text = place.text();
        assert!(text == before || text == after, "{at}");
        if output.status.success() {
            assert!(at > 3, "it was never killed");
            break;
        }
        // What was left is in nobody's way.
        place.set(&[]).expect(0);
        assert_eq!(place.text(), after, "{at}");
        assert_eq!(place.beside(), names, "{at}");
    }
}

/// J02, J05, J17 and J64, as an operator meets them.
#[test]
fn a_broken_text_is_refused_with_what_to_do_next() {
    let place = Place::new();
    let text = place.text();
    let show = || place.world.ask(&["config", "show"], &[]).expect(3);
    fs::write(&place.file, format!("\u{feff}{text}")).unwrap();
    let fix = format!("`mmembed config fix --strip-bom {}`", place.file.display());
    show().saying(&["rule C-BOM", &fix]);
    let file = OpenOptions::new().write(true).open(&place.file).unwrap();
    file.set_len(64 << 20).unwrap();
    show().saying(&["rule C-SIZE", "larger than 16 MiB"]);

    fs::write(&place.file, &text[..300]).unwrap();
    show().saying(&["rule C-TRUNC", "mmembed backup list", "shows none"]);
    fs::write(&place.file, &text).unwrap();
    place.world.ask(&["backup", "create"], &[]).expect(0);
    place.world.ask(&["backup", "create"], &[]).expect(0);
    let backups = place.world.ask(&["backup", "list", "--json"], &[]).expect(0).json();
    let id = backups["backups"][0]["id"].as_str().unwrap().to_owned();
    // A newer one whose configuration is torn, too, is of no use.
    let newer = Path::new(backups["backups"][1]["path"].as_str().unwrap()).join("config.json");
    fs::write(newer, &text[..100]).unwrap();
    let restore =
        format!("`mmembed backup restore --app acme --root {} {id}`", place.world.root.display());
    for (torn, rule) in [("", "C-EMPTY"), (&text[..300], "C-TRUNC")] {
        fs::write(&place.file, torn).unwrap();
        show().saying(&[
            rule,
            &format!("the newest backup with a whole configuration is {id}"),
            &restore,
        ]);
    }
    let words = place.world.install_words(&place.archive, &["--no-start", "--enforce"]);
    place.world.run(&words).expect(3).saying(&["C-TRUNC", &restore]);
    let saved = place.world.below("var/opt/acme/mmembed/backups").join(&id).join("config.json");
    assert_eq!(fs::read_to_string(saved).unwrap(), text);
}
