use std::collections::BTreeSet;

use super::*;
use crate::engine::reporter::Silent;
use crate::host::{Cancel, Meter, Territory, free_loopback_port};
use crate::model::CommandSpec;

#[test]
fn an_unseen_listener_counts_as_the_server_if_its_user_opened_it() {
    let unseen =
        |users: &[u32]| Hold::Unseen { users: users.iter().copied().collect::<BTreeSet<_>>() };
    for (hold, expected) in [
        (Hold::Process, Answering::Server),
        (Hold::Nobody, Answering::Nobody),
        (Hold::Another, Answering::Another),
        (unseen(&[990]), Answering::Server),
        (unseen(&[0]), Answering::Another),
        (unseen(&[0, 990]), Answering::Another),
    ] {
        assert_eq!(answering(&hold, 990), expected, "{hold:?}");
    }
}

/// A watch over a server that never listens, with its log thrown away.
fn watch_over(script: &str) -> ProofError {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::new(directory.path(), Territory::default(), Meter::default(), Cancel::never())
        .unwrap();
    let spec = CommandSpec::new("/bin/sh").arg("-c").arg(script);
    let mut process = ServerProcess::start(&host.exec, &spec, std::io::sink()).unwrap();
    let port = free_loopback_port().unwrap();
    let watch = Watch {
        http: Http::new().unwrap(),
        base: format!("http://127.0.0.1:{port}"),
        port,
        version: &Version::new(7, 8, 0),
        user: 0,
        started: host.clock.monotonic(),
        within: Duration::from_secs(20),
        host: &host,
    };
    watch.until_proven(&mut process, &mut Silent).expect_err("it never listens")
}

#[test]
fn the_last_words_of_a_server_that_ends_are_told() {
    // Enough of a log that it is not read yet when the end is seen.
    let script = r#"i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done; \
        echo '{"level":"fatal","msg":"the very last words"}'; exit 7"#;
    let error = watch_over(script);
    let ProofError::Ended { last_words, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(last_words, "the very last words");
}
