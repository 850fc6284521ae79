//! A host with a manifest, and archives of releases that it may ask for.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::fakes::release::{FixtureCatalog, FixtureRelease};
use crate::support::said::Said;
use crate::support::service::Ctl;
use crate::support::world::{SERVICE, World, is_root, release};

pub(crate) struct Desk {
    // The server goes before its directories do.
    pub(crate) ctl: Ctl,
    pub(crate) world: World,
    releases: PathBuf,
    catalog: PathBuf,
}

impl Desk {
    /// Nothing is installed; these can be had, and no others are known.
    pub(crate) fn with(versions: &[&str]) -> Self {
        let world = World::new();
        let releases = world.beside("releases");
        fs::create_dir(&releases).unwrap();
        let all = versions.iter().map(|version| release(version));
        let archives: Vec<PathBuf> = all.map(|it: FixtureRelease| it.build(&releases)).collect();
        let catalog = FixtureCatalog::of(&archives).write(&releases);
        world.write_overlay("overlay.json", &world.overlay());
        Self { ctl: Ctl::of(&world), world, releases, catalog }
    }

    /// Where the manifest lies.
    pub(crate) fn file(&self) -> PathBuf {
        self.world.beside("mmembed.toml")
    }

    /// The commands that stop and start the server, as a manifest has them.
    pub(crate) fn service(&self) -> String {
        let words = self.ctl.words();
        format!("service = {{ stop = {:?}, start = {:?} }}\n", words[1], words[3])
    }

    /// Writes a manifest for this release, with more keys above its tables, and more tables.
    pub(crate) fn wish(&self, release: &str, keys: &str, tables: &str) {
        let user = if is_root() {
            format!("service-user = \"{SERVICE}:{SERVICE}\"\n")
        } else {
            String::new()
        };
        let overlays = if tables.contains("[overlays]") {
            ""
        } else {
            "[overlays]\ndefaults = [\"overlay.json\"]\n"
        };
        let [root, catalog] =
            [&self.world.root, &self.catalog].map(|path| path.display().to_string());
        let text = format!(
            "manifest = 1\napp = \"acme\"\nroot = {root:?}\nrelease = \"{release}\"\n{user}{keys}{overlays}{tables}\n\
             [sources]\noffline = true\nreleases-dir = [\"releases\"]\ncatalog = {catalog:?}\nstore = \"store\"\n",
        );
        fs::write(self.file(), text).unwrap();
    }

    fn words(&self, more: &[&str]) -> Vec<String> {
        let file = self.file().display().to_string();
        let words = [&["apply", "--manifest", &file], more].concat();
        words.into_iter().map(ToOwned::to_owned).collect()
    }

    pub(crate) fn apply(&self, more: &[&str]) -> Said {
        self.world.run(&self.words(more))
    }

    /// The same for somebody who wants to start it in a way of his own.
    pub(super) fn applying(&self, more: &[&str]) -> Command {
        World::command(&self.words(more))
    }

    /// It is so already, and nothing is touched to find that out: of changes that would be made good again, or that no stamp
    /// tells of, the first one would be its death.
    #[track_caller]
    pub(crate) fn assert_settled(&self) {
        let stamps = self.world.stamps();
        let output = self.applying(&[]).env("MMEMBED_TEST_KILL_AT", "0").output().unwrap();
        Said::of(output).expect(0).saying(&["nothing to do"]);
        self.apply(&["--check"]).expect(0).saying(&["nothing to do"]);
        self.world.assert_untouched_since(&stamps);
    }

    pub(crate) fn setting(&self, section: &str, key: &str) -> Value {
        self.world.config()[section][key].clone()
    }

    /// No archive can be had any more.
    pub(crate) fn lose_archives(&self) {
        for entry in fs::read_dir(&self.releases).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|it| it == "gz") {
                fs::remove_file(path).unwrap();
            }
        }
    }

    /// The process that serves.
    pub(crate) fn server(&self) -> String {
        fs::read_to_string(self.world.beside("server.pid")).unwrap()
    }
}

/// A server of 10.11.0 that runs, with these keys in its manifest, and a message in its database.
pub(super) fn serving(keys: impl Fn(&Desk) -> String) -> Desk {
    let desk = Desk::with(&["10.11.0"]);
    desk.wish("10.11.0", &keys(&desk), "");
    desk.apply(&[]).expect(0);
    desk.ctl.start(&desk.world);
    assert!(desk.world.post("first"));
    desk
}
