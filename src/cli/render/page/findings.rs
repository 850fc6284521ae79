//! Findings on a page: how much each weighs, what it says, what to do about it.

use maud::{Markup, html};

use super::text::{name, shown};
use crate::cli::render::phrases;
use crate::model::Finding;

/// A list; nothing where there is nothing.
pub(super) fn list<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Markup {
    let mut findings = findings.into_iter().peekable();
    if findings.peek().is_none() {
        return html! {};
    }
    html! {
        ul.findings {
            @for finding in findings { (item(finding)) }
        }
    }
}

fn item(finding: &Finding) -> Markup {
    let weight = phrases::severity(finding.severity);
    html! {
        li class={ "finding " (weight) } {
            p.weight { (badge(weight)) }
            div {
                p { (phrases::capitalised(&shown(&finding.text))) " " span.code { (name(&finding.code)) } }
                @if !finding.advice.is_empty() {
                    p.advice { span.arrow { "→" } " " (phrases::capitalised(&shown(&finding.advice))) }
                }
            }
        }
    }
}

/// How many there are of each weight.
pub(super) fn counts(findings: &[Finding]) -> Markup {
    html! {
        @if findings.is_empty() { span.none { "none" } }
        @for (severity, count) in phrases::weights(findings) {
            span class={ "badge " (phrases::severity(severity)) } { (phrases::weighed(severity, count)) }
            " "
        }
    }
}

fn badge(weight: &str) -> Markup {
    html! { strong class={ "badge " (weight) } { (weight) } }
}
