//! What is shown while the engine works: a bar on a terminal, plain lines in a pipe, JSON lines on request.
//! Nothing here can fail a transaction: what cannot be written is not written.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::engine::Reporter;
use crate::model::Event;

/// Shows events to people on standard error, and to a program on a descriptor of its own.
pub(crate) struct Progress {
    words: Words,
    lines: Option<Box<dyn Write>>,
}

enum Words {
    Bar(ProgressBar),
    Lines,
    None,
}

impl Progress {
    /// `silent` is for runs whose standard output is for a program: it gets its events as JSON lines or not at all.
    pub(crate) fn new(silent: bool, lines: Option<Box<dyn Write>>) -> Self {
        let words = if silent {
            Words::None
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::no_length();
            bar.enable_steady_tick(Duration::from_millis(120));
            bar.set_style(ProgressStyle::with_template("{spinner} {msg}").expect("a valid template"));
            Words::Bar(bar)
        } else {
            Words::Lines
        };
        Self { words, lines }
    }

    fn say(&self, event: &Event) {
        match &self.words {
            Words::None => {}
            Words::Bar(bar) => show(bar, event),
            Words::Lines => {
                if let Some(text) = sentence(event) {
                    let _closed = writeln!(std::io::stderr().lock(), "{text}");
                }
            }
        }
    }
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
            let style = ProgressStyle::with_template("{spinner} {prefix} {msg}");
            bar.set_style(style.expect("a valid template"));
        }
        Event::StepDone { .. } => bar.set_prefix(""),
        Event::ServerLog { line } => bar.set_message(format!("server: {line}")),
        other => {
            if let Some(text) = sentence(other) {
                bar.println(text);
            }
        }
    }
}

fn sentence(event: &Event) -> Option<String> {
    match event {
        Event::StepStarted { step, of, text } => Some(format!("[{}/{of}] {text}", step.0 + 1)),
        Event::ServerLog { line } => Some(format!("       server: {line}")),
        Event::Note { text } => Some(format!("       {text}")),
        Event::RollingBack { because } => Some(format!("rolling back: {because}")),
        Event::Undoing { step, text } => Some(format!("[undo {}] {text}", step.0 + 1)),
        Event::StepDone { .. } | Event::Progress { .. } => None,
    }
}
