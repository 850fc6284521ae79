//! Looking without touching: `plan`, `status`, `verify`, and what programs get to read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;

use crate::fakes::trailer::Fault;
use crate::support::world::{LIVE, MMEMBED, STATE, World, assert_no_secret, release};

/// The words of an installation as those of a plan.
fn plan_words(install: &[String]) -> Vec<String> {
    let mut words = install.to_vec();
    "plan".clone_into(words.first_mut().unwrap());
    words
}

/// The steps of a report, without what is different in each run.
fn steps(report: &Value) -> Vec<String> {
    let steps = report["steps"].as_array().unwrap();
    steps.iter().map(|step| mask_id(step["text"].as_str().unwrap())).collect()
}

/// Without transaction ids.
fn mask_id(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("staged-") {
        let (before, after) = rest.split_at(at);
        masked += before;
        masked += "staged-ID";
        rest = after.get("staged-20261123T205143Z-9f3a".len()..).unwrap();
    }
    masked + rest
}

#[test]
fn a_plan_changes_nothing_and_is_the_same_twice() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let install = world.install_words(&archive, &[]);
    let stamps = world.stamps();
    world.run(&plan_words(&install)).expect(10).saying(&["Plan:", "start the server in the dark"]);
    let mut words = plan_words(&install);
    words.push("--json".into());
    let first = world.run(&words).expect(10).json();
    let second = world.run(&words).expect(10).json();
    let mut dry = install;
    dry.push("--dry-run".into());
    world.run(&dry).expect(10).saying(&["pending", "nothing was changed"]);
    world.assert_untouched_since(&stamps);
    assert_eq!(first["schema"], 1);
    assert_eq!(steps(&first), steps(&second));

    // What was planned is what is done.
    let done = world.install(&archive, &["--progress-fd", "2", "--json"]).expect(0);
    let started = done.stderr.lines().filter_map(|line| {
        let event: Value = serde_json::from_str(line).unwrap();
        (event["event"] == "step-started").then(|| mask_id(event["text"].as_str().unwrap()))
    });
    assert_eq!(started.collect::<Vec<_>>(), steps(&first));
    let stamps = world.stamps();
    world.run(&words).expect(0).saying(&["nothing-to-do"]);
    world.assert_untouched_since(&stamps);
}

#[test]
fn every_report_for_programs_is_one_object_of_form_1() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let before = world.ask(&["status"], &["--json"]).expect(0).json();
    assert_eq!(before["findings"][0]["code"], "not-installed");
    let installed = world.install(&archive, &["--json"]).expect(0).json();
    let status = world.ask(&["status"], &["--json"]).expect(0).json();
    let verified = world.ask(&["verify"], &["--json"]).expect(0).json();
    for report in [&before, &installed, &status, &verified] {
        assert_eq!(report["schema"], 1, "{report}");
    }
    for report in [&installed, &status] {
        assert_eq!(report["release"]["version"], "10.11.0");
        assert_eq!(report["live"], world.below(LIVE).to_str().unwrap());
        assert_eq!(report["proof"]["answered_as"], "10.11.0");
        assert_eq!(report["places"].as_array().unwrap().len(), 4);
    }
    assert_eq!(installed["ending"], "done");
    assert_eq!(world.ask(&["recover"], &["--json"]).expect(0).json()["ending"], "nothing-to-do");
}

#[test]
fn events_are_json_lines_and_hold_no_secret() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let events = world.beside("events");
    let status = Command::new("/bin/sh")
        .args(["-c", "exec \"$@\" 7>\"$0\""])
        .arg(&events)
        .arg(MMEMBED)
        .args(world.install_words(&archive, &["--progress-fd", "7", "--json"]))
        .output()
        .unwrap()
        .status;
    assert_eq!(status.code(), Some(0));
    let text = fs::read_to_string(&events).unwrap();
    assert_no_secret("the events", text.as_bytes());
    let kinds: Vec<String> = text
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["event"].as_str().unwrap().to_owned()
        })
        .collect();
    for kind in ["step-started", "step-done", "server-log", "progress"] {
        assert!(kinds.iter().any(|seen| seen == kind), "{kind} is missing in {kinds:?}");
    }
    let words = world.install_words(&archive, &["--progress-fd", "77"]);
    world.run(&words).expect(2).saying(&["--progress-fd"]);
}

#[test]
fn verify_finds_every_kind_of_difference() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.ask(&["verify"], &[]).expect(3).saying(&["nothing is installed"]);
    world.install(&archive, &[]).expect(0);
    let live = world.below(LIVE);
    let verify = || world.ask(&["verify"], &["--no-start"]);
    verify().expect(0);
    fs::write(live.join("client/extra.js"), "new").unwrap();
    verify().expect(0).saying(&["note", "client/extra.js was not brought"]);
    let page = fs::read(live.join("client/root.html")).unwrap();
    fs::write(live.join("client/root.html"), "changed").unwrap();
    verify().expect(8).saying(&["fatal", "client/root.html is not as", "now:", "next:"]);
    fs::write(live.join("client/root.html"), page).unwrap();
    verify().expect(0);
    let program = live.join("bin/mattermost");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o644)).unwrap();
    verify().expect(8).saying(&["bin/mattermost is not as"]);
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(live.join("i18n/en.json"), world.beside("en.json")).unwrap();
    verify().expect(8).saying(&["i18n/en.json is missing"]);
    std::os::unix::fs::symlink(world.beside("en.json"), live.join("i18n/en.json")).unwrap();
    verify().expect(8).saying(&["i18n/en.json is not as"]);
}

#[test]
fn verify_proves_the_server_and_leaves_everything_as_it_is() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &[]).expect(0);
    let config = fs::read(world.below(LIVE).join("config/config.json")).unwrap();
    let (host, content) = (world.host(), world.database_content());
    world.ask(&["verify"], &[]).expect(0).saying(&["started in the dark, it answered as 10.11.0"]);
    assert_eq!(fs::read(world.below(LIVE).join("config/config.json")).unwrap(), config);
    let mut now = world.host();
    // The server logs, also in the dark.
    let mut before = host;
    for manifest in [&mut now, &mut before] {
        manifest.retain(|path, _| !path.ends_with("mattermost.log"));
    }
    assert_eq!(now, before);
    assert_eq!(world.database_content(), content);
    assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new());
    world.assert_nothing_runs();
}

#[test]
fn verify_says_when_the_server_does_not_start_any_more() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0").fault(Fault::SlowStart(2000)));
    world.install(&archive, &[]).expect(0);
    let host = world.host();
    let said = world.ask(&["verify"], &["--start-timeout", "1s"]).expect(8);
    let logs = world.below(STATE).join("verify");
    said.saying(&["not ready within 1 s", "now:", "next:", logs.to_str().unwrap()]);
    assert!(logs.join("server.log").is_file());
    assert_eq!(world.host(), host);
    world.assert_nothing_runs();
    world.ask(&["verify"], &[]).expect(0);
    assert!(!logs.exists());
}

#[test]
fn a_listener_that_is_gone_or_full_changes_nothing_but_the_words() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let shell = |redirected: &str, words: &[String]| {
        let script = format!("\"$@\" {redirected}");
        Command::new("/bin/sh").args(["-c", &script, "sh", MMEMBED]).args(words).output().unwrap()
    };
    let good = world.install_words(&archive, &[]);
    let bad = world.install_words(&world.beside("nothing-10.11.0.tar.gz"), &["--edition", "team"]);
    for redirected in [">&-", "2>&-", ">&- 2>&-", "2>/dev/full", ">/dev/full 2>/dev/full"] {
        let output = shell(redirected, &bad);
        assert_eq!(output.status.code(), Some(3), "{redirected}");
    }
    let output = shell("2>&1 >/dev/full", &bad);
    assert!(String::from_utf8_lossy(&output.stdout).contains("next:"));
    // Whether anybody listens or not, it is installed.
    let output = shell("2>&1 >/dev/full", &good);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write the result") && !said.contains("panicked"), "{said}");
    world.install(&archive, &[]).expect(0).saying(&["nothing to do"]);
    world.ask(&["status"], &[]).expect(0).saying(&["10.11.0"]);
    let piped = "2>&1 | head -c 0; exit 0";
    let show = world.words(&["config", "show"]);
    let output = shell(piped, &show);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn an_installation_that_nobody_watches_is_finished() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let script = "\"$@\" 2>&1 | head -n 1";
    let words = world.install_words(&archive, &[]);
    let output =
        Command::new("/bin/sh").args(["-c", script, "sh", MMEMBED]).args(&words).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
    world.ask(&["status"], &[]).expect(0).saying(&["ready after"]);
    world.install(&archive, &[]).expect(0).saying(&["nothing to do"]);
}

#[test]
fn no_child_is_given_a_secret_as_a_word() {
    let world = World::new();
    let archive = world.archive(&release("5.37.0"));
    let words = world.install_words(&archive, &[]);
    let null = std::process::Stdio::null;
    let mut child = World::command(&words).stdout(null()).stderr(null()).spawn().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    while child.try_wait().unwrap().is_none() {
        for entry in fs::read_dir("/proc").unwrap() {
            let path = entry.unwrap().path();
            let words = fs::read(path.join("cmdline")).unwrap_or_default();
            assert_no_secret(&path.display().to_string(), &words);
            seen.insert(
                String::from_utf8_lossy(&words).split('\0').next().unwrap_or("").to_owned(),
            );
        }
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let saw = |name: &str| seen.iter().any(|program| program.ends_with(name));
    assert!(saw("psql") && saw("bin/mattermost"), "{seen:?}");
}
