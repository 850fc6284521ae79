//! What is in a bundle, and that it is the same each time.

use std::fs;
use std::process::Command;

use mmembed::release::bundle::BundleIndex;

use super::desk::Desk;
use crate::fakes::release::FixtureCatalog;
use crate::support::world::release;

const OLD: &str = "mattermost-team-10.11.0-linux-amd64.tar.gz";
const NEW: &str = "mattermost-team-11.7.0-linux-amd64.tar.gz";

#[test]
fn any_tar_unpacks_it_and_sha256sum_finds_it_whole() {
    let desk = Desk::of(&["10.11.0", "11.7.0"]).bundled();
    let there = desk.at("unpacked");
    fs::create_dir(&there).unwrap();
    let tar = |words: &[&str]| {
        let output = Command::new("tar")
            .args(words)
            .arg(desk.bundle())
            .current_dir(&there)
            .output()
            .unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let listed = tar(&["-tf"]);
    let names: Vec<_> = listed.lines().collect();
    assert_eq!(names, ["mmembed-bundle", "catalog.txt", "SHA256SUMS", OLD, NEW]);
    tar(&["-xf"]);
    let sums =
        Command::new("sha256sum").args(["-c", "SHA256SUMS"]).current_dir(&there).output().unwrap();
    assert!(sums.status.success(), "{sums:?}");
    assert_eq!(String::from_utf8(sums.stdout).unwrap().lines().count(), 3);
    for archive in &desk.archives {
        let taken = there.join(archive.file_name().unwrap());
        assert!(fs::read(archive).unwrap() == fs::read(taken).unwrap());
    }
    desk.run(&["bundle", "verify", desk.bundle().to_str().unwrap()]).expect(0).saying(&[
        &format!("good: {OLD}"),
        "Mattermost 11.7.0 (team edition)",
        &format!("good: {}", desk.bundle().display()),
    ]);
}

#[test]
fn made_twice_it_is_the_same_bytes_wherever_the_archives_come_from() {
    let desk = Desk::of(&["10.11.0", "11.7.0"]);
    desk.create(&["--release", "11.7.0", "--release", "10.11.0"]).expect(0).saying(&[
        OLD,
        NEW,
        "written: ",
    ]);
    let first = fs::read(desk.bundle()).unwrap();
    let again = ["--release", "10.11", "--release", "latest", "--release", "11.7.0"];
    desk.create(&again).expect(3).saying(&["is there already", "--force"]);
    desk.create(&[&again[..], &["--force"]].concat()).expect(0);
    assert!(first == fs::read(desk.bundle()).unwrap());
    // Out of a bundle, by way of the store.
    let (other, bundle) = (desk.at("out/other"), desk.bundle());
    let (other, bundle) = (other.to_str().unwrap(), bundle.to_str().unwrap());
    let words = ["bundle", "create", "--platform", "linux-amd64", "--bundle", bundle, "--output"];
    desk.run(&[&words[..], &[other, "--release", "10.11", "--release", "11.7"]].concat()).expect(0);
    assert!(first == fs::read(other).unwrap());
}

#[test]
fn a_chain_has_the_archives_of_its_stops_but_not_of_its_beginning() {
    let desk = Desk::of(&["9.11.0", "10.11.0", "11.7.0"]);
    let created = desk.create(&["--from", "9.11.0", "--to", "latest", "--json"]).expect(0).json();
    let text = String::from_utf8(desk.member("mmembed-bundle")).unwrap();
    let index = BundleIndex::parse(&text).unwrap();
    let chain = index.chain.clone().unwrap();
    assert_eq!((chain.from.to_string(), chain.to.to_string()), ("9.11.0".into(), "11.7.0".into()));
    let archives: Vec<_> = index.archives().map(|archive| archive.name.as_str()).collect();
    assert!(archives.contains(&NEW) && !archives.iter().any(|name| name.contains("9.11.0")));
    assert_eq!(created["index"]["chain"]["from"], "9.11.0");
    assert_eq!(created["command"], "bundle create");
    let shown = desk.run(&["bundle", "show", desk.bundle().to_str().unwrap()]).expect(0);
    let size = fs::metadata(desk.at("archives").join(NEW)).unwrap().len();
    shown.saying(&[
        "team edition for linux-amd64, from 9.11.0 to 11.7.0",
        &format!("\narchive   {size:>12}  {NEW}\n"),
    ]);
}

#[test]
fn where_no_way_leads_nothing_is_made() {
    let desk = Desk::of(&["10.11.0", "11.7.0"]);
    for (from, to, said) in [
        ("11.7.0", "10.11.0", "10.11.0 is not later than 11.7.0"),
        ("11.7.0", "latest", "11.7.0 is not later than 11.7.0"),
        ("10.11.0", "11.8.0", "Mattermost 11.8.0 is not in the catalogue"),
        ("4.2.0", "11.7.0", "no way leads from 4.2.0 to 11.7.0"),
    ] {
        desk.create(&["--from", from, "--to", to]).expect(3).saying(&[said]);
    }
    desk.create(&["--from", "10.11.0", "--to", "11.7.0", "--edition", "enterprise"])
        .expect(3)
        .saying(&["not known to be published as enterprise edition"]);
    for words in [&[][..], &["--from", "10.11.0"], &["--to", "11.7.0"], &["--release", "11"]] {
        desk.create(words).expect(2);
    }
    assert_eq!(desk.output(), [""; 0]);
}

#[test]
fn an_archive_that_is_not_here_or_not_the_one_that_is_meant_is_in_no_bundle() {
    let desk = Desk::of(&["10.11.0", "11.7.0"]);
    let known = FixtureCatalog::of(&desk.archives);
    fs::remove_file(desk.at("archives").join(NEW)).unwrap();
    // Nobody answers there.
    desk.create(&["--release", "11.7.0"])
        .expect(3)
        .saying(&["fetching", "the proxy gives no way through"]);
    desk.create(&["--release", "11.7.0", "--offline"]).expect(3).saying(&["is not here"]);
    release("11.7.0").small_files(4).build(&desk.at("archives"));
    assert!(known.text() != FixtureCatalog::of(&desk.archives).text());
    let said = desk.create(&["--release", "10.11.0", "--release", "11.7.0"]).expect(7);
    said.saying(&[NEW, "not the archive that was published under this name"]);
    assert_eq!(desk.output(), [""; 0]);
}

#[test]
fn an_old_catalogue_is_told_of_where_it_matters() {
    let desk = Desk::of(&["11.7.0"]);
    let old = "newer releases are not in it";
    let said = desk.create(&["--release", "latest"]).expect(0);
    said.saying(&[old]);
    let said = desk.create(&["--release", "11.7.0", "--force"]).expect(0);
    assert!(!said.all().contains(old), "{}", said.all());
    desk.create(&["--release", "latest", "--force", "--require-fresh"]).expect(3).saying(&[old]);
}

#[test]
fn a_chain_stops_where_an_operator_has_it_stop_unless_that_is_waived() {
    let desk = Desk::of(&["9.11.0", "10.11.4", "11.7.0"]);
    let rules = desk.at("rules.toml");
    let rule = r#"
[[rule]]
id = "acme-10.11"
kind = "stop"
from = "<10.11.0"
to = ">=11.0.0"
through = ">=10.11.0 <10.12.0"
severity = "warning"
text = "the plugin of Acme migrates on 10.11"
source = "acme"
"#;
    fs::write(&rules, rule).unwrap();
    let between = "mattermost-team-10.11.4-linux-amd64.tar.gz";
    let way = ["--from", "9.11.0", "--to", "11.7.0", "--force", "--json"];
    let by_rule = [&way[..], &["--rules", rules.to_str().unwrap()]].concat();
    let waived = [&by_rule[..], &["--accept", "acme-10.11"]].concat();
    for (words, stops) in
        [(&way[..], vec![NEW]), (&by_rule, vec![between, NEW]), (&waived, vec![NEW])]
    {
        desk.create(words).expect(0);
        let text = String::from_utf8(desk.member("mmembed-bundle")).unwrap();
        let index = BundleIndex::parse(&text).unwrap();
        let archives: Vec<_> = index.archives().map(|archive| archive.name.as_str()).collect();
        assert_eq!(archives, stops, "{words:?}");
    }
    desk.create(&[&way[..], &["--accept", "acme-10.11"]].concat())
        .expect(3)
        .saying(&["acme-10.11"]);
}
