//! What is refused, or has to be asked for in so many words: nothing is changed.

use serde_json::json;

use super::site::Site;
use crate::support::world::{World, release};

#[test]
fn an_older_release_and_another_edition_have_to_be_asked_for() {
    let site = Site::of("10.11.0");
    let host = site.host();
    let older = site.archive(&release("9.11.0"));
    site.upgrade(&older, &[]).expect(3).saying(&["older", "--allow-downgrade", "mmembed rollback"]);
    let other = site.archive(&release("11.7.0").enterprise());
    site.upgrade(&other, &[]).expect(3).saying(&["another edition", "--allow-edition-change"]);
    assert_eq!(site.host(), host);
    assert_eq!(site.world.serving().as_deref(), Some("10.11.0"));
}

#[test]
fn hooks_that_are_not_where_they_are_said_to_be_are_not_passed_over() {
    let site = Site::of("10.11.0");
    let archive = site.archive(&release("11.7.0"));
    let hooks = site.world.beside("hoks").display().to_string();
    let said = site.upgrade(&archive, &["--hooks", &hooks]).expect(3);
    said.saying(&[&hooks, "No such file", "nothing was changed"]);
    site.world.ask(&["rollback"], &["--hooks", &hooks]).expect(3);
    assert_eq!(site.world.serving().as_deref(), Some("10.11.0"));
}

#[test]
fn a_running_server_that_nobody_can_stop_is_named() {
    let site = Site::of("10.11.0");
    let archive = site.archive(&release("11.7.0"));
    let mut words = site.world.words(&["upgrade"]);
    words.extend(["--release".to_owned(), archive.display().to_string()]);
    site.world.run(&words).expect(3).saying(&["process", "--service"]);
    assert_eq!(site.world.serving().as_deref(), Some("10.11.0"));
}

#[test]
fn where_nothing_is_installed_there_is_nothing_to_upgrade() {
    let world = World::new();
    let archive = world.archive(&release("11.7.0"));
    let mut words = world.words(&["upgrade"]);
    words.extend(["--release".to_owned(), archive.display().to_string()]);
    world.run(&words).expect(3).saying(&["nothing is installed", "install"]);
}

#[test]
fn a_dry_run_tells_every_step_and_changes_nothing() {
    let site = Site::of("10.11.0");
    site.ctl.stop();
    let archive = site.archive(&release("11.7.0"));
    let stamps = site.world.stamps();
    let said = site.upgrade(&archive, &["--dry-run"]).expect(10);
    said.saying(&["custom", "config/tls", "client/plugins", "back up", "stop", "in the dark"]);
    site.world.assert_untouched_since(&stamps);
}

#[test]
fn settings_that_the_new_release_refuses_stop_nothing() {
    let site = Site::of("10.11.0");
    let assignment = "TeamSettings.ExperimentalViewArchivedChannels=false";
    site.world.ask(&["config", "set"], &[assignment]).expect(0);
    let (host, archive) = (site.host(), site.archive(&release("11.7.0")));
    let words =
        ["TeamSettings.ExperimentalViewArchivedChannels must be true", "C-ENUM", "write true"];
    site.upgrade(&archive, &[]).expect(3).saying(&words);
    assert_eq!(site.host(), host);
    assert_eq!(site.world.serving().as_deref(), Some("10.11.0"));

    // What the host enforces counts, and so does what a variable says.
    let enforced = json!({ "TeamSettings": { "ExperimentalViewArchivedChannels": true } });
    let enforced = site.world.write_overlay("enforced.json", &enforced);
    let mended = ["--dry-run", "--enforced-overlay", enforced.to_str().unwrap()];
    site.upgrade(&archive, &mended).expect(10);
    let variables = site.world.beside("server.env");
    std::fs::write(&variables, "MM_TEAMSETTINGS_EXPERIMENTALVIEWARCHIVEDCHANNELS=true\n").unwrap();
    site.upgrade(&archive, &["--dry-run", "--env-file", variables.to_str().unwrap()]).expect(10);
}

#[test]
fn what_users_and_the_host_do_not_agree_about_is_told_before_anything_stops() {
    let site = Site::of("10.11.0");
    // Everybody at this site got 77 by a user; the release shipped another number.
    let mut overlay = site.world.overlay();
    overlay["TeamSettings"]["MaxUsersPerTeam"] = 90.into();
    let overlay = site.world.write_overlay("other.json", &overlay);
    let archive = site.archive(&release("11.7.0"));
    let given = ["--config-overlay", overlay.to_str().unwrap()];
    let stamps = site.world.stamps();
    site.upgrade(&archive, &[&given[..], &["--dry-run"]].concat()).expect(10).saying(&[
        "warning: TeamSettings.MaxUsersPerTeam: a user changed it to 77",
        "its default to 90; the user's value stays",
    ]);
    let refusing = [&given[..], &["--policy", "TeamSettings=refuse"]].concat();
    site.upgrade(&archive, &refusing).expect(3).saying(&["fatal:", "by policy that is refused"]);
    site.upgrade(&archive, &[&refusing[..], &["--dry-run"]].concat()).expect(3);
    site.world.assert_untouched_since(&stamps);
    assert_eq!(site.world.serving().as_deref(), Some("10.11.0"));

    let preferring = [&given[..], &["--policy", "TeamSettings=prefer-host"]].concat();
    site.upgrade(&archive, &preferring).expect(0);
    assert_eq!(site.world.config()["TeamSettings"]["MaxUsersPerTeam"], 90);
    let explained = site.world.ask(&["config", "explain"], &["TeamSettings.MaxUsersPerTeam"]);
    explained.expect(0).saying(&["by policy the host's is taken (instead of 77)"]);
}

#[test]
fn what_would_make_the_new_release_fall_over_stops_nothing() {
    let world = World::new();
    let archive = world.archive(&release("6.7.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    let boards = "PluginSettings.Plugins={\"focalboard\": {\"telemetry\": true}}";
    world.ask(&["config", "set"], &[boards]).expect(0);
    let newer = world.archive(&release("7.8.0"));
    let words = ["--no-start", "--release", newer.to_str().unwrap()];
    let said = world.ask(&["upgrade"], &words).expect(3);
    said.saying(&[
        "fatal:",
        "PluginSettings.Plugins.focalboard",
        "7.8.0 does not start",
        "C-NEEDS",
    ]);
    let mended = "ProductSettings.EnablePublicSharedBoards=false";
    world.ask(&["config", "set"], &[mended]).expect(0);
    world.ask(&["upgrade"], &words).expect(0);
}
