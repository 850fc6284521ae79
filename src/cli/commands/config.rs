//! `config show`, `get`, `set` and `explain`.

use std::io::{self, Write};

use serde_json::json;

use crate::cli::args::{ConfigCommand, Target};
use crate::cli::exit::Exit;
use crate::cli::{hint, render, words};
use crate::config::{Assignment, Document, SettingPath, Severity, Shown, Subject, check, nearest};
use crate::engine::{Settings, SettingsError, read_settings, set_settings, take_lock};
use crate::host::{Cancel, Host};
use crate::model::{Failure, Prefix};

/// What a command comes to: an exit code, or a failure with one.
type Answer = Result<Exit, (Exit, Failure)>;

/// Runs one of the configuration's commands.
pub(crate) fn run(command: &ConfigCommand, json: bool, cancel: Cancel) -> io::Result<Exit> {
    let answer = match command {
        ConfigCommand::Show { target, changed } => {
            with_settings(target, cancel, |settings| show(settings, *changed, json))?
        }
        ConfigCommand::Get {
            target,
            setting,
            reveal,
        } => with_settings(target, cancel, |settings| get(settings, setting, *reveal))?,
        ConfigCommand::Explain { target, setting } => {
            with_settings(target, cancel, |settings| explain(settings, setting, json))?
        }
        ConfigCommand::Set {
            target,
            assignments,
        } => set(target, assignments, cancel)?,
    };
    match answer {
        Ok(exit) => Ok(exit),
        Err((exit, failure)) => {
            // A failure is one whether somebody listens or not.
            let _closed = render::human::fail(&failure);
            Ok(exit)
        }
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
        render::json::print(&json!({ "schema": 1, "settings": shown }))?;
    } else {
        let mut out = io::stdout().lock();
        for (setting, value) in &shown {
            writeln!(out, "{setting} = {value}")?;
        }
    }
    Ok(Ok(Exit::Done))
}

fn get(settings: &Settings, name: &str, reveal: bool) -> io::Result<Answer> {
    let setting = match parse(name) {
        Ok(setting) => setting,
        Err(failure) => return Ok(Err(failure)),
    };
    let Some(value) = settings.document.get(&setting) else {
        return Ok(Err(unknown(settings, &setting)));
    };
    let mut out = io::stdout().lock();
    if reveal {
        writeln!(out, "{}", value.raw())?;
    } else {
        writeln!(out, "{}", Shown::of(&setting, &value))?;
    }
    Ok(Ok(Exit::Done))
}

fn explain(settings: &Settings, name: &str, json: bool) -> io::Result<Answer> {
    let setting = match parse(name) {
        Ok(setting) => setting,
        Err(failure) => return Ok(Err(failure)),
    };
    let Some(text) = settings.explain(&setting) else {
        return Ok(Err(unknown(settings, &setting)));
    };
    if json {
        let decision = settings.ledger.decision(&setting);
        render::json::print(&json!({ "schema": 1, "explanation": text, "decision": decision }))?;
    } else {
        writeln!(io::stdout().lock(), "{text}")?;
    }
    Ok(Ok(Exit::Done))
}

fn set(target: &Target, texts: &[String], cancel: Cancel) -> io::Result<Answer> {
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
    let changed = match change(&host, &prefix, &assignments)? {
        Ok(changed) => changed,
        Err(failure) => return Ok(Err(failure)),
    };
    let word = if changed {
        "changed"
    } else {
        "nothing to do: the settings have these values"
    };
    words::say(word)?;
    Ok(Ok(Exit::Done))
}

fn change(
    host: &Host,
    prefix: &Prefix,
    assignments: &[Assignment],
) -> io::Result<Result<bool, (Exit, Failure)>> {
    let settings = match read_settings(host, prefix) {
        Ok(settings) => settings,
        Err(error) => return Ok(Err(refuse(&error))),
    };
    if let Some(refusal) = lint(&settings, assignments)? {
        return Ok(Err(refusal));
    }
    let lock = match take_lock(host, prefix) {
        Ok(lock) => lock,
        Err(error) => {
            let next = "wait for it to end, then try again";
            return Ok(Err((Exit::Locked, failure(words::chain(&error), next))));
        }
    };
    Ok(set_settings(host, prefix, &lock, assignments).map_err(|error| refuse(&error)))
}

/// Warns of what is strange, refuses what is wrong.
fn lint(settings: &Settings, assignments: &[Assignment]) -> io::Result<Option<(Exit, Failure)>> {
    let mut overlay = Document::empty();
    for assignment in assignments {
        if let Err(error) = assignment.apply(&mut overlay) {
            let next = "give each setting once, and each section as an object";
            return Ok(Some((Exit::Usage, failure(words::chain(&error), next))));
        }
    }
    let version = &settings.receipt.release.version;
    for complaint in check(&overlay, version, Subject::Part) {
        if complaint.severity == Severity::Error {
            let next = "give a value that the server accepts";
            return Ok(Some((Exit::Refused, failure(complaint.to_string(), next))));
        }
        words::say(&format!("warning: {complaint}"))?;
    }
    Ok(None)
}

fn parse(name: &str) -> Result<SettingPath, (Exit, Failure)> {
    name.parse().map_err(|error: crate::config::SettingError| {
        let next = "write it as Section.Key, such as ServiceSettings.SiteURL";
        (Exit::Usage, failure(words::chain(&error), next))
    })
}

fn unknown(settings: &Settings, setting: &SettingPath) -> (Exit, Failure) {
    let version = &settings.receipt.release.version;
    let next = nearest(setting, version).map_or_else(
        || "list the settings with `config show`".to_owned(),
        |near| format!("did you mean {near}?"),
    );
    (
        Exit::Refused,
        failure(
            format!("there is no setting {setting} in the configuration"),
            &next,
        ),
    )
}

fn refuse(error: &SettingsError) -> (Exit, Failure) {
    if let SettingsError::Interrupted { .. } = error {
        let next = "run `install` again, or `recover`, which finishes it";
        return (Exit::Locked, failure(words::chain(error), next));
    }
    let next = match error {
        SettingsError::NotInstalled => "install a release first",
        SettingsError::Busy { .. } | SettingsError::Interrupted { .. } => "try again in a moment",
        SettingsError::Open(_) => "see what `status` says",
        SettingsError::Path(_) | SettingsError::State(_) => {
            "check that the path may be read and written"
        }
        SettingsError::Configure(_) | SettingsError::Edit(_) => {
            "mend the configuration at that place"
        }
    };
    (Exit::Refused, failure(words::chain(error), next))
}

fn failure(what: String, next: &str) -> Failure {
    Failure {
        what,
        now: hint::UNCHANGED.to_owned(),
        next: next.to_owned(),
    }
}
