use super::*;
use crate::model::{Edition, Severity};

const MINE: &str = r#"
[[rule]]
id = "acme-1"
kind = "stop"
from = "<9.11.0"
to = ">=10.0.0"
through = ">=9.11.0 <9.12.0"
when = ["edition=team"]
severity = "warning"
text = "acme wants its plugin to migrate on 9.11"
source = "acme"
"#;

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn findings(rules: &Rules, situation: &Situation) -> Vec<(String, Severity, String)> {
    let verdicts = rules.judge(&version("9.5.0"), &version("10.5.3"), situation);
    let mine = verdicts.iter().filter(|verdict| verdict.rule.id == "acme-1");
    mine.map(Verdict::finding)
        .map(|finding| (finding.code, finding.severity, finding.text))
        .collect()
}

#[test]
fn the_rules_of_the_project_are_in_their_own_form() {
    let rules = Rules::built_in();
    let nothing = Rules { rules: Vec::new(), waived: BTreeSet::new() };
    assert_eq!(nothing.with(BUILT_IN), Ok(rules.clone()));
    for rule in rules.iter() {
        let source = ["seen: ", "code: ", "vendor: "];
        assert!(source.iter().any(|source| rule.source.starts_with(source)), "{}", rule.id);
        let plain = |text: &str| !text.ends_with('.') && !text.contains('\n');
        assert!(plain(&rule.text) && plain(&rule.advice), "{}", rule.id);
    }
}

#[test]
fn rules_of_an_operator_are_judged_like_the_others() {
    let rules = Rules::built_in().with(MINE).unwrap();
    let team = Situation { edition: Some(Edition::Team), ..Situation::default() };
    let text = "from 9.5.0 to 10.5.3: acme wants its plugin to migrate on 9.11";
    assert_eq!(findings(&rules, &team), [("acme-1".into(), Severity::Warning, text.into())]);
    let other = Situation { edition: Some(Edition::Enterprise), ..Situation::default() };
    assert_eq!(findings(&rules, &other), []);
}

#[test]
fn what_is_not_known_could_apply() {
    let rules = Rules::built_in().with(MINE).unwrap();
    let text = "from 9.5.0 to 10.5.3, could apply if this is the team edition: acme wants its plugin to migrate on 9.11";
    let expected = [("acme-1".into(), Severity::Note, text.into())];
    assert_eq!(findings(&rules, &Situation::default()), expected);
}

#[test]
fn what_is_waived_is_said_and_weighs_nothing() {
    let rules = Rules::built_in().with(MINE).unwrap().waive(["acme-1"]).unwrap();
    let team = Situation { edition: Some(Edition::Team), ..Situation::default() };
    let text = "from 9.5.0 to 10.5.3, waived: acme wants its plugin to migrate on 9.11";
    assert_eq!(findings(&rules, &team), [("acme-1".into(), Severity::Note, text.into())]);
    assert!(rules.barriers(&team).iter().all(|rule| rule.id != "acme-1"));
}

#[test]
fn a_waiver_of_what_does_not_apply_is_not_told() {
    let rules = Rules::built_in().with(MINE).unwrap().waive(["acme-1"]).unwrap();
    let other = Situation { edition: Some(Edition::Enterprise), ..Situation::default() };
    assert_eq!(findings(&rules, &other), []);
}

#[test]
fn a_waiver_of_nothing_is_an_error() {
    let error = Rules::built_in().waive(["stop-7.1", "stop-7.11"]).unwrap_err();
    assert_eq!(error, NoSuchRule { id: "stop-7.11".to_owned() });
}

#[test]
fn files_in_another_form_are_refused_with_what_is_wrong() {
    let changed = |from: &str, to: &str| {
        assert!(MINE.contains(from));
        Rules::built_in().with(&MINE.replace(from, to)).unwrap_err().to_string()
    };
    for (from, to, expected) in [
        ("acme-1", "stop-7.1", "line 2: there are two rules stop-7.1"),
        ("acme-1", "Acme 1", "line 2: rule Acme 1: its id may have"),
        ("through = \">=9.11.0 <9.12.0\"", "", "has to say `through` what"),
        ("\"stop\"", "\"lost\"", "only stops and forbidden ways"),
        ("\"acme\"", "\" \"", "must not be empty"),
        ("\"stop\"", "\"halt\"", "line 4: unknown variant `halt`"),
        ("<9.11.0\"", "9.11\"", "line 5: \"9.11\" is no comparison"),
        ("edition=team", "edition=trial", "line 8: \"edition=trial\" is no condition"),
        ("severity", "weight", "line 9: unknown field `weight`"),
        ("text = ", "text ", "line 10: "),
        ("[[rule]]", "[[rules]]", "unknown field `rules`"),
    ] {
        let said = changed(from, to);
        assert!(said.contains(expected), "{from} to {to}: {said}");
    }
}

#[test]
fn more_barriers_than_bits_are_refused() {
    let many: Vec<String> =
        (0..MOST_BARRIERS).map(|count| MINE.replace("acme-1", &format!("acme.{count}"))).collect();
    let error = Rules::built_in().with(&many.concat()).unwrap_err();
    assert!(matches!(error, RulesError::TooMany { count } if count > MOST_BARRIERS), "{error}");
}
