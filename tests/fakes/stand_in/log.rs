//! The server's log: one line per event, in the form of the era, on the console and in the file.
//! It never decides what is worth a line.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::era::{Era, LogForm};

/// Where lines go.
pub(crate) struct Log {
    era: Era,
    console: bool,
    file: Mutex<Option<File>>,
}

/// How bad an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// For the curious.
    Info,
    /// Worth a look.
    Warn,
    /// Something failed.
    Error,
    /// The end: `CRIT`, `error` or `fatal` by era.
    Fatal,
}

impl Log {
    /// A log without a file yet.
    pub(crate) fn new(era: Era, console: bool) -> Self {
        Self { era, console, file: Mutex::new(None) }
    }

    /// Opens the log file below `directory`; a directory that cannot be used means no file.
    pub(crate) fn open(&self, directory: &Path) {
        if self.era.since(4, 3) {
            let _made = fs::create_dir_all(directory);
        }
        let file = File::options().create(true).append(true).open(directory.join("mattermost.log"));
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = file.ok();
    }

    /// Opens the file whose name is `place` and `mattermost.log` glued together.
    pub(crate) fn open_glued(&self, place: &str) {
        self.open_file(&format!("{place}mattermost.log"));
    }

    /// Opens the file of this name.
    pub(crate) fn open_file(&self, name: &str) {
        let file = File::options().create(true).append(true).open(name);
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = file.ok();
    }

    /// Logs `message` with `fields` (a JSON object).
    pub(crate) fn write(&self, level: Level, message: &str, fields: &Value) {
        let line = match self.era.log_form() {
            LogForm::Bracketed => bracketed(level, message),
            LogForm::Ts | LogForm::Timestamp => self.json(level, message, fields),
        };
        if self.console || level == Level::Fatal && self.era.log_form() == LogForm::Bracketed {
            if self.era.logs_to_stdout() {
                let _written = writeln!(std::io::stdout().lock(), "{line}");
            } else {
                let _written = writeln!(std::io::stderr().lock(), "{line}");
            }
        }
        if let Some(file) = &mut *self.file.lock().unwrap_or_else(PoisonError::into_inner) {
            let _written = writeln!(file, "{line}");
        }
    }

    /// An event for the curious, without fields.
    pub(crate) fn info(&self, message: &str) {
        self.write(Level::Info, message, &Value::Null);
    }

    fn json(&self, level: Level, message: &str, fields: &Value) -> String {
        let now = Timestamp::now();
        let mut line = Map::new();
        let name = match level {
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Fatal if self.era.since(6, 0) => "fatal",
            Level::Error | Level::Fatal => "error",
        };
        if self.era.log_form() == LogForm::Ts {
            line.insert("level".to_owned(), name.into());
            line.insert("ts".to_owned(), json!(now.as_duration().as_secs_f64()));
            line.insert("caller".to_owned(), "app/server.go:1".into());
            line.insert("msg".to_owned(), message.into());
        } else {
            let text = now.strftime("%Y-%m-%d %H:%M:%S%.3f Z").to_string();
            line.insert("timestamp".to_owned(), text.into());
            line.insert("level".to_owned(), name.into());
            line.insert("msg".to_owned(), message.into());
            line.insert("caller".to_owned(), "app/server.go:1".into());
        }
        if let Value::Object(fields) = fields {
            line.extend(fields.clone());
        }
        Value::Object(line).to_string()
    }
}

fn bracketed(level: Level, message: &str) -> String {
    let name = match level {
        Level::Info => "INFO",
        Level::Warn => "WARN",
        Level::Error => "EROR",
        Level::Fatal => "CRIT",
    };
    format!("[{}] [{name}] {message}", Timestamp::now().strftime("%Y/%m/%d %H:%M:%S UTC"))
}
