//! What the rules of upgrades have to say about the one hop of a plan.
//! Which way to take is not decided here, and what is merely worth knowing is told by who plans a way.

use crate::model::{Finding, Release, Severity, Version};
use crate::upgrade::{Rules, Situation, Verdict};

/// What is known to speak against a hop.
pub(super) fn check_hop(from: &Version, to: &Release) -> Vec<Finding> {
    let situation = Situation { edition: Some(to.edition), ..Situation::default() };
    let rules = Rules::built_in();
    let verdicts = rules.judge(from, &to.version, &situation);
    let weighty = verdicts.iter().filter(|verdict| verdict.severity() > Severity::Note);
    weighty.map(Verdict::finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Edition;

    fn weight(from: &str, to: &str) -> Option<Severity> {
        let to = Release { version: to.parse().unwrap(), edition: Edition::Team };
        let found = check_hop(&from.parse().unwrap(), &to);
        found.iter().map(|finding| finding.severity).max()
    }

    #[test]
    fn hops_that_were_seen_to_fail_are_forbidden_and_those_that_work_are_not() {
        for (from, to, expected) in [
            ("3.10.3", "5.9.0", None),
            ("3.10.3", "5.30.0", None),
            ("3.10.3", "5.37.0", Some(Severity::Fatal)),
            ("4.10.0", "7.0.0", Some(Severity::Fatal)),
            ("5.3.0", "5.37.0", None),
            ("5.3.0", "7.0.0", Some(Severity::Fatal)),
            ("5.9.0", "7.0.0", Some(Severity::Warning)),
            ("5.37.10", "6.3.0", None),
            ("5.37.10", "7.8.0", Some(Severity::Warning)),
            ("7.8.0", "9.11.0", None),
            ("10.11.0", "11.7.0", None),
            ("10.11.17", "11.7.2", Some(Severity::Fatal)),
            ("10.11.17", "11.7.3", None),
        ] {
            assert_eq!(weight(from, to), expected, "{from} to {to}");
        }
    }
}
