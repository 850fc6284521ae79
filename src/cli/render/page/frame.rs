//! What every page has: its head with the one style sheet, what it forbids itself, and who made it.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// How a page looks, on a screen by day and by night, and on paper.
const STYLE: &str = include_str!("style.css");

/// Nothing is fetched, nothing runs, nothing is sent.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// A page with this title.
pub(super) fn page(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main { (content) }
                footer { "Made by mmembed " (env!("CARGO_PKG_VERSION")) "." }
            }
        }
    }
}

/// What a page begins with: its kind, and the two ends of the way.
pub(super) fn masthead(kind: &str, from: &str, to: &str, lede: &str) -> Markup {
    html! {
        header.masthead {
            p.eyebrow { (kind) }
            h1 { span.from { (from) } " " span.arrow { "→" } " " span.to { (to) } }
            p.lede { (lede) }
        }
    }
}
