//! What is in a bundle, and for whom it is.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use serde::Serialize;

use super::{CATALOG_NAME, INDEX_NAME, SIGNATURE_SUFFIX, SUMS_NAME};
use crate::model::{Edition, Platform, Sha256Digest, Version};

/// The longest name of a member: as much as the oldest form of a tar header holds (POSIX.1-1988, ustar).
const LONGEST_NAME: usize = 100;

/// What is in a bundle. Every index holds what [`BundleIndex::new`] demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BundleIndex {
    /// The edition of all archives.
    pub edition: Edition,
    /// The platform of all archives.
    pub platform: Platform,
    /// The way that it was made for.
    pub chain: Option<BundleChain>,
    /// Everything else in the bundle, in its order.
    members: Vec<BundleMember>,
}

/// From which version to which the archives of a bundle lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BundleChain {
    /// What is installed at the beginning; its archive is not in the bundle.
    pub from: Version,
    /// The last version.
    pub to: Version,
}

/// A file in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BundleMember {
    /// What it is.
    pub kind: MemberKind,
    /// How many bytes it has.
    pub size: u64,
    /// Their digest.
    pub sha256: Sha256Digest,
    /// Its name.
    pub name: String,
}

/// What a file in a bundle is. Members stand in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemberKind {
    /// The part of the catalogue.
    Catalog,
    /// The list of digests.
    Sums,
    /// The detached signature of an archive.
    Signature,
    /// An archive, under its published name.
    Archive,
}

/// Why files are no bundle together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// A name is none of a plain file.
    #[error("{name:?} is not the plain name of a file")]
    Name {
        /// The name.
        name: String,
    },
    /// Two members have one name.
    #[error("{name} is in it twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// The members stand in another order than they have to.
    #[error("{name} stands at the wrong place")]
    Order {
        /// The first that does.
        name: String,
    },
    /// A member that must be there is not, or has another name.
    #[error("it has no {name}")]
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// It has no archive.
    #[error("it has no archive")]
    Empty,
    /// A signature signs nothing that is there.
    #[error("{name} is the signature of nothing that is in it")]
    Stray {
        /// The signature.
        name: String,
    },
    /// A member has no bytes.
    #[error("{name} is empty")]
    Hollow {
        /// The member.
        name: String,
    },
}

impl BundleIndex {
    /// An index of these members.
    ///
    /// # Errors
    /// Unless there is one part of the catalogue, one list of digests, at least one archive, no signature of anything else, and
    /// every member is in its place under a plain name of its own.
    pub fn new(
        edition: Edition,
        platform: Platform,
        chain: Option<BundleChain>,
        members: Vec<BundleMember>,
    ) -> Result<Self, MemberError> {
        require_names(&members)?;
        require_kinds(&members)?;
        require_order(&members)?;
        Ok(Self { edition, platform, chain, members })
    }

    /// The index of a bundle to be made: these files, and the list of digests that belongs to them.
    ///
    /// # Errors
    /// As [`BundleIndex::new`]; the order is made here.
    pub fn with_sums(
        edition: Edition,
        platform: Platform,
        chain: Option<BundleChain>,
        mut members: Vec<BundleMember>,
    ) -> Result<Self, MemberError> {
        members.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        let sums = sums_of(&members);
        members.push(BundleMember::of(MemberKind::Sums, SUMS_NAME, sums.as_bytes()));
        members.sort_by_key(|member| member.kind);
        Self::new(edition, platform, chain, members)
    }

    /// All members but the index itself, in their order.
    #[must_use]
    pub fn members(&self) -> &[BundleMember] {
        &self.members
    }

    /// The archives.
    pub fn archives(&self) -> impl Iterator<Item = &BundleMember> {
        self.members.iter().filter(|member| member.kind == MemberKind::Archive)
    }

    /// The member with this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&BundleMember> {
        self.members.iter().find(|member| member.name == name)
    }

    /// The signature of an archive.
    #[must_use]
    pub fn signature_of(&self, archive: &str) -> Option<&BundleMember> {
        self.member(&format!("{archive}{SIGNATURE_SUFFIX}"))
    }

    /// The text of the list of digests: everything but the index and the list itself.
    #[must_use]
    pub fn sums(&self) -> String {
        sums_of(&self.members)
    }
}

impl BundleMember {
    /// A member of these bytes.
    #[must_use]
    pub fn of(kind: MemberKind, name: &str, bytes: &[u8]) -> Self {
        let sha256 = Sha256Digest::of(bytes);
        Self { kind, size: bytes.len() as u64, sha256, name: name.to_owned() }
    }
}

impl MemberKind {
    /// All of them, in the order of their members.
    pub const ALL: [Self; 4] = [Self::Catalog, Self::Sums, Self::Signature, Self::Archive];

    /// Its name in the index.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Sums => "sums",
            Self::Signature => "signature",
            Self::Archive => "archive",
        }
    }
}

impl fmt::Display for MemberKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// As `sha256sum` writes it and `sha256sum -c` reads it.
fn sums_of(members: &[BundleMember]) -> String {
    let mut text = String::new();
    for member in members.iter().filter(|member| member.kind != MemberKind::Sums) {
        writeln!(text, "{}  {}", member.sha256, member.name).expect("a String takes everything");
    }
    text
}

fn require_names(members: &[BundleMember]) -> Result<(), MemberError> {
    let mut taken = BTreeSet::from([INDEX_NAME]);
    for BundleMember { name, size, .. } in members {
        if !is_plain(name) {
            return Err(MemberError::Name { name: name.clone() });
        }
        if !taken.insert(name) {
            return Err(MemberError::Twice { name: name.clone() });
        }
        if *size == 0 {
            return Err(MemberError::Hollow { name: name.clone() });
        }
    }
    Ok(())
}

/// Letters, digits and what published names have between them: nothing that a shell, a terminal or a file system takes for
/// something else.
fn is_plain(name: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    (1..=LONGEST_NAME).contains(&name.len())
        && !name.starts_with(['.', '-'])
        && name.bytes().all(is_usual)
}

fn require_kinds(members: &[BundleMember]) -> Result<(), MemberError> {
    let of = |kind: MemberKind| members.iter().filter(move |member| member.kind == kind);
    for (kind, name) in [(MemberKind::Catalog, CATALOG_NAME), (MemberKind::Sums, SUMS_NAME)] {
        let mut named = of(kind).map(|member| member.name.as_str());
        match (named.next(), named.next()) {
            (Some(only), None) if only == name => {}
            (Some(_), Some(other)) => return Err(MemberError::Order { name: other.to_owned() }),
            (Some(_) | None, _) => return Err(MemberError::Missing { name }),
        }
    }
    let archives: BTreeSet<&str> =
        of(MemberKind::Archive).map(|member| member.name.as_str()).collect();
    if archives.is_empty() {
        return Err(MemberError::Empty);
    }
    let signs = |name: &str| {
        name.strip_suffix(SIGNATURE_SUFFIX).is_some_and(|signed| archives.contains(signed))
    };
    match of(MemberKind::Signature).find(|member| !signs(&member.name)) {
        Some(stray) => Err(MemberError::Stray { name: stray.name.clone() }),
        None => Ok(()),
    }
}

fn require_order(members: &[BundleMember]) -> Result<(), MemberError> {
    let place = |member: &BundleMember| (member.kind, member.name.clone());
    match members.windows(2).find(|pair| matches!(pair, [a, b] if place(a) >= place(b))) {
        Some([_, later]) => Err(MemberError::Order { name: later.name.clone() }),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) const ARCHIVE: &str = "mattermost-team-10.1.0-linux-amd64.tar.gz";

    pub(in super::super) fn member(kind: MemberKind, name: &str) -> BundleMember {
        BundleMember::of(kind, name, name.as_bytes())
    }

    /// An index of one signed archive.
    pub(in super::super) fn index() -> BundleIndex {
        let members = vec![
            member(MemberKind::Archive, ARCHIVE),
            member(MemberKind::Signature, &format!("{ARCHIVE}.sig")),
            member(MemberKind::Catalog, CATALOG_NAME),
        ];
        let chain = BundleChain { from: Version::new(9, 5, 0), to: Version::new(10, 1, 0) };
        BundleIndex::with_sums(Edition::Team, Platform::LinuxAmd64, Some(chain), members).unwrap()
    }

    #[test]
    fn everything_stands_in_its_order_and_in_the_list_of_digests() {
        let index = index();
        let names: Vec<_> = index.members().iter().map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["catalog.txt", "SHA256SUMS", &format!("{ARCHIVE}.sig"), ARCHIVE]);
        let sums = index.sums();
        assert_eq!(sums.lines().count(), 3);
        let listed = Sha256Digest::of(ARCHIVE.as_bytes());
        assert!(sums.ends_with(&format!("\n{listed}  {ARCHIVE}\n")), "{sums}");
        assert_eq!(index.member("SHA256SUMS").unwrap().sha256, Sha256Digest::of(sums.as_bytes()));
        assert!(index.signature_of(ARCHIVE).is_some());
    }

    #[test]
    fn what_is_no_bundle_is_refused_by_name() {
        let whole = index().members().to_vec();
        let refused = |change: &dyn Fn(&mut Vec<BundleMember>)| {
            let mut members = whole.clone();
            change(&mut members);
            BundleIndex::new(Edition::Team, Platform::LinuxAmd64, None, members)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(refused(&|all| drop(all.pop())), "it has no archive");
        assert_eq!(refused(&|all| drop(all.remove(0))), "it has no catalog.txt");
        assert_eq!(refused(&|all| drop(all.remove(1))), "it has no SHA256SUMS");
        assert_eq!(refused(&|all| all[3].size = 0), format!("{ARCHIVE} is empty"));
        assert_eq!(
            refused(&|all| all.swap(2, 3)),
            format!("{ARCHIVE}.sig stands at the wrong place")
        );
        assert_eq!(refused(&|all| all[0].name = "other.txt".into()), "it has no catalog.txt");
        let twice = refused(&|all| all.push(all[3].clone()));
        assert_eq!(twice, format!("{ARCHIVE} is in it twice"));
        let stray = refused(&|all| all[2].name = "other.sig".into());
        assert_eq!(stray, "other.sig is the signature of nothing that is in it");
        let index_again = refused(&|all| all[3].name = INDEX_NAME.into());
        assert_eq!(index_again, "mmembed-bundle is in it twice");
        let long = "a".repeat(101);
        for name in ["", "..", ".hidden", "-rf", "a/b", "a b", "a\n", "ä", "a\\b", &long] {
            let said = refused(&|all| all[3].name = name.to_owned());
            assert_eq!(said, format!("{name:?} is not the plain name of a file"));
        }
    }
}
