//! Comparing the rows of a database with those of its dump, brought back on trial.

use std::collections::{BTreeMap, BTreeSet};

use super::error::DumpError;
use super::vault::TrialReport;

/// `counts` are those just before and just after the dump was made. Where the two differ, somebody wrote meanwhile, and
/// nothing can be said of that table but that it is there.
pub(super) fn compare(
    counts: [&BTreeMap<String, u64>; 2],
    restored: &BTreeMap<String, u64>,
) -> Result<TrialReport, DumpError> {
    let [before, after] = counts;
    let names: BTreeSet<&String> = before.keys().chain(restored.keys()).collect();
    let mut report = TrialReport { rows: restored.clone(), changed: Vec::new() };
    let mut wrong = Vec::new();
    for name in names {
        let (before, after, restored) = (before.get(name), after.get(name), restored.get(name));
        if before == after && before == restored {
            continue;
        }
        match (before, after, restored) {
            (Some(before), Some(after), Some(_)) if before != after => {
                report.changed.push(name.clone());
            }
            (Some(before), _, Some(restored)) => {
                wrong.push(format!("{name} has {before} rows, and {restored} in the dump"));
            }
            (Some(_), Some(_), None) => wrong.push(format!("{name} is not in the dump")),
            // It was made or removed while the dump was made.
            _ => report.changed.push(name.clone()),
        }
    }
    if wrong.is_empty() { Ok(report) } else { Err(DumpError::Differs { tables: wrong }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
        pairs.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect()
    }

    #[test]
    fn what_stood_still_has_to_be_equal() {
        let quiet = counts(&[("posts", 3), ("users", 1)]);
        assert_eq!(compare([&quiet, &quiet], &quiet).unwrap().changed, [""; 0]);
        for (restored, said) in [
            (counts(&[("posts", 2), ("users", 1)]), "posts has 3 rows, and 2 in the dump"),
            (counts(&[("posts", 3)]), "users is not in the dump"),
        ] {
            let error = compare([&quiet, &quiet], &restored).unwrap_err().to_string();
            assert!(error.ends_with(said), "{error}");
        }
    }

    #[test]
    fn what_moved_meanwhile_is_named_and_no_fault() {
        let (before, after) = (counts(&[("posts", 3), ("old", 1)]), counts(&[("posts", 9)]));
        let restored = counts(&[("posts", 5), ("new", 1)]);
        assert_eq!(compare([&before, &after], &restored).unwrap().changed, ["new", "old", "posts"]);
    }
}
