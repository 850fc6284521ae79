//! Whether the archives of a bundle are what their names say: by the catalogue that is known, and by the part of one that the
//! bundle brings.

use std::collections::BTreeSet;

use serde::Serialize;

use super::index::{BundleIndex, BundleMember};
use crate::model::{Artifact, Edition, Platform, PublishedRelease, Release, Sha256Digest, Version};
use crate::release::catalog::{Catalog, Contradiction};

/// An archive of a bundle, and which one it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BundledArchive {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub release: Release,
    /// How many bytes it has.
    pub size: u64,
    /// Their digest.
    pub sha256: Sha256Digest,
    /// The digest was known here before the bundle came. Otherwise the bundle alone says it, and only a signature proves anything.
    pub vouched: bool,
}

/// Why a bundle cannot be what it says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
    /// It says something else of a release than what is known.
    #[error("its part of the catalogue is wrong: {0}")]
    Contradiction(#[from] Contradiction),
    /// No release has an archive of this name.
    #[error("{name} is the archive of no release in its part of the catalogue")]
    Unknown {
        /// The archive.
        name: String,
    },
    /// An archive of another edition or platform.
    #[error("{name} is not for what the bundle is for: the {edition} edition on {platform}")]
    OtherKind {
        /// The archive.
        name: String,
        /// For which edition the bundle is.
        edition: Edition,
        /// For which platform.
        platform: Platform,
    },
    /// An archive under the name of another one.
    #[error("{name} is the archive of {is} for {platform}")]
    Passed {
        /// The name that it has.
        name: String,
        /// What it is.
        is: Release,
        /// For which platform.
        platform: Platform,
    },
    /// Nobody has published what bears this name.
    #[error("{name} is not what was published under this name: its SHA-256 digest is {actual}")]
    OtherDigest {
        /// The archive.
        name: String,
        /// What it is.
        actual: Sha256Digest,
    },
    /// A release is spoken of that is not there.
    #[error("its part of the catalogue has Mattermost {version}, and there is no archive of it")]
    Absent {
        /// The release.
        version: Version,
    },
}

impl BundleIndex {
    /// Which archives these are. `part` is what the bundle brings of a catalogue, `known` what is known without it.
    ///
    /// # Errors
    /// [`Disagreement`]: then nothing of it may be used.
    pub fn agree(
        &self,
        part: &Catalog,
        known: &Catalog,
    ) -> Result<Vec<BundledArchive>, Disagreement> {
        known.clone().extend(part)?;
        let archives = self.archives().map(|member| self.judge(member, part, known));
        let archives = archives.collect::<Result<Vec<_>, _>>()?;
        let versions: BTreeSet<&Version> =
            archives.iter().map(|archive| &archive.release.version).collect();
        match part.releases().find(|release| !versions.contains(&release.version)) {
            Some(absent) => Err(Disagreement::Absent { version: absent.version.clone() }),
            None => Ok(archives),
        }
    }

    fn judge(
        &self,
        member: &BundleMember,
        part: &Catalog,
        known: &Catalog,
    ) -> Result<BundledArchive, Disagreement> {
        let name = member.name.clone();
        let (published, artifact) = self.meant(member, part)?;
        let same = |known: &PublishedRelease| {
            known.artifact(artifact.edition, artifact.platform).map(Artifact::known_sums)
        };
        let sums = known.find(&published.version).and_then(same).unwrap_or_default();
        let vouched = sums.contains(&member.sha256);
        let said = artifact.known_sums();
        let is_new = sums.is_empty() && (said.is_empty() || said.contains(&member.sha256));
        if !vouched && !is_new {
            let is = known.identify(&member.sha256).or_else(|| part.identify(&member.sha256));
            return Err(match is {
                Some((is, found)) => {
                    let platform = found.platform;
                    Disagreement::Passed { name, is: is.release(found), platform }
                }
                None => Disagreement::OtherDigest { name, actual: member.sha256 },
            });
        }
        let release = published.release(artifact);
        Ok(BundledArchive { name, release, size: member.size, sha256: member.sha256, vouched })
    }

    /// The archive of the catalogue that is published under this name.
    fn meant<'c>(
        &self,
        member: &BundleMember,
        part: &'c Catalog,
    ) -> Result<(&'c PublishedRelease, &'c Artifact), Disagreement> {
        let all = part
            .releases()
            .flat_map(|release| release.artifacts.iter().map(move |artifact| (release, artifact)));
        let named: Vec<_> =
            all.filter(|(release, artifact)| release.file_name(artifact) == member.name).collect();
        if named.is_empty() {
            return Err(Disagreement::Unknown { name: member.name.clone() });
        }
        let is_own = |artifact: &Artifact| {
            artifact.edition == self.edition && artifact.platform == self.platform
        };
        named.into_iter().find(|(_, artifact)| is_own(artifact)).ok_or_else(|| {
            let (edition, platform) = (self.edition, self.platform);
            Disagreement::OtherKind { name: member.name.clone(), edition, platform }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::super::index::{MemberKind, tests::member};
    use super::super::{CATALOG_NAME, MemberError};
    use super::*;

    fn name(version: &str) -> String {
        format!("mattermost-team-{version}-linux-amd64.tar.gz")
    }

    fn sum(name: &str) -> String {
        Sha256Digest::of(name.as_bytes()).to_string()
    }

    /// A catalogue with the team and the enterprise edition of these versions; archives hold their own names.
    fn catalog(versions: &[&str]) -> Catalog {
        let mut text = "mmembed-catalog 1\nas-of 2026-08-21\n".to_owned();
        for version in versions {
            let enterprise = format!("mattermost-{version}-linux-amd64.tar.gz");
            write!(
                text,
                "{version} 2025-01-01 feature\n  team linux-amd64\n    {} docs\n  enterprise linux-amd64\n    {} docs\n",
                sum(&name(version)),
                sum(&enterprise)
            ).unwrap();
        }
        Catalog::parse(&text).unwrap()
    }

    fn index(archives: Vec<BundleMember>) -> Result<BundleIndex, MemberError> {
        let mut members = vec![member(MemberKind::Catalog, CATALOG_NAME)];
        members.extend(archives);
        BundleIndex::with_sums(Edition::Team, Platform::LinuxAmd64, None, members)
    }

    fn archive(name: &str, content: &str) -> BundleMember {
        BundleMember::of(MemberKind::Archive, name, content.as_bytes())
    }

    fn judged(archives: &[(&str, &str)], part: &Catalog, known: &Catalog) -> String {
        let archives = archives.iter().map(|(name, content)| archive(name, content)).collect();
        match index(archives).unwrap().agree(part, known) {
            Err(error) => error.to_string(),
            Ok(archives) => {
                let told =
                    |one: &BundledArchive| format!("{} {}", one.release.version, one.vouched);
                archives.iter().map(told).collect::<Vec<_>>().join(", ")
            }
        }
    }

    #[test]
    fn what_is_known_is_vouched_for_and_what_the_bundle_alone_says_is_not() {
        let (old, new) = (name("10.1.0"), name("10.2.0"));
        let both = [(old.as_str(), old.as_str()), (&new, &new)];
        let part = catalog(&["10.1.0", "10.2.0"]);
        assert_eq!(judged(&both, &part, &part), "10.1.0 true, 10.2.0 true");
        assert_eq!(judged(&both, &part, &catalog(&["10.1.0"])), "10.1.0 true, 10.2.0 false");
    }

    #[test]
    fn mix_and_match_is_refused_by_name() {
        let (old, new) = (name("10.1.0"), name("10.2.0"));
        let part = catalog(&["10.1.0", "10.2.0"]);
        let swapped = judged(&[(&old, &new), (&new, &old)], &part, &part);
        assert_eq!(
            swapped,
            format!("{old} is the archive of Mattermost 10.2.0 (team edition) for linux-amd64")
        );
        let enterprise = "mattermost-10.1.0-linux-amd64.tar.gz";
        let other = judged(&[(enterprise, enterprise), (&new, &new)], &part, &part);
        assert!(other.contains("is not for what the bundle is for: the team edition"), "{other}");
        let passed = judged(&[(&old, enterprise), (&new, &new)], &part, &part);
        assert!(passed.contains("is the archive of Mattermost 10.1.0 (enterprise edition)"));
        let foreign = judged(&[(&old, "something else"), (&new, &new)], &part, &part);
        assert!(foreign.contains("not what was published under this name"), "{foreign}");
        let unknown = judged(&[("other.tar.gz", "x")], &part, &part);
        assert!(unknown.contains("other.tar.gz is the archive of no release"), "{unknown}");
        let absent = judged(&[(&old, &old)], &part, &part);
        assert!(absent.contains("has Mattermost 10.2.0, and there is no archive"), "{absent}");
    }

    #[test]
    fn a_part_of_a_catalogue_that_says_something_else_is_refused() {
        let old = name("10.1.0");
        let text = catalog(&["10.1.0"]).to_text().replace(&sum(&old), &sum("evil"));
        let forged = Catalog::parse(&text).unwrap();
        let said = judged(&[(&old, "evil")], &forged, &catalog(&["10.1.0"]));
        assert_eq!(
            said,
            "its part of the catalogue is wrong: the digest of Mattermost 10.1.0 (team edition) is known, and the catalogue \
             has another one for it"
        );
    }

    #[test]
    fn where_no_digest_was_ever_published_only_a_signature_can_tell() {
        let old = name("10.1.0");
        let text = catalog(&["10.1.0"]).to_text().replace(&format!("    {} docs\n", sum(&old)), "");
        let silent = Catalog::parse(&text).unwrap();
        assert_eq!(judged(&[(&old, "anything")], &silent, &silent), "10.1.0 false");
        // A bundle cannot hide a digest that is known.
        let said = judged(&[(&old, "anything")], &silent, &catalog(&["10.1.0"]));
        assert!(said.contains("not what was published under this name"), "{said}");
    }

    #[test]
    fn what_was_published_again_is_good_in_either_form() {
        let old = name("10.1.0");
        let line = format!("    {} docs\n", sum(&old));
        let text = catalog(&["10.1.0"]).to_text();
        let both = text.replace(&line, &format!("{line}    {} docs\n", sum("again")));
        let both = Catalog::parse(&both).unwrap();
        for content in [old.as_str(), "again"] {
            assert_eq!(judged(&[(&old, content)], &both, &both), "10.1.0 true");
            // Also where the bundle knows of one form only.
            let one = Catalog::parse(&text).unwrap();
            assert_eq!(judged(&[(&old, content)], &one, &both), "10.1.0 true");
        }
    }
}
