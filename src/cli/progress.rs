//! What is shown while the engine works: a bar on a terminal, plain lines in a pipe, JSON lines on request.
//! Nothing here can fail a transaction: what cannot be written is not written.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::args::Output;
use super::{terminal, voice};
use crate::engine::Reporter;
use crate::host::{AppendFile, Clock, open_descriptor};
use crate::model::Event;

/// Shows events to people on standard error, and to a program on a descriptor of its own.
pub(crate) struct Progress {
    words: Words,
    lines: Option<AppendFile>,
    verbose: bool,
    clock: Clock,
    /// When the command began, on the monotonic clock.
    began: Duration,
    /// When the last step began.
    step: Duration,
    /// Is a chain walked? Then each line says how long that has taken so far.
    walks: bool,
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
        let mut progress = Self::of(words, lines);
        progress.verbose = output.verbose;
        Ok(progress)
    }

    fn of(words: Words, lines: Option<AppendFile>) -> Self {
        let clock = Clock::system();
        let began = clock.monotonic();
        Self { words, lines, verbose: false, clock, began, step: began, walks: false }
    }

    fn say(&self, event: &Event) {
        let more = more(event, self.clock.monotonic().saturating_sub(self.step));
        let (text, told) = (sentence(event), more.as_ref().filter(|_| self.verbose));
        match &self.words {
            Words::None => {}
            Words::Bar(bar) => {
                show(bar, event);
                let lasting = text.as_ref().filter(|_| is_lasting(event));
                for text in lasting.into_iter().chain(told) {
                    // Nothing stands above it that it could be indented below.
                    let line = format!("{}{}\n", self.elapsed(), text.trim_start());
                    let _closed = bar.suspend(|| terminal::tell(&line));
                }
            }
            Words::Lines => {
                for text in text.iter().chain(told) {
                    let _closed = terminal::tell(&format!("{}{text}\n", self.elapsed()));
                }
            }
        }
        for text in text.iter().chain(&more) {
            voice::record(text);
        }
    }

    /// What stands before a line.
    fn elapsed(&self) -> String {
        if !self.walks {
            return String::new();
        }
        stamp(self.clock.monotonic().saturating_sub(self.began))
    }
}

/// Hours, minutes and seconds, as on a stopwatch.
fn stamp(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes:02}:{seconds:02}  ")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}  ")
    }
}

impl Words {
    fn choose(silent: bool) -> Self {
        if silent {
            Self::None
        } else if io::stderr().is_terminal() {
            let bar = ProgressBar::no_length();
            bar.enable_steady_tick(Duration::from_millis(120));
            bar.set_style(style(WORKING));
            Self::Bar(bar)
        } else {
            Self::Lines
        }
    }
}

impl Progress {
    /// From its first hop on, a bar goes on telling the time itself.
    fn hear_of_walk(&mut self, event: &Event) {
        if self.walks || !matches!(event, Event::HopStarted { .. }) {
            return;
        }
        self.walks = true;
        if let Words::Bar(bar) = &self.words {
            bar.set_style(style(WALKING));
        }
    }
}

/// What a bar shows, in one row whatever it is about; while a chain is walked, indicatif counts from when the bar was made.
const WORKING: &str = "{spinner} {prefix}{wide_msg}";
const WALKING: &str = "{stamp}{spinner} {prefix}{wide_msg}";

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).expect("the template is spelled here");
    style.with_key("stamp", |state: &ProgressState, out: &mut dyn fmt::Write| {
        let _always_written = out.write_str(&stamp(state.elapsed()));
    })
}

impl Reporter for Progress {
    fn hear(&mut self, event: &Event) {
        if let Some(lines) = &mut self.lines {
            let text = serde_json::to_string(event).expect("an event is plain data");
            let _closed = writeln!(lines, "{text}");
        }
        if matches!(event, Event::StepStarted { .. }) {
            self.step = self.clock.monotonic();
        }
        self.hear_of_walk(event);
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

/// What changes in the row of a bar.
fn show(bar: &ProgressBar, event: &Event) {
    match event {
        Event::StepStarted { .. } => bar.set_message(sentence(event).unwrap_or_default()),
        Event::Progress { bytes, total } if *total > 0 => {
            bar.set_prefix(format!("{} % ", bytes * 100 / total));
        }
        Event::StepDone { .. } => bar.set_prefix(""),
        Event::ServerLog { line } => bar.set_message(format!("server: {line}")),
        Event::Progress { .. }
        | Event::HopStarted { .. }
        | Event::Note { .. }
        | Event::RollingBack { .. }
        | Event::Undoing { .. } => {}
    }
}

/// Does what is said of it stay, where the rest is shown in the row of a bar and goes?
const fn is_lasting(event: &Event) -> bool {
    match event {
        Event::HopStarted { .. }
        | Event::Note { .. }
        | Event::RollingBack { .. }
        | Event::Undoing { .. } => true,
        Event::StepStarted { .. }
        | Event::StepDone { .. }
        | Event::Progress { .. }
        | Event::ServerLog { .. } => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopwatch_shows_hours_only_where_there_are_any() {
        for (seconds, shown) in
            [(0, "00:00  "), (61, "01:01  "), (3599, "59:59  "), (37230, "10:20:30  ")]
        {
            assert_eq!(stamp(Duration::from_secs(seconds)), shown);
        }
    }

    #[test]
    fn only_who_walks_a_chain_tells_the_time() {
        let mut progress = Progress::of(Words::None, None);
        progress.hear(&Event::Note { text: "x".to_owned() });
        assert_eq!(progress.elapsed(), "");
        let (from, to) = ("10.11.0".parse().unwrap(), "11.7.0".parse().unwrap());
        progress.hear(&Event::HopStarted { number: 1, of: 2, from, to });
        assert!(progress.elapsed().contains(':'));
    }
}
