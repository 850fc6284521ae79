#![expect(clippy::disallowed_methods, reason = "tests make programs")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::*;

/// A machine whose programs write down how they were called, and then do as the script says.
struct Machine {
    dir: tempfile::TempDir,
    exec: Exec,
}

impl Machine {
    fn with(programs: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, script) in programs {
            let path = dir.path().join(name);
            let log = dir.path().join("calls");
            let text = format!(
                "#!/bin/sh\necho {name} \"$@\" \"[$MMEMBED_APP]\" >> {}\n{script}\n",
                log.display()
            );
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let exec = Exec::with_path(vec![dir.path().to_owned(), PathBuf::from("/bin")]);
        Self { dir, exec }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path().join("calls")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

fn facts() -> BTreeMap<String, String> {
    BTreeMap::from([("MMEMBED_APP".to_owned(), "acme".to_owned())])
}

fn all(machine: &Machine, service: &Service) -> (ServiceState, Vec<String>) {
    let facts = facts();
    let door = ServiceDoor { exec: &machine.exec, service, facts: &facts };
    door.stop().unwrap();
    door.start(Duration::from_secs(40)).unwrap();
    (door.state(), machine.calls())
}

#[test]
fn systemd_is_told_and_asked() {
    let answer = "echo MainPID=17; echo LoadState=loaded; echo ActiveState=active";
    let machine = Machine::with(&[("systemctl", answer)]);
    let (state, calls) = all(&machine, &Service::systemd("chat").unwrap());
    assert_eq!(state, ServiceState::Running { pid: Some(17) });
    assert_eq!(
        calls,
        [
            "systemctl --no-ask-password stop -- chat.service [acme]",
            "systemctl --no-ask-password start -- chat.service [acme]",
            "systemctl show --property=LoadState --property=ActiveState --property=MainPID -- chat.service [acme]",
        ]
    );
}

#[test]
fn runit_is_told_and_asked() {
    let machine =
        Machine::with(&[("sv", "echo 'down: chat: 5s, normally up; run: log: (pid 3) 9s'")]);
    let (state, calls) = all(&machine, &Service::runit("chat").unwrap());
    assert_eq!(state, ServiceState::Stopped);
    let expected =
        ["sv -w 60 stop chat [acme]", "sv -w 40 start chat [acme]", "sv status chat [acme]"];
    assert_eq!(calls, expected);
}

#[test]
fn an_init_script_is_told_and_asked() {
    let machine = Machine::with(&[("service", "test \"$2\" != status || exit 3")]);
    let (state, calls) = all(&machine, &Service::sysv("chat").unwrap());
    assert_eq!(state, ServiceState::Stopped);
    let expected =
        ["service chat stop [acme]", "service chat start [acme]", "service chat status [acme]"];
    assert_eq!(calls, expected);
    let odd = Machine::with(&[("service", "exit 1")]);
    let (service, facts) = (Service::sysv("chat").unwrap(), facts());
    let door = ServiceDoor { exec: &odd.exec, service: &service, facts: &facts };
    assert_eq!(door.state(), ServiceState::Unknown);
}

#[test]
fn commands_are_read_by_a_shell() {
    let machine = Machine::with(&[("chatctl", "")]);
    let service = Service::Commands {
        stop: "chatctl stop && true".to_owned(),
        start: "chatctl start; true".to_owned(),
        status: Some("chatctl status && false".to_owned()),
    };
    let (state, calls) = all(&machine, &service);
    assert_eq!(state, ServiceState::Stopped);
    assert_eq!(calls, ["chatctl stop [acme]", "chatctl start [acme]", "chatctl status [acme]"]);
    let silent = Service::Commands { stop: "true".into(), start: "true".into(), status: None };
    assert_eq!(all(&machine, &silent).0, ServiceState::Unknown);
    assert_eq!(all(&machine, &Service::None).0, ServiceState::Unknown);
}

#[test]
fn what_a_service_says_last_is_told_with_secrets_masked() {
    let script = "echo one; echo 'Job failed: \u{1b}[1mpostgres://u:canary@h/d' >&2; exit 5";
    let machine = Machine::with(&[("systemctl", script)]);
    let (service, facts) = (Service::systemd("chat").unwrap(), facts());
    let door = ServiceDoor { exec: &machine.exec, service: &service, facts: &facts };
    let error = door.stop().unwrap_err();
    assert!(matches!(error, ServiceError::Failed { exit: Exit::Code(5), .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.contains("cannot stop the systemd unit chat.service"), "{said}");
    assert!(said.contains("Job failed: \\u{1b}"), "{said}");
    assert!(!said.contains("canary"), "{said}");
    assert_eq!(door.state(), ServiceState::Unknown);

    let nobody = Exec::with_path(Vec::new());
    let door = ServiceDoor { exec: &nobody, service: &service, facts: &facts };
    assert!(matches!(door.start(ANSWER).unwrap_err(), ServiceError::Exec { .. }));
    assert_eq!(door.state(), ServiceState::Unknown);
}

#[test]
fn one_that_takes_too_long_is_quoted_and_what_is_left_running_is_noticed() {
    let command = |start: &str| Service::Commands {
        stop: "true".to_owned(),
        start: start.to_owned(),
        status: None,
    };
    let (exec, facts) = (Exec::default(), facts());
    let slow = command("echo waiting for the database; exec sleep 1000");
    let door = ServiceDoor { exec: &exec, service: &slow, facts: &facts };
    let error = door.start(Duration::from_millis(300)).unwrap_err();
    assert!(error.to_string().contains("waiting for the database"), "{error}");

    for (script, holds_output) in [("sleep 4 & :", true), ("sleep 4 > /dev/null 2>&1 & :", false)] {
        let leaving = command(script);
        let door = ServiceDoor { exec: &exec, service: &leaving, facts: &facts };
        assert_eq!(door.start(ANSWER).unwrap(), Obeyed { holds_output }, "{script}");
    }
}

#[test]
fn states_are_read_as_they_are_printed() {
    let running = |pid| ServiceState::Running { pid };
    for (text, state) in [
        ("LoadState=loaded\nActiveState=active\nMainPID=9\n", running(Some(9))),
        ("ActiveState=activating\nMainPID=0\n", running(None)),
        ("ActiveState=deactivating\nMainPID=9\n", running(Some(9))),
        ("LoadState=loaded\nActiveState=failed\nMainPID=0\n", ServiceState::Stopped),
        ("LoadState=not-found\nActiveState=inactive\n", ServiceState::Unknown),
        ("System has not been booted with systemd as init system", ServiceState::Unknown),
    ] {
        assert_eq!(state_of_unit(text), state, "{text}");
    }
    for (text, state) in [
        ("run: chat: (pid 17) 5s; run: log: (pid 3) 5s\n", running(Some(17))),
        ("run: /opt/gitlab/service/mattermost: (pid 17) 5s\n", running(Some(17))),
        ("finish: chat: (pid 17) 5s, want down\n", running(Some(17))),
        ("down: chat: 1s, normally up; run: log: (pid 3) 5s\n", ServiceState::Stopped),
        ("fail: chat: unable to change to service directory\n", ServiceState::Unknown),
        ("", ServiceState::Unknown),
    ] {
        assert_eq!(state_of_runit(text), state, "{text}");
    }
}
