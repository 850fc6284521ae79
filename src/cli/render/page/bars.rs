//! How long each part of each hop took, as bars of one scale.

use maud::{Markup, html};

use crate::cli::render::figures::time;
use crate::model::{HopReport, WalkReport};

/// A part of a bar.
struct Part {
    class: &'static str,
    ms: u64,
}

/// One bar for each hop, and what their parts mean.
pub(super) fn chart(walk: &WalkReport) -> Markup {
    let longest = walk.hops.iter().map(sum).max().unwrap_or_default().max(1);
    html! {
        figure.bars {
            ul {
                @for hop in &walk.hops {
                    li {
                        p.hop { (hop.from) " → " (hop.to) }
                        (bar(hop, longest))
                        p.sum { (time(sum(hop))) }
                    }
                }
            }
            figcaption {
                @for (class, words) in [
                    ("staged", "staged"),
                    ("down", "down, without the migration"),
                    ("migrated", "migrated"),
                ] {
                    span {
                        svg.sample width="14" height="14" aria-hidden="true" {
                            rect class=(class) width="14" height="14" rx="3" {}
                        }
                        (words)
                    }
                }
            }
        }
    }
}

/// What was done ahead took none of the hop's own time.
fn parts(hop: &HopReport) -> [Part; 3] {
    [
        Part { class: "staged", ms: hop.staged_ms },
        Part { class: "down", ms: hop.down_ms },
        Part { class: "migrated", ms: hop.migrated_ms },
    ]
}

fn sum(hop: &HopReport) -> u64 {
    parts(hop).iter().fold(0, |sum, part| sum.saturating_add(part.ms))
}

fn bar(hop: &HopReport, longest: u64) -> Markup {
    let mut done = 0_u64;
    let mut placed = Vec::new();
    for part in parts(hop) {
        placed.push((part.class, share(done, longest), share(part.ms, longest)));
        done = done.saturating_add(part.ms);
    }
    let words = format!(
        "staged {}, down {}, migrated {}",
        time(hop.staged_ms),
        time(hop.down_ms),
        time(hop.migrated_ms)
    );
    html! {
        svg.bar role="img" aria-label=(words) width="100%" height="20" {
            @for (class, x, width) in placed {
                rect class=(class) x=(x) width=(width) height="20" {}
            }
        }
    }
}

/// A share of the longest, in percent.
fn share(ms: u64, longest: u64) -> String {
    let parts = u128::from(ms) * 10_000 / u128::from(longest);
    format!("{}.{:02}%", parts / 100, parts % 100)
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::*;

    #[test]
    fn the_longest_hop_has_the_whole_width() {
        let walk = samples::walk();
        let [first, second] = [&walk.hops[0], &walk.hops[1]];
        assert_eq!((sum(first), sum(second)), (198_140, 39_910));
        let shown = bar(first, sum(first)).into_string();
        assert!(shown.contains(r#"<rect class="down" x="6.20%" width="0.42%""#), "{shown}");
        assert!(shown.contains(r#"<rect class="migrated" x="6.63%" width="93.36%""#), "{shown}");
        let shown = bar(second, sum(first)).into_string();
        assert!(shown.contains(r#"<rect class="staged" x="0.00%" width="4.59%""#), "{shown}");
    }

    #[test]
    fn no_time_is_too_long_for_a_bar() {
        let mut walk = samples::walk();
        (walk.hops[0].down_ms, walk.hops[0].migrated_ms) = (u64::MAX, u64::MAX);
        assert!(chart(&walk).into_string().contains("100.00%"));
    }
}
