//! A report as text for people. The result goes to standard output, what went wrong to standard error.

use std::fmt::Write as _;
use std::io;

use super::style::{BAD, CARE, FAINT, GOOD};
use super::{finding, path, walk};
use crate::cli::{terminal, voice};
use crate::model::{BackupReport, Ending, Failure, Finding, NewDefaultReport, Report};

/// Prints a report.
pub(crate) fn print(report: &Report) -> io::Result<()> {
    let text = render(report);
    voice::record(&text);
    let shown = terminal::show(&text);
    // What went wrong is told even where the result cannot be shown.
    let told = report.failure.as_ref().map_or(Ok(()), fail);
    shown.and(told)
}

/// Prints what went wrong.
pub(crate) fn fail(failure: &Failure) -> io::Result<()> {
    record_failure(failure);
    terminal::tell(&render_failure(failure))
}

/// Writes a report into the file that everything is written to; it is printed in another form.
pub(crate) fn record(report: &Report) {
    voice::record(&render(report));
    if let Some(failure) = &report.failure {
        record_failure(failure);
    }
}

/// The same of what went wrong.
pub(crate) fn record_failure(failure: &Failure) {
    voice::record(&render_failure(failure));
}

fn render_failure(Failure { what, now, next }: &Failure) -> String {
    format!(
        "{BAD}error:{BAD:#} {what}\n  {FAINT}now:{FAINT:#}  {now}\n  {FAINT}next:{FAINT:#} {next}\n"
    )
}

/// Prints what there is to know beside a result, as commentary.
pub(crate) fn tell(findings: &[Finding]) -> io::Result<()> {
    let shown = findings.iter().filter(|finding| voice::is_shown(finding.severity));
    let text: String = shown.map(|it| finding::render(it, "")).collect();
    voice::record(&text);
    terminal::tell(&text)
}

fn render(report: &Report) -> String {
    let mut text: String = shown_findings(report).map(|it| finding::render(it, "")).collect();
    if let Some(path) = &report.path {
        text += &path::render(path);
    }
    if let Some(walk) = &report.walk {
        text += &walk::render(walk);
    }
    if !report.steps.is_empty() {
        text += "Plan:\n";
    }
    for (index, step) in report.steps.iter().enumerate() {
        write!(text, "  {:>2}. {}", index + 1, step.text).expect("a string can be written to");
        writeln!(text, "  {FAINT}({}){FAINT:#}", step.because).expect("a string can be written to");
    }
    text += &render_ending(report);
    text += &render_installation(report);
    text
}

/// What was found that a planned chain does not say in its place.
pub(super) fn own_findings(report: &Report) -> impl Iterator<Item = &Finding> {
    let said = |finding: &&Finding| {
        let path = report.path.iter();
        path.flat_map(|path| path.all_findings()).any(|other| other == *finding)
    };
    report.findings.iter().filter(move |finding| !said(finding))
}

/// Of `status`, what was found is the result.
fn shown_findings(report: &Report) -> impl Iterator<Item = &Finding> {
    let is_result = report.command == "status";
    own_findings(report).filter(move |finding| is_result || voice::is_shown(finding.severity))
}

fn render_ending(report: &Report) -> String {
    let release = report.release.as_ref().map(ToString::to_string);
    let (style, word, rest) = match (report.ending, report.command) {
        (Ending::Done, "status") => match release {
            Some(release) => (GOOD, "installed", release),
            None => (CARE, "not installed", "mmembed made nothing here".to_owned()),
        },
        (Ending::Done, command) => (GOOD, "done", done(command, release)),
        (Ending::NothingToDo, command) => (GOOD, "nothing to do", nothing_to_do(command, release)),
        (Ending::Pending, _) => (CARE, "pending", "nothing was changed".to_owned()),
        (Ending::Remainder, _) => {
            let what = release.map_or_else(String::new, |release| format!("{release}, but "));
            (CARE, "committed", format!("{what}something is left to do"))
        }
        (Ending::Halted, _) => {
            let what = release.unwrap_or_default();
            (
                CARE,
                "halted",
                format!("{what} is in force, and was proven; the way goes on from there"),
            )
        }
        (
            Ending::Refused
            | Ending::RolledBack
            | Ending::ArtifactRefused
            | Ending::Stuck
            | Ending::Locked
            | Ending::ProbeFailed,
            _,
        ) => return String::new(),
    };
    format!("{style}{word}:{style:#} {rest}\n")
}

fn done(command: &str, release: Option<String>) -> String {
    match (command, release) {
        ("install", Some(release)) => format!("{release} is installed"),
        ("apply", Some(release)) => format!("{release} is as the manifest wants it"),
        ("upgrade", Some(release)) => format!("{release} is in force, and was proven"),
        ("rollback" | "backup restore", Some(release)) => format!("{release} is in force again"),
        ("adopt", Some(release)) => format!("{release} is taken over"),
        ("verify", Some(release)) => format!("{release} has passed"),
        ("backup create", _) => "the backup is made and was read back".to_owned(),
        ("backup list", _) => "these are the backups, oldest first".to_owned(),
        ("backup verify", _) => "the backup is whole".to_owned(),
        ("backup prune", _) => "these backups are gone".to_owned(),
        ("recover", _) => "no transaction is open any more".to_owned(),
        (command, Some(release)) => format!("{command}: {release}"),
        (command, None) => command.to_owned(),
    }
}

fn nothing_to_do(command: &str, release: Option<String>) -> String {
    match (command, release) {
        ("recover", _) => "no transaction is open".to_owned(),
        ("backup list", _) => "there is no backup".to_owned(),
        ("backup prune", _) => "no backup is superfluous".to_owned(),
        (_, Some(release)) => format!("{release} is installed as asked for"),
        (command, None) => command.to_owned(),
    }
}

fn render_installation(report: &Report) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    if let Some(live) = &report.live {
        rows.push(("tree".to_owned(), live.display().to_string()));
    }
    if let Some(config) = &report.config {
        rows.push(("config".to_owned(), config.display().to_string()));
    }
    for place in &report.places {
        rows.push((place.name.to_string(), place.path.display().to_string()));
    }
    if let Some(transaction) = &report.transaction {
        rows.push(("transaction".to_owned(), transaction.to_string()));
    }
    if let Some(proof) = report.proof.as_ref().filter(|_| tells_of_release(report.ending)) {
        let seconds = proof.ready_after_ms / 1000;
        let millis = proof.ready_after_ms % 1000;
        // Nobody saw when a server became ready that was running before.
        if proof.ready_after_ms > 0 {
            rows.push(("ready after".to_owned(), format!("{seconds}.{millis:03} s")));
        }
        rows.extend(proof.checks.iter().map(|check| ("proved".to_owned(), check.clone())));
    }
    rows.extend(report.settings.iter().map(|row| (row.setting.clone(), row.text.clone())));
    rows.extend(report.new_defaults.iter().map(|moved| {
        let NewDefaultReport { setting, former, now, in_use } = moved;
        (setting.clone(), format!("stays {in_use}; the default was {former} and is {now}"))
    }));
    rows.extend(report.backups.iter().map(|backup| (backup.id.to_string(), backup_row(backup))));
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, value) in &rows {
        writeln!(text, "  {FAINT}{name:width$}{FAINT:#}  {value}")
            .expect("a string can be written to");
    }
    text
}

/// Is the release that is in force what the command came to? Where a run failed, what was once proven of the release before it
/// would read like good news.
fn tells_of_release(ending: Ending) -> bool {
    matches!(ending, Ending::Done | Ending::NothingToDo | Ending::Remainder | Ending::Halted)
}

/// A backup in one line.
fn backup_row(backup: &BackupReport) -> String {
    let Some(content) = &backup.content else {
        return backup.remark.clone().unwrap_or_default();
    };
    let database = match &content.database {
        Some(database) => format!("{} database {:?}", database.driver, database.name),
        None => "no database".to_owned(),
    };
    let mut text =
        format!("{}, {database}, {} bytes, data: {}", content.release, content.bytes, content.data);
    if content.restore_verified {
        text += ", brought back on trial";
    }
    if let Some(remark) = &backup.remark {
        text = format!("{text} ({remark})");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_words(command: &'static str, ending: Ending, installed: bool) -> String {
        let mut report = Report::new(command, ending);
        report.release = installed.then(|| crate::model::Release {
            version: "10.11.0".parse().unwrap(),
            edition: crate::model::Edition::Team,
        });
        anstream::adapter::strip_str(&render(&report)).to_string()
    }

    #[test]
    fn of_a_release_that_a_failed_run_left_alone_nothing_is_praised() {
        let mut report = Report::new("upgrade", Ending::Done);
        report.proof = Some(crate::model::Proof {
            answered_as: "10.11.0".parse().unwrap(),
            ready_after_ms: 1_250,
            checks: vec!["it answers as 10.11.0".to_owned()],
        });
        let text = |report: &Report| anstream::adapter::strip_str(&render(report)).to_string();
        assert!(text(&report).contains("  ready after  1.250 s\n  proved "), "{}", text(&report));
        for ending in [Ending::Refused, Ending::RolledBack, Ending::Stuck, Ending::ProbeFailed] {
            report.ending = ending;
            assert_eq!(text(&report), "");
        }
    }

    const INSTALLED: bool = true;

    #[test]
    fn every_command_says_in_its_own_words_how_it_ended() {
        use Ending::{Done, NothingToDo, Pending, Refused, Remainder};
        let committed = "committed: Mattermost 10.11.0 (team edition), but something is left to do";
        let as_asked = "nothing to do: Mattermost 10.11.0 (team edition) is installed as asked for";
        for (command, ending, installed, said) in [
            ("install", Done, INSTALLED, "done: Mattermost 10.11.0 (team edition) is installed"),
            ("install", NothingToDo, INSTALLED, as_asked),
            ("install", Remainder, INSTALLED, committed),
            ("install", Refused, INSTALLED, ""),
            (
                "upgrade",
                Done,
                INSTALLED,
                "done: Mattermost 10.11.0 (team edition) is in force, and was proven",
            ),
            (
                "rollback",
                Done,
                INSTALLED,
                "done: Mattermost 10.11.0 (team edition) is in force again",
            ),
            ("adopt", Done, INSTALLED, "done: Mattermost 10.11.0 (team edition) is taken over"),
            ("plan", Pending, INSTALLED, "pending: nothing was changed"),
            ("recover", Remainder, false, "committed: something is left to do"),
            ("recover", Done, false, "done: no transaction is open any more"),
            ("recover", NothingToDo, false, "nothing to do: no transaction is open"),
            ("status", Done, INSTALLED, "installed: Mattermost 10.11.0 (team edition)"),
            ("status", Done, false, "not installed: mmembed made nothing here"),
            ("verify", Done, INSTALLED, "done: Mattermost 10.11.0 (team edition) has passed"),
        ] {
            assert_eq!(first_words(command, ending, installed).trim_end(), said);
        }
    }
}
