//! Where a way stops that a bundle is made for.

use crate::model::{Edition, Platform, Version};
use crate::planning::obtainable;
use crate::release::Catalog;
use crate::upgrade::{Known, NoRoute, Rules, Situation, Wishes, stops as shortest};

/// The versions to go to, one after the other, up to and including the last. Of the installation nothing is known but the
/// edition, so that what could be needed is a stop.
pub(super) fn stops(
    from: &Version,
    to: &Version,
    catalog: &Catalog,
    (edition, platform): (Edition, Platform),
    rules: &Rules,
) -> Result<Vec<Version>, NoRoute> {
    let only = Some(obtainable(catalog, edition, platform));
    let wishes = Wishes { only, ..Wishes::default() };
    let situation = Situation { edition: Some(edition), ..Situation::default() };
    let known = catalog.releases().map(Known::from);
    shortest(from, to, known, rules, &situation, &wishes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    fn way(from: &str, to: &str, platform: Platform) -> Result<Vec<Version>, NoRoute> {
        let catalog = Catalog::built_in();
        let kind = (Edition::Team, platform);
        stops(&version(from), &version(to), &catalog, kind, &Rules::built_in())
    }

    #[test]
    fn a_long_way_stops_only_at_what_was_published_so() {
        let catalog = Catalog::built_in();
        let newest = catalog.releases().next_back().unwrap().version.clone();
        let all = way("5.37.10", &newest.to_string(), Platform::LinuxAmd64).unwrap();
        assert!(all.len() > 1 && all.is_sorted(), "{all:?}");
        assert_eq!(all.last(), Some(&newest));
        assert!(!all.contains(&version("5.37.10")));
        for stop in &all {
            let release = catalog.find(stop).unwrap();
            assert!(release.artifact(Edition::Team, Platform::LinuxAmd64).is_some(), "{stop}");
        }
    }

    #[test]
    fn where_there_is_no_archive_for_the_platform_no_way_leads() {
        let no_way = way("5.37.10", "5.39.0", Platform::LinuxArm64).unwrap_err();
        assert_eq!(no_way, NoRoute::NotAtHand { version: version("5.39.0") });
    }
}
