//! What every code means that the program can say: findings, rules and exit codes. One list, for `explain`, for the manual and for
//! the tests that hold it against the code.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::config::{LintRule, lint_rules};
use crate::host::Rule as ArchiveRule;
use crate::model::Severity;
use crate::upgrade::{Rule, RuleKind, Rules};

/// The texts that stand nowhere else, by what they are about.
const TEXTS: [(Kind, &str); 4] = [
    (Kind::ExitCode, include_str!("explanations/exits.toml")),
    (Kind::Finding, include_str!("explanations/findings.toml")),
    (Kind::ConfigurationRule, include_str!("explanations/settings.toml")),
    (Kind::ArchiveRule, include_str!("explanations/archives.toml")),
];

static OWN: LazyLock<Vec<Explanation>> = LazyLock::new(|| {
    let entries = |(kind, text): &(Kind, &str)| -> Vec<Explanation> {
        let file: File = toml::from_str(text).expect("a test reads the explanations");
        file.explanations.into_iter().flat_map(|entry| entry.spread(*kind)).collect()
    };
    TEXTS.iter().flat_map(entries).collect()
});

/// What a code is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// With which the program ends.
    ExitCode,
    /// What a check found.
    Finding,
    /// By which a configuration is judged.
    ConfigurationRule,
    /// By which an archive is judged.
    ArchiveRule,
    /// By which a way from one version to another is judged.
    UpgradeRule,
}

impl Kind {
    /// What they are, all of them.
    pub(crate) const fn heading(self) -> &'static str {
        match self {
            Self::ExitCode => "Exit codes",
            Self::Finding => "Findings",
            Self::ConfigurationRule => "Rules of config.json and its variables",
            Self::ArchiveRule => "Rules of archives",
            Self::UpgradeRule => "Rules of upgrades",
        }
    }

    /// What one of them is.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::ExitCode => "exit code",
            Self::Finding => "finding",
            Self::ConfigurationRule => "rule of config.json and its variables",
            Self::ArchiveRule => "rule of archives",
            Self::UpgradeRule => "rule of upgrades",
        }
    }
}

/// What one code means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Explanation {
    /// As the program says it.
    pub(crate) code: String,
    /// What it is about.
    pub(crate) kind: Kind,
    /// What it says, without a capital and a full stop.
    pub(crate) means: String,
    /// Why that matters, in whole sentences.
    pub(crate) why: String,
    /// What to do, in whole sentences.
    pub(crate) remedy: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "explanation")]
    explanations: Vec<Entry>,
}

/// Codes that have their texts in common. What is left out stands where the rule itself is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    codes: Vec<String>,
    means: Option<String>,
    why: Option<String>,
    remedy: String,
}

impl Entry {
    fn spread(self, kind: Kind) -> Vec<Explanation> {
        let Self { codes, means, why, remedy } = self;
        let explain = |code: String| {
            let (known, reason) = of_rule(kind, &code);
            Explanation {
                means: means.clone().or(known).unwrap_or_default(),
                why: why.clone().or(reason).unwrap_or_default(),
                remedy: remedy.clone(),
                kind,
                code,
            }
        };
        codes.into_iter().map(explain).collect()
    }
}

/// What a rule says of itself, and why it matters.
fn of_rule(kind: Kind, code: &str) -> (Option<String>, Option<String>) {
    match kind {
        Kind::ConfigurationRule => {
            let rule = lint_rules().iter().find(|rule| rule.id == code);
            rule.map_or((None, None), |LintRule { summary, help, .. }| {
                (Some(format!("something {summary}")), Some((*help).to_owned()))
            })
        }
        Kind::ArchiveRule => {
            let rule = ArchiveRule::ALL.iter().find(|rule| rule.id == code);
            (rule.map(|rule| rule.says.to_owned()), None)
        }
        Kind::ExitCode | Kind::Finding | Kind::UpgradeRule => (None, None),
    }
}

/// All explanations, those of the same kind together; the rules of upgrades are these.
pub(crate) fn explanations(rules: &Rules) -> Vec<Explanation> {
    let mut all = OWN.clone();
    all.extend(rules.iter().map(of_upgrade));
    all
}

/// What the exit codes mean.
pub(crate) fn of_exits() -> impl Iterator<Item = &'static Explanation> {
    OWN.iter().filter(|explanation| explanation.kind == Kind::ExitCode)
}

fn of_upgrade(rule: &Rule) -> Explanation {
    let Rule { id, kind, from, to, text, source, .. } = rule;
    let conditions = match rule.conditions() {
        none if none.is_empty() => String::new(),
        some => format!(", if {some}"),
    };
    let about = meaning(*kind);
    let why = format!("{about} From {from} to {to}{conditions}. Known from {source}.");
    let waiver = match rule.severity {
        Severity::Fatal => format!(" --accept {id} waives the rule."),
        Severity::Warning | Severity::Note => String::new(),
    };
    let remedy = match rule.advice.as_str() {
        "" => usual_remedy(*kind).to_owned(),
        advice => sentence(advice),
    };
    Explanation {
        code: id.clone(),
        kind: Kind::UpgradeRule,
        means: text.clone(),
        why,
        remedy: remedy + &waiver,
    }
}

const fn meaning(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Stop => "One has to stop on the way.",
        RuleKind::Forbidden => "The way is closed.",
        RuleKind::Avoid => "It is no place to stop, unless it is named.",
        RuleKind::Manual => "Something has to be done by hand.",
        RuleKind::Lost => "Something is lost, or stops working.",
        RuleKind::Slow => "Something takes long on a large database.",
    }
}

const fn usual_remedy(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Stop => "`mmembed upgrade --to` makes the stop by itself.",
        RuleKind::Forbidden => "Go another way: `mmembed plan --to` finds one where there is one.",
        RuleKind::Avoid => "`mmembed upgrade --to` stops elsewhere by itself.",
        RuleKind::Manual | RuleKind::Lost => {
            "Nothing can be done about it: tell those whom it concerns."
        }
        RuleKind::Slow => "Let it take its time, and give a longer --start-timeout if need be.",
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_explanation_says_what_why_and_what_to_do() {
        let all = explanations(&Rules::built_in());
        let codes: BTreeSet<String> = all.iter().map(|one| one.code.to_lowercase()).collect();
        assert_eq!(codes.len(), all.len(), "a code means one thing");
        for Explanation { code, means, why, remedy, .. } in &all {
            assert!(!means.is_empty() && !means.ends_with('.'), "{code}: {means:?}");
            for text in [why, remedy] {
                let begins = text.starts_with(|c: char| c.is_uppercase() || c == '`');
                assert!(begins && text.ends_with('.'), "{code}: {text:?}");
            }
        }
    }

    #[test]
    fn every_rule_of_archives_is_explained_and_nothing_else_is() {
        let of = |kind| -> BTreeSet<&str> {
            OWN.iter().filter(|one| one.kind == kind).map(|one| one.code.as_str()).collect()
        };
        let rules: BTreeSet<&str> = ArchiveRule::ALL.iter().map(|rule| rule.id).collect();
        assert_eq!(of(Kind::ArchiveRule), rules);
        let settings = of(Kind::ConfigurationRule);
        assert!(lint_rules().iter().all(|rule| settings.contains(rule.id)));
    }

    #[test]
    fn advice_becomes_a_sentence() {
        assert_eq!(sentence("stop the server"), "Stop the server.");
        assert_eq!(sentence("Über alles."), "Über alles.");
        assert_eq!(sentence(""), ".");
    }
}
