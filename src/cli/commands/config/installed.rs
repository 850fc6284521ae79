//! `config show`, `get`, `set` and `explain`: the configuration of an installed server.

use std::io::{self, Write};

use serde_json::json;

use super::{Answer, Refusal, failure, parse};
use crate::cli::args::Target;
use crate::cli::call::Call;
use crate::cli::commands;
use crate::cli::exit::{self, Exit};
use crate::cli::{hints, render, system, words};
use crate::config::{
    Assignment, Complaint, Document, SettingPath, Severity, Shown, Subject, check, nearest,
    refusals,
};
use crate::engine::{Leave, Settings, SettingsError, Silent, read_settings, set_settings};
use crate::host::{Cancel, Host};
use crate::model::{Ending, Finding, Prefix, REPORT_SCHEMA, Report, Severity as Weight};

fn with_settings(
    target: &Target,
    cancel: Cancel,
    answer: impl FnOnce(&Settings) -> io::Result<Answer>,
) -> io::Result<Answer> {
    let (host, prefix) = match commands::enter(target, cancel) {
        Ok(entered) => entered,
        Err(failure) => return Ok(Err((Exit::Refused, *failure))),
    };
    match read_settings(&host, &prefix) {
        Ok(settings) => answer(&settings),
        Err(error) => Ok(Err(refuse(&error, &host, &prefix))),
    }
}

/// Prints all settings, or those that are not as the release ships them.
pub(super) fn show(
    target: &Target,
    changed: bool,
    json: bool,
    cancel: Cancel,
) -> io::Result<Answer> {
    with_settings(target, cancel, |settings| print_all(settings, changed, json))
}

fn print_all(settings: &Settings, changed: bool, json: bool) -> io::Result<Answer> {
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

/// Prints one setting.
pub(super) fn get(
    target: &Target,
    setting: &str,
    reveal: bool,
    json: bool,
    cancel: Cancel,
) -> io::Result<Answer> {
    with_settings(target, cancel, |settings| print_one(settings, target, setting, reveal, json))
}

fn print_one(
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

/// Says who decided a setting, and why.
pub(super) fn explain(
    target: &Target,
    setting: &str,
    json: bool,
    cancel: Cancel,
) -> io::Result<Answer> {
    with_settings(target, cancel, |settings| print_reason(settings, target, setting, json))
}

fn print_reason(
    settings: &Settings,
    target: &Target,
    name: &str,
    json: bool,
) -> io::Result<Answer> {
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

/// Changes settings of the file in use.
pub(super) fn set(
    target: &Target,
    texts: &[String],
    leave: Leave,
    json: bool,
    cancel: Cancel,
) -> io::Result<Answer> {
    let assignments: Result<Vec<Assignment>, _> = texts.iter().map(|text| text.parse()).collect();
    let assignments = match assignments {
        Ok(assignments) => assignments,
        Err(error) => {
            let next =
                "write a setting and its value as JSON, such as 'TeamSettings.SiteName=\"Acme\"'";
            return Ok(Err((Exit::Usage, failure(words::chain(&error), next))));
        }
    };
    let (host, prefix) = match commands::enter(target, cancel) {
        Ok(entered) => entered,
        Err(failure) => return Ok(Err((Exit::Refused, *failure))),
    };
    match change(&host, &prefix, &assignments, leave) {
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
        Finding::new(severity, complaint.rule, complaint.text).advise(complaint.advice)
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
    leave: Leave,
) -> Result<(bool, Vec<Complaint>), Refusal> {
    let settings = read_settings(host, prefix).map_err(|error| refuse(&error, host, prefix))?;
    let mut complaints = lint(&settings, assignments)?;
    let overridden = words::overridden(&settings.overridden.names);
    complaints.extend(overridden.map(|text| Complaint {
        rule: "overridden",
        ..Complaint::new(Severity::Warning, "C-ENV", text)
    }));
    complaints.extend(settings.open_mode.map(|mode| {
        let text = format!(
            "the file held secrets that others could read (mode {mode:04o}); it is private now"
        );
        Complaint::new(Severity::Warning, "C-MODE", text)
    }));
    let lock = commands::lock(host, prefix, &mut Silent)
        .map_err(|(ending, failure)| (exit::of(ending), failure))?;
    let changed = set_settings(host, prefix, &lock, assignments, leave)
        .map_err(|error| refuse(&error, host, prefix))?;
    Ok((changed, complaints))
}

/// Finds what is strange, refuses what is wrong.
fn lint(settings: &Settings, assignments: &[Assignment]) -> Result<Vec<Complaint>, Refusal> {
    let mut overlay = Document::empty();
    for assignment in assignments {
        assignment.apply(&mut overlay).map_err(|error| {
            let next = "give each setting once, and each section as an object";
            (Exit::Usage, failure(words::chain(&error), next))
        })?;
    }
    let version = &settings.receipt.release.version;
    let mut complaints = check(&overlay, version, Subject::Part);
    complaints.extend(refusals(&overlay, version, Subject::Part));
    let wrong = complaints.iter().find(|complaint| complaint.severity == Severity::Error);
    if let Some(wrong) = wrong {
        let next = "give a value that the server accepts";
        return Err((Exit::Refused, failure(wrong.to_string(), next)));
    }
    Ok(complaints)
}

fn unknown(settings: &Settings, target: &Target, setting: &SettingPath) -> Refusal {
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

fn refuse(error: &SettingsError, host: &Host, prefix: &Prefix) -> Refusal {
    if let SettingsError::Interrupted { .. } = error {
        let next = "run `mmembed recover`, or `install` again, which finishes it first";
        return (Exit::Locked, failure(words::chain(error), next));
    }
    let next = match error {
        SettingsError::NotInstalled => "install a release first",
        SettingsError::Busy { .. } | SettingsError::Interrupted { .. } => "try again in a moment",
        SettingsError::Open(_) => "see what `status` says",
        SettingsError::State(error) => &hints::for_state(error),
        SettingsError::Path(_) => &system::advice_and_again(error),
        SettingsError::InDatabase => "change it in the System Console, or with mmctl config set",
        SettingsError::Configure(error) => &hints::for_configure(error, host, prefix),
        SettingsError::Edit(_) => "mend the configuration at that place",
    };
    (Exit::Refused, failure(words::chain(error), next))
}
