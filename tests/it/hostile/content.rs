//! G: what a release must hold.

use super::archive::{Head, Tar};
use super::world::{Case, accept, refuse};

const RULE: &str = "T-RELEASE-SHAPE";

fn config(tar: Tar, text: &str) -> Tar {
    tar.head(Head::directory("mattermost/config/"))
        .file_as(Head::file("mattermost/config/config.json").mode(0o600), text)
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        refuse("G01", RULE, |_| config(Tar::empty(), "{}\n").gz()),
        accept("G02", &[], |_| {
            config(Tar::empty().file("mattermost/bin/mattermost", b"\x7fELF"), "{}\n").gz()
        }),
        refuse("G03", RULE, |_| {
            config(Tar::empty().head(Head::directory("mattermost/bin/mattermost/")), "{}\n").gz()
        }),
        refuse("G04", RULE, |_| {
            config(Tar::empty().file("mattermost/bin/mattermost", b""), "{}\n").gz()
        }),
        // Unpacking keeps every byte of config.json and reads none: the duplicate is for whoever reads it to refuse.
        accept("G05", &["f 644 config/shipped.json \"{\\\"a\\\":1,\\\"a\\\":2}\""], |_| {
            Tar::release().file("mattermost/config/shipped.json", "{\"a\":1,\"a\":2}").gz()
        }),
        accept(
            "G06",
            &["d 755 prepackaged_plugins", "f 644 prepackaged_plugins/p.tar.gz \"not even gzip\""],
            |_| {
                Tar::release()
                    .file("mattermost/prepackaged_plugins/p.tar.gz", b"not even gzip")
                    .gz()
            },
        ),
    ]
}
