//! A server that asks to come back later is left alone for as long, but not for ever.

use std::time::Duration;

use mmembed::host::Fetching;

use super::world::{PATH, World, bytes};
use crate::fakes::mirror::{Saying, Trick};

fn later(status: &'static str, when: &str) -> Trick {
    Saying::status(status).with("Retry-After", when).into()
}

#[test]
fn it_is_left_alone_for_as_long_as_it_asks() {
    for (when, seconds) in [("7", 7), ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("0", 0)] {
        for status in ["429 Too Many Requests", "503 Service Unavailable"] {
            let world = World::new();
            let content = bytes(1000, 1);
            let wanted = world.publish(&content);
            world.mirror.play(PATH, [later(status, when)]);
            let (fetched, told) = world.fetch_and_tell(&wanted);
            fetched.unwrap();
            let wait = Duration::from_secs(seconds);
            assert_eq!(world.clock.monotonic(), wait);
            assert!(
                matches!(&told[..], [Fetching::Paused { wait: told, why }] if *told == wait && why.contains("status ")),
                "{told:?}"
            );
        }
    }
}

#[test]
fn a_wait_that_is_too_long_is_told_instead() {
    for (status, when, part) in [
        (
            "429 Slow down",
            "3600",
            "status 429 (too many questions), and asks to come back in 3600 s",
        ),
        (
            "503 Maintenance",
            "Sun, 06 Nov 1994 09:49:00 GMT",
            "status 503 (trouble of the server's own), and asks to come back in 3600 s",
        ),
        ("404 Not Found", "5", "status 404 (not there), and asks to come back in 5 s"),
        ("503 Maintenance", "999999999999", "and asks to come back in 86400 s"),
    ] {
        let world = World::new();
        let wanted = world.publish(&bytes(1000, 2));
        world.mirror.play(PATH, [later(status, when)]);
        world.expect_refusal(&wanted, part);
        assert_eq!(world.clock.monotonic(), Duration::ZERO);
        assert_eq!(world.mirror.questions().len(), 1);
    }
}

#[test]
fn a_server_that_is_never_ready_is_given_up() {
    let world = World::new();
    let wanted = world.publish(&bytes(1000, 3));
    world.mirror.play(PATH, std::iter::repeat_n(later("503 No", "10"), 100));
    let part = "status 503 (trouble of the server's own), and asks to come back in 10 s";
    world.expect_refusal(&wanted, part);
    assert_eq!(world.mirror.questions().len(), 6);
    assert_eq!(world.clock.monotonic(), Duration::from_secs(50));
}

#[test]
fn a_part_outlives_a_server_that_has_enough() {
    let world = World::new();
    let content = bytes(1000, 4);
    let wanted = world.publish(&content);
    world.mirror.play(PATH, [Trick::CutAfter(700), later("429 No", "3")]);
    world.expect(&wanted, &content);
    let rest = Some("bytes=700-".to_owned());
    assert_eq!(world.ranges(), [None, rest.clone(), rest]);
}

#[test]
fn waiting_ends_when_somebody_wants_to_stop() {
    let world = World::new();
    let wanted = world.publish(&bytes(1000, 5));
    world.mirror.play(PATH, [later("503 No", "30")]);
    let stopped = world.cache().fetch(&world.network(), &wanted, &mut |what| {
        if matches!(what, Fetching::Paused { .. }) {
            world.cancel.request();
        }
    });
    assert!(stopped.unwrap_err().to_string().starts_with("it was asked to stop"));
    assert_eq!(world.clock.monotonic(), Duration::ZERO);
}
