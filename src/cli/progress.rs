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
                show(bar, event, &self.elapsed());
                if let Some(more) = told {
                    bar.println(more);
                }
            }
            Words::Lines => {
                for text in text.iter().chain(told) {
                    let _closed = writeln!(io::stderr().lock(), "{}{text}", self.elapsed());
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
            bar.set_style(style("{spinner} {msg}"));
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

/// What a bar shows, and what it shows while a chain is walked: indicatif counts from when the bar was made.
const WORKING: &str = "{spinner} {prefix} {msg}";
const WALKING: &str = "{elapsed_precise} {spinner} {prefix} {msg}";

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

fn show(bar: &ProgressBar, event: &Event, elapsed: &str) {
    match event {
        Event::StepStarted { step, of, text, .. } => {
            bar.set_message(format!("[{}/{of}] {text}", step.0 + 1));
        }
        Event::Progress { bytes, total } if *total > 0 => {
            bar.set_prefix(format!("{} %", bytes * 100 / total));
            bar.set_style(style(if elapsed.is_empty() { WORKING } else { WALKING }));
        }
        Event::StepDone { .. } => bar.set_prefix(""),
        Event::ServerLog { line } => bar.set_message(format!("server: {line}")),
        Event::Progress { .. } => {}
        Event::HopStarted { .. }
        | Event::Note { .. }
        | Event::RollingBack { .. }
        | Event::Undoing { .. } => {
            bar.println(format!("{elapsed}{}", sentence(event).unwrap_or_default()));
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
