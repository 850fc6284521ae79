//! One chain over all real releases that there are, from the first to the last.

use std::fs;
use std::io::Write as _;

use serde_json::json;

use crate::fakes::release::FixtureCatalog;
use crate::support::real::{QUIET, Real, ask, releases};
use crate::support::site::Site;

/// A directory in which they lie under their published names, with a catalogue that knows no others.
fn published(site: &Site, releases: &[Real]) -> [String; 4] {
    let directory = site.world.beside("published");
    fs::create_dir(&directory).unwrap();
    let copied = releases.iter().map(|it| {
        let name = format!("mattermost-{}-{}-linux-amd64.tar.gz", it.edition, it.version);
        let name = name.replace("mattermost-enterprise-", "mattermost-");
        let path = directory.join(name);
        fs::copy(&it.archive, &path).unwrap();
        path
    });
    let copied: Vec<_> = copied.collect();
    let catalog = FixtureCatalog::of(&copied).write(&directory);
    let [directory, catalog] = [directory, catalog].map(|path| path.display().to_string());
    ["--releases-dir".to_owned(), directory, "--catalog".to_owned(), catalog]
}

#[test]
fn real_releases_are_walked_over_in_one_command() {
    let releases = releases();
    let [first, between @ .., last] = &releases[..] else {
        let said =
            "chain::real: skipped, MMEMBED_REAL_RELEASES names no directory with two releases";
        writeln!(std::io::stderr(), "{said}").unwrap();
        return;
    };
    let mut more: Vec<String> = QUIET.iter().map(ToString::to_string).collect();
    more.extend(first.words());
    let site = Site::of_archive(&first.archive, &more);
    let user =
        json!({ "username": "anna", "email": "anna@acme.example", "password": "Secret-1234" });
    let login = json!({ "login_id": "anna", "password": "Secret-1234" });
    assert_eq!(ask(&site.world, "/api/v4/users", &user).status, 201);

    let mut words = site.world.words(&["upgrade", "--offline", "--to", &last.version.to_string()]);
    words.extend(site.ctl.words());
    words.extend(published(&site, &releases));
    // Whoever has put these together may have left out stops that the vendor asks for.
    let (from, to) = (first.version.to_string(), last.version.to_string());
    let asking = ["rules", "list", "--json", "--from", &from, "--to", &to].map(str::to_owned);
    let rules = site.world.run(&asking).expect(0).json();
    for rule in rules["rules"].as_array().unwrap().iter().filter(|rule| rule["kind"] == "stop") {
        words.extend(["--accept".to_owned(), rule["id"].as_str().unwrap().to_owned()]);
    }
    for stop in between {
        words.extend(["--via".to_owned(), stop.version.to_string()]);
    }
    let said = site.world.run(&words).expect(0);
    writeln!(std::io::stderr(), "{}", said.stdout).unwrap();
    assert_eq!(site.world.serving(), Some(last.version.to_string()));
    assert_eq!(ask(&site.world, "/api/v4/users/login", &login).status, 200);
    site.assert_own_files_are_there();
    assert_eq!(site.setting("TeamSettings", "SiteName"), json!("Acme Chat"));
    assert_eq!(site.setting("TeamSettings", "MaxUsersPerTeam"), json!(77));
    site.world.ask(&["verify"], &[]).expect(0).saying(&["it is running"]);
}
