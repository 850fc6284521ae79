//! `config show`, `get`, `set` and `explain`.

use std::io::{self, Write};

use serde_json::json;

use crate::cli::args::{ConfigCommand, Target};
use crate::cli::call::Call;
use crate::cli::exit::{self, Exit};
use crate::cli::{hint, render, system, words};
use crate::config::{
    Assignment, Complaint, Document, SettingPath, Severity, Shown, Subject, check, nearest,
};
use crate::engine::{ConfigureError, Settings, SettingsError, Silent, read_settings, set_settings};
use crate::host::{Cancel, Host};
use crate::model::{Ending, Failure, Finding, Prefix, REPORT_SCHEMA, Report, Severity as Weight};

/// What a command comes to: an exit code, or a failure with one.
type Answer = Result<Exit, (Exit, Failure)>;

/// Runs one of the configuration's commands.
pub(crate) fn run(command: &ConfigCommand, json: bool, cancel: Cancel) -> io::Result<Exit> {
    let answer = match command {
        ConfigCommand::Show { target, changed } => {
            with_settings(target, cancel, |settings| show(settings, *changed, json))?
        }
        ConfigCommand::Get { target, setting, reveal } => {
            with_settings(target, cancel, |settings| get(settings, target, setting, *reveal, json))?
        }
        ConfigCommand::Explain { target, setting } => {
            with_settings(target, cancel, |settings| explain(settings, target, setting, json))?
        }
        ConfigCommand::Set { target, assignments } => set(target, assignments, json, cancel)?,
    };
    match answer {
        Ok(exit) => Ok(exit),
        Err((exit, failure)) => {
            // A failure is one whether somebody listens or not.
            let _closed = if json {
                render::json::print(&failed(command, exit, failure))
            } else {
                render::human::fail(&failure)
            };
            Ok(exit)
        }
    }
}

/// A failure for programs. What makes no sense is refused, too: only the exit code tells the two apart.
fn failed(command: &ConfigCommand, exit: Exit, failure: Failure) -> Report {
    let ending = if exit == Exit::Locked { Ending::Locked } else { Ending::Refused };
    let mut report = Report::new(name(command), ending);
    report.failure = Some(failure);
    report
}

const fn name(command: &ConfigCommand) -> &'static str {
    match command {
        ConfigCommand::Show { .. } => "config show",
        ConfigCommand::Get { .. } => "config get",
        ConfigCommand::Set { .. } => "config set",
        ConfigCommand::Explain { .. } => "config explain",
    }
}

fn with_settings(
    target: &Target,
    cancel: Cancel,
    answer: impl FnOnce(&Settings) -> io::Result<Answer>,
) -> io::Result<Answer> {
    let (host, prefix) = match super::enter(target, cancel) {
        Ok(entered) => entered,
        Err(failure) => return Ok(Err((Exit::Refused, *failure))),
    };
    match read_settings(&host, &prefix) {
        Ok(settings) => answer(&settings),
        Err(error) => Ok(Err(refuse(&error))),
    }
}

fn show(settings: &Settings, changed: bool, json: bool) -> io::Result<Answer> {
    let shown = settings.shown(changed);
    if json {
        let overridden = &settings.overridden.names;
        render::json::print(
            &json!({ "schema": REPORT_SCHEMA, "settings": shown, "overridden": overridden }),
        )?;
    } else {
        let mut out = io::stdout().lock();
        for (setting, value) in &shown {
            writeln!(out, "{setting} = {value}")?;
        }
        drop(out);
        words::overridden(&settings.overridden.names).map_or(Ok(()), |text| words::say(&text))?;
    }
    Ok(Ok(Exit::Done))
}

fn get(
    settings: &Settings,
    target: &Target,
    name: &str,
    reveal: bool,
    json: bool,
) -> io::Result<Answer> {
    let setting = match parse(name) {
        Ok(setting) => setting,
        Err(failure) => return Ok(Err(failure)),
    };
    let Some(value) = settings.document.get(&setting) else {
        return Ok(Err(unknown(settings, target, &setting)));
    };
    let text =
        if reveal { value.raw().to_owned() } else { Shown::of(&setting, &value).to_string() };
    let variable = settings.overridden.over(&setting);
    if json {
        let setting = setting.to_string();
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "setting": setting, "value": text, "overridden_by": variable,
        }))?;
    } else {
        writeln!(io::stdout().lock(), "{text}")?;
        let names: Vec<String> = variable.iter().map(ToString::to_string).collect();
        words::overridden(&names).map_or(Ok(()), |text| words::say(&text))?;
    }
    Ok(Ok(Exit::Done))
}

fn explain(settings: &Settings, target: &Target, name: &str, json: bool) -> io::Result<Answer> {
    let setting = match parse(name) {
        Ok(setting) => setting,
        Err(failure) => return Ok(Err(failure)),
    };
    let Some(text) = settings.explain(&setting) else {
        return Ok(Err(unknown(settings, target, &setting)));
    };
    if json {
        let decision = settings.ledger.decision(&setting);
        render::json::print(
            &json!({ "schema": REPORT_SCHEMA, "explanation": text, "decision": decision }),
        )?;
    } else {
        writeln!(io::stdout().lock(), "{text}")?;
    }
    Ok(Ok(Exit::Done))
}

fn set(target: &Target, texts: &[String], json: bool, cancel: Cancel) -> io::Result<Answer> {
    let assignments: Result<Vec<Assignment>, _> = texts.iter().map(|text| text.parse()).collect();
    let assignments = match assignments {
        Ok(assignments) => assignments,
        Err(error) => {
            let next =
                "write a setting and its value as JSON, such as 'TeamSettings.SiteName=\"Acme\"'";
            return Ok(Err((Exit::Usage, failure(words::chain(&error), next))));
        }
    };
    let (host, prefix) = match super::enter(target, cancel) {
        Ok(entered) => entered,
        Err(failure) => return Ok(Err((Exit::Refused, *failure))),
    };
    match change(&host, &prefix, &assignments) {
        Ok((changed, complaints)) if json => {
            render::json::print(&has_set(changed, complaints)).map(|()| Ok(Exit::Done))
        }
        Ok((changed, complaints)) => say_set(changed, &complaints).map(|()| Ok(Exit::Done)),
        Err(failure) => Ok(Err(failure)),
    }
}

fn has_set(changed: bool, complaints: Vec<Complaint>) -> Report {
    let ending = if changed { Ending::Done } else { Ending::NothingToDo };
    let finding = |complaint: Complaint| {
        let severity = match complaint.severity {
            Severity::Note => Weight::Note,
            Severity::Warning | Severity::Error => Weight::Warning,
        };
        Finding::new(severity, complaint.rule, complaint.text)
    };
    let mut report = Report::new("config set", ending);
    report.findings = complaints.into_iter().map(finding).collect();
    report
}

fn say_set(changed: bool, complaints: &[Complaint]) -> io::Result<()> {
    for complaint in complaints {
        words::say(&format!("warning: {complaint}"))?;
    }
    words::say(if changed { "changed" } else { "nothing to do: the settings have these values" })
}

/// Whether anything was changed, and what is strange about the values.
fn change(
    host: &Host,
    prefix: &Prefix,
    assignments: &[Assignment],
) -> Result<(bool, Vec<Complaint>), (Exit, Failure)> {
    let settings = read_settings(host, prefix).map_err(|error| refuse(&error))?;
    let mut complaints = lint(&settings, assignments)?;
    complaints.extend(words::overridden(&settings.overridden.names).map(|text| Complaint {
        severity: Severity::Warning,
        rule: "overridden",
        setting: None,
        at: None,
        text,
    }));
    let lock = super::lock(host, prefix, &mut Silent)
        .map_err(|(ending, failure)| (exit::of(ending), failure))?;
    let changed = set_settings(host, prefix, &lock, assignments).map_err(|error| refuse(&error))?;
    Ok((changed, complaints))
}

/// Finds what is strange, refuses what is wrong.
fn lint(
    settings: &Settings,
    assignments: &[Assignment],
) -> Result<Vec<Complaint>, (Exit, Failure)> {
    let mut overlay = Document::empty();
    for assignment in assignments {
        assignment.apply(&mut overlay).map_err(|error| {
            let next = "give each setting once, and each section as an object";
            (Exit::Usage, failure(words::chain(&error), next))
        })?;
    }
    let version = &settings.receipt.release.version;
    let complaints = check(&overlay, version, Subject::Part);
    let wrong = complaints.iter().find(|complaint| complaint.severity == Severity::Error);
    if let Some(wrong) = wrong {
        let next = "give a value that the server accepts";
        return Err((Exit::Refused, failure(wrong.to_string(), next)));
    }
    Ok(complaints)
}

fn parse(name: &str) -> Result<SettingPath, (Exit, Failure)> {
    name.parse().map_err(|error: crate::config::SettingError| {
        let next = "write it as Section.Key, such as ServiceSettings.SiteURL";
        (Exit::Usage, failure(words::chain(&error), next))
    })
}

fn unknown(settings: &Settings, target: &Target, setting: &SettingPath) -> (Exit, Failure) {
    let version = &settings.receipt.release.version;
    let next = nearest(setting, version).map_or_else(
        || {
            let show = Call::new(&target.app, &target.root).word("config show");
            format!("list the settings with {show}")
        },
        |near| format!("did you mean {near}?"),
    );
    (Exit::Refused, failure(format!("there is no setting {setting} in the configuration"), &next))
}

fn refuse(error: &SettingsError) -> (Exit, Failure) {
    if let SettingsError::Interrupted { .. } = error {
        let next = "run `mmembed recover`, or `install` again, which finishes it first";
        return (Exit::Locked, failure(words::chain(error), next));
    }
    let next = match error {
        SettingsError::NotInstalled => "install a release first",
        SettingsError::Busy { .. } | SettingsError::Interrupted { .. } => "try again in a moment",
        SettingsError::Open(_) => "see what `status` says",
        SettingsError::State(error) => &hint::for_state(error),
        SettingsError::Path(_) | SettingsError::Configure(ConfigureError::Path(_)) => {
            &system::advice_and_again(error)
        }
        SettingsError::Configure(_) | SettingsError::Edit(_) => {
            "mend the configuration at that place"
        }
    };
    (Exit::Refused, failure(words::chain(error), next))
}

fn failure(what: String, next: &str) -> Failure {
    Failure { what, now: hint::UNCHANGED.to_owned(), next: next.to_owned() }
}
