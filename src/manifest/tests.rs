//! What a manifest says, what it cannot say, and where.

use std::path::Path;

use super::{Draft, Manifest};
use crate::model::{Overlay, PlaceName, ReleaseSelector, Service, ServiceWish, Strength};

const LEAST: &str = "manifest = 1\napp = \"acme\"\nrelease = \"esr\"\n";

fn faults(text: &str) -> Vec<String> {
    let faults = Manifest::parse(text).unwrap_err();
    faults.0.iter().map(ToString::to_string).collect()
}

fn faults_behind(more: &str) -> Vec<String> {
    faults(&format!("{LEAST}{more}"))
}

#[test]
fn a_name_and_a_release_are_enough() {
    let manifest = Manifest::parse(LEAST).unwrap();
    assert_eq!(manifest.release, ReleaseSelector::Esr);
    assert_eq!((manifest.root, manifest.overlays, manifest.no_start), (None, None, None));
}

#[test]
fn what_is_missing_makes_no_other_key_unknown() {
    let text =
        "manifest = 1\napp = \"acme\"\nrelaese = \"esr\"\nroot = \"/srv\"\n[backup]\nkeep = 3\n";
    let wanted =
        ["1:1: `release` is missing", "3:1: there is no key `relaese`; did you mean `release`?"];
    assert_eq!(faults(text), wanted);
}

#[test]
fn settings_come_from_files_and_from_tables_and_keep_their_strength() {
    let text = format!(
        "{LEAST}[overlays]\ndefaults = [\"a.json\", \"/b.json\"]\nenforced = [\"c.json\"]\n[set]\nTeamSettings.MaxUsersPerTeam = 61\n\
         [set.PluginSettings.Plugins.\"com.acme\"]\nlist = [1, 2.5, true, \"x\"]\n[enforce.ServiceSettings]\nSiteURL = \"https://a\"\n"
    );
    let overlays = Manifest::parse(&text).unwrap().beside(Path::new("/etc/acme")).overlays.unwrap();
    let said: Vec<String> = overlays
        .iter()
        .map(|(strength, overlay)| match overlay {
            Overlay::File(path) => format!("{strength:?} {}", path.display()),
            Overlay::Set(text) => format!("{strength:?} {}", text.expose()),
        })
        .collect();
    assert_eq!(
        said,
        [
            "Default /etc/acme/a.json",
            "Default /b.json",
            "Enforced /etc/acme/c.json",
            "Default PluginSettings.Plugins={\"com.acme\":{\"list\":[1,2.5,true,\"x\"]}}",
            "Default TeamSettings.MaxUsersPerTeam=61",
            "Enforced ServiceSettings.SiteURL=\"https://a\"",
        ]
    );
    assert!(Strength::Default < Strength::Enforced);
    // Somebody who says that there are none means it.
    assert_eq!(Manifest::parse(&format!("{LEAST}[set]\n")).unwrap().overlays, Some(Vec::new()));
}

#[test]
fn a_service_is_a_name_or_commands() {
    let of = |line: &str| Manifest::parse(&format!("{LEAST}{line}\n")).unwrap().service;
    let unit = Service::systemd("chat").unwrap();
    assert_eq!(of("service = \"systemd:chat\""), Some(ServiceWish::Exactly(unit)));
    let commands = Service::Commands { stop: "a".into(), start: "b".into(), status: None };
    assert_eq!(
        of("service = { stop = \"a\", start = \"b\" }"),
        Some(ServiceWish::Exactly(commands))
    );
    assert_eq!(
        faults_behind("service = { stop = \"a\" }\n"),
        [
            "4:11: `service`: a command that stops the server and one that starts it are needed together"
        ]
    );
    assert_eq!(of(""), None);
}

#[test]
fn every_fault_is_told_with_its_place_and_what_was_meant() {
    for (more, said) in [
        ("relase = \"10.11\"\n", "4:1: there is no key `relase`; did you mean `release`?"),
        (
            "config_file = \"/a\"\n",
            "4:1: there is no key `config_file`; did you mean `config-file`?",
        ),
        ("xyz = 1\n", "4:1: there is no key `xyz`"),
        ("[backup]\nkep = 3\n", "5:1: there is no key `kep` in [backup]; did you mean `keep`?"),
        ("[backup]\nkeep = 0\n", "5:8: `keep`: expected a number from 1 on"),
        (
            "[backup]\npace = \"ones\"\n",
            "5:8: `pace`: expected each or once, found \"ones\"; did you mean once?",
        ),
        ("[places]\ndata = \"srv\"\n", "5:8: `data`: expected an absolute path, such as /srv/chat"),
        ("[places]\nfiles = \"/srv\"\n", "5:1: there is no key `files` in [places]"),
        ("no-start = \"yes\"\n", "4:12: `no-start`: expected true or false, found a text"),
        (
            "start-timeout = \"soon\"\n",
            "4:17: `start-timeout`: expected a time such as 90s, 30m or 2h",
        ),
        ("wait-for-cluster = 3600\n", "4:20: `wait-for-cluster`: expected a text, found a number"),
        ("service = 1\n", "4:11: `service`: expected a table, found a number"),
        ("set = 1\n", "4:7: `set`: expected a table, found a number"),
        (
            "[set]\n\"A.B\" = 1\n",
            "5:1: write \"A.B\" without its quotes: it is a section and a key in it",
        ),
        (
            "[policies]\nTeamSettings.SiteName = \"mine\"\n",
            "5:25: \"mine\" is no policy for TeamSettings.SiteName: expected keep-user, prefer-host, refuse or adopt-default",
        ),
        (
            "[sources]\nbundle = \"a\"\nreleases-dir = [\"b\"]\n",
            "5:10: `bundle`: there is a `releases-dir` too; give one of them",
        ),
    ] {
        assert_eq!(faults_behind(more), [said], "{more}");
    }
    let placed = "keep-in-tree = [\"data\"]\n[places]\ndata = \"/srv\"\n";
    assert_eq!(faults_behind(placed), ["4:16: `keep-in-tree`: data is also in [places]"]);
    assert_eq!(
        faults("app = \"a b\"\n")[0],
        "1:1: there is no `manifest = 1`, which says of which form it is"
    );
    assert!(
        faults("manifest = 2\nnew = 1\n")[0]
            .starts_with("1:12: `manifest`: the form 2 is not known")
    );
    assert_eq!(faults("manifest = 1\n").len(), 2);
    assert!(faults("manifest = \n")[0].starts_with("1:"));
}

#[test]
fn no_fault_shows_the_value_of_a_setting() {
    let secret = "canary";
    for more in [
        format!("[set]\nSqlSettings.DataSourc = \"{secret}\"\n"),
        format!("[set]\nSqlSettings = \"{secret}\"\n"),
        format!("[set]\nSqlSettings.DataSource = \"{secret}\n"),
        format!("[set]\nSqlSettings.DataSource = [\"{secret}\", 1979-05-27]\n"),
    ] {
        let said = faults_behind(&more).join("\n");
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn all_that_a_first_manifest_has_in_comments_can_be_said() {
    let draft = Draft { app: "acme".parse().unwrap(), root: "/srv/x y".into(), installed: None };
    let text = draft.to_string();
    assert_eq!(Manifest::parse(&text).unwrap().root.as_deref(), Some(Path::new("/srv/x y")));
    let mut seen = std::collections::BTreeSet::new();
    let said = text.lines().filter_map(|line| {
        let line = line
            .strip_prefix("# ")
            .filter(|it| it.contains(" = ") || it.starts_with('['))
            .unwrap_or(line);
        let key = line.split_once(" = ").map_or("", |(key, _)| key);
        // There may be one of each, and not both of these.
        (key != "bundle" && (key != "service" || seen.insert(key.to_owned()))).then_some(line)
    });
    let manifest = Manifest::parse(&said.collect::<Vec<_>>().join("\n")).unwrap();
    assert_eq!(manifest.keep_in_tree, [PlaceName::ClientPlugins]);
    assert_eq!(manifest.policies.len(), 1);
    assert_eq!(manifest.overlays.unwrap().len(), 4);
}
