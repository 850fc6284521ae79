//! What a server of a version makes of a file when it starts on it: said beforehand, without a server.
//! No value is guessed: what nobody knows is told as unknown.

#[cfg(test)]
mod chain;
mod effect;
mod first_file;
mod migration;
mod rule;
mod saving;

use super::catalog::{
    Entry, Filled, Knowledge, Type, all, all_in, entries_of, knowledge_of, reads_weakly,
};
use super::document::{Document, Kind, Leaf, View, text};
use super::known::is_free;
use super::mask::Shown;
use super::setting::SettingPath;
use crate::model::Version;

pub use self::effect::{Became, Effect};
pub(super) use self::first_file::first_file;

use self::rule::Value;

/// What stands for a value that a server makes up at random.
pub const GENERATED: &str = "<generated>";

/// The switches of unfinished features.
const FLAGS: &str = "FeatureFlags";

/// A section that servers of some versions write although nothing is in it.
const EMPTY_SECTION: (&str, (u64, u64), (u64, u64)) = ("ProductSettings", (8, 0), (9, 11));

/// A file as a server will leave it.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// The file. [`GENERATED`] stands where the server makes up a value, if the caller asked for marks.
    pub document: Document,
    /// What became of which setting: first what was in the file, in its order, then what is new.
    pub effects: Vec<Effect>,
    /// How well the version is known.
    pub knowledge: Knowledge,
    /// Does the server write the file at all, or are the effects to be seen in its memory only?
    pub is_saved: bool,
}

/// What a server of this version makes of a file. `from` is the version that used file and database before; without one,
/// the database is taken to be new.
///
/// A value of a wrong type, which would keep the server from starting, is left as it is: see [`check`](super::check).
#[must_use]
pub fn forecast(document: &Document, from: Option<&Version>, version: &Version) -> Forecast {
    let mut reading = Reading {
        version,
        minor: (version.major(), version.minor()),
        in_use: is_in_use(document, version),
        before: document,
        document: document.clone(),
        effects: Vec::new(),
    };
    for leaf in document.leaves() {
        reading.take(&leaf);
    }
    reading.fill();
    reading.migrate(from);
    reading.settle_sections();
    let is_saved = saving::saves(document, from, version);
    Forecast {
        document: if is_saved { reading.document } else { document.clone() },
        effects: reading.effects,
        knowledge: knowledge_of(version),
        is_saved,
    }
}

fn folded(setting: &SettingPath) -> String {
    setting.parts().join(".").to_ascii_lowercase()
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

/// Servers take a file for one that has been in use when it names the site's address, be it empty. From 5.36 on they take
/// every file for one.
fn is_in_use(document: &Document, version: &Version) -> bool {
    let address = SettingPath::known("ServiceSettings.SiteURL");
    let is_named = document.get(&address).is_some_and(|value| value.kind() != Kind::Null);
    is_named || version.is_at_least(5, 36)
}

/// A file on its way through a server.
struct Reading<'a> {
    version: &'a Version,
    minor: (u64, u64),
    in_use: bool,
    before: &'a Document,
    document: Document,
    effects: Vec<Effect>,
}

impl Reading<'_> {
    /// What becomes of a setting that is in the file.
    fn take(&mut self, leaf: &Leaf<'_>) {
        let Some(entry) = self.entry_of(&leaf.setting) else {
            self.untold(leaf);
            return;
        };
        self.respell(leaf, entry);
        if leaf.value.kind() == Kind::Null {
            // It stands for the default, like a setting that is not there.
            return;
        }
        if leaf.setting.parts().len() == entry.setting.split('.').count() {
            self.settle(leaf, entry);
        } else {
            self.lower(&leaf.setting, &leaf.value);
        }
    }

    /// Servers up to 5.29 write everything below a map in lower case.
    fn lower(&mut self, setting: &SettingPath, value: &View<'_>) {
        let is_lower = |part: &String| *part == part.to_lowercase();
        let parts = setting.parts();
        if !reads_weakly(self.version) || parts.iter().skip(2).all(is_lower) {
            return;
        }
        let (above, below) = parts.split_at(2.min(parts.len()));
        let lowered = above.iter().cloned().chain(below.iter().map(|part| part.to_lowercase()));
        let Some(now) = SettingPath::from_parts(lowered) else { return };
        self.document.remove(setting);
        if self.document.set_raw(&now, value.raw()).is_ok() {
            let before = Some(Shown::of(setting, value));
            let became = Became::Respelled { now };
            self.effects.push(Effect { setting: setting.clone(), became, before, after: None });
        }
    }

    /// The row of a setting, or of the map in which it lies.
    fn entry_of(&self, setting: &SettingPath) -> Option<&'static Entry> {
        let parts = setting.parts();
        (2..=parts.len()).rev().find_map(|count| {
            let name = parts.get(..count)?.join(".").to_ascii_lowercase();
            let entry = entries_of(&name).iter().find(|entry| entry.holds_in(self.minor))?;
            let whole = count == parts.len() || matches!(entry.kind, Type::Map | Type::Any);
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
            && (is_free(&leaf.setting) || entries_of(&folded(&leaf.setting)).is_empty())
        {
            self.effects.push(Effect::of(leaf, Became::Unknown, None));
            return;
        }
        self.document.remove(&leaf.setting);
        self.effects.push(Effect::of(leaf, Became::Dropped, None));
    }

    /// Servers from 5.31 to 5.36 leave this section as they find it.
    fn keeps_flags(&self) -> bool {
        ((5, 31)..=(5, 36)).contains(&self.minor)
    }

    fn respell(&mut self, leaf: &Leaf<'_>, entry: &Entry) {
        let canonical: SettingPath = SettingPath::known(&entry.setting);
        let depth = canonical.parts().len();
        if leaf.setting.parts().get(..depth) == Some(canonical.parts()) {
            return;
        }
        let below = leaf.setting.parts().iter().skip(depth).cloned();
        let parts = canonical.parts().iter().cloned().chain(below);
        let Some(now) = SettingPath::from_parts(parts) else { return };
        self.document.respell(&now);
        if depth == leaf.setting.parts().len() {
            self.effects.push(Effect::of(leaf, Became::Respelled { now }, None));
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
        let ruled =
            rule::of(&entry.setting, self.minor).find_map(|rule| rule.rewrites(&leaf.value));
        let emptied = || entry.empty.filter(|_| is_zero(&leaf.value));
        let Some(filled) = ruled.or_else(|| emptied().map(Value::of)) else { return };
        self.put(&leaf.setting, Some(&leaf.value), filled, Became::Rewritten);
    }

    /// What is not in the file.
    fn fill(&mut self) {
        for entry in all_in(self.version) {
            let setting = SettingPath::known(&entry.setting);
            let there = self.document.get(&setting).filter(|value| value.kind() != Kind::Null);
            if there.is_some() {
                self.fill_map(&setting, entry);
                continue;
            }
            let derived =
                rule::of(&entry.setting, self.minor).find_map(|rule| rule.derives(self.before));
            let filled = derived
                .unwrap_or_else(|| Value::of(if self.in_use { entry.in_use } else { entry.fresh }));
            self.put(&setting, None, filled, Became::Added);
        }
    }

    /// Maps that a server fills always have those members.
    fn fill_map(&mut self, setting: &SettingPath, entry: &Entry) {
        let filled = if self.in_use { entry.in_use } else { entry.fresh };
        let (Type::Map, Filled::Json(json)) = (entry.kind, filled) else { return };
        for (name, value) in View::of_json(json).to_value().as_object().into_iter().flatten() {
            let member = setting.child(name);
            if self.document.get(&member).is_none() {
                let json = text::compact(value, text::encode);
                self.put(&member, None, Value::Json(json), Became::Added);
            }
        }
    }

    /// What a server changes once, when it finds a database that only older servers used.
    fn migrate(&mut self, from: Option<&Version>) {
        for change in migration::due(self.before, from, self.version) {
            let setting = SettingPath::known(change.setting);
            let there = self.document.get(&setting).map(|value| value.raw().to_owned());
            let before = there.as_deref().map(View::of_json);
            self.put(&setting, before.as_ref(), Value::of(change.becomes), Became::Rewritten);
        }
    }

    /// A section in which this version has no setting goes, too, if it does not stand for itself.
    fn settle_sections(&mut self) {
        let (name, first, last) = EMPTY_SECTION;
        let kept = SettingPath::known(name);
        let stays = (first..=last).contains(&self.minor);
        if stays && self.document.get(&kept).is_none() {
            self.put(&kept, None, Value::Json("{}".to_owned()), Became::Added);
        }
        let leaves = self.document.leaves().into_iter();
        let empty = leaves.filter(|leaf| leaf.setting.parts().len() == 1 && leaf.value.is_empty());
        let sections: Vec<SettingPath> = empty.map(|leaf| leaf.setting).collect();
        for section in sections {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The effects of a version on a file that has been in use.
    fn effects(json: &str, from: &str, to: &str) -> Vec<String> {
        let document = Document::parse(json.as_bytes()).unwrap();
        let from = (!from.is_empty()).then(|| from.parse().unwrap());
        let forecast = forecast(&document, from.as_ref(), &to.parse().unwrap());
        forecast.effects.iter().map(ToString::to_string).collect()
    }

    fn has(effects: &[String], wanted: &str) -> bool {
        effects.iter().any(|effect| effect == wanted)
    }

    #[test]
    fn what_is_there_is_dropped_respelled_or_rewritten() {
        let file = r#"{"ServiceSettings": {"SiteURL": "https://x/", "GfycatApiKey": "k", "Nothing": 1},
            "EmailSettings": {"SMTPServer": ""}, "Unheard": {"Of": {"a": 1}},
            "SupportSettings": {"AboutLink": "javascript:x"}}"#;
        let effects = effects(file, "5.37.0", "6.3.0");
        for wanted in [
            "~ ServiceSettings.SiteURL: \"https://x/\" -> \"https://x\"",
            "~ ServiceSettings.GfycatApiKey: is written ServiceSettings.GfycatAPIKey",
            "- ServiceSettings.Nothing: 1",
            "~ EmailSettings.SMTPServer: \"\" -> \"localhost\"",
            "- Unheard.Of.a: 1",
            "~ SupportSettings.AboutLink: \"javascript:x\" -> \"\"",
        ] {
            assert!(has(&effects, wanted), "{wanted}\n{effects:#?}");
        }
    }

    #[test]
    fn what_is_missing_depends_on_whether_the_file_was_used_and_on_other_settings() {
        let used = r#"{"ServiceSettings": {"SiteURL": "", "SessionLengthWebInDays": 7}, "LdapSettings": {"Enable": true}}"#;
        let of_used = effects(used, "6.7.0", "7.8.0");
        assert!(has(&of_used, "+ ServiceSettings.SessionLengthWebInHours: 168"));
        assert!(has(&of_used, "+ TeamSettings.TeammateNameDisplay: \"full_name\""));
        assert!(has(&of_used, "+ EmailSettings.SendPushNotifications: false"));
        let of_new = effects(r#"{"EmailSettings": {}}"#, "", "5.30.0");
        assert!(has(&of_new, "+ EmailSettings.SendPushNotifications: true"));
    }

    #[test]
    fn maps_get_the_members_that_they_always_have() {
        let file = r#"{"ServiceSettings": {"SiteURL": ""},
            "PluginSettings": {"PluginStates": {"x": {"Enable": false}}, "Plugins": {"x": {"Key": 1}}}}"#;
        let effects = effects(file, "6.7.0", "8.1.0");
        assert!(effects.iter().any(|line| line.contains("com.mattermost.nps")), "{effects:#?}");
        assert!(!effects.iter().any(|line| line.contains("Plugins.x")), "{effects:#?}");
    }

    #[test]
    fn a_database_is_changed_once() {
        let file = r#"{"ServiceSettings": {"SiteURL": "", "PostPriority": false}}"#;
        let lost = "~ ServiceSettings.PostPriority: false -> true";
        assert!(has(&effects(file, "7.7.0", "7.8.0"), lost));
        assert!(!has(&effects(file, "7.8.0", "8.1.0"), lost));
    }

    /// A trap that lost data: these servers make new keys where the address is not named.
    #[test]
    fn without_an_address_some_servers_forget_the_salts() {
        let file = r#"{"SqlSettings": {"AtRestEncryptKey": "12345678901234567890123456789012"}}"#;
        let lost = "+ SqlSettings.AtRestEncryptKey: a random value";
        assert!(has(&effects(file, "5.9.0", "5.30.0"), lost));
        assert!(!has(&effects(file, "5.30.0", "5.37.0"), lost));
    }

    #[test]
    fn old_servers_leave_the_file_alone_unless_they_must_not_forget() {
        let salts = r#"{"SqlSettings": {"AtRestEncryptKey": "x"}, "FileSettings": {"PublicLinkSalt": "x"},
            "EmailSettings": {"InviteSalt": "x"}, "Unheard": {"Of": 1}}"#;
        let salts = Document::parse(salts.as_bytes()).unwrap();
        let said = forecast(&salts, Some(&Version::new(3, 10, 0)), &Version::new(4, 2, 0));
        assert!(!said.is_saved);
        assert_eq!(said.document.to_text(), salts.to_text());
        let said = forecast(&Document::empty(), None, &Version::new(4, 2, 0));
        assert!(said.is_saved);
    }

    #[test]
    fn beyond_what_is_known_nothing_is_dropped() {
        let file = r#"{"ServiceSettings": {"SiteURL": ""}, "New": {"Setting": 1}}"#;
        let effects = effects(file, "11.7.0", "99.0.0");
        assert!(has(&effects, "? New.Setting: nobody knows what becomes of it"), "{effects:#?}");
    }

    #[test]
    fn servers_of_old_take_one_type_for_another_and_names_in_lower_case() {
        let file = r#"{"ServiceSettings": {"SiteURL": "", "EnableDeveloper": "true", "ReadTimeout": "12"},
            "EmailSettings": {"SMTPPort": 25}, "PluginSettings": {"Plugins": {"com.Example": {"SomeKey": 1}}},
            "TeamSettings": {"ExperimentalDefaultChannels": "a,b"}}"#;
        let of_old = effects(file, "5.9.0", "5.28.0");
        for wanted in [
            "~ ServiceSettings.EnableDeveloper: \"true\" -> true",
            "~ ServiceSettings.ReadTimeout: \"12\" -> 12",
            "~ EmailSettings.SMTPPort: 25 -> \"25\"",
            "~ TeamSettings.ExperimentalDefaultChannels: \"a,b\" -> [\"a\",\"b\"]",
            "~ PluginSettings.Plugins.\"com.Example\".SomeKey: is written PluginSettings.Plugins.\"com.example\".somekey",
        ] {
            assert!(has(&of_old, wanted), "{wanted}\n{of_old:#?}");
        }
        let of_new = effects(file, "5.28.0", "5.30.0");
        assert!(
            !of_new.iter().any(|line| line.contains(".ReadTimeout") || line.contains("Example"))
        );
    }

    /// What a server has read and written once it leaves as it is.
    #[test]
    fn a_second_start_changes_nothing() {
        for version in ["5.30.0", "5.37.0", "6.3.0", "7.8.0", "9.11.0", "10.11.0", "11.4.0"] {
            let version: Version = version.parse().unwrap();
            let first = forecast(&Document::empty(), None, &version);
            let again = forecast(&first.document, Some(&version), &version);
            assert_eq!(again.effects, [], "{version}");
        }
    }
}
