//! Loading: from a name on the command line to the configuration in force.
//! The file is truncated and written in place, never replaced: that is how the real server does it.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::failure::{invalid, unable_to_load, wrong_type};
use super::{complete, environment, go_json, validate};
use crate::era::{Era, ReadOnlyFile, Rewrite};
use crate::exit::{Exit, in_go};
use crate::places;
use crate::random;
use crate::trailer::{Fault, Trailer};

/// Why the configuration is loaded: the version command forgives less and writes less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To serve.
    Server,
    /// To print the version.
    Version,
}

/// The configuration in force.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// All of it, the environment's overrides included.
    pub(crate) config: Value,
    /// What should be logged once there is a log.
    pub(crate) warnings: Vec<String>,
}

const SALTS: [(&str, &str); 4] = [
    ("SqlSettings", "AtRestEncryptKey"),
    ("FileSettings", "PublicLinkSalt"),
    ("EmailSettings", "InviteSalt"),
    ("EmailSettings", "PasswordResetSalt"),
];

/// Finds, reads, completes and perhaps rewrites the configuration named `name`.
pub(crate) fn load(
    trailer: &Trailer,
    era: Era,
    name: &str,
    purpose: Purpose,
) -> Result<Loaded, Exit> {
    let (found, new) = places::config_file(era, name);
    let (path, text) = match found {
        Some(path) => {
            let text =
                fs::read(&path).map_err(|_| invalid(era, purpose, name, "permission denied"))?;
            (path, text)
        }
        None => missing(era, purpose, name, new)?,
    };
    let site = parse(era, purpose, name, &text)?;
    let outcome = settle(trailer, era, name, &site)?;
    let due = match era.rewrite() {
        Rewrite::Always => true,
        Rewrite::Changed => outcome.overridden || outcome.persisted != site,
        Rewrite::SaltsMissing => outcome.overridden || outcome.salted,
    };
    let mut warnings = Vec::new();
    if due && !(purpose == Purpose::Version && era.version_leaves_config_alone()) {
        warnings.extend(write(era, &path, &outcome.persisted)?);
    }
    Ok(Loaded { config: outcome.config, warnings })
}

/// The same for a configuration that lies in a database; also the text to be kept there.
pub(crate) fn load_text(trailer: &Trailer, era: Era, text: &str) -> Result<(Loaded, String), Exit> {
    let site = parse(era, Purpose::Server, "the database", text.as_bytes())?;
    let outcome = settle(trailer, era, "the database", &site)?;
    let new = go_json::marshal(&outcome.persisted);
    Ok((Loaded { config: outcome.config, warnings: Vec::new() }, new))
}

/// What becomes of a site's configuration.
struct Outcome {
    config: Value,
    persisted: Value,
    overridden: bool,
    salted: bool,
}

fn settle(trailer: &Trailer, era: Era, name: &str, site: &Value) -> Result<Outcome, Exit> {
    let mut persisted = complete::complete(era, &trailer.defaults, &trailer.retained, site)
        .map_err(|mismatch| wrong_type(era, name, &mismatch.at))?;
    trailer.faults.iter().for_each(|fault| spoil(fault, &trailer.defaults, &mut persisted));
    if era.takes_unnamed_for_new()
        && site.pointer("/ServiceSettings/SiteURL").is_none_or(Value::is_null)
    {
        forget_keys(&mut persisted);
    }
    let salted = correct(era, &trailer.defaults, &mut persisted);
    let mut config = persisted.clone();
    let overridden = environment::apply(era, &mut config);
    validate::validate(era, &config)?;
    if era.persists_environment() {
        persisted = config.clone();
    }
    let overridden = overridden && era.persists_environment();
    Ok(Outcome { config, persisted, overridden, salted })
}

fn missing(
    era: Era,
    purpose: Purpose,
    name: &str,
    new: PathBuf,
) -> Result<(PathBuf, Vec<u8>), Exit> {
    if era.copies_default_json()
        && let Some(default) = new.parent().map(|config| config.join("default.json"))
        && let Ok(text) = fs::read(default)
    {
        return Ok((new, text));
    }
    if era.creates_config() {
        return Ok((new, b"{}".to_vec()));
    }
    Err(match (era, purpose) {
        _ if !era.has_commands() => unable_to_load(),
        (Era(5.., _), Purpose::Version) => {
            Exit::panic("runtime error: invalid memory address or nil pointer dereference")
        }
        _ => Exit::error(
            1,
            format!("Error opening config file={name}, err=Config File \"config\" Not Found"),
        ),
    })
}

fn parse(era: Era, purpose: Purpose, name: &str, text: &[u8]) -> Result<Value, Exit> {
    if text.is_empty() && era.accepts_empty_config() {
        return Ok(json!({}));
    }
    let site: Value = serde_json::from_slice(text).map_err(|error| {
        invalid(
            era,
            purpose,
            name,
            &format!(
                "parsing error at line {}, character {}: {error}",
                error.line(),
                error.column()
            ),
        )
    })?;
    if !site.is_object() {
        return Err(invalid(
            era,
            purpose,
            name,
            "parsing error at line 1, character 1: cannot unmarshal into Go value",
        ));
    }
    let lacks_width = site.pointer("/FileSettings/PreviewWidth").is_none();
    if !era.since(4, 2) && lacks_width {
        return Err(Exit::panic(
            "Invalid preview width for file settings.  Must be a positive number.",
        ));
    }
    Ok(site)
}

/// Empties the keys of a file that is taken for a new one.
fn forget_keys(config: &mut Value) {
    for pointer in ["/SqlSettings/AtRestEncryptKey", "/FileSettings/PublicLinkSalt"] {
        if let Some(key) = config.pointer_mut(pointer) {
            *key = json!("");
        }
    }
}

/// Fills salts and replaces values that the era does not stand; true when a salt was missing.
fn correct(era: Era, defaults: &Value, config: &mut Value) -> bool {
    let mut salted = false;
    for (section, key) in SALTS {
        if let Some(salt) = config.pointer_mut(&format!("/{section}/{key}"))
            && salt.as_str().is_none_or(str::is_empty)
        {
            *salt = Value::from(random::token(32));
            salted = true;
        }
    }
    if era.since(5, 9) {
        for pointer in ["/EmailSettings/SMTPServer", "/EmailSettings/SMTPPort"] {
            replace(config, pointer, &json!(""), defaults.pointer(pointer));
        }
    }
    if era.since(4, 3) && !era.since(5, 0) {
        replace(config, "/ServiceSettings/PostEditTimeLimit", &json!(300), Some(&json!(-1)));
    }
    if era.since(5, 10) && !era.since(6, 0) {
        replace(
            config,
            "/TeamSettings/MaxNotificationsPerChannel",
            &json!(1000),
            Some(&json!(1_000_000)),
        );
    }
    salted
}

fn replace(config: &mut Value, pointer: &str, bad: &Value, good: Option<&Value>) {
    if let (Some(value), Some(good)) = (config.pointer_mut(pointer), good)
        && value == bad
    {
        *value = good.clone();
    }
}

fn spoil(fault: &Fault, defaults: &Value, config: &mut Value) {
    if *fault == Fault::FallsBackToDefaultConfig {
        let mut fallen = defaults.clone();
        for pointer in ["/SqlSettings", "/LogSettings", "/ServiceSettings/ListenAddress"] {
            if let (Some(kept), Some(slot)) = (config.pointer(pointer), fallen.pointer_mut(pointer))
            {
                *slot = kept.clone();
            }
        }
        *config = fallen;
    }
    if let Fault::DropsAUserKey(key) = fault {
        let pointer = format!("/{}", key.replace('.', "/"));
        if let (Some(slot), Some(default)) =
            (config.pointer_mut(&pointer), defaults.pointer(&pointer))
        {
            *slot = default.clone();
        }
    }
}

fn write(era: Era, path: &Path, config: &Value) -> Result<Option<String>, Exit> {
    let mode = if era.since(5, 0) && !era.since(5, 10) { 0o644 } else { 0o600 };
    let opened = File::options().write(true).create(true).truncate(true).mode(mode).open(path);
    let written = opened.and_then(|mut file| file.write_all(go_json::marshal(config).as_bytes()));
    let Err(error) = written else { return Ok(None) };
    let place = path.display();
    let error = in_go(&error);
    match era.read_only_file() {
        ReadOnlyFile::Boots => {
            Ok(Some(format!("Unable to save the configuration file {place}: {error}")))
        }
        ReadOnlyFile::Panics => Err(Exit::panic(format!("open {place}: permission denied"))),
        ReadOnlyFile::Exits => Err(Exit::error(
            1,
            format!(
                "Error: failed to load configuration: failed to persist required changes after load: open {place}: {error}"
            ),
        )),
    }
}
