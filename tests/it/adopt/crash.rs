//! The crash matrix of taking over: whatever stops it, the installation is where it was or the live one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

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
        from,
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

#[test]
fn with_an_archive_it_is_old_or_new() {
    let directory = TempDir::new().unwrap();
    let scenario = scenario(tiny_release(directory.path()), true, (1, 6), 9);
    let points = scenario.check_every_point();
    assert!(points > 60, "only {points} mutations were counted");
    scenario.check_repetition();
}
