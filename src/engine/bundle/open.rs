//! A bundle that was opened: everything in it but the archives themselves has been read, and fits together.

use std::path::Path;

use super::error::{BundleError, BundleFault};
use crate::host::{MemberReader, PathError, PlainTar, TarMember};
use crate::model::{Platform, Release, Sha256Digest};
use crate::release::Catalog;
use crate::release::bundle::{
    BundleIndex, BundleMember, BundledArchive, CATALOG_NAME, INDEX_NAME, MemberKind,
};

/// The most bytes that are read of anything but an archive: the whole catalogue of today has a thirtieth of it.
const SMALL_CAP: u64 = 8 * 1024 * 1024;

/// A bundle.
#[derive(Debug)]
pub struct Bundle {
    tar: PlainTar,
    index: BundleIndex,
    part: Catalog,
    archives: Vec<BundledArchive>,
}

impl Bundle {
    /// Opens one. Its archives are what they are called, if they have the digests that the index says; whether they do is
    /// known to whoever reads them to their end.
    ///
    /// # Errors
    /// It cannot be read, is damaged, or says something else than what is `known`.
    pub fn open(path: &Path, known: &Catalog) -> Result<Self, BundleError> {
        let tar = PlainTar::open(path)?;
        let fault = |fault: BundleFault| BundleError::Fault { path: path.to_owned(), fault };
        let Some(first) = tar.members().first().filter(|first| first.name == INDEX_NAME) else {
            return Err(fault(BundleFault::Foreign));
        };
        let index = text(INDEX_NAME, tar.content(first, SMALL_CAP)?).map_err(fault)?;
        let index = BundleIndex::parse(&index).map_err(|why| fault(why.into()))?;
        let listed = tar.members().get(1..).unwrap_or_default();
        require_listed(listed, &index).map_err(fault)?;
        let mut part = None;
        for (member, expected) in listed.iter().zip(index.members()) {
            if expected.kind == MemberKind::Archive {
                continue;
            }
            let content = tar.content(member, SMALL_CAP)?;
            require_content(expected, &content).map_err(fault)?;
            match expected.kind {
                MemberKind::Catalog => part = Some(content),
                MemberKind::Sums if content != index.sums().as_bytes() => {
                    return Err(fault(BundleFault::Sums));
                }
                MemberKind::Sums | MemberKind::Signature | MemberKind::Archive => {}
            }
        }
        let part = text(CATALOG_NAME, part.unwrap_or_default()).map_err(fault)?;
        let part = Catalog::parse(&part).map_err(|why| fault(why.into()))?;
        let archives = index.agree(&part, known).map_err(|why| fault(why.into()))?;
        Ok(Self { tar, index, part, archives })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.tar.path()
    }

    /// What is in it, and for whom it is.
    #[must_use]
    pub const fn index(&self) -> &BundleIndex {
        &self.index
    }

    /// The releases that are in it.
    #[must_use]
    pub const fn catalog(&self) -> &Catalog {
        &self.part
    }

    /// The archives that are in it.
    #[must_use]
    pub fn archives(&self) -> &[BundledArchive] {
        &self.archives
    }

    /// The archive of a release for a platform.
    #[must_use]
    pub fn archive(&self, release: &Release, platform: Platform) -> Option<&BundledArchive> {
        let mut archives = self.archives.iter().filter(|_| self.index.platform == platform);
        archives.find(|archive| archive.release == *release)
    }

    /// The signature of an archive, if it has one.
    ///
    /// # Errors
    /// It cannot be read any more.
    pub fn signature(&self, archive: &BundledArchive) -> Result<Option<Vec<u8>>, BundleError> {
        let Some(expected) = self.index.signature_of(&archive.name) else { return Ok(None) };
        let Some(member) = self.tar.member(&expected.name) else { return Ok(None) };
        let content = self.tar.content(member, SMALL_CAP)?;
        // It was so when it was opened.
        let fault = |fault| BundleError::Fault { path: self.path().to_owned(), fault };
        require_content(expected, &content).map_err(fault)?;
        Ok(Some(content))
    }

    /// The bytes of an archive, which may be damaged.
    ///
    /// # Errors
    /// There is no such archive.
    pub fn reader(&self, archive: &BundledArchive) -> Result<MemberReader<'_>, PathError> {
        let member = self.tar.member(&archive.name);
        member.map(|member| self.tar.reader(member)).ok_or_else(|| PathError {
            verb: "find an archive in",
            path: self.path().to_owned(),
            source: std::io::ErrorKind::NotFound.into(),
        })
    }

    /// What is in it, in words.
    #[must_use]
    pub fn contents(&self) -> String {
        let mut versions: Vec<_> =
            self.archives.iter().map(|archive| &archive.release.version).collect();
        versions.sort();
        let versions: Vec<_> = versions.into_iter().map(ToString::to_string).collect();
        let BundleIndex { edition, platform, .. } = &self.index;
        format!("{} ({edition} edition for {platform})", versions.join(", "))
    }
}

fn text(name: &str, bytes: Vec<u8>) -> Result<String, BundleFault> {
    String::from_utf8(bytes).map_err(|_| BundleFault::NoText { name: name.to_owned() })
}

/// Every member is listed with its size, in its place, and every one that is listed is there.
fn require_listed(there: &[TarMember], index: &BundleIndex) -> Result<(), BundleFault> {
    for expected in index.members() {
        let Some(member) = there.iter().find(|member| member.name == expected.name) else {
            return Err(BundleFault::Missing { name: expected.name.clone() });
        };
        if member.size != expected.size {
            let (expected, actual) = (expected.size, member.size);
            return Err(BundleFault::Size { name: member.name.clone(), expected, actual });
        }
    }
    if let Some(extra) = there.iter().find(|member| index.member(&member.name).is_none()) {
        return Err(BundleFault::Extra { name: extra.name.clone() });
    }
    let mut pairs = there.iter().zip(index.members());
    match pairs.find(|(member, expected)| member.name != expected.name) {
        Some((member, _)) => Err(BundleFault::Order { name: member.name.clone() }),
        None => Ok(()),
    }
}

fn require_content(expected: &BundleMember, content: &[u8]) -> Result<(), BundleFault> {
    let actual = Sha256Digest::of(content);
    if actual == expected.sha256 {
        return Ok(());
    }
    let (name, expected) = (expected.name.clone(), expected.sha256);
    Err(BundleFault::Content { name, expected, actual })
}
