//! Backups of what was really installed.

use serde_json::{Value, json};

use crate::fakes::mariadb::mariadb;
use crate::support::world::{World, release};

#[test]
fn an_installation_with_a_running_history_is_backed_up() {
    let world = World::new();
    let archive = world.archive(&release("10.11.4"));
    world.install(&archive, &[]).expect(0);
    let said = world
        .ask(&["backup", "create"], &["--data", "link", "--verify-restore", "--json"])
        .expect(0);
    let backup = said.json()["backups"][0].clone();
    assert_eq!(backup["content"]["release"]["version"], "10.11.4");
    assert_eq!(backup["content"]["restore_verified"], true);
    world.ask(&["backup", "verify"], &[]).expect(0).saying(&["the backup is whole"]);
    let manifest: Value = {
        let path = std::path::Path::new(backup["path"].as_str().unwrap()).join("manifest.json");
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    let tables = manifest["database"]["tables"].as_array().unwrap();
    assert!(tables.iter().any(|table| table["name"] == "users"), "{tables:?}");
    let places: Vec<&Value> = manifest["directories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["source"]["place"])
        .collect();
    assert_eq!(places, ["data", "plugins", "client-plugins"]);
    world.ask(&["backup", "list"], &[]).expect(0).saying(&["10.11.4", "data: link"]);
}

#[test]
fn an_installation_on_mariadb_is_backed_up() {
    let world = World::new();
    let maria = mariadb();
    maria.ask("CREATE TABLE Users (Id varchar(26) PRIMARY KEY); INSERT INTO Users VALUES ('u')");
    let mut overlay = world.overlay();
    overlay["SqlSettings"] = json!({ "DriverName": "mysql", "DataSource": maria.source() });
    world.write_overlay("overlay.json", &overlay);
    let archive = world.archive(&release("7.8.15"));
    world.install(&archive, &["--no-start"]).expect(0);
    let said = world.ask(&["backup", "create"], &["--json"]).expect(0);
    let database = said.json()["backups"][0]["content"]["database"].clone();
    assert_eq!((&database["driver"], &database["name"]), (&json!("mysql"), &json!(maria.name)));
    world.ask(&["backup", "verify"], &[]).expect(0);
}
