//! Which archive of the catalogue is meant.

use jiff::tz::TimeZone;

use super::{AcquireError, ArchiveWish, Sources};
use crate::host::{Clock, this_machine};
use crate::model::{
    Artifact, Edition, Finding, Platform, PublishedRelease, Release, ReleaseSelector, Severity,
    Sha256Digest, usual_file_name,
};

/// An archive of the catalogue.
pub(in crate::engine) struct Choice<'c> {
    pub(in crate::engine) published: &'c PublishedRelease,
    pub(in crate::engine) artifact: &'c Artifact,
    /// The digests that it may have.
    pub(super) sums: Vec<Sha256Digest>,
    pub(in crate::engine) findings: Vec<Finding>,
}

impl Choice<'_> {
    pub(super) fn release(&self) -> Release {
        self.published.release(self.artifact)
    }

    pub(super) fn file_name(&self) -> String {
        self.published.file_name(self.artifact)
    }

    /// Where it may lie in a directory.
    pub(super) fn file_names(&self) -> [String; 3] {
        file_names(self.published, self.artifact)
    }
}

/// All names under which an archive is published, the one that it usually has first.
pub(super) fn file_names(published: &PublishedRelease, artifact: &Artifact) -> [String; 3] {
    let (version, Artifact { edition, platform, .. }) = (&published.version, artifact);
    let long = format!("mattermost-{edition}-{version}-{platform}.tar.gz");
    [published.file_name(artifact), usual_file_name(version, *edition, *platform), long]
}

/// Warns, or refuses, where the catalogue is too old to know what is meant.
pub(in crate::engine) fn require_fresh(
    sources: &Sources,
    selector: &ReleaseSelector,
    clock: &Clock,
) -> Result<Option<Finding>, AcquireError> {
    let age = sources.catalog.age(TimeZone::UTC.to_datetime(clock.now()).date());
    // Whoever names a version gets it, whatever else there may be by now; and the newest in a bundle is just that.
    let is_named = matches!(selector, ReleaseSelector::Exact(_));
    if is_named || sources.bundle.is_some() || age.is_fresh() {
        return Ok(None);
    }
    if sources.require_fresh {
        return Err(AcquireError::Stale { age, selector: selector.clone() });
    }
    let advice = "name the version that you want, or take in a newer catalogue with `mmembed releases import`";
    Ok(Some(Finding::new(Severity::Warning, "catalog-old", age.to_string()).advise(advice)))
}

/// Looks it up. Without an edition the team edition is meant.
pub(in crate::engine) fn choose<'c>(
    sources: &'c Sources,
    wish: &ArchiveWish,
    selector: &ReleaseSelector,
    clock: &Clock,
) -> Result<Choice<'c>, AcquireError> {
    let catalog = &sources.catalog;
    let today = TimeZone::UTC.to_datetime(clock.now()).date();
    let mut findings: Vec<Finding> = require_fresh(sources, selector, clock)?.into_iter().collect();
    let published = catalog.select(selector)?;
    let edition = wish.edition.unwrap_or(Edition::Team);
    let artifact = catalog.artifact(published, edition, platform(wish)?)?;
    if let Some(end) = published.support_end.filter(|end| today > *end) {
        let text = format!("support for Mattermost {} ended on {end}", published.line());
        findings.push(Finding::new(Severity::Note, "support-over", text));
    }
    let sums = accepted(wish, artifact.known_sums(), &published.release(artifact))?;
    Ok(Choice { published, artifact, sums, findings })
}

/// The platform that was named, or that of this machine.
pub(in crate::engine) fn platform(wish: &ArchiveWish) -> Result<Platform, AcquireError> {
    wish.platform.ok_or_else(|| AcquireError::NoPlatform { here: this_machine() })
}

/// The digests that an archive may have: the stated one, which has to be a known one where some are known.
pub(super) fn accepted(
    wish: &ArchiveWish,
    known: Vec<Sha256Digest>,
    release: &Release,
) -> Result<Vec<Sha256Digest>, AcquireError> {
    match wish.sha256 {
        Some(stated) if !known.is_empty() && !known.contains(&stated) => {
            Err(AcquireError::OtherDigest { release: release.clone(), stated, known })
        }
        Some(stated) => Ok(vec![stated]),
        None => Ok(known),
    }
}
