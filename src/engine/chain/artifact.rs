//! Where the archive of a hop comes from, and what is odd about it.

use super::foresee::Way;
use crate::engine::acquire::{AtHand, at_hand};
use crate::host::Network;
use crate::model::{Artifact, ArtifactReport, Finding, Release, Severity, Version};

/// The archive of one hop.
pub(super) struct HopArtifact {
    pub(super) at_hand: Option<AtHand>,
    pub(super) report: ArtifactReport,
    pub(super) findings: Vec<Finding>,
}

/// The archive of a version at which the way stops; nothing but what is published is a stop.
pub(super) fn artifact_of(way: &Way<'_>, version: &Version) -> Option<HopArtifact> {
    let published = way.sources().catalog.find(version)?;
    let artifact = published.artifact(way.edition(), way.platform)?;
    let release = published.release(artifact);
    let at_hand = at_hand(way.sources(), &release, way.platform);
    let remote = way.sources().remote.as_ref().filter(|_| at_hand.is_none());
    let url = remote.map(|remote| Network::shown(&published.url(artifact, &remote.base)));
    let report = ArtifactReport {
        name: published.file_name(artifact),
        bytes: at_hand.as_ref().map(|here| here.bytes),
        at_hand: at_hand.as_ref().map(|here| here.path.clone()),
        url,
        sha256: artifact.known_sums(),
    };
    let findings = odd(&report, artifact, &release);
    Some(HopArtifact { at_hand, report, findings })
}

fn odd(report: &ArtifactReport, artifact: &Artifact, release: &Release) -> Vec<Finding> {
    let mut findings = Vec::new();
    if report.at_hand.is_none() && report.url.is_none() {
        let text = format!("the archive of {release} is not here, and nobody may be asked for it");
        let advice = format!("bring {} to this machine, as a file or in a bundle", report.name);
        findings.push(Finding::new(Severity::Fatal, "artifact-missing", text).advise(advice));
    }
    if report.sha256.is_empty() {
        let text = format!("no SHA-256 digest of {release} was ever published");
        let (severity, advice) = if artifact.signed {
            (Severity::Note, "only a good signature tells that its archive is genuine")
        } else {
            (Severity::Warning, "it is taken only if there is a good signature beside its archive")
        };
        findings.push(Finding::new(severity, "artifact-unvouched", text).advise(advice));
    }
    findings
}
