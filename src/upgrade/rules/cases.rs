//! Each rule of the project in cases in which it applies, and in such in which it just does not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::*;
use crate::model::Edition;
use crate::upgrade::{Condition, Driver, published};

const CASES: &str = include_str!("../../../fixtures/upgrade/rule_cases.tsv");

struct Case<'a> {
    rule: &'a str,
    says: &'a str,
    from: Version,
    to: Version,
    situation: Situation,
}

fn cases() -> Vec<Case<'static>> {
    let rows = CASES.lines().filter(|line| !line.starts_with('#'));
    let read = |row: &'static str| {
        let fields: Vec<&str> = row.split('\t').collect();
        let [rule, says, from, to, situation] = fields[..] else { panic!("{row}") };
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        Case { rule, says, from, to, situation: situation_of(situation) }
    };
    rows.map(read).collect()
}

fn situation_of(words: &str) -> Situation {
    let mut situation = Situation::default();
    for word in words.split(' ').filter(|word| *word != "-") {
        match word.split_once('=') {
            None => match word.strip_prefix("env:") {
                Some(name) => {
                    let environment = situation.environment.get_or_insert_default();
                    environment.insert(name.to_owned(), "1".to_owned());
                }
                None => one_word(&mut situation, word),
            },
            Some(("glibc", version)) => situation.glibc = version.parse().ok(),
            Some((name @ ("postgres" | "mysql"), version)) => {
                one_word(&mut situation, name);
                let numbers: Vec<u32> = version.split('.').map(|it| it.parse().unwrap()).collect();
                situation.database = Some(numbers.try_into().unwrap());
            }
            Some((setting, value)) => set(&mut situation, setting, value),
        }
    }
    situation
}

fn one_word(situation: &mut Situation, word: &str) {
    match word {
        "team" => situation.edition = Some(Edition::Team),
        "enterprise" => situation.edition = Some(Edition::Enterprise),
        "postgres" => situation.driver = Some(Driver::Postgres),
        "mysql" => situation.driver = Some(Driver::MySql),
        "config" => situation.config = Some(json!({})),
        _ => panic!("{word}"),
    }
}

fn set(situation: &mut Situation, setting: &str, value: &str) {
    let mut place = situation.config.get_or_insert_with(|| json!({}));
    for part in setting.split('.') {
        if place.is_null() {
            *place = json!({});
        }
        place = &mut place[part];
    }
    *place = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
}

fn said(rules: &Rules, case: &Case<'_>) -> &'static str {
    let verdicts = rules.judge(&case.from, &case.to, &case.situation);
    match verdicts.iter().find(|verdict| verdict.rule.id == case.rule).map(|it| it.certainty) {
        None => "spared",
        Some(Certainty::Certain) => "applies",
        Some(Certainty::Possible) => "could",
        Some(Certainty::Waived) => "waived",
    }
}

#[test]
fn each_case_says_what_it_should() {
    let rules = Rules::built_in();
    for case in cases() {
        let Case { rule, says, from, to, situation } = &case;
        assert_eq!(said(&rules, &case), *says, "{rule}: {from} to {to}, {situation:?}");
    }
}

#[test]
fn each_rule_has_a_case_in_which_it_speaks_and_one_in_which_it_does_not() {
    let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let cases = cases();
    for case in &cases {
        seen.entry(case.rule).or_default().insert(case.says);
    }
    let rules = Rules::built_in();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(seen.keys().copied().collect::<BTreeSet<_>>(), ids);
    for (rule, says) in seen {
        let unseen =
            rules.find(rule).unwrap().when.iter().any(|it| matches!(it, Condition::Unseen(_)));
        let speaks = if unseen { "could" } else { "applies" };
        assert!(says.contains(speaks) && says.contains("spared"), "{rule}: {says:?}");
    }
}

/// A case with a version that nobody ever published would prove little.
#[test]
fn the_cases_are_about_versions_that_there_are() {
    let published: BTreeSet<Version> = published().into_iter().map(|it| it.version).collect();
    for case in cases() {
        for version in [&case.from, &case.to] {
            let is_to_come = version.is_at_least(12, 0);
            assert!(is_to_come || published.contains(version), "{}: {version}", case.rule);
        }
    }
}
