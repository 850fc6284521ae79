//! What is known of a published release.
//! Which ones there are stands in the catalogue.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use super::digest::Sha256Digest;
use super::platform::Platform;
use super::release::{Edition, Release};
use super::release_line::{LineKind, ReleaseLine};
use super::version::Version;

/// Where the vendor publishes its archives.
pub const OFFICIAL_BASE: &str = "https://releases.mattermost.com";

/// A release that was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishedRelease {
    /// Its number.
    pub version: Version,
    /// The day on which it came out.
    pub date: Date,
    /// How its line is supported.
    pub kind: LineKind,
    /// The last day on which its line is supported, where it was ever stated.
    pub support_end: Option<Date>,
    /// It was taken back by the vendor.
    pub withdrawn: bool,
    /// Its archives, by edition and platform.
    pub artifacts: Vec<Artifact>,
}

/// One archive of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Artifact {
    /// The edition.
    pub edition: Edition,
    /// What it is built for.
    pub platform: Platform,
    /// Where it lies, if that is not where its like lie.
    pub exception: Option<String>,
    /// A detached signature lies beside it.
    pub signed: bool,
    /// The digests that were published for it. The file may have any that is not a misprint; more than one means that it was
    /// published again, or that sources disagree.
    pub sums: Vec<PublishedSum>,
}

/// A digest that somebody has published for an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishedSum {
    /// The digest.
    pub sha256: Sha256Digest,
    /// Who vouches for it, independently of each other.
    pub vouchers: Vec<Voucher>,
    /// It is known to be that of another file, published here by mistake; nothing may be accepted by it.
    pub misprint: bool,
}

/// Somebody who has published digests of Mattermost's archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Voucher {
    /// The vendor's documentation, in any revision of its pages.
    Docs,
    /// The pins of GitLab's Omnibus package.
    Gitlab,
    /// The pins of the YunoHost package.
    Yunohost,
    /// A catalogue that was imported.
    Import,
}

impl Voucher {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Docs, Self::Gitlab, Self::Yunohost, Self::Import];

    /// Its name in catalogues.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Docs => "docs",
            Self::Gitlab => "gitlab",
            Self::Yunohost => "yunohost",
            Self::Import => "import",
        }
    }
}

impl fmt::Display for Voucher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PublishedRelease {
    /// The line that it belongs to.
    #[must_use]
    pub const fn line(&self) -> ReleaseLine {
        ReleaseLine::of(&self.version)
    }

    /// Is its line still supported on this day? Where no end was ever stated, it is not.
    #[must_use]
    pub fn is_supported(&self, today: Date) -> bool {
        !self.withdrawn && self.support_end.is_some_and(|end| today <= end)
    }

    /// Its archive of this edition for this platform.
    #[must_use]
    pub fn artifact(&self, edition: Edition, platform: Platform) -> Option<&Artifact> {
        self.artifacts.iter().find(|one| one.edition == edition && one.platform == platform)
    }

    /// The release that an archive of it holds.
    #[must_use]
    pub fn release(&self, artifact: &Artifact) -> Release {
        Release { version: self.version.clone(), edition: artifact.edition }
    }

    /// The name of the archive's file.
    #[must_use]
    pub fn file_name(&self, artifact: &Artifact) -> String {
        match &artifact.exception {
            Some(url) => url.rsplit('/').next().unwrap_or_default().to_owned(),
            None => usual_file_name(&self.version, artifact.edition, artifact.platform),
        }
    }

    /// Where the archive lies below a base such as [`OFFICIAL_BASE`] or a mirror. An exception that lies somewhere else
    /// altogether lies there for every base.
    #[must_use]
    pub fn url(&self, artifact: &Artifact, base: &str) -> String {
        let base = base.trim_end_matches('/');
        match &artifact.exception {
            Some(url) => match url.strip_prefix(OFFICIAL_BASE) {
                Some(path) => format!("{base}{path}"),
                None => url.clone(),
            },
            None => format!("{base}/{}/{}", self.version, self.file_name(artifact)),
        }
    }
}

impl Artifact {
    /// The digests that the file may have; none where none that can be relied on was ever published.
    #[must_use]
    pub fn known_sums(&self) -> Vec<Sha256Digest> {
        self.sums.iter().filter(|sum| !sum.misprint).map(|sum| sum.sha256).collect()
    }
}

/// The name under which an archive of its like is published.
///
/// Source: the vendor's page of the archives. The enterprise edition was called so up to 3.0.3, and is for the arm64 platform.
#[must_use]
pub fn usual_file_name(version: &Version, edition: Edition, platform: Platform) -> String {
    let plain = platform == Platform::LinuxAmd64 && version.is_at_least(3, 1);
    match edition {
        Edition::Enterprise if plain => format!("mattermost-{version}-{platform}.tar.gz"),
        Edition::Team | Edition::Enterprise => {
            format!("mattermost-{edition}-{version}-{platform}.tar.gz")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(version: Version, edition: Edition, platform: Platform) -> PublishedRelease {
        let artifact =
            Artifact { edition, platform, exception: None, signed: false, sums: Vec::new() };
        PublishedRelease {
            version,
            date: Date::constant(2026, 5, 13),
            kind: LineKind::Esr,
            support_end: Some(Date::constant(2026, 8, 15)),
            withdrawn: false,
            artifacts: vec![artifact],
        }
    }

    #[test]
    fn addresses_follow_the_usual_form_below_any_base() {
        let (team, enterprise) = (Edition::Team, Edition::Enterprise);
        let (amd, arm) = (Platform::LinuxAmd64, Platform::LinuxArm64);
        for (version, edition, platform, expected) in [
            (Version::new(10, 11, 4), team, amd, "10.11.4/mattermost-team-10.11.4-linux-amd64"),
            (Version::new(10, 11, 4), enterprise, amd, "10.11.4/mattermost-10.11.4-linux-amd64"),
            (
                Version::new(10, 11, 4),
                enterprise,
                arm,
                "10.11.4/mattermost-enterprise-10.11.4-linux-arm64",
            ),
            (
                Version::new(3, 0, 3),
                enterprise,
                amd,
                "3.0.3/mattermost-enterprise-3.0.3-linux-amd64",
            ),
        ] {
            let release = published(version, edition, platform);
            let url = release.url(&release.artifacts[0], "https://mirror.example/mm/");
            assert_eq!(url, format!("https://mirror.example/mm/{expected}.tar.gz"));
        }
    }

    #[test]
    fn what_lies_elsewhere_lies_there_for_every_mirror_too() {
        let mut release =
            published(Version::new(4, 6, 0), Edition::Enterprise, Platform::LinuxAmd64);
        let mut artifact = release.artifacts.remove(0);
        artifact.exception = Some(format!("{OFFICIAL_BASE}/4.6.0/odd.tar.gz"));
        assert_eq!(
            release.url(&artifact, "https://m.example"),
            "https://m.example/4.6.0/odd.tar.gz"
        );
        assert_eq!(release.file_name(&artifact), "odd.tar.gz");
        artifact.exception = Some("https://github.example/v1/mattermost.tar.gz".to_owned());
        let url = release.url(&artifact, "https://m.example");
        assert_eq!(url, "https://github.example/v1/mattermost.tar.gz");
    }

    #[test]
    fn support_ends_after_its_last_day() {
        let release = published(Version::new(10, 11, 4), Edition::Team, Platform::LinuxAmd64);
        assert!(release.is_supported(Date::constant(2026, 8, 15)));
        assert!(!release.is_supported(Date::constant(2026, 8, 16)));
        assert!(!PublishedRelease { support_end: None, ..release }.is_supported(Date::ZERO));
    }
}
