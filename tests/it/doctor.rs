//! `mmembed doctor` on hosts that are well, and on hosts that are ill in one way each. It never changes anything.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use mmembed::engine::{Patient, Supply, examine, resolve_prefix};
use mmembed::host::{Cancel, Exec, Host, Meter, Territory};
use mmembed::model::{Distribution, Health, Observation, Package};
use mmembed::release::Catalog;
use serde_json::Value;

use crate::support::said::Said;
use crate::support::site::Site;
use crate::support::world::{LIVE, MMEMBED, SERVICE, STATE, World, is_root, release};

/// What was observed of one thing.
fn of<'o>(report: &'o Value, subject: &str) -> Vec<&'o Value> {
    let all = report["observations"].as_array().unwrap().iter();
    all.filter(|one| one["subject"] == subject).collect()
}

#[track_caller]
fn assert_ill(report: &Value, subject: &str, health: &str, code: &str, remedy: &str) {
    let of = of(report, subject);
    let is_it = |one: &&Value| {
        let told = one["remedy"].as_str().unwrap_or_default();
        one["health"] == health && one["code"] == code && told.contains(remedy)
    };
    assert!(of.iter().any(is_it), "{of:#?}");
}

/// Asks, and sees that nothing has been touched.
#[track_caller]
fn ask(world: &World, more: &[&str], code: i32) -> Value {
    let stamps = world.stamps();
    let said = world.ask(&["doctor"], &[&["--json"], more].concat()).expect(code);
    world.assert_untouched_since(&stamps);
    said.json()
}

#[test]
fn where_all_is_there_all_is_well() {
    let site = Site::of("10.11.0");
    let report = ask(&site.world, &[], 0);
    assert_eq!((&report["schema"], &report["ending"]), (&1.into(), &"done".into()));
    for (subject, piece) in [
        ("release", "10.11.0"),
        ("server", "answers as 10.11.0"),
        ("database", "answers: version"),
        ("rights", "may make tables"),
        ("port", &site.world.port.to_string()),
        ("config", "config.json"),
    ] {
        let told = of(&report, subject);
        let [one] = told[..] else { panic!("{subject}: {told:#?}") };
        assert_eq!(one["health"], "ok", "{one}");
        assert!(one["text"].as_str().unwrap().contains(piece), "{one}");
    }
    for program in ["psql", "pg_dump", "pg_restore"] {
        assert_eq!(of(&report, program)[0]["health"], "ok");
    }
    let quiet = ask(&site.world, &["--no-database"], 0);
    assert!(of(&quiet, "database")[0]["text"].as_str().unwrap().contains("as you wished"));
    assert!(of(&quiet, "rights").is_empty());
}

#[test]
fn a_program_that_is_missing_is_named_with_the_command_that_brings_it() {
    let world = World::new();
    let exec = Exec::with_path(vec![world.below("etc")]);
    let mut host =
        Host::new(&world.root, Territory::default(), Meter::default(), Cancel::never()).unwrap();
    host.exec = exec;
    let prefix = resolve_prefix(&world.root, &"acme".parse().unwrap()).unwrap();
    let patient = Patient {
        prefix: &prefix,
        service: None,
        server: None,
        placements: Vec::new(),
        overlays: Vec::new(),
        to: None,
        asks_database: true,
    };
    let catalog = Catalog::built_in();
    let today = catalog.as_of();
    let supply = Supply { catalog: Ok(catalog), store: None, ca_file: None, today };
    let seen = examine(&host, Some(&patient), &supply);
    let missing: Vec<&Observation> =
        seen.iter().filter(|one| one.health == Health::Missing).collect();
    let names: Vec<&str> = missing.iter().map(|one| one.subject.as_str()).collect();
    assert_eq!(names, ["psql", "pg_dump", "pg_restore"]);
    let this = Distribution::parse(&fs::read_to_string("/etc/os-release").unwrap());
    match this.install(Package::PostgresClient(None)) {
        Some(command) => assert_eq!(missing[1].remedy.as_ref(), Some(&command)),
        None => assert!(missing[1].remedy.as_ref().unwrap().contains("pg_dump")),
    }
}

#[test]
fn a_directory_that_the_server_may_not_write_to_is_broken() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    let data = world.below("var/opt/acme/mattermost/data");
    fs::remove_dir(world.below("var/opt/acme/mattermost/plugins")).unwrap();
    let report = ask(&world, &["--no-database"], 8);
    assert_ill(&report, "plugins", "missing", "place-gone", "install -d -o");
    assert_eq!(report["ending"], "probe-failed");
    assert!(report["failure"]["what"].as_str().unwrap().contains("1 thing"), "{report}");
    if !is_root() {
        eprintln!("skipped: only root can give a directory away");
        return;
    }
    chown(&data, Some(0), Some(0)).unwrap();
    let report = ask(&world, &["--no-database"], 8);
    let remedy = format!("chown -R {SERVICE}:{SERVICE} {}", data.display());
    assert_ill(&report, "data", "broken", "place-owner", &remedy);
    fs::set_permissions(world.below("var/opt/acme"), Permissions::from_mode(0o700)).unwrap();
    let report = ask(&world, &["--no-database"], 8);
    assert_ill(&report, "logs", "broken", "place-shut", "chmod o+x");
}

/// Something mounted, unmounted in the end.
struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let done = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(done.is_ok_and(|done| done.success()), "{} stays mounted", self.0.display());
    }
}

#[test]
fn trees_where_no_program_may_run_are_broken() {
    let world = World::new();
    let place = world.below("opt/acme");
    fs::create_dir(&place).unwrap();
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "noexec", "none"]).arg(&place).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: nothing can be mounted here");
        return;
    }
    let mounted = Mounted(place);
    let report = ask(&world, &[], 8);
    assert_ill(&report, "trees", "broken", "noexec", "mount -o remount,exec");
    drop(mounted);
    ask(&world, &[], 0);
}

#[test]
fn what_was_interrupted_is_told_with_the_way_on() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let words = world.install_words(&archive, &["--no-start"]);
    let mut killed = World::command(&words);
    killed.env("MMEMBED_TEST_KILL_AT", "60").output().unwrap();
    let report = ask(&world, &[], 0);
    let remedy = format!("mmembed recover --app acme --root {}", world.root.display());
    assert_ill(&report, "transaction", "warning", "open-transaction", &remedy);
    world.ask(&["recover"], &[]).expect(0);
    assert!(of(&ask(&world, &[], 0), "transaction").is_empty());
}

#[test]
fn a_configuration_that_is_none_or_open_to_all_is_told() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    let file = world.below(LIVE).join("config/config.json");
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let stamps = world.stamps();
    // What is open to all shows its secrets, which is what is told: only here they are not looked for.
    let words = [world.words(&["doctor"]), vec!["--json".to_owned()]].concat();
    let report = Said::of(World::command(&words).output().unwrap()).expect(0).json();
    world.assert_untouched_since(&stamps);
    assert_ill(&report, "config", "warning", "C-MODE", "chmod 0600");
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    fs::write(&file, "{").unwrap();
    let report = ask(&world, &[], 8);
    assert_ill(&report, "config", "broken", "config-unreadable", "mmembed config lint --for");
    fs::write(world.below(STATE).join("receipt.json"), "[]").unwrap();
    let report = ask(&world, &[], 8);
    assert_ill(&report, "receipt", "broken", "receipt", "backup");
}

#[test]
fn a_database_that_does_not_answer_is_broken() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    let nowhere = "SqlSettings.DataSource=\"postgres://chat@127.0.0.1:9/chat?sslmode=disable\"";
    world.ask(&["config", "set"], &[nowhere]).expect(0);
    let report = ask(&world, &[], 8);
    assert!(of(&report, "database").iter().any(|one| one["code"] == "database"), "{report:#}");
    ask(&world, &["--no-database"], 0);
}

#[test]
fn a_plain_user_is_told_what_may_not_be_seen() {
    if !is_root() {
        eprintln!("skipped: only root can become somebody else");
        return;
    }
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    // Where the program lies, that user may not be able to go.
    let program = world.beside("mmembed");
    fs::copy(MMEMBED, &program).unwrap();
    let stamps = world.stamps();
    let user = SERVICE.to_string();
    let output = Command::new("setpriv")
        .args(["--reuid", &user, "--regid", &user, "--clear-groups"])
        .arg(&program)
        .args(world.words(&["doctor"]))
        .env_remove("MMEMBED_APP")
        .env("HOME", "/nonexistent")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = Said::of(output).saying(&["not root", "may not be written to by this user"]);
    assert!(said.code == Some(0) || said.code == Some(8), "{}", said.all());
    world.assert_untouched_since(&stamps);
}

#[test]
fn without_an_application_the_machine_is_looked_at() {
    let run = |variables: &[(&str, &str)], words: &[&str]| {
        let mut command = Command::new(MMEMBED);
        command.arg("doctor").args(words).env_remove("MMEMBED_APP").stdin(Stdio::null());
        Said::of(command.envs(variables.iter().copied()).output().unwrap())
    };
    let said = run(&[], &[]).expect(0).saying(&["Host:", "kernel", "Programs:", "well:"]);
    assert!(!said.all().contains("Installation:"), "{}", said.all());
    let said = run(&[("MMEMBED_ROTT", "/srv"), ("HTTPS_PROXY", "http://me:canary@p:1")], &[]);
    let said = said.expect(0).saying(&["MMEMBED_ROTT", "unset MMEMBED_ROTT", "HTTPS_PROXY"]);
    assert!(!said.all().contains("canary"), "{}", said.all());
    run(&[], &["--ca-file", "/nonexistent.pem"]).expect(8).saying(&[
        "[ca-file]",
        "error:",
        "next:",
    ]);
    run(&[], &["--root", "/nonexistent"]).expect(3).telling(&["/nonexistent"]);
    run(&[], &["--to", "99.0.0"]).expect(8).saying(&["[release-unknown]"]);
}

#[test]
fn a_manifest_says_what_will_be_needed() {
    let world = World::new();
    world.write_overlay("overlay.json", &world.overlay());
    let manifest = world.beside("mmembed.toml");
    let text = format!(
        "manifest = 1\napp = \"acme\"\nroot = {:?}\nrelease = \"10.11.4\"\nservice-user = \"nobody-of-that-name\"\n\
         [overlays]\ndefaults = [\"overlay.json\"]\n[places]\ndata = \"/srv/files\"\n",
        world.root.display().to_string()
    );
    fs::write(&manifest, text).unwrap();
    let run = |more: &[&str]| {
        let mut words = vec!["doctor".to_owned(), "--json".to_owned(), "--manifest".to_owned()];
        words.push(manifest.display().to_string());
        words.extend(more.iter().map(ToString::to_string));
        let stamps = world.stamps();
        let said = world.run(&words);
        world.assert_untouched_since(&stamps);
        said
    };
    let report = run(&[]).expect(8).json();
    assert_ill(&report, "user", "missing", "service-user-missing", "useradd");
    assert!(of(&report, "data")[0]["text"].as_str().unwrap().contains("srv/files"), "{report:#}");
    assert!(of(&report, "database").iter().any(|one| one["health"] == "ok"), "{report:#}");
    fs::write(&manifest, "manifest = 1\n").unwrap();
    run(&[]).expect(3).saying(&["mmembed.toml"]);
}
