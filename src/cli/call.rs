//! How the operator calls this program again: advice that can be copied into a shell as it stands.
//! Nothing is called here.

use std::path::Path;

use crate::host::Host;
use crate::model::{AppName, Prefix};

/// The words that name one installation.
#[derive(Debug)]
pub(crate) struct Call {
    target: String,
}

impl Call {
    /// The installation of `app` below `root`; the usual root goes without saying.
    pub(crate) fn new(app: &AppName, root: &Path) -> Self {
        let mut target = format!("--app {app}");
        if root != Path::new("/") {
            target += " --root ";
            target += &quoted(&root.to_string_lossy());
        }
        Self { target }
    }

    /// That installation.
    pub(crate) fn of(host: &Host, prefix: &Prefix) -> Self {
        Self::new(prefix.app(), host.tree.root())
    }

    /// A command for that installation, in backticks.
    pub(crate) fn word(&self, command: &str) -> String {
        format!("`mmembed {command} {}`", self.target)
    }

    /// The same with more words, which need no quotes.
    pub(crate) fn with(&self, command: &str, more: &str) -> String {
        format!("`mmembed {command} {} {more}`", self.target)
    }
}

/// A word as a shell reads it.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_named_where_it_is_not_the_usual_one() {
        for (root, called) in [
            ("/", "`mmembed recover --app acme`"),
            ("/srv/image", "`mmembed recover --app acme --root /srv/image`"),
            ("/a b", "`mmembed recover --app acme --root '/a b'`"),
            ("/it's", r"`mmembed recover --app acme --root '/it'\''s'`"),
            ("/$(x)", "`mmembed recover --app acme --root '/$(x)'`"),
        ] {
            let call = Call::new(&"acme".parse().unwrap(), Path::new(root));
            assert_eq!(call.word("recover"), called);
        }
    }
}
