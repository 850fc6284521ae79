//! Directories on their way: every era, every kind of place, there and back.
//! No directory exists here.

use proptest::prelude::*;

use super::*;

const TREE: &str = "/opt/acme/embedded/mattermost";

fn at(name: PlaceName, path: &str) -> Placement {
    Placement { name, at: Where::At(path.into()) }
}

fn standard() -> Vec<Placement> {
    vec![
        at(PlaceName::Data, "/var/opt/acme/mattermost/data"),
        at(PlaceName::Logs, "/var/opt/acme/mattermost/logs"),
        at(PlaceName::Plugins, "/var/opt/acme/mattermost/plugins"),
        at(PlaceName::ClientPlugins, "/var/opt/acme/mattermost/client-plugins"),
    ]
}

fn run(
    document: &mut Document,
    version: &str,
    wanted: &[Placement],
    former: &[Placement],
) -> Result<Relocated, RelocateError> {
    let version: Version = version.parse().unwrap();
    let places = Places { version: &version, tree: Path::new(TREE), wanted, former };
    relocate(document, &places)
}

fn said(document: &Document, setting: &str) -> String {
    let value = document.get(&SettingPath::known(setting)).unwrap();
    value.as_text().unwrap().into_owned()
}

const SHIPPED: &str = r#"{
"FileSettings": {
    "Directory": "./data/"
},
"LogSettings": {
    "FileLocation": ""
},
"ComplianceSettings": {
    "Directory": "./data/"
},
"PluginSettings": {
    "Directory": "./plugins",
    "ClientDirectory": "./client/plugins"
}
}"#;

#[test]
fn every_directory_of_the_tree_goes_to_its_place_and_back() {
    for version in ["3.7.0", "4.0.0", "4.10.0", "5.30.0", "9.11.0", "11.7.3"] {
        let mut document = Document::parse(SHIPPED.as_bytes()).unwrap();
        let done = run(&mut document, version, &standard(), &[]).unwrap();
        assert_eq!(said(&document, "FileSettings.Directory"), "/var/opt/acme/mattermost/data/");
        assert_eq!(
            said(&document, "ComplianceSettings.Directory"),
            "/var/opt/acme/mattermost/data/",
            "one directory stays one"
        );
        let again = run(&mut document.clone(), version, &standard(), &standard()).unwrap();
        assert_eq!(again, Relocated::default(), "{version}");
        unrelocate(&mut document, &done.moves).unwrap();
        assert_eq!(document.to_text(), SHIPPED, "{version}");
    }
}

#[test]
fn what_is_not_there_is_written_and_taken_out_again() {
    let text = "{\n    \"FileSettings\": {}\n}";
    let mut document = Document::parse(text.as_bytes()).unwrap();
    let done = run(&mut document, "5.12.0", &standard(), &[]).unwrap();
    assert_eq!(done.moves.len(), 6);
    assert_eq!(
        said(&document, "NotificationLogSettings.FileLocation"),
        "/var/opt/acme/mattermost/logs"
    );
    unrelocate(&mut document, &done.moves).unwrap();
    assert_eq!(document.to_text(), text);
}

#[test]
fn what_the_site_placed_itself_stays_and_is_named() {
    let text = r#"{"FileSettings": {"Directory": "/srv/files"}, "LogSettings": {"FileLocation": "/var/log"}}"#;
    let mut document = Document::parse(text.as_bytes()).unwrap();
    let done = run(&mut document, "3.9.0", &standard(), &[]).unwrap();
    let kept: Vec<&str> = done.kept.iter().map(|own| own.at.as_str()).collect();
    assert_eq!(kept, ["/srv/files", "/var/log"]);
    assert_eq!(said(&document, "FileSettings.Directory"), "/srv/files");
}

#[test]
fn what_we_placed_may_move_on_and_come_home() {
    let mut document = Document::parse(SHIPPED.as_bytes()).unwrap();
    run(&mut document, "5.0.0", &standard(), &[]).unwrap();
    let elsewhere = [at(PlaceName::Data, "/srv/acme/data")];
    run(&mut document, "5.0.0", &elsewhere, &standard()).unwrap();
    assert_eq!(said(&document, "FileSettings.Directory"), "/srv/acme/data/");
    let home = [Placement { name: PlaceName::Data, at: Where::InTree }];
    run(&mut document, "5.0.0", &home, &elsewhere).unwrap();
    assert_eq!(said(&document, "FileSettings.Directory"), "./data/");
}

#[test]
fn the_log_location_becomes_a_directory_at_three_eight() {
    let mut document = Document::parse(SHIPPED.as_bytes()).unwrap();
    run(&mut document, "3.7.5", &standard(), &[]).unwrap();
    let old = said(&document, "LogSettings.FileLocation");
    assert_eq!(old, "/var/opt/acme/mattermost/logs/mattermost.log");
    run(&mut document, "3.8.3", &standard(), &standard()).unwrap();
    assert_eq!(said(&document, "LogSettings.FileLocation"), "/var/opt/acme/mattermost/logs/");

    let text = r#"{"LogSettings": {"FileLocation": "/var/log/mm/mm.log"}}"#;
    let mut own = Document::parse(text.as_bytes()).unwrap();
    run(&mut own, "4.5.0", &standard(), &[]).unwrap();
    assert_eq!(said(&own, "LogSettings.FileLocation"), "/var/log/mm");
}

#[test]
fn a_directory_of_another_name_in_the_tree_goes_too_and_says_from_where() {
    let text = r#"{"FileSettings": {"Directory": "uploads"}}"#;
    let mut document = Document::parse(text.as_bytes()).unwrap();
    let done = run(&mut document, "2.2.0", &standard(), &[]).unwrap();
    let first = done.moves.first().unwrap();
    assert_eq!(first.from.as_ref().unwrap().as_str(), "uploads");
}

#[test]
fn hopeless_values_and_places_are_refused() {
    for value in ["\"\"", "\"/etc\"", "\"./\"", "\"/opt/acme/embedded/mattermost\"", "5"] {
        let text = format!("{{\"FileSettings\": {{\"Directory\": {value}}}}}");
        let mut document = Document::parse(text.as_bytes()).unwrap();
        assert!(run(&mut document, "5.0.0", &standard(), &[]).is_err(), "{value}");
    }
    let mut document = Document::parse(SHIPPED.as_bytes()).unwrap();
    assert!(run(&mut document, "5.0.0", &[at(PlaceName::Data, "/var")], &[]).is_err());
}

fn value() -> impl Strategy<Value = Option<String>> {
    let path =
        "(\\./|/srv/|/var/opt/acme/mattermost/|\\.\\./)?[a-c]{1,2}(/[a-c]{1,2})?/?(mm\\.log)?";
    prop::option::of(path)
}

proptest! {
    #[test]
    fn going_and_coming_back_is_staying(
        [data, logs, plugins, compliance] in [value(), value(), value(), value()],
        version in prop::sample::select(vec!["2.2.0", "3.7.0", "3.9.0", "5.12.0", "11.7.0"]),
    ) {
        let mut document = Document::parse(b"{\n  \"FileSettings\": {\"x\": 1}\n}\n").unwrap();
        let settings = [
            ("FileSettings.Directory", data),
            ("LogSettings.FileLocation", logs),
            ("PluginSettings.Directory", plugins),
            ("ComplianceSettings.Directory", compliance),
        ];
        for (setting, value) in settings {
            if let Some(value) = value {
                document.set_raw(&SettingPath::known(setting), &text::encode(&value)).unwrap();
            }
        }
        let before = document.to_text();
        let done = run(&mut document, version, &standard(), &[]).unwrap();
        let there = document.to_text();
        run(&mut document, version, &standard(), &standard()).unwrap();
        prop_assert_eq!(document.to_text(), there);
        unrelocate(&mut document, &done.moves).unwrap();
        prop_assert_eq!(document.to_text(), before);
    }
}
