//! What became of a chain, on a page: its drawing, bars, a table, and the settings before and after.

use maud::{Markup, html};

use super::line::Line;
use super::text::{figures, name};
use super::{bars, route, settings};
use crate::cli::render::figures::time;
use crate::cli::render::phrases;
use crate::model::{HopEnding, HopReport, WalkReport};

/// So many settings are shown without being asked for.
const AT_ONCE: usize = 30;

/// All of it but the masthead.
pub(super) fn content(walk: &WalkReport) -> Markup {
    html! {
        (glance(walk))
        section.way aria-label="The way" { (route::figure(&Line::of_walk(walk))) }
        @if !walk.hops.is_empty() {
            section { h2 { "How long it took" } (bars::chart(walk)) (table(&walk.hops)) }
        }
        @if !walk.settings.is_empty() {
            section {
                h2 { "Settings that are others now" }
                @if walk.settings.len() <= AT_ONCE {
                    (settings::changed(&walk.settings))
                } @else {
                    details.settings {
                        summary { "All " (walk.settings.len()) " of them" }
                        (settings::changed(&walk.settings))
                    }
                }
            }
        }
    }
}

fn glance(walk: &WalkReport) -> Markup {
    let made = walk.hops.iter().filter(|hop| hop.ending == HopEnding::Committed).count();
    let dark = walk.dark_ms.map_or_else(|| "–".to_owned(), time);
    let remark = match walk.dark_ms {
        Some(_) => "from stop to answer",
        None => phrases::served(walk.served),
    };
    figures(&[
        ("Hops made", made.to_string(), String::new()),
        ("Dark in all", dark, remark.to_owned()),
        ("This command took", time(walk.total_ms), String::new()),
        ("Settings that are others", walk.settings.len().to_string(), String::new()),
    ])
}

fn table(hops: &[HopReport]) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label="How long each hop took" {
            table.times {
                thead {
                    tr {
                        th scope="col" { "From → to" }
                        @for heading in ["Ahead", "Staged", "Down", "Migrated", "Total"] {
                            th.figure scope="col" { (heading) }
                        }
                        th scope="col" { "Ending" }
                        th scope="col" { "Transaction" }
                    }
                }
                tbody { @for hop in hops { (row(hop)) } }
            }
        }
    }
}

fn row(hop: &HopReport) -> Markup {
    let class = if hop.ending == HopEnding::Committed { "good" } else { "bad" };
    html! {
        tr {
            th scope="row" { (hop.from) " → " (hop.to) }
            @for ms in [hop.ahead_ms, hop.staged_ms, hop.down_ms, hop.migrated_ms, hop.total_ms] {
                td.figure { (time(ms)) }
            }
            td class=(class) { (phrases::ending(hop.ending)) }
            td { (name(hop.transaction.as_str())) }
        }
    }
}
