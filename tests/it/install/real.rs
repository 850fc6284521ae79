//! The main job with real releases, where `MMEMBED_REAL_RELEASES` names a directory of their archives.

use std::env;
use std::fs;
use std::path::PathBuf;

use mmembed::model::Release;
use serde_json::json;

use crate::support::world::{LIVE, World};

fn archives() -> Vec<PathBuf> {
    let Some(directory) = env::var_os("MMEMBED_REAL_RELEASES") else {
        return Vec::new();
    };
    let entries = fs::read_dir(&directory).unwrap_or_else(|error| {
        panic!("MMEMBED_REAL_RELEASES names {}: {error}", directory.display())
    });
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".tar.gz"))
        .collect()
}

#[test]
fn real_releases_are_installed_proven_and_verified() {
    let archives = archives();
    if archives.is_empty() {
        println!("skipped: MMEMBED_REAL_RELEASES names no directory with releases");
    }
    for archive in archives {
        let name = archive.file_name().unwrap().to_str().unwrap();
        let release =
            Release::from_file_name(name).unwrap_or_else(|| panic!("{name} is no release"));
        let world = World::new();
        let quiet = ["--set", "LogSettings.EnableDiagnostics=false"];
        let said = world.install(&archive, &quiet).expect(0);
        said.saying(&["ready after", &format!("it answers as {}", release.version)]);
        assert_eq!(world.receipt()["release"]["version"], json!(release.version));
        assert_eq!(world.config()["TeamSettings"]["SiteName"], json!("Acme Chat"), "{name}");
        assert!(world.below(LIVE).join("bin").is_dir());
        world.install(&archive, &quiet).expect(0).saying(&["nothing to do"]);
        world.ask(&["verify"], &[]).expect(0).saying(&["started in the dark"]);
        world.assert_nothing_runs();
        assert_eq!(world.leftovers(), Vec::<PathBuf>::new(), "{name}");
    }
}
