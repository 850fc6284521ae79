//! The time from which on no hop is begun.

use std::str::FromStr;

use jiff::civil::{DateTime, Time};
use jiff::{Timestamp, ToSpan, ZonedDateTime};

/// As somebody typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UntilTime {
    /// The next time that clocks here show this.
    Clock(Time),
    /// When clocks here show this.
    Here(DateTime),
    /// This very moment.
    At(Timestamp),
}

impl FromStr for UntilTime {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A date with a zone is read as one without by whoever does not care.
        let at = text.parse().map(Self::At);
        at.or_else(|_| {
            let is_dated = text.contains('-');
            if is_dated { text.parse().map(Self::Here) } else { text.parse().map(Self::Clock) }
        })
        .map_err(|_| "expected a time such as 06:30 or 2026-11-30T06:30")
    }
}

impl UntilTime {
    /// The moment that is meant, for whoever asks at `now`.
    pub(crate) fn after(self, now: &ZonedDateTime) -> Result<Timestamp, jiff::Error> {
        match self {
            Self::At(at) => Ok(at),
            Self::Here(here) => Ok(here.to_zoned_datetime(now.time_zone().clone())?.timestamp()),
            Self::Clock(time) => {
                let today =
                    now.date().to_datetime(time).to_zoned_datetime(now.time_zone().clone())?;
                if today > *now {
                    return Ok(today.timestamp());
                }
                let tomorrow = now.date().checked_add(1.day())?.to_datetime(time);
                Ok(tomorrow.to_zoned_datetime(now.time_zone().clone())?.timestamp())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(text: &str, now: &str) -> String {
        let now: ZonedDateTime = now.parse().unwrap();
        text.parse::<UntilTime>().unwrap().after(&now).unwrap().to_string()
    }

    #[test]
    fn a_time_without_a_date_is_the_next_one() {
        let now = "2026-11-26T22:00:00+01:00[+01:00]";
        for (text, at) in [
            ("23:30", "2026-11-26T22:30:00Z"),
            ("06:30", "2026-11-27T05:30:00Z"),
            ("22:00", "2026-11-27T21:00:00Z"),
            ("2026-11-30T06:30", "2026-11-30T05:30:00Z"),
            ("2026-11-30T06:30:00Z", "2026-11-30T06:30:00Z"),
            ("2026-11-30T06:30:00-05:00", "2026-11-30T11:30:00Z"),
            ("2020-01-01T00:00", "2019-12-31T23:00:00Z"),
        ] {
            assert_eq!(meant(text, now), at, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "soon", "25:00", "6", "2026-13-01T00:00", "-1h", "06:30 tomorrow"] {
            assert!(text.parse::<UntilTime>().is_err(), "{text:?}");
        }
    }
}
