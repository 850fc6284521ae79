//! A program that stays for as long as it is held, and answers line by line: what it holds itself is gone with it.
//! Everything else is as [`Exec::run`] has it.
//!
//! Nobody but this program has the other end of its standard input. When this program dies, however it dies, the kernel closes that
//! end, and a program that reads to the end of its input ends too.

use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter, Write};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use super::capture::Capture;
use super::exec::{DRAIN_PATIENCE, Exec, ExecError, end_group};
use super::leader::Leader;
use crate::model::CommandSpec;

/// How long it may take to go once its input has ended.
const GOING: Duration = Duration::from_secs(2);

/// A program that is held. Dropping it ends its input, and then the program.
pub struct Tether {
    program: PathBuf,
    leader: Leader,
    /// `None` once it was let go.
    stdin: Option<PipeWriter>,
    answers: Receiver<String>,
    stderr: Option<Capture>,
}

/// Why it gives no answer. It is of no use any more.
#[derive(Debug, thiserror::Error)]
pub enum TetherError {
    /// It did not start.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// It has ended.
    #[error("{} has ended: {said}", program.display())]
    Ended {
        /// The program.
        program: PathBuf,
        /// What it said on its standard error.
        said: String,
    },
    /// It took too long.
    #[error("{} gave no answer within {} s", program.display(), after.as_secs())]
    Silent {
        /// The program.
        program: PathBuf,
        /// How long it was waited for.
        after: Duration,
    },
}

impl std::fmt::Debug for Tether {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tether").field("program", &self.program).finish_non_exhaustive()
    }
}

impl Exec {
    /// Starts a program that reads its standard input line by line.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn tether(&self, spec: &CommandSpec) -> Result<Tether, ExecError> {
        let cannot_start =
            |source| ExecError::CannotStart { program: spec.program.clone(), source };
        let mut command = self.command(spec)?;
        let (input, stdin) = io::pipe().map_err(cannot_start)?;
        command.stdin(input);
        let (output, writer) = io::pipe().map_err(cannot_start)?;
        command.stdout(writer);
        let answers = read_lines(output).map_err(cannot_start)?;
        let (stderr, writer) = Capture::start().map_err(cannot_start)?;
        command.stderr(writer);
        let leader = Leader::start(&mut command).map_err(cannot_start)?;
        // The command holds the other ends: kept, neither stream would ever end.
        drop(command);
        let (program, stdin, stderr) = (spec.program.clone(), Some(stdin), Some(stderr));
        Ok(Tether { program, leader, stdin, answers, stderr })
    }
}

impl Tether {
    /// Says a line, and hears the next one, without its end.
    ///
    /// # Errors
    /// If it has ended, or says nothing for so long.
    pub fn ask(&mut self, line: &str, within: Duration) -> Result<String, TetherError> {
        let written = self.stdin.as_mut().map(|stdin| writeln!(stdin, "{line}"));
        if !matches!(written, Some(Ok(()))) {
            return Err(self.ended());
        }
        match self.answers.recv_timeout(within) {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
            Err(RecvTimeoutError::Timeout) => {
                Err(TetherError::Silent { program: self.program.clone(), after: within })
            }
        }
    }

    fn ended(&mut self) -> TetherError {
        self.let_go();
        let said = self.stderr.take().map(|stderr| stderr.finish(DRAIN_PATIENCE).text());
        let said = said.map(|said| said.trim().to_owned());
        TetherError::Ended { program: self.program.clone(), said: said.unwrap_or_default() }
    }

    fn let_go(&mut self) {
        self.stdin = None;
        let is_gone = self.leader.wait(GOING).unwrap_or(false);
        // What cannot be ended any more was ended by somebody else.
        let _gone = if is_gone { self.leader.reap() } else { end_group(&mut self.leader) };
    }
}

impl Drop for Tether {
    fn drop(&mut self) {
        self.let_go();
    }
}

/// Reads ahead by one line. The thread ends with the stream, or when nobody takes its lines any more.
fn read_lines(reader: PipeReader) -> io::Result<Receiver<String>> {
    let (give, lines) = sync_channel(1);
    thread::Builder::new().spawn(move || {
        for line in BufReader::new(reader).lines() {
            let Ok(line) = line else { return };
            if give.send(line).is_err() {
                return;
            }
        }
    })?;
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_secs(20);

    fn held(script: &str) -> Tether {
        let spec = CommandSpec::new("sh").arg("-c").arg(script);
        Exec::default().tether(&spec).unwrap()
    }

    #[test]
    fn it_answers_line_by_line_and_goes_when_it_is_let_go() {
        let mut cat = held("exec cat");
        for line in ["one", "two"] {
            assert_eq!(cat.ask(line, SHORT).unwrap(), line);
        }
        let pid = cat.leader.pid().as_raw_nonzero();
        drop(cat);
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    }

    #[test]
    fn one_that_has_ended_is_told_with_its_words() {
        let mut gone = held("echo no such database >&2; exit 2");
        let error = gone.ask("anything", SHORT).unwrap_err();
        assert!(error.to_string().contains("sh has ended: no such database"), "{error}");
    }

    #[test]
    fn one_that_does_not_heed_the_end_of_its_input_is_ended() {
        let mut deaf = held("echo ready; while :; do sleep 1; done");
        assert_eq!(deaf.ask("", SHORT).unwrap(), "ready");
        let pid = deaf.leader.pid().as_raw_nonzero();
        drop(deaf);
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    }
}
