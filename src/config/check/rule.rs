//! The rules that a configuration is checked against, by their published ids.
//! An id never changes its meaning; what a rule finds is said by the complaint.

/// A published rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LintRule {
    /// Its id, which never changes its meaning.
    pub id: &'static str,
    /// What it finds, in a few words.
    pub summary: &'static str,
    /// Why that matters.
    pub help: &'static str,
}

const fn rule(id: &'static str, summary: &'static str, help: &'static str) -> LintRule {
    LintRule { id, summary, help }
}

/// All rules, by their ids.
const RULES: &[LintRule] = &[
    rule(
        "C-BOM",
        "starts with a byte order mark",
        "The server cannot read a file that starts with one, and does not start.",
    ),
    rule(
        "C-DEPRECATED",
        "is deprecated",
        "The version still has the setting, but it does little or nothing, and a later version drops it.",
    ),
    rule(
        "C-DEPTH",
        "is nested too deeply",
        "No real configuration is; the file is something else.",
    ),
    rule(
        "C-DIR",
        "cannot hold a directory of the server",
        "A directory of the system, or the release's own tree, must not become a directory of the server.",
    ),
    rule(
        "C-DSN",
        "is no data source that the driver understands",
        "The server cannot reach its database, and does not start.",
    ),
    rule(
        "C-DUP",
        "occurs twice",
        "The server takes the last value; whoever reads the file may take the first.",
    ),
    rule(
        "C-DUPCASE",
        "occurs twice, differing only by case",
        "The server does not tell the names apart, and takes the last value.",
    ),
    rule(
        "C-EMPTY",
        "is empty",
        "Some versions take an empty file for all defaults, others do not start.",
    ),
    rule("C-ENC", "is not UTF-8", "The server reads nothing but UTF-8, and does not start."),
    rule(
        "C-ENUM",
        "is none of the values that the version accepts",
        "The server checks the value when it starts, and does not start with it.",
    ),
    rule(
        "C-ENV",
        "is decided by a variable of the environment",
        "The variable wins over the file: whoever changes the file changes nothing.",
    ),
    rule(
        "C-ENVCONFIG",
        "is a variable that names the configuration",
        "The server reads what the variable names, which need not be this file.",
    ),
    rule(
        "C-ENVIGNORED",
        "is a variable that the server ignores",
        "The server keeps what the file says, without a word.",
    ),
    rule(
        "C-ENVNAME",
        "is a variable that names no setting",
        "The server ignores it without a word.",
    ),
    rule(
        "C-ENVSTOPS",
        "is a variable that the version cannot read",
        "The server reads the variable when it starts, and does not start with it.",
    ),
    rule(
        "C-FORM",
        "has not the form that the version accepts",
        "The server checks the value when it starts, and does not start with it.",
    ),
    rule(
        "C-INTREE",
        "lies in the release's own tree",
        "The tree is replaced as a whole by an upgrade; what lies in it has to be carried over.",
    ),
    rule(
        "C-MASKED",
        "is masked",
        "The server shows secrets as asterisks; copied back into the file they are the secret.",
    ),
    rule(
        "C-MODE",
        "is open to other users",
        "The file holds passwords and keys; nobody but the server and its operator should read or write it.",
    ),
    rule(
        "C-NEEDS",
        "contradicts other settings",
        "The server checks both together when it starts, and does not start with them.",
    ),
    rule(
        "C-NEWER",
        "was written by a later version",
        "The server drops what it does not know when it next writes the file, and may read the rest otherwise.",
    ),
    rule(
        "C-NOADDRESS",
        "does not name the site's address",
        "Servers from 5.13 to 5.35 take such a file for a new one, and replace its keys: what was encrypted with them is lost.",
    ),
    rule(
        "C-NOKEY",
        "is empty",
        "The server makes a key when it starts, and writes it into the file.",
    ),
    rule(
        "C-NOSQL",
        "names no database",
        "The server would use the database that its release was made with.",
    ),
    rule("C-NUL", "contains a NUL character", "No path, address or connection can contain one."),
    rule("C-NUMBER", "is too large a number", "The server cannot read it."),
    rule(
        "C-PARTLY",
        "is for a version whose settings are not all known",
        "What is not known is not called an error, and may be one.",
    ),
    rule(
        "C-RANGE",
        "is outside the range that the version accepts",
        "The server checks the value when it starts, and does not start with it.",
    ),
    rule("C-READ", "cannot be read", "Nothing can be said about what cannot be read."),
    rule(
        "C-RELATIVE",
        "is a relative path",
        "The server looks for it from the directory that it is started in, which has to be the release's tree.",
    ),
    rule(
        "C-RESET",
        "does not survive the start of the server",
        "The server replaces the value when it starts, and writes another one into the file.",
    ),
    rule(
        "C-SALT",
        "is a secret that everybody knows",
        "Old releases shipped it, the same for all the world.",
    ),
    rule("C-SIZE", "is too large", "No real configuration is; the file is something else."),
    rule(
        "C-SLASH",
        "has a slash too many or too few at its end",
        "Some versions put the name of the log file directly behind the value, others take the value for that name.",
    ),
    rule(
        "C-SURROGATE",
        "contains half a character",
        "The server reads it as U+FFFD, and writes that back.",
    ),
    rule("C-SYNTAX", "is no JSON", "The server cannot read the file, and does not start."),
    rule(
        "C-TOP",
        "is no object",
        "A configuration is a JSON object; the server does not start with anything else.",
    ),
    rule(
        "C-TRAIL",
        "goes on behind its end",
        "Some versions ignore what follows, others do not start.",
    ),
    rule(
        "C-TRUNC",
        "ends too early",
        "Something interrupted whoever wrote the file; the server does not start with it.",
    ),
    rule("C-TYPE", "is of the wrong type", "The server cannot read the file, and does not start."),
    rule(
        "C-UNKNOWN",
        "is no setting",
        "The server drops what it does not know when it next writes the file.",
    ),
    rule("C-UTF8", "is not valid UTF-8", "The server would replace what it cannot read."),
    rule(
        "C-VERSION",
        "is a setting of other versions only",
        "The server drops what it does not know when it next writes the file.",
    ),
];

/// All rules, in the order of their ids.
#[must_use]
pub const fn lint_rules() -> &'static [LintRule] {
    RULES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_one_id_and_says_what_it_finds_and_why_that_matters() {
        assert!(RULES.windows(2).all(|pair| pair[0].id < pair[1].id));
        for rule in RULES {
            assert!(rule.id.starts_with("C-") && rule.id.is_ascii(), "{}", rule.id);
            assert!(!rule.summary.is_empty() && !rule.summary.ends_with('.'), "{}", rule.id);
            assert!(rule.help.ends_with('.'), "{}", rule.id);
        }
    }
}
