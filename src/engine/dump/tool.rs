//! Running one of the vendor's tools on a dump: the file is written and opened here, as ours, whoever runs the tool.

use std::io::Write;

use super::error::DumpError;
use crate::database::{Endpoint, Failure};
use crate::host::{FileSink, Host, Level, PathError, SourceFile, Stream, StreamError, Written};
use crate::model::{CommandSpec, RelPath};

/// Who may end a tool that runs, and who hears how far it is.
pub(crate) struct Watch<'w> {
    /// From which wish to stop on it is ended. What takes a transaction back ends only at the second.
    pub(crate) stop_at: Level,
    /// Told the bytes so far.
    pub(crate) progress: &'w mut dyn FnMut(u64),
}

/// Answers of tools that are read into memory are lists of what is in a database.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// Writes what a tool gives to a new file. On any failure there is no such file.
pub(super) fn give(
    host: &Host,
    program: &'static str,
    spec: &CommandSpec,
    to: &RelPath,
    watch: &mut Watch<'_>,
) -> Result<Written, DumpError> {
    let mut sink = host.tree.create(to)?;
    let result = run(host, program, spec, None, &mut sink, watch).and_then(|()| Ok(sink.finish()?));
    if let Err(error) = &result
        && !error.is_crash()
    {
        // Half a dump is none. The error that matters is the first one.
        drop(host.tree.remove_file(to));
    }
    result
}

/// Has a tool read a file, and gives what it says.
pub(super) fn take(
    host: &Host,
    program: &'static str,
    spec: &CommandSpec,
    from: Option<SourceFile>,
    watch: &mut Watch<'_>,
) -> Result<String, DumpError> {
    let mut answer = Answer(Vec::new());
    run(host, program, spec, from, &mut answer, watch)?;
    Ok(String::from_utf8_lossy(&answer.0).into_owned())
}

fn run(
    host: &Host,
    program: &'static str,
    spec: &CommandSpec,
    stdin: Option<SourceFile>,
    sink: &mut dyn Sink,
    watch: &mut Watch<'_>,
) -> Result<(), DumpError> {
    let place = sink.place();
    let stream = Stream {
        stdin,
        stdout: sink,
        cancel: &host.cancel,
        stop_at: watch.stop_at,
        progress: &mut *watch.progress,
    };
    match host.exec.stream(spec, stream) {
        Ok(ended) if ended.exit.is_success() => Ok(()),
        Ok(ended) => {
            let failure = Failure::understand(&ended.stderr.text());
            Err(DumpError::Failed { program, exit: ended.exit, failure })
        }
        Err(StreamError::Sink { source, .. }) => {
            Err(PathError { verb: "write", path: place, source }.into())
        }
        Err(StreamError::Exec(error)) => Err(error.into()),
        Err(StreamError::Cancelled) => Err(DumpError::Cancelled),
    }
}

/// A change of the database that was not admitted.
pub(super) fn stopped(endpoint: &Endpoint, source: std::io::Error) -> DumpError {
    PathError { verb: "change the", path: endpoint.to_string().into(), source }.into()
}

/// Something that takes bytes and can be named when it does not.
trait Sink: Write {
    fn place(&self) -> std::path::PathBuf;
}

impl Sink for FileSink {
    fn place(&self) -> std::path::PathBuf {
        self.path().to_owned()
    }
}

/// An answer in memory, up to a limit.
struct Answer(Vec<u8>);

impl Write for Answer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST_ANSWER {
            return Err(std::io::Error::other(format!("longer than {LONGEST_ANSWER} bytes")));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Sink for Answer {
    fn place(&self) -> std::path::PathBuf {
        "the answer".into()
    }
}
