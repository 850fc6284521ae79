//! Which release of a catalogue somebody means.

use super::{
    Artifact, Catalog, Edition, LineKind, Platform, PublishedRelease, ReleaseLine, ReleaseSelector,
    Version,
};

/// Why nothing was selected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// There is no such version, or it is newer than the catalogue.
    #[error("Mattermost {version} is not in the catalogue of releases{}", near(nearby))]
    UnknownVersion {
        /// What was wanted.
        version: Version,
        /// What its line has.
        nearby: Vec<Version>,
    },
    /// There is no such line, or it is newer than the catalogue.
    #[error("no release of the line {line} is in the catalogue of releases")]
    UnknownLine {
        /// What was wanted.
        line: ReleaseLine,
    },
    /// The catalogue has nothing of the kind at all.
    #[error("the catalogue of releases has no `{selector}` release")]
    Nothing {
        /// What was wanted.
        selector: ReleaseSelector,
    },
    /// The vendor has taken it back.
    #[error("Mattermost {version} was withdrawn by its vendor")]
    Withdrawn {
        /// What was wanted.
        version: Version,
    },
    /// The version exists, but not so.
    #[error(
        "Mattermost {version} is not known to be published as {edition} edition for {platform}{}",
        instead(published)
    )]
    NotPublished {
        /// The version.
        version: Version,
        /// The edition that was wanted.
        edition: Edition,
        /// The platform that was wanted.
        platform: Platform,
        /// How it was published.
        published: Vec<(Edition, Platform)>,
    },
}

impl Catalog {
    /// The release that is meant. Pre-releases and what was withdrawn are never meant by a word or a line.
    ///
    /// # Errors
    /// There is none, or it was withdrawn.
    pub fn select(&self, selector: &ReleaseSelector) -> Result<&PublishedRelease, SelectError> {
        match selector {
            ReleaseSelector::Exact(version) => self.exact(version),
            ReleaseSelector::Line(line) => self
                .newest(|release| release.line() == *line)
                .ok_or(SelectError::UnknownLine { line: *line }),
            ReleaseSelector::Latest => self
                .newest(|_| true)
                .ok_or(SelectError::Nothing { selector: ReleaseSelector::Latest }),
            ReleaseSelector::Esr => self
                .newest(|release| release.kind == LineKind::Esr)
                .ok_or(SelectError::Nothing { selector: ReleaseSelector::Esr }),
        }
    }

    fn exact(&self, version: &Version) -> Result<&PublishedRelease, SelectError> {
        let Some(release) = self.find(version) else {
            let line = ReleaseLine::of(version);
            let siblings = self.releases().filter(|release| release.line() == line);
            let nearby = siblings.map(|release| release.version.clone()).collect();
            return Err(SelectError::UnknownVersion { version: version.clone(), nearby });
        };
        if release.withdrawn {
            return Err(SelectError::Withdrawn { version: version.clone() });
        }
        Ok(release)
    }

    fn newest(&self, fits: impl Fn(&PublishedRelease) -> bool) -> Option<&PublishedRelease> {
        let mut usable = self.releases().rev().filter(|release| !release.withdrawn);
        usable.find(|release| !release.version.is_prerelease() && fits(release))
    }

    /// The archive of a release of it.
    ///
    /// # Errors
    /// It was not published so.
    pub fn artifact<'r>(
        &self,
        release: &'r PublishedRelease,
        edition: Edition,
        platform: Platform,
    ) -> Result<&'r Artifact, SelectError> {
        release.artifact(edition, platform).ok_or_else(|| SelectError::NotPublished {
            version: release.version.clone(),
            edition,
            platform,
            published: release.artifacts.iter().map(|one| (one.edition, one.platform)).collect(),
        })
    }
}

/// What follows a version that is not there.
fn near(nearby: &[Version]) -> String {
    let listed =
        |last: &[Version]| last.iter().map(Version::to_string).collect::<Vec<_>>().join(", ");
    match nearby {
        [] => String::new(),
        [only] => format!("; its line has {only}"),
        [.., last] if nearby.len() > 6 => {
            format!("; its line has {} releases up to {last}", nearby.len())
        }
        several => format!("; its line has {}", listed(several)),
    }
}

/// What follows an archive that is not there.
fn instead(published: &[(Edition, Platform)]) -> String {
    let named = |(edition, platform): &(Edition, Platform)| format!("{edition} for {platform}");
    match published {
        [] => ", nor in any other form that is known".to_owned(),
        several => {
            format!("; there is {}", several.iter().map(named).collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(wanted: &str) -> Result<String, String> {
        let catalog = Catalog::built_in();
        let release = catalog.select(&wanted.parse().unwrap());
        release.map(|release| release.version.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn words_and_lines_mean_the_newest_of_their_kind() {
        for (wanted, version) in [
            ("latest", "11.10.0"),
            ("esr", "11.7.9"),
            ("10.11", "10.11.23"),
            ("1.2", "1.2.1"),
            ("5.37.10", "5.37.10"),
        ] {
            assert_eq!(selected(wanted).as_deref(), Ok(version), "{wanted}");
        }
    }

    #[test]
    fn what_does_not_exist_is_said_so() {
        for (wanted, why) in [
            ("1.2.0", "Mattermost 1.2.0 was withdrawn by its vendor"),
            ("99.1", "no release of the line 99.1 is in the catalogue of releases"),
            ("99.1.0", "Mattermost 99.1.0 is not in the catalogue of releases"),
            ("4.0.9", "Mattermost 4.0.9 is not in the catalogue of releases; its line has 4.0.0, "),
            ("10.11.99", "; its line has 24 releases up to 10.11."),
        ] {
            let said = selected(wanted).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn editions_and_platforms_that_were_never_published_are_said_so() {
        let catalog = Catalog::built_in();
        let artifact = |version: &str, edition, platform| {
            let release = catalog.find(&version.parse().unwrap()).unwrap();
            catalog.artifact(release, edition, platform).map_err(|error| error.to_string())
        };
        let (team, enterprise) = (Edition::Team, Edition::Enterprise);
        assert!(artifact("9.1.2", team, Platform::LinuxArm64).is_ok());
        assert_eq!(
            artifact("2.0.0", enterprise, Platform::LinuxAmd64).unwrap_err(),
            "Mattermost 2.0.0 is not known to be published as enterprise edition for linux-amd64; there is team for linux-amd64"
        );
        let none = artifact("5.3.0", team, Platform::LinuxArm64).unwrap_err();
        assert!(
            none.ends_with("; there is team for linux-amd64, enterprise for linux-amd64"),
            "{none}"
        );
    }

    #[test]
    fn pre_releases_are_meant_only_by_name() {
        let mut releases: Vec<_> = Catalog::built_in().releases().cloned().collect();
        let mut candidate = releases.last().unwrap().clone();
        candidate.version = "99.0.0-rc1".parse().unwrap();
        releases.push(candidate);
        let catalog = Catalog::new(Catalog::built_in().as_of(), releases);
        let version = |wanted: &str| {
            catalog.select(&wanted.parse().unwrap()).map(|release| release.version.to_string())
        };
        assert_eq!(version("latest").as_deref(), Ok("11.10.0"));
        assert_eq!(version("99.0.0-rc1").as_deref(), Ok("99.0.0-rc1"));
        assert!(version("99.0").is_err());
    }
}
