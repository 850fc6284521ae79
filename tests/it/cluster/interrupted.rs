//! A node that vanishes while it migrates the database.

use rustix::process::Signal;

use super::pair::{FROM, Pair, Run, TO, installed, upgrade, wait_until, words};
use crate::fakes::trailer::Fault;
use crate::support::world::release;

#[test]
fn what_a_node_has_begun_and_not_ended_it_has_to_end_itself() {
    let pair = Pair::new();
    let dump = pair.first.world.dump();
    let run = Run::start(&words(&pair.first, &release(TO).fault(Fault::NeverReady), &[]));
    wait_until("the migration has begun", || {
        pair.mark().is_some_and(|mark| mark.starts_with("begun 11.7.0 "))
    });
    run.signal(Signal::KILL);
    assert_eq!(run.end().code, None);

    let said = upgrade(&pair.second, &[]).expect(3);
    said.saying(&["cluster-unfinished", "mmembed recover", "delete from systems"]);
    assert_eq!(installed(&pair.second), FROM);

    pair.first.world.ask(&["recover"], &[]).expect(0);
    assert_eq!(pair.first.world.dump(), dump);
    assert_eq!(installed(&pair.first), FROM);
    upgrade(&pair.second, &[]).expect(0);
    assert_eq!(pair.first.world.messages(), ["first", "second"]);
}
