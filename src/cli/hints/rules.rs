//! What to do when rules of upgrades cannot be used, or are not there.

use crate::cli::answer::{Refusal, failure};
use crate::cli::exit::Exit;
use crate::cli::{system, words};
use crate::engine::RuleFilesError;

/// The rules cannot be told.
pub(crate) fn for_rules(error: &RuleFilesError) -> Refusal {
    let next = match error {
        RuleFilesError::Path(_) => system::advice_and_again(error),
        RuleFilesError::NoText { .. } => {
            "give a file of rules in TOML; `mmembed rules show gate-5.31` shows what one has"
                .to_owned()
        }
        RuleFilesError::Rules { .. } => {
            "mend the file at that place, then run the command again".to_owned()
        }
        RuleFilesError::Unknown { near, .. } => meant(near),
    };
    (Exit::Refused, failure(words::chain(error), &next))
}

fn meant(near: &[String]) -> String {
    let list = "`mmembed rules list` has all of them";
    if near.is_empty() {
        return format!("{list}; with --from V --to V, those about that way");
    }
    format!("did you mean {}? {list}", near.join(" or "))
}
