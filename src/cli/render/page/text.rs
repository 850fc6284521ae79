//! Text of others on a page: nothing in it is invisible, and names may be broken where they have their joints.

use std::path::Path;

use maud::{Markup, html};

use crate::host::printable;

/// Text as it is shown.
pub(super) fn shown(text: &str) -> String {
    printable(text.as_bytes())
}

/// A name of a setting, a file or a rule.
pub(super) fn name(text: &str) -> Markup {
    let text = shown(text);
    html! {
        code {
            @for part in text.split_inclusive(['.', '/', '-', '_']) { (part) wbr; }
        }
    }
}

/// A path.
pub(super) fn path(path: &Path) -> Markup {
    name(&path.to_string_lossy())
}

/// Figures and short words in a row, each with its label: the first thing that is read.
pub(super) fn figures(figures: &[(&str, String, String)]) -> Markup {
    html! {
        dl.figures {
            @for (label, value, remark) in figures {
                div {
                    dt { (label) }
                    dd {
                        span.value { (value) }
                        @if !remark.is_empty() { span.remark { (remark) } }
                    }
                }
            }
        }
    }
}
