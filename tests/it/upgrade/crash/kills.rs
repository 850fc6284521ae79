//! The program itself, killed with SIGKILL at every record of its journal, and what the next call makes of it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Output;

use mmembed::engine;
use mmembed::journal::{Record, replay};
use mmembed::model::TransactionId;
use mmembed::upgrade::Rules;

use super::host::{Matrix, manner, upgrade_wish};
use super::matrix::is_complete;
use crate::support::manifest::Manifest;
use crate::support::world::{STATE, World, release};
use crate::upgrade::site::Site;

/// Kills the program before it writes the record with this number.
const AT_RECORD: &str = "MMEMBED_TEST_KILL_AT_RECORD";

/// Kills the program before it makes the change of the file system with this number.
const AT_CHANGE: &str = "MMEMBED_TEST_KILL_AT";

/// A host that can be brought back to its beginning, and an upgrade of it.
pub(super) struct Victim {
    pub(super) matrix: Matrix,
    pub(super) archive: PathBuf,
    known: Vec<String>,
}

impl Victim {
    /// 10.11.0, in use and stopped.
    pub(super) fn new() -> Self {
        let site =
            Site::with(&release("10.11.0").small_files(5), &["--keep-in-tree=client-plugins"]);
        site.ctl.stop();
        let archive = site.archive(&release("11.7.0").small_files(5));
        let wish = upgrade_wish(&site, archive.clone(), manner(false));
        let matrix = Matrix::new(site, &engine::resolve_upgrade(&wish, Rules::built_in()).unwrap());
        let known = transactions(&matrix.site.world);
        Self { matrix, archive, known }
    }

    pub(super) fn site(&self) -> &Site {
        &self.matrix.site
    }

    /// Runs the upgrade, with this in its environment.
    pub(super) fn upgrade(&self, environment: &[(&str, u64)]) -> Output {
        let words = self.site().upgrade_words(&self.archive, &["--json"]);
        run(&words, environment)
    }

    pub(super) fn recover(&self, more: &[&str], environment: &[(&str, u64)]) -> Output {
        let mut words = self.site().world.words(&["recover"]);
        words.push("--json".to_owned());
        words.extend(more.iter().map(ToString::to_string));
        run(&words, environment)
    }

    /// The transaction that was begun last.
    pub(super) fn transaction(&self) -> TransactionId {
        let all = transactions(&self.site().world);
        let new = all.into_iter().find(|id| !self.known.contains(id));
        new.expect("there is a new one").parse().unwrap()
    }

    fn log(&self) -> Vec<u8> {
        let journal = format!("{STATE}/txn/{}/journal.jsonl", self.transaction());
        fs::read(self.site().world.below(&journal)).unwrap_or_default()
    }

    pub(super) fn records(&self) -> usize {
        String::from_utf8_lossy(&self.log()).lines().count()
    }

    pub(super) fn is_committed(&self) -> bool {
        replay(&self.log()).unwrap().state.is_committed()
    }

    /// The number of this record in the journal.
    pub(super) fn number_of(&self, wanted: &Record) -> Option<u64> {
        let line = mmembed::journal::encode(wanted);
        let text = String::from_utf8(self.log()).unwrap();
        text.lines().position(|it| it == line.trim_end()).map(|it| it as u64)
    }

    #[track_caller]
    pub(super) fn assert_old(&self, when: &str) {
        self.matrix.assert_is_after(&self.transaction(), &self.matrix.old, when);
    }

    /// What the host comes to by an upgrade, whatever its transactions are called; of rows only those of people.
    pub(super) fn outcome(&self) -> Manifest {
        let ids: Vec<String> = transactions(&self.site().world)
            .into_iter()
            .filter(|id| !self.known.contains(id))
            .collect();
        let spell = |text: String| ids.iter().fold(text, |text, id| text.replace(id, "*"));
        let mut outcome = BTreeMap::new();
        for (path, what) in self.matrix.look() {
            let is_varying = path.contains("/backups/")
                || path.contains(".json")
                || (path.contains("rows of") && !path.ends_with("posts"));
            let what = if is_varying { what.split(' ').take(2).collect() } else { what };
            outcome.insert(spell(path), spell(what));
        }
        outcome.retain(|path, what| !path.starts_with("database: rows") || what.len() == 32);
        outcome
    }
}

fn transactions(world: &World) -> Vec<String> {
    let names = fs::read_dir(world.below(STATE).join("txn")).unwrap();
    let mut names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

pub(super) fn run(words: &[String], environment: &[(&str, u64)]) -> Output {
    let mut command = World::command(words);
    for (name, value) in environment {
        command.env(name, value.to_string());
    }
    command.output().unwrap()
}

#[track_caller]
pub(super) fn assert_code(output: &Output, code: i32, said: &[&str]) {
    let text =
        String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    for word in said {
        assert!(text.contains(word), "{word:?} is missing in\n{text}");
    }
}

/// Kills the upgrade before each of its records in turn, `stride` apart. Every fourth time the next command is the
/// same upgrade, which first makes an end of the one before; else it is `recover`.
fn kill_at_each_record(victim: &Victim, from: u64, stride: usize) -> usize {
    assert_code(&victim.upgrade(&[]), 0, &[]);
    let new = without_backups(victim.outcome());
    let mut killed = 0;
    for record in (from..).step_by(stride) {
        victim.matrix.reset();
        let output = victim.upgrade(&[(AT_RECORD, record)]);
        if output.status.success() {
            break;
        }
        assert_eq!(output.status.signal(), Some(9), "{record}: {output:?}");
        assert_eq!(victim.records() as u64, record);
        killed += 1;
        let when = format!("killed at record {record}");
        let committed = victim.is_committed();
        if killed % 4 == 0 {
            assert_code(&victim.upgrade(&[]), 0, &[]);
            assert_eq!(without_backups(victim.outcome()), new, "{when}");
            continue;
        }
        let said = match (record, committed) {
            (0, _) => "nothing to do",
            (_, true) => "was finished: its new state is in force",
            (_, false) => "was rolled back: the host is as before it",
        };
        let recovered = victim.recover(&[], &[]);
        if record > 0 {
            assert_code(&recovered, 0, &[said]);
        } else {
            assert_code(&recovered, 0, &[]);
        }
        if committed {
            assert_eq!(without_backups(victim.outcome()), new, "{when}");
        } else {
            victim.assert_old(&when);
        }
        assert_eq!(victim.site().world.leftovers().len(), usize::from(committed), "{when}");
    }
    killed
}

/// A backup that is kept because the database was brought back from it may be there or not.
fn without_backups(mut outcome: Manifest) -> Manifest {
    outcome.retain(|path, _| !path.contains("/backups/"));
    outcome
}

/// At every other record, while the server is stopped; its sibling takes the rest.
#[test]
fn an_upgrade_killed_at_an_even_record_is_finished_or_undone_by_the_next_call() {
    let killed = kill_at_each_record(&Victim::new(), 0, 2);
    assert!(killed > 12, "only {killed} runs were killed");
}

/// The rest.
#[test]
fn an_upgrade_killed_at_an_odd_record_is_finished_or_undone_by_the_next_call() {
    let killed = kill_at_each_record(&Victim::new(), 1, 2);
    assert!(killed > 12, "only {killed} runs were killed");
}

/// Of a server that ran, the right one runs again.
#[test]
fn after_a_kill_the_right_server_serves_again() {
    let victim = Victim::new();
    let site = victim.site();
    for record in (1..).step_by(5) {
        victim.matrix.reset();
        site.ctl.start(&site.world);
        assert!(site.world.post(&format!("before the kill at {record}")));
        let (messages, dump) = (site.world.messages(), site.world.dump());
        let output = victim.upgrade(&[(AT_RECORD, record)]);
        if output.status.success() {
            break;
        }
        let committed = victim.is_committed();
        assert_code(&victim.recover(&[], &[]), 0, &[]);
        let version = if committed { "11.7.0" } else { "10.11.0" };
        assert_eq!(site.world.serving().as_deref(), Some(version), "killed at record {record}");
        assert_eq!(site.world.messages(), messages, "killed at record {record}");
        if !committed {
            assert_eq!(site.world.dump(), dump, "killed at record {record}");
        }
        site.assert_own_files_are_there();
        assert!(site.world.post("after the recovery"));
        site.ctl.stop();
    }
}

/// The recovery is killed at its own records, and then let be: at every fifth, or with `MMEMBED_TEST_EVERY_POINT=1` at
/// each.
#[test]
fn a_recovery_killed_at_any_record_is_finished_by_the_next_one() {
    let victim = Victim::new();
    assert_code(&victim.upgrade(&[]), 0, &[]);
    let committed = victim.number_of(&Record::Committed).unwrap();
    // Before the commit, with everything to undo; and after it.
    for killed_at in [committed, committed + 2] {
        for record in (0..).step_by(if is_complete() { 1 } else { 5 }) {
            victim.matrix.reset();
            let output = victim.upgrade(&[(AT_RECORD, killed_at)]);
            assert_eq!(output.status.signal(), Some(9));
            let is_committed = victim.is_committed();
            let first = victim.recover(&[], &[(AT_RECORD, record)]);
            if first.status.success() {
                assert!(record > 3, "only {record} recoveries were killed");
                break;
            }
            assert_eq!(first.status.signal(), Some(9), "{first:?}");
            assert_code(&victim.recover(&[], &[]), 0, &[]);
            let when = format!("the recovery was killed at record {record}");
            if is_committed {
                assert_eq!(victim.site().world.receipt()["release"]["version"], "11.7.0", "{when}");
            } else {
                victim.assert_old(&when);
            }
        }
    }
}

/// Of a server that ran, the right one runs again, though the recovery is killed, and the next one, too: each at some change of
/// the file system. The third one is let be.
#[test]
fn a_recovery_killed_twice_is_finished_by_the_third() {
    let victim = Victim::new();
    assert_code(&victim.upgrade(&[]), 0, &[]);
    let committed = victim.number_of(&Record::Committed).unwrap();
    let (site, mut twice) = (victim.site(), 0);
    for (killed_at, again) in [
        (committed - 5, [(2, 2), (17, 4), (31, 12)]),
        (committed, [(5, 9), (23, 23), (44, 30)]),
        (committed + 2, [(1, 0), (4, 2), (9, 9)]),
    ] {
        for (first, second) in again {
            let when = format!("killed at record {killed_at}, then at {first} and at {second}");
            victim.matrix.reset();
            site.ctl.start(&site.world);
            let (messages, dump) = (site.world.messages(), site.world.dump());
            let output = victim.upgrade(&[(AT_RECORD, killed_at)]);
            assert_eq!(output.status.signal(), Some(9), "{when}: {output:?}");
            let is_committed = victim.is_committed();
            let ends = [first, second].map(|at| victim.recover(&[], &[(AT_CHANGE, at)]).status);
            twice += usize::from(ends.iter().all(|end| end.signal() == Some(9)));
            assert_code(&victim.recover(&[], &[]), 0, &[]);
            let version = if is_committed { "11.7.0" } else { "10.11.0" };
            assert_eq!(site.world.serving().as_deref(), Some(version), "{when}");
            assert_eq!(site.world.messages(), messages, "{when}");
            if !is_committed {
                assert_eq!(site.world.dump(), dump, "{when}");
            }
            site.assert_own_files_are_there();
            site.world.assert_nothing_runs_but_the_server();
            site.ctl.stop();
            if !is_committed {
                victim.assert_old(&when);
            }
        }
    }
    assert!(twice >= 6, "only {twice} recoveries were killed twice");
}

/// A step that brings the tool down three times is not tried a fourth time unasked.
#[test]
fn what_kills_the_tool_three_times_is_left_to_the_operator() {
    let victim = Victim::new();
    assert_eq!(victim.upgrade(&[(AT_RECORD, 20)]).status.signal(), Some(9));
    for _ in 0..3 {
        assert_eq!(victim.recover(&[], &[(AT_RECORD, 1)]).status.signal(), Some(9));
    }
    let before = victim.site().world.stamps();
    for command in ["status", "doctor"] {
        victim.site().world.ask(&[command], &[]).saying(&[
            "never came to its end",
            "left alone",
            "--retry",
        ]);
    }
    for words in ["recover", "upgrade"] {
        let output =
            if words == "recover" { victim.recover(&[], &[]) } else { victim.upgrade(&[]) };
        assert_code(&output, 5, &["could not be undone", "recover", "--retry"]);
        victim.site().world.assert_untouched_since(&before);
    }
    assert_code(&victim.recover(&["--retry"], &[]), 0, &["rolled back"]);
    victim.assert_old("retried");
}
