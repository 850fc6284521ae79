//! Too much, too slow, too long: nothing goes on for ever.

use std::time::Duration;

use mmembed::host::{Clock, Wanted};

use super::world::{CAP, PATH, World, bytes};
use crate::fakes::mirror::{Framing, Saying, Trick};

/// A world in which time passes, and patience is short.
fn hurried() -> World {
    let mut world = World::new();
    world.clock = Clock::system();
    world.settings.breaks = 0;
    world.settings.stall = Duration::from_secs(1);
    world.settings.window = Duration::from_secs(1);
    world
}

#[test]
fn endless_data_is_cut_at_the_cap() {
    let world = World::new();
    let wanted = world.publish(&bytes(1000, 1));
    world.mirror.play(PATH, [Saying::body(bytes(50_000, 1)).framed(Framing::Endless).into()]);
    world.expect_refusal(&wanted, "is larger than it may be: more than 1048576 bytes");
    assert_eq!(world.left_over(), Vec::<String>::new());
}

#[test]
fn endless_data_that_says_so_is_not_even_begun() {
    let world = World::new();
    let wanted = world.publish(&bytes(1000, 1));
    let large = Saying::body(bytes(10, 1)).framed(Framing::Stated(CAP + 1));
    world.mirror.play(PATH, [large.into()]);
    let mut received = false;
    let fetched = world.cache().fetch(&world.network(), &wanted, &mut |what| {
        received |= matches!(what, mmembed::host::Fetching::Received { .. });
    });
    assert!(fetched.unwrap_err().to_string().contains("is larger than it may be"));
    assert!(!received);
}

#[test]
fn endless_data_in_parts_is_cut_too() {
    let world = World::new();
    let content = bytes(1000, 1);
    let wanted = Wanted { cap: 900, ..world.publish(&content) };
    let cut = |count| Trick::CutAfter(count);
    // The first answer says nothing of its length.
    let unknown = Saying::body(bytes(700, 1)).framed(Framing::Endless);
    world.mirror.play(PATH, [unknown.into(), cut(100), cut(100)]);
    world.expect_refusal(&wanted, "is larger than it may be: more than 900 bytes");
}

#[test]
fn what_cannot_fit_on_the_disk_is_not_begun() {
    let world = World::new();
    let huge = 1 << 60;
    let wanted = Wanted { cap: huge, ..world.publish(&bytes(1000, 1)) };
    world.mirror.play(PATH, [Saying::body(bytes(10, 1)).framed(Framing::Stated(huge)).into()]);
    world.expect_refusal(&wanted, "1152921504606846976 more bytes do not fit into");
    assert_eq!(world.left_over(), Vec::<String>::new());
}

#[test]
fn silence_comes_to_an_end_and_what_came_is_kept() {
    let mut world = hurried();
    let content = bytes(1000, 2);
    let wanted = world.publish(&content);
    world.mirror.play(PATH, [Trick::Silence, Trick::StallAfter(0), Trick::StallAfter(700)]);
    world.expect_refusal(&wanted, "nothing came from https://127.0.0.1:");
    world.expect_refusal(&wanted, "/team.tar.gz for 1 s");
    world.expect_refusal(&wanted, "its first 700 bytes are kept, and the next time goes on");
    world.settings.stall = Duration::from_secs(30);
    world.expect(&wanted, &content);
    assert_eq!(world.ranges()[3].as_deref(), Some("bytes=700-"));
}

#[test]
fn a_silence_is_worth_another_question() {
    let mut world = hurried();
    world.settings.breaks = 5;
    let content = bytes(1000, 3);
    let wanted = world.publish(&content);
    world.mirror.play(PATH, [Trick::StallAfter(700)]);
    world.expect(&wanted, &content);
}

#[test]
fn a_tenth_of_a_kibibyte_per_second_is_too_slow() {
    let mut world = hurried();
    world.settings.stall = Duration::from_secs(20);
    let wanted = world.publish(&bytes(100_000, 4));
    world.mirror.play(PATH, [Trick::Dribble(Duration::from_millis(10))]);
    let error = world.expect_refusal(&wanted, " bytes came from https://127.0.0.1:");
    let said = super::world::words(&error);
    assert!(said.contains(": only ") && said.ends_with(" in 1 s"), "{said}");
}

#[test]
fn all_of_it_takes_no_longer_than_it_may() {
    let mut world = hurried();
    world.settings.total = Duration::from_millis(500);
    (world.settings.floor, world.settings.stall) = (1, Duration::from_secs(20));
    let wanted = world.publish(&bytes(100_000, 5));
    world.mirror.play(PATH, [Trick::Dribble(Duration::from_millis(10))]);
    world.expect_refusal(&wanted, "/team.tar.gz was not fetched within 0.5 s");
}

#[test]
fn what_breaks_all_the_time_is_given_up() {
    let world = World::new();
    let wanted = world.publish(&bytes(1000, 6));
    world.mirror.play(PATH, std::iter::repeat_n(Trick::CutAfter(10), 100));
    world.expect_refusal(&wanted, "its first 60 bytes are kept");
    // The first time, and after each of five breaks.
    assert_eq!(world.mirror.questions().len(), 6);
    // Each wait is twice as long as the one before.
    assert_eq!(world.clock.monotonic(), Duration::from_millis(500 * 31));
}
