//! Rules of an operator, and rules that one waives: what they stop, what is recorded, and where they are looked up.

use std::fs;
use std::path::{Path, PathBuf};

use mmembed::upgrade::Rules;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::site::Site;
use crate::support::said::Said;
use crate::support::world::{World, release};

/// A file of an operator with one rule.
fn rule(kind: &str, from: &str, to: &str, when: &str) -> String {
    format!(
        r#"# Rules of Acme.
[[rule]]
id = "acme-plugin"
kind = "{kind}"
from = "{from}"
to = "{to}"
when = [{when}]
severity = "fatal"
text = "the plugin of Acme has no version for it"
advice = "wait for Acme 5"
source = "acme"
"#
    )
}

fn write(world: &World, text: &str) -> String {
    let path = world.beside("rules.toml");
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn waived(value: &Value) -> Option<&Value> {
    value.as_object().unwrap().get("waived")
}

/// The program, where no installation is needed.
fn say(words: &[&str]) -> Said {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    Said::of(World::command(&words).output().unwrap())
}

#[test]
fn a_rule_of_the_operator_bars_a_hop_until_it_is_waived_which_is_recorded() {
    let site = Site::of("9.11.0");
    let (host, archive) = (site.host(), site.archive(&release("10.11.0")));
    let rules = write(&site.world, &rule("forbidden", "<10.0.0", ">=10.0.0", ""));
    let given = ["--rules", rules.as_str()];
    let words = [
        "fatal:",
        "from 9.11.0 to 10.11.0: the plugin of Acme has no version for it [acme-plugin]",
        "wait for Acme 5; --accept acme-plugin waives this rule",
    ];
    site.upgrade(&archive, &given).expect(3).saying(&words);
    assert_eq!(site.host(), host);
    assert_eq!(site.world.serving().as_deref(), Some("9.11.0"));

    let accepted = [&given[..], &["--accept", "acme-plugin"]].concat();
    let dry = site.upgrade(&archive, &[&accepted[..], &["--dry-run", "--json"]].concat());
    let dry = dry.expect(10).json();
    assert_eq!(waived(&dry), Some(&json!(["acme-plugin"])));
    let found = dry["findings"].as_array().unwrap();
    let found = found.iter().find(|finding| finding["code"] == "acme-plugin").unwrap();
    assert_eq!(found["severity"], "note");
    assert!(found["text"].as_str().unwrap().contains("waived"), "{found}");
    site.upgrade(&archive, &accepted).expect(0).saying(&["waived: the plugin of Acme"]);
    assert_eq!(waived(&site.world.receipt()), Some(&json!(["acme-plugin"])));
    site.world.ask(&["status"], &[]).expect(0).saying(&["rules waived: acme-plugin"]);
    let status = site.world.ask(&["status"], &["--json"]).expect(0).json();
    assert_eq!(waived(&status), Some(&json!(["acme-plugin"])));

    remembers_after_a_later_hop(&site, &archive, &rules);
}

/// A later release came without; that this one had it is told all the same, and the way back leads to where it was waived.
#[track_caller]
fn remembers_after_a_later_hop(site: &Site, archive: &Path, rules: &str) {
    let waivers = site.world.receipt()["waivers"].clone();
    let newer = site.archive(&release("11.7.0"));
    site.upgrade(&newer, &[]).expect(0);
    assert_eq!(waived(&site.world.receipt()), None);
    let status = site.world.ask(&["status"], &["--json"]).expect(0).json();
    assert_eq!(waived(&status), None);
    // But that it was is told, with what it had said, although its file is gone.
    fs::remove_file(rules).unwrap();
    let when = waivers[0]["transaction"].as_str().unwrap();
    let text = "from 9.11.0 to 10.11.0: the plugin of Acme has no version for it [waived-before]";
    let told = site.world.ask(&["status"], &[]).expect(0);
    told.saying(&["acme-plugin was waived on 20", text, when]);
    site.world.ask(&["rollback"], &[]).expect(0);
    assert_eq!(site.world.receipt()["waivers"], waivers);
    assert_eq!(waived(&site.world.receipt()), Some(&json!(["acme-plugin"])));
    // Other settings do not change how the release came here.
    site.ctl.stop();
    site.world
        .install(archive, &["--set", "TeamSettings.TeammateNameDisplay=\"full_name\""])
        .expect(0);
    assert_eq!(waived(&site.world.receipt()), Some(&json!(["acme-plugin"])));
}

#[test]
fn a_rule_counts_only_where_its_conditions_hold() {
    let site = Site::of("10.11.0");
    let archive = site.archive(&release("11.7.0"));
    let when = r#""driver=postgres", "edition=team", "config:TeamSettings.MaxUsersPerTeam=77""#;
    let rules = write(&site.world, &rule("lost", "<11.0.0", ">=11.0.0", when));
    let given = ["--dry-run", "--rules", rules.as_str()];
    site.upgrade(&archive, &given).expect(3).saying(&["[acme-plugin]"]);
    let variables = site.world.beside("server.env");
    fs::write(&variables, "MM_TEAMSETTINGS_MAXUSERSPERTEAM=5\n").unwrap();
    let said = site
        .upgrade(&archive, &[&given[..], &["--env-file", variables.to_str().unwrap()]].concat())
        .expect(10);
    assert!(!said.all().contains("acme-plugin"), "{}", said.all());
    // What cannot be told bars nothing, and is told all the same.
    let rules = write(&site.world, &rule("lost", "*", "*", r#""unseen:it rains""#));
    let said = site.upgrade(&archive, &["--dry-run", "--rules", &rules]).expect(10);
    said.saying(&["note:", "could apply if it rains"]);
}

#[test]
fn rules_that_are_none_are_refused_before_anything_is_looked_for() {
    let world = World::new();
    let upgrade = |more: &[&str]| {
        let given = ["--release", "/nowhere/mattermost-team-11.7.0-linux-amd64.tar.gz"];
        world.ask(&["upgrade"], &[&given[..], more].concat()).expect(3)
    };
    upgrade(&["--accept", "gate-5.13"]).saying(&[
        "there is no rule gate-5.13",
        "did you mean gate-5.31",
        "mmembed rules list",
    ]);
    upgrade(&["--accept", "unheard"]).saying(&["there is no rule unheard", "--from V --to V"]);
    let broken = write(&world, &rule("halt", "*", "*", ""));
    let where_and_what = format!("{broken}: line 4: unknown variant `halt`");
    upgrade(&["--rules", &broken]).saying(&[&where_and_what, "mend the file at that place"]);
    let (twice, missing) = (world.beside("twice.toml"), world.beside("missing.toml"));
    fs::write(&twice, rule("lost", "*", "*", "").replace("acme-plugin", "gate-5.31")).unwrap();
    let twice = twice.to_str().unwrap();
    upgrade(&["--rules", twice]).saying(&[&format!("{twice}: line 2: there are two rules gate")]);
    upgrade(&["--rules", missing.to_str().unwrap()]).saying(&["missing.toml", "No such file"]);

    // The variable names a file, too, and gives way to the option.
    let mut words = world.words(&["upgrade", "--release", "/nowhere"]);
    let run = |words: &[String]| {
        let mut command = World::command(words);
        Said::of(command.env("MMEMBED_RULES", &broken).output().unwrap()).expect(3)
    };
    run(&words).saying(&[&where_and_what]);
    words.extend(["--rules".to_owned(), twice.to_owned()]);
    assert!(!run(&words).all().contains(&where_and_what));
}

#[test]
fn a_gate_that_is_waived_is_run_into_and_taken_back() {
    let site = Site::with(&release("3.10.3"), &[]);
    let (host, dump) = (site.host(), site.world.dump());
    let archive = site.archive(&release("5.37.0"));
    site.upgrade(&archive, &[]).expect(3).saying(&["[gate-5.31]", "--accept gate-5.31"]);
    let given = ["--accept", "gate-5.31", "--accept", "stop-6.0"];
    let said = site.upgrade(&archive, &given).expect(4);
    said.saying(&["waived: a database from before 5.0", "rolled back"]);
    assert_eq!(site.host(), host);
    assert_eq!(site.world.dump(), dump);
    assert_eq!(site.world.serving().as_deref(), Some("3.10.3"));
    assert_eq!(waived(&site.world.receipt()), None);
}

#[test]
fn rules_are_listed() {
    let said = say(&["rules", "list"]).expect(0);
    assert_eq!(said.stdout.lines().count(), Rules::built_in().iter().count());
    said.saying(&[
        "gate-5.31  ",
        "stop       fatal    from <5.0.0 to >=5.31.0: a database from before 5.0",
    ]);

    let way = ["rules", "list", "--from", "10.11.17", "--to", "11.7.2"];
    let said = say(&way).expect(0).saying(&["collision-10.11 ", "(if the database is MySQL)"]);
    assert!(!said.stdout.contains("gate-5.31"), "{}", said.stdout);
    let listed = say(&[&way[..], &["--json"]].concat()).expect(0).json();
    let certain = |id: &str| {
        let rules = listed["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["id"] == id).map(|rule| rule["certain"].clone())
    };
    assert_eq!(certain("collision-10.11"), Some(json!(true)));
    assert_eq!(certain("mysql-gone-11"), Some(json!(false)));
    assert_eq!(certain("gate-5.31"), None);
    say(&["rules", "list", "--from", "10.11.17"]).expect(2);
}

#[test]
fn one_rule_is_shown() {
    let directory = TempDir::new().unwrap();
    let path: PathBuf = directory.path().join("rules.toml");
    fs::write(&path, rule("manual", "<5.0.0", ">=5.0.0", r#""config:A.B!=c", "mysql<8.0""#))
        .unwrap();
    let own = ["--rules", path.to_str().unwrap()];
    say(&["rules", "show", "gate-5.31"]).expect(0).saying(&[
        "gate-5.31: a database from before 5.0",
        "from <5.0.0 to >=5.31.0",
        "a stop at >=5.0.0 <5.31.0 sets it right",
        "--accept",
        "what to do: upgrade to 5.30 first",
        "known from seen: ",
    ]);
    let shown = say(&[&["rules", "show", "acme-plugin"][..], &own].concat()).expect(0);
    shown.saying(&["only if A.B is not c", "only if the database is MySQL from before 8"]);
    let shown = say(&[&["rules", "show", "acme-plugin", "--json"][..], &own].concat());
    let expected = json!({
        "id": "acme-plugin", "kind": "manual", "from": "<5.0.0", "to": ">=5.0.0", "through": null,
        "when": ["config:A.B!=c", "mysql<8.0.0"], "severity": "fatal",
        "text": "the plugin of Acme has no version for it", "advice": "wait for Acme 5", "source": "acme",
    });
    assert_eq!(shown.expect(0).json()["rule"], expected);
    say(&["rules", "show", "acme-plugin"]).expect(3).saying(&["there is no rule acme-plugin"]);
    let failed = say(&["rules", "show", "gate-5.32", "--json"]).expect(3).json();
    assert_eq!(failed["command"], "rules show");
    assert!(failed["failure"]["next"].as_str().unwrap().contains("gate-5.31"), "{failed}");
}
