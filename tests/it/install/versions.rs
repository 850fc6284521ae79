//! The main job, with every release that there is a fixture of.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::world::{LIVE, SALT, World, mode_of, release, server_uid};

/// Version, and how its log setting is spelled below the places: a file before 3.8, then a prefix, then a directory.
const VERSIONS: [(&str, &str); 15] = [
    ("3.5.1", "logs/mattermost.log"),
    ("3.10.3", "logs/"),
    ("4.2.0", "logs/"),
    ("4.10.0", "logs"),
    ("5.3.0", "logs"),
    ("5.9.0", "logs"),
    ("5.30.0", "logs"),
    ("5.37.0", "logs"),
    ("6.3.0", "logs"),
    ("6.7.0", "logs"),
    ("7.0.0", "logs"),
    ("7.8.0", "logs"),
    ("9.11.0", "logs"),
    ("10.11.0", "logs"),
    ("11.7.0", "logs"),
];

fn install(half: usize) {
    for (version, logs) in VERSIONS.iter().skip(half).step_by(2) {
        let world = World::new();
        let archive = world.archive(&release(version));
        let said = world.install(&archive, &[]).expect(0);
        said.saying(&["done", version, "ready after"]);
        assert_installed(&world, version, logs);
    }
}

#[test]
fn every_release_is_installed_and_proven() {
    install(0);
}

#[test]
fn every_other_release_is_installed_and_proven() {
    install(1);
}

fn assert_installed(world: &World, version: &str, logs: &str) {
    let receipt = world.receipt();
    assert_eq!(receipt["release"]["version"], json!(version));
    assert!(receipt["proof"]["ready_after_ms"].is_u64(), "{receipt}");
    assert_eq!(receipt["archive"]["sha256"].as_str().unwrap().len(), 64);

    let file = world.below(LIVE).join("config/config.json");
    let meta = fs::metadata(&file).unwrap();
    assert_eq!((mode_of(&file), meta.uid()), (0o600, server_uid()), "{version}");
    let config = world.config();
    assert_overlay_is_in(world, &config);
    assert_settings_of_the_dark_are_not_in(world, &config);
    assert_places(world, &config, logs);
    assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new());
    world.assert_nothing_runs();
    assert_schema(world, version);
}

fn assert_overlay_is_in(world: &World, config: &Value) {
    for (section, settings) in world.overlay().as_object().unwrap() {
        for (key, value) in settings.as_object().unwrap() {
            assert_eq!(&config[section][key], value, "{section}.{key}");
        }
    }
    assert_eq!(config["FileSettings"]["PublicLinkSalt"], json!(SALT));
    // The other salts are the server's own by now.
    let salt = config["EmailSettings"]["InviteSalt"].as_str();
    assert!(salt.is_none_or(|salt| salt.len() >= 32), "{salt:?}");
    let key = config["SqlSettings"]["AtRestEncryptKey"].as_str();
    assert!(key.is_none_or(|key| key.len() >= 32), "{key:?}");
}

fn assert_settings_of_the_dark_are_not_in(world: &World, config: &Value) {
    let address = format!("127.0.0.1:{}", world.port);
    assert_eq!(config["ServiceSettings"]["ListenAddress"], json!(address));
    assert_eq!(config["EmailSettings"]["SendEmailNotifications"], json!(true));
    for (section, key) in [("JobSettings", "RunJobs"), ("JobSettings", "RunScheduler")] {
        assert_ne!(config[section][key], json!(false), "{section}.{key}");
    }
}

fn assert_places(world: &World, config: &Value, logs: &str) {
    let places = world.below("var/opt/acme/mattermost");
    let at = |name: &str| format!("{}/{name}", places.display());
    assert_eq!(config["FileSettings"]["Directory"], json!(at("data/")));
    assert_eq!(config["LogSettings"]["FileLocation"], json!(at(logs)));
    for (key, name) in [("Directory", "plugins"), ("ClientDirectory", "client-plugins")] {
        let value = &config["PluginSettings"][key];
        assert!(value.is_null() || *value == json!(at(name)), "{key} {value}");
    }
    assert!(places.join("logs/mattermost.log").is_file());
    assert!(!world.below(LIVE).join("logs/mattermost.log").exists());
    assert_private(&places.join("data"));
    assert_private(&places.join("logs"));
}

fn assert_private(directory: &Path) {
    let uid = fs::metadata(directory).unwrap().uid();
    assert_eq!((mode_of(directory), uid), (0o750, server_uid()), "{}", directory.display());
}

fn assert_schema(world: &World, version: &str) {
    let (major, minor) = {
        let mut numbers = version.split('.').map(|n| n.parse::<u64>().unwrap());
        (numbers.next().unwrap(), numbers.next().unwrap())
    };
    if (major, minor) < (6, 4) {
        let seen = world.database.value("SELECT value FROM systems WHERE name = 'Version'");
        assert_eq!(seen, Some(format!("{major}.{minor}.0")));
    } else {
        let seen = world.database.value("SELECT max(version) FROM db_migrations").unwrap();
        assert!(seen.parse::<u64>().unwrap() >= 74, "{version} {seen}");
    }
}
