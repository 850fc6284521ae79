//! What a server says while it starts.
//! No file is read here, and no secret passes: every text handed on is masked.

use serde_json::{Map, Value};

use crate::model::redact;

/// A line of a server's log or console, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How grave the server thinks it is.
    pub level: Level,
    /// What the line is about.
    pub kind: Kind,
    /// The message and its error, masked, on one line and of at most 500 characters.
    pub message: String,
}

/// The level of a line, with the names of all eras folded together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A line without a level, such as a stack trace.
    None,
    /// `debug`, `trace`, `DEBG`, `TRAC`, `FINE`.
    Debug,
    /// `info`.
    Info,
    /// `warn`.
    Warn,
    /// `error`, `EROR`.
    Error,
    /// `fatal`, `panic`, `critical`, `CRIT`: the server ends after such a line, or (up to 4.2) carries on crippled.
    Fatal,
}

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The port is open: migrations are done.
    Listening,
    /// The database does not answer, or does not let the server in; the server keeps trying for a while.
    DatabaseUnreachable,
    /// A migration broke half-way; the server refuses to start until somebody repairs the database.
    DirtyDatabase,
    /// The database's schema is older than this server can take.
    SchemaTooOld,
    /// The database's schema is newer than this server can take.
    SchemaTooNew,
    /// The database's schema is too far from this server's, in a direction it does not tell.
    SchemaSkip,
    /// A migration failed.
    MigrationFailed,
    /// Somebody else has the port.
    PortTaken,
    /// The server ends for another reason.
    Fatal,
    /// A sign of work worth showing while waiting.
    Progress,
    /// Anything else.
    Other,
}

const LONGEST_MESSAGE: usize = 500;

/// Observed on real servers 3.5 to 7.8: texts that name a kind, the more telling ones first.
const TEXTS: &[(&str, Kind)] = &[
    ("server is listening on", Kind::Listening),
    ("failed to ping db", Kind::DatabaseUnreachable),
    ("dirty database version", Kind::DirtyDatabase),
    ("you must not skip a version", Kind::SchemaSkip),
    ("address already in use", Kind::PortTaken),
    ("failed to apply database migrations", Kind::MigrationFailed),
    ("failed to upgrade database", Kind::MigrationFailed),
    ("failed to execute migration", Kind::MigrationFailed),
];

/// Observed on real servers 3.5 to 7.8: what is said at work.
const PROGRESS: &[&str] = &[
    "starting server",
    "server is initializing",
    "pinging sql",
    "current version is",
    "attempting to upgrade the database schema version",
    "the database schema has been upgraded",
    "the database schema version has been upgraded",
    "the database schema has been set to version",
    "appears to be out of date",
    "migrating",
    "migrated",
    "starting up plugins",
    "applying migration",
];

impl LogLine {
    /// Understands a line of any era: `[date] [INFO] text` up to 4.6, JSON after that, and plain text such as a panic's.
    #[must_use]
    pub fn parse(line: &str) -> Self {
        let line = line.trim();
        let (level, text) =
            parse_json(line).or_else(|| parse_bracketed(line)).unwrap_or_else(|| parse_plain(line));
        Self { level, kind: classify(level, &text), message: presentable(&text) }
    }
}

/// The level and message of a JSON line; `msg` in all eras, the error apart from 5.30 on.
fn parse_json(line: &str) -> Option<(Level, String)> {
    let fields: Map<String, Value> = serde_json::from_str(line).ok()?;
    let text = |name| fields.get(name).and_then(Value::as_str);
    let message = text("msg")?;
    let error = text("error").or_else(|| text("err"));
    let level = text("level").map_or(Level::None, level_named);
    Some((level, error.map_or_else(|| message.to_owned(), |error| format!("{message}: {error}"))))
}

/// `[2026/11/23 20:01:24 UTC] [CRIT] text`, with `(source)` before the text in 3.5 and before.
fn parse_bracketed(line: &str) -> Option<(Level, String)> {
    let (_date, rest) = line.strip_prefix('[')?.split_once("] [")?;
    let (level, text) = rest.split_once("] ")?;
    let level = level_named(level);
    (level != Level::None).then(|| (level, text.trim().to_owned()))
}

fn parse_plain(line: &str) -> (Level, String) {
    let level = if line.starts_with("panic:") || line.starts_with("fatal error:") {
        Level::Fatal
    } else {
        Level::None
    };
    (level, line.to_owned())
}

fn level_named(name: &str) -> Level {
    match name.to_ascii_lowercase().as_str() {
        "debug" | "trace" | "debg" | "trac" | "fine" | "fnst" => Level::Debug,
        "info" => Level::Info,
        "warn" | "warning" => Level::Warn,
        "error" | "eror" => Level::Error,
        "fatal" | "panic" | "critical" | "crit" => Level::Fatal,
        _ => Level::None,
    }
}

fn classify(level: Level, text: &str) -> Kind {
    let folded = text.to_lowercase();
    if let Some(kind) = refused_schema(&folded) {
        return kind;
    }
    if let Some((_, kind)) = TEXTS.iter().find(|(words, _)| folded.contains(words)) {
        return kind.clone();
    }
    if level == Level::Fatal {
        return Kind::Fatal;
    }
    if level <= Level::Warn && PROGRESS.iter().any(|words| folded.contains(words)) {
        return Kind::Progress;
    }
    Kind::Other
}

/// Observed on real servers: "Database schema version 6.4.0 is not supported. This Mattermost server supports only
/// &gt;=5.37.0, &lt;6.0.0." and "Database schema version 4.10.0 is no longer supported. This Mattermost server supports
/// automatic upgrades from schema version 3.0.0 through schema version 4.2.0. …"
fn refused_schema(folded: &str) -> Option<Kind> {
    let (_, rest) = folded.split_once("database schema version ")?;
    let mut numbers = rest.split_whitespace().filter_map(version_in);
    let seen = numbers.next()?;
    if !rest.contains("is no longer supported") && !rest.contains("is not supported") {
        return None;
    }
    let (Some(lowest), Some(highest)) = (numbers.next(), numbers.next()) else {
        return Some(Kind::SchemaSkip);
    };
    if seen < lowest {
        Some(Kind::SchemaTooOld)
    } else if seen >= highest {
        Some(Kind::SchemaTooNew)
    } else {
        Some(Kind::SchemaSkip)
    }
}

/// The version in a word such as `>=5.37.0,` or `4.2.0.`.
fn version_in(word: &str) -> Option<crate::model::Version> {
    word.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

/// One line, masked, and not longer than one can read.
fn presentable(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let masked = redact(&one_line);
    match masked.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", masked.get(..end).unwrap_or_default()),
        None => masked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL_LINES: &[(&str, Level, Kind)] = &[
        (
            "[2026/11/23 20:01:24 UTC] [CRIT] Failed to ping db err:dial tcp 127.0.0.1:55499: connect: connection refused",
            Level::Fatal,
            Kind::DatabaseUnreachable,
        ),
        (
            "[2026/11/23 19:58:07 UTC] [EROR] Failed to ping DB retrying in 10 seconds err=dial tcp 127.0.0.1:55499: connect: connection refused",
            Level::Error,
            Kind::DatabaseUnreachable,
        ),
        (
            r#"{"timestamp":"2026-11-23 20:02:28.557 Z","level":"error","msg":"Failed to ping DB","caller":"sqlstore/store.go:272","error":"dial tcp 127.0.0.1:55499: connect: connection refused","retrying in seconds":10}"#,
            Level::Error,
            Kind::DatabaseUnreachable,
        ),
        (
            "[20:01:22 UTC 2026/11/23] [EROR] (main.main:107) Unable to load mattermost configuration file:  utils.config.load_config.opening.panic",
            Level::Error,
            Kind::Other,
        ),
        (
            "[2026/11/23 20:06:40 UTC] [WARN] Attempting to upgrade the database schema version to 4.0.0",
            Level::Warn,
            Kind::Progress,
        ),
        (
            r#"{"level":"warn","ts":1795464419.5626047,"caller":"sqlstore/upgrade.go:356","msg":"The database schema version of 4.7.0 appears to be out of date"}"#,
            Level::Warn,
            Kind::Progress,
        ),
        (
            r#"{"level":"info","ts":1795464996.04,"caller":"sqlstore/store.go:306","msg":"Pinging SQL","database":"migrations"}"#,
            Level::Info,
            Kind::Progress,
        ),
        (
            r#"{"level":"error","ts":1795464996.05,"caller":"sqlstore/store.go:201","msg":"Failed to apply database migrations.","error":"Dirty database version 1. Fix and force version."}"#,
            Level::Error,
            Kind::DirtyDatabase,
        ),
        (
            r#"{"timestamp":"2026-11-23 20:09:59.409 Z","level":"fatal","msg":"Failed to apply database migrations.","caller":"sqlstore/store.go:162","error":"driver: postgres, message: failed to execute migration, command: executing_query, originalError: pq: column \"schemeid\" does not exist"}"#,
            Level::Fatal,
            Kind::MigrationFailed,
        ),
        (
            r#"{"level":"error","ts":1795464820.7,"caller":"sqlstore/store.go:255","msg":"Failed to upgrade database.","error":"Database schema version 6.4.0 is not supported. This Mattermost server supports only >=5.37.0, <6.0.0. Please upgrade to at least version 6.0.0 before continuing."}"#,
            Level::Error,
            Kind::SchemaTooNew,
        ),
        (
            "[2026/11/23 20:14:44 UTC] [CRIT] Database schema version 4.10.0 is no longer supported. This Mattermost server supports automatic upgrades from schema version 3.0.0 through schema version 4.2.0. Downgrades are not supported. Please manually upgrade to at least version 3.0.0 before continuing",
            Level::Fatal,
            Kind::SchemaTooNew,
        ),
        (
            "[2026/11/23 20:14:44 UTC] [CRIT] Database schema version 2.2.0 is no longer supported. This Mattermost server supports automatic upgrades from schema version 3.0.0 through schema version 4.2.0.",
            Level::Fatal,
            Kind::SchemaTooOld,
        ),
        (
            "[2026/11/23 20:13:57 UTC] [CRIT] The database schema version of 6.4.0 cannot be upgraded.  You must not skip a version.",
            Level::Fatal,
            Kind::SchemaSkip,
        ),
        (
            r#"{"timestamp":"2026-11-23 20:13:21.785 Z","level":"warn","msg":"The database schema version and model versions do not match","caller":"sqlstore/upgrade.go:148","schema_version":"6.4.0","model_version":"6.3.0"}"#,
            Level::Warn,
            Kind::Other,
        ),
        (
            "panic: Invalid preview width for file settings.  Must be a positive number.",
            Level::Fatal,
            Kind::Fatal,
        ),
        (
            r#"{"level":"info","ts":1795463375.03,"caller":"app/server.go:478","msg":"Server is listening on [::]:8065"}"#,
            Level::Info,
            Kind::Listening,
        ),
        (
            "[2026/11/23 20:06:40 UTC] [INFO] Server is listening on :8065",
            Level::Info,
            Kind::Listening,
        ),
        (
            r#"{"level":"fatal","msg":"Error starting server, err: listen tcp :8065: bind: address already in use"}"#,
            Level::Fatal,
            Kind::PortTaken,
        ),
        ("goroutine 1 [running]:", Level::None, Kind::Other),
        ("", Level::None, Kind::Other),
        (r#"{"level":"info"}"#, Level::None, Kind::Other),
        (
            r#"{"level":"error","ts":1795463376.3,"msg":"Failed to start up plugins","error":"mkdir ./client/plugins: no such file or directory"}"#,
            Level::Error,
            Kind::Other,
        ),
    ];

    #[test]
    fn lines_of_real_servers_are_understood() {
        for (line, level, kind) in REAL_LINES {
            let parsed = LogLine::parse(line);
            assert_eq!((parsed.level, &parsed.kind), (*level, kind), "{line}");
        }
    }

    #[test]
    fn the_message_carries_the_error_on_one_line() {
        let line = r#"{"level":"fatal","msg":"Failed to apply database migrations.","error":"pq: broken\n  near line 3"}"#;
        assert_eq!(
            LogLine::parse(line).message,
            "Failed to apply database migrations.: pq: broken near line 3"
        );
    }

    #[test]
    fn no_password_passes_and_no_message_is_endless() {
        let line = format!(
            r#"{{"level":"error","msg":"cannot parse postgres://mm:canary@db/mm: {}"}}"#,
            "x".repeat(5000)
        );
        let message = LogLine::parse(&line).message;
        assert!(!message.contains("canary"), "{message}");
        assert_eq!(message.chars().count(), LONGEST_MESSAGE + 1);
    }
}
