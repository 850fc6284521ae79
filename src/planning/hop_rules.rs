//! What the rules of upgrades have to say about the one hop of a plan.
//! Which way to take is not decided here, and what is merely worth knowing is told by who plans a way.

use super::join::join_findings;
use crate::model::{Finding, Plan, Release, Severity, Step, TransactionId, Version, Waiver};
use crate::upgrade::{Certainty, RuleKind, Rules, Situation, Verdict};

/// By what a hop is judged.
#[derive(Clone, Copy, Debug)]
pub struct HopRules<'a> {
    /// The rules, and which of them are waived.
    pub rules: &'a Rules,
    /// What is known of the installation.
    pub situation: &'a Situation,
}

impl HopRules<'_> {
    /// What is known of the way from the release that gives way to the one that comes, over the stops that the database has left
    /// behind; nothing for a plan that makes no hop.
    #[must_use]
    pub fn check(&self, plan: &Plan) -> Vec<Finding> {
        let hop = plan.steps.iter().find_map(|planned| {
            let Step::Configure(configure) = &planned.step else {
                return None;
            };
            configure.former.as_ref().zip(Some(&configure.left_behind))
        });
        let Some((former, left_behind)) = hop else {
            return Vec::new();
        };
        let to = &plan.receipt.release.version;
        let hops = parts(&former.version, left_behind, to).into_iter();
        hops.map(|(from, to)| self.check_hop(from, to)).fold(Vec::new(), join_findings)
    }

    fn check_hop(&self, from: &Version, to: &Version) -> Vec<Finding> {
        let verdicts = self.rules.judge(from, to, self.situation);
        verdicts.iter().filter(|verdict| is_weighty(verdict)).map(finding).collect()
    }

    /// The rules that are about the hop and that the operator has waived, in the order of their names.
    pub(super) fn waivers(
        &self,
        from: &Version,
        left_behind: &[Version],
        to: &Release,
        transaction: &TransactionId,
    ) -> Vec<Waiver> {
        let hops = parts(from, left_behind, &to.version).into_iter();
        let waivers = hops.flat_map(|(from, to)| {
            let verdicts = self.rules.judge(from, to, self.situation).into_iter();
            let waived = verdicts.filter(|verdict| verdict.certainty == Certainty::Waived);
            waived.map(|verdict| Waiver {
                rule: verdict.rule.id.clone(),
                from: from.clone(),
                to: to.clone(),
                transaction: transaction.clone(),
                text: verdict.rule.text.clone(),
            })
        });
        let mut waivers: Vec<Waiver> = waivers.collect();
        waivers.sort_by(|one, other| one.rule.cmp(&other.rule));
        waivers.dedup_by(|one, other| one.rule == other.rule);
        waivers
    }
}

/// The hops that one hop stands for which leads past what the database has left behind.
fn parts<'v>(
    from: &'v Version,
    left_behind: &'v [Version],
    to: &'v Version,
) -> Vec<(&'v Version, &'v Version)> {
    let before = std::iter::once(from).chain(left_behind);
    before.zip(left_behind.iter().chain([to])).collect()
}

/// What weighs, what would if it were not waived, and what may bar the way, for all that is known.
fn is_weighty(verdict: &Verdict<'_>) -> bool {
    let rule = verdict.rule;
    match verdict.certainty {
        Certainty::Certain | Certainty::Waived => rule.severity > Severity::Note,
        Certainty::Possible => rule.severity == Severity::Fatal || rule.kind == RuleKind::Forbidden,
    }
}

/// In the words of the rule; what forbids the hop can be waived, which takes its name.
fn finding(verdict: &Verdict<'_>) -> Finding {
    let mut finding = verdict.finding();
    if finding.is_fatal() {
        let waiver = format!("--accept {} waives this rule", finding.code);
        let and = if finding.advice.is_empty() { "" } else { "; " };
        finding.advice = format!("{}{and}{waiver}", finding.advice);
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Edition;
    use crate::upgrade::Driver;

    fn hop(from: &str, to: &str, rules: &Rules, situation: &Situation) -> Vec<Finding> {
        HopRules { rules, situation }.check_hop(&from.parse().unwrap(), &to.parse().unwrap())
    }

    fn usual() -> Situation {
        let (edition, driver) = (Some(Edition::Team), Some(Driver::Postgres));
        Situation { edition, driver, ..Situation::default() }
    }

    fn weight(from: &str, to: &str) -> Option<Severity> {
        let found = hop(from, to, &Rules::built_in(), &usual());
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

    #[test]
    fn what_forbids_a_hop_says_how_it_is_waived_and_then_is_only_told() {
        let barred = hop("10.11.17", "11.7.2", &Rules::built_in(), &usual());
        assert_eq!(barred.len(), 1, "{barred:?}");
        let advice =
            "upgrade to 11.7.3 or later instead; --accept collision-10.11 waives this rule";
        assert_eq!(
            (barred[0].code.as_str(), barred[0].advice.as_str()),
            ("collision-10.11", advice)
        );
        let rules = Rules::built_in().waive(["collision-10.11", "gate-5.31"]).unwrap();
        let told = hop("10.11.17", "11.7.2", &rules, &usual());
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].code.as_str(), told[0].severity), ("collision-10.11", Severity::Note));
        assert!(told[0].text.contains("waived"), "{told:?}");
        let to = Release { version: "11.7.2".parse().unwrap(), edition: Edition::Team };
        let by = HopRules { rules: &rules, situation: &usual() };
        let id: TransactionId = "20261123T205143Z-9f3a".parse().unwrap();
        let waivers = |from: &str| by.waivers(&from.parse().unwrap(), &[], &to, &id);
        let [waiver] = &waivers("10.11.17")[..] else { panic!("{:?}", waivers("10.11.17")) };
        assert_eq!(
            (&*waiver.rule, waiver.transaction.day()),
            ("collision-10.11", "2026-11-23".into())
        );
        assert_eq!(waivers("10.11.0"), []);
    }

    #[test]
    fn what_may_bar_a_hop_is_told_and_what_else_could_apply_is_not() {
        let codes = |situation: &Situation| {
            let found = hop("10.11.0", "12.0.0", &Rules::built_in(), situation);
            assert!(found.iter().all(|finding| finding.severity == Severity::Note), "{found:?}");
            found.into_iter().map(|finding| finding.code).collect::<Vec<_>>()
        };
        assert_eq!(codes(&Situation::default()), ["mysql-gone-11", "glibc-12"]);
        assert_eq!(codes(&usual()), ["glibc-12"]);
    }

    #[test]
    fn settings_and_variables_count() {
        let cluster = |on: bool| Situation {
            config: Some(serde_json::json!({ "ClusterSettings": { "Enable": on } })),
            ..usual()
        };
        for (on, expected) in [(true, vec!["cluster-4.0"]), (false, vec![])] {
            let found = hop("3.10.3", "4.0.0", &Rules::built_in(), &cluster(on));
            let codes: Vec<_> = found.iter().map(|finding| finding.code.as_str()).collect();
            assert_eq!(codes, expected, "{on}");
        }
    }
}
