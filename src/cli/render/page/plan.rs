//! The page of a planned chain: the whole at a glance, its drawing, a table of its hops, then hop by hop.

use maud::{Markup, html};

use super::line::Line;
use super::text::{figures, name, path as path_name, shown};
use super::{findings, frame, hop, route};
use crate::cli::render::figures::counted;
use crate::cli::render::phrases;
use crate::cli::render::tally;
use crate::model::{Finding, RoomReport, UpgradePath};

pub(super) fn page(path: &UpgradePath) -> Markup {
    let title = format!("Upgrade plan: {}", phrases::ends(&path.from, &path.to));
    frame::page(&title, &html! { (masthead(path)) (content(path)) })
}

/// What a page about this plan begins with.
pub(super) fn masthead(path: &UpgradePath) -> Markup {
    let (from, to) = (path.from.version.to_string(), path.to.version.to_string());
    let edition = if path.from.edition == path.to.edition {
        format!("{} edition", path.to.edition)
    } else {
        format!("from {} to {} edition", path.from.edition, path.to.edition)
    };
    let lede = format!("Mattermost, {edition}, in {}", counted(path.hops.len(), "hop"));
    frame::masthead("Upgrade plan", &from, &to, &lede)
}

/// All of it but the masthead.
pub(super) fn content(path: &UpgradePath) -> Markup {
    html! {
        (glance(path))
        section.way aria-label="The way" {
            (route::figure(&Line::of_path(path)))
        }
        @if !path.findings.is_empty() {
            section { h2 { "About the whole" } (findings::list(&path.findings)) }
        }
        section { h2 { "Hop by hop" } (table(path)) }
        @for (index, planned) in path.hops.iter().enumerate() {
            (hop::section(index + 1, planned, path.backups))
        }
        (conditions(path))
    }
}

fn glance(path: &UpgradePath) -> Markup {
    let found: Vec<_> = path.all_findings().cloned().collect();
    let changes: usize = path.hops.iter().map(|hop| hop.settings.changes.len()).sum();
    let heavy = path.hops.iter().filter(|hop| hop.needs_database_to_go_back).count();
    let hops = path.hops.len();
    html! {
        @if found.iter().any(Finding::is_fatal) {
            p.verdict.bad { "As things stand this would be refused: something found is fatal." }
        }
        (figures(&[
            ("Hops", hops.to_string(), String::new()),
            ("Findings", found.len().to_string(), phrases::findings(&found)),
            ("Settings changed", changes.to_string(), String::new()),
            ("Going back", format!("{heavy} of {hops}"), "take the database".to_owned()),
            ("To fetch", phrases::to_fetch(path), String::new()),
        ]))
    }
}

fn table(path: &UpgradePath) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label="Hop by hop" {
            table.hops {
                thead {
                    tr {
                        th scope="col" { "Hop" }
                        th scope="col" { "From → to" }
                        th scope="col" { "Archive" }
                        th scope="col" { "Findings" }
                        th scope="col" { "Settings" }
                        th scope="col" { "Way back" }
                    }
                }
                tbody {
                    @for (index, planned) in path.hops.iter().enumerate() {
                        tr {
                            td.number { (index + 1) }
                            th scope="row" {
                                a href={ "#" (hop::anchor(index + 1)) } {
                                    (planned.from) " → " (planned.to)
                                }
                            }
                            td { (phrases::archive(&planned.artifact)) }
                            td { (findings::counts(&planned.findings)) }
                            td { (shown(&tally::in_short(&planned.settings))) }
                            td { (phrases::way_back(planned, path.backups)) }
                        }
                    }
                }
            }
        }
    }
}

/// Backups, room, and what the way leaves aside.
fn conditions(path: &UpgradePath) -> Markup {
    html! {
        section.conditions {
            h2 { "What it takes" }
            dl.facts {
                dt { "Backups" }
                dd { (phrases::capitalised(phrases::pace(path.backups))) "." }
                @for room in &path.rooms { dt { "Room" } dd { (room_of(room)) } }
                @if !path.waived.is_empty() {
                    dt { "Waived rules" }
                    dd { @for rule in &path.waived { (name(rule)) " " } }
                }
                @if !path.left_out.is_empty() {
                    dt { "Lines left out" }
                    dd { (shown(&path.left_out.join(", "))) span.remark { ": rules let nobody stop there" } }
                }
                @for (why, versions) in phrases::passed_over(path) {
                    dt { "Not stopped at" }
                    dd { (phrases::versions(&versions)) span.remark { ": " (shown(why)) } }
                }
            }
        }
    }
}

fn room_of(room: &RoomReport) -> Markup {
    let share = room.needed_bytes.min(room.free_bytes).saturating_mul(100);
    let share = share.checked_div(room.free_bytes).unwrap_or(100);
    let too_small = phrases::is_too_small(room);
    html! {
        (path_name(&room.path)) " " (phrases::room(room)) span.remark { ", on " (path_name(&room.mount)) }
        svg.room.short[too_small] width="100%" height="6" aria-hidden="true" {
            rect.free width="100%" height="6" rx="3" {}
            rect.needed width={ (share) "%" } height="6" rx="3" {}
        }
    }
}
