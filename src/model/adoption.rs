//! A wish to take over an installation that somebody else made, and how such installations are arranged.
//! Nothing is looked at here.

use std::path::PathBuf;

use super::digest::Sha256Digest;
use super::owner::Owner;
use super::prefix::{AppName, Prefix};
use super::release::Edition;
use super::relpath::RelPath;
use super::service::{Service, ServiceWish};
use super::version::Version;

/// A wish to take over an installation, as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptWish {
    /// The application.
    pub app: AppName,
    /// The root, as given.
    pub root: PathBuf,
    /// The installed tree, below the root.
    pub from: RelPath,
    /// The archive that the tree came from, as given, if it is at hand.
    pub archive: Option<PathBuf>,
    /// The installed version, where neither the archive's name nor the tree tells.
    pub version: Option<Version>,
    /// The installed edition, likewise.
    pub edition: Option<Edition>,
    /// The digest that the archive must have.
    pub sha256: Option<Sha256Digest>,
    /// The configuration that the server is started with, when it is not the one in the tree.
    pub config_file: Option<RelPath>,
    /// Who owns the tree, when it is not who owns it now.
    pub owner: Option<String>,
    /// Who runs the server, when that is not who owns what it writes.
    pub service_user: Option<String>,
    /// How the server is stopped and started, if that was said.
    pub service: Option<ServiceWish>,
}

/// A wish to take over an installation: names looked up, links resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptRequest {
    /// The application's paths.
    pub prefix: Prefix,
    /// The installed tree.
    pub from: RelPath,
    /// Was it named by way of a link?
    pub by_link: Option<PathBuf>,
    /// The archive that the tree came from, absolute.
    pub archive: Option<PathBuf>,
    /// The installed version, as far as it was stated or the archive's name tells.
    pub version: Option<Version>,
    /// The installed edition, likewise.
    pub edition: Option<Edition>,
    /// The digest that the archive must have, if one was stated.
    pub sha256: Option<Sha256Digest>,
    /// The configuration, if one was named.
    pub config_file: Option<RelPath>,
    /// Who owns the tree, if somebody was named.
    pub owner: Option<Owner>,
    /// Who runs the server, if somebody was named.
    pub server: Option<Owner>,
    /// How the server is stopped and started.
    pub service: Service,
}

/// How an installation is arranged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// As releases are: all in one tree, its directories perhaps placed elsewhere.
    Tree,
    /// As GitLab's package does it: the program beside its own, the web application in one directory, the configuration in
    /// another, and the last word about settings in files that become the server's environment.
    GitLab(GitLab),
}

/// Where GitLab's package keeps the parts of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitLab {
    /// The program.
    pub program: RelPath,
    /// The configuration, as far as it is no business of the environment.
    pub config: RelPath,
    /// A directory with a file for each variable of the server's environment.
    pub environment: RelPath,
}

impl GitLab {
    /// The directory of the web application, below the package's own.
    const ASSETS: &'static str = "embedded/service/mattermost";

    /// The parts that belong to an assets directory; `None` when it is none of GitLab's.
    ///
    /// Vendor source (omnibus-gitlab, the recipes for Mattermost until 2026): the same for every version of the package.
    #[must_use]
    pub fn around(assets: &RelPath) -> Option<Self> {
        let package = assets.as_str().strip_suffix(Self::ASSETS)?.strip_suffix('/')?;
        let (above, name) = package.rsplit_once('/').unwrap_or(("", package));
        let package: RelPath = package.parse().ok()?;
        // `/opt/gitlab` keeps its state in `/var/opt/gitlab`.
        let top = above.strip_suffix("opt")?;
        let state: RelPath = format!("{top}var/opt/{name}/mattermost").parse().ok()?;
        Some(Self {
            program: package.join("embedded/bin/mattermost"),
            config: state.join("config.json"),
            environment: package.join("etc/mattermost/env"),
        })
    }

    /// The directory that holds what the server keeps.
    #[must_use]
    pub fn state(&self) -> RelPath {
        self.config.parent().unwrap_or_else(RelPath::here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_gitlabs_server_lie_around_its_assets() {
        let around = |path: &str| GitLab::around(&path.parse().unwrap());
        let found = around("opt/gitlab/embedded/service/mattermost").unwrap();
        assert_eq!(found.program.as_str(), "opt/gitlab/embedded/bin/mattermost");
        assert_eq!(found.config.as_str(), "var/opt/gitlab/mattermost/config.json");
        assert_eq!(found.environment.as_str(), "opt/gitlab/etc/mattermost/env");
        assert_eq!(found.state().as_str(), "var/opt/gitlab/mattermost");
        let below = around("mnt/opt/gitlab/embedded/service/mattermost").unwrap();
        assert_eq!(below.config.as_str(), "mnt/var/opt/gitlab/mattermost/config.json");
        for path in
            ["opt/mattermost", "embedded/service/mattermost", "srv/embedded/service/mattermost"]
        {
            assert_eq!(around(path), None, "{path}");
        }
    }
}
