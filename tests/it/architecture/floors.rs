//! Which room may use which.
//! A room that is not in the table belongs nowhere, and that is a broken rule too.

use super::mentions::mentions;
use super::source::{Source, Violation};

/// The rooms and their floors. A room may use the rooms below its own.
const FLOORS: [(&str, u8); 13] = [
    ("main", 5),
    ("cli", 4),
    ("engine", 3),
    ("host", 2),
    ("planning", 1),
    ("config", 1),
    ("database", 1),
    ("journal", 1),
    ("manifest", 1),
    ("release", 1),
    ("server", 1),
    ("upgrade", 1),
    ("model", 0),
];

/// Upward and sideways edges of a file.
pub(crate) fn check(source: &Source) -> Vec<Violation> {
    let room = source.room();
    // The root declares the rooms, and that is all that it is for.
    if room == "lib" {
        return Vec::new();
    }
    if floor(room).is_none() {
        return vec![source.violation(1, format!("the room `{room}` has no floor"))];
    }
    mentions(source)
        .into_iter()
        .filter(|mention| mention.segments[0] == "crate")
        .filter_map(|mention| {
            let target = mention.segments.get(1).map_or("*", String::as_str);
            let rule = forbidden(room, target)?;
            Some(source.violation(mention.line, rule))
        })
        .collect()
}

fn floor(room: &str) -> Option<u8> {
    let found = FLOORS.iter().find(|(name, _)| *name == room);
    found.map(|(_, floor)| *floor)
}

/// Why `room` may not use `target`; `None` when it may.
fn forbidden(room: &str, target: &str) -> Option<String> {
    if room == target {
        return None;
    }
    let from = floor(room)?;
    let Some(to) = floor(target) else {
        return Some(format!("`crate::{target}` names no room of the table of floors"));
    };
    let reason = match (room, target) {
        ("main", "cli")
        // A manifest has settings in it.
        | ("manifest", "config")
        | ("planning", "config" | "database" | "journal" | "release" | "server" | "upgrade") => {
            return None;
        }
        ("main", _) => "main calls cli and nothing else",
        _ if to > from => "this edge leads upward",
        _ if to == from => "rooms of one floor do not know each other",
        ("host", other) if other != "model" => "the doors know no rule of Mattermost: only model",
        _ => return None,
    };
    Some(format!("`{room}` (floor {from}) may not use `{target}` (floor {to}): {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let found = check(&Source::new(path, text));
        found.iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn forbidden_edges_are_found() {
        for (path, text) in [
            ("src/model/plan.rs", "\nuse crate::planning::plan;"),
            ("src/model/plan.rs", "\nuse crate::{model::Step, journal::Record};"),
            ("src/config/merge.rs", "\nuse crate::journal::Record;"),
            ("src/journal/state.rs", "\nuse super::super::planning;"),
            ("src/server/era.rs", "\nfn f(_: &crate::host::Host) {}"),
            ("src/planning/check.rs", "\nuse crate::host::Host;"),
            ("src/planning/deep/check.rs", "\nuse super::super::super::engine;"),
            ("src/host/tree.rs", "\nuse crate::journal::Record;"),
            ("src/host/mod.rs", "\nuse super::engine;"),
            ("src/engine/open.rs", "\nmod tests { use crate::cli::run; }"),
            ("src/engine/open.rs", "\nuse crate::*;"),
            ("src/engine/open.rs", "\nuse crate::{self as everything};"),
            ("src/engine/open.rs", "\nuse crate::cellar::Wine;"),
            ("src/main.rs", "\nuse mmembed::engine::install;"),
        ] {
            assert_eq!(lines(path, text), [2], "{path}: {text}");
        }
        assert_eq!(lines("src/cellar/wine.rs", "\n\n"), [1]);
    }

    #[test]
    fn allowed_edges_pass() {
        for (path, text) in [
            ("src/lib.rs", "pub mod cli; pub use crate::engine::install;"),
            ("src/main.rs", "fn main() { mmembed::cli::run() }"),
            ("src/cli/mod.rs", "use crate::{engine, host::Cancel, model::Report, planning};"),
            (
                "src/engine/open.rs",
                "use crate::{config, database, host, journal, planning, server};",
            ),
            ("src/host/tree.rs", "use crate::model::RelPath; use crate::host::Meter;"),
            ("src/manifest/settings.rs", "use crate::config::Assignment;"),
            ("src/planning/check.rs", "use crate::{config, server, upgrade, model};"),
            ("src/config/merge/laws.rs", "use super::super::document; use crate::model;"),
            ("src/model/plan.rs", "/// See [`crate::engine`].\nuse super::step; // crate::engine"),
            ("src/model/plan.rs", "pub(crate) fn f() -> &'static str { \"crate::engine\" }"),
        ] {
            assert_eq!(lines(path, text), [0; 0], "{path}: {text}");
        }
    }

    #[test]
    fn a_violation_names_file_line_and_rule() {
        let source = Source::new("src/model/a.rs", "//! A.\n\nuse crate::engine::Outcome;");
        let found = check(&source);
        assert_eq!(
            found[0].to_string(),
            "src/model/a.rs:3: `model` (floor 0) may not use `engine` (floor 3): this edge leads upward"
        );
    }
}
