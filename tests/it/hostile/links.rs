//! B: links that lead out, or are written through.

use super::archive::{Head, Tar};
use super::world::{Case, World, accept, refuse};

const OUT: &str = "../outside";

fn with(heads: impl IntoIterator<Item = Head>) -> Vec<u8> {
    heads.into_iter().fold(Tar::release(), Tar::head).gz()
}

fn then_file(heads: impl IntoIterator<Item = Head>, name: &str) -> Vec<u8> {
    let tar = heads.into_iter().fold(Tar::release(), Tar::head);
    tar.file(name, b"evil").gz()
}

pub(crate) fn cases() -> Vec<Case> {
    let mut all = leading_out();
    all.extend(written_through());
    all.extend(hard());
    all.extend(targets());
    all.extend(at_important_places());
    all
}

fn leading_out() -> Vec<Case> {
    vec![
        refuse("B01", "T-LINK-ABSOLUTE", |world| {
            with([Head::symlink("mattermost/l", world.outside_path("canary"))])
        }),
        refuse("B02", "T-LINK-OUTSIDE", |_| with([Head::symlink("mattermost/l", OUT)])),
        refuse("B03", "T-LINK-OUTSIDE", |_| {
            then_file([Head::symlink("mattermost/l", OUT)], "mattermost/l/evil")
        }),
        refuse("B06", "T-LINK-OUTSIDE", |_| {
            with([
                Head::symlink("mattermost/l", "../outside/cage"),
                Head::directory("mattermost/l").mode(0o777),
            ])
        }),
        refuse("B07", "T-LINK-OUTSIDE", |_| {
            with([
                Head::symlink("mattermost/l", "../outside/cage"),
                Head::directory("mattermost/l/").mode(0o777),
            ])
        }),
        refuse("B25", "T-LINK-OUTSIDE", |_| {
            Tar::release()
                .pax(&[("linkpath", b"../outside")])
                .head(Head::symlink("mattermost/l", "bin"))
                .gz()
        }),
        refuse("B26", "T-LINK-OUTSIDE", |_| {
            Tar::release()
                .extension(b'K', b"../outside\0")
                .head(Head::symlink("mattermost/l", "bin").gnu())
                .gz()
        }),
        refuse("B27", "T-LINK-PARENT", long_chain),
    ]
}

/// Directories with names of 247 bytes, and short links to them, until the real path is longer than `PATH_MAX`.
fn long_chain(_: &World) -> Vec<u8> {
    let long = "d".repeat(247);
    let mut at = "mattermost".to_owned();
    let mut tar = Tar::release();
    for step in 'a'..='p' {
        let real = format!("{at}/{long}");
        tar = tar
            .pax(&[("path", format!("{real}/").as_bytes())])
            .head(Head::directory("mattermost/d/"))
            .pax(&[("path", format!("{at}/{step}").as_bytes()), ("linkpath", long.as_bytes())])
            .head(Head::symlink("mattermost/l", "d"));
        at = format!("{at}/{step}");
    }
    tar.pax(&[("path", format!("{at}/l").as_bytes()), ("linkpath", "../".repeat(16).as_bytes())])
        .head(Head::symlink("mattermost/l", "d"))
        .gz()
}

fn written_through() -> Vec<Case> {
    vec![
        refuse("B04", "T-LINK-PARENT", |_| {
            then_file([Head::symlink("mattermost/l", "bin")], "mattermost/l/evil")
        }),
        refuse("B05", "T-NAME-DUPLICATE", |_| {
            then_file([Head::symlink("mattermost/l", "bin/mattermost")], "mattermost/l")
        }),
        refuse("B08", "T-LINK-PARENT", |_| {
            then_file(
                [Head::symlink("mattermost/a", "."), Head::symlink("mattermost/a/b", "..")],
                "mattermost/a/b/outside/evil",
            )
        }),
        refuse("B09", "T-LINK-THROUGH", |_| {
            with([
                Head::directory("mattermost/a/b/"),
                Head::symlink("mattermost/a/b/s", "../../bin"),
                // On paper `a/outside/canary`; through `s` it is the canary.
                Head::symlink("mattermost/t", "a/b/s/../../outside/canary"),
            ])
        }),
        refuse("B28", "T-NAME-DUPLICATE", |_| {
            then_file(
                [Head::directory("mattermost/d/"), Head::symlink("mattermost/d", "bin")],
                "mattermost/d/evil",
            )
        }),
    ]
}

fn hard() -> Vec<Case> {
    const RULE: &str = "T-TYPE-HARDLINK";
    vec![
        refuse("B10", RULE, |_| {
            with([
                Head::symlink("mattermost/l", "bin"),
                Head::hardlink("mattermost/h", "mattermost/l/mattermost"),
            ])
        }),
        refuse("B11", RULE, |world| {
            then_file(
                [Head::hardlink("mattermost/h", world.outside_path("canary"))],
                "mattermost/h",
            )
        }),
        refuse("B12", RULE, |_| {
            then_file([Head::hardlink("mattermost/h", "../outside/canary")], "mattermost/h")
        }),
        refuse("B13", RULE, |_| {
            with([Head::hardlink("mattermost/h", "mattermost/bin/mattermost")])
        }),
        refuse("B14", RULE, |_| {
            with([
                Head::symlink("mattermost/l", "bin"),
                Head::hardlink("mattermost/h", "mattermost/l"),
            ])
        }),
        refuse("B15", RULE, |_| with([Head::hardlink("mattermost/h", "mattermost/h")])),
        refuse("B16", RULE, |_| {
            then_file([Head::hardlink("mattermost/h", "mattermost/later")], "mattermost/later")
        }),
        refuse("B17", RULE, |_| {
            Tar::release()
                .file_as(Head::hardlink("mattermost/h", "mattermost/bin/mattermost"), b"evil")
                .gz()
        }),
    ]
}

fn targets() -> Vec<Case> {
    vec![
        accept("B18", &["l bin/platform2 -> ./mattermost"], |_| {
            with([Head::symlink("mattermost/bin/platform2", "./mattermost")])
        }),
        accept("B19", &["l bin/c -> ../config//config.json"], |_| {
            with([Head::symlink("mattermost/bin/c", "../config//config.json")])
        }),
        refuse("B20", "T-LINK-EMPTY", |_| with([Head::symlink("mattermost/l", "")])),
        refuse("B21", "T-LINK-DANGLING", |_| with([Head::symlink("mattermost/l", "nothing")])),
        refuse("B22", "T-LINK-CYCLE", |_| {
            with([Head::symlink("mattermost/a", "b"), Head::symlink("mattermost/b", "a")])
        }),
        refuse("B23", "T-LINK-CYCLE", |_| with([Head::symlink("mattermost/a", "a")])),
        refuse("B24", "T-LINK-LENGTH", |_| {
            Tar::release()
                .pax(&[("linkpath", "a".repeat(5000).as_bytes())])
                .head(Head::symlink("mattermost/l", "bin"))
                .gz()
        }),
        refuse("B29", "T-LINK-TEXT", |_| {
            Tar::release()
                .pax(&[("linkpath", b"bin\0/../../outside")])
                .head(Head::symlink("mattermost/l", "bin"))
                .gz()
        }),
    ]
}

fn at_important_places() -> Vec<Case> {
    vec![
        // What the table has lead outside is refused as such; here the link stays inside, and is refused all the same.
        refuse("B30", "T-RELEASE-SHAPE", |_| {
            Tar::empty()
                .head(Head::directory("mattermost/bin/"))
                .file("mattermost/bin/real", b"\x7fELF")
                .head(Head::symlink("mattermost/bin/mattermost", "real"))
                .file("mattermost/config/config.json", b"{}")
                .gz()
        }),
        refuse("B31", "T-LINK-ABSOLUTE", |_| {
            Tar::empty()
                .file_as(Head::file("mattermost/bin/mattermost").mode(0o755), b"\x7fELF")
                .head(Head::symlink("mattermost/config/config.json", "/etc/shadow"))
                .gz()
        }),
    ]
}
