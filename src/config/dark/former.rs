//! The values of settings that are not there any more, in full, for the backup.
//! This is the one place where a secret is written out; the text is for a file that only its owner can read.

use serde_json::{Value, json};

use crate::config::document::{Document, Kind, Leaf};
use crate::config::rename::successor;

use super::restore::Restored;

impl Restored {
    /// Every setting of `former` that is not there any more under exactly this name, with its value, secrets included, and
    /// with its present name or what took its place: a JSON list, for a file that only its owner can read. `None` if there
    /// is none.
    ///
    /// `former` is the configuration before the start, or, to cover what the merge renamed as well, the file as it was
    /// before the merge. A `null` is no value.
    #[must_use]
    pub fn to_former_values(&self, former: &Document) -> Option<String> {
        let leaves = former.leaves().into_iter();
        let values = leaves.filter(|leaf| leaf.value.kind() != Kind::Null);
        let gone: Vec<Value> = values.filter_map(|leaf| self.former(&leaf)).collect();
        (!gone.is_empty()).then(|| format!("{:#}\n", Value::Array(gone)))
    }

    fn former(&self, leaf: &Leaf<'_>) -> Option<Value> {
        let spelling = self.document.spelling(&leaf.setting);
        if spelling.as_ref() == Some(&leaf.setting) {
            return None;
        }
        let setting = leaf.setting.to_string();
        let now = spelling.or_else(|| successor(&leaf.setting, &self.version).cloned());
        let now = now.map(|name| name.to_string());
        Some(json!({"setting": setting, "value": leaf.value.to_value(), "now": now}))
    }
}
