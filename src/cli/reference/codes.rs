//! What `explain` knows, as pages.

use std::fmt::Write as _;

use super::cell;
use crate::cli::explanations::{Explanation, Kind, explanations};
use crate::upgrade::Rules;

/// The exit codes.
pub(super) fn exits() -> String {
    let about = "`mmembed explain CODE` says the same. The numbers never change their meaning. The \
                 [recovery guide](../recovery.md) shows each of them on a host.\n\n";
    about.to_owned() + &list(&of(Kind::ExitCode))
}

/// The findings.
pub(super) fn findings() -> String {
    let about = "The word in brackets behind a line of a plan, of `status` or of `verify`. \
                 `mmembed explain CODE` says the same.\n\n";
    about.to_owned() + &list(&of(Kind::Finding))
}

/// All kinds of rules.
pub(super) fn rules() -> String {
    let mut text = String::from(
        "`mmembed explain CODE` says the same of each; `mmembed rules list` shows those of upgrades for \
         two versions.\n",
    );
    for kind in [Kind::UpgradeRule, Kind::ConfigurationRule, Kind::ArchiveRule] {
        let list = list(&of(kind));
        write!(text, "\n## {}\n\n{list}", kind.heading()).expect("a string can be written to");
    }
    text
}

fn of(kind: Kind) -> Vec<Explanation> {
    let mut all = explanations(&Rules::built_in());
    all.retain(|one| one.kind == kind);
    all
}

/// A table: a code, what it means and why that matters, what to do.
fn list(explanations: &[Explanation]) -> String {
    let mut text = String::from("| code | what it means | what to do |\n|---|---|---|\n");
    for Explanation { code, means, why, remedy, .. } in explanations {
        let [means, why, remedy] = [means, why, remedy].map(|text| cell(text));
        writeln!(text, "| `{code}` | **{means}.** {why} | {remedy} |")
            .expect("a string can be written to");
    }
    text
}
