//! The variables of the environment: which of them win over the file, and which do nothing.
//! Variables are named, their values never shown.

use super::{Complaint, Severity, about};
use crate::config::document::Document;
use crate::config::environment::{
    Effective, Fate, Override, UnknownVariable, reads_config_variable, reads_variables,
};
use crate::config::known::{KnownSetting, known, knows_all_of};
use crate::config::setting::SettingPath;
use crate::model::{ServerEnvironment, Version};

/// What is to be said about the variables of an environment.
pub(super) fn check(
    file: &Document,
    environment: &ServerEnvironment,
    effective: &Effective,
    version: &Version,
) -> Vec<Complaint> {
    if !reads_variables(version) {
        return all_ignored(environment, version).into_iter().collect();
    }
    let value_of = |name: &str| environment.pairs().find(|(other, _)| *other == name);
    let configuration = value_of(ServerEnvironment::CONFIG)
        .and_then(|(_, value)| names_configuration(value, version));
    let overrides = effective.overrides.iter().map(|seen| match seen.fate {
        Fate::Taken | Fate::Contested => wins(file, &effective.document, seen),
        Fate::Stops => stops(seen, version),
        Fate::WrongType | Fate::Empty | Fate::NotInFile | Fate::NotRead | Fate::Hides => {
            is_ignored(seen, version)
        }
    });
    let unknown = effective.unknown.iter().map(|variable| names_nothing(variable, version));
    configuration.into_iter().chain(overrides).chain(unknown).collect()
}

fn all_ignored(environment: &ServerEnvironment, version: &Version) -> Option<Complaint> {
    let count = environment.pairs().count();
    let variables = if count == 1 { "variable" } else { "variables" };
    let text = format!(
        "{version} takes no setting from its environment: {count} {variables} without effect"
    );
    let complaint = Complaint::new(Severity::Warning, "C-ENVIGNORED", text);
    (count > 0).then(|| complaint.advise("put the settings into the file"))
}

fn names_configuration(value: &str, version: &Version) -> Option<Complaint> {
    let name = ServerEnvironment::CONFIG;
    if !reads_config_variable(version) {
        let text = format!("{name} does nothing: {version} does not read it");
        let complaint = Complaint::new(Severity::Warning, "C-ENVIGNORED", text);
        return Some(complaint.advise("name the configuration on the server's command line"));
    }
    let text = format!("{name} names the configuration, which need not be this file");
    let complaint = Complaint::new(Severity::Note, "C-ENVCONFIG", text);
    (!value.is_empty())
        .then(|| complaint.advise("make sure that it names the file that is checked here"))
}

fn wins(file: &Document, effective: &Document, seen: &Override) -> Complaint {
    let Override { variable, setting, .. } = seen;
    let is_same = match (file.get(setting), effective.get(setting)) {
        (Some(own), Some(decided)) => own.is_same_as(&decided),
        _ => false,
    };
    let (what, advice) = if is_same {
        ("and says the same as the file", "")
    } else {
        ("whatever the file says", "change the variable, not the file")
    };
    let text = format!("{variable} decides {setting}, {what}");
    about(setting, Severity::Note, "C-ENV", text).advise(advice)
}

/// The wanted type, in words.
fn wanted(setting: &SettingPath, version: &Version) -> &'static str {
    let here = known(setting).iter().find(|row| row.exists_in(version));
    here.map_or("a value of its type", |row| row.kind.in_words())
}

fn is_ignored(seen: &Override, version: &Version) -> Complaint {
    let Override { variable, setting, fate } = seen;
    let advice = match fate {
        Fate::WrongType => format!("give it {}", wanted(setting, version)),
        Fate::Hides => "take it out".to_owned(),
        Fate::Taken
        | Fate::Contested
        | Fate::Empty
        | Fate::NotInFile
        | Fate::NotRead
        | Fate::Stops => "change the setting in the file".to_owned(),
    };
    let severity = if *fate == Fate::Empty { Severity::Note } else { Severity::Warning };
    let text = format!("{variable}, meant for {setting}, {fate}");
    about(setting, severity, "C-ENVIGNORED", text).advise(advice)
}

fn stops(seen: &Override, version: &Version) -> Complaint {
    let Override { variable, setting, fate } = seen;
    let text = format!("{variable}, meant for {setting}, {fate}");
    let advice = format!("give it {}", wanted(setting, version));
    about(setting, Severity::Error, "C-ENVSTOPS", text).advise(advice)
}

fn names_nothing(unknown: &UnknownVariable, version: &Version) -> Complaint {
    let UnknownVariable { variable, near } = unknown;
    let parts = variable.split('_').skip(1).filter(|part| !part.is_empty());
    let rows = SettingPath::from_parts(parts).map_or(&[][..], |setting| known(&setting));
    let severity = if knows_all_of(version) { Severity::Warning } else { Severity::Note };
    if !rows.is_empty() {
        let intervals: Vec<String> = rows.iter().map(KnownSetting::interval).collect();
        let text = format!(
            "{variable} names no setting of {version}, only one of {}",
            intervals.join(" and ")
        );
        let complaint = Complaint::new(severity, "C-ENVNAME", text);
        return complaint.advise("take it out, unless another version needs it");
    }
    let text = format!("{variable} names no setting");
    match near {
        Some(near) => {
            Complaint::new(Severity::Warning, "C-ENVNAME", format!("{text}; did you mean {near}?"))
                .advise(format!("call it {near}"))
        }
        None => Complaint::new(severity, "C-ENVNAME", text).advise("take it out"),
    }
}
