//! `mmembed explain` knows every code that the program can say, and no other: the codes are read from the sources.

mod said;

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use serde_json::Value;

use self::said::{codes_of_exits, codes_of_findings, codes_that_begin_with};
use crate::architecture::source::{Source, sources};
use crate::support::said::Said;
use crate::support::world::MMEMBED;

fn explain(words: &[&str]) -> Said {
    let output = Command::new(MMEMBED)
        .arg("explain")
        .args(words)
        .env_remove("MMEMBED_RULES")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Said::of(output)
}

/// The explained codes of a kind.
fn explained(kind: &str) -> BTreeSet<String> {
    let json = explain(&["--json"]).expect(0).json();
    let all = json["explanations"].as_array().unwrap().iter();
    let of = all.filter(|one| one["kind"] == kind);
    of.map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn assert_same(what: &str, said: &BTreeSet<String>, explained: &BTreeSet<String>) {
    let missing: Vec<_> = said.difference(explained).collect();
    assert!(
        missing.is_empty(),
        "{what} without an explanation in src/cli/explanations: {missing:?}"
    );
    let idle: Vec<_> = explained.difference(said).collect();
    assert!(idle.is_empty(), "{what} that are explained and that nobody says: {idle:?}");
    assert!(!said.is_empty(), "no {what} were found");
}

fn program() -> Vec<Source> {
    said::without_tests(sources("src"))
}

#[test]
fn every_finding_is_explained() {
    assert_same("findings", &codes_of_findings(&program()).unwrap(), &explained("finding"));
}

#[test]
fn every_rule_of_settings_is_explained() {
    let said = codes_that_begin_with(&program(), "C-");
    assert_same("rules of settings", &said, &explained("configuration-rule"));
}

#[test]
fn every_rule_of_archives_is_explained() {
    let said = codes_that_begin_with(&program(), "T-");
    assert_same("rules of archives", &said, &explained("archive-rule"));
}

#[test]
fn every_rule_of_upgrades_is_explained() {
    let rules = mmembed::upgrade::Rules::built_in();
    let said = rules.iter().map(|rule| rule.id.clone()).collect();
    assert_same("rules of upgrades", &said, &explained("upgrade-rule"));
}

#[test]
fn every_exit_code_is_explained() {
    let said = codes_of_exits(&program());
    assert!(said.contains("0") && said.contains("11"), "{said:?}");
    assert_same("exit codes", &said, &explained("exit-code"));
}

#[test]
fn a_code_is_explained_to_people_and_to_programs() {
    explain(&["database-rights"]).expect(0).saying(&[
        "database-rights (finding): the server's role may not make tables",
        "why:",
        "what to do: Make the role the owner",
    ]);
    // Capitals do not count, and what a rule says of itself is taken from there.
    explain(&["c-bom"]).expect(0).saying(&["C-BOM", "byte order mark", "--strip-bom"]);
    explain(&["T-GZIP-CUT"])
        .expect(0)
        .saying(&["the gzip stream ends too early", "Fetch it again"]);
    explain(&["gate-5.31"]).expect(0).saying(&[
        "rule of upgrades",
        "Known from",
        "--accept gate-5.31",
    ]);
    let json = explain(&["5", "--json"]).expect(0).json();
    assert_eq!(json["explanation"]["kind"], "exit-code");
    assert!(json["explanation"]["remedy"].as_str().unwrap().contains("recover --retry"));
}

#[test]
fn a_code_that_is_none_is_met_with_what_may_be_meant() {
    explain(&["databse-rights"])
        .expect(3)
        .telling(&["nothing here is called databse-rights", "did you mean database-rights"]);
    explain(&["c-syntxa"]).expect(3).telling(&["did you mean C-SYNTAX"]);
    let said = explain(&["unheard-of-code"]).expect(3).telling(&["`mmembed explain` lists"]);
    assert!(!said.stderr.contains("did you mean"), "{}", said.stderr);
    let json: Value = explain(&["unheard-of-code", "--json"]).expect(3).json();
    assert_eq!(json["ending"], "refused");
}

#[test]
fn without_a_code_all_are_listed_once() {
    let said = explain(&[]).expect(0);
    for heading in ["Exit codes:", "Findings:", "Rules of archives:", "Rules of upgrades:"] {
        assert_eq!(said.stdout.matches(heading).count(), 1, "{heading}");
    }
    for code in explained("finding") {
        let lines =
            said.stdout.lines().filter(|line| line.trim_start().starts_with(&format!("{code} ")));
        assert_eq!(lines.count(), 1, "{code}");
    }
}

#[test]
fn the_rules_of_an_operator_are_explained_too() {
    let directory = tempfile::TempDir::new().unwrap();
    let file = directory.path().join("rules.toml");
    let rule = "[[rule]]\nid = \"acme-1\"\nkind = \"lost\"\nfrom = \"*\"\nto = \"*\"\nseverity = \"note\"\ntext = \"it is gone\"\n\
                source = \"us\"\n";
    std::fs::write(&file, rule).unwrap();
    let file = file.to_str().unwrap();
    explain(&["acme-1", "--rules", file]).expect(0).saying(&["it is gone", "Known from us"]);
    explain(&["acme-1", "--rules", "/nowhere.toml"]).expect(3).telling(&["/nowhere.toml"]);
}
