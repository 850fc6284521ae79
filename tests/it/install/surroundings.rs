//! What surrounds an installation and must not matter, or must not be harmed: environment, names, what is there already.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

use serde_json::json;

use crate::fakes::trailer::Fault;
use crate::support::world::{LIVE, MMEMBED, STATE, World, is_root, mode_of, release};

#[test]
fn environment_umask_and_directory_of_the_caller_do_not_matter() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let gone = world.beside("gone");
    fs::create_dir(&gone).unwrap();
    let script = "umask 0777; cd \"$1\" && rmdir \"$1\" && shift && exec \"$@\"";
    let output = Command::new("/bin/sh")
        .args(["-c", script, "sh"])
        .arg(&gone)
        .arg(MMEMBED)
        .args(world.install_words(&archive, &[]))
        .env("MM_SERVICESETTINGS_SITEURL", "https://wrong.example")
        .env("MM_SQLSETTINGS_DATASOURCE", "postgres://wrong")
        .env("MM_CONFIG", "/nowhere/config.json")
        .env("PGHOST", "wrong.example")
        .env("PGOPTIONS", "-c search_path=wrong")
        .env("PGSERVICE", "wrong")
        .env("LC_ALL", "tr_TR.UTF-8")
        .env("TMPDIR", "/nowhere")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(world.config()["ServiceSettings"]["SiteURL"], "https://chat.acme.example");
    assert_eq!(mode_of(&world.below(LIVE)), 0o755);
    assert_eq!(mode_of(&world.below("opt/acme")), 0o755);
    assert_eq!(mode_of(&world.below(STATE).join("receipt.json")), 0o644);
}

#[test]
fn a_release_can_be_named_from_where_one_stands() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let name = std::path::Path::new(archive.file_name().unwrap());
    let words = world.install_words(name, &["--no-start"]);
    let status = World::command(&words).current_dir(world.beside("")).output().unwrap().status;
    assert_eq!(status.code(), Some(0));
    world.install(&archive, &["--no-start"]).expect(0).saying(&["nothing to do"]);
}

#[test]
fn a_root_may_have_any_name() {
    let mut world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let odd = world.beside("ro ot '\u{e4}\" $HOME %s\n&<>");
    fs::rename(&world.root, &odd).unwrap();
    world.root = odd.canonicalize().unwrap();
    world.install(&archive, &[]).expect(0);
    let data = world.below("var/opt/acme/mattermost/data/");
    assert_eq!(world.config()["FileSettings"]["Directory"], json!(data));
    world.ask(&["verify"], &[]).expect(0);
    world.install(&archive, &[]).expect(0).saying(&["nothing to do"]);
}

#[test]
fn a_data_source_can_be_written_in_key_and_value() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let (port, name) = (world.database.port, &world.database.name);
    let source = format!(
        "host=127.0.0.1 port={port} dbname={name} user=mmuser password='p@ss/w\u{f6}rd&1' sslmode=disable"
    );
    let mut overlay = world.overlay();
    overlay["SqlSettings"]["DataSource"] = json!(source);
    world.write_overlay("overlay.json", &overlay);
    world.install(&archive, &[]).expect(0).saying(&["the schema of its database is its own"]);
}

#[test]
fn what_is_dark_during_the_start_is_as_it_was_afterwards() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let mut overlay = world.overlay();
    let bright = json!({
        "ServiceSettings": {
            "ConnectionSecurity": "TLS", "UseLetsEncrypt": true, "Forward80To443": true, "EnableLocalMode": true,
        },
        "EmailSettings": {
            "SendEmailNotifications": true, "SendPushNotifications": true, "EnableEmailBatching": true,
        },
        "JobSettings": { "RunJobs": true, "RunScheduler": true },
        "MetricsSettings": { "Enable": true },
        "ClusterSettings": { "Enable": true },
    });
    for (section, settings) in bright.as_object().unwrap() {
        for (key, value) in settings.as_object().unwrap() {
            overlay[section][key] = value.clone();
        }
    }
    world.write_overlay("overlay.json", &overlay);
    world.install(&archive, &[]).expect(0);
    let config = world.config();
    for (section, settings) in overlay.as_object().unwrap() {
        for (key, value) in settings.as_object().unwrap() {
            assert_eq!(&config[section][key], value, "{section}.{key}");
        }
    }
    world.install(&archive, &[]).expect(0).saying(&["nothing to do"]);
}

#[test]
fn directories_that_were_there_before_survive_a_failure() {
    let world = World::new();
    let data = world.below("var/opt/acme/mattermost/data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("photo.jpg"), "a photo").unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
    if is_root() {
        let owner = Some(crate::support::world::SERVICE);
        std::os::unix::fs::chown(&data, owner, owner).unwrap();
    }
    let host = world.host();
    let bad = world.archive(&release("10.11.0").fault(Fault::ExitsEarlyWithZero));
    world.install(&bad, &[]).expect(4);
    assert_eq!(world.host(), host);
    let good = world.archive(&release("10.11.0"));
    world.install(&good, &[]).expect(0);
    assert_eq!(fs::read_to_string(data.join("photo.jpg")).unwrap(), "a photo");
}

#[test]
fn a_directory_that_the_server_may_not_write_to_is_told() {
    if !is_root() {
        eprintln!("skipped: only root runs the server as somebody else");
        return;
    }
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let data = world.below("var/opt/acme/mattermost/data");
    fs::create_dir_all(&data).unwrap();
    world.install(&archive, &[]).expect(3).saying(&[data.to_str().unwrap(), "21543:21543"]);
}

#[test]
fn damaged_state_is_named_and_not_built_upon() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    let receipt = world.below(STATE).join("receipt.json");
    let text = fs::read_to_string(&receipt).unwrap();
    let newer = text.replacen("\"schema\": 1", "\"schema\": 99", 1);
    assert_ne!(newer, text);
    for damaged in ["", "{", "[]", "{}", &newer] {
        fs::write(&receipt, damaged).unwrap();
        let stamps = world.stamps();
        for word in ["status", "verify"] {
            world.ask(&[word], &[]).expect(3).saying(&[receipt.to_str().unwrap(), "next:"]);
        }
        world.ask(&["config", "show"], &[]).expect(3).saying(&[receipt.to_str().unwrap()]);
        world
            .install(&archive, &["--no-start"])
            .expect(3)
            .saying(&[receipt.to_str().unwrap(), "next:"]);
        world.assert_untouched_since(&stamps);
    }
    fs::write(&receipt, text).unwrap();
    fs::remove_dir_all(world.below(LIVE)).unwrap();
    world.ask(&["status"], &[]).expect(0).saying(&["its tree is gone"]);
    world.install(&archive, &["--no-start"]).expect(3).saying(&["there is no tree", "next:"]);
}

#[test]
fn another_user_for_the_server_has_to_be_given_its_directories() {
    if !is_root() {
        eprintln!("skipped: only root runs the server as somebody else");
        return;
    }
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &[]).expect(0);
    let host = world.host();
    let other = ["--service-user", "21777:21777"];
    let said = world.install(&archive, &other).expect(3);
    said.saying(&["belongs to 21543:21543", "chown -R 21777:21777"]);
    assert_eq!(world.host(), host);
    for name in ["data", "logs", "plugins", "client-plugins"] {
        let place = world.below("var/opt/acme/mattermost").join(name);
        let given = Command::new("chown").args(["-R", "21777:21777"]).arg(place).status();
        assert!(given.unwrap().success());
    }
    world.install(&archive, &other).expect(0);
    let config = fs::metadata(world.below(LIVE).join("config/config.json")).unwrap();
    assert_eq!(config.uid(), 21_777);
    world.install(&archive, &other).expect(0).saying(&["nothing to do"]);
}
