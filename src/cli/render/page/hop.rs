//! One hop on a page: why one stops there, what is fetched and saved, what was found, what becomes of the settings.

use maud::{Markup, html};

use super::text::{name, shown};
use super::{findings, settings};
use crate::cli::render::phrases;
use crate::model::{BackupPace, PlannedHop};

/// The name of its section, for links.
pub(super) fn anchor(number: usize) -> String {
    format!("hop-{number}")
}

/// Its section.
pub(super) fn section(number: usize, hop: &PlannedHop, pace: BackupPace) -> Markup {
    html! {
        section.hop id=(anchor(number)) {
            header {
                p.eyebrow { "Hop " (number) }
                h2 { span.from { (hop.from) } " " span.arrow { "→" } " " span.to { (hop.to) } }
                @if hop.needs_database_to_go_back {
                    p.back.needs-database { "Going back takes the database" }
                } @else {
                    p.back { "Going back needs no database" }
                }
            }
            div.body {
                @for why in &hop.because { p.because { (phrases::capitalised(&shown(why))) "." } }
                (facts(hop, pace))
                @if !hop.findings.is_empty() { h3 { "Findings" } (findings::list(&hop.findings)) }
                (settings::forecast(&hop.settings))
            }
        }
    }
}

fn facts(hop: &PlannedHop, pace: BackupPace) -> Markup {
    html! {
        dl.facts {
            dt { "Archive" }
            dd {
                (phrases::archive(&hop.artifact))
                br;
                (name(&hop.artifact.name))
                @if let Some(origin) = phrases::origin(&hop.artifact) {
                    br;
                    span.remark {
                        @if hop.artifact.at_hand.is_some() { "lies at " } @else { "comes from " }
                        (name(&origin))
                    }
                }
            }
            @if let Some(database) = phrases::database(hop) {
                dt { "Database" }
                dd { (shown(&database)) }
            }
            dt { "Saved before" }
            dd { (phrases::saved(hop.saved)) }
            dt { "Way back" }
            dd { (phrases::way_back(hop, pace)) }
        }
    }
}
