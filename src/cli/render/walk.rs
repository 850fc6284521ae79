//! What became of a chain, as text for people: a table of its hops, and what it took in all.

use std::fmt::Write as _;

use super::figures::{counted, time};
use super::phrases;
use super::style::{BAD, FAINT, GOOD};
use crate::host::printable;
use crate::model::{HopEnding, HopReport, WalkReport};

/// How many settings are named.
const NAMED: usize = 3;

const HEADINGS: [&str; 7] = ["hop", "ahead", "staged", "down", "migrated", "total", "ending"];

/// The table and what follows from it.
pub(super) fn render(walk: &WalkReport) -> String {
    let rows: Vec<[String; 7]> =
        std::iter::once(HEADINGS.map(str::to_owned)).chain(walk.hops.iter().map(cells)).collect();
    let mut text = format!("Way: {}\n", phrases::ends(&walk.from, &walk.to));
    let endings = std::iter::once(None).chain(walk.hops.iter().map(|hop| Some(hop.ending)));
    for (row, ending) in rows.iter().zip(endings) {
        line(&mut text, row, &rows, ending);
    }
    writeln!(text, "  {}; this command took {}", phrases::dark(walk), time(walk.total_ms))
        .expect("a string can be written to");
    text + &settings(walk)
}

fn cells(hop: &HopReport) -> [String; 7] {
    // Nobody has measured what an interrupted run began.
    let time = |ms| if hop.total_ms == 0 { "–".to_owned() } else { time(ms) };
    [
        format!("{} → {}", hop.from, hop.to),
        time(hop.ahead_ms),
        time(hop.staged_ms),
        time(hop.down_ms),
        time(hop.migrated_ms),
        time(hop.total_ms),
        phrases::ending(hop.ending).to_owned(),
    ]
}

/// Names to the left, figures to the right.
fn line(text: &mut String, row: &[String; 7], rows: &[[String; 7]], ending: Option<HopEnding>) {
    let mut line = String::from("  ");
    let [hop, figures @ .., last] = row;
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    write!(line, "{hop:0$}", width(0)).expect("a string can be written to");
    for (index, figure) in figures.iter().enumerate() {
        write!(line, "  {figure:>0$}", width(index + 1)).expect("a string can be written to");
    }
    let style = match ending {
        None => FAINT,
        Some(HopEnding::Committed) => GOOD,
        Some(HopEnding::RolledBack | HopEnding::Stuck) => BAD,
    };
    match ending {
        None => writeln!(text, "{style}{line}  {last}{style:#}"),
        Some(_) => writeln!(text, "{line}  {style}{last}{style:#}"),
    }
    .expect("a string can be written to");
}

fn settings(walk: &WalkReport) -> String {
    let count = walk.settings.len();
    if count == 0 {
        return String::new();
    }
    let mut names: Vec<String> =
        walk.settings.iter().take(NAMED).map(|changed| changed.setting.clone()).collect();
    if count > NAMED {
        names.push(format!("{} more", count - NAMED));
    }
    let names = printable(names.join(", ").as_bytes());
    let verb = if count == 1 { "is another one" } else { "are others" };
    format!("  {} {verb} than before: {names}\n", counted(count, "setting"))
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::model::PeopleServed;

    #[test]
    fn the_table_says_how_long_each_part_of_each_hop_took() {
        let text = render(samples::failed().walk.as_ref().unwrap());
        insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string(), @r"
        Way: Mattermost 9.11.18 → 11.7.3 (team edition)
          hop                ahead  staged    down   migrated       total  ending
          9.11.18 → 10.11.4   0 ms  12.3 s  840 ms  3 min 5 s  3 min 20 s  committed
          10.11.4 → 11.7.3   9.1 s   9.1 s  610 ms     30.2 s      31.0 s  rolled back
          3 min 37 s dark in all; this command took 3 min 52 s
          3 settings are others than before: A.A, B.A, C.A
        ");
    }

    #[test]
    fn what_an_interrupted_run_began_has_no_times() {
        let mut walk = samples::walk();
        let hop = walk.hops.first_mut().unwrap();
        (hop.staged_ms, hop.ahead_ms, hop.down_ms, hop.migrated_ms, hop.total_ms) = (0, 0, 0, 0, 0);
        let text = render(&walk);
        assert!(!text.lines().nth(2).unwrap().contains("ms"), "{text}");
    }

    #[test]
    fn where_nobody_knows_how_long_it_was_dark_no_time_is_named() {
        for (served, said) in [
            (PeopleServed::Throughout, "the server was not stopped"),
            (PeopleServed::Again, "the server serves again"),
            (PeopleServed::NotYet, "no server serves yet"),
            (PeopleServed::Never, "no server served"),
        ] {
            let mut walk = samples::walk();
            (walk.served, walk.dark_ms, walk.settings) = (served, None, Vec::new());
            let text = render(&walk);
            let last = text.lines().last().unwrap();
            assert_eq!(last, format!("  {said}; this command took 3 min 52 s"));
        }
    }

    #[test]
    fn no_name_brings_a_line_of_its_own() {
        for text in samples::HOSTILE {
            let shown = render(samples::of(text).walk.as_ref().unwrap());
            assert_eq!(shown.lines().count(), 6, "{text:?}");
            assert!(!shown.contains(['\r', '\u{202e}', '\u{2066}', '\u{200f}']), "{text:?}");
        }
    }
}
