//! The new server: let out after the commit, and proven where people reach it.

use std::fs;
use std::time::Duration;

use mmembed::engine::{Outcome, ServingError, StepError, Wish};
use mmembed::host::{Meter, running_from};
use mmembed::model::{Service, StartServer, Step};
use serde_json::json;

use super::world::{World, ping_at, recover_on, release, write_program};
use crate::fakes::port::free_port;
use crate::fakes::running::{Running, configure};

/// What could not be done after the commit.
#[track_caller]
fn remainder(outcome: &Outcome) -> &ServingError {
    let Outcome::CommittedWithRemainder { cause: StepError::Serving(error) } = outcome else {
        panic!("{outcome:?}");
    };
    error
}

/// A server of that version on the port of this world, from another tree.
fn rival(world: &World, version: &str) -> Running {
    let other = world.beside("other");
    fs::create_dir(&other).unwrap();
    let tree = release(version).unpack(&other);
    let source = other.join("database.json");
    configure(&tree, |config| {
        config["ServiceSettings"]["ListenAddress"] = json!(format!("127.0.0.1:{}", world.port));
        config["SqlSettings"]["DriverName"] = json!("file");
        config["SqlSettings"]["DataSource"] = json!(source);
    });
    let mut rival = Running::start(&tree, world.port);
    rival.wait_until_ready();
    rival
}

#[test]
fn a_server_is_let_out_once_and_proven() {
    let world = World::of(&release("10.11.0"));
    let steps = || vec![Step::StartServer(world.start_by(world.commands()))];
    let (outcome, heard) = world.carry_out_on(&world.host(Meter::repeating(2)), steps());
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    // At once: nothing is left to wait for.
    assert_eq!(world.ping(), Some(200));
    assert_eq!(world.told(), ["start"], "the second time it served already");
    assert_eq!(heard.0, Vec::<String>::new());
    let told = fs::read_to_string(world.beside("told")).unwrap();
    assert!(told.starts_with("start acme 1.2.3 10.11.0 "), "{told}");
}

#[test]
fn a_server_whose_port_is_taken_does_not_serve_and_can_be_let_out_later() {
    let world = World::of(&release("10.11.0"));
    let rival = rival(&world, "9.11.0");
    let start = StartServer { within: Duration::from_secs(2), ..world.start_by(world.commands()) };
    let (outcome, _) = world.carry_out(vec![Step::StartServer(start)]);
    let error = remainder(&outcome);
    let said = error.to_string();
    assert!(matches!(error, ServingError::NotServing { .. }), "{said}");
    assert!(said.contains("as 10.11.0") && said.contains("it answers as 9.11.0"), "{said}");
    assert!(said.contains(&format!("127.0.0.1:{}", world.port)), "{said}");

    rival.stop();
    let outcome = recover_on(&world.host(Meter::default()), Wish::Usual);
    assert!(matches!(outcome, Some(Outcome::Committed)), "{outcome:?}");
    assert_eq!(world.ping(), Some(200));
}

#[test]
fn another_server_of_the_same_version_is_not_taken_for_it() {
    let world = World::of(&release("10.11.0"));
    let _rival = rival(&world, "10.11.0");
    let programs = world.beside("programs");
    fs::create_dir(&programs).unwrap();
    write_program(&programs.join("systemctl"), "#!/bin/sh\n");
    let start = StartServer {
        within: Duration::from_secs(2),
        ..world.start_by(Service::systemd("acme").unwrap())
    };
    let host = world.host_with(&programs);
    let (outcome, heard) = world.carry_out_on(&host, vec![Step::StartServer(start)]);
    if running_from(&world.live()).unwrap().unseen == 0 {
        let said = remainder(&outcome).to_string();
        assert!(said.contains("another server answers there"), "{said}");
    } else {
        // It could be one of those that may not be looked into.
        assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
        assert!(heard.0.iter().any(|note| note.contains("none of its processes")), "{heard:?}");
    }
}

#[test]
fn a_server_is_asked_where_its_environment_lets_it_listen() {
    let world = World::of(&release("10.11.0"));
    let port = free_port();
    let export = format!("export MM_SERVICESETTINGS_LISTENADDRESS=127.0.0.1:{port}\n");
    fs::write(world.beside("environment"), export).unwrap();
    let (outcome, heard) =
        world.carry_out(vec![Step::StartServer(world.start_by(world.commands()))]);
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?} {heard:?}");
    assert_eq!((ping_at(port), world.ping()), (Some(200), None));
}

#[test]
fn a_server_that_cannot_be_asked_is_told_of() {
    let world = World::of(&release("10.11.0"));
    // The stand-in speaks no TLS, which nobody finds out: it is not asked.
    world.configure(|config| config["ServiceSettings"]["ConnectionSecurity"] = json!("TLS"));
    let (outcome, heard) =
        world.carry_out(vec![Step::StartServer(world.start_by(world.commands()))]);
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    assert!(world.runs());
    let [note] = heard.0.as_slice() else { panic!("{heard:?}") };
    assert!(note.contains("was not asked") && note.contains("TLS"), "{note}");
}

#[test]
fn a_service_that_fails_is_quoted_unless_the_server_serves() {
    let world = World::of(&release("10.11.0"));
    let control = world.beside("control").display().to_string();
    let service =
        |start: String| Service::Commands { stop: format!("{control} stop"), start, status: None };
    let failing = service("echo no such user >&2; exit 1".to_owned());
    let (outcome, _) = world.carry_out(vec![Step::StartServer(world.start_by(failing))]);
    let said = remainder(&outcome).to_string();
    assert!(said.contains("cannot start the given commands"), "{said}");
    assert!(said.contains("no such user"), "{said}");

    world.forget();
    // It says so a moment before it answers.
    let console = world.beside("console").display().to_string();
    let wait = format!("while ! grep -q 'is listening' {console}; do sleep 0.1; done; sleep 1");
    let odd = service(format!("{control} start; {wait}; exit 1"));
    let (outcome, heard) = world.carry_out(vec![Step::StartServer(world.start_by(odd))]);
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    assert!(heard.0.iter().any(|note| note.contains("although")), "{heard:?}");
}

#[test]
fn without_a_service_nobody_is_let_out() {
    let world = World::of(&release("10.11.0"));
    let (outcome, heard) = world.carry_out(vec![Step::StartServer(world.start_by(Service::None))]);
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    assert!(!world.runs());
    assert_eq!(heard.0.len(), 1, "{heard:?}");
}
