//! A planned chain as a text for a change request: the whole in a table, then a section for each hop.

use std::fmt::Write as _;

use super::escape::{escape, name, path as path_name};
use crate::cli::render::figures::counted;
use crate::cli::render::phrases;
use crate::cli::render::tally::{self, tally};
use crate::model::{Finding, PlannedHop, UpgradePath};

/// A planned chain as a document of its own, which ends with a line end.
#[must_use]
pub fn plan(path: &UpgradePath) -> String {
    let title = escape(&phrases::ends(&path.from, &path.to));
    format!("# Upgrade plan: {title}\n\n{}", body(path, 2))
}

/// All below the title; `level` is that of its headings.
pub(super) fn body(path: &UpgradePath, level: usize) -> String {
    let mut blocks = vec![summary(path), table(path)];
    if !path.findings.is_empty() {
        blocks.push(format!("{} About the whole", heading(level)));
        blocks.push(findings(&path.findings));
    }
    for (index, hop) in path.hops.iter().enumerate() {
        blocks.extend(section(index + 1, hop, path, level));
    }
    blocks.extend(room(path, level));
    blocks.extend(not_stopped_at(path, level));
    blocks.join("\n\n") + "\n"
}

pub(super) fn heading(level: usize) -> String {
    "#".repeat(level)
}

fn summary(path: &UpgradePath) -> String {
    let mut lines = vec![
        format!("- **Way:** {}", counted(path.hops.len(), "hop")),
        format!("- **Backups:** {}", phrases::pace(path.backups)),
        format!("- **To fetch:** {}", phrases::to_fetch(path)),
    ];
    if !path.waived.is_empty() {
        let rules: Vec<String> = path.waived.iter().map(|rule| name(rule)).collect();
        lines.push(format!("- **Waived rules:** {}", rules.join(", ")));
    }
    lines.join("\n")
}

fn table(path: &UpgradePath) -> String {
    let head = "| Hop | From | To | Archive | Findings | Settings | Way back |\n|--:|---|---|---|---|---|---|";
    let rows = path.hops.iter().enumerate().map(|(index, hop)| {
        let (archive, settings) = (phrases::archive(&hop.artifact), tally::in_short(&hop.settings));
        format!(
            "| {} | {} | {} | {archive} | {} | {} | {} |",
            index + 1,
            hop.from,
            hop.to,
            phrases::findings(&hop.findings),
            escape(&settings),
            phrases::way_back(hop, path.backups),
        )
    });
    std::iter::once(head.to_owned()).chain(rows).collect::<Vec<String>>().join("\n")
}

fn section(number: usize, hop: &PlannedHop, path: &UpgradePath, level: usize) -> Vec<String> {
    let mut blocks = vec![format!("{} Hop {number}: {} → {}", heading(level), hop.from, hop.to)];
    let because: Vec<String> =
        hop.because.iter().map(|why| format!("- **Why:** {}", escape(why))).collect();
    let origin = phrases::origin(&hop.artifact).map(|it| format!(" ({})", escape(&it)));
    let archive = format!(
        "- **Archive:** {}, {}{}",
        name(&hop.artifact.name),
        phrases::archive(&hop.artifact),
        origin.unwrap_or_default()
    );
    let database = phrases::database(hop).map(|it| format!("- **Database:** {it}"));
    let facts = [
        format!("- **Saved before it:** {}", phrases::saved(hop.saved)),
        format!("- **Way back:** {}", phrases::way_back(hop, path.backups)),
    ];
    let lines = because.into_iter().chain([archive]).chain(database).chain(facts);
    blocks.push(lines.collect::<Vec<String>>().join("\n"));
    if !hop.findings.is_empty() {
        blocks.push("**Findings:**".to_owned());
        blocks.push(findings(&hop.findings));
    }
    blocks.extend(settings(hop));
    blocks
}

/// Findings as a list, each with what to do about it.
pub(super) fn findings(findings: &[Finding]) -> String {
    let lines = findings.iter().map(|finding| {
        let word = phrases::capitalised(phrases::severity(finding.severity));
        let (text, code) = (escape(&finding.text), name(&finding.code));
        let mut line = format!("- **{word}:** {text} ({code})");
        if !finding.advice.is_empty() {
            write!(line, "\n  - **To do:** {}", escape(&finding.advice))
                .expect("a string can be written to");
        }
        line
    });
    lines.collect::<Vec<String>>().join("\n")
}

fn settings(hop: &PlannedHop) -> Vec<String> {
    let forecast = &hop.settings;
    let known = if forecast.knowledge.is_empty() {
        String::new()
    } else {
        format!(" ({})", escape(&forecast.knowledge))
    };
    let short = format!("**Settings:** {}{known}", escape(&tally::in_short(forecast)));
    if forecast.changes.is_empty() {
        return vec![short];
    }
    let mut table = "| Setting | What | In words |\n|---|---|---|".to_owned();
    for kind in tally(forecast) {
        for change in kind.changes {
            let (setting, what) = (name(&change.setting), escape(kind.what));
            write!(table, "\n| {setting} | {what} | {} |", escape(&change.text))
                .expect("a string can be written to");
        }
    }
    vec![short, table]
}

fn room(path: &UpgradePath, level: usize) -> Vec<String> {
    if path.rooms.is_empty() {
        return Vec::new();
    }
    let lines = path.rooms.iter().map(|room| {
        let (at, mount) = (path_name(&room.path), path_name(&room.mount));
        format!("- **Room:** {at} {} on {mount}", phrases::room(room))
    });
    vec![format!("{} Room", heading(level)), lines.collect::<Vec<String>>().join("\n")]
}

fn not_stopped_at(path: &UpgradePath, level: usize) -> Vec<String> {
    let mut lines: Vec<String> = phrases::passed_over(path)
        .into_iter()
        .map(|(why, versions)| {
            format!("- **No stop:** {}: {}", phrases::versions(&versions), escape(why))
        })
        .collect();
    if !path.left_out.is_empty() {
        let lines_of: Vec<String> = path.left_out.iter().map(|line| escape(line)).collect();
        lines.push(format!(
            "- **Left out, because rules let nobody stop there:** {}",
            lines_of.join(", ")
        ));
    }
    if lines.is_empty() {
        return Vec::new();
    }
    vec![format!("{} Not stopped at", heading(level)), lines.join("\n")]
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::*;

    #[test]
    fn a_change_request_says_what_is_done_why_and_how_to_go_back() {
        insta::assert_snapshot!(plan(&samples::path()), @r"
        # Upgrade plan: Mattermost 9.11.18 → 11.7.3 (team edition)

        - **Way:** 2 hops
        - **Backups:** before each hop: what fails goes back by one hop
        - **To fetch:** 1 archive of unknown size
        - **Waived rules:** `stop-7.1`

        | Hop | From | To | Archive | Findings | Settings | Way back |
        |--:|---|---|---|---|---|---|
        | 1 | 9.11.18 | 10.11.4 | 193 MiB, at hand | 1 warning | 1 dropped, 5 added | takes the saved database |
        | 2 | 10.11.4 | 11.7.3 | size unknown, to be fetched | none | not looked at | possible without the database |

        ## About the whole

        - **Note:** nobody has walked it here (`way.unproven`)

        ## Hop 1: 9.11.18 → 10.11.4

        - **Why:** the vendor asks for it (stop-10.11)
        - **Archive:** `mattermost-team-10.11.4-linux-amd64.tar.gz`, 193 MiB, at hand (/srv/releases/mattermost-team-10.11.4-linux-amd64.tar.gz)
        - **Saved before it:** settings, changed files and the database
        - **Way back:** takes the saved database

        **Findings:**

        - **Warning:** calls stop working (`lost-calls`)
          - **To do:** buy a licence

        **Settings:** 1 dropped, 5 added (read from its own code)

        | Setting | What | In words |
        |---|---|---|
        | `B.A` | dropped | B.A is dropped |
        | `A.A` | added | A.A is added |
        | `A.B` | added | A.B is added |
        | `A.C` | added | A.C is added |
        | `A.D` | added | A.D is added |
        | `A.E` | added | A.E is added |

        ## Hop 2: 10.11.4 → 11.7.3

        - **Why:** that is where the way leads
        - **Archive:** `mattermost-team-11.7.3-linux-amd64.tar.gz`, size unknown, to be fetched (https://releases.example/mattermost-team-11.7.3-linux-amd64.tar.gz)
        - **Saved before it:** settings, changed files and the database
        - **Way back:** possible without the database

        **Settings:** not looked at

        ## Room

        - **Room:** `/var/opt/acme` needs 4.2 GiB, 12 GiB free on `/var`

        ## Not stopped at

        - **No stop:** 10.5.0, 10.5.1: it is no place to stop (avoid-10.5.0)
        - **Left out, because rules let nobody stop there:** 10.12
        ");
    }

    #[test]
    fn no_field_changes_the_form_of_the_document() {
        let form = |text: &str| {
            let shown = plan(samples::of(text).path.as_ref().unwrap());
            assert!(!shown.contains('<'), "{text:?}: {shown}");
            let cells = |line: &str| line.replace("\\|", "").matches('|').count();
            let lines: Vec<(usize, bool, bool)> = shown
                .lines()
                .map(|line| {
                    (cells(line), line.starts_with('#'), line.trim_start().starts_with("- "))
                })
                .collect();
            lines
        };
        let wanted = form("x");
        for text in samples::HOSTILE {
            assert_eq!(form(text), wanted, "{text:?}");
        }
    }
}
