//! Whether a series of looks at a server adds up to health.
//! No clock, no waiting: the caller decides when to look again and when to give up.

use crate::model::Version;

use super::identity::IdentityVerdict;
use super::ping::{Answer, Part, State};

/// One look at a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sample {
    /// Nobody listens on the address.
    Refused,
    /// Somebody listens and did not answer in time, or broke off.
    Silent,
    /// An answer.
    Answered(Answer),
}

/// What a series of samples adds up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HealthVerdict {
    /// Well, as often in a row as was asked for, and the right release each time.
    Healthy {
        /// How exactly the release is known.
        confirmed: Confirmation,
    },
    /// Nothing against it, but not enough for it.
    NotYet {
        /// Good answers in a row so far.
        good: usize,
    },
    /// The last answer came from another release, or from something that names none.
    /// Waiting does not help: another server holds the address, or the wrong one was started.
    WrongVersion {
        /// Which, if it names one.
        seen: Option<Version>,
    },
    /// The last answer says that something is wrong. That may pass.
    Unhealthy {
        /// What is wrong.
        parts: Vec<Part>,
    },
}

/// How exactly a running release is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Down to the patch.
    Exact,
    /// Major and minor; the build does not tell its patch.
    MinorOnly,
}

/// Judges samples in the order in which they were taken. `needed_in_a_row` good ones at the end make a healthy server;
/// zero counts as one.
#[must_use]
pub fn judge(samples: &[Sample], expected: &Version, needed_in_a_row: usize) -> HealthVerdict {
    let mut confirmed = Confirmation::Exact;
    let mut good = 0;
    for sample in samples.iter().rev() {
        match assess(sample, expected) {
            Ok(confirmation) => {
                if confirmation == Confirmation::MinorOnly {
                    confirmed = confirmation;
                }
                good += 1;
            }
            Err(objection) if good == 0 => return objection,
            Err(_) => break,
        }
        if good >= needed_in_a_row {
            return HealthVerdict::Healthy { confirmed };
        }
    }
    HealthVerdict::NotYet { good }
}

fn assess(sample: &Sample, expected: &Version) -> Result<Confirmation, HealthVerdict> {
    let Sample::Answered(answer) = sample else {
        return Err(HealthVerdict::NotYet { good: 0 });
    };
    let identity = answer.version_id.as_ref().map(|id| id.identity.matches(expected));
    match (&answer.state, identity) {
        (_, Some(IdentityVerdict::Different { seen })) => {
            Err(HealthVerdict::WrongVersion { seen: Some(seen) })
        }
        // With or without a name: a server that is still setting up answers 404, and may not name itself then.
        (State::NotYet, _) => Err(HealthVerdict::NotYet { good: 0 }),
        (State::Unhealthy { parts }, _) => Err(HealthVerdict::Unhealthy { parts: parts.clone() }),
        (State::Ready, None) => Err(HealthVerdict::WrongVersion { seen: None }),
        (State::Ready, Some(IdentityVerdict::Equal)) => Ok(Confirmation::Exact),
        (State::Ready, Some(IdentityVerdict::SameMinor)) => Ok(Confirmation::MinorOnly),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(state: State, id: Option<&str>) -> Sample {
        Sample::Answered(Answer { state, version_id: id.map(|text| text.parse().unwrap()) })
    }

    fn samples(letters: &str) -> Vec<Sample> {
        let right = Some("6.3.0.6.3.1.50620f1f7daef2a3f93826f74cc70a5d.false");
        let self_made = Some("6.3.0.dev.50620f1f7daef2a3f93826f74cc70a5d.false");
        let wrong = Some("5.37.0.5.37.0.c9e6c8716c02daa77e7ccc331502a6f8.false");
        let ill = || State::Unhealthy { parts: vec![Part::Database] };
        let sample = |letter| match letter {
            'r' => Sample::Refused,
            's' => Sample::Silent,
            '4' => answered(State::NotYet, None),
            '5' => answered(State::NotYet, right),
            'G' => answered(State::Ready, right),
            'g' => answered(State::Ready, self_made),
            'w' => answered(State::Ready, wrong),
            'W' => answered(State::NotYet, wrong),
            'n' => answered(State::Ready, None),
            'u' => answered(ill(), right),
            other => panic!("no sample is called {other}"),
        };
        letters.chars().map(sample).collect()
    }

    #[test]
    fn only_an_unbroken_row_of_good_answers_is_health() {
        use HealthVerdict::{Healthy, NotYet, WrongVersion};
        let exact = || Healthy { confirmed: Confirmation::Exact };
        let other = || WrongVersion { seen: Some(Version::new(5, 37, 0)) };
        let cases = [
            ("", 1, NotYet { good: 0 }),
            ("rrs4", 1, NotYet { good: 0 }),
            ("rr4G", 2, NotYet { good: 1 }),
            ("rr4GG", 2, exact()),
            ("rr4GG", 0, exact()),
            ("GGr", 2, NotYet { good: 0 }),
            ("GGrG", 2, NotYet { good: 1 }),
            ("GsG", 2, NotYet { good: 1 }),
            ("G5", 1, NotYet { good: 0 }),
            ("Gw", 1, other()),
            ("W", 1, other()),
            ("wGG", 2, exact()),
            ("n", 1, WrongVersion { seen: None }),
            ("uG", 2, NotYet { good: 1 }),
            ("GG", 3, NotYet { good: 2 }),
            ("Gg", 2, Healthy { confirmed: Confirmation::MinorOnly }),
            ("gG", 1, exact()),
            ("Gu", 1, HealthVerdict::Unhealthy { parts: vec![Part::Database] }),
        ];
        for (letters, needed, verdict) in cases {
            assert_eq!(
                judge(&samples(letters), &Version::new(6, 3, 1), needed),
                verdict,
                "{letters} x{needed}"
            );
        }
    }
}
