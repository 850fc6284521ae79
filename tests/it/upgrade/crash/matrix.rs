//! Stopped at every mutation: a recovery ends where the journal says, and so does one that is stopped itself.

use std::collections::BTreeSet;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use mmembed::engine::{self, Outcome};
use mmembed::host::Meter;
use mmembed::model::Step;
use mmembed::upgrade::Rules;

use super::host::{Matrix, manner, restore_wish, upgrade_wish};
use super::moments::{Moment, Recorder, Wanted};
use crate::support::manifest::Manifest;
use crate::support::world::release;
use crate::upgrade::site::Site;

/// How thoroughly a matrix is gone through.
struct Density {
    /// Beside the boundaries of records, every mutation of these steps.
    every: fn(&Step) -> bool,
    /// Every how many points the recovery is stopped too, and every how many of its mutations.
    again: (usize, usize),
    /// At every how many boundaries the journal's last line is torn.
    tear: usize,
    /// Every how many mutations one fails, once.
    fail: usize,
}

/// Is every point looked at, whatever time it takes?
pub(super) fn is_complete() -> bool {
    std::env::var_os("MMEMBED_TEST_EVERY_POINT").is_some()
}

/// Steps whose every mutation is a point.
fn is_delicate(step: &Step) -> bool {
    matches!(
        step,
        Step::Configure(_)
            | Step::Carry(_)
            | Step::Activate { .. }
            | Step::Settle
            | Step::CleanUp { .. }
            | Step::RestoreConfig(_)
            | Step::RestoreDatabase(_)
    )
}

/// Before the tree is unpacked the other matrices look.
fn is_unpacked(matrix: &Matrix) -> impl Fn(u32) -> bool + Send + use<> {
    let is_unpack = |step: &Step| matches!(step, Step::Unpack { .. });
    let unpack = matrix.plan.steps.iter().position(|planned| is_unpack(&planned.step));
    move |next| unpack.is_none_or(|unpack| next as usize > unpack)
}

/// Steps that change the database.
fn changes_database(step: &Step) -> bool {
    matches!(step, Step::Prove(_) | Step::RestoreDatabase(_))
}

/// The first and the last of them.
fn changes(matrix: &Matrix) -> (usize, usize) {
    let steps = &matrix.plan.steps;
    let changes = |planned: &mmembed::model::Planned| changes_database(&planned.step);
    (steps.iter().position(changes).unwrap(), steps.iter().rposition(changes).unwrap())
}

impl Wanted {
    /// With the database as it is while this step is performed or undone.
    fn at(step: usize, (first, last): (usize, usize)) -> Self {
        match step {
            _ if step < first => Self::Before,
            _ if step > last => Self::After,
            _ => Self::Between,
        }
    }
}

impl Matrix {
    /// Goes through the whole matrix; gives how many points were looked at.
    fn check(&mut self, density: &Density) -> usize {
        let (moments, new) = self.undisturbed();
        let chosen = self.choose(&moments, density);
        let begun = Instant::now();
        let mut torn = 0;
        for (number, &index) in chosen.iter().enumerate() {
            let moment = &moments[index];
            let when = self.name(moment);
            self.bring_to(moment);
            self.recover_well(moment.state().is_committed(), &new, &when);
            let follows_record = index > 0 && moments[index - 1].records() != moment.records();
            if follows_record {
                torn += 1;
                if torn % density.tear == 0 {
                    self.tear_at(moment, &new);
                }
            }
            if number % density.again.0 == 0 {
                self.crash_twice(moment, density.again.1, &new);
            }
        }
        println!("{} of {} points in {:.1?}", chosen.len(), moments.len(), begun.elapsed());
        self.fail_somewhere(&moments, density.fail, &new);
        chosen.len()
    }

    /// One run that nothing disturbs, with its moments, and what it leads to.
    fn undisturbed(&mut self) -> (Vec<Moment>, Manifest) {
        let (is_unpacked, change) = (is_unpacked(self), changes(self));
        let (meter, recorder) = self.watched("moments", move |state| {
            let next = state.next_to_perform().0;
            if !state.has_begun() || !is_unpacked(next) {
                Wanted::Nothing
            } else {
                Wanted::at(next as usize, change)
            }
        });
        let begun = Instant::now();
        let outcome = self.run(meter);
        println!("the run took {:?}", begun.elapsed());
        assert!(matches!(outcome, Ok(Outcome::Committed)), "the plan itself fails: {outcome:?}");
        let new = self.remember_end();
        assert_ne!(self.old, new, "a plan that changes nothing proves nothing");
        (taken(&recorder), new)
    }

    fn choose(&self, moments: &[Moment], density: &Density) -> BTreeSet<usize> {
        let mut chosen = BTreeSet::new();
        for (index, moment) in moments.iter().enumerate() {
            let differs = |other: usize| {
                moments.get(other).is_some_and(|other| other.records() != moment.records())
            };
            // Right before a record, at it, and right after it.
            let boundary =
                differs(index + 1) || differs(index + 2) || index == 0 || differs(index - 1);
            if is_complete() || boundary || moment.step(&self.plan).is_some_and(density.every) {
                chosen.insert(index);
            }
        }
        chosen
    }

    fn name(&self, moment: &Moment) -> String {
        let step = moment.step(&self.plan).map(mmembed::planning::explain).unwrap_or_default();
        format!("stopped at {} with {} records ({step})", moment.at, moment.records())
    }

    /// The last line of the journal is torn off at some of its bytes.
    fn tear_at(&self, moment: &Moment, new: &Manifest) {
        let body = &moment.log[..moment.log.len() - 1];
        let last =
            moment.log.len() - body.iter().rposition(|byte| *byte == b'\n').map_or(0, |it| it + 1);
        for bytes in [1, last / 2, last] {
            self.bring_to(moment);
            let log = &moment.log[..moment.log.len() - bytes];
            fs::write(self.journal(), log).unwrap();
            let is_committed = mmembed::journal::replay(log).unwrap().state.is_committed();
            self.recover_well(
                is_committed,
                new,
                &format!("{}, {bytes} bytes torn", self.name(moment)),
            );
        }
    }

    /// The recovery is stopped at its own mutations: at every record, and at some between.
    fn crash_twice(&self, moment: &Moment, stride: usize, new: &Manifest) {
        self.bring_to(moment);
        let changes = changes(self);
        let (meter, recorder) = self.watched("again", move |state| {
            if state.is_committed() {
                return Wanted::After;
            }
            // On the way back what was not undone yet is as it was.
            let next = state.next_to_undo().map_or(0, |step| step.0 as usize);
            Wanted::at(next, changes)
        });
        drop(self.recover(meter));
        let moments = taken(&recorder);
        for (index, again) in moments.iter().enumerate() {
            let boundary =
                moments.get(index + 1).is_none_or(|next| next.records() != again.records());
            if boundary || index % stride == 0 {
                self.bring_to(again);
                let when = format!("{}, and its recovery at {}", self.name(moment), again.at);
                self.recover_well(moment.state().is_committed(), new, &when);
            }
        }
        drop(moments);
        fs::remove_dir_all(self.site.world.beside("again")).unwrap();
    }

    fn fail_somewhere(&self, moments: &[Moment], stride: usize, new: &Manifest) {
        let begun = Instant::now();
        let mut failed = 0;
        let stride = if is_complete() { stride / 4 } else { stride };
        for moment in moments.iter().step_by(stride) {
            self.fail_at(moment.at as u64, new);
            failed += 1;
        }
        println!("{failed} errors in {:?}", begun.elapsed());
    }
}

fn taken(recorder: &Arc<Mutex<Recorder>>) -> Vec<Moment> {
    let mut recorder = recorder.lock().unwrap();
    if !recorder.missed.is_empty() {
        println!("a server was on the database at {:?}", recorder.missed);
    }
    std::mem::take(&mut recorder.moments)
}

/// A site with a hop behind it, so that there is a backup and a tree to be cleaned up; its server is stopped.
fn site_to_upgrade(more: &[&str]) -> Site {
    let small = |version| release(version).small_files(5);
    let site = Site::with(&small("9.11.0"), more);
    let archive = site.archive(&small("10.11.0"));
    site.upgrade(&archive, &[]).expect(0);
    let template = fs::read_dir(site.live("templates")).unwrap().next().unwrap().unwrap().path();
    fs::write(template, "changed by the site").unwrap();
    site.ctl.stop();
    site
}

/// A hop of an installation whose server is stopped, at every boundary of records and at every mutation of the delicate
/// steps. With `MMEMBED_TEST_EVERY_POINT=1` in its environment this test and its siblings look at every mutation since the
/// release was unpacked, and let four times as many fail; that takes a quarter of an hour.
#[test]
fn a_hop_stopped_anywhere_is_old_or_new() {
    let site = site_to_upgrade(&["--keep-in-tree=client-plugins"]);
    let archive = site.archive(&release("11.7.0").small_files(5));
    let undertaking =
        engine::resolve_upgrade(&upgrade_wish(&site, archive, manner(false)), Rules::built_in())
            .unwrap();
    let mut matrix = Matrix::new(site, &undertaking);
    let points = matrix.check(&Density { every: is_delicate, again: (24, 16), tear: 8, fail: 40 });
    assert!(points > 100, "only {points} points were looked at");
}

/// The same with a configuration outside the tree, and with a trial of the backup, more coarsely.
#[test]
fn a_hop_with_its_settings_elsewhere_stopped_anywhere_is_old_or_new() {
    let site = Site::with(
        &release("10.11.0").small_files(5),
        &["--config-file=/etc/opt/acme/config.json"],
    );
    site.ctl.stop();
    let archive = site.archive(&release("11.7.0").small_files(5));
    let undertaking =
        engine::resolve_upgrade(&upgrade_wish(&site, archive, manner(true)), Rules::built_in())
            .unwrap();
    let mut matrix = Matrix::new(site, &undertaking);
    let points = matrix.check(&Density { every: is_delicate, again: (40, 30), tear: 20, fail: 60 });
    assert!(points > 50, "only {points} points were looked at");
}

/// The way back after the commit.
#[test]
fn a_rollback_stopped_anywhere_is_old_or_new() {
    let site = site_to_upgrade(&["--keep-in-tree=client-plugins"]);
    site.ctl.start(&site.world);
    let archive = site.archive(&release("11.7.0").small_files(5));
    site.upgrade(&archive, &[]).expect(0);
    site.ctl.stop();
    let undertaking = engine::resolve_restore(&restore_wish(&site, manner(false))).unwrap();
    let mut matrix = Matrix::new(site, &undertaking);
    let points = matrix.check(&Density { every: is_delicate, again: (40, 30), tear: 20, fail: 60 });
    assert!(points > 50, "only {points} points were looked at");
}

/// Steps performed twice, and undone twice, come to the same as once.
#[test]
fn a_hop_repeated_step_by_step_is_the_same_hop() {
    let site = site_to_upgrade(&["--keep-in-tree=client-plugins"]);
    let archive = site.archive(&release("11.7.0").small_files(5));
    let undertaking =
        engine::resolve_upgrade(&upgrade_wish(&site, archive, manner(false)), Rules::built_in())
            .unwrap();
    let mut matrix = Matrix::new(site, &undertaking);
    let (moments, new) = matrix.undisturbed();
    matrix.reset();
    let outcome = matrix.run(Meter::repeating(2));
    assert!(matches!(outcome, Ok(Outcome::Committed)), "{outcome:?}");
    matrix.assert_like(&new, "performed twice");
    let last = moments.iter().rfind(|moment| !moment.state().is_committed()).unwrap();
    matrix.bring_to(last);
    let outcome = matrix.recover(Meter::repeating(2));
    assert!(matches!(outcome, Some(Outcome::RolledBack { .. })), "{outcome:?}");
    matrix.assert_is(&matrix.old, "undone twice");
}
