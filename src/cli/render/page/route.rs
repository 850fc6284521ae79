//! The drawing of a way: across the page where it is wide enough, down the page where it is not.
//! Places along the line are shares of the width, so that texts keep their size.

use maud::{Markup, html};

use super::line::{Course, Kind, Line, Segment, Station};
use crate::cli::render::figures::counted;
use crate::cli::render::phrases;
use crate::model::Severity;

/// Of ten thousand parts of the width: where the line begins, and how long it is.
const BEGIN: usize = 800;
const LENGTH: usize = 8400;

/// How far below the top edge the line runs across, in pixels.
const LEVEL: usize = 56;

/// How far from the left edge the line runs down, in pixels, and how far its stations are from each other.
const INDENT: usize = 24;
const STEP: usize = 60;

/// Pixels from one badge to the next.
const BADGE: usize = 24;

/// More stations than that have no room side by side; fewer than those have it everywhere.
const MOST: usize = 11;
const FEW: usize = 4;

/// Both drawings, of which one is seen, and what their signs mean.
pub(super) fn figure(line: &Line) -> Markup {
    let room = match line.stations.len() {
        ..FEW => "few",
        FEW..=MOST => "some",
        _ => "many",
    };
    html! {
        figure class={ "route " (room) } {
            (across(line))
            (down(line))
            (legend(line))
        }
    }
}

fn across(line: &Line) -> Markup {
    let most = line.segments.iter().map(|it| it.badges.len()).max().unwrap_or_default();
    let height = LEVEL + 28 + most * BADGE;
    let steps = line.segments.len();
    // Half steps, so that the middle of a hop has a place, too.
    let share = |half: usize| {
        let parts = BEGIN + LENGTH * half / (2 * steps.max(1));
        format!("{}.{:02}%", parts / 100, parts % 100)
    };
    let level = LEVEL.to_string();
    let content = html! {
        @for (index, segment) in line.segments.iter().enumerate() {
            line class={ "segment " (course(segment.course)) }
                x1=(share(2 * index)) y1=(level) x2=(share(2 * index + 2)) y2=(level) {}
        }
        @for (index, segment) in line.segments.iter().enumerate() {
            svg x=(share(2 * index + 1)) y=(level) width="1" height="1" overflow="visible" {
                (sign(segment.course))
                @for (row, badge) in segment.badges.iter().enumerate() {
                    g transform={ "translate(0 " (30 + row * BADGE) ")" } { (badge_of(*badge, true)) }
                }
            }
        }
        @for (index, station) in line.stations.iter().enumerate() {
            svg x=(share(2 * index)) y=(level) width="1" height="1" overflow="visible" {
                (mark(station.kind))
                text.version x="0" y="-22" text-anchor="middle" { (station.version) }
                text.role x="0" y="-40" text-anchor="middle" { (station.role) }
            }
        }
    };
    drawing(line, "across", height, &content)
}

fn down(line: &Line) -> Markup {
    let height = 56 + STEP * line.segments.len();
    let content = html! {
        @for (index, segment) in line.segments.iter().enumerate() {
            line class={ "segment " (course(segment.course)) }
                x1=(INDENT) y1=(28 + STEP * index) x2=(INDENT) y2=(28 + STEP * (index + 1)) {}
        }
        @for (index, segment) in line.segments.iter().enumerate() {
            (hop_down(28 + STEP * index + STEP / 2, segment))
        }
        @for (index, station) in line.stations.iter().enumerate() {
            (station_down(28 + STEP * index, station))
        }
    };
    drawing(line, "down", height, &content)
}

fn hop_down(y: usize, segment: &Segment) -> Markup {
    html! {
        g transform={ "translate(" (INDENT) " " (y) ")" } {
            (sign(segment.course))
            @for (column, badge) in segment.badges.iter().enumerate() {
                g transform={ "translate(" (26 + column * 52) " 0)" } { (badge_of(*badge, false)) }
            }
        }
    }
}

fn station_down(y: usize, station: &Station) -> Markup {
    html! {
        g transform={ "translate(" (INDENT) " " (y) ")" } {
            (mark(station.kind))
            text.version x="26" y="5" { (station.version) tspan.role dx="10" { (station.role) } }
        }
    }
}

fn drawing(line: &Line, direction: &str, height: usize, content: &Markup) -> Markup {
    let (title, description) =
        (format!("{}-{direction}-title", line.id), format!("{}-{direction}-description", line.id));
    html! {
        svg class=(direction) role="img" width="100%" height=(height)
            aria-labelledby=(title) aria-describedby=(description) {
            title id=(title) { (line.title) }
            desc id=(description) { (line.description) }
            (content)
        }
    }
}

const fn course(course: Course) -> &'static str {
    match course {
        Course::Light => "light",
        Course::NeedsDatabase => "needs-database",
        Course::Made => "made",
        Course::Failed => "failed",
        Course::Ahead => "ahead",
    }
}

/// A station: a dot where one is, a ring where one stops, a ring with a dot where one wants to be.
fn mark(kind: Kind) -> Markup {
    html! {
        @match kind {
            Kind::Start => circle.start r="7" {},
            Kind::Stop => circle.stop r="7" {},
            Kind::Target => { circle.target r="11" {} circle.core r="5" {} },
        }
    }
}

/// What stands on the middle of a hop.
fn sign(course: Course) -> Markup {
    html! {
        @match course {
            Course::NeedsDatabase => g.cylinder {
                circle.ground r="13" {}
                path d="M-6 -5v10a6 2.6 0 0 0 12 0v-10" {}
                ellipse cx="0" cy="-5" rx="6" ry="2.6" {}
                path d="M-6 0a6 2.6 0 0 0 12 0" {}
            },
            Course::Failed => g.cross {
                circle.ground r="12" {}
                path d="M-5 -5l10 10M5 -5l-10 10" {}
            },
            Course::Light | Course::Made | Course::Ahead => {},
        }
    }
}

/// How many findings of one weight; each weight has a form of its own, not only a colour.
fn badge_of((severity, count): (Severity, usize), centred: bool) -> Markup {
    let width = 28 + 7 * count.to_string().len();
    let left = if centred { -i64::try_from(width / 2).unwrap_or_default() } else { 0 };
    let weight = phrases::severity(severity);
    html! {
        g class={ "badge " (weight) } {
            title { (counted(count, &format!("{weight} finding"))) }
            rect x=(left) y="-10" width=(width) height="20" rx="10" {}
            g.form transform={ "translate(" (left + 13) " 0)" } { (form(severity)) }
            text x=(left + 22) y="4.5" { (count) }
        }
    }
}

fn form(severity: Severity) -> Markup {
    html! {
        @match severity {
            Severity::Fatal => rect x="-4" y="-4" width="8" height="8" {},
            Severity::Warning => path d="M0 -5l5 9h-10z" {},
            Severity::Note => circle r="4" {},
        }
    }
}

/// What the signs mean that are there.
fn legend(line: &Line) -> Markup {
    let has = |course: Course| line.segments.iter().any(|it| it.course == course);
    let stops = line.stations.iter().any(|station| station.kind == Kind::Stop);
    let small = |content: Markup| {
        html! {
            svg.sample width="28" height="28" viewBox="-14 -14 28 28" aria-hidden="true" { (content) }
        }
    };
    html! {
        figcaption {
            @for start in line.stations.iter().take(1) {
                span { (small(mark(Kind::Start))) (start.role) }
            }
            @if stops { span { (small(mark(Kind::Stop))) "stop" } }
            span { (small(mark(Kind::Target))) "target" }
            @if has(Course::NeedsDatabase) {
                span { (small(sign(Course::NeedsDatabase))) "going back takes the database" }
            }
            @if has(Course::Failed) { span { (small(sign(Course::Failed))) "failed" } }
            @for severity in [Severity::Fatal, Severity::Warning, Severity::Note] {
                @if line.segments.iter().flat_map(|it| &it.badges).any(|(other, _)| *other == severity) {
                    span class={ "badge-sample " (phrases::severity(severity)) } {
                        (small(html! { g class={ "badge " (phrases::severity(severity)) } { g.form { (form(severity)) } } }))
                        (phrases::severity(severity))
                    }
                }
            }
        }
    }
}
