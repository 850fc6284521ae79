//! What another run holds is waited for, and given up at last; what one has left open is finished.

use std::fs::File;

use rustix::fs::{FlockOperation, flock};

use super::ansible::Ansible;
use super::fleet::Fleet;
use crate::support::world::STATE;

#[test]
fn a_lock_that_is_held_is_waited_for_and_then_reported() {
    let Some(ansible) = Ansible::or_say_so("a_lock_that_is_held") else { return };
    let fleet = Fleet::of(ansible, 1);
    fleet.offer(&["9.11.0", "10.11.0"]);
    fleet.play("site.yml", "9.11.0", &[]).well();
    let lock = File::open(fleet.hosts[0].world.below(STATE).join("lock")).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    fleet.play("site.yml", "10.11.0", &[]).badly().saying(&[
        "FAILED - RETRYING",
        "host1: mmembed apply ended with exit code 6",
        "run recover.yml for this host first",
    ]);
    fleet.assert_serving("9.11.0");
    drop(lock);
    let idle = fleet.play("recover.yml", "10.11.0", &[]).well();
    assert_eq!(idle.count("changed"), [0], "{}", idle.all());
}
