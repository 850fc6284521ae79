//! The schemas are true: what the program really writes and reads fits them, and nothing else does.

use std::fs;
use std::process::Command;

use mmembed::manifest::{Draft, Manifest};
use mmembed::model::Area;
use serde_json::{Value, json};

use super::checker::check;
use super::desk::Desk;
use crate::architecture::source::project;
use crate::support::said::Said;
use crate::support::world::{MMEMBED, STATE, World, release};

fn schema(of: &str) -> Value {
    let output = Command::new(MMEMBED).args(["schema", of]).output().unwrap();
    Said::of(output).expect(0).json()
}

#[track_caller]
fn assert_fits(schema: &Value, value: &Value) {
    if let Err(fault) = check(schema, value) {
        panic!("{fault}\nin {value:#}");
    }
}

#[test]
fn a_manifest_fits_its_schema_and_has_every_key_of_it() {
    let schema = schema("manifest");
    let draft = Draft { app: "acme".parse().unwrap(), root: "/srv".into(), installed: None };
    let text = draft.to_string();
    let mut services = 0;
    let said = text.lines().filter_map(|line| {
        let said = line.strip_prefix("# ").filter(|it| it.contains(" = ") || it.starts_with('['));
        let line = said.unwrap_or(line);
        services += usize::from(line.starts_with("service = "));
        (!line.starts_with("service = ") || services == 1).then_some(line)
    });
    let said = said.collect::<Vec<_>>().join("\n");
    let value: Value = toml::from_str(&said).unwrap();
    assert_fits(&schema, &value);
    for (key, known) in schema["properties"].as_object().unwrap() {
        assert!(value.get(key).is_some(), "a first manifest says nothing of {key}");
        for inner in known["properties"].as_object().into_iter().flat_map(|it| it.keys()) {
            let is_place = key == "places";
            assert!(is_place || value[key].get(inner).is_some(), "nothing of {key}.{inner}");
        }
    }
    // What the schema refuses, the program refuses, too.
    let least = json!({ "manifest": 1, "app": "acme", "release": "esr" });
    for (key, wrong) in [
        ("relase", json!("esr")),
        ("no-start", json!("yes")),
        ("edition", json!("community")),
        ("backup", json!({ "keep": 0 })),
        ("backup", json!({ "kept": 3 })),
        ("places", json!({ "files": "/srv" })),
        ("keep-in-tree", json!("data")),
        ("service", json!({ "stop": "a" })),
        ("manifest", json!(2)),
        ("set", json!({ "TeamSettings": 1 })),
    ] {
        let mut value = least.clone();
        value[key] = wrong;
        assert!(check(&schema, &value).is_err(), "{value}");
        assert!(Manifest::parse(&toml::to_string(&value).unwrap()).is_err(), "{value}");
    }
    assert_fits(&schema, &least);
}

#[test]
fn rules_fit_their_schema() {
    let schema = schema("rules");
    let text = fs::read_to_string(project().join("src/upgrade/rules.toml")).unwrap();
    let rules: Value = toml::from_str(&text).unwrap();
    assert!(rules["rule"].as_array().unwrap().len() > 10);
    assert_fits(&schema, &rules);
    for (key, wrong) in [("kind", json!("always")), ("why", json!("x")), ("when", json!("x"))] {
        let mut other = rules.clone();
        other["rule"][0][key] = wrong;
        assert!(check(&schema, &other).is_err(), "{key}");
    }
}

#[test]
fn an_examination_fits_its_schema() {
    let schema = schema("doctor");
    let world = World::new();
    let well = world.ask(&["doctor"], &["--json", "--no-database"]).expect(0).json();
    let archive = world.archive(&release("10.11.0"));
    world.install(&archive, &["--no-start"]).expect(0);
    fs::remove_dir(world.below("var/opt/acme/mattermost/plugins")).unwrap();
    let ill = world.ask(&["doctor"], &["--json", "--to", "99.0.0"]).expect(8).json();
    let nowhere = world.beside("nowhere").display().to_string();
    let words = ["doctor", "--json", "--root", &nowhere].map(str::to_owned);
    let refused = world.run(&words).expect(3).json();
    for value in [&well, &ill, &refused] {
        assert_fits(&schema, value);
    }
    assert_eq!(schema["$defs"]["observation"]["properties"]["area"]["enum"], json!(Area::ALL));
    let seen = ill["observations"].as_array().unwrap();
    for health in schema["$defs"]["observation"]["properties"]["health"]["enum"].as_array().unwrap()
    {
        let is_told = seen.iter().any(|it| it["health"] == *health);
        // Whether there is something to be warned of depends on the machine.
        assert!(is_told || health == "warning", "{health}: {seen:#?}");
    }
    for (key, wrong) in [("health", json!("ill")), ("area", json!("moon")), ("more", json!(1))] {
        let mut other = ill.clone();
        other["observations"][0][key] = wrong;
        assert!(check(&schema, &other).is_err(), "{other}");
    }
}

/// Every plan that a world has carried out.
fn plans(desk: &Desk) -> Vec<Value> {
    let transactions = fs::read_dir(desk.world.below(STATE).join("txn")).unwrap();
    let texts = transactions.map(|it| fs::read_to_string(it.unwrap().path().join("plan.json")));
    texts.filter_map(Result::ok).map(|text| serde_json::from_str(&text).unwrap()).collect()
}

/// Applies the manifest, and gives back the events.
fn events(desk: &Desk) -> Vec<Value> {
    let file = desk.world.beside("events");
    let script = format!(
        "exec '{MMEMBED}' apply --progress-fd 3 --manifest '{}' 3>'{}'",
        desk.file().display(),
        file.display()
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    Said::of(output).expect(0);
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn reports_plans_and_events_fit_their_schemas() {
    let desk = Desk::with(&["5.37.10", "7.1.9", "9.11.0", "10.11.0"]);
    let [report, plan, event] = ["report", "plan", "event"].map(schema);
    let fits = |code: i32, more: &[&str]| {
        let said = desk.apply(&[more, &["--json"]].concat()).expect(code).json();
        assert_fits(&report, &said);
        said
    };
    desk.wish("5.37.10", &desk.service(), "");
    fits(10, &["--check"]);
    let mut seen = events(&desk);
    let mut carried = plans(&desk);
    fits(0, &[]);
    desk.ctl.start(&desk.world);
    desk.wish("5.37.10", &desk.service(), "[set]\nTeamSettings.MaxUsersPerTeam = 61\n");
    fits(0, &[]);
    carried.extend(plans(&desk));
    desk.wish("10.11.0", &desk.service(), "[backup]\ndata = \"copy\"\n");
    fits(10, &["--check"]);
    seen.extend(events(&desk));
    carried.extend(plans(&desk));
    for command in
        [&["status"][..], &["verify"], &["backup", "list"], &["backup", "verify"], &["recover"]]
    {
        assert_fits(&report, &desk.world.ask(command, &["--json"]).json());
    }
    desk.wish("9.11.0", "", "");
    fits(3, &[]);
    for value in &seen {
        assert_fits(&event, value);
    }
    for value in &carried {
        assert_fits(&plan, value);
        let mut other = value.clone();
        other["steps"][0]["step"]["more"] = json!(1);
        assert!(check(&plan, &other).is_err());
    }
    let intents: Vec<&Value> = carried.iter().map(|plan| &plan["intent"]).collect();
    for intent in ["install", "reconfigure", "upgrade"] {
        assert!(intents.contains(&&json!(intent)), "{intents:?}");
    }
    assert!(seen.iter().any(|it| it["event"] == "hop-started"), "{} events", seen.len());
}
