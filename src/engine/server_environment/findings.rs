//! What the environment of a server means for a change: which settings it decides, and what would go wrong.
//! Variables are named, their values never shown.

use super::look::{Found, environment_of_process, refuse_forgotten, running_server};
use super::site::{SiteConfig, stored_text};
use crate::config::{
    Document, Override, SettingPath, effective, places_of, reads_config_variable, spoken,
    variable_of,
};
use crate::host::{Host, resolve_links, running_from};
use crate::model::{
    ConfigStore, EnvironmentSource, Finding, InstallRequest, Intent, Owner, Receipt, RelPath,
    ServerEnvironment, Severity, Start, Version,
};

/// What is judged.
pub(crate) struct Judged<'a> {
    pub(crate) host: &'a Host,
    pub(crate) found: &'a Found,
    /// What is true now, or was when the backup was made that is put back.
    pub(crate) receipt: Option<&'a Receipt>,
    /// What shall be true.
    pub(crate) target: &'a InstallRequest,
    pub(crate) intent: Intent,
    /// The settings that the server has without its environment.
    pub(crate) own: Option<&'a Document>,
}

/// What is to be known, and what forbids the change.
pub(crate) fn judge(judged: &Judged<'_>) -> Vec<Finding> {
    if judged.target.start == Start::Never {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = judged.note().into_iter().collect();
    findings.extend(judged.forgotten());
    findings.extend(judged.unseen());
    findings.extend(judged.contradicted());
    findings.extend(judged.elsewhere());
    findings.extend(judged.newly_obeyed());
    findings.extend(judged.moved_places());
    findings.extend(judged.in_database());
    findings
}

/// The variables that decide about settings in this version, by name.
pub(crate) fn names_of(
    environment: &ServerEnvironment,
    own: Option<&Document>,
    version: &Version,
) -> Vec<String> {
    let overrides = match own {
        Some(own) => effective(own, environment.pairs(), version)
            .map(|seen| seen.overrides)
            .unwrap_or_default(),
        None => spoken(environment.pairs(), version).overrides,
    };
    let taken = overrides.into_iter().filter(Override::is_taken);
    let mut names: Vec<String> = taken.map(|it| it.variable).collect();
    let obeys = reads_config_variable(version);
    // One that names the file that is in use anyway decides nothing.
    if matches!(environment.config_store(obeys), ConfigStore::Database { .. })
        && environment.variables.contains_key(ServerEnvironment::CONFIG)
        && environment.config_argument.is_none()
    {
        names.push(ServerEnvironment::CONFIG.to_owned());
    }
    names.sort();
    names
}

/// What the environment says, as the strongest layer of the settings.
pub(crate) fn layer_of(environment: &ServerEnvironment, version: &Version) -> Document {
    spoken(environment.pairs(), version).document
}

/// What the environment of a running server decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunningOverrides {
    /// The variables, by name.
    pub names: Vec<String>,
    /// Those over single settings.
    pub settings: Vec<(SettingPath, String)>,
    /// Does it read no file at all, but what a database holds?
    pub in_database: bool,
}

impl RunningOverrides {
    /// Looks at the running server. Nothing if none runs, or it may not be looked at.
    pub(crate) fn see(host: &Host, live: &RelPath, own: &Document, version: &Version) -> Self {
        let Ok(census) = running_from(&host.tree.absolute(live)) else {
            return Self::default();
        };
        let pid = running_server(&census, version).map(|found| found.identity.pid);
        let Some(environment) = pid.and_then(environment_of_process) else {
            return Self::default();
        };
        let seen = effective(own, environment.pairs(), version);
        let taken = seen.map(|seen| seen.overrides).unwrap_or_default().into_iter();
        Self {
            in_database: matches!(
                environment.config_store(reads_config_variable(version)),
                ConfigStore::Database { .. }
            ),
            names: names_of(&environment, Some(own), version),
            settings: taken
                .filter(Override::is_taken)
                .map(|it| (it.setting, it.variable))
                .collect(),
        }
    }

    /// The variable over a setting.
    #[must_use]
    pub fn over(&self, setting: &SettingPath) -> Option<&str> {
        let found = self.settings.iter().find(|(overridden, _)| overridden.is_same_as(setting));
        found.map(|(_, variable)| variable.as_str())
    }
}

impl Judged<'_> {
    const fn environment(&self) -> &ServerEnvironment {
        &self.found.environment
    }

    const fn version(&self) -> &Version {
        &self.target.release.version
    }

    fn note(&self) -> Option<Finding> {
        let names = names_of(self.environment(), self.own, self.version());
        let text = format!(
            "by {}, these variables decide about settings: {}",
            self.environment().source,
            names.join(", ")
        );
        (!names.is_empty()).then(|| Finding::new(Severity::Note, "overridden", text))
    }

    /// A server that worked on the database of its environment would be started on that of its file.
    fn forgotten(&self) -> Option<Finding> {
        let error = refuse_forgotten(self.receipt?, self.environment()).err()?;
        let text = format!("{error}: it would be started on another one");
        let advice = "start the server first, or give the environment that it is started with by --env-file FILE; an empty file \
                      says that there is none any more";
        Some(Finding::new(Severity::Fatal, "environment-unknown", text).advise(advice))
    }

    /// What a stopped server will be started with, only systemd tells.
    fn unseen(&self) -> Option<Finding> {
        let is_installed = matches!(self.intent, Intent::Upgrade | Intent::Restore);
        let is_nowhere = self.environment().source == EnvironmentSource::Nowhere;
        let text = "the server is not seen to run, so that nobody can tell with which variables it is started";
        let advice = "if MM_* variables decide about its settings, give them with --env-file FILE";
        (is_installed && is_nowhere)
            .then(|| Finding::new(Severity::Note, "environment-unseen", text).advise(advice))
    }

    /// The operator names another database than the one that the server works on.
    fn contradicted(&self) -> Option<Finding> {
        let (told, running) = (self.environment(), self.found.running.as_ref()?);
        let differs = |name: &&&str| told.variables.get(**name) != running.variables.get(**name);
        let names: Vec<&str> =
            ServerEnvironment::OF_DATABASE.iter().filter(differs).copied().collect();
        let text = format!(
            "the running server's environment is another one than that of the given files: {}",
            names.join(", ")
        );
        let advice = "give the environment that the server really has, or none while it runs";
        let finding =
            || Finding::new(Severity::Fatal, "environment-contradicted", text).advise(advice);
        (!names.is_empty()).then(finding)
    }

    /// The server reads another file than the one that is looked after.
    fn elsewhere(&self) -> Option<Finding> {
        let obeys = reads_config_variable(self.version());
        let ConfigStore::File { path, by_argument } = self.environment().config_store(obeys) else {
            return None;
        };
        let own = self.host.tree.absolute(&self.target.config());
        let live = self.host.tree.absolute(&self.target.prefix.live());
        // Servers look relative to where they run, and in the directory of configurations.
        let candidates = if path.starts_with('/') {
            vec![std::path::PathBuf::from(&path)]
        } else {
            vec![live.join(&path), live.join("config").join(&path)]
        };
        // Where a command line's relative path leads depends on what is not known here.
        if by_argument && !path.starts_with('/') {
            return None;
        }
        let real = |path: &std::path::Path| resolve_links(path).unwrap_or_else(|_| path.to_owned());
        if candidates.iter().any(|candidate| real(candidate) == real(&own)) {
            return None;
        }
        let by = if by_argument { "its command line" } else { ServerEnvironment::CONFIG };
        let text = format!(
            "by {by}, the server reads its configuration from {path}, and not from {}",
            own.display()
        );
        let advice = "start the server with the file that mmembed looks after, or install or adopt with --config-file";
        Some(Finding::new(Severity::Fatal, "config-elsewhere", text).advise(advice))
    }

    /// What the former release ignores and the new one obeys would make the new one work elsewhere.
    fn newly_obeyed(&self) -> Option<Finding> {
        let former = &self.receipt?.release.version;
        let before = names_of(self.environment(), self.own, former);
        let now = names_of(self.environment(), self.own, self.version());
        let differs = |name: &&str| {
            let has = |names: &[String]| names.iter().any(|it| it == name);
            has(&before) != has(&now)
        };
        let names: Vec<&str> = ServerEnvironment::OF_DATABASE.into_iter().filter(differs).collect();
        let text = format!(
            "{} in the server's environment means something to one of {former} and {} only: they would work on different \
             databases or configurations",
            names.join(", "),
            self.version()
        );
        let advice =
            "take it out of the environment first, or set what it says in the configuration";
        let finding =
            || Finding::new(Severity::Fatal, "environment-ambiguous", text).advise(advice);
        (!names.is_empty()).then(finding)
    }

    fn moved_places(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for place in places_of(self.version()) {
            for setting in place.settings() {
                let variable = variable_of(&SettingPath::known(setting));
                if self.environment().variables.contains_key(&variable) {
                    let text = format!(
                        "{variable} says where {place} is: what lies there is neither moved nor backed up by mmembed"
                    );
                    let advice =
                        "set the place with --place, and take the variable out of the environment";
                    let finding = Finding::new(Severity::Warning, "place-overridden", text);
                    findings.push(finding.advise(advice));
                }
            }
        }
        findings
    }

    fn in_database(&self) -> Vec<Finding> {
        let obeys = reads_config_variable(self.version());
        let ConfigStore::Database { driver, .. } = self.environment().config_store(obeys) else {
            return Vec::new();
        };
        let fatal = |text: String| Finding::new(Severity::Fatal, "config-in-database", text);
        if driver != "postgres" {
            let text = format!("the configuration lies in a database of the driver {driver}");
            return vec![
                fatal(text).advise("move it to a file first, with `mmctl config migrate`"),
            ];
        }
        if matches!(self.intent, Intent::Install | Intent::Reconfigure) {
            let text = "the server's environment says that its configuration lies in a database, and `install` writes a file";
            let advice = "leave MM_CONFIG out; a configuration can be moved later with `mmctl config migrate`";
            return vec![fatal(text.to_owned()).advise(advice)];
        }
        let text = "the configuration lies in a database: neither the host's settings nor its places are written to it, \
                    and the file is not in use";
        let advice = "change settings with `mmctl config set` or in the System Console";
        let mut findings =
            vec![Finding::new(Severity::Warning, "config-in-database", text).advise(advice)];
        if self.intent == Intent::Upgrade {
            findings.extend(self.stored_elsewhere().map(|text| {
                fatal(text)
                    .advise("keep both in one database, or move the configuration to a file first")
            }));
        }
        findings
    }

    /// A backup of the server's database has to hold the configuration too.
    fn stored_elsewhere(&self) -> Option<String> {
        let config = self.target.config();
        let environment = self.environment();
        let run_as = Some(self.target.server);
        let site = SiteConfig {
            host: self.host,
            file: &config,
            environment,
            version: self.version(),
            run_as,
            kept: Vec::new(),
        };
        let seen = site.require().and_then(|own| Ok((site.overridden(&own)?.document, own)));
        match seen {
            Ok((effective, own)) => match self.stored_with(&effective, run_as) {
                Some(text) if text == own.to_text() => None,
                _ => Some(
                    "the database that holds the configuration is another one than the server's"
                        .to_owned(),
                ),
            },
            Err(error) => {
                let why = std::error::Error::source(&error);
                let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                Some(format!("{error}{why}"))
            }
        }
    }

    fn stored_with(&self, effective: &Document, run_as: Option<Owner>) -> Option<String> {
        let text = |setting| {
            let value = effective.get(&SettingPath::known(setting))?;
            value.as_text().map(std::borrow::Cow::into_owned)
        };
        let source = crate::model::Secret::new(text("SqlSettings.DataSource")?);
        let driver = text("SqlSettings.DriverName")?;
        stored_text(self.host, &driver, &source, run_as).ok().flatten()
    }
}
