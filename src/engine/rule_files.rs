//! The rules that upgrades are judged by: those of the project, those of an operator's files, and what the operator waives.
//! No way is judged here.

use std::path::{Path, PathBuf};

use crate::config::distance_within;
use crate::host::{PathError, read_outside};
use crate::upgrade::{NoSuchRule, Rule, Rules, RulesError};

/// The most bytes that are read of a file of rules: some thirty times those of the project.
const RULES_CAP: u64 = 1024 * 1024;

/// How many letters a name may be off to be taken for a slip of the pen.
const SLIP: usize = 3;

/// How many letters of a name somebody has to remember.
const REMEMBERED: usize = 3;

/// Why there are no rules to judge by.
#[derive(Debug, thiserror::Error)]
pub enum RuleFilesError {
    /// A file cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A file is no text.
    #[error("{} is no text", path.display())]
    NoText {
        /// The file.
        path: PathBuf,
    },
    /// A file has no rules, or wrong ones.
    #[error("{}", path.display())]
    Rules {
        /// The file.
        path: PathBuf,
        /// Where, and what is wrong.
        #[source]
        why: RulesError,
    },
    /// No rule has this name.
    #[error("there is no rule {id}")]
    Unknown {
        /// What was given.
        id: String,
        /// What may have been meant, the most likely first.
        near: Vec<String>,
    },
}

/// The rules of the project with those of these files, without the weight of those that are waived by name.
///
/// # Errors
/// A file cannot be read or has no rules in their form, two rules have one name, or a name to be waived is none.
pub fn read_rules(files: &[PathBuf], waived: &[String]) -> Result<Rules, RuleFilesError> {
    let mut rules = Rules::built_in();
    for path in files {
        let text = read_text(path)?;
        rules =
            rules.with(&text).map_err(|why| RuleFilesError::Rules { path: path.clone(), why })?;
    }
    let known = rules.clone();
    rules
        .waive(waived.iter().map(String::as_str))
        .map_err(|NoSuchRule { id }| RuleFilesError::Unknown { near: near(&known, &id), id })
}

/// The rule of this name.
///
/// # Errors
/// There is none; the error has those that are called much the same.
pub fn find_rule<'r>(rules: &'r Rules, id: &str) -> Result<&'r Rule, RuleFilesError> {
    rules
        .find(id)
        .ok_or_else(|| RuleFilesError::Unknown { id: id.to_owned(), near: near(rules, id) })
}

fn read_text(path: &Path) -> Result<String, RuleFilesError> {
    let bytes = read_outside(path, RULES_CAP)?;
    String::from_utf8(bytes).map_err(|_| RuleFilesError::NoText { path: path.to_owned() })
}

fn near(rules: &Rules, id: &str) -> Vec<String> {
    near_names(rules.iter().map(|rule| rule.id.as_str()), id)
}

/// Of these names, at most three that differ from what was typed by a slip of the pen, then those of which only a part was
/// given. Capitals do not count.
#[must_use]
pub fn near_names<'n>(known: impl IntoIterator<Item = &'n str>, typed: &str) -> Vec<String> {
    let typed = typed.to_ascii_lowercase();
    let distance = |name: &str| {
        let name = name.to_ascii_lowercase();
        let has_part = typed.len() >= REMEMBERED && name.contains(&typed);
        let slip = distance_within(&typed, &name, SLIP.min(typed.len() / 3));
        slip.or_else(|| has_part.then_some(SLIP + 1))
    };
    // Of names as much alike, one as long: letters change places more easily than they are left out.
    let key = |name: &'n str| Some((distance(name)?, name.len().abs_diff(typed.len()), name));
    let mut near: Vec<_> = known.into_iter().filter_map(key).collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, _, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::write_outside;

    #[test]
    fn a_name_that_is_none_is_refused_with_those_that_may_be_meant() {
        for (id, expected) in [
            ("gate-5.13", vec!["gate-5.31", "gate-1.3", "gate-2.1"]),
            ("Collision-10.11", vec!["collision-10.11"]),
            ("mysql-gone", vec!["mysql-gone-11"]),
            ("unheard-of-rule", vec![]),
            ("", vec![]),
        ] {
            let waived = [id.to_owned()];
            let error = read_rules(&[], &waived).unwrap_err();
            let RuleFilesError::Unknown { near, .. } = &error else { panic!("{error}") };
            assert!(near.iter().all(|near| Rules::built_in().find(near).is_some()));
            assert_eq!(near, &expected, "{id:?}");
        }
    }

    #[test]
    fn the_rules_of_files_come_on_top_and_can_be_waived() {
        let directory = tempfile::TempDir::new().unwrap();
        let path = directory.path().join("rules.toml");
        let rule = "[[rule]]\nid = \"acme\"\nkind = \"lost\"\nfrom = \"*\"\nto = \"*\"\nseverity = \"note\"\ntext = \"t\"\n\
                    source = \"s\"\n";
        write_outside(&path, rule.as_bytes()).unwrap();
        let rules = read_rules(std::slice::from_ref(&path), &["acme".to_owned()]).unwrap();
        assert_eq!(rules.iter().count(), Rules::built_in().iter().count() + 1);
        assert!(rules.is_waived(rules.find("acme").unwrap()));
        // The same file twice has the same names twice.
        let error = read_rules(&[path.clone(), path.clone()], &[]).unwrap_err();
        assert!(matches!(&error, RuleFilesError::Rules { path: at, .. } if *at == path), "{error}");
        write_outside(&path, b"\xff").unwrap();
        assert!(matches!(read_rules(&[path], &[]), Err(RuleFilesError::NoText { .. })));
    }
}
