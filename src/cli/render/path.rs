//! A planned chain as text for people: what is true of the whole, then hop by hop.

use std::fmt::Write as _;

use super::figures::counted;
use super::style::FAINT;
use super::tally::{self, tally};
use super::{finding, phrases};
use crate::host::printable;
use crate::model::{PlannedHop, UpgradePath};

/// How many settings of a kind are named.
const NAMED: usize = 3;

/// The whole chain.
pub(super) fn render(path: &UpgradePath) -> String {
    let hops = counted(path.hops.len(), "hop");
    let mut text = format!("Way: {}, {hops}\n", phrases::ends(&path.from, &path.to));
    for (name, value) in whole(path) {
        row(&mut text, "  ", name, &value);
    }
    for finding in &path.findings {
        text += &finding::render(finding, "  ");
    }
    for (index, hop) in path.hops.iter().enumerate() {
        text += &render_hop(index + 1, hop, path);
    }
    text
}

/// What is about no hop alone.
fn whole(path: &UpgradePath) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("backups", phrases::pace(path.backups).to_owned()),
        ("to fetch", phrases::to_fetch(path)),
    ];
    for room in &path.rooms {
        let (path, mount) = (room.path.display(), room.mount.display());
        rows.push(("room", format!("{path} {} on {mount}", phrases::room(room))));
    }
    if !path.waived.is_empty() {
        rows.push(("waived", path.waived.join(", ")));
    }
    if !path.left_out.is_empty() {
        rows.push(("left out", path.left_out.join(", ")));
    }
    for (why, versions) in phrases::passed_over(path) {
        rows.push(("no stop", format!("{} ({why})", phrases::versions(&versions))));
    }
    rows
}

fn render_hop(number: usize, hop: &PlannedHop, path: &UpgradePath) -> String {
    let because = printable(hop.because.join("; ").as_bytes());
    let mut text = format!("  {number:>2}. {} → {}", hop.from, hop.to);
    writeln!(text, "  {FAINT}({because}){FAINT:#}").expect("a string can be written to");
    let origin = phrases::origin(&hop.artifact).map(|it| format!(" ({it})")).unwrap_or_default();
    let archive = format!("{}{origin}", phrases::archive(&hop.artifact));
    row(&mut text, "      ", "archive", &archive);
    if let Some(database) = phrases::database(hop) {
        row(&mut text, "      ", "database", &database);
    }
    row(&mut text, "      ", "saved", phrases::saved(hop.saved));
    row(&mut text, "      ", "way back", phrases::way_back(hop, path.backups));
    row(&mut text, "      ", "settings", &settings(hop));
    for finding in &hop.findings {
        text += &finding::render(finding, "      ");
    }
    text
}

/// The changes of settings: counted by kind, a few of each named.
fn settings(hop: &PlannedHop) -> String {
    let kinds = tally(&hop.settings);
    if kinds.is_empty() {
        return tally::in_short(&hop.settings);
    }
    let kinds = kinds.iter().map(|kind| format!("{} ({})", kind.counted(), kind.some(NAMED)));
    kinds.collect::<Vec<String>>().join("; ")
}

fn row(text: &mut String, indent: &str, name: &str, value: &str) {
    let value = printable(value.as_bytes());
    writeln!(text, "{indent}{FAINT}{name:8}{FAINT:#}  {value}")
        .expect("a string can be written to");
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn plain(path: &UpgradePath) -> String {
        anstream::adapter::strip_str(&render(path)).to_string()
    }

    #[test]
    fn all_that_is_planned_is_said_hop_by_hop() {
        insta::assert_snapshot!(plain(&samples::path()), @r"
        Way: Mattermost 9.11.18 → 11.7.3 (team edition), 2 hops
          backups   before each hop: what fails goes back by one hop
          to fetch  1 archive of unknown size
          room      /var/opt/acme needs 4.2 GiB, 12 GiB free on /var
          waived    stop-7.1
          left out  10.12
          no stop   10.5.0, 10.5.1 (it is no place to stop (avoid-10.5.0))
          note: nobody has walked it here [way.unproven]
           1. 9.11.18 → 10.11.4  (the vendor asks for it (stop-10.11))
              archive   193 MiB, at hand (/srv/releases/mattermost-team-10.11.4-linux-amd64.tar.gz)
              saved     settings, changed files and the database
              way back  takes the saved database
              settings  1 dropped (B.A); 5 added (A.A, A.B, A.C, 2 more)
              warning: calls stop working [lost-calls]
                → buy a licence
           2. 10.11.4 → 11.7.3  (that is where the way leads)
              archive   size unknown, to be fetched (https://releases.example/mattermost-team-11.7.3-linux-amd64.tar.gz)
              saved     settings, changed files and the database
              way back  possible without the database
              settings  not looked at
        ");
    }

    #[test]
    fn no_text_brings_a_line_or_a_turn_of_its_own() {
        let lines = plain(samples::of("x").path.as_ref().unwrap()).lines().count();
        for text in samples::HOSTILE {
            let shown = render(samples::of(text).path.as_ref().unwrap());
            assert_eq!(shown.lines().count(), lines, "{text:?}");
            assert!(!shown.contains(['\r', '\u{202e}', '\u{2066}', '\u{200f}']), "{text:?}");
            assert!(!shown.contains("\u{1b}[2J"), "{text:?}");
        }
    }
}
