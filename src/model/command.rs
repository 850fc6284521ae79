//! A process before it exists: what to run, as whom, where, for how long.
//! Nothing is started here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::owner::Owner;
use super::secret::Secret;

/// A program call as data. The child's environment is exactly [`CommandSpec::env`] plus a fixed `PATH` and locale;
/// nothing is inherited. No secret may stand in [`CommandSpec::args`]: every user of the machine can read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandSpec {
    /// The program: an absolute path, or a name to look up in the fixed `PATH`.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its environment. Every value is treated as secret.
    pub env: BTreeMap<String, Secret<String>>,
    /// Its working directory; the root directory when `None`.
    pub cwd: Option<PathBuf>,
    /// Who runs it; the caller when `None`.
    pub run_as: Option<Owner>,
    /// How long it may take before it is killed.
    pub timeout: Duration,
}

impl CommandSpec {
    /// For what takes as long as a database is large: thirty days, which is to say no limit. Whoever waits can stop it.
    pub const UNHURRIED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

    /// A call without arguments, run by the caller in the root directory, allowed thirty seconds.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: BTreeMap::new(),
            cwd: None,
            run_as: None,
            timeout: Duration::from_secs(30),
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), Secret::new(value.into()));
        self
    }
}
