//! Archives that are in order come out as the system's own tar makes them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use tar::{Builder, EntryType, Header, HeaderMode};

use super::world::World;

/// Paths to contents, and whether each is executable.
type Files = BTreeMap<String, (Vec<u8>, bool)>;

fn files() -> impl Strategy<Value = Files> {
    let name = prop_oneof!["[a-z]{1,8}", "[a-z]{60,120}", "[äöü✓ .,+-]{1,5}x"];
    // Depth in the name of the first directory, so that no file lies where another needs a directory.
    let path = vec(name, 1..6).prop_map(|parts| {
        let last = parts.len() - 1;
        let mut path = format!("depth{last}");
        for (at, part) in parts.iter().enumerate() {
            path.push('/');
            path.push_str(part);
            path.push_str(if at == last { "-f" } else { "-d" });
        }
        path
    });
    let size = prop_oneof![Just(0u32), 1u32..600, 200_000u32..300_000];
    let content = (size, any::<u8>())
        .prop_map(|(size, seed)| (0..size).map(|at| (at / 7).to_le_bytes()[0] ^ seed).collect());
    btree_map(path, (content, any::<bool>()), 0..12)
}

fn header(kind: EntryType, mode: u32, size: usize) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_mtime(1_600_000_000);
    header.set_uid(2000);
    header.set_gid(2000);
    header.set_size(size as u64);
    header
}

/// A release as they are made: the entry of the top directory comes twice.
fn archive(files: &Files, links: usize) -> Vec<u8> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    tar.mode(HeaderMode::Deterministic);
    let mut put = |kind, path: &str, mode, content: &[u8]| {
        let mut header = header(kind, mode, content.len());
        tar.append_data(&mut header, path, content).unwrap();
    };
    put(EntryType::Directory, "mattermost/", 0o755, b"");
    put(EntryType::Regular, "mattermost/bin/mattermost", 0o755, b"\x7fELF");
    put(EntryType::Directory, "mattermost/", 0o755, b"");
    put(EntryType::Directory, "mattermost/config/", 0o755, b"");
    put(EntryType::Regular, "mattermost/config/config.json", 0o600, b"{}");
    for (path, (content, executable)) in files {
        let mode = if *executable { 0o755 } else { 0o644 };
        put(EntryType::Regular, &format!("mattermost/{path}"), mode, content);
    }
    for (number, path) in files.keys().take(links).enumerate() {
        let mut header = header(EntryType::Symlink, 0o777, 0);
        let link = format!("mattermost/link{number}");
        tar.append_link(&mut header, link, path).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// Path, kind, mode, time and content of everything in a tree; of directories only that they are there.
fn tree(directory: &Path, prefix: &str, into: &mut Vec<(String, u32, i64, Vec<u8>)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let about = entry.metadata().unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if about.is_dir() {
            tree(&entry.path(), &format!("{name}/"), into);
            into.push((name, about.mode(), 0, Vec::new()));
        } else if about.is_symlink() {
            let target = fs::read_link(entry.path()).unwrap();
            into.push((name, about.mode(), 0, target.to_str().unwrap().into()));
        } else {
            let content = fs::read(entry.path()).unwrap();
            into.push((name, about.mode(), about.mtime(), content));
        }
    }
    into.sort();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_release_comes_out_as_tar_would_unpack_it(files in files(), links in 0usize..3) {
        let world = World::new();
        world.put_archive(&archive(&files, links));
        let unpacked = world.unpack().unwrap();
        let peer = world.root().join("peer");
        fs::create_dir(&peer).unwrap();
        let status = Command::new("tar").arg("-xzf").arg(world.archive()).arg("-C").arg(&peer).status();
        prop_assert!(status.unwrap().success());
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        tree(&world.stage(), "", &mut ours);
        tree(&peer.join("mattermost"), "", &mut theirs);
        prop_assert_eq!(unpacked.entries.len(), ours.len());
        prop_assert_eq!(ours, theirs);
    }
}
