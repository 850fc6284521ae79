//! A file on its way through a server: what is there, what is missing, what is made once.
//! Whether the server writes it is none of its business.

use serde_json::{Map, Value as Json, json};

use super::super::catalog::{
    Entry, Filled, Knowledge, Type, all, all_in, entries_of, knowledge_of, reads_weakly,
};
use super::super::document::{Document, Kind, Leaf, View, text};
use super::super::known::is_free;
use super::super::mask::Shown;
use super::super::setting::SettingPath;
use super::effect::{Became, Effect};
use super::rule::{self, Value};
use super::{GENERATED, migration};
use crate::model::Version;

/// The plugin that asks people how they like the server.
const SURVEY: &str = "com.mattermost.nps";

/// The switches of unfinished features.
const FLAGS: &str = "FeatureFlags";

/// A section that servers of some versions write although nothing is in it.
const EMPTY_SECTION: (&str, (u64, u64), (u64, u64)) = ("ProductSettings", (8, 0), (9, 11));

/// A file on its way through a server.
pub(super) struct Reading<'a> {
    version: &'a Version,
    minor: (u64, u64),
    in_use: bool,
    before: &'a Document,
    document: Document,
    effects: Vec<Effect>,
}

impl<'a> Reading<'a> {
    /// Nothing is read yet.
    pub(super) fn open(document: &'a Document, version: &'a Version, in_use: bool) -> Self {
        Self {
            version,
            minor: (version.major(), version.minor()),
            in_use,
            before: document,
            document: document.clone(),
            effects: Vec::new(),
        }
    }

    /// The file, and what became of its settings.
    pub(super) fn close(self) -> (Document, Vec<Effect>) {
        (self.document, self.effects)
    }

    /// What becomes of a setting that is in the file.
    pub(super) fn take(&mut self, leaf: &Leaf<'_>) {
        let Some(entry) = self.entry_of(&leaf.setting) else {
            self.untold(leaf);
            return;
        };
        self.respell(leaf, entry);
        if leaf.value.kind() == Kind::Null {
            // It stands for the default, like a setting that is not there.
            return;
        }
        if leaf.setting.parts().len() == entry.path.parts().len() {
            self.settle(leaf, entry);
        }
    }

    /// Servers up to 5.29 write the names of plugins, and of all that is set for them, in lower case.
    pub(super) fn lower_plugins(&mut self) {
        if !reads_weakly(self.version) {
            return;
        }
        for (map, levels) in
            [("PluginSettings.Plugins", u8::MAX), ("PluginSettings.PluginStates", 1)]
        {
            let map = SettingPath::known(map);
            let Some(value) = self.document.get(&map).map(|value| value.to_value()) else {
                continue;
            };
            let lowered = lower(&value, levels);
            let (Some(before), Some(after)) = (value.as_object(), lowered.as_object()) else {
                continue;
            };
            let changed = before.iter().filter(|(name, value)| after.get(*name) != Some(*value));
            let changed: Vec<&String> = changed.map(|(name, _)| name).collect();
            if changed.is_empty() || self.document.set(&map, &lowered).is_err() {
                continue;
            }
            for name in changed {
                let now = map.child(name.to_lowercase());
                let (setting, became) = (map.child(name), Became::Respelled { now });
                self.effects.push(Effect { setting, became, before: None, after: None });
            }
        }
    }

    /// The row of a setting, or of the map in which it lies.
    fn entry_of(&self, setting: &SettingPath) -> Option<&'static Entry> {
        let name = setting.in_tables();
        let mut end = name.len();
        setting.parts().iter().skip(1).rev().find_map(|part| {
            let above = name.get(..end)?;
            end -= ".".len() + part.len();
            let entry = entries_of(above).iter().find(|entry| entry.holds_in(self.minor))?;
            let whole = above.len() == name.len() || matches!(entry.kind, Type::Map | Type::Any);
            whole.then_some(entry)
        })
    }

    /// A setting that no row names: the server drops it, if all that it knows is known.
    fn untold(&mut self, leaf: &Leaf<'_>) {
        let is_section = leaf.setting.parts().len() == 1;
        if is_section || (self.keeps_flags() && leaf.setting.section() == FLAGS) {
            return;
        }
        if knowledge_of(self.version) == Knowledge::Beyond
            && (is_free(&leaf.setting) || entries_of(&leaf.setting.in_tables()).is_empty())
        {
            self.effects.push(Effect::of(leaf, Became::Unknown));
            return;
        }
        self.document.remove(&leaf.setting);
        self.effects.push(Effect::of(leaf, Became::Dropped));
    }

    /// Servers from 5.31 to 5.35 leave this section as they find it.
    fn keeps_flags(&self) -> bool {
        ((5, 31)..=(5, 35)).contains(&self.minor)
    }

    fn respell(&mut self, leaf: &Leaf<'_>, entry: &Entry) {
        let canonical = &entry.path;
        let depth = canonical.parts().len();
        if leaf.setting.parts().get(..depth) == Some(canonical.parts()) {
            return;
        }
        let below = leaf.setting.parts().iter().skip(depth).cloned();
        let parts = canonical.parts().iter().cloned().chain(below);
        let Some(now) = SettingPath::from_parts(parts) else { return };
        self.document.respell(&now);
        if depth == leaf.setting.parts().len() {
            self.effects.push(Effect::of(leaf, Became::Respelled { now }));
        }
    }

    /// Does the value stay as it is?
    fn settle(&mut self, leaf: &Leaf<'_>, entry: &Entry) {
        if !entry.kind.accepts(&leaf.value) {
            if let Some(json) = entry.kind.coerces(&leaf.value, self.version) {
                self.put(&leaf.setting, Some(&leaf.value), Value::Json(json), Became::Rewritten);
            }
            return;
        }
        let ruled = rule::of(&entry.setting, self.minor)
            .find_map(|rule| rule.rewrites(self.before, &leaf.value));
        let emptied = || entry.empty.filter(|_| is_zero(&leaf.value));
        let Some(filled) = ruled.or_else(|| emptied().map(Value::of)) else { return };
        self.put(&leaf.setting, Some(&leaf.value), filled, Became::Rewritten);
    }

    /// What is not in the file.
    pub(super) fn fill(&mut self) {
        for entry in all_in(self.version) {
            let setting = &entry.path;
            let there = self.document.get(setting).filter(|value| value.kind() != Kind::Null);
            if there.is_some() {
                self.fill_map(setting, entry);
                continue;
            }
            let derived =
                rule::of(&entry.setting, self.minor).find_map(|rule| rule.derives(self.before));
            let filled = derived
                .unwrap_or_else(|| Value::of(if self.in_use { entry.in_use } else { entry.fresh }));
            let members = self.members(entry);
            let filled = if members.is_empty() {
                filled
            } else {
                Value::Json(text::compact(&Json::Object(members), text::encode))
            };
            self.put(setting, None, filled, Became::Added);
        }
    }

    /// Maps that a server fills always have those members.
    fn fill_map(&mut self, setting: &SettingPath, entry: &Entry) {
        for (name, value) in self.members(entry) {
            let member = setting.child(name);
            if self.document.get(&member).is_none() {
                let json = text::compact(&value, text::encode);
                self.put(&member, None, Value::Json(json), Became::Added);
            }
        }
    }

    /// What a server fills into a map. Whether it asks people how they like it depends on whether it may report at all.
    fn members(&self, entry: &Entry) -> Map<String, Json> {
        let filled = if self.in_use { entry.in_use } else { entry.fresh };
        let (Type::Map, Filled::Json(json)) = (entry.kind, filled) else { return Map::new() };
        let Json::Object(mut members) = View::of_json(json).to_value() else { return Map::new() };
        let reports = self.before.get(&SettingPath::known("LogSettings.EnableDiagnostics"));
        if reports.is_some_and(|value| value.raw() == "false")
            && let Some(survey) = members.get_mut(SURVEY)
        {
            *survey = json!({ "Enable": false });
        }
        members
    }

    /// What a server changes once, when it finds a database that only older servers used.
    pub(super) fn migrate(&mut self, from: Option<&Version>) {
        for change in migration::due(self.before, from, self.version) {
            let setting = SettingPath::known(change.setting);
            let there = self.document.get(&setting).map(|value| value.raw().to_owned());
            let before = there.as_deref().map(View::of_json);
            self.put(&setting, before.as_ref(), Value::of(change.becomes), Became::Rewritten);
        }
    }

    /// A section in which this version has no setting goes, too, if it does not stand for itself.
    pub(super) fn settle_sections(&mut self) {
        let (name, first, last) = EMPTY_SECTION;
        let kept = SettingPath::known(name);
        let stays = (first..=last).contains(&self.minor);
        if stays && self.document.get(&kept).is_none() {
            self.put(&kept, None, Value::Json("{}".to_owned()), Became::Added);
        }
        for section in self.document.empty_sections() {
            let is_kept = (stays && section.is_same_as(&kept))
                || section.section() == FLAGS && self.keeps_flags()
                || has_settings(&section, self.minor)
                || knowledge_of(self.version) == Knowledge::Beyond;
            if is_kept || self.document.remove(&section).is_none() {
                continue;
            }
            if self.before.get(&section).is_some_and(|was| was.is_empty()) {
                let became = Became::Dropped;
                self.effects.push(Effect { setting: section, became, before: None, after: None });
            }
        }
    }

    fn put(
        &mut self,
        setting: &SettingPath,
        before: Option<&View<'_>>,
        filled: Value,
        became: Became,
    ) {
        let (json, became) = match filled {
            Value::Json(json) => (json, became),
            Value::Generated => (text::encode(GENERATED), Became::Generated),
            Value::Nothing => return,
            Value::Unknown => {
                self.effects.push(Effect::unknown(setting));
                return;
            }
        };
        if before.is_some_and(|before| before.is_same_as(&View::of_json(&json))) {
            return;
        }
        if self.document.set_raw(setting, &json).is_err() {
            // Something that is no object stands in the way: the server would not have started.
            return;
        }
        let after = Shown::of(setting, &View::of_json(&json));
        self.effects.push(Effect {
            setting: setting.clone(),
            became,
            before: before.map(|before| Shown::of(setting, before)),
            after: Some(after),
        });
    }
}

/// Has a version any setting in this section?
fn has_settings(section: &SettingPath, minor: (u64, u64)) -> bool {
    let within = format!("{}.", section.section().to_ascii_lowercase());
    let mut settings = all().filter(|(name, _)| name.starts_with(&within));
    settings.any(|(_, entries)| entries.iter().any(|entry| entry.holds_in(minor)))
}

/// Is it what stands for nothing in Go: an empty text, list or map, `0`, `false`?
fn is_zero(value: &View<'_>) -> bool {
    value.is_empty() || matches!(value.raw(), "0" | "false")
}

/// The value with the names of this many levels in lower case.
fn lower(value: &Json, levels: u8) -> Json {
    match value.as_object().filter(|_| levels > 0) {
        Some(members) => Json::Object(
            members
                .iter()
                .map(|(name, value)| (name.to_lowercase(), lower(value, levels - 1)))
                .collect(),
        ),
        None => value.clone(),
    }
}
