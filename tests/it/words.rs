//! What the program says, to whom, and with which exit code: to a user without rights, to two users at once, to programs.

use std::fs;
use std::path::Path;
use std::sync::Barrier;

use mmembed::engine::{own_territory, prepare_state, resolve_prefix, resolve_root};
use mmembed::host::{Cancel, Host, Meter};

fn prepare_once(root: &Path, start: &Barrier) -> Result<(), String> {
    let root = resolve_root(root).unwrap();
    let prefix = resolve_prefix(&root, &"acme".parse().unwrap()).unwrap();
    let territory = own_territory(&prefix);
    let host = Host::new(&root, territory, Meter::default(), Cancel::never()).unwrap();
    start.wait();
    prepare_state(&host, &prefix).map_err(|error| format!("{error}: {}", error.source))
}

#[test]
fn of_two_first_installations_neither_stumbles_over_the_directories_of_the_other() {
    for _ in 0..100 {
        let root = tempfile::tempdir().unwrap();
        let start = Barrier::new(4);
        std::thread::scope(|threads| {
            let runs: Vec<_> = (0..4)
                .map(|_| threads.spawn(|| prepare_once(root.path(), &start)))
                .collect();
            for run in runs {
                assert_eq!(run.join().unwrap(), Ok(()));
            }
        });
        // A file in the way is no directory that somebody else made.
        let state = root.path().join("var/opt/acme/mmembed");
        fs::remove_dir(state.join("txn")).unwrap();
        fs::write(state.join("txn"), "").unwrap();
        let refused = prepare_once(root.path(), &Barrier::new(1)).unwrap_err();
        assert!(refused.contains("txn: File exists"), "{refused}");
    }
}
