//! The variables of the environment: which of them win over the file, and which do nothing.
//! Variables are named, their values never shown.

use super::{Complaint, Severity, about};
use crate::config::document::Document;
use crate::config::environment::{Effective, Override, reads_config_variable, variable_of};
use crate::config::known::{KnownSetting, known, knows_all_of, nearest};
use crate::config::setting::SettingPath;
use crate::model::{ServerEnvironment, Version};

/// The first version that reads overrides from its environment.
const SINCE: (u64, u64) = (3, 8);

/// Variables that name no setting and mean something all the same: to the server, to its container, to its tools.
const OTHERS: &[&str] = &[
    "MM_ADMIN_EMAIL",
    "MM_AUTHTOKEN",
    "MM_CLOUD_API_KEY",
    "MM_CLOUD_FILESTORE_BIFROST",
    "MM_CLOUD_GROUP_ID",
    "MM_CLOUD_INSTALLATION_ID",
    "MM_CUSTOM_DEFAULTS_PATH",
    "MM_EXPERIMENTALAUDITSETTINGS_ADDITIONAL",
    "MM_INSTALL_TYPE",
    "MM_LICENSE",
    "MM_LOCALSOCKETPATH",
    "MM_NOTIFY_ADMIN_COOL_OFF_DAYS",
    "MM_RESEND_INVITATION_EMAIL_JOB_DURATION",
    "MM_SERVER_PATH",
    "MM_SERVICEENVIRONMENT",
];

/// What is to be said about the variables of an environment.
pub(super) fn check(
    file: &Document,
    environment: &ServerEnvironment,
    effective: &Effective,
    version: &Version,
) -> Vec<Complaint> {
    if !version.is_at_least(SINCE.0, SINCE.1) {
        return all_ignored(environment, version).into_iter().collect();
    }
    let check_one = |(name, value): (&str, &str)| {
        if name == ServerEnvironment::CONFIG {
            return names_configuration(value, version);
        }
        let named = effective.overrides.iter().find(|seen| seen.variable == name);
        match named {
            Some(seen) if seen.is_taken => Some(wins(file, &effective.document, seen)),
            Some(seen) => Some(is_ignored(seen, version)),
            None if OTHERS.contains(&name) || name.starts_with("MM_FEATUREFLAGS_") => None,
            None => names_nothing(name, value, version),
        }
    };
    environment.pairs().filter_map(check_one).collect()
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

fn is_ignored(seen: &Override, version: &Version) -> Complaint {
    let Override { variable, setting, .. } = seen;
    let here = known(setting).iter().find(|row| row.exists_in(version));
    let wanted = here.map_or("of another type", |row| row.kind.in_words());
    let text = format!(
        "{variable} does nothing: {setting} must be {wanted}, and {version} ignores anything else"
    );
    about(setting, Severity::Warning, "C-ENVIGNORED", text).advise(format!("give it {wanted}"))
}

fn names_nothing(name: &str, value: &str, version: &Version) -> Option<Complaint> {
    let parts =
        name.strip_prefix(ServerEnvironment::PREFIX)?.split('_').filter(|part| !part.is_empty());
    let setting = SettingPath::from_parts(parts)?;
    let rows = known(&setting);
    if rows.iter().any(|row| row.exists_in(version)) {
        // Known, and not applied: up to 5.9 an empty variable counts as none.
        let text = format!("{name} does nothing: {version} takes an empty variable for none");
        let complaint = Complaint::new(Severity::Note, "C-ENVIGNORED", text);
        return value.is_empty().then(|| complaint.advise("empty the setting in the file"));
    }
    let severity = if knows_all_of(version) { Severity::Warning } else { Severity::Note };
    if !rows.is_empty() {
        let intervals: Vec<String> = rows.iter().map(KnownSetting::interval).collect();
        let text = format!(
            "{name} names no setting of {version}, only one of {}",
            intervals.join(" and ")
        );
        let complaint = Complaint::new(severity, "C-ENVNAME", text);
        return Some(complaint.advise("take it out, unless another version needs it"));
    }
    let near = nearest(&setting, version).map(|near| variable_of(&SettingPath::known(near)));
    let text = format!("{name} names no setting");
    Some(match near {
        Some(near) => {
            Complaint::new(Severity::Warning, "C-ENVNAME", format!("{text}; did you mean {near}?"))
                .advise(format!("call it {near}"))
        }
        None => Complaint::new(severity, "C-ENVNAME", text).advise("take it out"),
    })
}
