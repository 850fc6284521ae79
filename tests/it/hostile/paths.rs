//! A: names that climb, hide, or cannot be told from others.

use super::archive::{Head, Tar};
use super::world::{Case, accept, refuse};

const X: &[u8] = b"x";

fn with(name: impl AsRef<[u8]>) -> Vec<u8> {
    Tar::release().file(name, X).gz()
}

pub(crate) fn cases() -> Vec<Case> {
    let mut all = climbing();
    all.extend(tolerated());
    all.extend(encoded());
    all.extend(misplaced());
    all
}

fn climbing() -> Vec<Case> {
    vec![
        refuse("A01", "T-PATH-DOTDOT", |_| with("../outside/evil")),
        refuse("A02", "T-PATH-DOTDOT", |_| with("mattermost/a/../../../outside/evil")),
        refuse("A03", "T-PATH-DOTDOT", |_| with("mattermost/a/../b")),
        refuse("A04", "T-PATH-DOTDOT", |_| {
            Tar::release().head(Head::directory("mattermost/..").mode(0o777)).gz()
        }),
        refuse("A05", "T-PATH-ABSOLUTE", |world| with(world.outside_path("evil"))),
        refuse("A06", "T-PATH-ABSOLUTE", |world| {
            with([b"/".to_vec(), world.outside_path("evil")].concat())
        }),
        refuse("A13", "T-PATH-BACKSLASH", |_| with("mattermost/..\\..\\outside\\evil")),
        refuse("A19", "T-PATH-DOTDOT", |_| {
            Tar::release()
                .pax(&[("path", b"mattermost/../../outside/evil")])
                .file("mattermost/benign", X)
                .gz()
        }),
        refuse("A20", "T-PATH-DOTDOT", |_| {
            Tar::release()
                .extension(b'L', b"mattermost/../../outside/evil\0")
                .file_as(Head::file("mattermost/benign").gnu(), X)
                .gz()
        }),
        refuse("A21", "T-PATH-DOTDOT", |_| {
            Tar::release().file_as(Head::file("evil").prefix("mattermost/../../outside"), X).gz()
        }),
        refuse("A22", "T-PATH-ABSOLUTE", |world| {
            Tar::release().file_as(Head::file("evil").prefix(world.outside_path("")), X).gz()
        }),
        refuse("A32", "T-PATH-BACKSLASH", |_| with("C:\\mattermost\\evil")),
    ]
}

fn tolerated() -> Vec<Case> {
    vec![
        accept("A07", &["f 644 x \"x\""], |_| {
            Tar::empty()
                .head(Head::directory("./mattermost/"))
                .file_as(Head::file("./mattermost/bin/mattermost").mode(0o755), b"\x7fELF")
                .file_as(Head::file("./mattermost/config/config.json").mode(0o600), b"{}\n")
                .file("./mattermost/x", X)
                .gz()
        }),
        accept("A08", &[], |_| {
            Tar::empty()
                .head(Head::directory("./").mode(0o777))
                .head(Head::directory("mattermost/").mode(0o777))
                .bytes(Tar::release().open_ended())
                .gz()
        }),
        accept("A09", &["d 755 a", "d 755 a/b", "f 644 a/b/c \"x\""], |_| {
            with("mattermost/a//b/./c")
        }),
        accept("A27", &["d 755 q"], |_| Tar::release().head(Head::file("mattermost/q/")).gz()),
        accept("A28", &["f 644 --x \"x\"", "f 644 -rf \"x\""], |_| {
            Tar::release().file("mattermost/-rf", X).file("mattermost/--x", X).gz()
        }),
        accept("A29", &["d 755 ein Wort", "f 644 ein Wort/Übergröße ✓ \"x\""], |_| {
            with("mattermost/ein Wort/Übergröße ✓")
        }),
    ]
}

fn encoded() -> Vec<Case> {
    vec![
        refuse("A10", "T-PATH-EMPTY", |_| with("")),
        refuse("A11", "T-PATH-ABSOLUTE", |_| Tar::release().head(Head::directory("/")).gz()),
        refuse("A12", "T-PATH-EMPTY", |_| with(".")),
        refuse("A14", "T-PATH-CONTROL", |_| with("mattermost/a\n\x1b[2Jb")),
        refuse("A15", "T-PATH-UTF8", |_| with(b"mattermost/a\xff\xfeb")),
        refuse("A16", "T-PATH-COMPONENT", |_| {
            let name = format!("mattermost/{}\0", "a".repeat(256));
            Tar::release().extension(b'L', name).file_as(Head::file("mattermost/aaa").gnu(), X).gz()
        }),
        refuse("A17", "T-PATH-LENGTH", |_| {
            let name = format!("mattermost{}", format!("/{}", "a".repeat(249)).repeat(20));
            Tar::release().pax(&[("path", name.as_bytes())]).file("mattermost/aaa", X).gz()
        }),
        refuse("A18", "T-PATH-DEPTH", |_| {
            let name = format!("mattermost{}", "/d".repeat(300));
            Tar::release().pax(&[("path", name.as_bytes())]).file("mattermost/d", X).gz()
        }),
        refuse("A31", "T-PATH-NUL", |_| {
            Tar::release().pax(&[("path", b"mattermost/a\0b")]).file("mattermost/a", X).gz()
        }),
    ]
}

fn misplaced() -> Vec<Case> {
    vec![
        refuse("A23", "T-PATH-TOP", |_| with("other/x")),
        refuse("A24", "T-PATH-TOP", |_| with("x")),
        refuse("A25", "T-PATH-TOP", |_| {
            Tar::empty()
                .file_as(Head::file("bin/mattermost").mode(0o755), b"\x7fELF")
                .file("config/config.json", b"{}")
                .gz()
        }),
        refuse("A26", "T-PATH-SLASH", |_| with("mattermost/q/")),
        refuse("A30", "T-PATH-RESERVED", |_| with("mattermost/.mmembed-journal")),
    ]
}
