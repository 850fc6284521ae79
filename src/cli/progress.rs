//! What is shown while the engine works: a bar on a terminal, plain lines in a pipe, JSON lines on request.
//! Nothing here can fail a transaction: what cannot be written is not written.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::args::Output;
use super::voice;
use crate::engine::Reporter;
use crate::host::{AppendFile, Clock, open_descriptor};
use crate::model::Event;

/// Shows events to people on standard error, and to a program on a descriptor of its own.
pub(crate) struct Progress {
    words: Words,
    lines: Option<AppendFile>,
    verbose: bool,
    /// When the last step began.
    clock: Clock,
    began: Duration,
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
        let words = Words::choose(output.json || output.quiet);
        let (verbose, clock) = (output.verbose, Clock::system());
        Ok(Self { words, lines, verbose, clock, began: Duration::ZERO })
    }

    fn say(&self, event: &Event) {
        let more = more(event, self.clock.monotonic().saturating_sub(self.began));
        let (text, told) = (sentence(event), more.as_ref().filter(|_| self.verbose));
        match &self.words {
            Words::None => {}
            Words::Bar(bar) => {
                show(bar, event);
                if let Some(more) = told {
                    bar.println(more);
                }
            }
            Words::Lines => {
                for text in text.iter().chain(told) {
                    let _closed = writeln!(io::stderr().lock(), "{text}");
                }
            }
        }
        for text in text.iter().chain(&more) {
            voice::record(text);
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
        if matches!(event, Event::StepStarted { .. }) {
            self.began = self.clock.monotonic();
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
        Event::StepStarted { step, of, text, .. } => {
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

/// What is said of an event only to those who want to know everything.
fn more(event: &Event, since: Duration) -> Option<String> {
    match event {
        Event::StepStarted { because, .. } if !because.is_empty() => {
            Some(format!("       ({because})"))
        }
        Event::StepDone { .. } => Some(format!("       done in {:.1} s", since.as_secs_f64())),
        Event::HopStarted { .. }
        | Event::StepStarted { .. }
        | Event::Progress { .. }
        | Event::ServerLog { .. }
        | Event::Note { .. }
        | Event::RollingBack { .. }
        | Event::Undoing { .. } => None,
    }
}

fn sentence(event: &Event) -> Option<String> {
    match event {
        Event::HopStarted { number, of, from, to } => {
            Some(format!("hop {number} of {of}: {from} to {to}"))
        }
        Event::StepStarted { step, of, text, .. } => Some(format!("[{}/{of}] {text}", step.0 + 1)),
        Event::ServerLog { line } => Some(format!("       server: {line}")),
        Event::Note { text } => Some(format!("       {text}")),
        Event::RollingBack { because } => Some(format!("rolling back: {because}")),
        Event::Undoing { step, text } => Some(format!("[undo {}] {text}", step.0 + 1)),
        Event::StepDone { .. } | Event::Progress { .. } => None,
    }
}
