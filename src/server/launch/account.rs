//! As whom a server runs: a user and a group, both by name or both by number.
//! Nobody is looked up here.

use std::fmt;
use std::str::FromStr;

use crate::model::Owner;

/// A user and a group, both by name or both by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    user: String,
    group: String,
    is_numeric: bool,
}

/// Why a text names no account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} names no user that a service can run as: write USER, USER:GROUP or two numbers such as 2000:2000"
)]
pub struct AccountError {
    text: String,
}

impl FromStr for Account {
    type Err = AccountError;

    /// A name without a group stands for both.
    fn from_str(text: &str) -> Result<Self, AccountError> {
        let (user, group) = text.split_once(':').unwrap_or((text, text));
        let (user, group) = (user.to_owned(), group.to_owned());
        match (is_number(&user), is_number(&group)) {
            (true, true) => Ok(Self { user, group, is_numeric: true }),
            (false, false) if is_name(&user) && is_name(&group) => {
                Ok(Self { user, group, is_numeric: false })
            }
            _ => Err(AccountError { text: text.to_owned() }),
        }
    }
}

impl From<Owner> for Account {
    fn from(owner: Owner) -> Self {
        Self { user: owner.uid.to_string(), group: owner.gid.to_string(), is_numeric: true }
    }
}

impl Account {
    /// The user.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The group.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// Are both numbers? They need not belong to anybody.
    #[must_use]
    pub const fn is_numeric(&self) -> bool {
        self.is_numeric
    }

    /// Is it the superuser?
    pub(super) fn is_root(&self) -> bool {
        matches!(self.user.as_str(), "0" | "root")
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.user, self.group)
    }
}

/// A number that a user can have: -1 means "leave it".
fn is_number(text: &str) -> bool {
    let is_plain = text == "0" || !text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits && is_plain && text.parse::<u32>().is_ok_and(|id| id != u32::MAX)
}

/// What systemd, shadow and the programs of runit all take for a name.
fn is_name(text: &str) -> bool {
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let rest = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    first && rest && text.len() <= 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_names_or_both_are_numbers() {
        for (text, shown, numeric) in [
            ("mattermost", "mattermost:mattermost", false),
            ("chat:www-data", "chat:www-data", false),
            ("2000:2001", "2000:2001", true),
            ("0", "0:0", true),
        ] {
            let account: Account = text.parse().unwrap();
            assert_eq!((account.to_string().as_str(), account.is_numeric()), (shown, numeric));
        }
        for text in [
            "",
            ":",
            "a:",
            ":a",
            "a:1",
            "1:a",
            "-a",
            "a b",
            "a\nb",
            "%u",
            "a$b",
            "4294967295",
            "007",
            "a:b:c",
            "ä",
            "a;b",
        ] {
            text.parse::<Account>().unwrap_err();
        }
        assert!("root:adm".parse::<Account>().unwrap().is_root());
        assert!(Account::from(Owner { uid: 0, gid: 5 }).is_root());
    }
}
