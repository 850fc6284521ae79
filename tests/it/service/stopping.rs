//! The old server: stopped, started again when the transaction is undone, and never killed.

use std::fs;
use std::process::Command;
use std::time::Duration;

use mmembed::engine::{Outcome, ServingError, StepError, Wish};
use mmembed::host::{Meter, is_root};
use mmembed::model::{HookPhase, Service, Step};
use serde_json::json;

use super::world::{World, recover_on, release};
use crate::fakes::trailer::Fault;

/// Who runs the server when root runs the tests: no user of that number exists.
const SERVICE: u32 = 21_547;

/// Why a transaction was rolled back.
#[track_caller]
fn cause(outcome: Outcome) -> ServingError {
    let Outcome::RolledBack { cause: Some(StepError::Serving(error)) } = outcome else {
        panic!("{outcome:?}");
    };
    error
}

#[test]
fn a_server_is_stopped_and_nothing_is_left_of_it() {
    let world = World::of(&release("10.11.0"));
    world.serve();
    let host = world.host(Meter::repeating(2));
    let steps = vec![Step::StopServer(world.stop_by(world.commands()))];
    let (outcome, heard) = world.carry_out_on(&host, steps);
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    assert_eq!(heard.0, Vec::<String>::new());
    assert!(!world.runs());
    // The second time it was asked, and not told again.
    assert_eq!(world.told(), ["stop"]);
    let told = fs::read_to_string(world.beside("told")).unwrap();
    let live = world.live();
    let facts = format!("stop acme 10.11.0 10.11.0 20261123T205143Z-9f3a {}", live.display());
    assert_eq!(told.lines().next(), Some(facts.as_str()));
}

#[test]
fn an_undo_starts_the_old_server_again_and_proves_it() {
    let world = World::of(&release("10.11.0"));
    let before = world.serve();
    let steps = vec![Step::StopServer(world.stop_by(world.commands())), world.failing()];
    let (outcome, heard) = world.carry_out(steps);
    let Outcome::RolledBack { cause: Some(StepError::Hooks(_)) } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(world.seen(), "3", "the server was down meanwhile");
    assert_eq!(world.ping(), Some(200), "it serves at once");
    assert_ne!(world.pid(), before);
    assert_eq!(world.told(), ["stop", "start"]);
    assert_eq!(heard.0, Vec::<String>::new());
}

/// In a container, root may not look into the processes of other users.
#[test]
fn a_server_of_another_user_is_stopped_and_started_again() {
    let world = World::of(&release("10.11.0"));
    if is_root() {
        let user = SERVICE.to_string();
        let mut chown = Command::new("chown");
        chown.arg("-R").arg(format!("{user}:{user}")).arg(world.live());
        assert!(chown.status().unwrap().success());
        let switch = format!("AS='setpriv --reuid {user} --regid {user} --clear-groups'\n");
        fs::write(world.beside("environment"), switch).unwrap();
        // Service managers start a program by its whole path.
        let text = fs::read_to_string(world.beside("control")).unwrap();
        let whole = text.replace("./bin/mattermost", "\"$PWD/bin/mattermost\"");
        fs::write(world.beside("control"), whole).unwrap();
    }
    let before = world.serve();
    let steps = vec![Step::StopServer(world.stop_by(world.commands())), world.failing()];
    let (outcome, heard) = world.carry_out(steps);
    assert!(matches!(outcome, Outcome::RolledBack { .. }), "{outcome:?}");
    assert_eq!((world.seen().as_str(), world.ping()), ("3", Some(200)));
    assert_ne!(world.pid(), before);
    assert_eq!(world.told(), ["stop", "start"]);
    assert_eq!(heard.0, Vec::<String>::new());
}

#[test]
fn a_server_that_did_not_run_is_not_started_by_an_undo() {
    let world = World::of(&release("10.11.0"));
    let mut stop = world.stop_by(world.commands());
    stop.was_running = false;
    let (outcome, _) = world.carry_out(vec![Step::StopServer(stop), world.failing()]);
    assert!(matches!(outcome, Outcome::RolledBack { .. }), "{outcome:?}");
    assert_eq!(world.told(), Vec::<String>::new());
    assert_eq!(world.seen(), "3");
}

#[test]
fn a_server_that_does_not_go_is_named_and_lives() {
    let world = World::of(&release("10.11.0").fault(Fault::IgnoresSigterm));
    let pid = world.serve();
    fs::write(world.beside("impatient"), "").unwrap();
    let steps = vec![Step::StopServer(world.stop_by(world.commands())), world.failing()];
    let (outcome, heard) = world.carry_out_on(&world.hurried(Meter::default()), steps);
    let error = cause(outcome);
    let said = error.to_string();
    assert!(
        matches!(error, ServingError::StillRunning { pid: found, .. } if found == pid),
        "{said}"
    );
    assert!(said.contains("mattermost") && said.contains("the given commands"), "{said}");
    assert_eq!(world.seen(), "", "nothing came after it");
    assert_eq!((world.pid(), world.ping()), (pid, Some(200)));
    // No second server beside it.
    assert_eq!(world.told(), ["stop"]);
    assert_eq!(heard.0, Vec::<String>::new());
}

#[test]
fn a_service_that_cannot_stop_it_is_quoted() {
    let world = World::of(&release("10.11.0"));
    let pid = world.serve();
    let service = Service::Commands {
        stop: "echo Interactive authentication required. >&2; exit 4".to_owned(),
        start: format!("{} start", world.beside("control").display()),
        status: None,
    };
    let steps = vec![Step::StopServer(world.stop_by(service))];
    let (outcome, _) = world.carry_out_on(&world.hurried(Meter::default()), steps);
    let said = cause(outcome).to_string();
    assert!(said.contains("Interactive authentication required."), "{said}");
    assert_eq!((world.pid(), world.ping()), (pid, Some(200)));
    assert_eq!(world.told(), Vec::<String>::new(), "it runs, and no second one was started");
}

#[test]
fn what_runs_without_a_service_is_named_and_lives() {
    let world = World::of(&release("10.11.0"));
    let pid = world.serve();
    let stop = || vec![Step::StopServer(world.stop_by(Service::None))];
    let (outcome, _) = world.carry_out(stop());
    let error = cause(outcome);
    assert!(matches!(error, ServingError::NobodyToAsk { pid: found, .. } if found == pid));
    assert_eq!((world.pid(), world.ping()), (pid, Some(200)));
    world.forget();
    world.control("stop");
    let (outcome, _) = world.carry_out(stop());
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
}

#[test]
fn a_session_of_the_servers_role_is_somebody_left_on_the_database() {
    let world = World::of(&release("10.11.0"));
    let mut stop = world.stop_by(world.commands());
    stop.was_running = false;
    let mut client = world.database.connect();
    client.batch_execute("set application_name = 'a \u{1b}[2J borrower'").unwrap();
    let steps = || vec![Step::StopServer(stop.clone())];
    let (outcome, _) = world.carry_out_on(&world.hurried(Meter::default()), steps());
    let error = cause(outcome);
    let said = error.to_string();
    assert!(matches!(error, ServingError::DatabaseInUse { sessions: 1, .. }), "{said}");
    assert!(said.contains("borrower from 127.0.0.1") && !said.contains('\u{1b}'), "{said}");

    client.close().unwrap();
    world.forget();
    let (outcome, heard) = world.carry_out(steps());
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    assert_eq!(heard.0, Vec::<String>::new());

    // Another role is no server.
    let _administrator = world.database.connect_as_admin();
    world.forget();
    let (outcome, heard) = world.carry_out(steps());
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    assert_eq!(heard.0, ["1 sessions of other roles are open on the database"]);
}

#[test]
fn a_wish_to_stop_ends_the_waiting_and_brings_the_old_server_back() {
    let world = World::of(&release("10.11.0").timings(|timings| timings.stop_ms = 3000));
    let before = world.serve();
    fs::write(world.beside("impatient"), "").unwrap();
    let host = world.host(Meter::default());
    let cancel = host.cancel.clone();
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            while world.told() != ["stop"] {
                std::thread::sleep(Duration::from_millis(10));
            }
            cancel.request();
        });
        let steps = vec![Step::StopServer(world.stop_by(world.commands()))];
        world.carry_out_on(&host, steps).0
    });
    let Outcome::RolledBack { cause: Some(StepError::Cancelled) } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(world.ping(), Some(200));
    assert_ne!(world.pid(), before, "the one that was told to stop has ended");
}

#[test]
fn a_database_that_cannot_be_looked_at_is_told_of_and_stops_nothing() {
    let world = World::of(&release("10.11.0"));
    world.configure(|config| {
        config["SqlSettings"]["DataSource"] = json!("postgres://u:canary@127.0.0.1:1/d");
    });
    let mut stop = world.stop_by(world.commands());
    stop.was_running = false;
    let (outcome, heard) = world.carry_out(vec![Step::StopServer(stop)]);
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    let [note] = heard.0.as_slice() else { panic!("{heard:?}") };
    assert!(note.contains("left on the database") && !note.contains("canary"), "{note}");
}

#[test]
fn an_old_server_that_was_unwell_before_may_be_so_again() {
    let world = World::of(&release("10.11.0").fault(Fault::FilestoreUnhealthy));
    let before = world.serve();
    let mut stop = world.stop_by(world.commands());
    stop.within = Duration::from_secs(3);
    let (outcome, heard) = world.carry_out(vec![Step::StopServer(stop), world.failing()]);
    assert!(matches!(outcome, Outcome::RolledBack { .. }), "{outcome:?}");
    assert!(world.runs() && world.pid() != before);
    assert!(heard.0.iter().any(|note| note.contains("as before")), "{heard:?}");
}

#[test]
fn an_old_server_that_does_not_come_back_leaves_the_transaction_open_until_it_does() {
    let world = World::of(&release("10.11.0"));
    world.serve();
    let mut stop = world.stop_by(world.commands());
    stop.within = Duration::from_secs(3);
    // What the failing step breaks keeps the old server from starting.
    let broken = world.live().join("bin/mattermost");
    let aside = world.beside("aside");
    let script = format!("mv {} {}; exit 1", broken.display(), aside.display());
    world.hook(HookPhase::AfterStop, "10-breaks", &script);
    let steps = vec![Step::StopServer(stop), world.hooks(HookPhase::AfterStop)];
    let (outcome, _) = world.carry_out(steps);
    let Outcome::Stuck { undo: StepError::Serving(error), .. } = outcome else {
        panic!("{outcome:?}");
    };
    let said = error.to_string();
    assert!(said.contains("10.11.0") && said.contains("nobody listens"), "{said}");
    assert!(said.contains(&format!("127.0.0.1:{}", world.port)), "{said}");

    fs::rename(&aside, &broken).unwrap();
    let host = world.host(Meter::default());
    let outcome = recover_on(&host, Wish::Retry);
    assert!(matches!(outcome, Some(Outcome::RolledBack { .. })), "{outcome:?}");
    assert_eq!(world.ping(), Some(200));
}

#[test]
fn a_run_that_is_killed_anywhere_leaves_a_server_that_a_recovery_brings_back() {
    let mut reached = 0;
    for at in 0.. {
        let world = World::of(&release("10.11.0"));
        world.serve();
        let steps = vec![Step::StopServer(world.stop_by(world.commands())), world.failing()];
        if !world.crash_at(at, steps) {
            break;
        }
        reached += 1;
        // One that was told to stop and runs is waited for; here it is known not to be on its way.
        let meter = Meter::default();
        let host = if world.runs() { world.hurried(meter) } else { world.host(meter) };
        let outcome = recover_on(&host, Wish::Usual);
        assert!(matches!(outcome, None | Some(Outcome::RolledBack { .. })), "{at}: {outcome:?}");
        assert_eq!(world.ping(), Some(200), "{at}");
    }
    assert!(reached > 8, "only {reached} mutations were counted");
}
