//! What breaks off goes on where it broke off, and never with the bytes of another file.

use std::fs;

use mmembed::host::{Cancel, FetchError, Fetching, Wanted};

use super::world::{PATH, World, bytes, words};
use crate::fakes::mirror::{Saying, Trick};

#[test]
fn a_file_comes_whole_and_is_there_the_next_time() {
    let world = World::new();
    let content = bytes(300_000, 1);
    let wanted = world.publish(&content);
    world.expect(&wanted, &content);
    assert_eq!(world.left_over(), Vec::<String>::new());
    let again = world.fetch(&wanted).unwrap();
    assert!(again.was_cached);
    let questions = world.mirror.questions();
    assert_eq!(questions.len(), 1);
    assert_eq!(questions[0].header("accept-encoding"), None);
    assert!(questions[0].header("user-agent").unwrap().starts_with("mmembed/"));
}

#[test]
fn cut_at_any_byte_it_goes_on_there() {
    let content = bytes(48, 1);
    for cut in 0..content.len() {
        let world = World::new();
        let wanted = world.publish(&content);
        world.mirror.play(PATH, [Trick::CutAfter(cut)]);
        world.expect(&wanted, &content);
        let rest = (cut > 0).then(|| format!("bytes={cut}-"));
        assert_eq!(world.ranges(), [None, rest], "cut at {cut}");
    }
}

#[test]
fn another_run_goes_on_where_the_first_one_broke_off() {
    let mut world = World::new();
    world.settings.breaks = 0;
    let content = bytes(100_000, 2);
    let wanted = world.publish(&content);
    world.mirror.play(PATH, [Trick::CutAfter(70_000)]);
    let part = "came only in part; its first 70000 bytes are kept, and the next time goes on from there: \
                the connection broke off";
    world.expect_refusal(&wanted, part);
    let (fetched, told) = world.fetch_and_tell(&wanted);
    fetched.unwrap();
    assert_eq!(told, [Fetching::Resumed { bytes: 70_000 }]);
    let questions = world.mirror.questions();
    assert_eq!(questions[1].header("range"), Some("bytes=70000-"));
    assert!(questions[1].header("if-range").unwrap().starts_with('"'));
    world.expect(&wanted, &content);
    assert_eq!(world.left_over(), Vec::<String>::new());
}

#[test]
fn a_beginning_that_was_damaged_is_given_up() {
    let mut world = World::new();
    world.settings.breaks = 0;
    let content = bytes(100_000, 3);
    let wanted = world.publish(&content);
    for harm in [Harm::Flip, Harm::Cut, Harm::FlipUnnoted, Harm::Note, Harm::Grow] {
        world.mirror.play(PATH, [Trick::CutAfter(70_000)]);
        world.expect_refusal(&wanted, "its first 70000 bytes are kept");
        harm.be_done(&world);
        world.expect(&wanted, &content);
        fs::remove_dir_all(world.path("cache")).unwrap();
    }
}

#[derive(Clone, Copy)]
enum Harm {
    Flip,
    Cut,
    FlipUnnoted,
    Note,
    Grow,
}

impl Harm {
    fn be_done(self, world: &World) {
        let (name, mut content) = world.beginnings().pop_first().unwrap();
        let path = world.path("cache/partial").join(&name);
        let note = path.with_extension("json");
        match self {
            Self::Flip => content[10_000] ^= 1,
            Self::Cut => content.truncate(60_000),
            Self::Grow => content.extend([7; 500]),
            Self::Note => fs::write(&note, "{").unwrap(),
            Self::FlipUnnoted => {
                // As after a power cut: nobody had the time to say how much is durable.
                content[10_000] ^= 1;
                let text = fs::read_to_string(&note).unwrap();
                let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
                value["kept"] = serde_json::Value::Null;
                fs::write(&note, value.to_string()).unwrap();
            }
        }
        fs::write(path, content).unwrap();
    }
}

/// Where no digest is known, nothing would find out that the power was cut.
#[test]
fn what_nothing_vouches_for_is_not_gone_on_from() {
    let mut world = World::new();
    world.settings.breaks = 0;
    let content = bytes(100_000, 4);
    let wanted = Wanted { sums: Vec::new(), ..world.publish(&content) };
    world.mirror.play(PATH, [Trick::CutAfter(70_000), Trick::CutAfter(20_000)]);
    world.expect_refusal(&wanted, "its first 70000 bytes are kept");
    world.expect_refusal(&wanted, "its first 90000 bytes are kept");
    Harm::FlipUnnoted.be_done(&world);
    world.expect(&wanted, &content);
    let rest = |range: &str| Some(range.to_owned());
    assert_eq!(world.ranges(), [None, rest("bytes=70000-"), None]);
}

#[test]
fn nothing_is_kept_of_what_could_have_changed_unseen() {
    let mut world = World::new();
    let content = bytes(1000, 5);
    world.mirror.serve_untagged(PATH, content.clone(), None);
    let wanted = world.wanted(&content);
    world.mirror.play(PATH, [Trick::CutAfter(700)]);
    world.expect(&wanted, &content);
    assert_eq!(world.ranges(), [None, None]);
    fs::remove_dir_all(world.path("cache")).unwrap();

    world.settings.breaks = 0;
    world.mirror.play(PATH, [Trick::CutAfter(700)]);
    let error = world.expect_refusal(&wanted, "the connection broke off while");
    assert!(matches!(error, FetchError::Network(_)), "{error:?}");
    assert_eq!(world.left_over(), Vec::<String>::new());
}

#[test]
fn a_date_is_enough_to_be_known_again() {
    let world = World::new();
    let content = bytes(1000, 6);
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    world.mirror.serve_untagged(PATH, content.clone(), Some(date));
    world.mirror.play(PATH, [Trick::CutAfter(700)]);
    world.expect(&world.wanted(&content), &content);
    let questions = world.mirror.questions();
    assert_eq!(questions[1].header("if-range"), Some(date));
    assert_eq!(questions[1].header("range"), Some("bytes=700-"));
}

#[test]
fn a_file_that_changed_between_two_parts_begins_anew() {
    let (old, new) = (bytes(1000, 7), bytes(1200, 8));
    for change in [Trick::Change(new.clone()), Trick::ChangeUnseen(new.clone())] {
        let world = World::new();
        world.publish(&old);
        world.mirror.play(PATH, [Trick::CutAfter(700), change]);
        let wanted = world.wanted(&new);
        let (fetched, told) = world.fetch_and_tell(&wanted);
        assert_eq!(fs::read(fetched.unwrap().path).unwrap(), new);
        let why = "it changed while it was fetched".to_owned();
        assert_eq!(told.last(), Some(&Fetching::Restarted { why }));
        assert_eq!(world.ranges(), [None, Some("bytes=700-".to_owned()), None]);
    }
}

#[test]
fn a_file_that_changes_again_and_again_is_given_up() {
    let mut world = World::new();
    world.settings.breaks = 100;
    let wanted = world.publish(&bytes(1000, 9));
    let change = |seed| [Trick::CutAfter(700), Trick::Change(bytes(1000, seed))];
    world.mirror.play(PATH, (10..20).flat_map(change));
    let why =
        "cannot be fetched in parts: it changed while it was fetched, and not for the first time";
    world.expect_refusal(&wanted, why);
    assert_eq!(world.left_over(), Vec::<String>::new());
}

#[test]
fn a_part_that_was_not_asked_for_is_not_taken() {
    for (trick, why) in [
        (Trick::WrongRange(1), "it gave other bytes than those from 700 on"),
        (Trick::ShortRange(10), "it gave not all bytes from 700 on"),
        (Trick::With("Content-Range", "x".to_owned()), "it gave other bytes"),
        (Saying::status("416 Range Not Satisfiable").into(), "it has nothing from byte 700 on"),
        (Saying::status("206 Partial Content").into(), "it gave other bytes"),
    ] {
        let world = World::new();
        let content = bytes(1000, 11);
        let wanted = world.publish(&content);
        world.mirror.play(PATH, [Trick::CutAfter(700), trick.clone()]);
        let (fetched, told) = world.fetch_and_tell(&wanted);
        let taken = fetched.unwrap_or_else(|error| panic!("{trick:?}: {}", words(&error)));
        assert_eq!(fs::read(taken.path).unwrap(), content);
        // Two headers of one name are what the client makes of them.
        if !matches!(trick, Trick::With(..)) {
            assert!(
                matches!(told.last(), Some(Fetching::Restarted { why: told }) if told.contains(why)),
                "{trick:?}: {told:?}"
            );
        }
    }
}

#[test]
fn a_mirror_that_always_gives_the_wrong_part_is_given_up() {
    let mut world = World::new();
    world.settings.breaks = 100;
    let wanted = world.publish(&bytes(1000, 12));
    let pair = [Trick::CutAfter(700), Trick::WrongRange(1)];
    world.mirror.play(PATH, pair.iter().cycle().take(20).cloned());
    world.expect_refusal(&wanted, "it gave other bytes than those from 700 on, and not for the");
}

#[test]
fn a_part_that_lies_about_itself_is_found_out_by_the_digest() {
    let world = World::new();
    let wanted = world.publish(&bytes(1000, 13));
    world.mirror.play(PATH, [Trick::CutAfter(700), Trick::FalseRange]);
    world.expect_refusal(&wanted, "is not the file that was published: its SHA-256 is");
    assert_eq!(world.left_over(), Vec::<String>::new());
}

#[test]
fn a_mirror_that_knows_no_parts_gives_the_whole() {
    let world = World::new();
    let content = bytes(1000, 14);
    let wanted = world.publish(&content);
    world.mirror.play(PATH, [Trick::CutAfter(700), Trick::IgnoreRange]);
    world.expect(&wanted, &content);
}

#[test]
fn who_asks_to_stop_is_told_what_is_kept() {
    let mut world = World::new();
    let content = bytes(400_000, 15);
    let wanted = world.publish(&content);
    world.mirror.play(PATH, [Trick::StallAfter(300_000)]);
    let mut kept = 0;
    let stopped = world.cache().fetch(&world.network(), &wanted, &mut |what| {
        if let Fetching::Received { bytes, total } = what {
            assert_eq!(total, Some(400_000));
            kept = bytes;
            world.cancel.request();
        }
    });
    let said = words(&stopped.unwrap_err());
    assert!(
        said.starts_with(&format!("it was asked to stop; the first {kept} bytes of")),
        "{said}"
    );
    assert_eq!(world.beginnings().into_values().map(|it| it.len() as u64).sum::<u64>(), kept);

    world.cancel = Cancel::never();
    world.expect(&wanted, &content);
    assert_eq!(world.ranges(), [None, Some(format!("bytes={kept}-"))]);
}

#[test]
fn who_asks_to_stop_before_anything_came_leaves_nothing() {
    let world = World::new();
    let wanted = world.publish(&bytes(10, 16));
    world.cancel.request();
    world.expect_refusal(&wanted, "it was asked to stop while https://127.0.0.1:");
    assert_eq!(world.left_over(), Vec::<String>::new());
}
