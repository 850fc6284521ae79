//! How old a catalogue is.

use std::fmt;

use jiff::civil::Date;

use super::Catalog;

/// A release came out in every month since 2015, so that after this many days a catalogue surely lacks some.
const FRESH_DAYS: i32 = 45;

/// How a catalogue stands to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Not old enough to lack a release for certain.
    Fresh,
    /// Releases have come out that it does not know.
    Old {
        /// Of which day it is.
        as_of: Date,
        /// How many days ago that is.
        days: i32,
    },
    /// It is of a day that is yet to come: it was made up, or the clock is wrong.
    Future {
        /// Of which day it is.
        as_of: Date,
        /// Which day it is here.
        today: Date,
    },
}

impl Catalog {
    /// How old it is on this day. A day ahead is allowed for, because the day begins earlier elsewhere.
    #[must_use]
    pub fn age(&self, today: Date) -> Age {
        let as_of = self.as_of;
        match (today - as_of).get_days() {
            days if days > FRESH_DAYS => Age::Old { as_of, days },
            days if days < -1 => Age::Future { as_of, today },
            _ => Age::Fresh,
        }
    }
}

impl Age {
    /// Can the newest releases be expected to be known?
    #[must_use]
    pub const fn is_fresh(self) -> bool {
        matches!(self, Self::Fresh)
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fresh => f.write_str("the catalogue of releases is up to date"),
            Self::Old { as_of, days } => write!(
                f,
                "the catalogue of releases is of {as_of}, {days} days ago: newer releases are not in it"
            ),
            Self::Future { as_of, today } => write!(
                f,
                "the catalogue of releases is of {as_of}, but today is {today}: it was made up, or the clock is wrong"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_decide() {
        let catalog = Catalog::new(Date::constant(2026, 8, 21), Vec::new());
        for (today, fresh) in [
            (Date::constant(2026, 8, 19), false),
            (Date::constant(2026, 8, 20), true),
            (Date::constant(2026, 8, 21), true),
            (Date::constant(2026, 10, 5), true),
            (Date::constant(2026, 10, 6), false),
            (Date::constant(2031, 8, 21), false),
        ] {
            assert_eq!(catalog.age(today).is_fresh(), fresh, "{today}");
        }
        let old = catalog.age(Date::constant(2026, 11, 26)).to_string();
        assert_eq!(
            old,
            "the catalogue of releases is of 2026-08-21, 97 days ago: newer releases are not in it"
        );
        let future = catalog.age(Date::constant(2020, 1, 1)).to_string();
        assert!(future.ends_with("but today is 2020-01-01: it was made up, or the clock is wrong"));
    }
}
