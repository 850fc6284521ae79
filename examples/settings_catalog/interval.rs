//! From which version to which a setting has one type, one spelling and one default.

use std::collections::BTreeSet;

use crate::notes::Mention;
use crate::snapshot::Snapshot;
use crate::sources::{Minor, Row};

/// The first version after which a setting that only release notes name is worth a row: before it, every version is known
/// as a whole.
const KNOWN_AS_A_WHOLE: Minor = (9, 9);

/// An end of an interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    pub(crate) minor: Minor,
    /// Otherwise the interval is the widest possible.
    pub(crate) exact: bool,
}

/// A setting that stays the same for some versions.
#[derive(Clone, Debug)]
pub(crate) struct Interval {
    pub(crate) row: Row,
    pub(crate) first: Bound,
    /// `None` if nothing is known of its end.
    pub(crate) last: Option<Bound>,
    /// Is it known from release notes only?
    pub(crate) told: bool,
}

/// All intervals of all settings, by name.
pub(crate) fn all(snapshots: &[Snapshot], minors: &[Minor], mentions: &[Mention]) -> Vec<Interval> {
    let names: BTreeSet<&String> =
        snapshots.iter().flat_map(|snapshot| snapshot.rows.keys()).collect();
    let mut found = Vec::new();
    for name in &names {
        found.extend(Walk { snapshots, minors, mentions, name }.intervals());
    }
    let newest = snapshots.last().map_or((0, 0), |snapshot| snapshot.minor);
    for mention in mentions {
        let known = names.contains(&mention.name.to_ascii_lowercase());
        let late = mention.minor > KNOWN_AS_A_WHOLE;
        if mention.verb == "added" && mention.is_whole() && !known && late {
            found.push(told(mention, newest));
        }
    }
    found.sort_by_key(|interval| (interval.row.name.to_ascii_lowercase(), interval.first.minor));
    found
}

/// Something that was named once; nobody knows more about it.
fn told(mention: &Mention, newest: Minor) -> Interval {
    let row =
        Row { name: mention.name.clone(), kind: "any", absent: None, existing: None, empty: None };
    let first = Bound { minor: mention.minor, exact: mention.minor > newest };
    Interval { row, first, last: None, told: true }
}

/// One setting through all versions.
struct Walk<'a> {
    snapshots: &'a [Snapshot],
    minors: &'a [Minor],
    mentions: &'a [Mention],
    name: &'a str,
}

impl Walk<'_> {
    fn intervals(&self) -> Vec<Interval> {
        let mut found: Vec<Interval> = Vec::new();
        let mut open: Option<Interval> = None;
        let mut before: Option<Minor> = None;
        for snapshot in self.snapshots {
            let row = snapshot.rows.get(self.name);
            let same = open.as_ref().zip(row).is_some_and(|(open, row)| open.row == *row);
            if !same {
                if let Some(mut ended) = open.take() {
                    ended.last = Some(match row {
                        Some(_) => self.until(snapshot.minor, true),
                        None => self.gone(&ended.row, before, snapshot.minor),
                    });
                    open = row.map(|row| self.change(row, before, snapshot.minor));
                    found.push(ended);
                } else {
                    open = row.map(|row| self.appearance(row, before, snapshot.minor));
                }
            }
            before = Some(snapshot.minor);
        }
        if let Some(mut open) = open {
            open.last = self.gone_since(&open.row, before);
            found.push(open);
        }
        found
    }

    fn appearance(&self, row: &Row, before: Option<Minor>, now: Minor) -> Interval {
        let (minor, exact) = match (self.mention("added", row, before, now), before) {
            (Some(minor), _) => (minor, true),
            (None, Some(before)) if self.after(before) != now => (self.after(before), false),
            (None, _) => (now, true),
        };
        Interval { row: row.clone(), first: Bound { minor, exact }, last: None, told: false }
    }

    fn change(&self, row: &Row, before: Option<Minor>, now: Minor) -> Interval {
        let exact = before.is_none_or(|before| self.after(before) == now);
        Interval { row: row.clone(), first: Bound { minor: now, exact }, last: None, told: false }
    }

    fn gone(&self, row: &Row, before: Option<Minor>, now: Minor) -> Bound {
        match self.mention("removed", row, before, now) {
            Some(minor) => self.until(minor, true),
            None => self.until(now, before.is_none_or(|before| self.after(before) == now)),
        }
    }

    fn gone_since(&self, row: &Row, newest: Option<Minor>) -> Option<Bound> {
        let end = *self.minors.last()?;
        self.mention("removed", row, newest, end).map(|minor| self.until(minor, true))
    }

    /// The version of which notes say so, after one and up to another.
    fn mention(&self, verb: &str, row: &Row, after: Option<Minor>, upto: Minor) -> Option<Minor> {
        let fits = |mention: &&Mention| {
            mention.verb == verb
                && mention.is_about(&row.name)
                && after.is_some_and(|after| mention.minor >= after)
                && mention.minor <= upto
        };
        self.mentions.iter().filter(fits).map(|mention| mention.minor).min()
    }

    fn until(&self, next: Minor, exact: bool) -> Bound {
        let before = self.minors.iter().rev().find(|minor| **minor < next);
        Bound { minor: before.copied().unwrap_or(next), exact }
    }

    fn after(&self, minor: Minor) -> Minor {
        self.minors.iter().find(|other| **other > minor).copied().unwrap_or(minor)
    }
}
