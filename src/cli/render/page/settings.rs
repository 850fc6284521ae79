//! Settings on a page: what becomes of them, kind by kind, and what they were before.

use maud::{Markup, html};

use super::text::{name, shown};
use crate::cli::render::tally::{self, Tally, tally};
use crate::model::{ChangedSetting, SettingsForecast};

/// So many are shown without being asked for.
const AT_ONCE: usize = 6;

/// What becomes of the settings on a hop.
pub(super) fn forecast(forecast: &SettingsForecast) -> Markup {
    html! {
        h3 { "Settings" }
        @if forecast.changes.is_empty() {
            p { (shown(&tally::in_short(forecast))) }
        }
        @if !forecast.knowledge.is_empty() {
            p.remark { "What is known of this version: " (shown(&forecast.knowledge)) }
        }
        @for kind in tally(forecast) { (kind_of_change(&kind)) }
    }
}

fn kind_of_change(kind: &Tally<'_>) -> Markup {
    let is_open = kind.changes.len() <= AT_ONCE;
    html! {
        details.settings open[is_open] {
            summary class=[kind.is_weighty().then_some("weighty")] {
                (shown(&kind.counted()))
                @if !is_open { span.remark { " " (shown(&kind.some(2))) } }
            }
            table.changes {
                thead { tr { th scope="col" { "Setting" } th scope="col" { "What becomes of it" } } }
                tbody {
                    @for change in &kind.changes {
                        tr {
                            th scope="row" { (name(&change.setting)) }
                            td { (shown(&change.text)) }
                        }
                    }
                }
            }
        }
    }
}

/// Settings that are others than before.
pub(super) fn changed(settings: &[ChangedSetting]) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label="Settings before and after" {
            table.changed {
                thead {
                    tr {
                        th scope="col" { "Setting" }
                        th scope="col" { "Before" }
                        th scope="col" { "After" }
                    }
                }
                tbody {
                    @for changed in settings {
                        tr {
                            th scope="row" { (name(&changed.setting)) }
                            td { (value(changed.before.as_deref())) }
                            td { (value(changed.after.as_deref())) }
                        }
                    }
                }
            }
        }
    }
}

fn value(value: Option<&str>) -> Markup {
    html! {
        @match value {
            Some(value) => code { (shown(value)) },
            None => span.none { "not there" },
        }
    }
}
