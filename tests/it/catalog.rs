//! The built-in catalogue of releases against the lists that it is made from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use mmembed::model::{Artifact, Edition, Platform, PublishedRelease};
use mmembed::release::Catalog;

use crate::architecture::source::project;

#[path = "../../examples/release_catalog/derive.rs"]
mod derive;

fn text(name: &str) -> String {
    fs::read_to_string(project().join("fixtures/catalog").join(name)).unwrap()
}

fn list(name: &str) -> Vec<Vec<String>> {
    let text = text(name);
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| row.split('\t').map(ToOwned::to_owned).collect()).collect()
}

fn archives() -> Vec<(PublishedRelease, Artifact)> {
    let catalog = Catalog::built_in();
    let of = |release: &PublishedRelease| {
        let pair = |artifact: &Artifact| (release.clone(), artifact.clone());
        release.artifacts.iter().map(pair).collect::<Vec<_>>()
    };
    catalog.releases().flat_map(of).collect()
}

fn one(version: &str, edition: Edition) -> Artifact {
    let catalog = Catalog::built_in();
    let release = catalog.find(&version.parse().unwrap()).unwrap();
    release.artifact(edition, Platform::LinuxAmd64).unwrap().clone()
}

#[test]
fn what_is_built_in_is_what_the_lists_give() {
    let derived = derive::derive(&text("releases.tsv"), &text("archives.tsv")).unwrap();
    let again = "cargo run --example release_catalog writes it anew";
    assert!(derived.catalog == Catalog::built_in(), "the lists say something else: {again}");
    assert_eq!(derived.left_out.len(), 4, "{:?}", derived.left_out);
}

#[test]
fn every_release_of_the_list_is_there_with_its_days() {
    let rows = list("releases.tsv");
    let catalog = Catalog::built_in();
    assert_eq!(catalog.releases().count(), rows.len());
    for row in rows {
        let release = catalog.find(&row[0].parse().unwrap()).expect("it is in the list");
        let end = release.support_end.map_or("-".to_owned(), |end| end.to_string());
        assert_eq!(
            [&release.date.to_string(), &release.kind.to_string(), &end],
            [&row[1], &row[2], &row[3]]
        );
    }
}

#[test]
fn every_digest_is_found_under_the_address_that_it_was_printed_for() {
    let mut printed = BTreeMap::<String, BTreeSet<String>>::new();
    for row in list("archives.tsv") {
        if row[2] != "-" {
            printed.entry(row[0].clone()).or_default().insert(row[2].clone());
        }
    }
    let mut seen = 0;
    for (release, artifact) in archives() {
        let url = release.url(&artifact, mmembed::model::OFFICIAL_BASE);
        let sums: BTreeSet<_> = artifact.sums.iter().map(|sum| sum.sha256.to_string()).collect();
        let listed = printed.get(&url).cloned().unwrap_or_default();
        assert!(listed.is_subset(&sums), "{url}");
        seen += listed.len();
    }
    assert!(seen > 1300, "{seen}");
}

/// So nobody gets the bytes of one release under the name of another.
#[test]
fn no_digest_is_accepted_for_two_archives() {
    let mut owners = BTreeMap::new();
    for (release, artifact) in archives() {
        for sum in artifact.known_sums() {
            let name = release.file_name(&artifact);
            let other = owners.insert(sum, name.clone());
            assert_eq!(other, None, "{sum} is accepted for {name} too");
        }
    }
    assert!(owners.len() > 1300);
}

#[test]
fn known_errors_of_the_published_page_are_no_digests() {
    let team = one("3.9.2", Edition::Team);
    let printed: Vec<_> = team.sums.iter().map(|sum| sum.misprint).collect();
    assert_eq!((printed.len(), team.known_sums().len()), (2, 1));
    let former = one("3.9.1", Edition::Team);
    let misprint = team.sums.iter().find(|sum| sum.misprint).unwrap();
    assert_eq!(former.known_sums(), [misprint.sha256]);

    let enterprise = one("5.11.1", Edition::Enterprise);
    assert_eq!(enterprise.known_sums(), []);
    assert_eq!(enterprise.sums[0].sha256, one("5.11.0", Edition::Enterprise).known_sums()[0]);
}

#[test]
fn what_was_published_again_may_have_either_digest() {
    let several = archives().into_iter().filter(|(_, artifact)| artifact.known_sums().len() > 1);
    let names: Vec<_> = several.map(|(release, artifact)| release.file_name(&artifact)).collect();
    insta::assert_snapshot!(names.join("\n"), @r"
    mattermost-team-3.9.0-linux-amd64.tar.gz
    mattermost-5.12.0-linux-amd64.tar.gz
    mattermost-team-9.5.5-linux-amd64.tar.gz
    mattermost-9.5.5-linux-amd64.tar.gz
    mattermost-11.0.2-linux-amd64.tar.gz
    mattermost-11.0.5-linux-amd64.tar.gz
    ");
}

#[test]
fn where_no_digest_is_known_there_is_none() {
    let without = archives().into_iter().filter(|(_, artifact)| artifact.known_sums().is_empty());
    let names: Vec<_> = without.map(|(release, artifact)| release.file_name(&artifact)).collect();
    assert_eq!(names.len(), 18, "{names:?}");
    assert!(names.contains(&"mattermost-5.11.1-linux-amd64.tar.gz".to_owned()));
}
