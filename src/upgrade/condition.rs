//! When a rule applies, beyond the versions: a small language over what is known of an installation.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use super::situation::{Driver, Set, Situation};
use crate::model::{Edition, GlibcVersion};

/// Something that may be so or not. Its texts stand in the documentation of this room.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Condition {
    /// It is of this edition.
    Edition(Edition),
    /// It works with this kind of database.
    Driver(Driver),
    /// Its database is of this kind, and of at least this version.
    DatabaseAtLeast(Driver, [u32; 3]),
    /// Its database is of this kind, and older than this version.
    DatabaseBelow(Driver, [u32; 3]),
    /// The C library of the system is older than this.
    GlibcBelow(GlibcVersion),
    /// The setting is given, and not empty.
    Given(String),
    /// The setting is given with this value; case is no difference.
    Is(String, String),
    /// The setting has another value, or none.
    IsNot(String, String),
    /// The variable stands in the environment of the server.
    Variable(String),
    /// Nobody can see that from here: it is put to the operator in these words.
    Unseen(String),
}

/// Why a text is no condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no condition: expected one such as edition=team, driver=mysql, postgres<14, config:SECTION.KEY=VALUE or env:NAME"
)]
pub struct ConditionError {
    text: String,
}

/// Whether a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judgement {
    /// It does not.
    Fails,
    /// What it depends on is not known.
    Unknown,
    /// It does.
    Holds,
}

impl Judgement {
    /// Do all of them hold? One that certainly does not decides.
    pub(super) fn all(judgements: impl IntoIterator<Item = Self>) -> Self {
        judgements.into_iter().min().unwrap_or(Self::Holds)
    }

    const fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }

    fn known<T>(known: Option<T>, holds: impl FnOnce(T) -> bool) -> Self {
        known.map_or(Self::Unknown, |known| Self::of(holds(known)))
    }
}

impl Condition {
    /// Does it hold there?
    #[must_use]
    pub fn judge(&self, situation: &Situation) -> Judgement {
        let database = |wanted: Driver, holds: &dyn Fn([u32; 3]) -> bool| {
            let driver = Judgement::known(situation.driver, |driver| driver == wanted);
            Judgement::all([driver, Judgement::known(situation.database, holds)])
        };
        match self {
            Self::Edition(edition) => Judgement::known(situation.edition, |is| is == *edition),
            Self::Driver(driver) => Judgement::known(situation.driver, |is| is == *driver),
            Self::DatabaseAtLeast(driver, least) => database(*driver, &|is| is >= *least),
            Self::DatabaseBelow(driver, end) => database(*driver, &|is| is < *end),
            Self::GlibcBelow(end) => Judgement::known(situation.glibc, |is| is < *end),
            Self::Given(name) => judge_setting(situation, name, |value| {
                value.is_some_and(|value| !matches!(value, "" | "{}" | "[]"))
            }),
            Self::Is(name, wanted) => judge_setting(situation, name, |value| {
                value.is_some_and(|value| value.eq_ignore_ascii_case(wanted))
            }),
            Self::IsNot(name, other) => judge_setting(situation, name, |value| {
                value.is_none_or(|value| !value.eq_ignore_ascii_case(other))
            }),
            Self::Variable(name) => {
                Judgement::known(situation.environment.as_ref(), |all| all.contains_key(name))
            }
            Self::Unseen(_) => Judgement::Unknown,
        }
    }
}

fn judge_setting(
    situation: &Situation,
    name: &str,
    holds: impl FnOnce(Option<&str>) -> bool,
) -> Judgement {
    match situation.setting(name) {
        Set::Unknown => Judgement::Unknown,
        Set::Absent => Judgement::of(holds(None)),
        Set::To(value) => Judgement::of(holds(Some(&value))),
    }
}

impl Condition {
    /// The same as it is written in a file of rules.
    #[must_use]
    pub fn written(&self) -> String {
        let driver = |driver: &Driver| match driver {
            Driver::Postgres => "postgres",
            Driver::MySql => "mysql",
        };
        match self {
            Self::Edition(edition) => format!("edition={edition}"),
            Self::Driver(which) => format!("driver={}", driver(which)),
            Self::DatabaseAtLeast(which, [major, minor, patch]) => {
                format!("{}>={major}.{minor}.{patch}", driver(which))
            }
            Self::DatabaseBelow(which, [major, minor, patch]) => {
                format!("{}<{major}.{minor}.{patch}", driver(which))
            }
            Self::GlibcBelow(end) => format!("glibc<{end}"),
            Self::Given(name) => format!("config:{name}"),
            Self::Is(name, value) => format!("config:{name}={value}"),
            Self::IsNot(name, value) => format!("config:{name}!={value}"),
            Self::Variable(name) => format!("env:{name}"),
            Self::Unseen(words) => format!("unseen:{words}"),
        }
    }
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        read(text).ok_or_else(|| ConditionError { text: text.to_owned() })
    }
}

fn read(text: &str) -> Option<Condition> {
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
    if let Some(setting) = text.strip_prefix("config:") {
        return read_setting(setting);
    }
    if let Some(name) = text.strip_prefix("env:") {
        return filled(name).map(Condition::Variable);
    }
    if let Some(words) = text.strip_prefix("unseen:") {
        return filled(words).map(Condition::Unseen);
    }
    if let Some(version) = text.strip_prefix("glibc<") {
        return version.parse().ok().map(Condition::GlibcBelow);
    }
    match text {
        "edition=team" => Some(Condition::Edition(Edition::Team)),
        "edition=enterprise" => Some(Condition::Edition(Edition::Enterprise)),
        "driver=postgres" => Some(Condition::Driver(Driver::Postgres)),
        "driver=mysql" => Some(Condition::Driver(Driver::MySql)),
        _ => read_database(text),
    }
}

fn read_setting(text: &str) -> Option<Condition> {
    let (name, condition): (&str, fn(String, String) -> Condition) = match text.split_once('=') {
        None => (text, |name, _| Condition::Given(name)),
        Some((name, _)) if name.ends_with('!') => (name.trim_end_matches('!'), Condition::IsNot),
        Some((name, _)) => (name, Condition::Is),
    };
    let value = text.split_once('=').map_or("", |(_, value)| value);
    let is_name = name.contains('.') && name.split('.').all(|part| !part.is_empty());
    is_name.then(|| condition(name.to_owned(), value.to_owned()))
}

fn read_database(text: &str) -> Option<Condition> {
    for (name, driver) in [("postgres", Driver::Postgres), ("mysql", Driver::MySql)] {
        let Some(rest) = text.strip_prefix(name) else { continue };
        return match (rest.strip_prefix(">="), rest.strip_prefix('<')) {
            (Some(least), _) => Some(Condition::DatabaseAtLeast(driver, numbers(least)?)),
            (None, Some(end)) => Some(Condition::DatabaseBelow(driver, numbers(end)?)),
            (None, None) => None,
        };
    }
    None
}

/// One to three numbers; those that are left out are zero.
fn numbers(text: &str) -> Option<[u32; 3]> {
    let mut numbers = [0; 3];
    let mut places = numbers.iter_mut();
    for part in text.split('.') {
        *places.next()? = part.parse().ok()?;
    }
    Some(numbers)
}

impl TryFrom<String> for Condition {
    type Error = ConditionError;

    fn try_from(text: String) -> Result<Self, ConditionError> {
        text.parse()
    }
}

/// As the second half of a sentence that begins with *if*.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = |[major, minor, patch]: &[u32; 3]| match (minor, patch) {
            (0, 0) => major.to_string(),
            (_, 0) => format!("{major}.{minor}"),
            (_, _) => format!("{major}.{minor}.{patch}"),
        };
        match self {
            Self::Edition(edition) => write!(f, "this is the {edition} edition"),
            Self::Driver(driver) => write!(f, "the database is {driver}"),
            Self::DatabaseAtLeast(driver, least) => {
                write!(f, "the database is {driver} {} or later", version(least))
            }
            Self::DatabaseBelow(driver, end) => {
                write!(f, "the database is {driver} from before {}", version(end))
            }
            Self::GlibcBelow(end) => write!(f, "the C library is older than {end}"),
            Self::Given(name) => write!(f, "{name} is given"),
            Self::Is(name, value) => write!(f, "{name} is {value}"),
            Self::IsNot(name, value) => write!(f, "{name} is not {value}"),
            Self::Variable(name) => write!(f, "{name} is set"),
            Self::Unseen(words) => f.write_str(words),
        }
    }
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
        })
    }
}

#[cfg(test)]
mod tests;
