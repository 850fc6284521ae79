//! Being stopped in the middle: asked to, urged to, and killed.

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::refusals::wait_for;
use crate::fakes::trailer::Fault;
use crate::support::world::{STATE, World, release};

/// An installation that has just started its server, which takes its time.
fn started(world: &World, words: &[String]) -> Child {
    let mut command = World::command(words);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(|| !world.running_servers().is_empty());
    // Its identity is on disk a moment later.
    wait_for(|| transaction_files(world).iter().any(|name| name == "server.json"));
    child
}

fn transaction_files(world: &World) -> Vec<String> {
    let transactions = fs::read_dir(world.below(STATE).join("txn"));
    let all = transactions.into_iter().flatten().flatten();
    all.flat_map(|transaction| fs::read_dir(transaction.path()).into_iter().flatten().flatten())
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect()
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

fn slow() -> crate::fakes::release::FixtureRelease {
    release("10.11.0").fault(Fault::SlowStart(2500))
}

#[test]
fn asked_to_stop_it_goes_back_and_leaves_nothing_running() {
    for wish in [Signal::TERM, Signal::INT, Signal::HUP] {
        let world = World::new();
        let archive = world.archive(&slow());
        let (host, content) = (world.host(), world.database_content());
        let child = started(&world, &world.install_words(&archive, &[]));
        let begun = Instant::now();
        signal(&child, wish);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains("asked to stop") && said.contains("next:"), "{said}");
        assert!(begun.elapsed() < Duration::from_secs(20));
        assert_eq!(world.host(), host);
        assert_eq!(world.database_content(), content);
        world.assert_nothing_runs();
    }
}

#[test]
fn urged_to_stop_it_leaves_the_rest_to_recover() {
    let world = World::new();
    let archive = world.archive(&slow());
    let (host, content) = (world.host(), world.database_content());
    let child = started(&world, &world.install_words(&archive, &[]));
    signal(&child, Signal::TERM);
    signal(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("mmembed recover --app acme"), "{said}");
    world.assert_nothing_runs();
    world.ask(&["status"], &[]).expect(0).saying(&["interrupted"]);
    world.ask(&["recover"], &[]).expect(0);
    assert_eq!(world.host(), host);
    assert_eq!(world.database_content(), content);
    world.ask(&["recover"], &[]).expect(0).saying(&["nothing to do"]);
    world.install(&archive, &[]).expect(0);
}

#[test]
fn killed_it_is_followed_by_an_installation_that_cleans_up_first() {
    for version in ["10.11.0", "5.37.0"] {
        let world = World::new();
        let archive = world.archive(&release(version).fault(Fault::SlowStart(2500)));
        let words = world.install_words(&archive, &[]);
        let mut child = started(&world, &words);
        signal(&child, Signal::KILL);
        child.wait().unwrap();
        assert_eq!(world.running_servers().len(), 1, "the server has outlived it");
        world.ask(&["status"], &[]).expect(0).saying(&["interrupted"]);
        world.run(&words).expect(0).saying(&["it is finished first", "proved"]);
        world.assert_nothing_runs();
        assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new());
        world.ask(&["verify"], &[]).expect(0);
    }
}

#[test]
fn killed_after_its_server_has_migrated_the_database_it_is_undone() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0").fault(Fault::NeverReady));
    let (host, content) = (world.host(), world.database_content());
    let mut child = started(&world, &world.install_words(&archive, &[]));
    wait_for(|| world.database.tables().len() > 5);
    signal(&child, Signal::KILL);
    child.wait().unwrap();
    world.ask(&["recover"], &[]).expect(0);
    assert_eq!(world.host(), host);
    assert_eq!(world.database_content(), content);
    world.assert_nothing_runs();
}

#[test]
fn a_verification_that_is_killed_is_cleaned_up_by_the_next() {
    let world = World::new();
    let archive = world.archive(&slow());
    world.install(&archive, &[]).expect(0);
    let mut child = World::command(&world.words(&["verify"]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let running = || world.running().iter().any(|words| words.contains(".mmembed-verify"));
    wait_for(running);
    wait_for(|| world.below(STATE).join("verify/server.json").exists());
    signal(&child, Signal::KILL);
    child.wait().unwrap();
    assert!(running());
    world.ask(&["verify"], &[]).expect(0).saying(&["answered as 10.11.0"]);
    world.assert_nothing_runs();
    assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new());
}
