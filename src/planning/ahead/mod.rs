//! What lies ahead on a chain, foretold from what is known before its first hop begins.

mod extent;
mod fetches;
mod passed;
mod rooms;
mod settings;
mod words;

pub use extent::Extent;
pub use fetches::fetched_in_the_dark;
pub use passed::latest_passed_over;
pub use rooms::{Ground, Taking, rooms};
pub use settings::{HopSettings, SettingsAhead};

use std::collections::BTreeSet;

use crate::model::{BackupPace, Edition, Platform, Saved, Version};
use crate::release::Catalog;

/// The versions of which an archive was published in this edition for this platform: nobody can stop at others.
#[must_use]
pub fn obtainable(catalog: &Catalog, edition: Edition, platform: Platform) -> BTreeSet<Version> {
    let published =
        catalog.releases().filter(|release| release.artifact(edition, platform).is_some());
    published.map(|release| release.version.clone()).collect()
}

/// What is saved before a hop at this pace; hops are counted from 0.
#[must_use]
pub const fn saved_on(hop: usize, pace: BackupPace) -> Saved {
    match pace {
        BackupPace::Each => Saved::All,
        BackupPace::Once if hop == 0 => Saved::All,
        BackupPace::Once | BackupPace::Own => Saved::AllButDatabase,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_saved_before_each_hop_or_the_first_or_none() {
        use Saved::{All, AllButDatabase};
        let saved = |pace| (0..3).map(|hop| saved_on(hop, pace)).collect::<Vec<_>>();
        assert_eq!(saved(BackupPace::Each), [All; 3]);
        assert_eq!(saved(BackupPace::Once), [All, AllButDatabase, AllButDatabase]);
        assert_eq!(saved(BackupPace::Own), [AllButDatabase; 3]);
    }

    #[test]
    fn what_was_not_published_so_is_no_stop() {
        let catalog = Catalog::built_in();
        let [amd, arm] = Platform::ALL.map(|it| obtainable(&catalog, Edition::Team, it));
        let old: Version = "5.39.0".parse().unwrap();
        assert!(amd.contains(&old) && !arm.contains(&old) && !arm.is_empty());
    }
}
