//! `version`, the most dangerous command of old servers: it reaches for everything before it prints.
//! It never listens.

use std::env;
use std::fs;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::arguments::Arguments;
use super::config::Purpose;
use super::database;
use super::era::Era;
use super::exit::{Exit, in_go};
use super::log::{Level, Log};
use super::places;
use super::trailer::{Fault, Trailer};

const DEPRECATED: &str = "Flag --skip-server-start has been deprecated, the server will not start when using the version command\n";

/// Prints the version and ends.
pub(crate) fn run(
    trailer: &Trailer,
    era: Era,
    arguments: &Arguments,
    skip: bool,
) -> Result<(), Exit> {
    let mut text = identity(trailer);
    if !era.version_starts_the_server() || skip {
        let stderr = if skip && !era.version_starts_the_server() { DEPRECATED } else { "" };
        return Err(Exit { code: 0, stdout: text, stderr: stderr.to_owned() });
    }
    let needs_i18n = era.has_commands();
    if needs_i18n && places::directory(era, "i18n").is_none() {
        return Err(no_i18n(era));
    }
    let log = Log::new(era, era.version_logs_to_console());
    let loaded = database::configuration(trailer, era, arguments, Purpose::Version)?;
    database::open_log(era, &loaded.config, &log);
    log.info("Server is initializing...");
    let mut store = database::prepare(trailer, era, &loaded.config, &log)?;
    if era.since(5, 9) && !era.since(6, 0) {
        make_data_directory(era, &loaded.config);
    }
    if era.since(5, 3) {
        make_plugin_directories(era, &loaded.config, &log);
    }
    let schema = store.system("Version").ok().flatten().unwrap_or_default();
    text.push_str("DB Version: ");
    text.push_str(&schema);
    text.push('\n');
    if !era.has_commands() {
        return Err(Exit { code: 0, stdout: String::new(), stderr: text });
    }
    if era.since(6, 0) {
        // 6.0 to 6.4 go on logging while they print.
        let _written = std::io::stdout().lock().write_all(text.as_bytes());
        log.info("Stopping Server...");
        log.info("Server stopped");
        return Ok(());
    }
    Err(Exit { code: 0, stdout: text, stderr: String::new() })
}

/// The lines that every era prints.
fn identity(trailer: &Trailer) -> String {
    let mut lie = None;
    for fault in &trailer.faults {
        if let Fault::LiesAboutVersion { command: Some(version), .. } = fault {
            lie = Some(version);
        }
    }
    format!(
        "Version: {}\nBuild Number: {}\nBuild Date: {}\nBuild Hash: {}\nBuild Enterprise Ready: {}\n",
        lie.unwrap_or(&trailer.model_version),
        lie.unwrap_or(&trailer.build_number),
        trailer.build_date,
        trailer.build_hash,
        trailer.enterprise
    )
}

/// What a binary says that cannot find its translations.
pub(crate) fn no_i18n(era: Era) -> Exit {
    if era.since(5, 10) {
        Exit::panic("unable to find i18n directory at \"i18n\"")
    } else if era.since(5, 0) {
        Exit::panic("runtime error: invalid memory address or nil pointer dereference")
    } else {
        Exit::panic("Unable to find i18n directory")
    }
}

/// Makes the directory of the file store, parents included.
pub(crate) fn make_data_directory(era: Era, config: &Value) {
    if era.since(4, 2) && database::text(config, "/FileSettings/DriverName") == "local" {
        let _made = fs::create_dir_all(database::text(config, "/FileSettings/Directory"));
    }
}

/// Makes the directories of the plugins, relative to where the server was started, parents not included.
pub(crate) fn make_plugin_directories(era: Era, config: &Value, log: &Log) {
    if !era.since(4, 4) || config.pointer("/PluginSettings/Enable") != Some(&Value::Bool(true)) {
        return;
    }
    for key in ["Directory", "ClientDirectory"] {
        let directory = database::text(config, &format!("/PluginSettings/{key}"));
        if Path::new(directory).is_dir() {
            continue;
        }
        if let Err(error) = fs::create_dir(directory) {
            let why = format!("mkdir {directory}: {}", in_go(&error));
            log.write(Level::Error, "Failed to start up plugins", &json!({ "error": why }));
            return;
        }
    }
}

/// `bin/platform` of 5.0 to 5.36: complains, then becomes `mattermost`, with an empty environment.
pub(crate) fn wrap(args: &[String]) -> Exit {
    let line = "------------------------------------";
    let banner = format!(
        "\n{line} ERROR {line}------------\n\
         The platform binary has been deprecated, please switch to using the new mattermost binary.\n\
         The platform binary will be removed in a future version.\n\
         {line}{line}-------------------\n\t\n"
    );
    let _written = std::io::stdout().lock().write_all(banner.as_bytes());
    let beside: PathBuf =
        env::current_exe().ok().as_deref().and_then(Path::parent).unwrap_or(Path::new(".")).into();
    let error = Command::new(beside.join("mattermost")).args(args).env_clear().exec();
    Exit::error(1, format!("could not start mattermost: {error}"))
}
