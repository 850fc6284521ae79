//! Stopping the server that serves, starting it again when the transaction is undone, and letting the new one out.
//! It is only ever told through its service. Nothing is killed here.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::context::StepContext;
use super::error::StepError;
use super::facts::facts;
use crate::engine::serving::{
    Gone, NotQuiet, Served, Serving, ServingError, Started, Until, running, until_alone, until_gone,
};
use crate::host::{Census, Host, PathError, ServiceDoor, ServiceState, current_owner};
use crate::model::{Event, Intent, RelPath, ServerEnvironment, Service, StartServer, StopServer};

/// A server may take 15 s to end (observed), and its service says that it is stopped before or after that.
const PATIENCE: Duration = Duration::from_secs(90);

/// The same where its service says that it could not be stopped, or was told to in an earlier run: it may be on its way.
const SHORT_PATIENCE: Duration = Duration::from_secs(20);

/// How long a server that was unwell before is waited for: within a minute it is up.
const UNWELL: Duration = Duration::from_secs(60);

/// That the service was told to stop the server, in the transaction's directory.
const TOLD: &str = "stop-told.json";

/// It says little.
const LARGEST: u64 = 4096;

/// How the server was when its service was told to stop it.
#[derive(Serialize, Deserialize)]
struct Told {
    /// Did it answer as it should? Then it has to again.
    answered: bool,
}

/// Stops the server, and waits until nothing runs from its tree and nobody is left on its database.
pub(super) fn stop(stop: &StopServer, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let facts = facts(cx, Some(&stop.release));
    let door = ServiceDoor { exec: &cx.host.exec, service: &stop.service, facts: &facts };
    let environment = cx.environment()?;
    let serving = old_server(stop, door, &environment, cx.host, Until::FirstWish);
    let census = running(cx.host, &stop.tree)?;
    refuse_other_environment(&environment, serving.environment_of_running(&census).as_ref())?;
    let version = &stop.release.version;
    let config = cx.site(&environment, &stop.config, version, stop.run_as).effective().ok();
    match NotQuiet::of(&census) {
        Some(running) if stop.service.is_none() => return Err(running.nobody_to_ask().into()),
        None if is_stopped(&serving, &census, cx)? => {}
        _ => tell_to_stop(&serving, stop, cx)?,
    }
    if stop.shared {
        return Ok(());
    }
    let Some(config) = config else {
        let why = "the configuration cannot be read";
        note(cx, &format!("nobody looked for servers that are left on the database: {why}"));
        return Ok(());
    };
    Ok(until_alone(cx.host, &config, stop.run_as, Until::FirstWish, cx.reporter)?)
}

/// Starts the old server again if it ran before, and waits until it serves as it did.
pub(super) fn start_again(stop: &StopServer, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    if !stop.was_running {
        return Ok(());
    }
    let facts = facts(cx, Some(&stop.release));
    let door = ServiceDoor { exec: &cx.host.exec, service: &stop.service, facts: &facts };
    let environment = cx.environment()?;
    let serving = old_server(stop, door, &environment, cx.host, Until::SecondWish);
    let told = read_told(cx)?;
    if told.is_some() {
        // It may be on its way.
        until_gone(cx.host, &stop.tree, &serving.door, SHORT_PATIENCE, Until::SecondWish)?;
    }
    let is_running = !running(cx.host, &stop.tree)?.found.is_empty();
    if told.is_none() && (is_running || serving.now()?.is_some()) {
        return Ok(());
    }
    if stop.service.is_none() {
        if !is_running {
            note(
                cx,
                "the server ran before, and does not any more; nobody is named who could start it",
            );
        }
        return Ok(());
    }
    let within = match told {
        // It was no better before: it has to come up, and nobody knows whether it will ever be well.
        Some(Told { answered: false }) => stop.within.min(UNWELL),
        Some(Told { answered: true }) | None => stop.within,
    };
    // One that has ignored its service still serves; a second one must not be started beside it.
    let came_back = if is_running && !is_supervised(&stop.service) {
        serving.await_service(within)
    } else {
        serving.start(within).map(|(served, started)| tell_of_start(served, &started, cx))
    };
    match (came_back, told) {
        (Ok(served), _) => tell_of_service(&served, cx),
        (Err(ServingError::NotServing { address, answer, .. }), Some(Told { answered: false }))
            if !running(cx.host, &stop.tree)?.found.is_empty() =>
        {
            note(
                cx,
                &format!(
                    "the old server runs again and does not answer as it should at {address}, as before: {answer}"
                ),
            );
        }
        (Err(error), _) => return Err(error.into()),
    }
    Ok(cx.host.tree.remove_file(&cx.directory().join(TOLD))?)
}

/// Lets the new server out, and waits until it serves.
pub(super) fn start(start: &StartServer, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    if start.service.is_none() {
        note(cx, "nobody is named who could start the server");
        return Ok(());
    }
    let facts = facts(cx, start.from.as_ref());
    let environment = cx.environment()?;
    let user = cx.plan.receipt.server;
    let serving = Serving {
        host: cx.host,
        door: ServiceDoor { exec: &cx.host.exec, service: &start.service, facts: &facts },
        tree: &start.tree,
        config: &start.config,
        environment: &environment,
        run_as: (user != current_owner()).then_some(user),
        version: &start.release.version,
        // Whoever asks to stop between two hops asks for this.
        until: if cx.plan.intent == Intent::LetOut { Until::SecondWish } else { Until::FirstWish },
    };
    let is_running = !running(cx.host, &start.tree)?.found.is_empty();
    let served = match serving.now()? {
        // Unless it is seen to be this one, a manager that starts none twice may as well be asked.
        Some(served) if is_running || !is_supervised(&start.service) => served,
        // Started by an earlier run, and on its way.
        _ if is_running && !is_supervised(&start.service) => serving.await_service(start.within)?,
        _ => {
            let (served, started) = serving.start(start.within)?;
            tell_of_start(served, &started, cx)
        }
    };
    tell_of_service(&served, cx);
    Ok(())
}

fn old_server<'a>(
    stop: &'a StopServer,
    door: ServiceDoor<'a>,
    environment: &'a ServerEnvironment,
    host: &'a Host,
    until: Until,
) -> Serving<'a> {
    Serving {
        host,
        door,
        tree: &stop.tree,
        config: &stop.config,
        environment,
        run_as: stop.run_as,
        version: &stop.release.version,
        until,
    }
}

/// Somebody may have started the server anew, on another database, while the new tree was prepared.
fn refuse_other_environment(
    begun_with: &ServerEnvironment,
    running: Option<&ServerEnvironment>,
) -> Result<(), ServingError> {
    let Some(running) = running else { return Ok(()) };
    let differs = |name: &&str| begun_with.variables.get(*name) != running.variables.get(*name);
    let names: Vec<&str> = ServerEnvironment::OF_DATABASE.into_iter().filter(differs).collect();
    if names.is_empty() { Ok(()) } else { Err(ServingError::OtherEnvironment { names }) }
}

/// A manager that looks after its services starts none twice.
const fn is_supervised(service: &Service) -> bool {
    matches!(service, Service::Systemd { .. } | Service::Runit { .. })
}

/// While nothing is seen to run: does the service agree, or was it told before?
fn is_stopped(
    serving: &Serving<'_>,
    census: &Census,
    cx: &StepContext<'_>,
) -> Result<bool, PathError> {
    Ok(match serving.door.state() {
        ServiceState::Stopped => true,
        ServiceState::Running { .. } => false,
        // What the operator's commands start need not be seen here, and elsewhere not everything may be looked into.
        ServiceState::Unknown => {
            let is_seen =
                census.unseen == 0 && !matches!(serving.door.service, Service::Commands { .. });
            is_seen || cx.host.tree.exists(&told_file(cx))?
        }
    })
}

fn tell_to_stop(
    serving: &Serving<'_>,
    stop: &StopServer,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    remember_told(serving, cx)?;
    let obeyed = serving.door.stop();
    let patience = if obeyed.is_ok() { PATIENCE } else { SHORT_PATIENCE };
    let gone = until_gone(cx.host, &stop.tree, &serving.door, patience, Until::FirstWish)?;
    match (gone, obeyed) {
        (Gone::No(_) | Gone::NotByItsWord, Err(error)) => {
            return Err(ServingError::from(error).into());
        }
        (Gone::No(left), Ok(_)) => return Err(left.still_running(stop.service.clone()).into()),
        (Gone::NotByItsWord, Ok(_)) => {
            return Err(ServingError::StillUp { service: stop.service.clone() }.into());
        }
        (Gone::Yes | Gone::AsFarAsSeen { .. }, Err(error)) => {
            note(cx, &format!("nothing is seen to run from the tree, though: {error}"));
        }
        (Gone::AsFarAsSeen { unseen }, Ok(_)) => {
            let text = format!(
                "not all processes may be looked into ({unseen} may not); the server could be one of those"
            );
            note(cx, &text);
        }
        (Gone::Yes, Ok(_)) => {}
    }
    Ok(())
}

fn told_file(cx: &StepContext<'_>) -> RelPath {
    cx.directory().join(TOLD)
}

/// Once: a second try would find the server as the first one has left it.
fn remember_told(serving: &Serving<'_>, cx: &StepContext<'_>) -> Result<(), StepError> {
    if cx.host.tree.exists(&told_file(cx))? {
        return Ok(());
    }
    let told = Told { answered: serving.now()?.is_some() };
    let text = serde_json::to_vec(&told).expect("a truth value is plain data");
    Ok(cx.host.tree.replace(&told_file(cx), &text, 0o600, None)?)
}

fn read_told(cx: &StepContext<'_>) -> Result<Option<Told>, PathError> {
    let text = cx.host.tree.read(&told_file(cx), LARGEST)?;
    Ok(text.map(|text| serde_json::from_slice(&text).unwrap_or(Told { answered: true })))
}

fn tell_of_start(served: Served, started: &Started, cx: &mut StepContext<'_>) -> Served {
    match started {
        Started::Failed(failure) => note(cx, &format!("the server serves, although: {failure}")),
        Started::Obeyed(obeyed) if obeyed.holds_output => note(
            cx,
            "the server holds the output of the command that started it, and will end with its next word: \
             redirect its output there, such as to /dev/null",
        ),
        Started::Obeyed(_) => {}
    }
    served
}

fn tell_of_service(served: &Served, cx: &mut StepContext<'_>) {
    match served {
        Served::Proven => {}
        Served::Elsewhere => note(cx, "the server answers; none of its processes is seen here"),
        Served::Unasked(why) => {
            note(cx, &format!("the server runs, and was not asked, because {why}"));
        }
    }
}

fn note(cx: &mut StepContext<'_>, text: &str) {
    cx.reporter.hear(&Event::Note { text: text.to_owned() });
}
