//! The crash matrix of taking over: whatever stops it, the installation is where it was or the live one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use mmembed::engine::{self, Payload, Prepared, Undertaking as _};
use mmembed::host::{Cancel, Host, Meter};
use mmembed::model::{AdoptWish, Plan};
use tempfile::TempDir;

use crate::crash::tiny_release;
use crate::support::crash::Scenario;

/// An installation of the archive below the root, and the wish to take it over.
fn found(root: &Path, archive: &Path, with_archive: bool) -> AdoptWish {
    let opt = root.join("opt");
    fs::create_dir_all(&opt).unwrap();
    let file = fs::File::open(archive).unwrap();
    tar::Archive::new(GzDecoder::new(file)).unpack(&opt).unwrap();
    let from = opt.join("mattermost");
    for (name, content) in [("data/photo.jpg", "a photo"), ("config/tls.key", "a key")] {
        let path = from.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    fs::set_permissions(from.join("config"), fs::Permissions::from_mode(0o700)).unwrap();
    AdoptWish {
        app: "acme".parse().unwrap(),
        root: root.to_owned(),
        from: "opt/mattermost".parse().unwrap(),
        archive: with_archive.then(|| archive.to_owned()),
        version: Some("5.9.0".parse().unwrap()),
        edition: Some(mmembed::model::Edition::Team),
        sha256: None,
        config_file: None,
        owner: None,
        service_user: None,
        service: None,
    }
}

fn planned(wish: &AdoptWish) -> (Plan, Vec<Payload>) {
    let resolved = engine::resolve_adopt(wish).unwrap();
    let territory = engine::own_territory(&resolved.request.prefix);
    let host = Host::new(&resolved.root, territory, Meter::default(), Cancel::never()).unwrap();
    match engine::prepare(&host, &resolved).unwrap() {
        Prepared::Plan { plan, findings } => {
            let fatal: Vec<_> = findings.iter().filter(|finding| finding.is_fatal()).collect();
            assert!(fatal.is_empty(), "{fatal:?}");
            (*plan, resolved.payloads())
        }
        Prepared::NothingToDo(_) => panic!("there is something to take over"),
    }
}

fn scenario(archive: PathBuf, with_archive: bool, stride: (u64, u64), tear: usize) -> Scenario {
    Scenario {
        build: Box::new(move |root| planned(&found(root, &archive, with_archive))),
        unlooked: Vec::new(),
        in_memory: true,
        can_exchange: true,
        from: |_| 0,
        stride,
        tear,
    }
}

#[test]
fn without_an_archive_it_is_old_or_new() {
    let directory = TempDir::new().unwrap();
    let scenario = scenario(tiny_release(directory.path()), false, (1, 2), 5);
    let points = scenario.check_every_point();
    assert!(points > 20, "only {points} mutations were counted");
    scenario.check_repetition();
}

#[test]
fn where_names_cannot_be_exchanged_it_is_old_or_new() {
    let directory = TempDir::new().unwrap();
    let archive = tiny_release(directory.path());
    let scenario = Scenario { can_exchange: false, ..scenario(archive, false, (1, 2), 9) };
    scenario.check_every_point();
    scenario.check_repetition();
}

/// A kill is a kill, and the next run knows nothing of the first; not even where the old path led when it was killed.
#[test]
fn a_run_killed_with_sigkill_is_finished_by_the_next_one() {
    let directory = TempDir::new().unwrap();
    let archive = tiny_release(directory.path());
    let adopt = |root: &Path, kill_at: Option<u64>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mmembed"));
        command.args(["adopt", "--app", "acme", "--json", "--edition", "team"]);
        command.args(["--release-version", "5.9.0", "--root"]).arg(root);
        command.arg("--from").arg("/opt/mattermost").env_clear();
        command.arg("--config-file").arg("/opt/mattermost/config/config.json");
        if let Some(at) = kill_at {
            command.env("MMEMBED_TEST_KILL_AT", at.to_string());
        }
        command.output().unwrap()
    };
    let (mut killed, mut as_link) = (0, 0);
    for at in 0.. {
        let root = directory.path().join(format!("killed-{at}"));
        fs::create_dir(&root).unwrap();
        found(&root, &archive, false);
        let output = adopt(&root, Some(at));
        if output.status.success() {
            break;
        }
        assert_eq!(output.status.signal(), Some(9), "killed at {at}");
        killed += 1;
        as_link += i32::from(root.join("opt/mattermost").is_symlink());
        let again = adopt(&root, None);
        assert!(
            again.status.success(),
            "killed at {at}: {}",
            String::from_utf8_lossy(&again.stderr)
        );
        let live = root.join("opt/acme/embedded/mattermost");
        assert!(root.join("opt/mattermost").is_symlink() && live.is_dir(), "killed at {at}");
        assert_eq!(fs::read(live.join("data/photo.jpg")).unwrap(), b"a photo");
        assert!(root.join("var/opt/acme/mmembed/receipt.json").is_file());
    }
    assert!(killed > 20 && as_link > 2, "{killed} runs were killed, {as_link} late");
}

#[test]
fn with_an_archive_it_is_old_or_new() {
    let directory = TempDir::new().unwrap();
    let scenario = scenario(tiny_release(directory.path()), true, (1, 6), 9);
    let points = scenario.check_every_point();
    assert!(points > 60, "only {points} mutations were counted");
    scenario.check_repetition();
}
