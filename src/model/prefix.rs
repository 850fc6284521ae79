//! Every path that belongs to one host application, computed from its name, never discovered.
//! Nothing is looked up on a disk here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::backup::BackupId;
use super::relpath::RelPath;
use super::transaction::TransactionId;

/// The name of the host application: the `APP` in `opt/APP`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppName(String);

/// Why a text names no application.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} cannot name a host application: use 1 to 64 letters, digits, `.`, `_`, `-` or `+`, \
     beginning with a letter or digit"
)]
pub struct AppNameError {
    text: String,
}

impl FromStr for AppName {
    type Err = AppNameError;

    fn from_str(text: &str) -> Result<Self, AppNameError> {
        let first = text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
        let rest = text.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c));
        if first && rest && text.len() <= 64 {
            Ok(Self(text.to_owned()))
        } else {
            Err(AppNameError { text: text.to_owned() })
        }
    }
}

impl TryFrom<String> for AppName {
    type Error = AppNameError;

    fn try_from(text: String) -> Result<Self, AppNameError> {
        text.parse()
    }
}

impl From<AppName> for String {
    fn from(name: AppName) -> Self {
        name.0
    }
}

impl fmt::Display for AppName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where things lie for one application, relative to the root.
///
/// The two tops are given, because on some hosts `/opt` or `/var/opt` is a symbolic link and is resolved once, at the
/// beginning; everything below them is fixed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prefix {
    app: AppName,
    opt: RelPath,
    var: RelPath,
}

impl Prefix {
    /// The paths of `app`, where `opt` and `var` are what `opt/APP` and `var/opt/APP` resolve to.
    #[must_use]
    pub fn new(app: AppName, opt: RelPath, var: RelPath) -> Self {
        Self { app, opt, var }
    }

    /// `opt/APP`, before any link is resolved.
    #[must_use]
    pub fn usual_opt(app: &AppName) -> RelPath {
        RelPath::here().join("opt").join(&app.0)
    }

    /// `var/opt/APP`, before any link is resolved.
    #[must_use]
    pub fn usual_var(app: &AppName) -> RelPath {
        RelPath::here().join("var/opt").join(&app.0)
    }

    /// The application.
    #[must_use]
    pub fn app(&self) -> &AppName {
        &self.app
    }

    /// `opt/APP`: read-only at run time.
    #[must_use]
    pub fn opt(&self) -> &RelPath {
        &self.opt
    }

    /// `var/opt/APP`: what changes at run time.
    #[must_use]
    pub fn var(&self) -> &RelPath {
        &self.var
    }

    /// How the names of staged trees begin.
    pub const STAGED: &'static str = ".mattermost.staged-";

    /// How the names of retired trees begin.
    pub const RETIRED: &'static str = ".mattermost.retired-";

    /// How the names of trees begin that are being removed.
    pub const GOING: &'static str = ".mattermost.going-";

    /// The directory that holds the live, staged and retired trees.
    #[must_use]
    pub fn embedded(&self) -> RelPath {
        self.opt.join("embedded")
    }

    /// The live tree: one complete release, or nothing.
    #[must_use]
    pub fn live(&self) -> RelPath {
        self.embedded().join("mattermost")
    }

    /// The tree that a transaction prepares before anyone looks at it.
    #[must_use]
    pub fn staged(&self, transaction: &TransactionId) -> RelPath {
        self.embedded().join(&format!("{}{transaction}", Self::STAGED))
    }

    /// The tree that gave way to the one of a transaction.
    #[must_use]
    pub fn retired(&self, transaction: &TransactionId) -> RelPath {
        self.embedded().join(&format!("{}{transaction}", Self::RETIRED))
    }

    /// Where the mutable directories go unless they are placed elsewhere.
    #[must_use]
    pub fn places(&self) -> RelPath {
        self.var.join("mattermost")
    }

    /// mmembed's own state.
    #[must_use]
    pub fn state(&self) -> RelPath {
        self.var.join("mmembed")
    }

    /// The lock file; never deleted.
    #[must_use]
    pub fn lock(&self) -> RelPath {
        self.state().join("lock")
    }

    /// What mmembed last made true here.
    #[must_use]
    pub fn receipt(&self) -> RelPath {
        self.state().join("receipt.json")
    }

    /// Why each setting has the value it has.
    #[must_use]
    pub fn ledger(&self) -> RelPath {
        self.state().join("ledger.json")
    }

    /// The host's overlays as they were last applied: the base of the next merge.
    #[must_use]
    pub fn applied(&self) -> RelPath {
        self.state().join("applied")
    }

    /// What a chain of hops that is under way has to remember between two of them.
    #[must_use]
    pub fn chain(&self) -> RelPath {
        self.state().join("chain")
    }

    /// The directory of all backups.
    #[must_use]
    pub fn backups(&self) -> RelPath {
        self.state().join("backups")
    }

    /// The directory of one backup.
    #[must_use]
    pub fn backup(&self, id: &BackupId) -> RelPath {
        self.backups().join(id.as_str())
    }

    /// The directory of all transactions.
    #[must_use]
    pub fn transactions(&self) -> RelPath {
        self.state().join("txn")
    }

    /// The directory of one transaction.
    #[must_use]
    pub fn transaction(&self, id: &TransactionId) -> RelPath {
        self.transactions().join(id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_climb_or_hide_are_refused() {
        for text in ["", ".", "..", ".acme", "a/b", "-acme", "a b", "a\nb", "ä", &"a".repeat(65)] {
            assert!(text.parse::<AppName>().is_err(), "{text:?}");
        }
        assert!("acme-chat_2.0+x".parse::<AppName>().is_ok());
    }

    #[test]
    fn the_layout_is_fixed_below_the_two_tops() {
        let (opt, var) = ("srv/opt/acme".parse().unwrap(), "var/opt/acme".parse().unwrap());
        let prefix = Prefix::new("acme".parse().unwrap(), opt, var);
        assert_eq!(prefix.live().as_str(), "srv/opt/acme/embedded/mattermost");
        assert_eq!(prefix.receipt().as_str(), "var/opt/acme/mmembed/receipt.json");
    }
}
