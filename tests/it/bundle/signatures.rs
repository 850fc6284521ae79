//! Signatures that a bundle brings.

use super::desk::Desk;
use crate::fakes::release::FixtureCatalog;
use crate::support::signer::Signer;

const OLD: &str = "mattermost-team-10.11.0-linux-amd64.tar.gz";
const NEW: &str = "mattermost-team-11.7.0-linux-amd64.tar.gz";

/// Archives that somebody has signed.
fn signed() -> (Desk, String) {
    let desk = Desk::of(&["10.11.0", "11.7.0"]);
    let signer = Signer::new(5);
    for archive in &desk.archives {
        signer.sign_file(archive);
    }
    let desk = desk.with(vec![]);
    let key = signer.write_key(&desk.at("")).display().to_string();
    (desk, key)
}

fn create(desk: &Desk, more: &[&str]) -> crate::support::said::Said {
    desk.create(&[&["--release", "10.11.0", "--release", "11.7.0"], more].concat())
}

#[test]
fn signatures_come_along_and_are_checked_where_they_are_required() {
    let (desk, key) = signed();
    create(&desk, &["--require-signature", "--key-file", &key])
        .expect(0)
        .saying(&[&format!("{OLD}, signed"), &format!("{NEW}, signed")]);
    let path = desk.bundle();
    let verify = ["bundle", "verify", path.to_str().unwrap()];
    desk.run(&[&verify[..], &["--require-signature", "--key-file", &key]].concat()).expect(0);
    // By nobody whose key is known.
    desk.run(&verify).expect(0).saying(&["signature: "]);
    desk.run(&[&verify[..], &["--require-signature"]].concat())
        .expect(7)
        .saying(&["its signature does not count"]);
}

#[test]
fn where_they_are_required_and_missing_it_is_said() {
    let desk = Desk::of(&["10.11.0", "11.7.0"]).bundled();
    let path = desk.bundle();
    let verify = ["bundle", "verify", path.to_str().unwrap(), "--require-signature"];
    desk.run(&verify).expect(7).saying(&[&format!("BAD: {OLD}"), "it has no signature"]);
    create(&desk, &["--force", "--require-signature"]).expect(3).saying(&["signature"]);
}

#[test]
fn swapped_signatures_are_refused() {
    let (desk, key) = signed();
    create(&desk, &["--key-file", &key]).expect(0);
    let mut forgery = desk.forgery();
    let at = |name: &str| format!("{name}.sig");
    let sigs: Vec<usize> = forgery
        .members
        .iter()
        .enumerate()
        .filter(|(_, (_, name, _))| *name == at(OLD) || *name == at(NEW))
        .map(|(index, _)| index)
        .collect();
    let first = forgery.members[sigs[0]].2.clone();
    forgery.members[sigs[0]].2 = forgery.members[sigs[1]].2.clone();
    forgery.members[sigs[1]].2 = first;
    desk.forge(&forgery);
    let path = desk.bundle();
    let verify = ["bundle", "verify", path.to_str().unwrap(), "--key-file", &key];
    let said = desk.run(&verify).expect(7);
    said.saying(&[&format!("BAD: {OLD}"), &format!("BAD: {NEW}"), "its signature does not count"]);
    // No bundle is made of what would not pass.
    let archives = desk.at("archives");
    std::fs::copy(archives.join(at(OLD)), archives.join(at(NEW))).unwrap();
    create(&desk, &["--force", "--key-file", &key])
        .expect(7)
        .saying(&[&format!("the signature of {NEW} does not count")]);
}

#[test]
fn a_release_that_only_the_bundle_knows_is_taken_if_it_is_signed() {
    let (desk, key) = signed();
    create(&desk, &["--key-file", &key]).expect(0);
    FixtureCatalog::of(&desk.archives[..1]).write(&desk.at(""));
    let path = desk.bundle();
    let verify = ["bundle", "verify", path.to_str().unwrap()];
    desk.run(&[&verify[..], &["--key-file", &key]].concat()).expect(0);
    desk.run(&verify).expect(7).saying(&[&format!("good: {OLD}"), &format!("BAD: {NEW}")]);
    let to = desk.at("taken").display().to_string();
    let fetch = ["releases", "fetch", "latest", "--to", &to, "--bundle", path.to_str().unwrap()];
    let fetch = [&fetch[..], &["--platform", "linux-amd64"]].concat();
    desk.run(&fetch).expect(7).saying(&["does not count"]);
    desk.run(&[&fetch[..], &["--key-file", &key]].concat()).expect(0).saying(&[NEW]);
    assert!(desk.at("taken").join(format!("{NEW}.sig")).is_file());
}
