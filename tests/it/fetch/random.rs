//! Whatever the mirror answers, the cache never holds a file under a digest that is not its own.

use std::time::Duration;

use mmembed::host::Wanted;
use mmembed::model::Sha256Digest;
use proptest::prelude::*;

use super::world::{PATH, World, bytes};
use crate::fakes::mirror::{Framing, Saying, Trick};

/// How many bytes the file has.
const SIZE: usize = 2000;

fn content(seed: u32) -> Vec<u8> {
    bytes(SIZE, seed)
}

fn saying() -> impl Strategy<Value = Trick> {
    let status = prop::sample::select(vec![
        "200 OK",
        "206 Partial Content",
        "301 Moved",
        "404 Not Found",
        "416 Range Not Satisfiable",
        "429 No",
        "503 No",
    ]);
    let framing = prop_oneof![
        Just(Framing::Length),
        Just(Framing::Chunked),
        Just(Framing::Endless),
        (0..3000_u64).prop_map(Framing::Stated),
    ];
    let header = prop::sample::select(vec![
        ("ETag", "\"1\"".to_owned()),
        ("Content-Range", "bytes 100-1999/2000".to_owned()),
        ("Content-Encoding", "gzip".to_owned()),
        ("Content-Type", "text/html".to_owned()),
        ("Retry-After", "1".to_owned()),
        ("Location", PATH.to_owned()),
    ]);
    let headers = prop::collection::vec(header, 0..3);
    (status, framing, headers, 1..4_u32, 1..SIZE).prop_map(
        |(status, framing, headers, seed, cut)| {
            let body = content(seed)[..cut].to_vec();
            Saying { status, headers, body, framing }.into()
        },
    )
}

fn trick() -> impl Strategy<Value = Trick> {
    prop_oneof![
        3 => (0..SIZE).prop_map(Trick::CutAfter),
        1 => Just(Trick::Behave),
        1 => Just(Trick::IgnoreRange),
        1 => (1..100_usize).prop_map(Trick::WrongRange),
        1 => (1..100_usize).prop_map(Trick::ShortRange),
        1 => Just(Trick::FalseRange),
        1 => (1..4_u32).prop_map(|seed| Trick::Change(content(seed))),
        1 => (1..4_u32).prop_map(|seed| Trick::ChangeUnseen(content(seed))),
        1 => (-100..100_i64).prop_map(Trick::Lengthened),
        1 => prop::collection::vec(any::<u8>(), 0..100).prop_map(Trick::Raw),
        2 => saying(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_file_is_ever_under_a_digest_that_is_not_its_own(
        scripts in prop::collection::vec(prop::collection::vec(trick(), 0..6), 1..4),
        is_known in any::<bool>(),
        is_tagged in any::<bool>(),
    ) {
        let mut world = World::plain();
        world.settings.breaks = 2;
        // What says more than it has must not take long.
        world.settings.stall = Duration::from_secs(5);
        let right = content(1);
        if is_tagged {
            world.mirror.serve(PATH, right.clone());
        } else {
            world.mirror.serve_untagged(PATH, right.clone(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        }
        let sums = if is_known { vec![Sha256Digest::of(&right)] } else { Vec::new() };
        let wanted = Wanted { sums, cap: 4000, ..world.wanted(&right) };
        let (cache, network) = (world.cache(), world.network());
        for script in scripts {
            world.mirror.play(PATH, script);
            let fetched = cache.fetch(&network, &wanted, &mut |_| {});
            for (name, content) in world.whole() {
                prop_assert_eq!(&Sha256Digest::of(&content).to_string(), &name);
                prop_assert!(!is_known || content == right);
            }
            if let Ok(fetched) = fetched {
                prop_assert_eq!(Sha256Digest::of(&std::fs::read(&fetched.path).unwrap()), fetched.sha256);
            }
        }
    }
}
