//! Which schema version a database should have after a start of a given server.
//! No database is read here.

use std::fmt;

use crate::model::Version;

use super::timeline::{Since, at, since};

/// What should be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedSchema {
    /// `systems` says one of these `major.minor`, with any patch. Before 6.4. Never empty.
    Systems(Vec<(u64, u64)>),
    /// The highest number in `db_migrations` is exactly this.
    Migration(u64),
    /// The highest number in `db_migrations` is this or more: the exact one of that release is not known.
    MigrationAtLeast(u64),
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenSchema {
    /// The value of the row `Version` in `systems`, if there is one.
    pub systems: Option<String>,
    /// The highest number in `db_migrations`, if the table exists; zero if it is empty.
    pub migration: Option<u64>,
    /// Whether `schema_migrations` (5.36 to 6.3) says that a migration broke half-way, if that table exists.
    pub dirty: bool,
}

/// How the two compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaVerdict {
    /// As it should be.
    AsExpected,
    /// Older: the migration did not run, or not to its end.
    Behind,
    /// Newer: a later server has been at this database.
    Ahead,
    /// A migration broke half-way and has to be repaired.
    Dirty,
    /// What one would compare with is not there.
    Missing,
}

/// The highest migration of a release. Observed on real servers: 6.7.0, 7.0.0 and 7.8.0.
const EXACT: &[(Version, u64)] =
    &[(Version::new(6, 7, 0), 80), (Version::new(7, 0, 0), 83), (Version::new(7, 8, 0), 100)];

/// The lowest bound known for a release and all later ones. Observed on real servers where [`EXACT`] says so; otherwise
/// server source (the numbers of migration files, 9.9) and vendor documentation (11.8, 11.9).
const AT_LEAST: &[Since<u64>] = &[
    since(6, 4, 74),
    since(6, 5, 77),
    since(6, 7, 80),
    since(7, 0, 83),
    since(7, 1, 88),
    since(7, 8, 100),
    since(9, 9, 121),
    since(11, 8, 177),
    since(11, 9, 199),
];

impl ExpectedSchema {
    /// What a start of `version` leaves behind, on a fresh or an upgraded database.
    ///
    /// Observed on real servers: `systems` says `X.Y.0` before 6.4. From then on it says anything (6.4.0 on upgraded databases,
    /// nothing on a fresh 7.8), and only `db_migrations` counts.
    #[must_use]
    pub fn after(version: &Version) -> Self {
        if let Some((_, number)) = EXACT.iter().find(|(exact, _)| exact == version) {
            return Self::Migration(*number);
        }
        if let Some(number) = at(AT_LEAST, version) {
            return Self::MigrationAtLeast(*number);
        }
        let own = (version.major(), version.minor());
        // Vendor documentation: 5.31.0 to 5.31.2 take themselves for 5.30.
        if own == (5, 31) && version.patch() <= 2 {
            return Self::Systems(vec![own, (5, 30)]);
        }
        Self::Systems(vec![own])
    }
}

impl fmt::Display for ExpectedSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Systems(versions) => {
                let texts: Vec<String> =
                    versions.iter().map(|(major, minor)| format!("{major}.{minor}")).collect();
                write!(f, "schema {}", texts.join(" or "))
            }
            Self::Migration(number) => write!(f, "migration {number}"),
            Self::MigrationAtLeast(number) => write!(f, "migration {number} or later"),
        }
    }
}

/// Does a start of the one version on what the other has left behind change the schema? Where the schema of a release is not
/// known exactly, it is taken to.
#[must_use]
pub fn may_change_schema(from: &Version, to: &Version) -> bool {
    let (before, after) = (ExpectedSchema::after(from), ExpectedSchema::after(to));
    before != after || matches!(after, ExpectedSchema::MigrationAtLeast(_))
}

/// Compares what was found with what should be.
#[must_use]
pub fn judge_schema(expected: &ExpectedSchema, seen: &SeenSchema) -> SchemaVerdict {
    match expected {
        // Only servers of this kind read the mark; later ones leave the table alone, whatever it says.
        ExpectedSchema::Systems(_) if seen.dirty => SchemaVerdict::Dirty,
        ExpectedSchema::Systems(versions) => judge_systems(versions, seen.systems.as_deref()),
        ExpectedSchema::Migration(number) => match seen.migration {
            None => SchemaVerdict::Missing,
            Some(found) if found < *number => SchemaVerdict::Behind,
            Some(found) if found > *number => SchemaVerdict::Ahead,
            Some(_) => SchemaVerdict::AsExpected,
        },
        ExpectedSchema::MigrationAtLeast(number) => match seen.migration {
            None => SchemaVerdict::Missing,
            Some(found) if found < *number => SchemaVerdict::Behind,
            Some(_) => SchemaVerdict::AsExpected,
        },
    }
}

fn judge_systems(versions: &[(u64, u64)], seen: Option<&str>) -> SchemaVerdict {
    let Some(seen) = seen.and_then(|text| text.trim().parse::<Version>().ok()) else {
        return SchemaVerdict::Missing;
    };
    let seen = (seen.major(), seen.minor());
    if versions.contains(&seen) {
        SchemaVerdict::AsExpected
    } else if versions.iter().all(|version| seen < *version) {
        SchemaVerdict::Behind
    } else {
        SchemaVerdict::Ahead
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(version: &str) -> ExpectedSchema {
        ExpectedSchema::after(&version.parse().unwrap())
    }

    fn systems(text: &str) -> SeenSchema {
        SeenSchema { systems: Some(text.to_owned()), ..SeenSchema::default() }
    }

    fn migration(number: u64) -> SeenSchema {
        SeenSchema { systems: Some("6.4.0".to_owned()), migration: Some(number), dirty: false }
    }

    #[test]
    fn expectations_by_version() {
        use ExpectedSchema::{Migration, MigrationAtLeast, Systems};
        let cases = [
            ("3.10.3", Systems(vec![(3, 10)])),
            ("5.31.1", Systems(vec![(5, 31), (5, 30)])),
            ("5.31.3", Systems(vec![(5, 31)])),
            ("6.3.9", Systems(vec![(6, 3)])),
            ("6.4.0", MigrationAtLeast(74)),
            ("6.6.2", MigrationAtLeast(77)),
            ("6.7.0", Migration(80)),
            ("6.7.2", MigrationAtLeast(80)),
            ("7.0.0", Migration(83)),
            ("7.1.9", MigrationAtLeast(88)),
            ("7.8.0", Migration(100)),
            ("7.8.15", MigrationAtLeast(100)),
            ("9.11.18", MigrationAtLeast(121)),
            ("11.9.0", MigrationAtLeast(199)),
        ];
        for (version, schema) in cases {
            assert_eq!(expected(version), schema, "{version}");
        }
    }

    #[test]
    fn only_what_is_known_to_be_the_same_schema_is_left_alone() {
        for (from, to, changes) in [
            ("5.9.0", "5.9.8", false),
            ("5.30.0", "5.31.0", true),
            ("6.3.0", "6.3.9", false),
            ("5.9.0", "5.30.0", true),
            ("6.3.9", "6.7.0", true),
            ("7.0.0", "7.8.0", true),
            ("7.8.0", "7.8.15", true),
            ("9.11.0", "10.5.2", true),
        ] {
            let [before, after] = [from, to].map(|version| version.parse().unwrap());
            assert_eq!(may_change_schema(&before, &after), changes, "{from} to {to}");
        }
    }

    #[test]
    fn verdicts() {
        use SchemaVerdict::{Ahead, AsExpected, Behind, Dirty, Missing};
        let dirty = SeenSchema { dirty: true, ..systems("6.3.0") };
        let cases = [
            ("5.9.0", systems("5.9.0"), AsExpected),
            ("5.9.3", systems("5.9.0"), AsExpected),
            ("4.7.2", systems("4.7.2"), AsExpected),
            ("5.31.0", systems("5.30.0"), AsExpected),
            ("5.31.0", systems("5.29.0"), Behind),
            ("5.37.0", systems("5.19.0"), Behind),
            ("5.9.0", systems("5.30.0"), Ahead),
            ("5.10.0", systems("5.9.0"), Behind),
            ("5.9.0", systems("new"), Missing),
            ("5.9.0", SeenSchema::default(), Missing),
            ("6.3.0", dirty.clone(), Dirty),
            ("7.0.0", migration(83), AsExpected),
            ("7.0.0", migration(71), Behind),
            ("7.0.0", migration(100), Ahead),
            ("7.0.1", migration(90), AsExpected),
            ("7.0.1", migration(0), Behind),
            ("7.0.0", systems("7.0.0"), Missing),
            ("7.0.0", SeenSchema { migration: Some(83), ..dirty }, AsExpected),
        ];
        for (version, seen, verdict) in cases {
            assert_eq!(judge_schema(&expected(version), &seen), verdict, "{version} {seen:?}");
        }
    }

    #[test]
    fn expectations_are_worded() {
        assert_eq!(expected("5.31.0").to_string(), "schema 5.31 or 5.30");
        assert_eq!(expected("7.0.0").to_string(), "migration 83");
        assert_eq!(expected("10.5.0").to_string(), "migration 121 or later");
    }
}
