//! The releases that a way cannot stop at, as far as somebody wants to know.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{PassedOverReport, ReleaseLine, Version};
use crate::upgrade::{Router, Wishes};

/// Of what a way between two ends passes over because it has to, the latest releases of their lines. Of earlier ones, of pre-releases and
/// of what was never published so nobody would have thought.
#[must_use]
pub fn latest_passed_over(
    router: &Router<'_>,
    ends: (&Version, &Version),
    wishes: &Wishes,
    obtainable: &BTreeSet<Version>,
) -> Vec<PassedOverReport> {
    let released = obtainable.iter().filter(|version| !version.is_prerelease());
    // They come in their order: the last one of a line stays.
    let latest: BTreeMap<ReleaseLine, &Version> =
        released.map(|version| (ReleaseLine::of(version), version)).collect();
    let passed = latest.values().filter_map(|version| router.passes_over(version, ends, wishes));
    passed
        .map(|over| PassedOverReport { version: over.version, why: over.why.to_string() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LineKind;
    use crate::upgrade::{Known, Rules, Situation};

    #[test]
    fn one_release_of_a_line_is_told_and_only_if_it_is_the_latest() {
        let version = |text: &str| -> Version { text.parse().unwrap() };
        let all = ["7.6.0", "7.7.0", "7.7.1", "7.8.0", "7.8.1", "7.9.0", "7.10.0-rc1", "8.0.0"];
        let known = all.map(|text| Known {
            version: version(text),
            kind: LineKind::Feature,
            withdrawn: matches!(text, "7.6.0" | "7.7.0" | "7.8.1"),
        });
        let (rules, situation) = (Rules::built_in(), Situation::default());
        let router = Router::new(known, &rules, &situation);
        let only = all.iter().filter(|text| **text != "7.9.0").map(|text| version(text));
        let wishes = Wishes { only: Some(only.collect()), ..Wishes::default() };
        let (from, to) = (version("7.5.0"), version("8.0.0"));
        let told = |obtainable: &[&str]| {
            let obtainable = obtainable.iter().map(|text| version(text)).collect();
            let told = latest_passed_over(&router, (&from, &to), &wishes, &obtainable);
            told.iter().map(|over| format!("{} {}", over.version, over.why)).collect::<Vec<_>>()
        };
        let expected =
            ["7.6.0 it was withdrawn", "7.8.1 it was withdrawn", "7.9.0 it is not at hand"];
        assert_eq!(told(&all), expected);
        assert_eq!(told(&all[1..5]), ["7.8.1 it was withdrawn"], "the rest was not published so");
    }
}
