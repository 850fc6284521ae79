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
