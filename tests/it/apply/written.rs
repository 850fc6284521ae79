//! `init` writes what is so, and `apply` finds it so.

use std::fs;
use std::path::Path;

use super::desk::Desk;
use crate::support::said::Said;
use crate::support::site::Site;
use crate::support::world::World;

fn init(world: &World, file: &Path, more: &[&str]) -> Said {
    let file = file.display().to_string();
    world.ask(&["init"], &[&[file.as_str()][..], more].concat())
}

fn check(world: &World, file: &Path) -> Said {
    let file = file.display().to_string();
    world.run(&["apply", "--check", "--manifest", &file].map(ToOwned::to_owned))
}

#[test]
fn what_is_installed_is_written_down_and_found_so() {
    let site = Site::of("10.11.0");
    let file = site.world.beside("mmembed.toml");
    let stamps = site.world.stamps();
    init(&site.world, &file, &[]).expect(0).saying(&["written"]);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("release = \"10.11.0\"") && text.contains("keep-in-tree"), "{text}");
    check(&site.world, &file).expect(0).saying(&["nothing to do"]);
    site.world.assert_untouched_since(&stamps);
    // What somebody has written stays.
    fs::write(&file, "mine").unwrap();
    init(&site.world, &file, &[]).expect(3).saying(&["already", "--force"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    init(&site.world, &file, &["--force"]).expect(0);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    // Also after another release has come, and the server is known by its commands.
    let archive = site.archive(&crate::support::world::release("11.7.0"));
    site.upgrade(&archive, &[]).expect(0);
    init(&site.world, &file, &["--force"]).expect(0);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("service = { stop = "), "{text}");
    check(&site.world, &file).expect(0).saying(&["nothing to do"]);
}

#[test]
fn a_name_is_enough_to_begin_with() {
    let desk = Desk::with(&["10.11.0"]);
    let file = desk.file();
    init(&desk.world, &file, &[]).expect(0);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("app = \"acme\"") && text.contains("release = \"esr\""), "{text}");
    let said = check(&desk.world, &file);
    assert!(!said.all().contains("fault"), "{}", said.all());
}
