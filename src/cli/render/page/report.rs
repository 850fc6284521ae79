//! The page of a report: how it ended, what went wrong, what was found, what became of the chain, what was planned.

use maud::{Markup, html};

use super::text::{name, shown};
use super::{findings, frame, plan, walk};
use crate::cli::render::human::own_findings;
use crate::cli::render::phrases;
use crate::model::{Ending, Failure, Report};

pub(super) fn page(report: &Report) -> Markup {
    let content = html! {
        (masthead(report))
        (verdict(report))
        @if let Some(failure) = &report.failure { (went_wrong(failure)) }
        (findings::list(own_findings(report)))
        @if let Some(walk) = &report.walk { (walk::content(walk)) }
        @if let Some(path) = &report.path {
            @if report.walk.is_some() { h2.part { "As it was planned" } }
            (plan::content(path))
        }
        (places(report))
    };
    frame::page(&phrases::title(report), &content)
}

fn masthead(report: &Report) -> Markup {
    match (&report.walk, &report.path) {
        (Some(walk), _) => {
            let (from, to) = (walk.from.version.to_string(), walk.to.version.to_string());
            let lede = format!("Mattermost, {} edition", walk.to.edition);
            frame::masthead("Upgrade report", &from, &to, &lede)
        }
        (None, Some(path)) => plan::masthead(path),
        (None, None) => html! {
            header.masthead {
                p.eyebrow { "Report" }
                h1 { "mmembed " (report.command) }
                @if let Some(release) = &report.release { p.lede { (release) } }
            }
        },
    }
}

fn verdict(report: &Report) -> Markup {
    let class = match report.ending {
        Ending::Done | Ending::NothingToDo => "good",
        Ending::Pending => "open",
        Ending::Remainder | Ending::Halted => "care",
        Ending::Refused
        | Ending::RolledBack
        | Ending::ArtifactRefused
        | Ending::Stuck
        | Ending::Locked
        | Ending::ProbeFailed => "bad",
    };
    html! { p class={ "verdict " (class) } { (phrases::capitalised(phrases::conclusion(report))) "." } }
}

fn went_wrong(failure: &Failure) -> Markup {
    html! {
        dl.facts.failure {
            dt { "What happened" } dd { (shown(&failure.what)) }
            dt { "Now" } dd { (shown(&failure.now)) }
            dt { "Next" } dd { (shown(&failure.next)) }
        }
    }
}

/// Where things lie.
fn places(report: &Report) -> Markup {
    let rows: Vec<(&str, String)> = [
        ("Tree", report.live.as_ref().map(|path| path.display().to_string())),
        ("Settings", report.config.as_ref().map(|path| path.display().to_string())),
        ("Transaction", report.transaction.as_ref().map(ToString::to_string)),
    ]
    .into_iter()
    .filter_map(|(label, value)| value.map(|value| (label, value)))
    .chain(report.backups.iter().map(|it| ("Backup", it.path.display().to_string())))
    .collect();
    html! {
        @if !rows.is_empty() {
            section.conditions {
                h2 { "Where things are" }
                dl.facts { @for (label, value) in &rows { dt { (label) } dd { (name(value)) } } }
            }
        }
    }
}
