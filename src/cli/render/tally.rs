//! Changes of settings by kind: those that somebody should look at come first.
//! What a kind means is in its name.

use crate::model::{SettingChange, SettingsForecast};

/// The kinds that are known; one that is not comes after them.
const KINDS: [&str; 7] =
    ["conflict", "dropped", "unknown", "renamed", "rewritten", "respelled", "added"];

/// All changes of one kind, in their order.
pub(super) struct Tally<'a> {
    /// In one word.
    pub(super) what: &'static str,
    /// Never empty.
    pub(super) changes: Vec<&'a SettingChange>,
}

impl Tally<'_> {
    /// How many, and of what kind: `2 dropped`.
    pub(super) fn counted(&self) -> String {
        let count = self.changes.len();
        match self.what {
            "conflict" if count != 1 => format!("{count} conflicts"),
            what => format!("{count} {what}"),
        }
    }

    /// Should somebody look at each of them?
    pub(super) fn is_weighty(&self) -> bool {
        matches!(self.what, "conflict" | "dropped" | "unknown")
    }

    /// The first names, and how many there are besides.
    pub(super) fn some(&self, at_most: usize) -> String {
        let mut names: Vec<String> =
            self.changes.iter().take(at_most).map(|change| change.setting.clone()).collect();
        let rest = self.changes.len().saturating_sub(at_most);
        if rest > 0 {
            names.push(format!("{rest} more"));
        }
        names.join(", ")
    }
}

/// The changes of a hop, kind by kind.
pub(super) fn tally(forecast: &SettingsForecast) -> Vec<Tally<'_>> {
    let others = forecast.changes.iter().map(|change| change.what);
    let mut kinds: Vec<&'static str> = KINDS.into_iter().chain(others).collect();
    let mut seen = Vec::new();
    kinds.retain(|what| {
        let is_new = !seen.contains(what);
        seen.push(*what);
        is_new
    });
    let all = kinds.into_iter().map(|what| Tally {
        what,
        changes: forecast.changes.iter().filter(|change| change.what == what).collect(),
    });
    all.filter(|tally| !tally.changes.is_empty()).collect()
}

/// All kinds with their counts: `1 conflict, 31 added`; says so where there is nothing to count.
pub(super) fn in_short(forecast: &SettingsForecast) -> String {
    if forecast.changes.is_empty() {
        let looked_at = !forecast.knowledge.is_empty();
        return if looked_at { "nothing changes" } else { "not looked at" }.to_owned();
    }
    let counts: Vec<String> = tally(forecast).iter().map(Tally::counted).collect();
    counts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(setting: &str, what: &'static str) -> SettingChange {
        SettingChange { setting: setting.to_owned(), what, text: String::new() }
    }

    fn forecast(changes: Vec<SettingChange>) -> SettingsForecast {
        SettingsForecast { knowledge: "known".to_owned(), changes }
    }

    #[test]
    fn what_somebody_should_look_at_comes_first_and_what_is_unheard_of_last() {
        let changes = ["added", "strange", "dropped", "conflict", "added", "conflict", "strange"];
        let forecast = forecast(changes.into_iter().map(|what| change("A.B", what)).collect());
        assert_eq!(in_short(&forecast), "2 conflicts, 1 dropped, 2 added, 2 strange");
        assert_eq!(in_short(&SettingsForecast::default()), "not looked at");
        let nothing = SettingsForecast { knowledge: "known".to_owned(), ..Default::default() };
        assert_eq!(in_short(&nothing), "nothing changes");
    }

    #[test]
    fn a_few_are_named_and_the_rest_counted() {
        let forecast = forecast(["A.A", "A.B", "A.C"].map(|name| change(name, "added")).into());
        let tally = &tally(&forecast)[0];
        assert_eq!(tally.some(2), "A.A, A.B, 1 more");
        assert_eq!(tally.some(3), "A.A, A.B, A.C");
    }
}
