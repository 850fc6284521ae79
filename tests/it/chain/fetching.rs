//! Chains whose archives are fetched on the way: each while the hop before it is under way, and each only once it is the one that
//! was published.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::way::{STOPS, Way};
use crate::fakes::mirror::Mirror;
use crate::fakes::mirror::authority::Authority;
use crate::fakes::release::FixtureRelease;
use crate::support::said::Said;
use crate::support::world::release;

/// A way whose archives lie on a server.
struct Remote {
    way: Way,
    mirror: Mirror,
    /// As they were published.
    archives: BTreeMap<String, Vec<u8>>,
}

impl Remote {
    fn new() -> Self {
        let way = Way::over(&STOPS);
        let mirror = Mirror::start();
        let mut archives = BTreeMap::new();
        for release in STOPS.map(release) {
            let archive = way.archive_of(&release);
            let bytes = fs::read(&archive).unwrap();
            fs::remove_file(&archive).unwrap();
            mirror.serve(&path_of(&release), bytes.clone());
            archives.insert(path_of(&release), bytes);
        }
        Self { way, mirror, archives }
    }

    fn run(&self, command: &str, more: &[&str]) -> Said {
        let directory = self.way.world.beside("releases");
        let ca = Authority::of_tests().file_in(&directory).display().to_string();
        let mut words = self.way.words(&[command], "11.7.0", more);
        words.retain(|word| word != "--offline");
        for (option, value) in [("--mirror", self.mirror.url("")), ("--ca-file", ca)] {
            words.extend([option.to_owned(), value]);
        }
        for stop in &STOPS[1..4] {
            words.extend(["--via".to_owned(), (*stop).to_owned()]);
        }
        self.way.world.run(&words)
    }

    fn asked(&self) -> Vec<String> {
        let archives = self.mirror.questions().into_iter().map(|question| question.path);
        archives.filter(|path| path.ends_with(".tar.gz")).collect()
    }
}

fn path_of(release: &FixtureRelease) -> String {
    format!("/{}/{}", release.version(), release.file_name())
}

#[test]
fn each_archive_is_fetched_once_and_ahead_of_its_hop() {
    let remote = Remote::new();
    let plan = remote.run("plan", &["--json"]).expect(10).json();
    for hop in plan["path"]["hops"].as_array().unwrap() {
        assert!(hop["artifact"]["url"].as_str().unwrap().starts_with("https://"), "{hop}");
    }
    let codes = plan["path"]["findings"].as_array().unwrap().iter().map(|it| &it["code"]);
    assert!(codes.into_iter().any(|code| code == "fetched-in-the-dark"), "{plan}");
    assert_eq!(remote.asked(), Vec::<String>::new(), "a plan fetches nothing");
    let said = remote.run("upgrade", &["--progress-fd", "2"]).expect(0);
    let notes: Vec<Value> =
        said.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let ahead = notes
        .iter()
        .filter(|it| it["text"] == "it was unpacked ahead, while the hop before was under way");
    assert_eq!(ahead.count(), STOPS.len() - 2);
    let wanted: Vec<String> = STOPS[1..].iter().map(|it| path_of(&release(it))).collect();
    assert_eq!(remote.asked(), wanted);
    remote.way.assert_intact("11.7.0");
}

#[test]
fn an_archive_that_is_not_the_published_one_ends_the_chain_before_its_hop() {
    let remote = Remote::new();
    let third = path_of(&release(STOPS[3]));
    let other = remote.way.archive(&release(STOPS[3]).small_files(41));
    remote.mirror.serve(&third, fs::read(other).unwrap());
    let said = remote.run("upgrade", &[]).expect(11);
    said.saying(&[
        "the same command goes on from there",
        STOPS[2],
        "is not the file that was published",
    ]);
    remote.way.assert_intact(STOPS[2]);
    remote.mirror.serve(&third, remote.archives[&third].clone());
    remote.run("upgrade", &[]).expect(0);
    remote.way.assert_intact("11.7.0");
}
