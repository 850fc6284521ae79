//! Findings of several checks in one list.

use std::cmp::Reverse;

use crate::model::Finding;

/// Both lists in one, the heaviest first; of equal weight those of `first` come first, each list in its order. What has the same
/// code and the same text is said once, by its heaviest.
#[must_use]
pub fn join_findings(first: Vec<Finding>, second: Vec<Finding>) -> Vec<Finding> {
    let mut all: Vec<Finding> = first.into_iter().chain(second).collect();
    all.sort_by_key(|finding| Reverse(finding.severity));
    let mut joined: Vec<Finding> = Vec::new();
    for finding in all {
        let is_same = |other: &Finding| other.code == finding.code && other.text == finding.text;
        if !joined.iter().any(is_same) {
            joined.push(finding);
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity::{Fatal, Note, Warning};

    #[test]
    fn the_heaviest_comes_first_and_nothing_is_said_twice() {
        let first = vec![
            Finding::new(Note, "space", "it is tight"),
            Finding::new(Warning, "modified", "a file was changed"),
            Finding::new(Note, "modified", "b was changed"),
        ];
        let second = vec![
            Finding::new(Fatal, "space", "it is tight").advise("free some"),
            Finding::new(Warning, "modified", "a file was changed"),
            Finding::new(Warning, "mount", "a file was changed"),
        ];
        let joined = join_findings(first, second);
        let told: Vec<(&str, &str)> =
            joined.iter().map(|one| (one.code.as_str(), one.text.as_str())).collect();
        let expected = [
            ("space", "it is tight"),
            ("modified", "a file was changed"),
            ("mount", "a file was changed"),
            ("modified", "b was changed"),
        ];
        assert_eq!(told, expected);
        assert_eq!(joined[0].advice, "free some");
    }
}
