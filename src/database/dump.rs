//! How the vendor's tools save a PostgreSQL schema into an archive and bring it back, and what they say about one.
//!
//! Only the schema in which the server makes things is dumped: extensions and other schemas belong to others. `pg_restore`
//! is told the schema once more, so that the schema itself, its comment and its rights are left as they are: an archive
//! made by PostgreSQL 15 or later holds them too. And it is given a list, without what others own in that schema.

use crate::model::{CommandSpec, Secret};

use super::psql::Psql;

/// The program that makes an archive.
pub const PG_DUMP: &str = "pg_dump";

/// The program that reads one.
pub const PG_RESTORE: &str = "pg_restore";

/// The archive stands between users and their server: fast counts for more than small.
const COMPRESSION: &str = "--compress=1";

/// Milliseconds. Somebody who holds a table for a minute is no server that was stopped.
const LOCK_WAIT: &str = "--lock-wait-timeout=60000";

/// What is restored along with the objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privileges {
    /// The rights that others have on them: the roles are there.
    Restored,
    /// None: another database's server may not know these roles.
    Left,
}

/// What an archive says that it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArchiveListing {
    /// How many entries it has.
    pub entries: usize,
    /// The tables with rows in it, in its order, without their schema.
    pub tables: Vec<String>,
}

/// What is no archive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// The list does not begin like one.
    #[error("this is no list of the content of an archive")]
    NoList,
    /// The list is shorter than it says.
    #[error("the archive says that it has {stated} entries, and lists {listed}")]
    Incomplete {
        /// As its head says.
        stated: usize,
        /// As were counted.
        listed: usize,
    },
}

/// Writes the archive of `schema` to the standard output, without the relations of others in it, which the server cannot
/// have changed and the role may not even read. Takes as long as it takes.
#[must_use]
pub fn dump(psql: &Psql<'_>, schema: &str, without: &[String]) -> CommandSpec {
    let mut spec = CommandSpec::new(PG_DUMP)
        .arg("--format=custom")
        .arg("--no-password")
        .arg(COMPRESSION)
        .arg(LOCK_WAIT)
        .arg(format!("--schema={}", pattern(schema)));
    for relation in without {
        spec = spec.arg(format!("--exclude-table={}.{}", pattern(schema), pattern(relation)));
    }
    spec.env = psql.environment();
    spec.timeout = CommandSpec::UNHURRIED;
    spec
}

/// Brings what `list` names of the archive on the standard input back, all of it or nothing. The objects become the
/// connected role's. `list` is a file that whoever runs this can read; see [`own_entries`].
#[must_use]
pub fn restore(psql: &Psql<'_>, schema: &str, list: &str, privileges: Privileges) -> CommandSpec {
    let mut spec = CommandSpec::new(PG_RESTORE)
        .arg("--format=custom")
        .arg("--no-password")
        .arg("--single-transaction")
        .arg("--exit-on-error")
        .arg("--no-owner")
        // Without a database, no database is restored into. A connection string that names none leaves that to the
        // environment, and there alone stands what a name with special characters looks like.
        .arg("--dbname=connect_timeout=5")
        // Here it is a name, not a pattern.
        .arg(format!("--schema={schema}"))
        .arg(format!("--use-list={list}"));
    if privileges == Privileges::Left {
        spec = spec.arg("--no-privileges");
    }
    spec.env = psql.environment();
    spec.timeout = CommandSpec::UNHURRIED;
    as_restore(spec)
}

/// How whatever changes a database in the course of a restore calls itself there, so that it is told from all others.
const RESTORE: &str = "mmembed restore";

/// Makes a call one of a restore.
pub(super) fn as_restore(mut spec: CommandSpec) -> CommandSpec {
    spec.env.insert("PGAPPNAME".to_owned(), Secret::new(RESTORE.to_owned()));
    spec
}

/// Ends what is left of an earlier restore into this database, and waits until it is gone, half a minute at most: a tool
/// whose caller was killed goes on, and what it brings back would meet what is brought back now.
#[must_use]
pub fn end_restores(psql: &Psql<'_>) -> CommandSpec {
    psql.unhurried(&format!(
        "do $mmembed$ begin for turn in 1..300 loop \
         perform pg_catalog.pg_stat_clear_snapshot(); \
         perform pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity \
         where datname = pg_catalog.current_database() and usename = current_user \
         and application_name = '{RESTORE}' and pid <> pg_catalog.pg_backend_pid(); \
         exit when not found; perform pg_catalog.pg_sleep(0.1); end loop; end $mmembed$"
    ))
}

/// Lists the content of the archive on the standard input. No database is asked.
#[must_use]
pub fn list_archive() -> CommandSpec {
    let mut spec = CommandSpec::new(PG_RESTORE).arg("--format=custom").arg("--list");
    spec.timeout = CommandSpec::UNHURRIED;
    spec
}

/// Reads the answer to [`list_archive`].
///
/// ```text
/// ;     TOC Entries: 25
/// ;
/// 215; 1259 16385 TABLE public posts mmuser
/// 3322; 0 16385 TABLE DATA public posts mmuser
/// ```
pub fn parse_archive_listing(output: &str) -> Result<ArchiveListing, ListingError> {
    let stated = output
        .lines()
        .find_map(|line| line.strip_prefix(";")?.trim().strip_prefix("TOC Entries:"))
        .and_then(|number| number.trim().parse().ok())
        .ok_or(ListingError::NoList)?;
    let entries: Vec<&str> =
        output.lines().filter(|line| !line.starts_with(';') && !line.trim().is_empty()).collect();
    // Some kinds of entries, such as the encoding, are counted and not listed; a list that lost its end has fewer tables
    // than data, or none at all.
    if entries.is_empty() && stated > HIDDEN_ENTRIES || entries.len() > stated {
        return Err(ListingError::Incomplete { stated, listed: entries.len() });
    }
    if stated.saturating_sub(entries.len()) > HIDDEN_ENTRIES {
        return Err(ListingError::Incomplete { stated, listed: entries.len() });
    }
    let tables = entries.iter().filter_map(|line| table_with_rows(line)).collect();
    Ok(ArchiveListing { entries: entries.len(), tables })
}

/// The lines of a listing whose objects belonged to `role`: what others have in the same schema is not taken away, and so
/// not brought back.
#[must_use]
pub fn own_entries(listing: &str, role: &str) -> String {
    let ending = format!(" {}", one_line(role));
    let own = listing.lines().filter(|line| !line.starts_with(';') && line.ends_with(&ending));
    own.fold(String::new(), |list, line| list + line + "\n")
}

/// How `pg_restore` prints a name in a list: line breaks become blanks.
fn one_line(name: &str) -> String {
    name.replace(['\n', '\r'], " ")
}

/// `ENCODING`, `STDSTRINGS`, `SEARCHPATH`: PostgreSQL documentation (`pg_restore`) calls them special entries.
const HIDDEN_ENTRIES: usize = 8;

/// `3322; 0 16385 TABLE DATA public posts mmuser`. A name may hold blanks, a role hardly ever.
fn table_with_rows(line: &str) -> Option<String> {
    let rest = line.split_once("; ")?.1;
    let (_, rest) = rest.split_once(' ')?;
    let (_, rest) = rest.split_once(' ')?;
    let (_schema, rest) = rest.strip_prefix("TABLE DATA ")?.split_once(' ')?;
    Some(rest.rsplit_once(' ').map_or(rest, |(name, _owner)| name).to_owned())
}

/// A name as a pattern that fits nothing else (PostgreSQL documentation, psql, Patterns).
fn pattern(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::psql::tests::endpoint;

    fn words(spec: &CommandSpec) -> String {
        format!("{} {}", spec.program.display(), spec.args.join(" "))
    }

    #[test]
    fn what_is_called_and_with_what() {
        let endpoint = endpoint("postgres://mm:canary@db/chat room?sslmode=disable");
        let psql = Psql::on(&endpoint).unwrap();
        let others = ["the \"board\"".to_owned()];
        let spec = dump(&psql, "public", &others);
        insta::assert_snapshot!(words(&spec), @r#"pg_dump --format=custom --no-password --compress=1 --lock-wait-timeout=60000 --schema="public" --exclude-table="public"."the ""board""""#);
        assert_eq!(spec.env["PGDATABASE"].expose(), "chat room");
        assert_eq!(spec.timeout, CommandSpec::UNHURRIED);
        let spec = restore(&psql, "public", "/list", Privileges::Restored);
        insta::assert_snapshot!(words(&spec), @"pg_restore --format=custom --no-password --single-transaction --exit-on-error --no-owner --dbname=connect_timeout=5 --schema=public --use-list=/list");
        assert!(
            words(&restore(&psql, "public", "/list", Privileges::Left)).contains("--no-privileges")
        );
        insta::assert_snapshot!(words(&list_archive()), @"pg_restore --format=custom --list");
        assert!(!words(&spec).contains("canary") && !format!("{spec:?}").contains("canary"));
    }

    /// As printed by a real `pg_restore` 15, shortened.
    const LISTING: &str = ";
; Archive created at 2026-11-23 20:51:43 UTC
;     dbname: mm
;     TOC Entries: 10
;     Compression: 1
;     Dump Version: 1.14-0
;     Format: CUSTOM
;
;
; Selected TOC Entries:
;
6; 2615 2200 SCHEMA - public pg_database_owner
650; 1247 16386 TYPE public channel_type mmuser
215; 1259 16391 TABLE public posts mmuser
216; 1259 16396 TABLE public my table mmuser
3322; 0 16391 TABLE DATA public posts mmuser
3323; 0 16396 TABLE DATA public my table mmuser
3180; 2606 16395 CONSTRAINT public posts posts_pkey mmuser
";

    #[test]
    fn a_listing_tells_its_tables() {
        let listing = parse_archive_listing(LISTING).unwrap();
        assert_eq!(listing.entries, 7);
        assert_eq!(listing.tables, ["posts", "my table"]);
    }

    #[test]
    fn what_belongs_to_others_is_not_brought_back() {
        let others = LISTING.replace("my table mmuser", "my table dba");
        let list = own_entries(&others, "mmuser");
        assert_eq!(list.lines().count(), 4);
        assert!(!list.contains("my table") && !list.contains(';'.to_string().repeat(2).as_str()));
        assert_eq!(own_entries(LISTING, "user"), "");
    }

    #[test]
    fn what_is_no_whole_listing_is_refused() {
        for text in ["", "pg_restore: error: input file does not appear to be a valid archive"] {
            assert_eq!(parse_archive_listing(text), Err(ListingError::NoList));
        }
        let cut = LISTING.split_once("650;").unwrap().0;
        let cut = &cut.replace("Entries: 10", "Entries: 20");
        let error = parse_archive_listing(cut).unwrap_err();
        assert_eq!(error, ListingError::Incomplete { stated: 20, listed: 1 });
    }
}
