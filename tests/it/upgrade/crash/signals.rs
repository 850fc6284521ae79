//! Asked to stop: once, and the host is as before, or finished where it was committed; twice, and all is left as it is for
//! `recover`.

use std::path::PathBuf;
use std::process::Output;

use rustix::process::Signal;

use super::tools::{Gate, await_that, sessions, signal, start};
use crate::support::world::release;
use crate::upgrade::site::Site;

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[track_caller]
fn assert_serves_as_before(site: &Site, dump: &str, when: &str) {
    assert_eq!(site.world.serving().as_deref(), Some("10.11.0"), "{when}");
    assert_eq!(site.world.dump(), dump, "{when}");
    assert_eq!(site.world.leftovers(), Vec::<PathBuf>::new(), "{when}");
    site.assert_own_files_are_there();
}

#[test]
fn one_wish_to_stop_before_the_commit_takes_everything_back() {
    let site = Site::of("10.11.0");
    let dump = site.world.dump();
    let archive = site.archive(&release("11.7.0"));
    for (phase, wish) in
        [("before-stop", Signal::TERM), ("after-stop", Signal::INT), ("before-start", Signal::TERM)]
    {
        let gate = Gate::at(&site, phase);
        let upgrade = start(&site.upgrade_words(&archive, &gate.words()));
        gate.await_reached();
        signal(&upgrade, wish);
        gate.open();
        let output = upgrade.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{phase}: {}", said(&output));
        assert_serves_as_before(&site, &dump, phase);
    }
}

#[test]
fn one_wish_to_stop_while_the_release_is_unpacked_changes_nothing() {
    let site = Site::of("10.11.0");
    let (dump, host) = (site.world.dump(), site.host());
    let archive = site.archive(&release("11.7.0").binary_size(200_000_000));
    let upgrade = start(&site.upgrade_words(&archive, &[]));
    let is_staged = |path: &PathBuf| path.to_string_lossy().contains(".mattermost.staged-");
    await_that("the stage", || site.world.leftovers().iter().any(is_staged));
    signal(&upgrade, Signal::TERM);
    let output = upgrade.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert_serves_as_before(&site, &dump, "unpacking");
    assert_eq!(site.host(), host);
}

#[test]
fn one_wish_to_stop_ends_the_tool_that_saves_the_database() {
    let site = Site::of("10.11.0");
    let dump = site.world.dump();
    let archive = site.archive(&release("11.7.0"));
    let gate = Gate::at(&site, "after-stop");
    let upgrade = start(&site.upgrade_words(&archive, &gate.words()));
    gate.await_reached();
    let mut holder = site.world.database.connect_as_admin();
    holder.batch_execute("BEGIN; LOCK TABLE posts IN ACCESS EXCLUSIVE MODE").unwrap();
    gate.open();
    await_that("the dump", || sessions(&site, "wait_event_type = 'Lock'") > 0);
    signal(&upgrade, Signal::TERM);
    // The lock is held until it has ended: only whoever saves the database waits for it.
    let output = {
        let ended = std::thread::spawn(move || upgrade.wait_with_output().unwrap());
        await_that("the end of the dump", || sessions(&site, "wait_event_type = 'Lock'") == 0);
        holder.batch_execute("ROLLBACK").unwrap();
        ended.join().unwrap()
    };
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert_serves_as_before(&site, &dump, "saving");
}

#[test]
fn one_wish_to_stop_while_the_new_server_starts_in_the_dark_takes_everything_back() {
    let site = Site::of("10.11.0");
    let dump = site.world.dump();
    let slow = release("11.7.0").timings(|timings| timings.migration_step_ms = 200);
    let archive = site.archive(&slow);
    let upgrade = start(&site.upgrade_words(&archive, &[]));
    await_that("the server", || !site.world.running_servers().is_empty());
    signal(&upgrade, Signal::TERM);
    let output = upgrade.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert_serves_as_before(&site, &dump, "in the dark");
    assert_eq!(site.world.running_servers(), Vec::<String>::new());
}

#[test]
fn one_wish_to_stop_after_the_commit_comes_too_late() {
    let site = Site::of("10.11.0");
    let archive = site.archive(&release("11.7.0"));
    let gate = Gate::at(&site, "after-commit");
    let upgrade = start(&site.upgrade_words(&archive, &gate.words()));
    gate.await_reached();
    signal(&upgrade, Signal::TERM);
    gate.open();
    let output = upgrade.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(site.world.serving().as_deref(), Some("11.7.0"));
    site.world.ask(&["recover"], &[]).expect(0).saying(&["nothing to do"]);
}

#[test]
fn a_second_wish_to_stop_leaves_it_to_a_recovery() {
    let site = Site::of("10.11.0");
    let dump = site.world.dump();
    let archive = site.archive(&release("11.7.0"));
    for phase in ["after-stop", "before-start"] {
        let gate = Gate::at(&site, phase);
        let upgrade = start(&site.upgrade_words(&archive, &gate.words()));
        gate.await_reached();
        signal(&upgrade, Signal::TERM);
        signal(&upgrade, Signal::INT);
        gate.open();
        let output = upgrade.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(5), "{phase}: {}", said(&output));
        assert!(said(&output).contains("recover"), "{}", said(&output));
        assert_eq!(site.world.serving(), None, "{phase}");
        site.world.ask(&["recover"], &[]).expect(0).saying(&["rolled back"]);
        assert_serves_as_before(&site, &dump, phase);
    }
}
