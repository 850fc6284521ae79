//! E: two entries for one place.

use super::archive::{Head, Tar};
use super::world::{Case, accept, refuse};

const DUPLICATE: &str = "T-NAME-DUPLICATE";
const COLLISION: &str = "T-NAME-COLLISION";

fn two(first: &str, second: &str) -> Vec<u8> {
    Tar::release().file(first, b"x").file(second, b"y").gz()
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        refuse("E01", DUPLICATE, |_| {
            Tar::release().file("mattermost/a", b"x").file("mattermost/a", b"x").gz()
        }),
        refuse("E02", DUPLICATE, |_| two("mattermost/a", "mattermost/a")),
        refuse("E03", DUPLICATE, |_| two("mattermost/d/a", "./mattermost//d/./a")),
        accept("E04", &["d 755 d", "f 644 d/a \"x\""], |_| {
            Tar::release()
                .head(Head::directory("mattermost/d/"))
                .file("mattermost/d/a", b"x")
                .head(Head::directory("mattermost/"))
                .head(Head::directory("mattermost/d"))
                .gz()
        }),
        refuse("E05", "T-NAME-PARENT", |_| two("mattermost/a", "mattermost/a/b")),
        refuse("E06", DUPLICATE, |_| {
            Tar::release().head(Head::directory("mattermost/d/")).file("mattermost/d", b"x").gz()
        }),
        refuse("E07", DUPLICATE, |_| {
            Tar::release().file("mattermost/d", b"x").head(Head::directory("mattermost/d/")).gz()
        }),
        refuse("E08", COLLISION, |_| two("mattermost/Foo", "mattermost/foo")),
        refuse("E09", COLLISION, |_| two("mattermost/caf\u{e9}", "mattermost/cafe\u{301}")),
        refuse("E10", COLLISION, |_| two("mattermost/stra\u{df}e", "mattermost/strasse")),
        refuse("E11", COLLISION, |_| two("mattermost/a", "mattermost/a. ")),
        refuse("E12", DUPLICATE, |_| {
            Tar::release()
                .file_as(Head::file("mattermost/bin/mattermost").mode(0o755), b"#!/bin/sh")
                .gz()
        }),
        refuse("E13", DUPLICATE, |_| {
            Tar::release().file("mattermost/config/config.json", b"{}").gz()
        }),
    ]
}

/// Beside the corpus: directories that collide without an entry of their own.
#[test]
fn implied_directories_collide_too() {
    super::world::run_all(&[refuse("implied", COLLISION, |_| {
        two("mattermost/Dir/a", "mattermost/dir/b")
    })]);
}
