//! The power is cut at every change of the cache; whatever is left, nothing has a wrong name, and the next run succeeds.

use mmembed::host::{Fault, Fetching, Meter};
use mmembed::model::Sha256Digest;

use super::world::{PATH, World, bytes, words};
use crate::fakes::mirror::Trick;

/// Large enough to be written in several pieces.
const SIZE: usize = 2_500_000;

fn world() -> (World, mmembed::host::Wanted, Vec<u8>) {
    let world = World::plain();
    let content = bytes(SIZE, 1);
    let wanted = world.publish(&content);
    (world, mmembed::host::Wanted { cap: SIZE as u64, ..wanted }, content)
}

/// Every whole file is what its name says.
fn assert_true(world: &World, when: &str) {
    for (name, content) in world.whole() {
        assert_eq!(Sha256Digest::of(&content).to_string(), name, "{when}");
    }
}

#[test]
fn whenever_the_power_is_cut_the_next_run_succeeds() {
    for (fault, after) in [(Fault::Crash, 0), (Fault::Error, 0), (Fault::Crash, 1_200_000)] {
        for at in 0.. {
            let (world, wanted, content) = world();
            world.mirror.play(PATH, (after > 0).then_some(Trick::CutAfter(after)));
            world.cache();
            let meter = Meter::with_fault(at, fault);
            let fetched = mmembed::host::Cache::open(&world.path("cache"), meter.clone())
                .map(|cache| cache.fetch(&world.network(), &wanted, &mut |_: Fetching| {}));
            let when = format!("{fault:?} at {at}");
            assert_true(&world, &when);
            if let Ok(Err(error)) = &fetched {
                assert!(words(error).contains(&world.path("cache").display().to_string()));
            }
            world.expect(&wanted, &content);
            assert!(world.beginnings().is_empty(), "{when}");
            if meter.count() <= at {
                assert!(at > 5, "there are more changes than {at}");
                break;
            }
        }
    }
}

#[test]
fn a_disk_that_fails_once_does_not_cost_what_came() {
    let (world, wanted, _) = world();
    world.cache();
    let meter = Meter::default();
    let cache = world.cache_under(meter.clone());
    cache.fetch(&world.network(), &wanted, &mut |_| {}).unwrap();
    // The last pieces of the file are written well before its name is given.
    let (mut kept, mut failures) = (0, 0);
    for at in 0..meter.count() {
        let (world, wanted, _) = self::world();
        world.cache();
        let cache = world.cache_under(Meter::with_fault(at, Fault::Error));
        if let Err(error) = cache.fetch(&world.network(), &wanted, &mut |_| {}) {
            failures += 1;
            assert!(words(&error).contains("cannot "), "{}", words(&error));
            kept = kept.max(world.beginnings().values().map(Vec::len).max().unwrap_or(0));
        }
    }
    assert!(failures > 3 && kept > 1_000_000, "{failures} failures, {kept} bytes kept");
}
