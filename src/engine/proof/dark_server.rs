//! One server in the dark: started as the service user on a loopback port, with a copy of its configuration.

use std::path::PathBuf;
use std::time::Duration;

use super::error::ProofError;
use super::leftover;
use super::watch::{Watch, Witness};
use crate::engine::reporter::Reporter;
use crate::host::{Host, Http, ServerProcess, Stopped, current_owner};
use crate::model::{CommandSpec, Owner, RelPath, Version};
use crate::server::Era;

/// What it takes to start a server in the dark.
#[derive(Debug)]
pub(crate) struct DarkStart<'a> {
    /// The tree to run from.
    pub(crate) tree: &'a RelPath,
    /// The copy of the configuration.
    pub(crate) config: &'a RelPath,
    /// The directory for its log and its identity.
    pub(crate) directory: &'a RelPath,
    /// The loopback port that the copy names.
    pub(crate) port: u16,
    /// The path of the site's address, below which the server answers; empty or beginning with a slash.
    pub(crate) site_path: &'a str,
    /// What it is.
    pub(crate) version: &'a Version,
    /// Who runs it.
    pub(crate) run_as: Option<Owner>,
}

/// A server in the dark. [`DarkServer::stop`] and a proof that fails let it end by itself; dropped before, it is killed.
#[derive(Debug)]
pub(crate) struct DarkServer<'a> {
    host: &'a Host,
    start: DarkStart<'a>,
    process: ServerProcess,
    started: Duration,
}

/// The file that the server's output goes to.
const LOG: &str = "server.log";

impl<'a> DarkServer<'a> {
    /// Starts it. Its identity is on disk when this returns, so that another run can find it.
    pub(crate) fn start(host: &'a Host, start: DarkStart<'a>) -> Result<Self, ProofError> {
        let log = host.tree.append_to(&start.directory.join(LOG))?;
        let spec = command(host, &start);
        let started = host.clock.monotonic();
        let process = ServerProcess::start(&host.exec, &spec, log)?;
        let mut server = Self { host, start, process, started };
        if let Err(error) =
            leftover::remember(host, server.start.directory, server.process.identity())
        {
            return Err(server.given_up(error.into()));
        }
        Ok(server)
    }

    /// Waits until it has proven that it is what it should be, or cannot any more.
    ///
    /// # Errors
    /// Why it did not pass. It is stopped by then, as patiently as one that did: it may be in the middle of a migration.
    pub(crate) fn prove(
        &mut self,
        within: Duration,
        reporter: &mut dyn Reporter,
    ) -> Result<Witness, ProofError> {
        let base = format!("http://127.0.0.1:{}{}", self.start.port, self.start.site_path);
        let proven = Http::new().map_err(ProofError::from).and_then(|http| {
            self.watch(http, base, within).until_proven(&mut self.process, reporter)
        });
        proven.map_err(|error| self.given_up(error))
    }

    fn watch(&self, http: Http, base: String, within: Duration) -> Watch<'a> {
        Watch {
            host: self.host,
            http,
            base,
            port: self.start.port,
            version: self.start.version,
            user: self.start.run_as.unwrap_or_else(current_owner).uid,
            started: self.started,
            within,
        }
    }

    /// Stops it, patiently.
    pub(crate) fn stop(mut self) -> Result<Stopped, ProofError> {
        Ok(self.end(|| ())?.0)
    }

    /// The same, and does something else while it goes.
    pub(crate) fn stop_while<T>(
        mut self,
        meanwhile: impl FnOnce() -> T,
    ) -> Result<(Stopped, T), ProofError> {
        self.end(meanwhile)
    }

    fn end<T>(&mut self, meanwhile: impl FnOnce() -> T) -> Result<(Stopped, T), ProofError> {
        let era = Era::of(self.start.version);
        // Observed: 4.10 and 5.3 hang when they are stopped right after their first answer.
        let lived = self.host.clock.monotonic().saturating_sub(self.started);
        if self.process.is_alive()? {
            self.host.clock.sleep(era.settling_time().saturating_sub(lived));
            self.process.terminate()?;
        }
        let done = meanwhile();
        let stopped = self.process.await_end(era.stop_grace())?;
        leftover::forget(self.host, self.start.directory)?;
        Ok((stopped, done))
    }

    /// Stops it after a failure, which stays the one to tell.
    fn given_up(&mut self, failure: ProofError) -> ProofError {
        // Should that fail too, the server is still on record for whoever cleans up, and killed when this is dropped.
        let _second_failure = self.end(|| ());
        failure
    }
}

fn command(host: &Host, start: &DarkStart<'_>) -> CommandSpec {
    let tree: PathBuf = host.tree.absolute(start.tree);
    let era = Era::of(start.version);
    let mut spec = CommandSpec::new(era.server_binary().under(&tree))
        .arg(era.config_flag())
        .arg(host.tree.absolute(start.config).to_string_lossy());
    spec.cwd = Some(tree);
    spec.run_as = start.run_as;
    spec
}

#[cfg(test)]
mod tests;
