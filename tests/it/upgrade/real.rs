//! The same hops with real releases, where `MMEMBED_REAL_RELEASES` names a directory of their archives: from each to the next
//! newer one, and back.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use mmembed::config::{Document, Journey, SettingPath, diff};
use mmembed::model::{Edition, Version};
use serde_json::json;

use super::site::Site;
use crate::fakes::running::{Reply, program, request};
use crate::support::world::World;

/// A real release: which one it is stands in it, not in its name.
struct Real {
    archive: PathBuf,
    version: Version,
    edition: Edition,
}

impl Real {
    fn of(archive: PathBuf) -> Self {
        let place = tempfile::TempDir::new().unwrap();
        let mut tar = Command::new("tar");
        let unpacked = tar.arg("xzf").arg(&archive).arg("-C").arg(place.path()).status();
        assert!(unpacked.unwrap().success(), "{}", archive.display());
        let tree = place.path().join("mattermost");
        // Harmless on every version: it is an unknown flag where it could do anything.
        let said = Command::new(program(&tree))
            .args(["version", "--skip-server-start"])
            .current_dir(&tree)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let number = said.lines().find_map(|line| line.strip_prefix("Build Number: "));
        let version = number.unwrap_or_else(|| panic!("{} tells nothing", archive.display()));
        let enterprise = tree.join("ENTERPRISE-EDITION-LICENSE.txt").exists();
        Self {
            version: version.trim().parse().unwrap(),
            edition: if enterprise { Edition::Enterprise } else { Edition::Team },
            archive,
        }
    }

    fn words(&self) -> Vec<String> {
        let (version, edition) = (self.version.to_string(), self.edition.to_string());
        vec!["--release-version".into(), version, "--edition".into(), edition]
    }
}

fn releases() -> Vec<Real> {
    let Some(directory) = env::var_os("MMEMBED_REAL_RELEASES") else {
        return Vec::new();
    };
    let entries = fs::read_dir(&directory).unwrap_or_else(|error| {
        panic!("MMEMBED_REAL_RELEASES names {}: {error}", Path::new(&directory).display())
    });
    let paths = entries.map(|entry| entry.unwrap().path());
    let archives = paths.filter(|path| path.to_string_lossy().ends_with(".tar.gz"));
    let mut releases: Vec<Real> = archives.map(Real::of).collect();
    releases.sort_by(|a, b| a.version.cmp(&b.version));
    releases
}

fn ask(world: &World, path: &str, body: &serde_json::Value) -> Reply {
    request(world.port, "POST", path, &body.to_string()).unwrap()
}

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

/// A server that phones home does so in vain here.
const QUIET: [&str; 8] = [
    "--set",
    "LogSettings.EnableDiagnostics=false",
    "--set",
    "ServiceSettings.EnableSecurityFixAlert=false",
    "--set",
    "PluginSettings.EnableMarketplace=false",
    "--set",
    "TeamSettings.EnableOpenServer=true",
];

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
