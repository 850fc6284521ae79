//! Making a bundle: every archive is got hold of as for an installation, and then all are written into one file.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::error::CreateBundleError;
use super::stops::stops;
use crate::engine::acquire::{
    ArchiveSource, ArchiveWish, Errand, Held, Sources, require_fresh, take_hold,
};
use crate::host::{Meter, NewContent, NewMember, TarDraft, require_place, size_outside};
use crate::model::{Edition, Event, Finding, Platform, ReleaseSelector, Version};
use crate::release::bundle::{
    BundleChain, BundleIndex, BundleMember, CATALOG_NAME, INDEX_NAME, MemberKind, SIGNATURE_SUFFIX,
};
use crate::upgrade::Rules;

/// A wish for a bundle.
#[derive(Clone, Debug)]
pub struct BundleWish {
    /// Which archives.
    pub archives: BundleArchives,
    /// Their edition.
    pub edition: Edition,
    /// Their platform.
    pub platform: Platform,
    /// What the way of a chain is found by.
    pub rules: Rules,
    /// The place for it.
    pub output: PathBuf,
    /// May it take the place of a file that is there?
    pub replace: bool,
}

/// Which archives somebody wants in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleArchives {
    /// Those of these releases.
    Releases(Vec<ReleaseSelector>),
    /// Those of every stop on the way from a version to another.
    Chain {
        /// What is installed.
        from: Version,
        /// Where the way leads.
        to: ReleaseSelector,
    },
}

/// A bundle that was made.
#[derive(Clone, Debug)]
pub struct CreatedBundle {
    /// Where it lies.
    pub path: PathBuf,
    /// How many bytes it has.
    pub size: u64,
    /// What is in it.
    pub index: BundleIndex,
    /// What there is to know about where it comes from.
    pub findings: Vec<Finding>,
}

/// Makes a bundle. The same archives and the same catalogue give the same bytes.
///
/// # Errors
/// [`CreateBundleError`]. Then the place is as it was; archives that were fetched stay in the store.
pub fn create_bundle(
    sources: &Sources,
    wish: &BundleWish,
    meter: Meter,
    errand: &mut Errand<'_>,
) -> Result<CreatedBundle, CreateBundleError> {
    require_place(&wish.output, wish.replace).map_err(|error| {
        let path = wish.output.clone();
        let is_there = error.source.kind() == std::io::ErrorKind::AlreadyExists;
        if is_there { CreateBundleError::Exists { path } } else { error.into() }
    })?;
    let mut findings = Vec::new();
    let (versions, chain) = chosen(sources, wish, errand, &mut findings)?;
    let mut held = Vec::new();
    for (number, version) in (1..).zip(&versions) {
        let text = format!("Mattermost {version}, {number} of {}", versions.len());
        errand.reporter.hear(&Event::Note { text });
        let one = hold(sources, wish, version, errand)?;
        findings.extend(one.findings.iter().cloned());
        held.push(one);
    }
    let part = sources.catalog.excerpt(&versions);
    let text = part.to_text();
    let index = BundleIndex::with_sums(wish.edition, wish.platform, chain, members(&held, &text)?)?;
    // What would be refused is not made.
    index.agree(&part, &sources.catalog)?;
    errand.reporter.hear(&Event::Note { text: format!("writing {}", wish.output.display()) });
    let size = write(wish, &index, &text, &held, meter, errand)?;
    Ok(CreatedBundle { path: wish.output.clone(), size, index, findings })
}

/// Which versions, the oldest first.
fn chosen(
    sources: &Sources,
    wish: &BundleWish,
    errand: &Errand<'_>,
    findings: &mut Vec<Finding>,
) -> Result<(Vec<Version>, Option<BundleChain>), CreateBundleError> {
    let select = |selector: &ReleaseSelector, findings: &mut Vec<Finding>| {
        findings.extend(require_fresh(sources, selector, &errand.clock)?);
        Ok::<_, CreateBundleError>(sources.catalog.select(selector)?.version.clone())
    };
    match &wish.archives {
        BundleArchives::Releases(selectors) => {
            let versions: Result<BTreeSet<_>, _> =
                selectors.iter().map(|selector| select(selector, findings)).collect();
            findings.dedup();
            Ok((versions?.into_iter().collect(), None))
        }
        BundleArchives::Chain { from, to } => {
            let to = select(to, findings)?;
            let release = sources.catalog.select(&ReleaseSelector::Exact(to.clone()))?;
            sources.catalog.artifact(release, wish.edition, wish.platform)?;
            let kind = (wish.edition, wish.platform);
            let versions = stops(from, &to, &sources.catalog, kind, &wish.rules)?;
            Ok((versions, Some(BundleChain { from: from.clone(), to })))
        }
    }
}

fn hold(
    sources: &Sources,
    wish: &BundleWish,
    version: &Version,
    errand: &mut Errand<'_>,
) -> Result<Held, CreateBundleError> {
    let wanted = ArchiveWish {
        source: ArchiveSource::Known(ReleaseSelector::Exact(version.clone())),
        edition: Some(wish.edition),
        version: None,
        platform: Some(wish.platform),
        sha256: None,
    };
    Ok(take_hold(sources, &wanted, errand)?)
}

fn members(held: &[Held], catalog: &str) -> Result<Vec<BundleMember>, CreateBundleError> {
    let mut members = vec![BundleMember::of(MemberKind::Catalog, CATALOG_NAME, catalog.as_bytes())];
    for Held { archive, name, sha256, signature, .. } in held {
        let (kind, sha256) = (MemberKind::Archive, *sha256);
        let size = size_outside(archive)?;
        members.push(BundleMember { kind, size, sha256, name: name.clone() });
        if let Some(signature) = signature {
            let name = format!("{name}{SIGNATURE_SUFFIX}");
            members.push(BundleMember::of(MemberKind::Signature, &name, signature));
        }
    }
    Ok(members)
}

fn write(
    wish: &BundleWish,
    index: &BundleIndex,
    catalog: &str,
    held: &[Held],
    meter: Meter,
    errand: &mut Errand<'_>,
) -> Result<u64, CreateBundleError> {
    let (text, sums) = (index.to_text(), index.sums());
    let content = |member: &BundleMember| match member.kind {
        MemberKind::Catalog => Some(NewContent::Bytes(catalog.as_bytes())),
        MemberKind::Sums => Some(NewContent::Bytes(sums.as_bytes())),
        MemberKind::Signature => {
            let signed = member.name.strip_suffix(SIGNATURE_SUFFIX)?;
            let held = held.iter().find(|held| held.name == signed)?;
            held.signature.as_deref().map(NewContent::Bytes)
        }
        MemberKind::Archive => {
            let held = held.iter().find(|held| held.name == member.name)?;
            Some(NewContent::File(&held.archive, held.sha256))
        }
    };
    let bytes = NewContent::Bytes(text.as_bytes());
    let mut members = vec![NewMember { name: INDEX_NAME, size: text.len() as u64, content: bytes }];
    members.extend(index.members().iter().filter_map(|member| {
        Some(NewMember { name: &member.name, size: member.size, content: content(member)? })
    }));
    let cancel = errand.cancel.clone();
    let draft = TarDraft { members, replace: wish.replace, meter, cancel };
    let total = draft.size();
    draft.write(&wish.output, &mut |bytes| {
        errand.reporter.hear(&Event::Progress { bytes, total });
    })?;
    Ok(total)
}
