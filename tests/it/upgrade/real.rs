//! The same hops with real releases, where `MMEMBED_REAL_RELEASES` names a directory of their archives: from each to the next
//! newer one, and back.

use std::io::Write as _;

use mmembed::config::{Document, Journey, SettingPath, diff};
use serde_json::json;

use super::site::Site;
use crate::support::real::{QUIET, Real, ask, releases};

/// What was said beforehand about the file is what came of it. Only the file itself is looked at, as `config migrate` does.
fn assert_foretold(before: &Document, from: &Real, to: &Real, after: &Document) {
    let journey = Journey {
        from: Some(from.version.clone()),
        stops: vec![to.version.clone()],
        merged: true,
        ..Journey::default()
    };
    let stops = journey.follow(before).unwrap();
    // A directory that is new gets a place from the upgrade, of which the file knows nothing.
    let is_placed = |setting: &SettingPath| setting.to_string() == "FileSettings.ExportDirectory";
    let different: Vec<String> = diff(&stops[0].forecast.document, after)
        .iter()
        .filter(|difference| !is_placed(&difference.setting))
        .map(ToString::to_string)
        .collect();
    assert_eq!(different, [""; 0], "{} to {}", from.version, to.version);
}

#[test]
fn real_releases_give_way_to_each_other_and_come_back() {
    let releases = releases();
    if releases.len() < 2 {
        // Past the capture of output: a test that did nothing must not look like one that passed.
        let said =
            "upgrade::real: skipped, MMEMBED_REAL_RELEASES names no directory with two releases";
        writeln!(std::io::stderr(), "{said}").unwrap();
    }
    for pair in releases.windows(2) {
        let (from, to) = (&pair[0], &pair[1]);
        println!("{} to {}", from.version, to.version);
        let mut more: Vec<String> = QUIET.iter().map(ToString::to_string).collect();
        more.extend(from.words());
        let site = Site::of_archive(&from.archive, &more);
        let user =
            json!({ "username": "anna", "email": "anna@acme.example", "password": "Secret-1234" });
        let login = json!({ "login_id": "anna", "password": "Secret-1234" });
        assert_eq!(ask(&site.world, "/api/v4/users", &user).status, 201, "{}", from.version);

        let before = site.document();
        let more: Vec<String> = to.words();
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        site.upgrade(&to.archive, &more).expect(0);
        assert_eq!(site.world.serving(), Some(to.version.to_string()));
        assert_eq!(ask(&site.world, "/api/v4/users/login", &login).status, 200, "{}", to.version);
        site.assert_own_files_are_there();
        assert_eq!(site.setting("TeamSettings", "SiteName"), json!("Acme Chat"));
        assert_eq!(site.setting("TeamSettings", "MaxUsersPerTeam"), json!(77));
        assert_foretold(&before, from, to, &site.document());
        site.world.ask(&["verify"], &[]).expect(0).saying(&["it is running"]);

        site.world.ask(&["rollback", "--accept-data-loss"], &[]).expect(0);
        assert_eq!(site.world.serving(), Some(from.version.to_string()));
        assert_eq!(ask(&site.world, "/api/v4/users/login", &login).status, 200, "{}", from.version);
        site.assert_own_files_are_there();
    }
}
