//! Which room may use which crate, and which effects of the standard library.
//! Everything that the table does not name is free.

use super::mentions::{Mention, mentions};
use super::source::{Source, Violation};

struct Door {
    /// What is behind it: this path and everything below.
    path: &'static [&'static str],
    rooms: &'static [&'static str],
    why: &'static str,
}

const fn words(path: &'static [&'static str]) -> Door {
    Door { path, rooms: &["cli", "main"], why: "words are made on the top floor" }
}

const fn effect(path: &'static [&'static str]) -> Door {
    Door { path, rooms: &["host"], why: "only host opens the doors to the machine" }
}

const DOORS: [Door; 28] = [
    words(&["anstream"]),
    words(&["anstyle"]),
    words(&["anyhow"]),
    words(&["clap"]),
    words(&["clap_complete"]),
    words(&["clap_mangen"]),
    words(&["indicatif"]),
    words(&["std", "env"]),
    effect(&["cap_std"]),
    effect(&["cap_std_ext"]),
    effect(&["cap_tempfile"]),
    effect(&["flate2"]),
    effect(&["fs_extra"]),
    effect(&["reqwest"]),
    effect(&["rustix"]),
    effect(&["signal_hook"]),
    effect(&["std", "fs"]),
    effect(&["std", "net", "TcpListener"]),
    effect(&["std", "net", "TcpStream"]),
    effect(&["std", "net", "UdpSocket"]),
    effect(&["std", "os", "unix", "fs"]),
    effect(&["std", "os", "unix", "net"]),
    effect(&["std", "os", "unix", "process"]),
    effect(&["std", "process", "Child"]),
    effect(&["std", "process", "Command"]),
    effect(&["tar"]),
    Door {
        path: &["pgp"],
        rooms: &["release"],
        why: "what OpenPGP means is known in release::signature only",
    },
    Door {
        path: &["sha2"],
        rooms: &["host", "model"],
        why: "digests are made by model::Sha256Digest, or on the way through a door",
    },
];

/// Doors that a file opens though it is not in their room.
pub(crate) fn check(source: &Source) -> Vec<Violation> {
    let room = source.room();
    let mut found = Vec::new();
    for mention in mentions(source) {
        let opened = DOORS.iter().find(|door| opens(door, &mention));
        if let Some(door) = opened.filter(|door| !door.rooms.contains(&room)) {
            let path = mention.segments.join("::");
            let rule = format!("`{room}` may not use `{path}`: {}", door.why);
            found.push(source.violation(mention.line, rule));
        }
    }
    found
}

/// A path behind the door opens it; so does the import of a whole module that has the door in it.
fn opens(door: &Door, mention: &Mention) -> bool {
    let path: Vec<&str> =
        mention.segments.iter().map(String::as_str).filter(|segment| *segment != "*").collect();
    path.starts_with(door.path) || (mention.is_use && door.path.starts_with(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let found = check(&Source::new(path, text));
        found.iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn a_door_in_the_wrong_room_is_found() {
        for (path, text) in [
            ("src/engine/open.rs", "\nuse std::fs;"),
            ("src/engine/open.rs", "\nuse std::{fs::File, io};"),
            ("src/engine/open.rs", "\nuse std::process;"),
            ("src/engine/open.rs", "\nuse std::process::*;"),
            ("src/engine/open.rs", "\nfn f() { std::process::Command::new(\"true\"); }"),
            ("src/engine/open.rs", "\nuse anyhow::Result;"),
            ("src/engine/open.rs", "\nuse std::env::var;"),
            ("src/cli/args.rs", "\nuse rustix::process;"),
            ("src/cli/mod.rs", "\nuse std::net::{SocketAddr, TcpStream};"),
            ("src/config/merge.rs", "\nuse sha2::Sha256;"),
            ("src/engine/install.rs", "\nuse pgp::composed::SignedPublicKey;"),
            ("src/host/exec.rs", "\nuse clap::Parser;"),
            ("src/model/mod.rs", "\n#[derive(clap::ValueEnum)] enum E {}"),
            ("src/journal/codec.rs", "\nmod tests { fn f() { std::fs::read(\"x\"); } }"),
            ("src/planning/install.rs", "\nuse cap_std_ext::cap_std as c;"),
        ] {
            assert_eq!(lines(path, text), [2], "{path}: {text}");
        }
    }

    #[test]
    fn doors_in_their_rooms_and_mere_nouns_pass() {
        for (path, text) in [
            ("src/host/exec.rs", "use std::{fs, process::{Command, Stdio}}; use rustix::fs::Mode;"),
            ("src/cli/args.rs", "use clap::{Parser, Subcommand}; use anstyle::Style;"),
            ("src/main.rs", "use std::process::ExitCode; fn main() { std::env::args_os(); }"),
            ("src/model/digest.rs", "use sha2::Digest as _;"),
            ("src/engine/install.rs", "use std::time::Duration; fn f() { std::process::id(); }"),
            ("src/config/dark.rs", "use std::net::SocketAddr; use std::io::{self, Read};"),
            ("src/engine/resolve.rs", "use super::fs; fn f() { fs::tar::clap(); }"),
        ] {
            assert_eq!(lines(path, text), [0; 0], "{path}: {text}");
        }
    }
}
