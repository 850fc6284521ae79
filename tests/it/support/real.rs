//! Real releases, where `MMEMBED_REAL_RELEASES` names a directory of their archives.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mmembed::model::{Edition, Version};

use crate::fakes::running::{Reply, program, request};
use crate::support::world::World;

/// A real release: which one it is stands in it, not in its name.
pub(crate) struct Real {
    pub(crate) archive: PathBuf,
    pub(crate) version: Version,
    pub(crate) edition: Edition,
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

    pub(crate) fn words(&self) -> Vec<String> {
        let (version, edition) = (self.version.to_string(), self.edition.to_string());
        vec!["--release-version".into(), version, "--edition".into(), edition]
    }
}

/// Those of the directory that `MMEMBED_REAL_RELEASES` names, by version.
pub(crate) fn releases() -> Vec<Real> {
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

pub(crate) fn ask(world: &World, path: &str, body: &serde_json::Value) -> Reply {
    request(world.port, "POST", path, &body.to_string()).unwrap()
}

/// A server that phones home does so in vain here.
pub(crate) const QUIET: [&str; 8] = [
    "--set",
    "LogSettings.EnableDiagnostics=false",
    "--set",
    "ServiceSettings.EnableSecurityFixAlert=false",
    "--set",
    "PluginSettings.EnableMarketplace=false",
    "--set",
    "TeamSettings.EnableOpenServer=true",
];
