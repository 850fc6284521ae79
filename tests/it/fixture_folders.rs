//! Fixtures are complete and described: a folder that a test would silently skip fails here.
//! Whether their content is right is the business of the tests that use them.

use std::fs;
use std::path::Path;

use mmembed::model::Version;

use crate::architecture::source::project;

/// The names in a directory, sorted.
fn names(directory: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What is wrong with the folder of one release.
fn faults(folder: &Path) -> Vec<String> {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let mut faults = Vec::new();
    if name.parse::<Version>().is_err() {
        faults.push(format!("{name} is no version"));
    }
    for file in ["config.json", "defaults.json", "release.toml"] {
        match fs::read_to_string(folder.join(file)) {
            Err(error) => faults.push(format!("{name}/{file}: {error}")),
            Ok(text) if file == "release.toml" => {
                let stated = text.parse::<toml::Table>().ok();
                let version = stated.as_ref().and_then(|table| table.get("version")?.as_str());
                if version != Some(name) {
                    faults.push(format!("{name}/{file} says version {version:?}"));
                }
            }
            Ok(text) => {
                let parsed = serde_json::from_str::<serde_json::Value>(&text);
                faults.extend(parsed.err().map(|error| format!("{name}/{file}: {error}")));
            }
        }
    }
    faults
}

#[test]
fn every_release_folder_is_complete() {
    let releases = project().join("fixtures/releases");
    let names = names(&releases);
    assert!(names.len() >= 10, "only {} releases", names.len());
    let faults: Vec<String> = names.iter().flat_map(|name| faults(&releases.join(name))).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_incomplete_release_folder_is_found() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("5.37.0");
    fs::create_dir(&folder).unwrap();
    assert_eq!(faults(&folder).len(), 3);
    fs::write(folder.join("config.json"), "{").unwrap();
    fs::write(folder.join("defaults.json"), "{}").unwrap();
    fs::write(folder.join("release.toml"), "version = \"5.38.0\"").unwrap();
    assert_eq!(faults(&folder).len(), 2);
    fs::write(folder.join("config.json"), "{}").unwrap();
    fs::write(folder.join("release.toml"), "version = \"5.37.0\"").unwrap();
    assert_eq!(faults(&folder), [""; 0]);
}

#[test]
fn every_folder_of_fixtures_is_described() {
    let fixtures = project().join("fixtures");
    let readme = fs::read_to_string(fixtures.join("README.md")).unwrap();
    let folders: Vec<String> =
        names(&fixtures).into_iter().filter(|name| fixtures.join(name).is_dir()).collect();
    assert!(!folders.is_empty());
    for folder in folders {
        let heading = format!("## `{folder}/");
        assert!(readme.contains(&heading), "fixtures/README.md has no {heading}…`");
    }
}
