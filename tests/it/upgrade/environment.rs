//! Servers whose environment has the last word: about the database before all, or about where the configuration lies.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::site::Site;
use super::watchers::meanwhile;
use crate::fakes::postgres::{Database, database};
use crate::fakes::trailer::Fault;
use crate::support::service::Ctl;
use crate::support::world::{LIVE, STATE, World, release};

/// A secret that stands in the environment of the server and nowhere else.
const CANARY: &str = "canary-of-the-environment";

/// A site whose file names a database that is not the server's.
struct Overridden {
    site: Site,
    wrong: Database,
}

impl Overridden {
    fn of(version: &str) -> Self {
        let world = World::new();
        let archive = world.archive(&release(version));
        world.install(&archive, &[]).expect(0);
        let wrong = database();
        let assignment = format!("SqlSettings.DataSource=\"{}\"", wrong.url());
        world.ask(&["config", "set"], &[&assignment]).expect(0);
        let source = world.database.url();
        let environment = [
            ("MM_SQLSETTINGS_DATASOURCE", source.as_str()),
            ("MM_TEAMSETTINGS_SITENAME", "From outside"),
            ("MM_EMAILSETTINGS_SMTPPASSWORD", CANARY),
            ("MM_SQLSETTINGS_DATASOURCEREPLICAS", ""),
        ];
        let ctl = Ctl::starting_with(&world, &usual_words(&world), &environment);
        ctl.start(&world);
        for message in ["first", "größte Übung"] {
            assert!(world.post(message), "{message}");
        }
        Self { site: Site { ctl, world }, wrong }
    }

    fn env_file(&self) -> PathBuf {
        let source = self.site.world.database.url();
        let text = format!(
            "# What the unit has.\nMM_SQLSETTINGS_DATASOURCE='{source}'\nMM_TEAMSETTINGS_SITENAME=From outside\n\
             PATH=/nowhere\nMM_EMAILSETTINGS_SMTPPASSWORD={CANARY}\n"
        );
        write(&self.site.world.beside("server.env"), &text)
    }

    /// The database that only the file names is as nobody has ever touched it.
    #[track_caller]
    fn assert_wrong_one_is_untouched(&self) {
        assert_eq!(self.wrong.tables(), Vec::<String>::new());
    }

    #[track_caller]
    fn assert_file_has_its_own_values(&self) {
        assert_eq!(self.site.setting("SqlSettings", "DataSource"), json!(self.wrong.url()));
        assert_eq!(self.site.setting("TeamSettings", "SiteName"), json!("Acme Chat"));
        assert_eq!(
            files_with(&self.site.world.root, CANARY),
            BTreeSet::from(["environment.json".to_owned()])
        );
    }
}

fn usual_words(world: &World) -> String {
    format!("--config '{}'", world.below(LIVE).join("config/config.json").display())
}

fn write(path: &Path, text: &str) -> PathBuf {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    path.to_owned()
}

/// The names of the files below a directory that hold this text. Nobody but their owner may read them.
fn files_with(directory: &Path, text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let meta = fs::symlink_metadata(&path).unwrap();
        if meta.is_dir() {
            found.extend(files_with(&path, text));
        } else if meta.is_file()
            && meta.len() < 10_000_000
            && fs::read(&path).unwrap().windows(text.len()).any(|it| it == text.as_bytes())
        {
            assert_eq!(meta.mode() & 0o777, 0o600, "{}", path.display());
            found.insert(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    found
}

/// The command lines of all processes that hold one of these texts, until it is over.
fn command_lines_with(texts: &[&str], over: &AtomicBool) -> Vec<String> {
    let mut found = Vec::new();
    while !over.load(Ordering::Relaxed) {
        for entry in fs::read_dir("/proc").unwrap() {
            let words = fs::read(entry.unwrap().path().join("cmdline")).unwrap_or_default();
            let words = String::from_utf8_lossy(&words).into_owned();
            if texts.iter().any(|text| words.contains(text)) {
                found.push(words);
            }
        }
    }
    found
}

#[test]
fn what_the_running_servers_environment_says_is_upgraded_and_written_nowhere() {
    let overridden = Overridden::of("9.11.0");
    let (site, world) = (&overridden.site, &overridden.site.world);
    let archive = site.archive(&release("10.11.0"));
    let source = world.database.url();
    let seen = meanwhile(
        |over| command_lines_with(&[CANARY, &source], over),
        || {
            let said = site.upgrade(&archive, &[]).expect(0);
            said.saying(&["MM_SQLSETTINGS_DATASOURCE", "MM_TEAMSETTINGS_SITENAME"]);
        },
    );
    assert_eq!(seen, Vec::<String>::new());
    assert_eq!(world.serving().as_deref(), Some("10.11.0"));
    assert_eq!(world.messages(), ["first", "größte Übung"]);
    overridden.assert_wrong_one_is_untouched();
    overridden.assert_file_has_its_own_values();
    let names = world.receipt()["overridden"].clone();
    assert!(names.as_array().unwrap().contains(&json!("MM_SQLSETTINGS_DATASOURCE")), "{names}");
    assert!(world.post("after the upgrade"));

    // Back again: the database that is restored is the right one, too.
    let mut words = world.words(&["rollback", "--accept-data-loss"]);
    words.extend(site.ctl.words());
    world.run(&words).expect(0);
    assert_eq!(world.serving().as_deref(), Some("9.11.0"));
    assert_eq!(world.messages(), ["first", "größte Übung"]);
    overridden.assert_wrong_one_is_untouched();
    overridden.assert_file_has_its_own_values();
}

#[test]
fn a_hop_that_fails_puts_the_right_database_back() {
    let overridden = Overridden::of("10.11.0");
    let (site, world) = (&overridden.site, &overridden.site.world);
    let archive = site.archive(&release("11.7.0").fault(Fault::DiesInMidMigration(3)));
    let (host, dump) = (site.host(), world.dump());
    site.upgrade(&archive, &["--start-timeout", "10s"]).expect(4);
    assert_eq!(world.dump(), dump);
    assert_eq!(site.host(), host);
    assert_eq!(world.serving().as_deref(), Some("10.11.0"));
    assert_eq!(world.messages(), ["first", "größte Übung"]);
    overridden.assert_wrong_one_is_untouched();
    overridden.assert_file_has_its_own_values();
}

#[test]
fn what_a_killed_run_has_left_is_taken_back_on_the_right_database() {
    let overridden = Overridden::of("10.11.0");
    let (site, world) = (&overridden.site, &overridden.site.world);
    let archive = site.archive(&release("11.7.0").fault(Fault::NeverReady));
    let (host, dump) = (site.host(), world.dump());
    let schema = |world: &World| world.database.value("SELECT max(version) FROM db_migrations");
    let schema_before = schema(world);
    let mut run = World::command(&site.upgrade_words(&archive, &[]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It migrates, and will never be ready.
    while world.running_servers().is_empty() || schema(world) == schema_before {
        assert_eq!(run.try_wait().unwrap(), None, "it ended early");
        thread::sleep(Duration::from_millis(20));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    assert_eq!(world.serving(), None);
    world.ask(&["recover"], &[]).expect(0);
    assert_eq!(world.dump(), dump);
    assert_eq!(site.host(), host);
    assert_eq!(world.serving().as_deref(), Some("10.11.0"));
    overridden.assert_wrong_one_is_untouched();
    overridden.assert_file_has_its_own_values();
}

#[test]
fn a_stopped_server_needs_the_environment_that_it_had() {
    let overridden = Overridden::of("9.11.0");
    let (site, world) = (&overridden.site, &overridden.site.world);
    let archive = site.archive(&release("10.11.0"));
    site.upgrade(&archive, &[]).expect(0);
    site.ctl.stop();

    let archive = site.archive(&release("11.7.0"));
    let (host, dump) = (site.host(), world.dump());
    let refused = ["MM_SQLSETTINGS_DATASOURCE", "--env-file"];
    site.upgrade(&archive, &[]).expect(3).saying(&refused);
    world.ask(&["backup", "create"], &[]).expect(3).saying(&refused);
    world.ask(&["verify"], &[]).expect(3).saying(&refused);
    let mut words = world.words(&["rollback"]);
    words.extend(site.ctl.words());
    world.run(&words).expect(3).saying(&refused);
    assert_eq!((site.host(), world.dump()), (host, dump));
    overridden.assert_wrong_one_is_untouched();

    let file = overridden.env_file();
    let file = file.to_str().unwrap();
    world.ask(&["verify"], &["--env-file", file]).expect(0);
    world.ask(&["backup", "create"], &["--env-file", file]).expect(0);
    site.upgrade(&archive, &["--env-file", file]).expect(0);
    overridden.assert_wrong_one_is_untouched();
    overridden.assert_file_has_its_own_values();
    site.ctl.start(world);
    assert_eq!(world.serving().as_deref(), Some("11.7.0"));
    assert_eq!(world.messages(), ["first", "größte Übung"]);
}

#[test]
fn an_environment_that_cannot_be_is_refused_without_a_word_of_it() {
    let overridden = Overridden::of("10.11.0");
    let (site, world) = (&overridden.site, &overridden.site.world);
    let archive = site.archive(&release("11.7.0"));
    let host = site.host();
    let other = write(
        &world.beside("other.env"),
        &format!("MM_SQLSETTINGS_DATASOURCE={}\n", overridden.wrong.url()),
    );
    let said = site.upgrade(&archive, &["--env-file", other.to_str().unwrap()]).expect(3);
    said.saying(&["MM_SQLSETTINGS_DATASOURCE", "running server"]);

    let damaged = write(&world.beside("damaged.env"), &format!("A=b\n{CANARY}\n"));
    let said = site.upgrade(&archive, &["--env-file", damaged.to_str().unwrap()]).expect(3);
    assert!(!said.all().contains(CANARY));
    said.saying(&["line 2"]);
    site.upgrade(&archive, &["--env-file", "/nonexistent"]).expect(3).saying(&["/nonexistent"]);
    assert_eq!(site.host(), host);
    overridden.assert_wrong_one_is_untouched();
}

#[test]
fn a_server_that_reads_another_file_is_not_this_one() {
    let site = Site::of("10.11.0");
    site.ctl.stop();
    let other = site.world.beside("other.json");
    fs::copy(site.live("config/config.json"), &other).unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o666)).unwrap();
    let path = other.to_str().unwrap();
    let words = format!("--config '{path}'");
    let archive = site.archive(&release("11.7.0"));
    for ctl in [
        Ctl::starting_with(&site.world, "", &[("MM_CONFIG", path)]),
        Ctl::starting_with(&site.world, &words, &[]),
    ] {
        ctl.start(&site.world);
        let said = site.upgrade(&archive, &[]).expect(3);
        said.saying(&[path, "--config-file"]);
        ctl.stop();
    }
    // The same file by another name is no other file.
    let ctl = Ctl::starting_with(&site.world, "", &[("MM_CONFIG", "config/config.json")]);
    ctl.start(&site.world);
    site.upgrade(&archive, &[]).expect(0);
}

#[test]
fn what_is_shown_of_the_file_names_the_variables_that_win() {
    let overridden = Overridden::of("10.11.0");
    let world = &overridden.site.world;
    let note = "win over the file";
    let variable = "MM_TEAMSETTINGS_SITENAME";
    world.ask(&["status"], &[]).expect(0).saying(&[note, variable]);
    world.ask(&["config", "show"], &[]).expect(0).saying(&[note, variable]);
    let said = world.ask(&["config", "get"], &["TeamSettings.SiteName"]).expect(0);
    assert_eq!(said.stdout, "\"Acme Chat\"\n");
    said.saying(&[note, variable]);
    let said = world.ask(&["config", "get", "--json"], &["TeamSettings.SiteName"]).expect(0);
    assert_eq!(said.json()["overridden_by"], json!(variable));
    let said = world.ask(&["config", "explain"], &["TeamSettings.SiteName"]).expect(0);
    said.saying(&["the environment variable MM_TEAMSETTINGS_SITENAME of the running server wins"]);
    let said = world.ask(&["config", "get"], &["TeamSettings.MaxUsersPerTeam"]).expect(0);
    assert!(!said.all().contains(note), "{}", said.all());
    overridden.site.ctl.stop();
    let said = world.ask(&["config", "show"], &[]).expect(0);
    assert!(!said.all().contains(note), "{}", said.all());
}

/// A site whose configuration lies in the server's own database.
fn stored(version: &str) -> Site {
    let world = World::new();
    let archive = world.archive(&release(version));
    world.install(&archive, &[]).expect(0);
    let mut config = world.config();
    config["TeamSettings"]["SiteName"] = json!("Stored Chat");
    let mut client = world.database.connect();
    client
        .batch_execute(
            "CREATE TABLE configurations (id varchar(26) PRIMARY KEY, value text NOT NULL, createat bigint NOT NULL, \
             active boolean)",
        )
        .unwrap();
    let insert = "INSERT INTO configurations VALUES ('first', $1, 1, true)";
    client.execute(insert, &[&config.to_string()]).unwrap();
    // Nobody reads the file any more.
    let wrong = "SqlSettings.DataSource=\"postgres://nobody:x@127.0.0.1:1/nothing\"";
    world.ask(&["config", "set"], &[wrong]).expect(0);
    let source = world.database.url();
    let ctl = Ctl::starting_with(&world, "", &[("MM_CONFIG", &source)]);
    ctl.start(&world);
    for message in ["first", "größte Übung"] {
        assert!(world.post(message), "{message}");
    }
    Site { ctl, world }
}

fn row(world: &World) -> Value {
    let text = world.database.value("SELECT value FROM configurations WHERE active").unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_configuration_in_the_database_goes_forth_and_back_with_it() {
    let site = stored("10.11.0");
    let world = &site.world;
    let archive = site.archive(&release("11.7.0"));
    let before = row(world);
    let said = site.upgrade(&archive, &[]).expect(0);
    said.saying(&["MM_CONFIG", "the configuration lies in a database", "it answers as 11.7.0"]);
    assert_eq!(world.serving().as_deref(), Some("11.7.0"));
    assert_eq!(world.messages(), ["first", "größte Übung"]);
    assert_eq!(row(world)["TeamSettings"]["SiteName"], json!("Stored Chat"));
    for key in ["DataSource", "AtRestEncryptKey"] {
        assert_eq!(row(world)["SqlSettings"][key], before["SqlSettings"][key], "{key}");
    }
    assert_eq!(
        site.setting("SqlSettings", "DataSource"),
        json!("postgres://nobody:x@127.0.0.1:1/nothing")
    );
    let backups = world.below(STATE).join("backups");
    let backup = fs::read_dir(backups).unwrap().next().unwrap().unwrap().path();
    let saved = fs::read_to_string(backup.join("config-database.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&saved).unwrap(), before);

    assert!(world.post("after the upgrade"));
    let mut words = world.words(&["rollback", "--accept-data-loss"]);
    words.extend(site.ctl.words());
    world.run(&words).expect(0).saying(&["it answers as 10.11.0"]);
    assert_eq!(world.serving().as_deref(), Some("10.11.0"));
    assert_eq!(row(world), before);
    assert_eq!(world.messages(), ["first", "größte Übung"]);
}

#[test]
fn a_failed_hop_leaves_a_configuration_in_the_database_as_it_was() {
    let site = stored("10.11.0");
    let world = &site.world;
    let archive = site.archive(&release("11.7.0").fault(Fault::DiesInMidMigration(3)));
    let (host, dump) = (site.host(), world.dump());
    site.upgrade(&archive, &["--start-timeout", "10s"]).expect(4);
    assert_eq!(world.dump(), dump);
    assert_eq!(site.host(), host);
    assert_eq!(world.serving().as_deref(), Some("10.11.0"));
    assert_eq!(world.messages(), ["first", "größte Übung"]);
}

#[test]
fn a_configuration_in_the_database_is_found_again_while_that_is_empty() {
    let site = stored("10.11.0");
    let world = &site.world;
    let archive = site.archive(&release("11.7.0").fault(Fault::NeverReady));
    let (host, dump) = (site.host(), world.dump());
    let mut run = World::command(&site.upgrade_words(&archive, &[]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while world.running_servers().is_empty() {
        assert_eq!(run.try_wait().unwrap(), None, "it ended early");
        thread::sleep(Duration::from_millis(20));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    // As a restoration leaves it that is killed between its two halves.
    thread::sleep(Duration::from_millis(500));
    for table in world.database.tables() {
        let drop = format!("DROP TABLE {table} CASCADE");
        world.database.connect().batch_execute(&drop).unwrap();
    }
    world.ask(&["recover"], &[]).expect(0);
    assert_eq!(world.dump(), dump);
    assert_eq!(site.host(), host);
    assert_eq!(world.serving().as_deref(), Some("10.11.0"));
    assert_eq!(row(world)["TeamSettings"]["SiteName"], json!("Stored Chat"));
}

#[test]
fn a_configuration_in_another_database_than_the_servers_is_refused() {
    let site = stored("10.11.0");
    let world = &site.world;
    let elsewhere = database();
    let mut client = elsewhere.connect();
    client
        .batch_execute(
            "CREATE TABLE configurations (id text, value text, createat bigint, active boolean)",
        )
        .unwrap();
    let insert = "INSERT INTO configurations VALUES ('first', $1, 1, true)";
    let mut config = row(world);
    config["TeamSettings"]["SiteName"] = json!("Elsewhere");
    client.execute(insert, &[&config.to_string()]).unwrap();
    site.ctl.stop();
    let env = format!("MM_CONFIG={}\n", elsewhere.url());
    let file = write(&world.beside("server.env"), &env);
    let archive = site.archive(&release("11.7.0"));
    let dump = world.dump();
    let said = site.upgrade(&archive, &["--env-file", file.to_str().unwrap()]).expect(3);
    said.saying(&["another one than the server's"]);

    let env = "MM_CONFIG=mysql://u:canarysalt@tcp(h)/d\n";
    let file = write(&world.beside("server.env"), env);
    let said = site.upgrade(&archive, &["--env-file", file.to_str().unwrap()]).expect(3);
    said.saying(&["mysql", "mmctl config migrate"]);
    assert_eq!(world.dump(), dump);
}

#[test]
fn an_old_release_that_ignores_what_the_new_one_would_obey_is_not_upgraded_so() {
    let site = Site::of("5.9.0");
    site.ctl.stop();
    let source = site.world.database.url();
    let ctl = Ctl::starting_with(&site.world, "", &[("MM_CONFIG", &source)]);
    ctl.start(&site.world);
    let archive = site.archive(&release("6.3.0"));
    let said = site.upgrade(&archive, &[]).expect(3);
    said.saying(&["MM_CONFIG", "5.9.0", "6.3.0"]);
}

#[test]
fn an_installation_takes_its_database_from_the_given_environment() {
    let world = World::new();
    let wrong = database();
    let mut overlay = world.overlay();
    overlay["SqlSettings"]["DataSource"] = json!(wrong.url());
    world.write_overlay("overlay.json", &overlay);
    let env = format!("MM_SQLSETTINGS_DATASOURCE={}\n", world.database.url());
    let file = write(&world.beside("server.env"), &env);
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--env-file", file.to_str().unwrap()]).expect(0);
    assert_eq!(wrong.tables(), Vec::<String>::new());
    assert_ne!(world.database.tables(), Vec::<String>::new());
    assert_eq!(world.config()["SqlSettings"]["DataSource"], json!(wrong.url()));
    assert_eq!(world.receipt()["overridden"], json!(["MM_SQLSETTINGS_DATASOURCE"]));
    // And it is proven on no other one.
    world.ask(&["verify"], &[]).expect(3).saying(&["--env-file"]);
    world.ask(&["verify"], &["--env-file", file.to_str().unwrap()]).expect(0);
    assert_eq!(wrong.tables(), Vec::<String>::new());
}

/// K13: a file that nobody reads is not edited.
#[test]
fn a_configuration_in_the_database_is_not_changed_in_the_file() {
    let site = stored("10.11.0");
    let stamps = site.world.stamps();
    let said = site.world.ask(&["config", "set"], &["TeamSettings.SiteName=\"x\""]).expect(3);
    said.saying(&["keeps its configuration in a database", "System Console"]);
    let file = site.world.below("opt/acme/embedded/mattermost/config/config.json");
    let key = file.display().to_string();
    assert_eq!(site.world.stamps().get(&key), stamps.get(&key));
}
