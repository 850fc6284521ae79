//! Hops that succeed: what people and operators had is there afterwards, and the new release serves.

use std::fs;

use serde_json::json;

use super::site::Site;
use crate::support::world::{STATE, release};

/// Upgrades a site in use, and looks at everything that has to be as it was.
fn hop(from: &str, to: &str) -> Site {
    let site = Site::of(from);
    let archive = site.archive(&release(to));
    let said = site.upgrade(&archive, &[]).expect(0);
    said.saying(&["ready after", &format!("it answers as {to}")]);
    assert_eq!(site.world.serving().as_deref(), Some(to));
    assert_eq!(site.world.receipt()["release"]["version"], json!(to));
    assert_eq!(site.world.messages(), ["first", "größte Übung"]);
    site.assert_own_files_are_there();
    assert_eq!(site.setting("TeamSettings", "SiteName"), json!("Acme Chat"));
    assert_eq!(site.setting("TeamSettings", "MaxUsersPerTeam"), json!(77));
    assert_eq!(
        site.setting("ServiceSettings", "ListenAddress"),
        json!(format!("127.0.0.1:{}", site.world.port))
    );
    assert!(site.world.post("after the upgrade"));
    site
}

#[test]
fn from_5_37_to_6_3_everything_comes_along() {
    let site = hop("5.37.0", "6.3.0");
    let archive = site.archive(&release("6.3.0"));
    let stamps = site.world.receipt();
    site.upgrade(&archive, &[]).expect(0).saying(&["nothing to do"]);
    assert_eq!(site.world.receipt(), stamps);
}

#[test]
fn from_7_8_to_9_11_everything_comes_along() {
    hop("7.8.0", "9.11.0");
}

#[test]
fn from_10_11_to_11_7_everything_comes_along() {
    let site = hop("10.11.0", "11.7.0");
    // The tree and the database as they were before are kept, for the way back.
    let retired = fs::read_dir(site.world.below("opt/acme/embedded")).unwrap();
    let names: Vec<String> =
        retired.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().any(|name| name.starts_with(".mattermost.retired-")), "{names:?}");
    let backups = fs::read_dir(site.world.below(STATE).join("backups")).unwrap().count();
    assert_eq!(backups, 1);
}

#[test]
fn a_stopped_server_stays_stopped() {
    let site = Site::of("10.11.0");
    site.ctl.stop();
    let archive = site.archive(&release("11.7.0"));
    site.upgrade(&archive, &[]).expect(0);
    assert_eq!(site.world.serving(), None);
    site.world.assert_nothing_runs();
    assert_eq!(site.world.receipt()["release"]["version"], json!("11.7.0"));
    site.ctl.start(&site.world);
    assert_eq!(site.world.serving().as_deref(), Some("11.7.0"));
}

#[test]
fn stale_files_of_the_old_release_do_not_come_along() {
    let site = Site::with(&release("4.2.0"), &["--keep-in-tree=logs"]);
    assert!(site.live("webapp").is_dir());
    let archive = site.archive(&release("4.10.0"));
    site.upgrade(&archive, &[]).expect(0);
    assert!(!site.live("webapp").exists());
    assert!(site.live("client/root.html").is_file());
    assert!(site.live("logs/mattermost.log").is_file(), "carried");
    site.assert_own_files_are_there();
}

#[test]
fn what_users_change_while_the_new_tree_is_prepared_is_not_lost() {
    let site = Site::of("10.11.0");
    let archive = site.archive(&release("11.7.0"));
    let hooks = site.world.beside("hooks");
    let hook = hooks.join("before-stop/10-change");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    let config = site.live("config/config.json");
    let script = format!(
        "#!/bin/sh\nsed -i 's/\"MaxUsersPerTeam\": 77/\"MaxUsersPerTeam\": 78/' {}\n",
        config.display()
    );
    fs::write(&hook, script).unwrap();
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    site.upgrade(&archive, &["--hooks", hooks.to_str().unwrap()]).expect(0);
    assert_eq!(site.setting("TeamSettings", "MaxUsersPerTeam"), json!(78));
}

#[test]
fn a_changed_file_of_the_release_is_told_and_kept() {
    let site = Site::of("10.11.0");
    let template = fs::read_dir(site.live("templates")).unwrap().next().unwrap().unwrap().path();
    fs::write(&template, "changed by the site").unwrap();
    let name = template.strip_prefix(site.live("")).unwrap().display().to_string();
    let archive = site.archive(&release("11.7.0"));
    site.upgrade(&archive, &[]).expect(0).saying(&[&name]);
    let backups = site.world.below(STATE).join("backups");
    let backup = fs::read_dir(backups).unwrap().next().unwrap().unwrap().path();
    let kept = fs::read_to_string(backup.join("modified").join(&name)).unwrap();
    assert_eq!(kept, "changed by the site");
    let id = backup.file_name().unwrap().to_str().unwrap().to_owned();
    site.world.ask(&["backup", "verify"], &[&id]).expect(0);
}
