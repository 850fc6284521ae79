//! An installation in use.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use mmembed::config::Document;
use serde_json::Value;

use crate::fakes::release::FixtureRelease;
use crate::support::manifest::{Manifest, manifest_without};
use crate::support::said::Said;
use crate::support::service::Ctl;
use crate::support::world::{LIVE, STATE, World, is_root, release, server_uid};

/// An installation in use: a world, the commands that start and stop its server, and what its people have put into it.
pub(crate) struct Site {
    // The server goes before its directories do.
    pub(crate) ctl: Ctl,
    pub(crate) world: World,
}

/// A file that people or operators have put somewhere, by its path below the root, and its content.
pub(crate) const OWN: [(&str, &str); 6] = [
    ("opt/acme/embedded/mattermost/config/tls/key.pem", "a private key"),
    ("opt/acme/embedded/mattermost/custom/logo.svg", "<svg/>"),
    ("opt/acme/embedded/mattermost/client/plugins/com.example/main.js", "plugin();"),
    ("opt/acme/embedded/mattermost/fonts/site.woff", "a font"),
    ("var/opt/acme/mattermost/data/20261123/photo.jpg", "a photo"),
    ("var/opt/acme/mattermost/plugins/com.example/plugin.json", "{}"),
];

impl Site {
    /// `version`, installed, in use and serving.
    pub(crate) fn of(version: &str) -> Self {
        Self::with(&release(version), &["--keep-in-tree=client-plugins"])
    }

    pub(crate) fn with(release: &FixtureRelease, more: &[&str]) -> Self {
        let world = World::new();
        let archive = world.archive(release);
        let site = Self::in_use(world, &archive, more);
        for message in ["first", "größte Übung"] {
            assert!(site.world.post(message), "{message}");
        }
        site
    }

    /// What this archive holds, installed and serving. Nobody has posted anything.
    pub(crate) fn of_archive(archive: &Path, more: &[String]) -> Self {
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        Self::in_use(
            World::new(),
            archive,
            &[&more[..], &["--keep-in-tree=client-plugins"]].concat(),
        )
    }

    fn in_use(world: World, archive: &Path, more: &[&str]) -> Self {
        world.install(archive, more).expect(0);
        for (path, content) in OWN {
            write_own(&world.below(path), content);
        }
        world.ask(&["config", "set"], &["TeamSettings.MaxUsersPerTeam=77"]).expect(0);
        let elsewhere = more.iter().find_map(|word| word.strip_prefix("--config-file=/"));
        let ctl = match elsewhere {
            Some(config) => Ctl::with_config(&world, &world.below(config)),
            None => Ctl::of(&world),
        };
        ctl.start(&world);
        Self { ctl, world }
    }

    /// Upgrades to what this archive holds, by the commands of this site.
    pub(crate) fn upgrade(&self, archive: &Path, more: &[&str]) -> Said {
        self.world.run(&self.upgrade_words(archive, more))
    }

    pub(crate) fn upgrade_words(&self, archive: &Path, more: &[&str]) -> Vec<String> {
        let mut words = self.world.words(&["upgrade"]);
        words.extend(["--release".to_owned(), archive.display().to_string()]);
        words.extend(self.ctl.words());
        words.extend(more.iter().map(ToString::to_string));
        words
    }

    pub(crate) fn archive(&self, release: &FixtureRelease) -> PathBuf {
        self.world.archive(release)
    }

    /// Every file of people's and operators' is where it was, as it was.
    #[track_caller]
    pub(crate) fn assert_own_files_are_there(&self) {
        for (path, content) in OWN {
            let found = fs::read_to_string(self.world.below(path));
            assert_eq!(found.as_deref().ok(), Some(content), "{path}");
        }
    }

    /// The host without mmembed's own state, and without what a running server writes at any time.
    pub(crate) fn host(&self) -> Manifest {
        let logs = "var/opt/acme/mattermost/logs";
        manifest_without(&self.world.root, &[STATE, logs], &[])
    }

    /// The configuration in use.
    pub(crate) fn document(&self) -> Document {
        Document::from_value(&self.world.config()).unwrap()
    }

    pub(crate) fn setting(&self, section: &str, key: &str) -> Value {
        self.world.config()[section][key].clone()
    }

    pub(crate) fn live(&self, path: &str) -> PathBuf {
        self.world.below(LIVE).join(path)
    }
}

/// Writes a file that belongs to whoever runs the server, with all directories above it that are missing.
fn write_own(path: &Path, content: &str) {
    let mut missing: Vec<&Path> =
        path.parent().unwrap().ancestors().take_while(|parent| !parent.exists()).collect();
    missing.reverse();
    for directory in missing {
        fs::create_dir(directory).unwrap();
        give(directory);
    }
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o640)).unwrap();
    give(path);
}

fn give(path: &Path) {
    if is_root() {
        chown(path, Some(server_uid()), Some(server_uid())).unwrap();
    }
}
