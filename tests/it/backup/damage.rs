//! A backup is what was written, to the last bit.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use mmembed::engine::{BackupError, BackupWish, verify_backup};
use mmembed::host::{copy_tree, same_tree};
use mmembed::model::{BackupId, DataPolicy};

use super::site::{Site, WISH};

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn is_damaged(site: &Site, id: &BackupId) -> bool {
    match verify_backup(&site.host(), &site.prefix, id) {
        Ok(_) => false,
        Err(
            BackupError::Damaged { .. }
            | BackupError::Manifest { .. }
            | BackupError::Unfinished { .. },
        ) => true,
        Err(error) => panic!("{error}"),
    }
}

/// A site with a little of everything, and its uploaded files.
fn site() -> (Site, PathBuf) {
    let site = Site::new();
    site.database
        .connect()
        .batch_execute("CREATE TABLE posts (id int); INSERT INTO posts VALUES (1)")
        .unwrap();
    let data = site.root().join("var/opt/acme/mattermost/data");
    fs::create_dir_all(data.join("20261123/empty")).unwrap();
    fs::write(data.join("20261123/a file%.png"), [7; 5000]).unwrap();
    fs::write(data.join("second"), "2").unwrap();
    std::os::unix::fs::symlink("second", data.join("link")).unwrap();
    (site, data)
}

#[test]
fn every_flipped_bit_is_found() {
    let (site, _) = site();
    let made = site.create(BackupWish { policy: DataPolicy::Copy, ..WISH });
    let place = site.place(&made.id);
    let files = files_below(&place);
    let names: Vec<String> =
        files.iter().map(|path| path.strip_prefix(&place).unwrap().display().to_string()).collect();
    assert_eq!(
        names,
        [
            "applied/defaults.json",
            "config.json",
            "database.dump",
            "directories/data/20261123/a file%.png",
            "directories/data/link",
            "directories/data/second",
            "directories/data.list",
            "ledger.json",
            "manifest.json",
            "manifest.json.sha256",
            "receipt.json",
        ]
    );
    for path in files.iter().filter(|path| !path.is_symlink()) {
        let bytes = fs::read(path).unwrap();
        let step = (bytes.len() / 5).max(1);
        for (at, bit) in (0..bytes.len()).step_by(step).zip([0, 3, 5, 6, 1, 7].into_iter().cycle())
        {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            fs::write(path, &damaged).unwrap();
            assert!(is_damaged(&site, &made.id), "{} at {at}", path.display());
        }
        fs::write(path, &bytes).unwrap();
    }
    assert!(!is_damaged(&site, &made.id));
}

#[test]
fn what_is_missing_or_was_added_is_found() {
    let (site, _) = site();
    let made = site.create(BackupWish { policy: DataPolicy::Copy, ..WISH });
    let place = site.place(&made.id);
    for path in files_below(&place) {
        let aside = site.root().join("aside");
        fs::rename(&path, &aside).unwrap();
        assert!(is_damaged(&site, &made.id), "{} is missing", path.display());
        fs::rename(&aside, &path).unwrap();
    }
    for extra in
        ["extra", "applied/extra", "directories/extra", "directories/data/20261123/empty/extra"]
    {
        fs::write(place.join(extra), "").unwrap();
        assert!(is_damaged(&site, &made.id), "{extra}");
        fs::remove_file(place.join(extra)).unwrap();
    }
    fs::remove_dir(place.join("directories/data/20261123/empty")).unwrap();
    assert!(is_damaged(&site, &made.id));
}

#[test]
fn a_copy_of_the_files_is_like_them_and_apart_from_them() {
    let (site, data) = site();
    let made = site.create(BackupWish { policy: DataPolicy::Copy, ..WISH });
    let copy = site.place(&made.id).join("directories/data");
    same_tree(&data, &copy).unwrap();
    fs::write(data.join("second"), "changed").unwrap();
    assert!(!is_damaged(&site, &made.id));
    assert_eq!(fs::read_to_string(copy.join("second")).unwrap(), "2");
}

#[test]
fn linked_files_are_the_files_themselves() {
    let (site, data) = site();
    let made = site.create(BackupWish { policy: DataPolicy::Link, ..WISH });
    let linked = site.place(&made.id).join("directories/data");
    same_tree(&data, &linked).unwrap();
    let inode = |path: &Path| fs::metadata(path).unwrap().ino();
    assert_eq!(inode(&linked.join("second")), inode(&data.join("second")));
    // Removed in use, it is still in the backup.
    fs::remove_file(data.join("second")).unwrap();
    assert!(!is_damaged(&site, &made.id));
    fs::write(linked.join("second"), "longer").unwrap();
    assert!(is_damaged(&site, &made.id));
}

#[test]
fn everything_in_a_backup_is_private() {
    let (site, _) = site();
    let made = site.create(WISH);
    let place = site.place(&made.id);
    for path in files_below(&place) {
        let bits = fs::metadata(&path).unwrap().mode() & 0o7777;
        assert_eq!(bits, 0o600, "{}", path.display());
    }
    assert_eq!(fs::metadata(&place).unwrap().mode() & 0o7777, 0o700);
    assert_eq!(made.config.mode, 0o640);
    assert_eq!(
        fs::read(place.join("config.json")).unwrap(),
        fs::read(site.at(&Site::config())).unwrap()
    );
    let manifest = fs::read(place.join("manifest.json")).unwrap();
    super::site::assert_no_secret("the manifest", &manifest);
    // A saved tree can be copied where it is needed, as any other.
    let elsewhere = site.root().join(".elsewhere");
    copy_tree(&place, &elsewhere, &mmembed::host::Meter::default()).unwrap();
}
