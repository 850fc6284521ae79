use super::*;
use crate::engine::reporter::Silent;
use crate::host::{Cancel, Meter, Territory, free_loopback_port, identify};

fn path(text: &str) -> RelPath {
    text.parse().unwrap()
}

/// A server of 9.5 that is a script: it says how it was ended, in the file `end` in its tree.
const SCRIPT: &str = r#"#!/bin/sh
trap 'echo asked > end; exit 0' TERM
echo '{"level":"error","msg":"nothing special"}'
while :; do sleep 0.05; done
"#;

/// How a server ends whose proof fails, and why it failed.
fn failure(within: Duration, cancel: Cancel) -> (ProofError, String) {
    let directory = tempfile::tempdir().unwrap();
    let territory = Territory::new(vec![path("state"), path("tree")]);
    let host = Host::new(directory.path(), territory, Meter::default(), cancel).unwrap();
    for name in ["state", "tree", "tree/bin"] {
        host.tree.make_dir(&path(name), 0o755).unwrap();
    }
    host.tree.replace(&path("tree/bin/mattermost"), SCRIPT.as_bytes(), 0o755, None).unwrap();
    let said = |name: &str| {
        let text = host.tree.read(&path(name), 1000).unwrap();
        text.map(|text| String::from_utf8(text).unwrap())
    };
    let (tree, config, state) = (path("tree"), path("tree/copy.json"), path("state"));
    let start = DarkStart {
        tree: &tree,
        config: &config,
        directory: &state,
        port: free_loopback_port().unwrap(),
        site_path: "",
        version: &Version::new(9, 5, 0),
        run_as: None,
    };
    let mut server = DarkServer::start(&host, start).unwrap();
    let pid = server.process.pid();
    assert!(said("state/server.json").is_some());
    // The trap is set before the script says its first word.
    while said("state/server.log").is_none_or(|log| log.is_empty()) {
        host.clock.sleep(Duration::from_millis(5));
    }
    let error = server.prove(within, &mut Silent).unwrap_err();
    assert_eq!(identify(pid).unwrap(), None);
    assert_eq!(said("state/server.json"), None);
    (error, said("tree/end").unwrap_or_default())
}

#[test]
fn a_server_that_is_not_proven_is_asked_to_end_and_forgotten() {
    let short = Duration::from_millis(300);
    let (error, end) = failure(short, Cancel::never());
    assert!(matches!(error, ProofError::TooSlow { .. }), "{error}");
    assert_eq!(end, "asked\n");

    let long = Duration::from_secs(20);
    let cancel = Cancel::never();
    cancel.request();
    let (error, end) = failure(long, cancel);
    assert!(matches!(error, ProofError::Cancelled), "{error}");
    assert_eq!(end, "asked\n");
}
