//! A configuration as a server sees it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::fate::Fate;
use super::reading::{Names, Reach, Reading, is_servers_own};
use super::value::Expected;
use super::variable_of;
use crate::config::catalog::{Type, all_in};
use crate::config::document::{Document, EditError};
use crate::config::known::{is_free, knows_all_of, nearest};
use crate::config::setting::SettingPath;
use crate::model::Version;

/// A variable that is meant for a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Override {
    /// The variable's name.
    pub variable: String,
    /// The setting.
    pub setting: SettingPath,
    /// What becomes of the variable.
    pub fate: Fate,
}

impl Override {
    /// Has the variable the last word?
    #[must_use]
    pub const fn is_taken(&self) -> bool {
        self.fate.is_taken()
    }
}

/// A variable by which the server finds no setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownVariable {
    /// The variable's name.
    pub variable: String,
    /// The variable that was most likely meant.
    pub near: Option<String>,
}

/// A configuration as the server sees it.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The document with the overrides applied. Never to be written to a live file.
    pub document: Document,
    /// The overrides, in the order of the variables.
    pub overrides: Vec<Override>,
    /// Variables that name no setting of the version, as far as is known. Those that the server reads for something else
    /// are not among them.
    pub unknown: Vec<UnknownVariable>,
    /// Switches of features that are being made, which no file holds. Which ones a version has is not known.
    pub flags: Vec<String>,
}

/// Applies the variables of a server's environment as this version does. Variables that name no setting of the version are
/// passed over, as are all before 3.8. Where not all settings of a version are known, those that stand in the document
/// count too.
///
/// # Errors
/// If a section on the way is no object.
pub fn effective<'a>(
    document: &Document,
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    version: &Version,
) -> Result<Effective, EditError> {
    apply(document, variables, version, |reading| reading.reach)
}

/// What the environment says by itself: over a file that has every setting and says nothing else.
#[must_use]
pub fn spoken<'a>(
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    version: &Version,
) -> Effective {
    let nothing = Document::empty();
    apply(&nothing, variables, version, |_| Reach::All).unwrap_or_else(|_| Effective::of(&nothing))
}

fn apply<'a>(
    document: &Document,
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    version: &Version,
    reach: impl Fn(&Reading) -> Reach,
) -> Result<Effective, EditError> {
    let mut effective = Effective::of(document);
    let Some(reading) = Reading::of(version) else {
        return Ok(effective);
    };
    let reach = reach(reading);
    let names = SettingNames::of(document, version);
    let mut values = Vec::new();
    for (variable, value) in variables {
        let name = spelled(variable, reading.names);
        let Some(meaning) = names.meaning(&name, reading.names) else { continue };
        match meaning {
            Meaning::Setting(setting, kind) => {
                let expected = Expected::of(setting, kind, document.get(setting).as_ref());
                let is_there = reach == Reach::All || document.get(setting).is_some();
                let read = match expected.read(value, reading) {
                    Err(Fate::Empty) => Err(Fate::Empty),
                    _ if !is_there => Err(Fate::NotInFile),
                    _ if skips(setting, expected, reading) => Err(Fate::NotRead),
                    read => read,
                };
                let fate = read.as_ref().err().copied().unwrap_or(Fate::Taken);
                effective.add(variable, setting, fate);
                values.push((setting.clone(), read));
            }
            Meaning::Section(section) if value.is_empty() && !reading.takes_empty => {
                effective.add(variable, section, Fate::Empty);
            }
            Meaning::Section(section) => {
                effective.add(variable, section, Fate::Hides);
                values.push((section.clone(), Err(Fate::Hides)));
            }
            Meaning::Flag => effective.flags.push(variable.to_owned()),
            Meaning::Nothing => {
                let near = near(&name, version);
                effective.unknown.push(UnknownVariable { variable: variable.to_owned(), near });
            }
        }
    }
    effective.write(&values)?;
    effective.find_contested();
    Ok(effective)
}

/// The maps have a rule of their own.
fn skips(setting: &SettingPath, expected: Expected, reading: &Reading) -> bool {
    let is_of_plugins = setting.section().eq_ignore_ascii_case("PluginSettings");
    is_of_plugins && !reading.takes_plugin_settings && expected != Expected::Map
}

impl Effective {
    /// A file that no variable touches.
    pub(in crate::config) fn of(document: &Document) -> Self {
        Self {
            document: document.clone(),
            overrides: Vec::new(),
            unknown: Vec::new(),
            flags: Vec::new(),
        }
    }

    fn add(&mut self, variable: &str, setting: &SettingPath, fate: Fate) {
        let (variable, setting) = (variable.to_owned(), setting.clone());
        self.overrides.push(Override { variable, setting, fate });
    }

    /// What hides a section does not hide the variables in it.
    fn write(&mut self, values: &[(SettingPath, Result<String, Fate>)]) -> Result<(), EditError> {
        for (setting, _) in values.iter().filter(|(_, read)| *read == Err(Fate::Hides)) {
            self.document.remove(setting);
        }
        for (setting, json) in values {
            if let Ok(json) = json {
                self.document.set_raw(setting, json)?;
            }
        }
        Ok(())
    }

    fn find_contested(&mut self) {
        let mut taken: BTreeMap<SettingPath, usize> = BTreeMap::new();
        for it in self.overrides.iter().filter(|it| it.is_taken()) {
            *taken.entry(it.setting.clone()).or_default() += 1;
        }
        for it in self.overrides.iter_mut().filter(|it| it.is_taken()) {
            if taken.get(&it.setting).is_some_and(|count| *count > 1) {
                it.fate = Fate::Contested;
            }
        }
    }
}

/// What a variable means to a version.
enum Meaning<'a> {
    Setting(&'a SettingPath, Type),
    Section(&'a SettingPath),
    Flag,
    Nothing,
}

/// The settings of a version by their variables.
struct SettingNames {
    settings: BTreeMap<String, (SettingPath, Type)>,
    sections: BTreeMap<String, SettingPath>,
}

impl SettingNames {
    fn of(document: &Document, version: &Version) -> Self {
        let mut settings: BTreeMap<String, (SettingPath, Type)> = BTreeMap::new();
        if !knows_all_of(version) {
            for leaf in document.leaves().into_iter().filter(|leaf| !is_free(&leaf.setting)) {
                settings.insert(variable_of(&leaf.setting), (leaf.setting, Type::Any));
            }
        }
        for row in all_in(version) {
            let setting = row.path.clone();
            settings.insert(variable_of(&setting), (setting, row.kind));
        }
        let above = settings
            .values()
            .flat_map(|(setting, _)| std::iter::successors(setting.parent(), SettingPath::parent));
        let sections = above.map(|section| (variable_of(&section), section)).collect();
        Self { settings, sections }
    }

    /// `None` for a variable that is none of the server's, or none for a setting.
    fn meaning(&self, variable: &str, names: Names) -> Option<Meaning<'_>> {
        let rest = variable.strip_prefix("MM_")?;
        if is_servers_own(variable) {
            return None;
        }
        if let Some((setting, kind)) = self.setting(variable, names) {
            return Some(Meaning::Setting(setting, *kind));
        }
        if rest.starts_with("FEATUREFLAGS_") {
            return Some(Meaning::Flag);
        }
        let section = self.sections.get(variable).filter(|_| names == Names::Exact);
        Some(section.map_or(Meaning::Nothing, Meaning::Section))
    }

    fn setting(&self, variable: &str, names: Names) -> Option<&(SettingPath, Type)> {
        let ends = variable.match_indices('_').map(|(at, _)| at);
        let begins = ends.filter_map(|end| self.settings.get(variable.get(..end)?));
        let begins = match names {
            Names::Exact => None,
            Names::Begins => begins.into_iter().next(),
        };
        self.settings.get(variable).or(begins)
    }
}

fn spelled(variable: &str, names: Names) -> String {
    match names {
        Names::Exact => variable.to_owned(),
        Names::Begins => variable.to_ascii_uppercase(),
    }
}

/// The variable that somebody who wrote this name most likely meant.
fn near(variable: &str, version: &Version) -> Option<String> {
    let setting = variable.strip_prefix("MM_")?.replace('_', ".").parse().ok()?;
    nearest(&setting, version).map(|near| variable_of(&SettingPath::known(near)))
}
