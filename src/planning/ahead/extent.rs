//! How many bytes something will take of which nobody has told the size.

use std::ops::{Add, AddAssign};

use crate::model::Version;
use crate::planning::estimate;

/// Bytes that something will take: between what is certain and what is likely. Both are the same where the size is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// It will not take less.
    pub least: u64,
    /// It will hardly take more.
    pub likely: u64,
}

/// What was measured of releases from this version on, with a web application and plugins that were but stubs: the real
/// ones are larger. Archives and what is in them, in bytes (observed on 3.5.1, 5.3.0, 5.30.0, 5.37.0; later ones up to 7.8 are alike).
const MEASURED: [(u64, u64, u64, u64); 4] = [
    (0, 0, 18_700_000, 32_900_000),
    (5, 0, 28_000_000, 55_900_000),
    (5, 30, 41_800_000, 89_200_000),
    (5, 37, 44_400_000, 98_400_000),
];

/// What a packager of 11.7, the largest of those known, reserves for it: 750 MB. No list tells the sizes of releases.
const LARGE_TREE: u64 = 750_000_000;

/// A tree takes 1.8 to 2.2 times its archive (measured on twelve releases from 3.5 to 7.8).
const fn is_in_archive(tree: u64) -> u64 {
    tree / 2
}

/// The same the other way round, with some room to spare.
const fn comes_out_of(archive: u64) -> u64 {
    archive / 2 * 5
}

impl Extent {
    /// What is known.
    #[must_use]
    pub const fn exactly(bytes: u64) -> Self {
        Self { least: bytes, likely: bytes }
    }

    /// The archive of a release, of which nothing is known but its version.
    #[must_use]
    pub fn of_archive(version: &Version) -> Self {
        let (archive, _) = measured(version);
        Self { least: archive, likely: is_in_archive(LARGE_TREE) }
    }

    /// The tree of a release, of which nothing is known but its version.
    #[must_use]
    pub fn of_tree(version: &Version) -> Self {
        let (_, tree) = measured(version);
        Self { least: tree, likely: LARGE_TREE }
    }

    /// The tree of which the archive has this many bytes.
    #[must_use]
    pub const fn out_of(archive: u64) -> Self {
        Self { least: archive, likely: comes_out_of(archive) }
    }

    /// The tree that an archive claims to hold so many bytes of.
    #[must_use]
    pub const fn claimed(bytes: u64) -> Self {
        Self::exactly(estimate(bytes).bytes)
    }

    /// So many of it.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self { least: self.least * count, likely: self.likely * count }
    }
}

fn measured(version: &Version) -> (u64, u64) {
    let mut rows = MEASURED.iter().rev();
    let row = rows.find(|(major, minor, ..)| version.is_at_least(*major, *minor));
    row.map_or((0, 0), |(_, _, archive, tree)| (*archive, *tree))
}

impl Add for Extent {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { least: self.least + other.least, likely: self.likely + other.likely }
    }
}

impl AddAssign for Extent {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_certain_is_never_more_than_what_is_likely() {
        for text in ["3.5.1", "4.10.0", "5.9.0", "5.30.0", "7.8.0", "11.7.3"] {
            let version: Version = text.parse().unwrap();
            let (archive, tree) = (Extent::of_archive(&version), Extent::of_tree(&version));
            assert!(archive.least < archive.likely && tree.least < tree.likely, "{text}");
            assert!(archive.least < tree.least && archive.likely < tree.likely, "{text}");
            assert_eq!(Extent::out_of(archive.likely).likely / 5, archive.likely / 2, "{text}");
        }
        let known = Extent::exactly(10).times(3) + Extent::exactly(5);
        assert_eq!(known, Extent { least: 35, likely: 35 });
    }

    #[test]
    fn real_archives_lie_in_between() {
        // Observed: archive, tree.
        for (text, archive, tree) in [
            ("3.10.3", 20_739_109, 38_035_162),
            ("5.9.0", 28_065_874, 55_939_150),
            ("5.30.0", 41_831_029, 89_229_856),
            ("7.8.0", 45_585_652, 101_532_772),
        ] {
            let version = text.parse().unwrap();
            let between = |extent: Extent, bytes| (extent.least..=extent.likely).contains(&bytes);
            assert!(between(Extent::of_archive(&version), archive), "{text}");
            assert!(between(Extent::of_tree(&version), tree), "{text}");
            assert!(between(Extent::out_of(archive), tree), "{text}");
        }
    }
}
