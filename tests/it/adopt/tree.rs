//! A tree as releases bring it comes under a receipt.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use serde_json::json;

use super::found::{CHANGED, Found, OWN, version};
use crate::support::world::{LIVE, STATE, World, mode_of, release, server_uid};

#[test]
fn a_running_server_goes_on_while_its_tree_becomes_the_live_one() {
    let found = Found::of(&release("10.11.0"));
    found.ctl.start(&found.world);
    let before = found.stamps();
    let said = watched(&found, || found.adopt(&[]));
    said.expect(0).saying(&["Mattermost 10.11.0", "goes on running", "--release"]);

    let link = fs::read_link(&found.tree).unwrap();
    assert_eq!(link, Path::new("acme/embedded/mattermost"));
    assert!(found.world.below(LIVE).join("bin/mattermost").is_file());
    assert_eq!(found.world.serving().as_deref(), Some("10.11.0"));
    let after = found.stamps();
    let logs = |path: &Path| path.starts_with("logs");
    let still = |stamps: Vec<_>| -> Vec<_> {
        stamps
            .into_iter()
            .filter(|(path, ..): &(std::path::PathBuf, _, _, _)| !logs(path))
            .collect()
    };
    assert_eq!(still(before), still(after), "nothing was copied or written");
    assert_eq!(version(&found.world), json!(["10.11.0", "team"]));
    let receipt = found.world.receipt();
    assert_eq!(receipt["config"], json!(format!("{LIVE}/config/config.json")));
    assert_eq!(receipt["server"]["uid"], json!(server_uid()));
    assert_eq!(receipt["proof"]["answered_as"], json!("10.11.0"));
    let places: Vec<_> = receipt["placements"].as_array().unwrap().iter().collect();
    assert!(places.iter().all(|place| place["location"] == json!("in-tree")), "{places:?}");

    // The server finds its way through the old name also when it is started anew.
    found.ctl.stop();
    found.ctl.start(&found.world);
    found.assert_own_files_are_there();
}

/// Runs something while somebody looks at the tree by its old name all the time.
fn watched<T>(found: &Found, run: impl FnOnce() -> T) -> T {
    let (over, looks) = (AtomicBool::new(false), AtomicU64::new(0));
    let file = found.tree.join("templates/welcome_body.html");
    thread::scope(|threads| {
        threads.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                assert!(fs::read(&file).is_ok(), "the tree was absent after {looks:?} looks");
                looks.fetch_add(1, Ordering::Relaxed);
            }
        });
        let done = run();
        over.store(true, Ordering::Relaxed);
        assert!(looks.load(Ordering::Relaxed) > 100, "nobody looked");
        done
    })
}

#[test]
fn without_an_archive_the_names_tell_what_the_release_brought() {
    let found = Found::of(&release("10.11.0"));
    found.adopt(&[]).expect(0).saying(&["concluded from the tree", "templates"]);
    assert_eq!(found.identity()["assumed"], json!(true));
    assert_eq!(found.identity()["archive"], json!(null));
    let released = found.released();
    for path in
        ["bin", "bin/mattermost", "bin/mmctl", "client/root.html", "config/README.md", CHANGED.0]
    {
        assert!(released.iter().any(|one| one == path), "{path}");
    }
    for path in OWN.iter().map(|(path, _)| *path).chain(["config/config.json", "data", "custom"]) {
        assert!(released.iter().all(|one| one != path), "{path}");
    }
    let said = found.world.ask(&["verify"], &["--no-start"]).expect(0);
    for (path, _) in [OWN[0], OWN[1]] {
        let top = path.rsplit_once('/').unwrap().0;
        assert!(said.all().contains(top), "{path}: {}", said.all());
    }
    assert!(!said.all().contains("bin/mattermost"), "{}", said.all());
    found.world.ask(&["status"], &[]).expect(0).saying(&["Mattermost 10.11.0"]);
    found.world.ask(&["config", "show"], &[]).expect(0).saying(&["Acme Chat"]);
    found
        .world
        .ask(&["config", "get"], &["TeamSettings.SiteName"])
        .expect(0)
        .saying(&["Acme Chat"]);
}

#[test]
fn with_an_archive_it_is_known_exactly() {
    let release = release("9.11.0");
    let found = Found::of(&release);
    fs::write(found.tree.join("i18n/xx-site.json"), "[]").unwrap();
    fs::remove_file(found.tree.join("fonts/luximbi.ttf")).unwrap();
    let archive = found.world.archive(&release);
    let said = found.adopt(&["--release", archive.to_str().unwrap()]).expect(0);
    said.saying(&[
        "templates/post_body.html: was changed",
        "fonts/luximbi.ttf: belongs to the release",
        "i18n/xx-site.json",
        "bin/restart.sh",
    ]);
    assert_eq!(found.identity().get("assumed"), None);
    let receipt = found.world.receipt();
    assert_eq!(receipt["archive"]["sha256"], found.identity()["archive"]);
    assert!(receipt["archive"]["sha256"].is_string());
    assert!(found.released().iter().all(|path| path != "i18n/xx-site.json"));
    let shipped = found.world.below(LIVE).join(".mmembed-shipped-config.json");
    assert_eq!(mode_of(&shipped), 0o600);
    let shipped: serde_json::Value = serde_json::from_slice(&fs::read(shipped).unwrap()).unwrap();
    assert_eq!(shipped, release.shipped_config());
    assert_eq!(found.world.leftovers(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn what_was_taken_over_is_not_taken_over_again() {
    let found = Found::of(&release("10.11.0"));
    found.adopt(&[]).expect(0);
    let before = found.world.stamps();
    found.adopt(&[]).expect(0).saying(&["nothing to do"]);
    found.world.assert_untouched_since(&before);
    let mut words = found.world.words(&["adopt", "--from"]);
    words.insert(2, format!("/{LIVE}"));
    found.world.run(&words).expect(0).saying(&["nothing to do"]);
    found.world.assert_untouched_since(&before);
}

#[test]
fn a_dry_run_says_all_and_changes_nothing() {
    let found = Found::of(&release("10.11.0"));
    let before = found.world.stamps();
    let said = found.adopt(&["--dry-run"]).expect(10);
    said.saying(&[
        "make opt/mattermost the live tree",
        "leave a link",
        "what Mattermost 10.11.0 (team edition) brought",
    ]);
    found.world.assert_untouched_since(&before);
}

#[test]
fn a_tree_at_the_live_path_is_only_written_down() {
    let found = Found::at(&release("10.11.0"), LIVE);
    found.ctl.start(&found.world);
    let before = found.stamps();
    found.adopt(&[]).expect(0);
    found.ctl.stop();
    let logs = |path: &Path| path.starts_with("logs") || path.ends_with("config.json");
    let pick = |stamps: Vec<(std::path::PathBuf, u64, i64, i64)>| -> Vec<_> {
        stamps.into_iter().filter(|(path, ..)| !logs(path)).collect()
    };
    assert_eq!(pick(before), pick(found.stamps()));
    assert!(found.world.below(LIVE).symlink_metadata().unwrap().is_dir());
    assert_eq!(version(&found.world), json!(["10.11.0", "team"]));
}

#[test]
fn an_old_server_is_asked_while_it_runs_and_never_run_for_its_version() {
    let found = Found::of(&release("4.2.0"));
    let database = found.world.database_content();
    found.adopt(&[]).expect(3).saying(&[
        "which version",
        "no server runs from it",
        "--release-version",
    ]);
    found.adopt(&["--release-version", "4.1.0", "--dry-run"]).expect(10);
    assert_eq!(found.world.database_content(), database, "nobody has migrated it");
    found.ctl.start(&found.world);
    found
        .adopt(&["--release-version", "4.1.0"])
        .expect(3)
        .saying(&["4.1.0", "the server that runs from it says 4.2.0"]);
    found.adopt(&[]).expect(0);
    assert_eq!(version(&found.world), json!(["4.2.0", "team"]));
    assert!(found.released().iter().any(|path| path == "webapp/dist/root.html"));
}

#[test]
fn every_program_called_mattermost_tells_its_version_or_nothing() {
    for (number, tells) in
        [("5.3.0", false), ("5.9.0", false), ("5.37.0", true), ("6.3.0", true), ("11.7.0", true)]
    {
        let found = Found::of(&release(number));
        let database = found.world.database_content();
        let said = found.adopt(&["--dry-run"]).expect(if tells { 10 } else { 3 });
        let word = if tells { number } else { "--release-version" };
        said.saying(&[word]);
        assert_eq!(found.world.database_content(), database, "{number}");
        assert!(!found.tree.join("bin/data").exists(), "{number}");
    }
}

#[test]
fn directories_are_left_where_they_are() {
    let found = Found::of(&release("10.11.0"));
    let elsewhere = found.world.below("srv/chat/files");
    fs::create_dir_all(elsewhere.parent().unwrap()).unwrap();
    fs::rename(found.tree.join("data"), &elsewhere).unwrap();
    let plugins = found.tree.join("own/plugins");
    let (files, old) = (elsewhere.clone(), plugins.clone());
    found.configure(|config| {
        config["FileSettings"]["Directory"] = json!(files);
        config["PluginSettings"]["Directory"] = json!(old);
        config["LogSettings"]["FileLocation"] = json!("/var/log/mattermost");
    });
    let said = found.adopt(&[]).expect(3);
    said.saying(&["LogSettings.FileLocation", "/var/log/mattermost, outside the root"]);
    found.configure(|config| config["LogSettings"]["FileLocation"] = json!(""));
    let config = fs::read(found.tree.join("config/config.json")).unwrap();
    let said = found.adopt(&["--json"]).expect(0);
    let report = said.json();
    let finding = |code: &str| {
        let findings = report["findings"].as_array().unwrap();
        let found = findings.iter().find(|finding| finding["code"] == json!(code));
        found.unwrap_or_else(|| panic!("{code}: {report}"))["text"].as_str().unwrap().to_owned()
    };
    assert!(finding("place-unusual").contains("own/plugins"));
    assert!(finding("old-path").starts_with("PluginSettings.Directory:"));
    assert_eq!(fs::read(found.tree.join("config/config.json")).unwrap(), config);
    let receipt = found.world.receipt();
    let places = receipt["placements"].as_array().unwrap();
    let of = |name: &str| {
        places.iter().find(|place| place["name"] == json!(name)).unwrap()["location"].clone()
    };
    assert_eq!(of("data"), json!({ "at": "srv/chat/files" }));
    assert_eq!(of("plugins"), json!("in-tree"));
    assert!(plugins.parent().unwrap().parent().unwrap().exists());
}

#[test]
fn a_configuration_elsewhere_stays_there() {
    let found = Found::of(&release("10.11.0"));
    let config = found.world.below("etc/mattermost/config.json");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    fs::rename(found.tree.join("config/config.json"), &config).unwrap();
    found.adopt(&[]).expect(3).saying(&["there is no configuration", "--config-file"]);
    let before = fs::read(&config).unwrap();
    found.adopt(&["--config-file", "/etc/mattermost/config.json"]).expect(0);
    assert_eq!(found.world.receipt()["config"], json!("etc/mattermost/config.json"));
    assert_eq!(fs::read(&config).unwrap(), before);
    found
        .world
        .ask(&["config", "get"], &["TeamSettings.SiteName"])
        .expect(0)
        .saying(&["Acme Chat"]);
}

#[test]
fn a_tree_behind_a_link_is_taken_over_where_it_is() {
    let found = Found::at(&release("10.11.0"), "opt/mattermost-10.11.0");
    let link = found.world.below("opt/mattermost");
    std::os::unix::fs::symlink("mattermost-10.11.0", &link).unwrap();
    let mut words = found.world.words(&["adopt", "--from"]);
    words.insert(2, found.world.inside(&link));
    found.world.run(&words).expect(0).saying(&["is a link: the tree is", "mattermost-10.11.0"]);
    for path in [&link, &found.tree] {
        assert!(path.join("bin/mattermost").is_file(), "{}", path.display());
    }
    assert!(!found.world.below(STATE).join("txn").join("none").exists());
}

#[test]
fn what_a_server_takes_from_its_environment_is_named() {
    let found = Found::of(&release("10.11.0"));
    // Any process that is called like a server stands for one that was started with this environment.
    let program = found.tree.join("bin/platform");
    fs::copy(sleep(), &program).unwrap();
    let start = |variables: &[(&str, &str)]| {
        let mut command = Command::new(&program);
        command.arg("1000").env_clear().envs(variables.iter().copied());
        Sleeper(command.spawn().unwrap())
    };
    let site = ("MM_TEAMSETTINGS_SITENAME", "canarysalt");
    let config = found.tree.join("config/config.json").display().to_string();
    let server = start(&[site, ("MM_CONFIG", &config)]);
    let said = found.adopt(&["--dry-run"]).expect(10);
    said.saying(&["MM_TEAMSETTINGS_SITENAME", "is not well"]);
    drop(server);
    let server = start(&[("MM_CONFIG", "postgres://mm:canarysalt@db/mm")]);
    found.adopt(&[]).expect(3).saying(&["told by MM_CONFIG", "mmctl config migrate"]);
    drop(server);
    let server = start(&[("MM_CONFIG", "/etc/chat/config.json")]);
    found.adopt(&[]).expect(3).saying(&["/etc/chat/config.json", "--config-file"]);
    drop(server);
}

struct Sleeper(std::process::Child);

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn sleep() -> std::path::PathBuf {
    mmembed::host::Exec::default().find(Path::new("sleep")).unwrap()
}

#[test]
fn settings_of_a_tree_taken_over_without_its_archive_stay_the_sites() {
    let found = Found::of(&release("10.11.0"));
    found.configure(|config| config["TeamSettings"]["MaxUsersPerTeam"] = json!(77));
    found.adopt(&[]).expect(0);
    let said = found.world.ask(&["config", "explain"], &["TeamSettings.MaxUsersPerTeam"]).expect(0);
    said.saying(&["is 77", "mmembed has not written it"]);
    // The host's default meets a user's value, and nobody knows what the release has shipped.
    let archive = found.world.archive(&release("10.11.0"));
    let overlay = found.world.write_overlay(
        "more.json",
        &json!({ "TeamSettings": { "MaxUsersPerTeam": 5, "OurOwn": 1 } }),
    );
    let owner = found.world.receipt()["owner"].clone();
    let owner = format!("{}:{}", owner["uid"], owner["gid"]);
    let mut words = found.world.words(&["install", "--no-start", "--keep-in-tree"]);
    words.extend([
        "--release".to_owned(),
        archive.display().to_string(),
        "--owner".to_owned(),
        owner.clone(),
    ]);
    words.extend([
        "--service-user".to_owned(),
        owner,
        "--config-overlay".to_owned(),
        overlay.display().to_string(),
    ]);
    found.world.run(&words).expect(0);
    assert_eq!(found.world.config()["TeamSettings"]["MaxUsersPerTeam"], json!(77));
    assert_eq!(found.world.config()["TeamSettings"]["OurOwn"], json!(1));
    assert!(!found.world.below(LIVE).join(".mmembed-shipped-config.json").exists());
}

#[test]
fn a_tree_that_was_replaced_by_hand_is_taken_over_anew() {
    let found = Found::of(&release("9.11.0"));
    found.adopt(&[]).expect(0);
    let live = found.world.below(LIVE);
    fs::rename(&live, found.world.beside("old")).unwrap();
    fs::rename(release("10.11.0").unpack(&found.world.beside("new")), &live).unwrap();
    fs::copy(found.world.beside("old/config/config.json"), live.join("config/config.json"))
        .unwrap();
    found.adopt(&[]).expect(0).saying(&["the receipt tells of Mattermost 9.11.0", "gives way"]);
    assert_eq!(version(&found.world), json!(["10.11.0", "team"]));
}

#[test]
fn a_lost_receipt_is_written_anew() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    let (receipt, path) = (world.receipt(), world.below(STATE).join("receipt.json"));
    fs::remove_file(&path).unwrap();
    let identity = fs::read(world.below(LIVE).join(".mmembed-tree.json")).unwrap();
    let kept = ["ledger.json", "applied/defaults.json", "applied/enforced.json"];
    let read = || kept.map(|name| fs::read(world.below(STATE).join(name)).unwrap());
    let before = read();
    // Where the server would see its directories from inside the root, they cannot be seen from here.
    let mut words = world.words(&["adopt"]);
    words.extend(["--from".to_owned(), format!("/{LIVE}")]);
    let config = world.below(LIVE).join("config/config.json");
    let text = fs::read_to_string(&config).unwrap();
    let inside =
        text.replace("\"/var/opt/acme", &format!("\"{}/var/opt/acme", world.root.display()));
    fs::write(&config, inside).unwrap();
    world.run(&words).expect(0);
    assert_eq!(read(), before);
    assert_eq!(fs::read(world.below(LIVE).join(".mmembed-tree.json")).unwrap(), identity);
    let now = world.receipt();
    for key in ["release", "placements", "config", "owner"] {
        assert_eq!(now[key], receipt[key], "{key}");
    }
    assert_eq!(now["archive"]["sha256"], receipt["archive"]["sha256"]);
}
