use std::path::Path;

use super::*;
use crate::host::{Cancel, Meter, ServerProcess, Territory, identify, read_outside};
use crate::model::CommandSpec;

const SECONDS: Duration = Duration::from_secs(20);

struct Ground {
    directory: tempfile::TempDir,
    host: Host,
}

fn path(text: &str) -> RelPath {
    text.parse().unwrap()
}

impl Ground {
    /// A tree with a shell as its program, so that a script in it is a process of the tree.
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let territory = Territory::new(vec![path("state"), path("tree")]);
        let host =
            Host::new(directory.path(), territory, Meter::default(), Cancel::never()).unwrap();
        for name in ["state", "tree"] {
            host.tree.make_dir(&path(name), 0o755).unwrap();
        }
        let shell = read_outside(Path::new("/bin/sh"), 64 << 20).unwrap();
        host.tree.replace(&path("tree/sh"), &shell, 0o755, None).unwrap();
        Self { directory, host }
    }

    /// Runs a script in the tree's shell as an earlier run would have left it; waits for its first word.
    fn leave(&self, script: &str) -> (ProcessIdentity, String) {
        let tree = self.directory.path().join("tree");
        let copy = tree.join("copy.json");
        let spec = CommandSpec::new(tree.join("sh"))
            .arg("-c")
            .arg(script)
            .arg("--config")
            .arg(copy.to_string_lossy());
        let process = ServerProcess::start(&self.host.exec, &spec, std::io::sink()).unwrap();
        let clock = &self.host.clock;
        let begin = clock.monotonic();
        let word = loop {
            if let Some(word) = process.lines().lines.pop() {
                break word;
            }
            assert!(clock.monotonic() < begin + SECONDS, "it says nothing");
            clock.sleep(Duration::from_millis(5));
        };
        (process.leave(), word)
    }

    fn stop(&self) -> Result<(), ProofError> {
        let (state, tree) = (path("state"), path("tree"));
        stop_leftover(&self.host, &state, &tree, &path("tree/copy.json"))
    }

    fn record(&self) -> bool {
        self.host.tree.exists(&path("state").join(IDENTITY)).unwrap()
    }
}

const WAITS: &str = "echo up; while :; do sleep 0.05; done";

#[test]
fn a_recorded_server_is_stopped_and_forgotten() {
    let ground = Ground::new();
    let (identity, _) = ground.leave(WAITS);
    remember(&ground.host, &path("state"), &identity).unwrap();
    assert!(ground.record());
    ground.stop().unwrap();
    assert_eq!(identify(identity.pid).unwrap(), None);
    assert!(!ground.record());
    ground.stop().unwrap();
}

#[test]
fn a_server_that_was_not_recorded_yet_is_found_by_its_configuration() {
    let ground = Ground::new();
    let (identity, _) = ground.leave(WAITS);
    let elsewhere = Ground::new();
    elsewhere.stop().unwrap();
    assert_eq!(
        identify(identity.pid).unwrap().as_ref(),
        Some(&identity),
        "another application's server"
    );
    ground.stop().unwrap();
    assert_eq!(identify(identity.pid).unwrap(), None);
}

#[test]
fn a_server_deaf_to_being_asked_is_killed_with_its_plugins() {
    let ground = Ground::new();
    let script = "trap '' TERM; sh -c 'while :; do sleep 0.05; done' & echo $!; while :; do sleep 0.05; done";
    let (identity, plugin) = ground.leave(script);
    let plugin = identify(plugin.trim().parse().unwrap()).unwrap().unwrap();
    end(&identity, Duration::from_millis(200)).unwrap();
    assert_eq!(identify(identity.pid).unwrap(), None);
    let plugin = OpenProcess::open(&plugin).unwrap();
    assert!(plugin.is_none_or(|plugin| plugin.wait_gone(SECONDS).unwrap()));
}
