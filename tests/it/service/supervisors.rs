//! The same through service managers, played by scripts that write down how they were called and obey.

use std::fs;
use std::path::{Path, PathBuf};

use mmembed::engine::Outcome;
use mmembed::model::{Service, Step};

use super::world::{World, release, write_program};

/// A program of that name which passes its `n`-th argument on to the one that starts and stops the server.
fn obeying(world: &World, name: &str, n: u32, answer: &str) -> PathBuf {
    let programs = world.beside("programs");
    fs::create_dir_all(&programs).unwrap();
    let script = format!(
        "#!/bin/sh\necho {name} \"$@\" >> {calls}\n{control} \"${n}\"; code=$?\n{answer}\nexit $code\n",
        calls = world.beside("calls").display(),
        control = world.beside("control").display(),
    );
    write_program(&programs.join(name), &script);
    programs
}

/// Stops, fails, and has to start again; then stops and lets out. Returns the calls of the manager.
fn there_and_back(world: &World, programs: &Path, service: &Service) -> Vec<String> {
    let before = world.serve();
    let host = world.host_with(programs);
    let stop = || Step::StopServer(world.stop_by(service.clone()));
    let (outcome, heard) = world.carry_out_on(&host, vec![stop(), world.failing()]);
    assert!(matches!(outcome, Outcome::RolledBack { .. }), "{outcome:?} {heard:?}");
    assert_eq!((world.seen().as_str(), world.ping()), ("3", Some(200)));
    let between = world.pid();
    assert_ne!(between, before);
    world.forget();
    let steps = vec![stop(), Step::StartServer(world.start_by(service.clone()))];
    let (outcome, heard) = world.carry_out_on(&host, steps);
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?} {heard:?}");
    assert_eq!(world.ping(), Some(200));
    assert_ne!(world.pid(), between);
    let calls = fs::read_to_string(world.beside("calls")).unwrap();
    // How often it is asked depends on what may be seen of processes here.
    let is_order = |call: &&str| !call.contains("status") && !call.contains("show");
    calls.lines().filter(is_order).map(str::to_owned).collect()
}

#[test]
fn systemd_stops_and_starts_it() {
    let world = World::of(&release("10.11.0"));
    let programs = obeying(&world, "systemctl", 2, "");
    let service = Service::systemd("mattermost").unwrap();
    let calls = there_and_back(&world, &programs, &service);
    let (stop, start) = (
        "systemctl --no-ask-password stop -- mattermost.service",
        "systemctl --no-ask-password start -- mattermost.service",
    );
    assert_eq!(calls, [stop, start, stop, start]);
}

#[test]
fn runit_stops_and_starts_it() {
    let world = World::of(&release("5.37.0"));
    let programs = obeying(&world, "sv", 3, "");
    let service = Service::runit("/opt/acme/service/mattermost").unwrap();
    let calls = there_and_back(&world, &programs, &service);
    let (stop, start) = (
        "sv -w 60 stop /opt/acme/service/mattermost",
        "sv -w 60 start /opt/acme/service/mattermost",
    );
    assert_eq!(calls, [stop, start, stop, start]);
}

#[test]
fn an_init_script_stops_and_starts_it() {
    let world = World::of(&release("5.9.0"));
    let programs = obeying(&world, "service", 2, "");
    let service = Service::sysv("mattermost").unwrap();
    let calls = there_and_back(&world, &programs, &service);
    let (stop, start) = ("service mattermost stop", "service mattermost start");
    assert_eq!(calls, [stop, start, stop, start]);
}

#[test]
fn a_manager_that_would_start_it_again_is_told_to_stop_though_nothing_runs() {
    let world = World::of(&release("10.11.0"));
    let stopped = world.beside("stopped");
    let answer = format!(
        "test \"$2\" != stop || echo inactive > {0}\n\
         test \"$1\" != show || {{ echo ActiveState=$(cat {0} || echo activating); exit 0; }}",
        stopped.display()
    );
    let programs = obeying(&world, "systemctl", 2, &answer);
    let service = Service::systemd("mattermost").unwrap();
    let mut stop = world.stop_by(service);
    stop.was_running = false;
    let host = world.host_with(&programs);
    let (outcome, _) = world.carry_out_on(&host, vec![Step::StopServer(stop)]);
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    assert!(world.told().contains(&"stop".to_owned()), "{:?}", world.told());
}
