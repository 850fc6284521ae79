//! What a second catalogue adds to a first.

use std::collections::BTreeMap;

use super::{Artifact, Catalog, PublishedRelease, Version};
use crate::model::{PublishedSum, Release, Voucher};

/// What an extension has brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Releases that were not known.
    pub releases: Vec<Version>,
    /// Archives that were not known of releases that were, or of which no digest was known.
    pub archives: Vec<Release>,
}

/// Why two catalogues cannot both be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// For an archive whose digest is known another one is given.
    #[error("the digest of {release} is known, and the catalogue has another one for it")]
    Digest {
        /// Whose archive.
        release: Release,
    },
    /// Two archives would have one digest, so that the one could pass for the other.
    #[error("the catalogue gives {release} the digest of {other}")]
    Shared {
        /// Whose digest it would be.
        release: Release,
        /// Whose digest it is.
        other: Release,
    },
    /// The same release would be at another place.
    #[error("where {release} is published is known, and the catalogue says something else")]
    Address {
        /// Whose archive.
        release: Release,
    },
    /// A release that was withdrawn would be there again.
    #[error("Mattermost {version} was withdrawn, and the catalogue says nothing of that")]
    Withdrawal {
        /// Which one.
        version: Version,
    },
}

impl Catalog {
    /// Takes in what another catalogue knows beyond this one. Digests that come so are vouched for by the import alone.
    ///
    /// What is known already may be said again, and the end of support may change; a known digest never gives way. So nobody can
    /// pass other bytes off as a release that this program knows.
    ///
    /// # Errors
    /// The two contradict each other; nothing is taken in then.
    pub fn extend(&mut self, other: &Self) -> Result<Added, Contradiction> {
        let mut releases: BTreeMap<_, _> = self.releases.clone();
        let mut added = Added::default();
        for theirs in other.releases() {
            if let Some(known) = releases.get_mut(&theirs.version) {
                merge(known, theirs, &mut added)?;
            } else {
                added.releases.push(theirs.version.clone());
                releases.insert(theirs.version.clone(), imported(theirs));
            }
        }
        require_apart(releases.values())?;
        self.releases = releases;
        self.as_of = self.as_of.max(other.as_of);
        Ok(added)
    }
}

impl Catalog {
    /// The releases of this catalogue that another does not have, or not so.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Self {
        let differs = |release: &&PublishedRelease| other.find(&release.version) != Some(*release);
        Self::new(self.as_of, self.releases().filter(differs).cloned().collect())
    }
}

/// No digest may be accepted for two archives.
fn require_apart<'r>(
    releases: impl Iterator<Item = &'r PublishedRelease>,
) -> Result<(), Contradiction> {
    let mut owners = BTreeMap::new();
    for release in releases {
        for artifact in &release.artifacts {
            let this = (release.release(artifact), artifact.platform);
            for sum in artifact.known_sums() {
                let former = owners.insert(sum, this.clone());
                if let Some((other, _)) = former.filter(|former| *former != this) {
                    return Err(Contradiction::Shared { release: this.0, other });
                }
            }
        }
    }
    Ok(())
}

fn imported(release: &PublishedRelease) -> PublishedRelease {
    let artifacts = release.artifacts.iter().map(by_import).collect();
    PublishedRelease { artifacts, ..release.clone() }
}

fn by_import(artifact: &Artifact) -> Artifact {
    let vouched =
        |sum: &PublishedSum| PublishedSum { vouchers: vec![Voucher::Import], ..sum.clone() };
    Artifact { sums: artifact.sums.iter().map(vouched).collect(), ..artifact.clone() }
}

fn merge(
    known: &mut PublishedRelease,
    theirs: &PublishedRelease,
    added: &mut Added,
) -> Result<(), Contradiction> {
    if known.withdrawn && !theirs.withdrawn {
        return Err(Contradiction::Withdrawal { version: known.version.clone() });
    }
    known.withdrawn = theirs.withdrawn;
    known.support_end = theirs.support_end.or(known.support_end);
    for artifact in &theirs.artifacts {
        let release = theirs.release(artifact);
        let same = |one: &&mut Artifact| {
            one.edition == artifact.edition && one.platform == artifact.platform
        };
        let Some(mine) = known.artifacts.iter_mut().find(same) else {
            known.artifacts.push(by_import(artifact));
            added.archives.push(release);
            continue;
        };
        if mine.exception != artifact.exception {
            return Err(Contradiction::Address { release });
        }
        mine.signed |= artifact.signed;
        let sums = artifact.known_sums();
        let known_sums = mine.known_sums();
        if known_sums.is_empty() && !sums.is_empty() {
            mine.sums.extend(by_import(artifact).sums.into_iter().filter(|sum| !sum.misprint));
            added.archives.push(release);
        } else if sums.iter().any(|sum| !known_sums.contains(sum)) {
            return Err(Contradiction::Digest { release });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "49097757a4e97b26339446754859f2589ab420d56a795a57c507fcc1b02ba91b";
    const NEW: &str = "0a7a38eb36ba91ee5ff1438957f4138a985befcfdaee1dedc9953067a2ba72ef";
    const TWO: &str = "3a71b924a687e9bd34a3deca5b42d094a0c5c0ecfc924a623bacea5ea20a94ca";

    fn catalog(as_of: &str, releases: &str) -> Catalog {
        let text = format!("mmembed-catalog 1\nas-of {as_of}\n{releases}");
        Catalog::parse(&text).unwrap()
    }

    fn known() -> Catalog {
        let text = format!(
            "1.2.0 2015-11-16 feature withdrawn\n  team linux-amd64\n\
             10.1.0 2025-01-01 feature\n  team linux-amd64\n    {ONE} docs\n  enterprise linux-amd64\n    {TWO} docs misprint\n"
        );
        catalog("2026-01-01", &text)
    }

    #[test]
    fn new_releases_and_missing_digests_are_taken_in_as_imported() {
        let mut all = known();
        let text = format!(
            "10.1.0 2025-01-01 feature until 2026-02-02\n  team linux-amd64\n    {ONE} docs\n  enterprise linux-amd64 signed\n    \
             {NEW} docs\n  team linux-arm64\n10.2.0 2025-02-01 esr\n  team linux-amd64\n    {TWO} docs gitlab\n"
        );
        let added = all.extend(&catalog("2026-02-01", &text)).unwrap();
        assert_eq!(added.releases, [Version::new(10, 2, 0)]);
        assert_eq!(added.archives.len(), 2, "{:?}", added.archives);
        let expected = format!(
            "mmembed-catalog 1\nas-of 2026-02-01\n\n1.2.0 2015-11-16 feature withdrawn\n  team linux-amd64\n\n\
             10.1.0 2025-01-01 feature until 2026-02-02\n  team linux-amd64\n    {ONE} docs\n  enterprise linux-amd64 signed\n    \
             {TWO} docs misprint\n    {NEW} import\n  team linux-arm64\n\n\
             10.2.0 2025-02-01 esr\n  team linux-amd64\n    {TWO} import\n"
        );
        assert_eq!(all.to_text(), expected);
        let again = all.clone().extend(&all.clone()).unwrap();
        assert_eq!(again, Added::default());

        let beyond = all.beyond(&known());
        assert_eq!(beyond.releases().count(), 2);
        let mut anew = known();
        anew.extend(&beyond).unwrap();
        assert_eq!(anew.to_text(), all.to_text());
    }

    #[test]
    fn what_contradicts_is_refused_and_changes_nothing() {
        for (text, why) in [
            (format!("10.1.0 2025-01-01 feature\n  team linux-amd64\n    {TWO} docs\n"), "digest"),
            (
                "10.1.0 2025-01-01 feature\n  team linux-amd64 at https://example.com/a\n"
                    .to_owned(),
                "where",
            ),
            ("1.2.0 2015-11-16 feature\n  team linux-amd64\n".to_owned(), "withdrawn"),
            (
                format!("10.2.0 2025-02-01 feature\n  team linux-amd64\n    {ONE} docs\n"),
                "gives Mattermost 10.2.0 (team edition) the digest of Mattermost 10.1.0 (team edition)",
            ),
        ] {
            let mut all = known();
            let text = format!("{text}10.3.0 2025-03-01 feature\n");
            let error = all.extend(&catalog("2026-02-01", &text)).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
            assert_eq!(all, known());
        }
    }
}
