//! Chains that are killed: at any moment, and taken up again by the same command or by `recover`.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::Duration;

use super::way::{STOPS, Way};
use crate::support::said::Said;
use crate::support::world::World;

/// Runs a command that stops itself at the nth change of the file system; says whether it got there.
fn killed_at(words: &[String], at: u32) -> (bool, Said) {
    let mut command: Command = World::command(words);
    let output = command.env("MMEMBED_TEST_KILL_AT", at.to_string()).output().unwrap();
    (output.status.signal() == Some(9), Said::of(output))
}

/// Numbers that look like chance and are the same each time.
fn chances(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    })
}

/// Killed once at some point of each hop, the same command goes on from there.
#[test]
fn killed_in_each_hop_the_same_command_goes_on() {
    let way = Way::over(&STOPS);
    for (hop, chance) in STOPS.windows(2).zip(chances(0x5eed)) {
        let (from, to) = (hop[0], hop[1]);
        let words = way.words(&["upgrade"], to, &[]);
        let at = u32::try_from(20 + chance % 400).unwrap();
        let (killed, said) = killed_at(&words, at);
        eprintln!("from {from} to {to}, at {at}: {}", if killed { "killed" } else { "arrived" });
        assert!(killed, "{}", said.all());
        way.world.run(&words).expect(0);
        way.assert_intact(to);
    }
}

/// Killed again and again, somewhere within two hops each time, it arrives in the end without ever having been let out.
#[test]
fn killed_again_and_again_the_same_command_arrives() {
    let way = Way::over(&STOPS);
    let words = way.words(&["upgrade"], "11.7.0", &["--every", "minor"]);
    let mut kills = 0;
    for chance in chances(0x0dd5) {
        let at = u32::try_from(350 + chance % 250).unwrap();
        let (killed, said) = killed_at(&words, at);
        let installed = way.world.receipt()["release"]["version"].to_string();
        eprintln!("at {at}: {}, {installed}", if killed { "killed" } else { "arrived" });
        if !killed {
            said.expect(0);
            break;
        }
        kills += 1;
        assert!(kills < 60, "it gets nowhere");
    }
    assert!(kills >= 2, "killed {kills} times only");
    way.assert_intact("11.7.0");
    way.world.assert_nothing_runs_but_the_server();
}

/// Wherever it is killed, `recover` leaves a release serving that was proven, with everything that people had.
#[test]
fn killed_anywhere_recover_leaves_what_was_reached_serving() {
    for chance in chances(0xacc1).take(6) {
        let way = Way::over(&STOPS[..3]);
        let words = way.words(&["upgrade"], STOPS[2], &["--via", STOPS[1]]);
        let at = u32::try_from(20 + chance % 500).unwrap();
        let (killed, _) = killed_at(&words, at);
        eprintln!("at {at}: {}", if killed { "killed" } else { "arrived" });
        let recovered = way.world.ask(&["recover"], &[]);
        recovered.expect(0);
        let version = way.world.receipt()["release"]["version"].as_str().unwrap().to_owned();
        assert!(STOPS[..3].contains(&version.as_str()), "{version}");
        way.world.wait_until_serving();
        way.assert_intact(&version);
    }
}

/// The same, though `recover` is killed, and the next one, too.
#[test]
fn killed_anywhere_and_twice_again_the_third_recover_leaves_what_was_reached_serving() {
    let mut twice = 0;
    let all: Vec<u64> = chances(0x0ace).take(18).collect();
    for chance in all.chunks(3) {
        let way = Way::over(&STOPS[..3]);
        let words = way.words(&["upgrade"], STOPS[2], &["--via", STOPS[1]]);
        let recover = way.world.words(&["recover"]);
        let at = [150 + chance[0] % 350, chance[1] % 60, chance[2] % 30];
        let at = at.map(|at| u32::try_from(at).unwrap());
        killed_at(&words, at[0]);
        let ends = [at[1], at[2]].map(|at| killed_at(&recover, at).0);
        eprintln!("at {at:?}: {ends:?}");
        twice += usize::from(ends == [true, true]);
        way.world.run(&recover).expect(0);
        let version = way.world.receipt()["release"]["version"].as_str().unwrap().to_owned();
        assert!(STOPS[..3].contains(&version.as_str()), "{version}");
        way.world.wait_until_serving();
        way.assert_intact(&version);
        way.world.assert_nothing_runs_but_the_server();
    }
    assert!(twice >= 3, "only {twice} recoveries were killed twice");
}

/// Really killed, from outside, while a hop is under way and the next one is staged.
#[test]
fn killed_from_outside_at_any_time_the_same_command_arrives() {
    let way = Way::over(&STOPS);
    let words = way.words(&["upgrade"], "11.7.0", &[]);
    for chance in chances(0xbeef).take(5) {
        let mut running =
            World::command(&words).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(chance % 1500));
        running.kill().unwrap();
        running.wait().unwrap();
    }
    way.world.run(&words).expect(0);
    way.assert_intact("11.7.0");
}
