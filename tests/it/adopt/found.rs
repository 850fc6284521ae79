//! An installation that somebody else made, by the vendor's guide.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::fakes::release::FixtureRelease;
use crate::fakes::running::configure;
use crate::support::said::Said;
use crate::support::service::Ctl;
use crate::support::world::{World, is_root, server_uid};

/// Where the guide puts it.
pub(super) const OLD: &str = "opt/mattermost";

/// What operators and people have put into the tree, and a file of the release's that somebody has changed.
pub(super) const OWN: [(&str, &str); 6] = [
    ("config/tls/key.pem", "a private key"),
    ("custom/logo.svg", "<svg/>"),
    ("bin/restart.sh", "#!/bin/sh\n"),
    ("data/20261123/photo.jpg", "a photo"),
    ("plugins/com.example/plugin.json", "{}"),
    ("client/plugins/com.example/main.js", "plugin();"),
];
pub(super) const CHANGED: (&str, &str) = ("templates/post_body.html", "<p>our own words</p>\n");

pub(super) struct Found {
    // The server goes before its directories do.
    pub(super) ctl: Ctl,
    pub(super) world: World,
    /// The tree, as everybody knows it.
    pub(super) tree: PathBuf,
}

impl Found {
    /// An installation of this release at [`OLD`], its server stopped.
    pub(super) fn of(release: &FixtureRelease) -> Self {
        Self::at(release, OLD)
    }

    /// The same elsewhere below the root.
    pub(super) fn at(release: &FixtureRelease, place: &str) -> Self {
        let world = World::new();
        let tree = world.below(place);
        fs::create_dir_all(tree.parent().unwrap()).unwrap();
        let unpacked = release.unpack(&world.beside("unpacked"));
        fs::rename(unpacked, &tree).unwrap();
        let overlay = world.overlay();
        configure(&tree, |config| merge(config, &overlay));
        fs::set_permissions(tree.join("config/config.json"), fs::Permissions::from_mode(0o600))
            .unwrap();
        for (path, content) in OWN.into_iter().chain([CHANGED]) {
            let path = tree.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        give(&tree);
        let config = tree.join("config/config.json");
        let ctl = Ctl::of_tree(&world, &tree, &config);
        Self { ctl, world, tree }
    }

    /// Changes the configuration, as an operator does.
    pub(super) fn configure(&self, change: impl FnOnce(&mut Value)) {
        configure(&self.tree, change);
    }

    pub(super) fn adopt(&self, more: &[&str]) -> Said {
        self.world.run(&self.words(more))
    }

    pub(super) fn words(&self, more: &[&str]) -> Vec<String> {
        let mut words = self.world.words(&["adopt", "--from"]);
        words.insert(2, self.world.inside(&self.tree));
        words.extend(more.iter().map(ToString::to_string));
        words
    }

    /// What the live tree says of itself.
    pub(super) fn identity(&self) -> Value {
        self.world.json_at("opt/acme/embedded/mattermost/.mmembed-tree.json")
    }

    /// The paths that count as the release's.
    pub(super) fn released(&self) -> Vec<String> {
        let identity = self.identity();
        let entries = identity["entries"].as_array().unwrap().iter();
        entries.map(|entry| entry["path"].as_str().unwrap().to_owned()).collect()
    }

    /// Everything of the site's own is there under its old name, as it was.
    #[track_caller]
    pub(super) fn assert_own_files_are_there(&self) {
        for (path, content) in OWN {
            let found = fs::read_to_string(self.tree.join(path));
            assert_eq!(found.as_deref().ok(), Some(content), "{path}");
        }
    }

    /// Number and time of every file in the tree: none was copied, none was written.
    pub(super) fn stamps(&self) -> Vec<(PathBuf, u64, i64, i64)> {
        let mut stamps = Vec::new();
        let mut pending = vec![self.tree.canonicalize().unwrap()];
        let top = pending[0].clone();
        while let Some(directory) = pending.pop() {
            for entry in fs::read_dir(&directory).unwrap() {
                let path = entry.unwrap().path();
                let meta = fs::symlink_metadata(&path).unwrap();
                let own = path.file_name().unwrap().to_string_lossy().starts_with(".mmembed-");
                if meta.is_dir() {
                    pending.push(path.clone());
                } else if !own {
                    let name = path.strip_prefix(&top).unwrap().to_owned();
                    stamps.push((name, meta.ino(), meta.mtime(), meta.ctime()));
                }
            }
        }
        stamps.sort();
        stamps
    }
}

/// Gives a tree to whoever runs the server, as the guide says.
pub(super) fn give(tree: &Path) {
    if !is_root() {
        return;
    }
    let (uid, mut pending) = (server_uid(), vec![tree.to_owned()]);
    while let Some(path) = pending.pop() {
        lchown(&path, Some(uid), Some(uid)).unwrap();
        if fs::symlink_metadata(&path).unwrap().is_dir() {
            pending.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
}

/// Writes settings over those of a configuration.
fn merge(config: &mut Value, overlay: &Value) {
    for (section, keys) in overlay.as_object().unwrap() {
        for (key, value) in keys.as_object().unwrap() {
            config[section][key] = value.clone();
        }
    }
}

/// The version of a receipt.
pub(super) fn version(world: &World) -> Value {
    let receipt = world.receipt();
    json!([receipt["release"]["version"], receipt["release"]["edition"]])
}
