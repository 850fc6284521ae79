//! Runs a program whose output or input is as large as a database: nothing of it is kept in memory, and whoever waits can
//! end it. Everything else is as [`Exec::run`] has it.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::io::{self, PipeReader, Read, Write};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::capture::{Capture, Captured};
use super::exec::{DRAIN_PATIENCE, Exec, ExecError, Output, end_group};
use super::exit::Exit;
use super::leader::Leader;
use super::signal::{Cancel, Level};
use super::source_file::SourceFile;
use crate::model::CommandSpec;

/// How often it is asked whether somebody wants to stop.
const LOOK: Duration = Duration::from_millis(20);

/// How much is read at once: as much as a pipe holds.
const PIECE: usize = 64 * 1024;

/// How many pieces may wait for the sink: the program writes on while the disk is busy.
const AHEAD: usize = 16;

/// Where the bytes come from and go to, and who may end it.
pub struct Stream<'s> {
    /// The program's standard input; nothing when absent.
    pub stdin: Option<SourceFile>,
    /// Where its standard output goes, flushed at its end.
    pub stdout: &'s mut dyn Write,
    /// Who may wish it to stop.
    pub cancel: &'s Cancel,
    /// The level of that wish at which the program is ended.
    pub stop_at: Level,
    /// Told how many bytes came in, where there is a standard input, else how many came out.
    pub progress: &'s mut dyn FnMut(u64),
}

/// How a program ended whose output went elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streamed {
    /// How it ended. Only a success makes what was written complete.
    pub exit: Exit,
    /// What it said on its standard error.
    pub stderr: Captured,
}

/// Why a program did not run to its end. It does not run any more.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// It did not start, took too long, or was lost.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// What it said could not be written.
    #[error("cannot write what {} gives", program.display())]
    Sink {
        /// The program.
        program: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The operator asked to stop.
    #[error("it was asked to stop")]
    Cancelled,
}

impl std::fmt::Debug for Stream<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream")
            .field("stdin", &self.stdin)
            .field("stop_at", &self.stop_at)
            .finish_non_exhaustive()
    }
}

impl Exec {
    /// Runs a program to its end, its output streamed. Its exit is a result, not an error, whatever it is.
    ///
    /// # Errors
    /// Whatever the error, the program was ended with its process group, by SIGTERM and after five seconds by SIGKILL.
    pub fn stream(
        &self,
        spec: &CommandSpec,
        mut stream: Stream<'_>,
    ) -> Result<Streamed, StreamError> {
        let cannot_start =
            |source| ExecError::CannotStart { program: spec.program.clone(), source };
        let lost = |source| ExecError::Lost { program: spec.program.clone(), source };
        let mut command = self.command(spec)?;
        if let Some(stdin) = &stream.stdin {
            command.stdin(stdin.for_child().map_err(cannot_start)?);
        }
        let (reader, writer) = io::pipe().map_err(cannot_start)?;
        command.stdout(writer);
        let pieces = read_ahead(reader).map_err(cannot_start)?;
        let (stderr, writer) = Capture::start().map_err(cannot_start)?;
        command.stderr(writer);
        let mut leader = Leader::start(&mut command).map_err(cannot_start)?;
        // The command holds the write ends: kept, the streams would never end.
        drop(command);
        let began = Instant::now();
        let pumped = Pump { spec, leader: &leader, began }.run(&pieces, &mut stream);
        drop(pieces);
        let exit = if pumped.is_ok() { leader.reap() } else { end_group(&mut leader) };
        let exit = exit.map_err(lost)?;
        let stderr = stderr.finish(DRAIN_PATIENCE);
        match pumped {
            Ok(()) => Ok(Streamed { exit, stderr }),
            Err(Stopped::Failed(error)) => Err(error),
            Err(Stopped::OutOfTime) => {
                let output = Box::new(Output { exit, stdout: Captured::default(), stderr });
                let (program, after) = (spec.program.clone(), spec.timeout);
                Err(ExecError::TimedOut { program, after, output }.into())
            }
        }
    }
}

enum Stopped {
    Failed(StreamError),
    OutOfTime,
}

/// The flow from a running program to the sink.
struct Pump<'p> {
    spec: &'p CommandSpec,
    leader: &'p Leader,
    began: Instant,
}

impl Pump<'_> {
    /// Returns when the stream is at its end and the program too.
    fn run(&self, pieces: &Receiver<Vec<u8>>, stream: &mut Stream<'_>) -> Result<(), Stopped> {
        let sink = |source| {
            let program = self.spec.program.clone();
            Stopped::Failed(StreamError::Sink { program, source })
        };
        let mut written = 0;
        let mut ended = None;
        loop {
            match pieces.recv_timeout(LOOK) {
                Ok(piece) => {
                    stream.stdout.write_all(&piece).map_err(sink)?;
                    written += piece.len() as u64;
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => self.expect_end(&mut ended)?,
            }
            (stream.progress)(stream.stdin.as_ref().map_or(written, SourceFile::position));
            self.go_on(stream)?;
        }
        stream.stdout.flush().map_err(sink)?;
        while !self.leader.wait(LOOK).map_err(|source| self.lost(source))? {
            self.go_on(stream)?;
        }
        (stream.progress)(stream.stdin.as_ref().map_or(written, SourceFile::position));
        Ok(())
    }

    fn go_on(&self, stream: &Stream<'_>) -> Result<(), Stopped> {
        if stream.cancel.requested() >= stream.stop_at {
            return Err(Stopped::Failed(StreamError::Cancelled));
        }
        if self.began.elapsed() > self.spec.timeout {
            return Err(Stopped::OutOfTime);
        }
        Ok(())
    }

    /// A program that has ended leaves its stream to nobody: what it left behind is ended, and what still holds the
    /// stream then could add to it whatever it likes.
    fn expect_end(&self, ended: &mut Option<Instant>) -> Result<(), Stopped> {
        if !self.leader.has_ended().map_err(|source| self.lost(source))? {
            return Ok(());
        }
        if ended.get_or_insert_with(Instant::now).elapsed() > DRAIN_PATIENCE {
            let source = io::Error::other("a process that it left behind holds its output");
            return Err(self.lost(source));
        }
        self.leader.signal_group(Signal::KILL).map_err(|source| self.lost(source))
    }

    fn lost(&self, source: io::Error) -> Stopped {
        let program = self.spec.program.clone();
        Stopped::Failed(ExecError::Lost { program, source }.into())
    }
}

/// Reads on while the sink is busy. The thread ends with the stream, or when nobody takes its pieces any more.
fn read_ahead(mut reader: PipeReader) -> io::Result<Receiver<Vec<u8>>> {
    let (give, pieces) = sync_channel(AHEAD);
    thread::Builder::new().spawn(move || {
        loop {
            let mut piece = vec![0; PIECE];
            match reader.read(&mut piece) {
                Ok(0) => return,
                Ok(count) => {
                    piece.truncate(count);
                    if give.send(piece).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A pipe of our own that cannot be read gives nothing more.
                Err(_) => return,
            }
        }
    })?;
    Ok(pieces)
}

#[cfg(test)]
mod tests;
