//! The host's own way of stopping and starting its server: a service manager, an init script, or two commands.
//! No process is ever signalled here, and whether a server really runs or serves is for others to find out.

use std::collections::BTreeMap;
use std::time::Duration;

use super::exec::{Exec, ExecError, Output};
use super::exit::Exit;
use crate::model::{CommandSpec, Secret, Service, redact};

/// How long any question may take.
const ANSWER: Duration = Duration::from_secs(30);

/// systemd and init scripts kill by themselves what does not stop, the first by default after 90 s; a server takes up
/// to 15 s (observed).
const STOP: Duration = Duration::from_secs(300);

/// What runit is told to wait for a stop, in seconds, before it says that it failed. It says so without killing.
const RUNIT_PATIENCE: u64 = 60;

/// The script that is asked directly where there is no `service` program.
const SCRIPTS: &str = "/etc/init.d";

/// How many of its last lines a program that failed is quoted with.
const LAST_WORDS: usize = 5;

/// Where the operator's commands are read.
const SHELL: &str = "/bin/sh";

/// What a service says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceState {
    /// Running, starting, stopping, or about to be started again.
    Running {
        /// Its main process, if it says.
        pid: Option<u32>,
    },
    /// Stopped, and to stay so.
    Stopped,
    /// It does not say, or cannot be asked.
    Unknown,
}

/// What a service was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// To stop.
    Stop,
    /// To start.
    Start,
}

impl Order {
    const fn verb(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start => "start",
        }
    }
}

/// Why a service did not do as it was told.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The program could not be run, or took too long.
    #[error("cannot {} {service}{}", order.verb(), said(last_words))]
    Exec {
        /// What it was told.
        order: Order,
        /// Which service.
        service: Service,
        /// What the program had said last, secrets masked.
        last_words: Vec<String>,
        /// What went wrong.
        #[source]
        source: ExecError,
    },
    /// It refused, or failed.
    #[error("cannot {} {service} ({exit}){}", order.verb(), said(last_words))]
    Failed {
        /// What it was told.
        order: Order,
        /// Which service.
        service: Service,
        /// How the program ended.
        exit: Exit,
        /// What it said last, secrets masked.
        last_words: Vec<String>,
    },
}

fn said(last_words: &[String]) -> String {
    if last_words.is_empty() { String::new() } else { format!(": {}", last_words.join(" / ")) }
}

/// A service that was carried out as told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Obeyed {
    /// Does something that was left running hold the output of the command? It will find nobody there when this program
    /// has ended, and die of its next word.
    pub holds_output: bool,
}

/// A service that can be told and asked. Every program gets the facts in its environment, and nothing else.
#[derive(Debug)]
pub struct ServiceDoor<'a> {
    /// Where programs are started.
    pub exec: &'a Exec,
    /// Which service.
    pub service: &'a Service,
    /// What the operator's commands may want to know, by the names of variables.
    pub facts: &'a BTreeMap<String, String>,
}

impl ServiceDoor<'_> {
    /// Stops it; returns when it says that it is stopped. One that is stopped stays so.
    ///
    /// # Errors
    /// When it says that it is not, says nothing within five minutes, or nobody can be asked.
    pub fn stop(&self) -> Result<Obeyed, ServiceError> {
        self.tell(Order::Stop, self.command("stop", STOP))
    }

    /// Starts it; returns when it says that it is started, which systemd says of a server that tells it so only once it
    /// is ready. One that runs is left alone by all but the operator's commands, which do as they are written.
    ///
    /// # Errors
    /// When it says that it failed, says nothing within `limit`, or nobody can be asked. It may be starting all the same.
    pub fn start(&self, limit: Duration) -> Result<Obeyed, ServiceError> {
        self.tell(Order::Start, self.command("start", limit))
    }

    /// What it says about itself.
    #[must_use]
    pub fn state(&self) -> ServiceState {
        let output = match self.question() {
            Some(spec) => self.exec.run(&self.knowing(spec)),
            None => return ServiceState::Unknown,
        };
        match (self.service, output) {
            (_, Err(_)) | (Service::None, _) => ServiceState::Unknown,
            (Service::Systemd { .. }, Ok(output)) => state_of_unit(&output.stdout.text()),
            (Service::Runit { .. }, Ok(output)) => state_of_runit(&output.stdout.text()),
            // LSB, Init Script Actions: 0 is running, 3 is not running; the others are read differently by many scripts.
            (Service::SysV { .. }, Ok(output)) => match output.exit {
                Exit::Code(0) => ServiceState::Running { pid: None },
                Exit::Code(3) => ServiceState::Stopped,
                Exit::Code(_) | Exit::Signal(_) => ServiceState::Unknown,
            },
            (Service::Commands { .. }, Ok(output)) if output.exit.is_success() => {
                ServiceState::Running { pid: None }
            }
            (Service::Commands { .. }, Ok(_)) => ServiceState::Stopped,
        }
    }

    fn tell(&self, order: Order, spec: Option<CommandSpec>) -> Result<Obeyed, ServiceError> {
        let Some(spec) = spec else {
            return Ok(Obeyed::default());
        };
        let service = self.service.clone();
        match self.exec.run(&self.knowing(spec)) {
            Ok(output) if output.exit.is_success() => {
                Ok(Obeyed { holds_output: output.stdout.still_open || output.stderr.still_open })
            }
            Ok(output) => {
                let last_words = last_words(&output);
                Err(ServiceError::Failed { order, service, exit: output.exit, last_words })
            }
            Err(source) => {
                let last_words = if let ExecError::TimedOut { output, .. } = &source {
                    last_words(output)
                } else {
                    Vec::new()
                };
                Err(ServiceError::Exec { order, service, last_words, source })
            }
        }
    }

    /// The call that gives an order; `None` where there is nobody to give it to.
    fn command(&self, verb: &str, limit: Duration) -> Option<CommandSpec> {
        let mut spec = match self.service {
            Service::Systemd { unit } => {
                CommandSpec::new("systemctl").arg("--no-ask-password").arg(verb).arg("--").arg(unit)
            }
            Service::Runit { name } => {
                let patience = limit.as_secs().min(RUNIT_PATIENCE).to_string();
                CommandSpec::new("sv").arg("-w").arg(patience).arg(verb).arg(name)
            }
            Service::SysV { name } => self.script(name).arg(verb),
            Service::Commands { stop, start, .. } => {
                shell(if verb == "stop" { stop } else { start })
            }
            Service::None => return None,
        };
        spec.timeout = limit;
        Some(spec)
    }

    fn question(&self) -> Option<CommandSpec> {
        let mut spec = match self.service {
            Service::Systemd { unit } => CommandSpec::new("systemctl")
                .arg("show")
                .arg("--property=LoadState")
                .arg("--property=ActiveState")
                .arg("--property=MainPID")
                .arg("--")
                .arg(unit),
            Service::Runit { name } => CommandSpec::new("sv").arg("status").arg(name),
            Service::SysV { name } => self.script(name).arg("status"),
            Service::Commands { status, .. } => shell(status.as_ref()?),
            Service::None => return None,
        };
        spec.timeout = ANSWER;
        Some(spec)
    }

    fn script(&self, name: &str) -> CommandSpec {
        match self.exec.find("service".as_ref()) {
            Some(_) => CommandSpec::new("service").arg(name),
            None => CommandSpec::new(format!("{SCRIPTS}/{name}")),
        }
    }

    fn knowing(&self, mut spec: CommandSpec) -> CommandSpec {
        let facts = self.facts.iter();
        spec.env.extend(facts.map(|(name, fact)| (name.clone(), Secret::new(fact.clone()))));
        spec
    }
}

fn shell(command: &str) -> CommandSpec {
    CommandSpec::new(SHELL).arg("-c").arg(command)
}

fn last_words(output: &Output) -> Vec<String> {
    let mut lines = output.stderr.last_lines(LAST_WORDS);
    if lines.is_empty() {
        lines = output.stdout.last_lines(LAST_WORDS);
    }
    lines.iter().map(|line| redact(line)).collect()
}

/// Reads what `systemctl show` prints: `NAME=value`, one a line, in no promised order.
fn state_of_unit(text: &str) -> ServiceState {
    let value =
        |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    if value("LoadState") == Some("not-found") {
        return ServiceState::Unknown;
    }
    match value("ActiveState") {
        Some("inactive" | "failed") => ServiceState::Stopped,
        // `activating` is also what waits to be started again.
        Some("active" | "reloading" | "activating" | "deactivating" | "refreshing") => {
            let pid = value("MainPID").and_then(|pid| pid.parse().ok()).filter(|pid| *pid != 0);
            ServiceState::Running { pid }
        }
        _ => ServiceState::Unknown,
    }
}

/// Reads what `sv status` prints, see sv(8): `run: NAME: (pid 17) 5s; run: log: …`, `down: NAME: 5s, normally up`.
fn state_of_runit(text: &str) -> ServiceState {
    let Some((state, rest)) = text.trim_start().split_once(':') else {
        return ServiceState::Unknown;
    };
    match state {
        "down" => ServiceState::Stopped,
        "run" | "finish" => {
            let own = rest.split(';').next().unwrap_or_default();
            let pid = own.split_once("(pid ").and_then(|(_, rest)| rest.split_once(')'));
            ServiceState::Running { pid: pid.and_then(|(pid, _)| pid.parse().ok()) }
        }
        _ => ServiceState::Unknown,
    }
}

#[cfg(test)]
mod tests;
