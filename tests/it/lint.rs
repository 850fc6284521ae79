//! `config lint` as it is run: what it prints in each form, and with which exit code.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use mmembed::config::Severity;
use mmembed::engine::{LintQuestion, lint_config_file};
use mmembed::model::Version;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::architecture::source::project;
use crate::support::said::Said;

/// Who owns nothing here: no user of that number exists.
const NOBODY: u32 = 21_544;

/// Nothing is wrong with it, and it holds a secret.
const CLEAN: &str = r#"{
    "ServiceSettings": {
        "SiteURL": "https://chat.example.com",
        "ListenAddress": ":8065"
    },
    "SqlSettings": {
        "DriverName": "postgres",
        "DataSource": "postgres://mm:canary@db.example/mm?sslmode=disable"
    }
}"#;

/// An error at 3:24, a warning at 4:9.
const WRONG: &str = r#"{
    "ServiceSettings": {
        "ReadTimeout": 0,
        "SitURL": "https://canary"
    },
    "SqlSettings": {
        "DriverName": "postgres"
    }
}"#;

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let everybody = Permissions::from_mode(0o755);
        Self(tempfile::Builder::new().permissions(everybody).tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file that only its owner may read.
    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        self
    }

    /// The program, run where the files lie.
    fn command(&self, version: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mmembed"));
        command.args(["config", "lint", "--for", version]).args(words).current_dir(self.0.path());
        command
    }

    fn lint(&self, version: &str, words: &[&str]) -> Said {
        said(self.command(version, words).stdin(Stdio::null()))
    }

    fn lint_input(&self, version: &str, words: &[&str], input: &[u8]) -> Said {
        let mut command = self.command(version, words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        ended(child.wait_with_output().unwrap())
    }
}

fn said(command: &mut Command) -> Said {
    ended(command.output().unwrap())
}

/// No value is ever shown.
#[track_caller]
fn ended(output: Output) -> Said {
    let said = Said::of(output);
    assert!(!said.all().contains("canary"), "a value is shown in\n{}", said.all());
    said
}

#[test]
fn text_has_the_place_in_front_and_the_counts_at_its_end() {
    let desk = Desk::new();
    desk.file("clean.json", CLEAN).file("wrong.json", WRONG);
    let clean = desk.lint("9.5.0", &["clean.json"]).expect(0);
    assert_eq!(clean.stdout, "0 errors, 0 warnings, 0 notes in 1 file\n");
    let wrong = desk.lint("9.5.0", &["clean.json", "wrong.json"]).expect(3);
    assert_eq!(
        wrong.stdout,
        "wrong.json:3:24: error: ServiceSettings.ReadTimeout must be 1 or more: 9.5.0 does not start [C-RANGE]\n  \
         → give it 1 or more\n\
         wrong.json:4:9: warning: ServiceSettings.SitURL is not known; did you mean ServiceSettings.SiteURL? [C-UNKNOWN]\n  \
         → write ServiceSettings.SiteURL\n\
         1 error, 1 warning, 0 notes in 2 files\n"
    );
    assert_eq!(wrong.stderr, "");
}

#[test]
fn warnings_are_errors_where_one_is_strict() {
    let desk = Desk::new();
    desk.file("slip.json", r#"{"SqlSettings": {}, "ServiceSettings": {"SitURL": ""}}"#);
    desk.lint("9.5.0", &["slip.json"]).expect(0).saying(&["1 warning"]);
    desk.lint("9.5.0", &["--strict", "slip.json"]).expect(3).saying(&["1 warning"]);
    desk.file("old.json", r#"{"SqlSettings": {}, "FileSettings": {"Directory": "./data/"}}"#);
    desk.lint("9.5.0", &["--strict", "old.json"]).expect(0).saying(&["1 note", "C-RELATIVE"]);
}

#[test]
fn json_is_one_object_with_all_files() {
    let desk = Desk::new();
    desk.file("clean.json", CLEAN).file("wrong.json", WRONG);
    let words = ["--json", "clean.json", "wrong.json"];
    let json = desk.lint("9.5.0", &words).expect(3).json();
    let counts = ["schema", "errors", "warnings", "notes"].map(|name| json[name].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1, 0]);
    assert_eq!((&json["command"], &json["version"]), (&json!("config lint"), &json!("9.5.0")));
    assert_eq!(json["files"][0], json!({ "file": "clean.json", "findings": [] }));
    assert_eq!(
        json["files"][1]["findings"][0],
        json!({
            "level": "error",
            "rule": "C-RANGE",
            "setting": "ServiceSettings.ReadTimeout",
            "line": 3,
            "column": 24,
            "text": "ServiceSettings.ReadTimeout must be 1 or more: 9.5.0 does not start",
            "advice": "give it 1 or more",
        })
    );
    let same = desk.lint("9.5.0", &["--format", "json", "clean.json", "wrong.json"]);
    assert_eq!(same.json(), json);
}

/// What the code scanning of GitHub requires of a log, and what SARIF 2.1.0 does.
fn check_sarif(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-2.1.0.json"));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "mmembed");
    assert_eq!(driver["semanticVersion"], env!("CARGO_PKG_VERSION"));
    let rules = driver["rules"].as_array().unwrap();
    for rule in rules {
        let texts = ["shortDescription", "fullDescription", "help"];
        assert!(texts.iter().all(|name| said_something(&rule[name])), "{rule}");
    }
    for result in run["results"].as_array().unwrap() {
        check_result(result, rules);
    }
}

fn said_something(value: &Value) -> bool {
    !value["text"].as_str().unwrap().is_empty()
}

fn check_result(result: &Value, rules: &[Value]) {
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], result["ruleId"]);
    assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
    assert!(said_something(&result["message"]), "{result}");
    let place = &result["locations"][0]["physicalLocation"];
    assert!(!place["artifactLocation"]["uri"].as_str().unwrap().contains([' ', '\\']));
    assert!(place["region"]["startLine"].as_u64().unwrap() >= 1, "{result}");
    assert!(place["region"]["startColumn"].as_u64().is_none_or(|column| column >= 1));
    assert!(result["partialFingerprints"].as_object().unwrap().values().all(Value::is_string));
}

#[test]
fn sarif_is_as_code_scanning_wants_it() {
    let desk = Desk::new();
    desk.file("my config/wrong.json", WRONG).file("bom.json", format!("\u{feff}{CLEAN}"));
    let words = ["--format", "sarif", "my config/wrong.json", "bom.json", "missing.json"];
    let log = desk.lint("10.5.0", &words).expect(3).json();
    check_sarif(&log);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let find = |rule: &str| results.iter().find(|result| result["ruleId"] == rule).unwrap();
    let range = find("C-RANGE");
    assert_eq!(range["level"], "error");
    let place = &range["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20config/wrong.json");
    assert_eq!(place["region"], json!({ "startLine": 3, "startColumn": 24 }));
    assert_eq!(find("C-BOM")["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
    assert!(find("C-READ")["message"]["text"].as_str().unwrap().contains("missing.json"));
}

#[test]
fn the_standard_input_is_a_file_like_others() {
    let desk = Desk::new();
    desk.lint_input("9.5.0", &["-"], CLEAN.as_bytes()).expect(0).saying(&["0 errors"]);
    let wrong = desk.lint_input("9.5.0", &["-"], WRONG.as_bytes());
    wrong.expect(3).saying(&["-:3:24: error: ServiceSettings.ReadTimeout"]);
    let sarif = desk.lint_input("9.5.0", &["--format", "sarif", "-"], WRONG.as_bytes());
    check_sarif(&sarif.expect(3).saying(&["\"stdin\""]).json());
}

#[test]
fn what_cannot_be_read_is_an_error_among_others() {
    let desk = Desk::new();
    desk.file("clean.json", CLEAN).file("wrong.json", WRONG);
    fs::create_dir(desk.path("directory")).unwrap();
    desk.file("bom.json", format!("\u{feff}{CLEAN}"));
    desk.file("twice.json", "{\n\"A\": 1,\n\"a\": 2}")
        .file("cut.json", "{\"A\":")
        .file("empty.json", "");
    for (name, words) in [
        ("missing.json", ["missing.json: error:", "[C-READ]"]),
        ("directory", ["directory: error:", "[C-READ]"]),
        ("bom.json", ["bom.json:1:1: error:", "[C-BOM]"]),
        ("twice.json", ["twice.json:3:1: error:", "[C-DUPCASE]"]),
        ("cut.json", ["cut.json:1:6: error:", "[C-TRUNC]"]),
        ("empty.json", ["empty.json:1:1: error:", "[C-EMPTY]"]),
    ] {
        desk.lint("9.5.0", &[name]).expect(3).saying(&words);
        // The others are looked at all the same.
        let among = desk.lint("9.5.0", &["clean.json", name, "wrong.json"]);
        assert_rest(&among.expect(3).saying(&words));
    }
}

#[track_caller]
fn assert_rest(said: &Said) {
    assert!(said.stdout.contains("wrong.json:3:24: error:"), "{}", said.stdout);
    assert!(said.stdout.ends_with("in 3 files\n"), "{}", said.stdout);
}

#[test]
fn a_file_that_one_may_not_read_is_named() {
    if !mmembed::host::is_root() {
        return;
    }
    let desk = Desk::new();
    desk.file("clean.json", CLEAN);
    fs::copy(env!("CARGO_BIN_EXE_mmembed"), desk.path("mmembed")).unwrap();
    let mut command = Command::new(desk.path("mmembed"));
    command.args(["config", "lint", "--for", "9.5.0"]).arg(desk.path("clean.json"));
    let refused = said(command.uid(NOBODY).gid(NOBODY).current_dir("/"));
    refused.expect(3).saying(&["clean.json: error: cannot open", "Permission denied", "[C-READ]"]);
}

#[test]
fn a_file_that_everybody_can_read_is_told_with_its_owner() {
    let desk = Desk::new();
    desk.file("clean.json", CLEAN);
    fs::set_permissions(desk.path("clean.json"), Permissions::from_mode(0o644)).unwrap();
    let words = [
        "clean.json: warning: every user of the machine can read",
        "mode 0644, owner ",
        "[C-MODE]",
    ];
    desk.lint("9.5.0", &["clean.json"]).expect(0).saying(&words);
}

#[test]
fn the_tree_is_that_of_the_file_or_the_named_one() {
    let desk = Desk::new();
    let data = desk.path("mattermost/data");
    let json = json!({ "SqlSettings": {}, "FileSettings": { "Directory": data } }).to_string();
    desk.file("mattermost/config/config.json", &json).file("other.json", &json);
    desk.lint("9.5.0", &["mattermost/config/config.json"]).expect(0).saying(&["[C-INTREE]"]);
    desk.lint("9.5.0", &["other.json"]).expect(0).saying(&["0 warnings"]);
    desk.lint("9.5.0", &["--tree", "mattermost", "other.json"]).expect(0).saying(&["[C-INTREE]"]);
}

#[test]
fn variables_win_are_ignored_or_mean_nothing() {
    let desk = Desk::new();
    desk.file("wrong.json", WRONG);
    desk.file("first.env", "MM_SERVICESETTINGS_READTIMEOUT=0\nMM_SERVICESETTINGS_SITEURL=canary\n");
    desk.file(
        "second.env",
        "# what the host says\nMM_SERVICESETTINGS_READTIMEOUT=300\nMM_SERVICESETTINGS_WRITETIMEOUT=canary\n\
         MM_SERVICESETTINGS_SITURL=canary\nPATH=/canary\n",
    );
    let words = ["--env-file", "first.env", "--env-file", "second.env", "wrong.json"];
    let found = desk.lint("9.5.0", &words).expect(3).saying(&[
            "wrong.json:3:9: note: MM_SERVICESETTINGS_READTIMEOUT decides ServiceSettings.ReadTimeout",
            "wrong.json: error: ServiceSettings.SiteURL must be an absolute address, or empty: 9.5.0 does not start \
             (the value is that of MM_SERVICESETTINGS_SITEURL) [C-FORM]",
            "MM_SERVICESETTINGS_WRITETIMEOUT, meant for ServiceSettings.WriteTimeout, is ignored",
            "MM_SERVICESETTINGS_SITURL names no setting; did you mean MM_SERVICESETTINGS_SITEURL?",
        ]);
    assert!(!found.stdout.contains("C-RANGE"), "the variable has mended it: {}", found.stdout);
    desk.file("broken.env", "canary\n");
    desk.lint("9.5.0", &["--env-file", "broken.env", "wrong.json"])
        .expect(3)
        .saying(&["broken.env", "line 1"]);
    desk.lint("9.5.0", &["--env-file", "missing.env", "wrong.json"])
        .expect(3)
        .saying(&["missing.env"]);
}

#[test]
fn what_makes_no_sense_is_told() {
    let desk = Desk::new();
    desk.file("clean.json", CLEAN);
    desk.lint("9.5.0", &[]).expect(2).saying(&["<FILE>"]);
    desk.lint("nine", &["clean.json"]).expect(2).saying(&["not a Mattermost version"]);
    desk.lint("9.5.0", &["--format", "xml", "clean.json"]).expect(2).saying(&["sarif"]);
    desk.lint("9.5.0", &["--json", "--format", "sarif", "clean.json"])
        .expect(2)
        .saying(&["contradict"]);
}

/// Configurations as releases shipped them, and as servers left them behind, stop no server of their version.
#[test]
fn what_real_servers_start_with_is_never_an_error() {
    let fixtures = project().join("fixtures");
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for entry in fs::read_dir(fixtures.join("chain")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        files.push((name.split_once('-').unwrap().1.to_owned(), path));
    }
    for entry in fs::read_dir(fixtures.join("releases")).unwrap() {
        let folder = entry.unwrap().path();
        let version = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let files_here = ["config.json", "first_boot.json"].map(|name| folder.join(name));
        files.extend(
            files_here.into_iter().filter(|path| path.exists()).map(|path| (version.clone(), path)),
        );
    }
    assert!(files.len() > 30, "{}", files.len());
    for (version, path) in files {
        let version: Version = version.parse().unwrap();
        let linted = lint_config_file(
            &path,
            &LintQuestion { version: &version, environment: None, tree: None },
        );
        let errors: Vec<String> = linted
            .complaints
            .iter()
            .filter(|complaint| complaint.severity == Severity::Error)
            .map(ToString::to_string)
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    }
}
