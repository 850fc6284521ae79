//! What a node of a cluster leaves written in the database that it migrates: for which release, and whether it came to its end.
//!
//! It is a row of the server's own table `systems`, which the server reads as a whole and in which it passes over names that it does
//! not know. So it goes where the database goes: into its dump, and back with it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::model::{CommandSpec, TransactionId, Version};

use super::postgres::SchemaState;
use super::psql::Psql;

/// The name of the row.
pub(super) const ROW: &str = "MmembedRelease";

/// One row is written at once, or not for a lock that somebody holds.
const PATIENCE: Duration = Duration::from_secs(30);

/// How far a migration has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A server was about to be started.
    Begun,
    /// A server was proven.
    Done,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// How far it has come.
    pub stage: Stage,
    /// The release whose server it was.
    pub version: Version,
    /// The schema at that moment, in the words of [`schema_word`].
    pub schema: String,
    /// The transaction that wrote it.
    pub transaction: TransactionId,
    /// The host that it ran on.
    pub host: String,
}

/// The text is no mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no mark of mmembed")]
pub struct NoMark;

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage {
            Stage::Begun => "begun",
            Stage::Done => "done",
        };
        let Self { version, schema, transaction, host, .. } = self;
        write!(f, "{stage} {version} {schema} {transaction} {}", plain(host))
    }
}

impl FromStr for Mark {
    type Err = NoMark;

    fn from_str(text: &str) -> Result<Self, NoMark> {
        let mut words = text.split(' ');
        let mut next = || words.next().filter(|word| !word.is_empty()).ok_or(NoMark);
        let stage = match next()? {
            "begun" => Stage::Begun,
            "done" => Stage::Done,
            _ => return Err(NoMark),
        };
        Ok(Self {
            stage,
            version: next()?.parse().map_err(|_| NoMark)?,
            schema: next()?.to_owned(),
            transaction: next()?.parse().map_err(|_| NoMark)?,
            host: next()?.to_owned(),
        })
    }
}

/// The version of a schema in one word: two that differ are those of two schemas.
#[must_use]
pub fn schema_word(schema: &SchemaState) -> String {
    match (schema.migration, schema.systems.as_deref()) {
        (Some(number), _) => format!("migration-{number}"),
        (None, Some(version)) => format!("schema-{}", plain(version)),
        (None, None) => "none".to_owned(),
    }
}

/// Writes the mark in the place of the one before.
#[must_use]
pub fn write_mark(psql: &Psql<'_>, mark: &Mark) -> CommandSpec {
    let sql = format!("{}; insert into systems (name, value) values ('{ROW}', '{mark}')", delete());
    psql.transaction(&sql, PATIENCE)
}

/// Takes the mark away.
#[must_use]
pub fn remove_mark(psql: &Psql<'_>) -> CommandSpec {
    psql.transaction(&remove_mark_by_hand(), PATIENCE)
}

/// The statement that takes the mark away, for people.
#[must_use]
pub fn remove_mark_by_hand() -> String {
    delete()
}

fn delete() -> String {
    format!("delete from systems where name = '{ROW}'")
}

/// Only what is plain in SQL, in XML and between blanks.
fn plain(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let text: String = text.chars().map(|c| if is_plain(c) { c } else { '_' }).take(100).collect();
    if text.is_empty() { "_".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(host: &str) -> Mark {
        Mark {
            stage: Stage::Done,
            version: Version::new(11, 7, 0),
            schema: "migration-199".to_owned(),
            transaction: "20261123T205143Z-9f3a".parse().unwrap(),
            host: host.to_owned(),
        }
    }

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        let text = mark("chat2").to_string();
        assert_eq!(text, "done 11.7.0 migration-199 20261123T205143Z-9f3a chat2");
        assert_eq!(text.parse::<Mark>().unwrap(), mark("chat2"));
        let begun = Mark { stage: Stage::Begun, ..mark("chat2") };
        assert_eq!(begun.to_string().parse::<Mark>().unwrap(), begun);
    }

    #[test]
    fn whatever_a_host_is_called_the_statement_stays_one() {
        let text = mark("a'; drop table posts; <b> &").to_string();
        assert!(text.ends_with(" a___drop_table_posts___b___"), "{text}");
        assert!(text.parse::<Mark>().is_ok());
        assert!(mark("").to_string().parse::<Mark>().is_ok());
    }

    #[test]
    fn what_is_no_mark_is_refused() {
        for text in ["", "done", "gone 11.7.0 x 20261123T205143Z-9f3a h", "done 11 x y z"] {
            assert_eq!(text.parse::<Mark>(), Err(NoMark), "{text}");
        }
    }

    #[test]
    fn two_schemas_have_two_words() {
        let state = |systems: Option<&str>, migration| SchemaState {
            systems: systems.map(str::to_owned),
            migration,
            dirty: false,
        };
        let word = |systems, migration| schema_word(&state(systems, migration));
        assert_eq!(word(Some("6.4.0"), Some(80)), "migration-80");
        assert_eq!(word(Some("5.37.0"), None), "schema-5.37.0");
        assert_eq!(word(None, None), "none");
    }
}
