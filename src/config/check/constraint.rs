//! What versions demand of single settings, as rows of a table. Its head says what the columns mean.
//! What two settings demand of each other stands elsewhere.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::demand::Demand;
use super::{Complaint, Severity, about};
use crate::config::catalog::minor;
use crate::config::document::{Kind, View};
use crate::config::setting::SettingPath;
use crate::model::Version;

/// One line per demand.
const TABLE: &str = include_str!("constraints.tsv");

/// The first and the last version whose demands were looked at. What a later one demands is likely, and no more.
const LOOKED_AT: ((u64, u64), (u64, u64)) = ((3, 5), (11, 8));

static CONSTRAINTS: LazyLock<Constraints> = LazyLock::new(Constraints::read);

/// Major and minor.
type Minor = (u64, u64);

/// What a version does about a value that is not as it demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consequence {
    /// It does not start.
    Refuses,
    /// It replaces the value.
    Resets,
    /// It has the setting, and hardly looks at it.
    Deprecated,
}

/// A demand of some versions on one setting.
#[derive(Clone, Debug)]
struct Constraint {
    setting: &'static str,
    since: (u64, u64),
    until: Option<(u64, u64)>,
    demand: Demand,
    consequence: Consequence,
    remark: &'static str,
}

#[derive(Default)]
struct Constraints {
    /// By name in lower case; all names are ASCII.
    rows: BTreeMap<String, Vec<Constraint>>,
}

/// What this version has against the value of a setting. `null` stands for the default everywhere, and is never wrong.
pub(super) fn check(setting: &SettingPath, value: &View<'_>, version: &Version) -> Vec<Complaint> {
    let name = setting.in_tables();
    let rows = CONSTRAINTS.rows.get(&name).map_or(&[][..], Vec::as_slice);
    let here = rows.iter().filter(|row| row.holds_in(version) && value.kind() != Kind::Null);
    here.filter_map(|row| row.complaint(setting, value, version)).collect()
}

/// All that versions demand of a setting: the first version, the one from which on it is not demanded any more, and the demand
/// as the second half of a sentence.
pub(in crate::config) fn demands_on(setting: &SettingPath) -> Vec<(Minor, Option<Minor>, String)> {
    let name = setting.in_tables();
    let rows = CONSTRAINTS.rows.get(&name).map_or(&[][..], Vec::as_slice);
    let told = rows.iter().filter(|row| row.consequence != Consequence::Deprecated);
    told.map(|row| (row.since, row.until, row.demand.in_words())).collect()
}

/// An error, unless nobody has looked at a version that new.
pub(super) fn refusal(version: &Version) -> Severity {
    let this = (version.major(), version.minor());
    if this > LOOKED_AT.1 { Severity::Warning } else { Severity::Error }
}

/// Is it known what this version demands of values?
pub(super) fn is_looked_at(version: &Version) -> bool {
    let this = (version.major(), version.minor());
    (LOOKED_AT.0..=LOOKED_AT.1).contains(&this)
}

impl Constraints {
    fn read() -> Self {
        let mut all = Self::default();
        for row in TABLE.lines().filter_map(Constraint::read) {
            all.rows.entry(row.setting.to_ascii_lowercase()).or_default().push(row);
        }
        all
    }
}

impl Constraint {
    /// `None` for a comment, and for a line that is not as the head of the table says.
    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t').filter(|_| !line.starts_with('#'));
        let setting = fields.next()?;
        let since = minor(fields.next()?)?;
        let until = match fields.next()? {
            "" => None,
            until => Some(minor(until)?),
        };
        let (kind, argument) = (fields.next()?, fields.next()?);
        Some(Self {
            setting,
            since,
            until,
            demand: Demand::read(kind, argument)?,
            consequence: match fields.next()? {
                "refuses" => Consequence::Refuses,
                "resets" => Consequence::Resets,
                "deprecated" => Consequence::Deprecated,
                _ => return None,
            },
            remark: fields.nth(1)?,
        })
    }

    fn holds_in(&self, version: &Version) -> bool {
        let this = (version.major(), version.minor());
        self.since <= this && self.until.is_none_or(|until| this < until)
    }

    fn complaint(
        &self,
        setting: &SettingPath,
        value: &View<'_>,
        version: &Version,
    ) -> Option<Complaint> {
        if self.demand.is_met_by(value) {
            return None;
        }
        let wanted = self.demand.in_words();
        let remark =
            if self.remark.is_empty() { String::new() } else { format!("; {}", self.remark) };
        Some(match self.consequence {
            Consequence::Refuses => {
                let text = format!("{setting} {wanted}: {version} does not start{remark}");
                about(setting, refusal(version), self.demand.rule(), text)
                    .advise(self.demand.advice())
            }
            Consequence::Resets => {
                let text = format!("{setting} {wanted}, or {version} replaces it{remark}");
                about(setting, Severity::Warning, "C-RESET", text).advise(self.demand.advice())
            }
            Consequence::Deprecated => {
                let text = format!("{setting} is deprecated in {version}{remark}");
                about(setting, Severity::Note, "C-DEPRECATED", text).advise(self.demand.advice())
            }
        })
    }
}

#[cfg(test)]
mod tests;
