//! `mmembed config env` and `config effective`: settings as variables, and variables as settings.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mmembed::model::{parse_environment_entry, parse_environment_file};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::said::Said;
use crate::support::world::{MMEMBED, World, mode_of, release};

const CANARY: &str = "canary $of \"the\" `overlay` \\ #1";

/// A place with files, and what is said there.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, value: &Value) -> String {
        let path = self.path(name);
        fs::write(&path, serde_json::to_vec_pretty(value).unwrap()).unwrap();
        path.display().to_string()
    }

    fn say(&self, words: &[&str]) -> Said {
        let output = Command::new(MMEMBED)
            .arg("config")
            .args(words)
            .current_dir(self.0.path())
            .env_remove("MMEMBED_APP")
            .env_remove("MMEMBED_ROOT")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Said::of(output)
    }
}

fn overlay() -> Value {
    json!({
        "ServiceSettings": { "SiteURL": "https://chat.example.com", "EnableDeveloper": false },
        "SqlSettings": { "DataSource": CANARY, "MaxIdleConns": 7 },
        "TeamSettings": { "SiteName": "größer\nals 100%", "ExperimentalDefaultChannels": ["a", "b"] },
    })
}

/// The variables of [`overlay`].
fn wanted() -> BTreeMap<String, String> {
    [
        ("MM_SERVICESETTINGS_SITEURL", "https://chat.example.com"),
        ("MM_SERVICESETTINGS_ENABLEDEVELOPER", "false"),
        ("MM_SQLSETTINGS_DATASOURCE", CANARY),
        ("MM_SQLSETTINGS_MAXIDLECONNS", "7"),
        ("MM_TEAMSETTINGS_SITENAME", "größer\nals 100%"),
        ("MM_TEAMSETTINGS_EXPERIMENTALDEFAULTCHANNELS", "a b"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn variables_in(text: &str) -> BTreeMap<String, String> {
    let found = parse_environment_file(text).unwrap().into_iter();
    found.map(|(name, value)| (name, value.expose().clone())).collect()
}

/// What chpst would give to the server.
fn entries_in(directory: &Path) -> BTreeMap<String, String> {
    let mut entries = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.starts_with('.') {
            assert_eq!(mode_of(&path), 0o600, "{name}");
            entries.insert(name, parse_environment_entry(&fs::read(&path).unwrap()).unwrap());
        }
    }
    entries
}

#[test]
fn an_overlay_becomes_a_file_that_systemd_and_a_shell_read() {
    let place = Place::new();
    let from = place.write("overlay.json", &overlay());
    let words = ["env", "--emit", "env-file", "--for", "9.5.0", "--from", &from];
    let printed = place.say(&words).expect(0);
    assert_eq!(variables_in(&printed.stdout), wanted());

    let path = place.path("mattermost.env");
    fs::write(&path, "former").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let said = place.say(&[&words[..], &["-o", "mattermost.env"]].concat());
    let said = said.expect(0).saying(&["6 variables in mattermost.env"]);
    assert!(!format!("{}{}", said.stdout, said.stderr).contains("canary"));
    assert_eq!(fs::read_to_string(&path).unwrap(), printed.stdout);
    assert_eq!(mode_of(&path), 0o600);

    let script = "set -a; . ./mattermost.env; env -0";
    let output = Command::new("sh")
        .args(["-c", script])
        .current_dir(place.0.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let found = text.split('\0').filter_map(|line| line.split_once('='));
    let found: BTreeMap<String, String> = found
        .filter(|(name, _)| name.starts_with("MM_"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    assert_eq!(found, wanted());
}

/// systemd's own reader of environment files, where the machine has the program that shows what it reads. That program fills in
/// variables afterwards, which a service manager does not.
#[test]
fn systemd_itself_reads_what_was_written() {
    const GENERATOR: &str =
        "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator";
    if !Path::new(GENERATOR).exists() {
        return;
    }
    let place = Place::new();
    let values = [
        "two\nlines \t tab",
        "'single' \"double\" `back`",
        "\\ \\\\ \\n ends in \\",
        "  blanks  ",
        "# ; = % ! größer",
        "postgres://u:p#w;x@h/d?a=b&c=%20",
    ];
    for value in values {
        let from = place.write("overlay.json", &json!({ "TeamSettings": { "SiteName": value } }));
        fs::create_dir_all(place.path("environment.d")).unwrap();
        let to = place.path("environment.d/a.conf").display().to_string();
        let words = ["env", "--emit", "env-file", "--for", "9.5.0", "--from", &from, "-o", &to];
        place.say(&words).expect(0);
        let mut generator = Command::new(GENERATOR);
        let output = generator.env("XDG_CONFIG_HOME", place.0.path()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let line = text.lines().find_map(|it| it.strip_prefix("MM_TEAMSETTINGS_SITENAME="));
        let line = line.unwrap_or_else(|| panic!("{value:?} is not in:\n{text}"));
        assert_eq!(unescaped(line), value);
    }
}

/// A value as systemd prints it: in quotes if need be, with escapes as in C.
fn unescaped(text: &str) -> String {
    let text = text.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(text);
    let mut value = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let escaped = if c == '\\' { rest.next() } else { None };
        value.push(match escaped {
            Some('n') => '\n',
            Some('t') => '\t',
            Some(other) => other,
            None => c,
        });
    }
    value
}

#[test]
fn a_directory_of_variables_forgets_what_is_not_enforced_any_more() {
    let place = Place::new();
    let from = place.write("overlay.json", &overlay());
    let words = ["env", "--emit", "env-dir", "--for", "9.5.0", "--from", &from, "-o", "env"];
    place.say(&words).expect(0).saying(&["6 variables in env"]);
    let directory = place.path("env");
    assert_eq!((mode_of(&directory), entries_in(&directory)), (0o700, wanted()));

    fs::write(directory.join("MM_OF_OTHERS"), "x\n").unwrap();
    fs::set_permissions(directory.join("MM_OF_OTHERS"), fs::Permissions::from_mode(0o600)).unwrap();
    place.write("overlay.json", &json!({ "TeamSettings": { "SiteName": "" } }));
    place.say(&words).expect(0).saying(&["1 variable in env"]);
    let left = [("MM_OF_OTHERS", "x"), ("MM_TEAMSETTINGS_SITENAME", "")];
    assert_eq!(entries_in(&directory), left.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
}

#[test]
fn a_drop_in_names_a_file_beside_it_and_holds_no_secret() {
    let place = Place::new();
    let from = place.write("overlay.json", &overlay());
    let words = ["env", "--emit", "systemd", "--for", "9.5.0", "--from", &from];
    place.say(&[&words[..], &["-o", "50-host.conf"]].concat()).expect(0).saying(&["50-host.env"]);
    let text = fs::read_to_string(place.path("50-host.conf")).unwrap();
    let root = place.0.path().canonicalize().unwrap();
    assert!(
        text.ends_with(&format!("[Service]\nEnvironmentFile={}/50-host.env\n", root.display()))
    );
    assert_eq!(variables_in(&fs::read_to_string(place.path("50-host.env")).unwrap()), wanted());
    assert_eq!(mode_of(&place.path("50-host.env")), 0o600);

    let said = place.say(&words).expect(0).saying(&["[Service]\n"]);
    assert!(
        said.stdout.contains("\nEnvironment=\"MM_TEAMSETTINGS_SITENAME=größer\\nals 100%%\"\n")
    );
    place.say(&[&words[..], &["-o", "host"]].concat()).expect(3).saying(&["end in .conf", "next:"]);
    assert!(!place.path("host").exists() && !place.path("host.env").exists());
}

#[test]
fn what_no_variable_can_give_is_refused_by_name_and_nothing_is_written() {
    let place = Place::new();
    let plugin = json!({ "PluginSettings": { "Plugins": { "jira": { "secret": CANARY } } }, "TeamSettings": { "SiteName": "x" } });
    let from = place.write("overlay.json", &plugin);
    let words = ["env", "--emit", "env-file", "--for", "9.5.0", "--from", &from, "-o", "out"];
    let said = place.say(&words);
    let said = said.expect(3).saying(&[
        "PluginSettings.Plugins.jira.secret",
        "the whole map",
        "--skip-impossible",
    ]);
    assert!(!said.stderr.contains("canary") && !place.path("out").exists());
    place
        .say(&[&words[..], &["--skip-impossible"]].concat())
        .expect(0)
        .saying(&["1 variable", "left out"]);
    let written = fs::read_to_string(place.path("out")).unwrap();
    assert_eq!(written, "MM_TEAMSETTINGS_SITENAME=\"x\"\n");

    let old = ["env", "--emit", "env-file", "--for", "3.7.0", "--from", &from];
    place.say(&old).expect(3).saying(&["takes no settings from its environment"]);

    let from = place.write("blank.json", &json!({ "TeamSettings": { "SiteName": "x " } }));
    let words = ["env", "--emit", "env-dir", "--for", "9.5.0", "--from", &from, "-o", "env"];
    place.say(&words).expect(3).saying(&["MM_TEAMSETTINGS_SITENAME", "loses blanks"]);
    assert!(!place.path("env").exists());
}

#[test]
fn what_cannot_be_read_or_written_is_said() {
    let place = Place::new();
    let from = place.write("overlay.json", &overlay());
    fs::write(place.path("file"), "of somebody").unwrap();
    fs::write(place.path("broken.json"), "{").unwrap();
    let env = |form: &'static str, more: &[&str]| {
        place.say(&[&["env", "--emit", form, "--for", "9.5.0"][..], more].concat())
    };
    env("env-dir", &["--from", &from, "-o", "file"]).expect(3).saying(&["file", "now:", "next:"]);
    env("env-file", &["--from", &from, "-o", "missing/env"])
        .expect(3)
        .saying(&["missing", "next:"]);
    env("env-file", &["--from", &from, "-o", "."]).expect(3).saying(&["next:"]);
    // Nobody can write there, whoever runs the tests.
    env("env-dir", &["--from", &from, "-o", "/proc/env"]).expect(3).saying(&["/proc/env", "next:"]);
    env("env-dir", &["--from", &from]).expect(2).saying(&["needs a place", "--output"]);
    env("env-file", &["--from", "broken.json"]).expect(3).saying(&["broken.json:1"]);
    env("env-file", &["--from", "nothing.json"]).expect(3).saying(&["nothing.json"]);
    env("env-file", &[]).expect(2).saying(&["--from"]);
    place
        .say(&["env", "--emit", "env-file", "--from", &from])
        .expect(2)
        .saying(&["--for", "--app"]);
    place.say(&["env", "--emit", "env-file", "--for", "nine", "--from", &from]).expect(2);
    let root = place.0.path().display().to_string();
    place
        .say(&["env", "--emit", "env-file", "--app", "acme", "--root", &root])
        .expect(3)
        .saying(&["nothing is installed", "--from"]);
    assert_eq!(fs::read_to_string(place.path("file")).unwrap(), "of somebody");
}

#[test]
fn an_installation_tells_what_it_enforces_and_for_which_version() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.write_overlay("enforced.json", &json!({ "TeamSettings": { "SiteName": "Enforced" } }));
    let enforced = world.beside("enforced.json").display().to_string();
    world.install(&archive, &["--no-start", "--enforced-overlay", &enforced]).expect(0);
    let stamps = world.stamps();
    let said = world.ask(&["config", "env"], &["--emit", "env-file"]).expect(0);
    assert_eq!(said.stdout, "MM_TEAMSETTINGS_SITENAME=\"Enforced\"\n");
    let said = world.ask(&["config", "env"], &["--emit", "env-file", "--json"]).expect(0);
    let report: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(report["version"], "10.11.0");
    assert_eq!(report["values"], json!({ "MM_TEAMSETTINGS_SITENAME": "Enforced" }));
    world.assert_untouched_since(&stamps);
}

/// What is written is read again: over a file with other values, the variables give what the overlay gives.
#[test]
fn the_variables_have_the_effect_of_the_overlay() {
    let place = Place::new();
    let from = place.write("overlay.json", &overlay());
    let file = place.write(
        "config.json",
        &json!({
            "ServiceSettings": { "SiteURL": "http://other", "ReadTimeout": 300 },
            "SqlSettings": { "DataSource": "other", "MaxIdleConns": 20 },
        }),
    );
    for version in ["5.30.0", "9.5.0", "11.4.0"] {
        let emit = ["env", "--emit", "env-file", "--for", version, "--from", &from, "-o", "out"];
        place.say(&emit).expect(0);
        let words = ["--json", "effective", "--for", version, "--env-file", "out", &file];
        let seen = place.say(&words).expect(0);
        assert!(!seen.stdout.contains("canary"));
        assert_eq!(
            seen.json()["settings"],
            json!({
                "ServiceSettings.EnableDeveloper": "false",
                "ServiceSettings.ReadTimeout": "300",
                "ServiceSettings.SiteURL": "\"https://chat.example.com\"",
                "SqlSettings.DataSource": "***",
                "SqlSettings.MaxIdleConns": "7",
                "TeamSettings.ExperimentalDefaultChannels": "[\"a\",\"b\"]",
                "TeamSettings.SiteName": "\"größer\\nals 100%\"",
            })
        );
    }
}

#[test]
fn the_effective_view_names_what_decides_and_what_does_not() {
    let place = Place::new();
    let file = place.write(
        "config.json",
        &json!({
            "TeamSettings": { "SiteName": "file", "MaxUsersPerTeam": 5 },
            "SqlSettings": { "DataSource": "file" },
        }),
    );
    let before = fs::read(&file).unwrap();
    fs::write(place.path("env"), format!("MM_SQLSETTINGS_DATASOURCE='{CANARY}'\nPATH=/bin\n"))
        .unwrap();
    let given = [
        "effective",
        "--env-file",
        "env",
        "--variable",
        "MM_TEAMSETTINGS_SITENAME=env",
        "--variable",
        "MM_TEAMSETTINGS_MAXUSERSPERTEAM=many",
        "--variable",
        "MM_TEAMSETTINGS_SITENANE=x",
        "--variable",
        "MM_FEATUREFLAGS_NEW=true",
        "--variable",
        "MM_CONFIG=x",
        &file,
    ];
    let said = place.say(&[&given[..], &["--for", "9.5.0"]].concat()).expect(0).saying(&[
        "TeamSettings.SiteName = \"env\" (by MM_TEAMSETTINGS_SITENAME)",
        "TeamSettings.MaxUsersPerTeam = 5\n",
        "SqlSettings.DataSource = *** (by MM_SQLSETTINGS_DATASOURCE)",
        "MM_TEAMSETTINGS_MAXUSERSPERTEAM for TeamSettings.MaxUsersPerTeam is ignored: its value has the wrong type",
        "MM_TEAMSETTINGS_SITENANE names no setting of 9.5.0: did you mean MM_TEAMSETTINGS_SITENAME?",
        "MM_FEATUREFLAGS_NEW switches a feature",
    ]);
    let all = format!("{}{}", said.stdout, said.stderr);
    assert!(!all.contains("canary") && !all.contains("MM_CONFIG") && !all.contains("PATH"));
    // The older server stops at the same value.
    place
        .say(&[&given[..], &["--for", "5.29.0"]].concat())
        .expect(3)
        .saying(&["MM_TEAMSETTINGS_MAXUSERSPERTEAM", "keeps the server from starting"]);
    place
        .say(&[&given[..], &["--for", "3.7.0"]].concat())
        .expect(0)
        .saying(&["TeamSettings.SiteName = \"file\"\n", "takes no settings from its environment"]);
    let seen = place.say(&[&["--json"][..], &given, &["--for", "9.5.0"]].concat()).json();
    let fates: Vec<&str> = seen["overrides"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["fate"].as_str().unwrap())
        .collect();
    assert_eq!(fates, ["taken", "wrong-type", "taken"]);
    assert_eq!(seen["unknown"][0]["near"], "MM_TEAMSETTINGS_SITENAME");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn an_environment_that_cannot_be_read_is_refused_without_a_value() {
    let place = Place::new();
    let file = place.write("config.json", &json!({}));
    fs::write(place.path("bad"), "export canary\n").unwrap();
    let view =
        |more: &[&str]| place.say(&[&["effective", "--for", "9.5.0", &file][..], more].concat());
    let said = view(&["--env-file", "bad"]).expect(3).saying(&["bad", "line 1"]);
    assert!(!said.stderr.contains("canary"));
    view(&["--env-file", "nothing"]).expect(3).saying(&["nothing"]);
    view(&["--variable", "NAME"]).expect(2).saying(&["NAME=VALUE"]);
    place.say(&["effective", "--for", "9.5.0", "nothing.json"]).expect(3).saying(&["nothing.json"]);
}
