//! Installations that packages made.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::found::{Found, give, version};
use crate::fakes::release::FixtureRelease;
use crate::fakes::running::{Running, heeding_signals};
use crate::support::manifest::manifest_without;
use crate::support::world::{LIVE, SALT, STATE, World, is_root, mode_of, release, server_uid};

#[test]
fn the_package_that_owns_a_tree_is_to_be_held() {
    let found = Found::of(&release("10.11.0"));
    let lists = found.world.below("var/lib/dpkg/info");
    fs::create_dir_all(&lists).unwrap();
    fs::write(lists.join("mattermost-nagios.list"), "/.\n/usr/lib/nagios\n").unwrap();
    found.adopt(&["--dry-run"]).expect(10);
    let list = "/.\n/opt\n/opt/mattermost\n/opt/mattermost/bin/mattermost\n";
    fs::write(lists.join("mattermost.list"), list).unwrap();
    let said = found.adopt(&[]).expect(0);
    said.saying(&["the package mattermost has put this tree here", "apt-mark hold mattermost"]);
    assert_eq!(version(&found.world), json!(["10.11.0", "team"]));
}

/// GitLab's package with its Mattermost, its parts where the package has them.
struct GitLab {
    world: World,
    archive: PathBuf,
    assets: PathBuf,
    state: PathBuf,
}

impl GitLab {
    fn of(release: &FixtureRelease) -> Self {
        let world = World::new();
        let (package, state) =
            (world.below("opt/gitlab"), world.below("var/opt/gitlab/mattermost"));
        let assets = package.join("embedded/service/mattermost");
        let logs = world.below("var/log/gitlab/mattermost");
        let environment = package.join("etc/mattermost/env");
        for directory in [&assets, &package.join("embedded/bin"), &environment, &logs] {
            fs::create_dir_all(directory).unwrap();
        }
        for directory in ["data/20261123", "plugins/com.example", "client-plugins"] {
            fs::create_dir_all(state.join(directory)).unwrap();
        }
        let tree = release.unpack(&world.beside("unpacked"));
        for part in ["templates", "i18n", "fonts", "client", "prepackaged_plugins"] {
            fs::rename(tree.join(part), assets.join(part)).unwrap();
        }
        for program in ["mattermost", "mmctl"] {
            fs::rename(tree.join("bin").join(program), package.join("embedded/bin").join(program))
                .unwrap();
        }
        fs::write(assets.join("VERSION"), release.version()).unwrap();
        fs::write(state.join("data/20261123/photo.jpg"), "a photo").unwrap();
        let mut config: Value = release.shipped_config();
        config["TeamSettings"]["SiteName"] = json!("GitLab Chat");
        config["FileSettings"]["PublicLinkSalt"] = json!(SALT);
        fs::write(state.join("config.json"), config.to_string()).unwrap();
        fs::set_permissions(state.join("config.json"), fs::Permissions::from_mode(0o600)).unwrap();
        let below = |path: &str| world.below(path).display().to_string();
        for (name, value) in [
            ("MM_SQLSETTINGS_DRIVERNAME", "postgres".to_owned()),
            ("MM_SQLSETTINGS_DATASOURCE", world.database.url()),
            ("MM_SERVICESETTINGS_LISTENADDRESS", format!("127.0.0.1:{}", world.port)),
            ("MM_SERVICESETTINGS_SITEURL", "https://chat.acme.example".to_owned()),
            ("MM_LOGSETTINGS_FILELOCATION", below("var/log/gitlab/mattermost")),
            ("MM_FILESETTINGS_DIRECTORY", below("var/opt/gitlab/mattermost/data")),
            ("MM_PLUGINSETTINGS_DIRECTORY", below("var/opt/gitlab/mattermost/plugins")),
            (
                "MM_PLUGINSETTINGS_CLIENTDIRECTORY",
                below("var/opt/gitlab/mattermost/client-plugins"),
            ),
            ("MM_INSTALL_TYPE", "gitlab_omnibus".to_owned()),
            ("MM_SERVICESETTINGS_READTIMEOUT", "soon".to_owned()),
            ("HOME", "/var/opt/gitlab".to_owned()),
        ] {
            let path = environment.join(name);
            fs::write(&path, value).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        give(&state);
        give(&logs);
        let archive = world.archive(release);
        Self { world, archive, assets, state }
    }

    fn words(&self, more: &[&str]) -> Vec<String> {
        let mut words = self.world.words(&["adopt", "--from"]);
        words.insert(2, self.world.inside(&self.assets));
        words.extend(more.iter().map(ToString::to_string));
        words
    }

    /// Starts its server as its run script does.
    fn start(&self) -> Running {
        let environment = self.world.below("opt/gitlab/etc/mattermost/env");
        let program = self.world.below("opt/gitlab/embedded/bin/mattermost");
        let mut command = heeding_signals("setpriv");
        if is_root() {
            let id = server_uid().to_string();
            command.args(["--reuid", &id, "--regid", &id, "--clear-groups"]);
        }
        command.arg(program).arg("--config").arg(self.state.join("config.json"));
        for entry in fs::read_dir(environment).unwrap() {
            let path = entry.unwrap().path();
            command.env(path.file_name().unwrap(), fs::read_to_string(&path).unwrap());
        }
        command.current_dir(&self.assets);
        Running::spawn(command, &self.world.beside("gitlab"), self.world.port)
    }
}

#[test]
fn gitlabs_parts_are_left_to_it_and_used() {
    let gitlab = GitLab::of(&release("10.11.0"));
    let of_gitlab =
        |world: &World| manifest_without(&world.root, &["opt/acme", "var/opt/acme"], &[]);
    let before = of_gitlab(&gitlab.world);
    let said = gitlab.world.run(&gitlab.words(&[])).expect(3);
    said.saying(&["holds no complete tree", "10.11.0", "--release"]);
    let archive = gitlab.archive.display().to_string();
    let said = gitlab.world.run(&gitlab.words(&["--release", &archive])).expect(0);
    said.saying(&["mattermost['enable'] = false", "MM_SERVICESETTINGS_READTIMEOUT has no value"]);
    assert_eq!(of_gitlab(&gitlab.world), before, "nothing of GitLab's was moved or changed");

    assert_eq!(version(&gitlab.world), json!(["10.11.0", "team"]));
    let config = gitlab.world.config();
    assert_eq!(config["TeamSettings"]["SiteName"], json!("GitLab Chat"));
    assert_eq!(config["FileSettings"]["PublicLinkSalt"], json!(SALT));
    assert_eq!(config["SqlSettings"]["DataSource"], json!(gitlab.world.database.url()));
    let data = config["FileSettings"]["Directory"].as_str().unwrap();
    assert_eq!(Path::new(data.trim_end_matches('/')), gitlab.state.join("data"));
    assert_eq!(mode_of(&gitlab.world.below(LIVE).join("config/config.json")), 0o600);
    let receipt = gitlab.world.receipt();
    assert_eq!(receipt["server"]["uid"], json!(server_uid()));
    let places = receipt["placements"].as_array().unwrap();
    assert!(
        places.contains(
            &json!({ "name": "data", "location": { "at": "var/opt/gitlab/mattermost/data" } })
        ),
        "{places:?}"
    );
    // The new server has all it needs without GitLab's environment.
    gitlab.world.ask(&["verify"], &[]).expect(0);
    assert!(!gitlab.world.below(STATE).join("verify").exists());
}

#[test]
fn two_servers_do_not_share_gitlabs_database() {
    let gitlab = GitLab::of(&release("10.11.0"));
    let mut server = gitlab.start();
    server.wait_until_ready();
    let archive = gitlab.archive.display().to_string();
    let said = gitlab.world.run(&gitlab.words(&["--release", &archive])).expect(3);
    said.saying(&["is GitLab's server", "gitlab-ctl stop mattermost"]);
    assert!(!gitlab.world.below(LIVE).exists());
    server.stop();
    gitlab.world.run(&gitlab.words(&["--release", &archive])).expect(0);
}

#[test]
fn another_version_than_gitlabs_is_refused() {
    let gitlab = GitLab::of(&release("9.11.0"));
    let other = gitlab.world.archive(&release("10.11.0")).display().to_string();
    let said = gitlab.world.run(&gitlab.words(&["--release", &other])).expect(3);
    said.saying(&["the VERSION file of its package says 9.11.0"]);
    let named = gitlab.words(&[
        "--release",
        &gitlab.archive.display().to_string(),
        "--config-file",
        "/var/opt/gitlab/mattermost/config.json",
    ]);
    gitlab.world.run(&named).expect(3).saying(&["belongs to GitLab's package"]);
    let named = gitlab.words(&[
        "--release",
        &gitlab.archive.display().to_string(),
        "--config-file",
        "/etc/chat/config.json",
    ]);
    gitlab.world.run(&named).expect(0);
    assert_eq!(gitlab.world.receipt()["config"], json!("etc/chat/config.json"));
    let config = gitlab.world.json_at("etc/chat/config.json");
    assert_eq!(config["TeamSettings"]["SiteName"], json!("GitLab Chat"));
}
