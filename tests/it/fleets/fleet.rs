//! Several hosts on this machine: each with a root, a database, a port, a service, releases that it can get, and an inventory of
//! them all.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::ansible::{Ansible, Played};
use crate::fakes::release::{FixtureCatalog, FixtureRelease};
use crate::support::service::Ctl;
use crate::support::world::{MMEMBED, SERVICE, World, assert_no_secret, is_root, release};

pub(super) struct Fleet {
    ansible: Ansible,
    pub(super) hosts: Vec<Host>,
    group: &'static str,
}

/// One host.
pub(super) struct Host {
    // The server goes before its directories do.
    _ctl: Ctl,
    pub(super) world: World,
    pub(super) service: Value,
    /// What the inventory says of this host alone.
    pub(super) own: Value,
}

impl Fleet {
    /// Hosts with a database each, for `site.yml`.
    pub(super) fn of(ansible: Ansible, count: usize) -> Self {
        let hosts = (0..count).map(|_| Host::of(World::new())).collect();
        Self { ansible, hosts, group: "mattermost" }
    }

    /// Hosts with one database, for `cluster.yml`.
    pub(super) fn on_one_database(ansible: Ansible, count: usize) -> Self {
        let first = World::new();
        let database = first.database.clone();
        let mut hosts = vec![Host::of(first)];
        for _ in 1..count {
            let mut world = World::new();
            world.database = database.clone();
            hosts.push(Host::of(world));
        }
        Self { ansible, hosts, group: "mattermost_cluster" }
    }

    /// From now on every host can get these releases, and knows no others.
    pub(super) fn offer(&self, versions: &[&str]) {
        let all: Vec<FixtureRelease> = versions.iter().map(|version| release(version)).collect();
        for host in &self.hosts {
            host.offer(&all);
        }
    }

    /// Runs a playbook for this release. Nothing that is said or written holds a secret.
    #[track_caller]
    pub(super) fn play(&self, playbook: &str, release: &str, words: &[&str]) -> Played {
        let inventory = self.inventory(release);
        let played = self.ansible.play(playbook, &inventory, words);
        assert_no_secret("Ansible's words", played.all().as_bytes());
        for host in &self.hosts {
            host.world.assert_no_file_leaks();
        }
        played
    }

    /// As which version each server answers.
    pub(super) fn serving(&self) -> Vec<Option<String>> {
        self.hosts.iter().map(|host| host.world.serving()).collect()
    }

    /// All answer as this version.
    #[track_caller]
    pub(super) fn assert_serving(&self, version: &str) {
        assert_eq!(self.serving(), vec![Some(version.to_owned()); self.hosts.len()]);
    }

    /// What the hosts' servers were told to do, in the order in which it was done.
    pub(super) fn told(&self) -> Vec<String> {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Has every server's stops and starts written down from now on, and forgets what was.
    pub(super) fn listen(&self) {
        fs::write(self.log(), "").unwrap();
        for (number, host) in self.hosts.iter().enumerate() {
            for phase in ["after-stop", "after-start"] {
                let directory = host.world.beside("hooks").join(phase);
                fs::create_dir_all(&directory).unwrap();
                let hook = directory.join("10-tell");
                let line = format!(
                    "#!/bin/sh\necho 'host{} {phase}' >>'{}'\n",
                    number + 1,
                    self.log().display()
                );
                fs::write(&hook, line).unwrap();
                fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
    }

    fn log(&self) -> PathBuf {
        self.hosts[0].world.beside("told")
    }

    /// Writes the inventory. `host1` is the first one.
    fn inventory(&self, release: &str) -> PathBuf {
        let hosts = self.hosts.iter().enumerate();
        let hosts: Map<String, Value> =
            hosts.map(|(at, host)| (format!("host{}", at + 1), host.variables(release))).collect();
        let vars = json!({
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "mmembed_app": "acme",
            "mmembed_binary": MMEMBED,
            "mmembed_ping_retries": 300,
            "mmembed_ping_delay": 0.1,
            "mmembed_lock_retries": 2,
            "mmembed_lock_delay": 1,
        });
        let inventory = json!({ self.group: { "hosts": hosts, "vars": vars } });
        let file = self.hosts[0].world.beside("hosts.json");
        fs::write(&file, inventory.to_string()).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        file
    }
}

impl Host {
    fn of(world: World) -> Self {
        let ctl = Ctl::of(&world);
        let words = ctl.words();
        let service = json!({ "stop": words[1], "start": words[3] });
        fs::create_dir(world.beside("releases")).unwrap();
        fs::create_dir(world.beside("hooks")).unwrap();
        Self { _ctl: ctl, world, service, own: json!({}) }
    }

    /// From now on this host can get these releases, and knows no others.
    pub(super) fn offer(&self, releases: &[FixtureRelease]) {
        let directory = self.world.beside("releases");
        let archives: Vec<PathBuf> = releases.iter().map(|it| it.build(&directory)).collect();
        FixtureCatalog::of(&archives).write(&directory);
    }

    /// Where the manifest is kept.
    pub(super) fn manifest(&self) -> PathBuf {
        self.world.beside("etc")
    }

    fn variables(&self, release: &str) -> Value {
        let beside = |name: &str| path(&self.world.beside(name));
        let releases = self.world.beside("releases");
        let mut manifest = json!({
            "hooks": beside("hooks"),
            "use-existing-database": true,
            "sources": {
                "offline": true,
                "releases-dir": [path(&releases)],
                "catalog": path(&releases.join("catalog.txt")),
                "store": beside("store"),
            },
            "backup": { "pace": "each", "keep": 1 },
        });
        if is_root() {
            manifest["service-user"] = json!(format!("{SERVICE}:{SERVICE}"));
        }
        let mut variables = json!({
            "mmembed_release": release,
            "mmembed_root": path(&self.world.root),
            "mmembed_dir": path(&self.manifest()),
            "mmembed_service": self.service,
            "mmembed_ping": format!("http://127.0.0.1:{}/api/v4/system/ping", self.world.port),
            "mmembed_manifest": manifest,
            "mmembed_defaults": self.world.overlay(),
        });
        let own = self.own.as_object().unwrap().clone();
        variables.as_object_mut().unwrap().extend(own);
        variables
    }
}

fn path(path: &Path) -> String {
    path.display().to_string()
}
