//! The example of an image: its Dockerfile is carried out, line by line, in a directory instead of a container.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::machine::{Machine, project, quick};
use crate::support::said::Said;

/// An instruction of a Dockerfile: its word, and the rest.
fn instructions() -> Vec<(String, String)> {
    let text = fs::read_to_string(project("examples/dockerfile/Dockerfile")).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let parts = lines.map(|line| line.split_once(' ').unwrap());
    parts.map(|(word, rest)| (word.to_owned(), rest.to_owned())).collect()
}

/// `COPY FILE… DIRECTORY/`, from the directory of the example and what a packager lays beside it.
fn copy(machine: &Machine, mmembed: &Path, bundle: &Path, words: &str) {
    let mut names: Vec<&str> = words.split(' ').collect();
    let directory = machine.world.below(names.pop().unwrap().trim_start_matches('/'));
    fs::create_dir_all(&directory).unwrap();
    for name in names {
        let from = match name {
            "mmembed" => mmembed.to_owned(),
            "mattermost.bundle" => bundle.to_owned(),
            other => project("examples/dockerfile").join(other),
        };
        fs::copy(from, directory.join(name)).unwrap();
    }
}

/// What `docker build` does; what comes from Debian's archive is in the directory already.
fn build(machine: &Machine, bundle: &Path) {
    let mut ran = 0;
    for (word, rest) in instructions() {
        match word.as_str() {
            "COPY" => copy(machine, &machine.world.beside("mmembed"), bundle, &rest),
            "RUN" if rest.starts_with("apt-get ") => {}
            "RUN" => {
                let output = machine.inside(true, &["sh", "-c", &rest], &[]).output();
                Said::of(output.unwrap()).expect(0);
                ran += 1;
            }
            "FROM" | "VOLUME" | "EXPOSE" | "ENTRYPOINT" => {}
            other => panic!("nobody knows how to {other}"),
        }
    }
    assert_eq!(ran, 2);
}

/// What `docker run` starts, with the database named by the environment.
fn start(machine: &Machine, url: &str) -> Command {
    let found = instructions().into_iter().find(|(word, _)| word == "ENTRYPOINT").unwrap();
    let words: Vec<String> = serde_json::from_str(&found.1).unwrap();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let address = format!("127.0.0.1:{}", machine.world.port);
    let variables = [
        ("MM_SQLSETTINGS_DRIVERNAME", "postgres"),
        ("MM_SQLSETTINGS_DATASOURCE", url),
        ("MM_SERVICESETTINGS_LISTENADDRESS", &address),
    ];
    let mut command = machine.inside(true, &words, &variables);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The process that was started is the server now, and ends as it is told.
fn stop(mut container: Child) {
    let program = fs::read_link(format!("/proc/{}/exe", container.id())).unwrap();
    assert!(
        program.ends_with("opt/acme/embedded/mattermost/bin/mattermost"),
        "{}",
        program.display()
    );
    kill_process(Pid::from_child(&container), Signal::TERM).unwrap();
    assert!(container.wait().unwrap().success());
}

#[test]
fn an_image_is_unpacked_when_it_is_built_and_migrates_when_it_starts() {
    let Some(machine) = Machine::or_say_so("an_image_is_unpacked") else { return };
    let (first, second) =
        (machine.bundle("1.0", &quick("10.11.0")), machine.bundle("2.0", &quick("11.7.0")));
    let url = machine.world.database.url();
    build(&machine, &first);
    assert_eq!(machine.world.receipt()["proof"], serde_json::Value::Null);
    let container = start(&machine, &url).spawn().unwrap();
    assert_eq!(machine.world.wait_until_serving(), "10.11.0");
    assert!(machine.world.post("first"));
    stop(container);
    // A new image, and the old volume and database.
    machine.forget_all_but("var/opt/acme/mattermost");
    build(&machine, &second);
    let container = start(&machine, &url).spawn().unwrap();
    assert_eq!(machine.world.wait_until_serving(), "11.7.0");
    assert_eq!(machine.world.messages(), ["first"]);
    stop(container);
    // Nobody is let in where the server does not work.
    let nowhere = url.replace(&machine.world.database.name, "nowhere");
    assert_eq!(start(&machine, &nowhere).status().unwrap().code(), Some(8));
    assert_eq!(machine.world.serving(), None);
}
