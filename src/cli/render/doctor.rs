//! An examination as text: area by area, one line for each thing, and below it what mends it.

use std::fmt::Write as _;

use anstyle::Style;

use super::figures::counted;
use super::style::{BAD, CARE, FAINT, GOOD};
use crate::host::printable;
use crate::model::{Area, Health, Observation};

/// As wide as the longest word for a health.
const HEALTH: usize = 7;

pub(crate) fn render(seen: &[Observation]) -> String {
    let width = seen.iter().map(|one| one.subject.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for area in Area::ALL {
        let mut of = seen.iter().filter(|one| one.area == area).peekable();
        if of.peek().is_some() {
            writeln!(text, "{}:", heading(area)).expect("a string can be written to");
        }
        for one in of {
            text += &line(one, width);
        }
    }
    text + &sum(seen)
}

fn line(one: &Observation, width: usize) -> String {
    let (style, word) = health(one.health);
    let [subject, said] = [&one.subject, &one.text].map(|text| printable(text.as_bytes()));
    let mut line =
        format!("  {style}{word:HEALTH$}{style:#}  {FAINT}{subject:width$}{FAINT:#}  {said}");
    if let Some(code) = one.code.as_ref().filter(|_| one.health != Health::Ok) {
        write!(line, " [{code}]").expect("a string can be written to");
    }
    line.push('\n');
    if let Some(remedy) = &one.remedy {
        let remedy = printable(remedy.as_bytes());
        // Below the text, so that a column of words stays one.
        writeln!(line, "{:1$}{FAINT}→{FAINT:#} {remedy}", "", width + HEALTH + 6)
            .expect("a string can be written to");
    }
    line
}

/// How many are how.
fn sum(seen: &[Observation]) -> String {
    let count = |health| seen.iter().filter(|one| one.health == health).count();
    let (warnings, missing, broken) =
        (count(Health::Warning), count(Health::Missing), count(Health::Broken));
    let fine = counted(seen.len(), "thing");
    match (warnings, missing + broken) {
        (0, 0) => format!("{GOOD}well:{GOOD:#} {fine} looked at, all of them as they should be\n"),
        (_, 0) => format!(
            "{GOOD}well:{GOOD:#} {fine} looked at; {} {CARE}to read{CARE:#}\n",
            counted(warnings, "warning")
        ),
        _ => format!(
            "{BAD}ill:{BAD:#} {fine} looked at; {missing} missing, {broken} broken, {}\n",
            counted(warnings, "warning")
        ),
    }
}

const fn heading(area: Area) -> &'static str {
    match area {
        Area::Host => "Host",
        Area::Places => "Where things lie",
        Area::Programs => "Programs",
        Area::Installation => "Installation",
        Area::Database => "Database",
        Area::Releases => "Releases",
        Area::Environment => "Environment",
    }
}

const fn health(health: Health) -> (Style, &'static str) {
    match health {
        Health::Ok => (GOOD, "ok"),
        Health::Warning => (CARE, "warning"),
        Health::Missing => (BAD, "missing"),
        Health::Broken => (BAD, "broken"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Finding, Severity};

    #[test]
    fn columns_are_aligned_and_each_remedy_stands_below_its_text() {
        let missing = Finding::new(Severity::Fatal, "tool-missing", "not there")
            .advise("apt-get install postgresql-client");
        let care = Finding::new(Severity::Warning, "umask", "0077").advise("umask 0022");
        let seen = [
            Observation::good(Area::Host, "system", "Debian"),
            Observation::found(Area::Host, "umask", care),
            Observation::found(Area::Programs, "pg_dump", missing).missing(),
            Observation::good(Area::Programs, "psql", "15\u{1b}[2J"),
        ];
        let text = anstream::adapter::strip_str(&render(&seen)).to_string();
        insta::assert_snapshot!(text, @r"
        Host:
          ok       system   Debian
          warning  umask    0077 [umask]
                            → umask 0022
        Programs:
          missing  pg_dump  not there [tool-missing]
                            → apt-get install postgresql-client
          ok       psql     15\u{1b}[2J
        ill: 4 things looked at; 1 missing, 0 broken, 1 warning
        ");
        let well = anstream::adapter::strip_str(&sum(&seen[..1])).to_string();
        assert_eq!(well, "well: 1 thing looked at, all of them as they should be\n");
    }
}
