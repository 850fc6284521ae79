//! What becomes of `config.json`.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::process::Command;

use serde_json::{Value, json};

use super::{Installation, OBSERVED, fixture, release};
use crate::fakes::running::{Running, program, read_config};

const SALTS: [&str; 3] =
    ["/SqlSettings/AtRestEncryptKey", "/FileSettings/PublicLinkSalt", "/EmailSettings/InviteSalt"];

/// Makes comparable what differs from run to run: salts, database and address.
fn normalised(text: &str) -> String {
    let mut config: Value = serde_json::from_str(text).unwrap();
    for pointer in SALTS {
        if let Some(salt) = config.pointer_mut(pointer) {
            assert_eq!(salt.as_str().unwrap().len(), 32, "{pointer}");
            *salt = json!("salt");
        }
    }
    config["SqlSettings"]["DriverName"] = json!("");
    config["SqlSettings"]["DataSource"] = json!("");
    config["ServiceSettings"]["ListenAddress"] = json!("");
    serde_json::to_string_pretty(&config).unwrap()
}

#[test]
fn the_first_start_leaves_the_file_that_the_real_server_left() {
    for version in OBSERVED {
        let installation = Installation::of(&release(version));
        installation.boot();
        let observed = fixture(&format!("releases/{version}/first_boot.json"));
        similar_asserts(version, &normalised(&observed), &normalised(&installation.config_text()));
    }
}

fn similar_asserts(what: &str, wanted: &str, got: &str) {
    let difference = similar::TextDiff::from_lines(wanted, got);
    assert!(wanted == got, "{what}:\n{}", difference.unified_diff().context_radius(1));
}

/// 5.30.0 is left out: the one of the observed chain was another build and knew more keys.
#[test]
fn a_configuration_carried_through_all_versions_reads_as_in_the_real_chain() {
    let stages = [
        ("0-3.10.3", "1-4.2.0"),
        ("1-4.2.0", "2-4.10.0"),
        ("2-4.10.0", "3-5.3.0"),
        ("3-5.3.0", "4-5.9.0"),
        ("5-5.30.0", "6-5.37.0"),
        ("6-5.37.0", "7-6.3.0"),
        ("7-6.3.0", "8-6.7.0"),
        ("8-6.7.0", "9-7.0.0"),
    ];
    for (before, after) in stages {
        let (_, version) = after.split_once('-').unwrap();
        let config: Value =
            serde_json::from_str(&fixture(&format!("chain/{before}.json"))).unwrap();
        let installation = Installation::of(&release(version));
        let source = installation.database_file();
        installation.point(|new| {
            *new = config;
            new["SqlSettings"]["DriverName"] = json!("file");
            new["SqlSettings"]["DataSource"] = json!(source);
        });
        installation.boot();
        let observed = fixture(&format!("chain/{after}.json"));
        similar_asserts(after, &normalised(&observed), &normalised(&installation.config_text()));
    }
}

#[test]
fn the_file_is_written_in_place_as_go_writes_it() {
    for version in OBSERVED {
        let installation = Installation::of(&release(version));
        let path = installation.root.join("config/config.json");
        installation.point(|config| {
            config["TeamSettings"]["SiteName"] = json!("A & B <C>");
            config["Unknown"] = json!({ "Key": 1 });
            config["ServiceSettings"]["UnknownKey"] = json!(1);
        });
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let before = std::fs::metadata(&path).unwrap();
        installation.boot();
        let after = std::fs::metadata(&path).unwrap();
        assert_eq!((before.ino(), before.mode()), (after.ino(), after.mode()), "{version}");
        let text = installation.config_text();
        assert!(text.contains(r#""SiteName": "A \u0026 B \u003cC\u003e""#), "{version}");
        assert!(
            text.starts_with("{\n    \"ServiceSettings\": {\n        \"SiteURL\": \"\","),
            "{version}"
        );
        assert!(text.ends_with("    }\n}"), "{version}");
        assert!(!text.contains("Unknown"), "{version}");
    }
}

#[test]
fn later_starts_rewrite_the_file_from_5_9_on_with_the_same_bytes() {
    for (version, rewrites) in
        [("4.2.0", false), ("4.10.0", false), ("5.3.0", false), ("5.9.0", true), ("7.8.0", true)]
    {
        let installation = Installation::of(&release(version));
        installation.boot();
        let path = installation.root.join("config/config.json");
        let text = installation.config_text();
        let long_ago =
            std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(long_ago).unwrap();
        installation.boot();
        assert_eq!(installation.config_text(), text, "{version}");
        let touched = std::fs::metadata(&path).unwrap().modified().unwrap() != long_ago;
        assert_eq!(touched, rewrites, "{version}");
    }
}

#[test]
fn plugin_settings_survive_every_version() {
    for version in ["4.10.0", "5.9.0", "6.3.0", "7.8.0", "10.11.0", "11.7.0"] {
        let installation = Installation::of(&release(version));
        installation.point(|config| {
            config["PluginSettings"]["Plugins"] = json!({ "b": { "Z": 1, "a": [] }, "a": {} });
        });
        installation.boot();
        let plugins = &read_config(&installation.root)["PluginSettings"]["Plugins"];
        assert_eq!(plugins.to_string(), r#"{"a":{},"b":{"Z":1,"a":[]}}"#, "{version}");
    }
}

#[test]
fn values_of_the_environment_end_in_the_file_until_5_9() {
    for (version, persisted) in [
        ("3.10.3", true),
        ("4.10.0", true),
        ("5.9.0", true),
        ("5.30.0", false),
        ("7.8.0", false),
        ("11.7.0", false),
    ] {
        let installation = Installation::of(&release(version));
        let mut command = Command::new(program(&installation.root));
        command.current_dir(&installation.root).env("MM_TEAMSETTINGS_SITENAME", "From outside");
        let mut server = Running::spawn(command, &installation.root, installation.port);
        server.wait_until_ready();
        let config = server.get("/api/v4/config/client?format=old").unwrap().json();
        assert_eq!(config["SiteName"], "From outside", "{version}");
        let file = read_config(&installation.root);
        assert_eq!(file["TeamSettings"]["SiteName"] == "From outside", persisted, "{version}");
    }
}

#[test]
fn mm_config_names_the_file_from_5_30_on() {
    for (version, works) in [("5.9.0", false), ("5.30.0", true), ("7.8.0", true)] {
        let installation = Installation::of(&release(version));
        let other = installation.directory.path().join("other.json");
        let mut config = read_config(&installation.root);
        config["TeamSettings"]["SiteName"] = json!("Other");
        std::fs::write(&other, config.to_string()).unwrap();
        let mut command = Command::new(program(&installation.root));
        command.current_dir(&installation.root).env("MM_CONFIG", &other);
        let mut server = Running::spawn(command, &installation.root, installation.port);
        server.wait_until_ready();
        let answer = server.get("/api/v4/config/client?format=old").unwrap().json();
        assert_eq!(answer["SiteName"] == "Other", works, "{version}");
    }
}

#[test]
fn the_config_flag_is_understood_in_all_its_forms() {
    for version in ["3.10.3", "5.3.0", "7.8.0", "11.7.0"] {
        for form in [
            &["-c", "config/other.json"][..],
            &["--config", "config/other.json"],
            &["--config=config/other.json"],
        ] {
            let installation = Installation::of(&release(version));
            let config = installation.root.join("config");
            std::fs::rename(config.join("config.json"), config.join("other.json")).unwrap();
            let mut command = Command::new(program(&installation.root));
            command.current_dir(&installation.root).args(form);
            let mut server = Running::spawn(command, &installation.root, installation.port);
            server.wait_until_ready();
            assert!(!config.join("config.json").exists(), "{version} {form:?}");
        }
    }
}

/// How a server ends that is started with a certain text for its configuration; `None` when it serves.
fn end_with(version: &str, text: Option<&str>) -> Option<i32> {
    let installation = Installation::of(&release(version));
    let path = installation.root.join("config/config.json");
    std::fs::remove_file(&path).unwrap();
    std::fs::remove_file(installation.root.join("config/default.json")).ok();
    if let Some(text) = text {
        std::fs::write(&path, text).unwrap();
    }
    let mut command = Command::new(program(&installation.root));
    command.current_dir(&installation.root);
    // Not through the environment, which would hide what the file does.
    let mut server = Running::spawn(command, &installation.root, installation.port);
    server.wait().code()
}

#[test]
fn a_file_that_is_no_configuration_ends_the_server_as_it_did_the_real_one() {
    // 102 and 1 at the end: all defaults, and then the default database is not there.
    let table: [(&str, Option<&str>, i32); 24] = [
        ("3.10.3", None, 1),
        ("4.2.0", None, 1),
        ("5.3.0", None, 1),
        ("5.9.0", None, 102),
        ("7.8.0", None, 1),
        ("3.10.3", Some("{\"a\":"), 1),
        ("4.2.0", Some("{\"a\":"), 1),
        ("4.10.0", Some("{\"a\":"), 2),
        ("5.3.0", Some("{\"a\":"), 1),
        ("5.9.0", Some("{\"a\":"), 1),
        ("6.3.0", Some("\u{feff}{}"), 1),
        ("11.7.0", Some("{\"a\":"), 1),
        ("3.10.3", Some(""), 1),
        ("5.3.0", Some(""), 1),
        ("5.30.0", Some(""), 1),
        ("5.37.0", Some(""), 102),
        ("6.7.0", Some(""), 1),
        ("3.10.3", Some("{}"), 2),
        ("4.10.0", Some("{}"), 102),
        ("5.37.0", Some("{}"), 102),
        (
            "3.10.3",
            Some(r#"{"FileSettings":{"PreviewWidth":1},"ServiceSettings":{"WriteTimeout":"abc"}}"#),
            1,
        ),
        ("4.10.0", Some(r#"{"ServiceSettings":{"WriteTimeout":"abc"}}"#), 2),
        ("5.9.0", Some(r#"{"ServiceSettings":{"WriteTimeout":"abc"}}"#), 1),
        ("7.8.0", Some(r#"{"ServiceSettings":{"WriteTimeout":"abc"}}"#), 1),
    ];
    for (version, text, code) in table {
        assert_eq!(end_with(version, text), Some(code), "{version} {text:?}");
    }
}

#[test]
fn a_configuration_of_4_10_makes_3_10_panic() {
    let config: Value = serde_json::from_str(&fixture("chain/2-4.10.0.json")).unwrap();
    let installation = Installation::of(&release("3.10.3"));
    installation.point(|new| *new = config);
    let mut server = installation.start();
    assert_eq!(server.wait().code(), Some(2));
    assert!(server.console().contains("panic: Invalid preview width for file settings."));
}

#[test]
fn from_11_0_on_some_settings_are_refused_that_were_good_before() {
    let settings = [
        ("TeamSettings", "ExperimentalViewArchivedChannels", json!(false)),
        ("ExperimentalSettings", "ClientSideCertEnable", json!(true)),
    ];
    for (section, key, value) in settings {
        for (version, refused) in [("10.11.0", false), ("11.7.0", true)] {
            let installation = Installation::of(&release(version));
            installation.point(|config| config[section][key] = value.clone());
            let text = installation.config_text();
            if refused {
                assert_eq!(installation.start().wait().code(), Some(1), "{version} {key}");
                assert_eq!(installation.config_text(), text);
                assert!(!installation.database_file().exists());
            } else {
                installation.boot();
            }
        }
    }
}

#[test]
fn a_lost_file_is_made_anew_from_5_9_on_and_copied_from_the_default_at_4_10() {
    for (version, mode) in
        [("4.10.0", 0o600), ("5.9.0", 0o644), ("5.30.0", 0o600), ("7.8.0", 0o600)]
    {
        let installation = Installation::of(&release(version));
        let path = installation.root.join("config/config.json");
        std::fs::remove_file(&path).unwrap();
        assert!(!installation.start().wait().success());
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, mode, "{version}");
        assert_eq!(
            read_config(&installation.root)["ServiceSettings"]["ListenAddress"],
            ":8065",
            "{version}"
        );
    }
}

/// As an ordinary user: nothing is read-only for root.
#[test]
fn a_read_only_file_is_fatal_or_not_by_era() {
    let table = [
        ("3.10.3", None),
        ("4.2.0", None),
        ("4.10.0", Some(2)),
        ("5.3.0", None),
        ("5.9.0", Some(1)),
        ("5.30.0", None),
        ("5.37.0", Some(1)),
        ("6.3.0", Some(1)),
        ("7.8.0", Some(1)),
    ];
    for (version, code) in table {
        let installation = Installation::of(&release(version));
        let path = installation.root.join("config/config.json");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
        let mut server = start_unprivileged(&installation);
        match code {
            Some(code) => assert_eq!(server.wait().code(), Some(code), "{version}"),
            None => drop(server.wait_until_ready()),
        }
    }
}

fn start_unprivileged(installation: &Installation) -> Running {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new(program(&installation.root));
    command.current_dir(&installation.root);
    if rustix::process::getuid().is_root() {
        let nobody = 65534;
        for path in
            [installation.directory.path(), &installation.root, &installation.root.join("config")]
        {
            std::os::unix::fs::chown(path, Some(nobody), Some(nobody)).unwrap();
        }
        let config = installation.root.join("config/config.json");
        std::os::unix::fs::chown(config, Some(0), Some(0)).unwrap();
        command.uid(nobody).gid(nobody);
    }
    Running::spawn(command, &installation.root, installation.port)
}

#[test]
fn directories_are_made_by_era_and_parents_are_not() {
    for (version, made) in [
        ("3.10.3", &[][..]),
        ("4.2.0", &["data"]),
        ("4.10.0", &["data", "plugins", "client/plugins"]),
        ("11.7.0", &["data", "plugins", "client/plugins"]),
    ] {
        let installation = Installation::of(&release(version));
        installation.boot();
        for name in ["data", "plugins", "client/plugins"] {
            assert_eq!(
                installation.root.join(name).is_dir(),
                made.contains(&name),
                "{version} {name}"
            );
        }
        assert!(installation.root.join("logs/mattermost.log").is_file(), "{version}");
    }
    let installation = Installation::of(&release("7.8.0"));
    installation.point(|config| config["PluginSettings"]["Directory"] = json!("./missing/plugins"));
    let mut server = installation.start();
    server.wait_until_ready();
    assert!(server.console().contains("mkdir ./missing/plugins: no such file or directory"));
}

/// `SqlSettings` and the address come with the configuration that lies in the database.
#[test]
fn a_configuration_in_the_database_leaves_the_file_alone() {
    let database = crate::fakes::postgres::database();
    let installation = Installation::of(&release("7.8.0"));
    let text = installation.config_text();
    let mut config = read_config(&installation.root);
    config["SqlSettings"]["DriverName"] = json!("postgres");
    config["SqlSettings"]["DataSource"] = json!(database.url());
    database
        .connect()
        .execute("CREATE TABLE configurations (id varchar(26) PRIMARY KEY, value text NOT NULL, createat bigint NOT NULL, active boolean)", &[])
        .unwrap();
    database
        .connect()
        .execute("INSERT INTO configurations VALUES ('first', $1, 1, true)", &[&config.to_string()])
        .unwrap();
    let mut command = Command::new(program(&installation.root));
    command.current_dir(&installation.root).env("MM_CONFIG", database.url());
    let mut server = Running::spawn(command, &installation.root, installation.port);
    server.wait_until_ready();
    assert_eq!(installation.config_text(), text);
    assert_eq!(
        database.value("SELECT count(*) FROM configurations WHERE active"),
        Some("1".to_owned())
    );
    assert_eq!(database.value("SELECT count(*) FROM configurations"), Some("2".to_owned()));
}
