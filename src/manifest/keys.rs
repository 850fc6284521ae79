//! The keys of one table: those that are known are asked for, and what is left over is refused.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Found;
use super::value::{Unfit, table};
use crate::config::distance_within;

/// How many letters a name may be off to be taken for a slip of the pen.
const SLIP: usize = 3;

/// A table that is being read.
pub(super) struct Keys<'k, 't> {
    table: &'k DeTable<'t>,
    /// `[name]`, for what is said of it; empty for the whole file.
    name: &'static str,
    asked: Vec<&'static str>,
}

impl<'k, 't> Keys<'k, 't> {
    pub(super) const fn of(table: &'k DeTable<'t>, name: &'static str) -> Self {
        Self { table, name, asked: Vec::new() }
    }

    /// The value of a key, where it is there.
    pub(super) fn ask(&mut self, key: &'static str) -> Option<&'k Spanned<DeValue<'t>>> {
        self.asked.push(key);
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// The value of a key as it is meant, where it is there and fits.
    pub(super) fn take<T>(
        &mut self,
        key: &'static str,
        found: &mut Found<'_>,
        read: impl FnOnce(&'k Spanned<DeValue<'t>>) -> Result<T, Unfit>,
    ) -> Option<T> {
        match read(self.ask(key)?) {
            Ok(value) => Some(value),
            Err(Unfit { at, why }) => {
                found.add(&at, format!("`{key}`: {why}"));
                None
            }
        }
    }

    /// A table within it, where it is there.
    pub(super) fn within(&mut self, key: &'static str, found: &mut Found<'_>) -> Option<Self> {
        self.take(key, found, table).map(|table| Self::of(table, key))
    }

    /// Refuses what nobody has asked for.
    pub(super) fn finish(self, found: &mut Found<'_>) {
        for (name, _) in
            self.table.iter().filter(|(name, _)| !self.asked.contains(&&**name.get_ref()))
        {
            let place =
                if self.name.is_empty() { String::new() } else { format!(" in [{}]", self.name) };
            let meant = nearest(name.get_ref(), &self.asked);
            let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            found.add(&name.span(), format!("there is no key `{}`{place}{meant}", name.get_ref()));
        }
    }
}

/// The word that was most likely meant.
pub(super) fn nearest<'w>(typed: &str, words: &[&'w str]) -> Option<&'w str> {
    let plain = |word: &str| word.to_ascii_lowercase().replace('_', "-");
    let typed = plain(typed);
    // Of a short word, three letters off is another word.
    let limit = SLIP.min(typed.chars().count() / 2);
    let near = words.iter().filter_map(|word| Some((distance_within(&typed, word, limit)?, *word)));
    near.min().map(|(_, word)| word)
}
