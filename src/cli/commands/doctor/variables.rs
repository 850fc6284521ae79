//! The variables that decide about this program: which are set, and which are read by nobody.

use crate::cli::environment::set_variables;
use crate::cli::grammar::variables;
use crate::host::Network;
use crate::model::{Area, Finding, Observation, Severity};

/// Who speaks for whom on the way to others.
const PROXIES: [&str; 8] = [
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "https_proxy",
    "http_proxy",
    "all_proxy",
    "no_proxy",
];

/// How this program's own variables begin.
const OURS: &str = "MMEMBED_";

/// Each variable that is set, and how it counts. What stands before an `@` in an address is not shown.
pub(super) fn observations() -> Vec<Observation> {
    let known = variables();
    let is_told = |name: &str| name.starts_with(OURS) || PROXIES.contains(&name);
    let set = set_variables().into_iter().filter(|(name, _)| is_told(name));
    let seen: Vec<Observation> = set.map(|(name, value)| observe(&name, &value, &known)).collect();
    if seen.is_empty() {
        return vec![Observation::good(
            Area::Environment,
            "variables",
            "none is set that would count, and no proxy",
        )];
    }
    seen
}

fn observe(name: &str, value: &str, known: &[String]) -> Observation {
    let shown = if value.contains("://") { Network::shown(value) } else { value.to_owned() };
    if PROXIES.contains(&name) {
        return Observation::good(
            Area::Environment,
            name,
            format!("{shown}: heeded when releases are fetched"),
        );
    }
    if known.iter().any(|one| one == name) {
        let text = format!("{shown}: counts where the option of that name is not given");
        return Observation::good(Area::Environment, name, text);
    }
    let finding = Finding::new(Severity::Warning, "variable-unknown", "nobody reads it")
        .advise(format!("unset {name}"));
    Observation::found(Area::Environment, name, finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Health;

    #[test]
    fn what_counts_is_told_from_what_nobody_reads() {
        let known = variables();
        for name in
            ["MMEMBED_APP", "MMEMBED_ROOT", "MMEMBED_STORE", "MMEMBED_MIRROR", "MMEMBED_RULES"]
        {
            assert_eq!(observe(name, "x", &known).health, Health::Ok, "{name}");
        }
        let typing_error = observe("MMEMBED_ROTT", "x", &known);
        assert_eq!(typing_error.code.as_deref(), Some("variable-unknown"));
        for (name, value) in [
            ("HTTPS_PROXY", "http://me:canary@proxy:3128"),
            ("MMEMBED_MIRROR", "https://me:canary@mirror/"),
        ] {
            let seen = observe(name, value, &known);
            assert!(!format!("{seen:?}").contains("canary"), "{seen:?}");
        }
    }
}
