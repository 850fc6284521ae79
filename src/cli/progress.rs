//! What is shown while the engine works: a bar on a terminal, plain lines in a pipe, JSON lines on request.
//! Nothing here can fail a transaction: what cannot be written is not written.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::args::Output;
use crate::engine::Reporter;
use crate::host::{AppendFile, open_descriptor};
use crate::model::Event;

/// Shows events to people on standard error, and to a program on a descriptor of its own.
pub(crate) struct Progress {
    words: Words,
    lines: Option<AppendFile>,
}

enum Words {
    Bar(ProgressBar),
    Lines,
    None,
}

impl Progress {
    /// With `--json` the output is for a program: it gets its events as JSON lines or not at all.
    pub(crate) fn open(output: &Output) -> io::Result<Self> {
        let lines = output.progress_fd.map(open_descriptor).transpose()?;
        Ok(Self { words: Words::choose(output.json), lines })
    }

    fn say(&self, event: &Event) {
        match &self.words {
            Words::None => {}
            Words::Bar(bar) => show(bar, event),
            Words::Lines => {
                if let Some(text) = sentence(event) {
                    let _closed = writeln!(io::stderr().lock(), "{text}");
                }
            }
        }
    }
}

impl Words {
    fn choose(silent: bool) -> Self {
        if silent {
            Self::None
        } else if io::stderr().is_terminal() {
            let bar = ProgressBar::no_length();
            bar.enable_steady_tick(Duration::from_millis(120));
            bar.set_style(style("{spinner} {msg}"));
            Self::Bar(bar)
        } else {
            Self::Lines
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is spelled here")
}

impl Reporter for Progress {
    fn hear(&mut self, event: &Event) {
        if let Some(lines) = &mut self.lines {
            let text = serde_json::to_string(event).expect("an event is plain data");
            let _closed = writeln!(lines, "{text}");
        }
        self.say(event);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Words::Bar(bar) = &self.words {
            bar.finish_and_clear();
        }
    }
}

fn show(bar: &ProgressBar, event: &Event) {
    match event {
        Event::StepStarted { step, of, text } => {
            bar.set_message(format!("[{}/{of}] {text}", step.0 + 1));
        }
        Event::Progress { bytes, total } if *total > 0 => {
            bar.set_prefix(format!("{} %", bytes * 100 / total));
            bar.set_style(style("{spinner} {prefix} {msg}"));
        }
        Event::StepDone { .. } => bar.set_prefix(""),
        Event::ServerLog { line } => bar.set_message(format!("server: {line}")),
        Event::Progress { .. } => {}
        Event::HopStarted { .. }
        | Event::Note { .. }
        | Event::RollingBack { .. }
        | Event::Undoing { .. } => {
            bar.println(sentence(event).unwrap_or_default());
        }
    }
}

fn sentence(event: &Event) -> Option<String> {
    match event {
        Event::HopStarted { number, of, from, to } => {
            Some(format!("hop {number} of {of}: {from} to {to}"))
        }
        Event::StepStarted { step, of, text } => Some(format!("[{}/{of}] {text}", step.0 + 1)),
        Event::ServerLog { line } => Some(format!("       server: {line}")),
        Event::Note { text } => Some(format!("       {text}")),
        Event::RollingBack { because } => Some(format!("rolling back: {because}")),
        Event::Undoing { step, text } => Some(format!("[undo {}] {text}", step.0 + 1)),
        Event::StepDone { .. } | Event::Progress { .. } => None,
    }
}
