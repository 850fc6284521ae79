//! Signatures that a bundle brings.

use std::fs;

use super::desk::{Desk, said};
use crate::fakes::mirror::Mirror;
use crate::fakes::mirror::authority::Authority;
use crate::fakes::release::FixtureCatalog;
use crate::fakes::signer::Signer;
use crate::support::said::Said;

const OLD: &str = "mattermost-team-10.11.0-linux-amd64.tar.gz";
const NEW: &str = "mattermost-team-11.7.0-linux-amd64.tar.gz";

/// Archives that somebody has signed.
fn signed() -> (Desk, String) {
    let desk = Desk::of(&["10.11.0", "11.7.0"]);
    let signer = Signer::new(5);
    for archive in &desk.archives {
        let signature = signer.sign(&fs::read(archive).unwrap());
        fs::write(format!("{}.sig", archive.display()), signature).unwrap();
    }
    let desk = desk.with(vec![]);
    fs::write(desk.at("key.asc"), signer.key()).unwrap();
    let key = desk.at("key.asc").display().to_string();
    (desk, key)
}

fn create(desk: &Desk, more: &[&str]) -> Said {
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
    fs::copy(archives.join(at(OLD)), archives.join(at(NEW))).unwrap();
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

#[test]
fn from_a_mirror_archives_come_with_their_signatures() {
    let (desk, key) = signed();
    let mirror = Mirror::start();
    for (archive, version) in desk.archives.iter().zip(["10.11.0", "11.7.0"]) {
        let name = archive.file_name().unwrap().to_str().unwrap();
        for name in [name.to_owned(), format!("{name}.sig")] {
            let path = desk.at("archives").join(&name);
            mirror.serve(&format!("/{version}/{name}"), fs::read(&path).unwrap());
            fs::remove_file(path).unwrap();
        }
    }
    let url = mirror.url("");
    let ca = Authority::of_tests().file_in(&desk.at("")).display().to_string();
    let words = desk.create_words(&["--from", "10.11.0", "--to", "latest", "--mirror", &url]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let words =
        [&words[..], &["--ca-file", &ca, "--require-signature", "--key-file", &key]].concat();
    let mut command = desk.command(&words);
    command.env_remove("HTTPS_PROXY").env_remove("https_proxy");
    said(&mut command).expect(0).saying(&[&format!("{NEW}, signed")]);
    let path = desk.bundle();
    let verify = ["bundle", "verify", path.to_str().unwrap(), "--require-signature"];
    desk.run(&[&verify[..], &["--key-file", &key]].concat()).expect(0);
    // What was fetched for it is in the store; the next one asks nobody.
    fs::rename(&path, desk.at("out/first")).unwrap();
    let words = desk.create_words(&["--from", "10.11.0", "--to", "latest", "--offline"]);
    desk.run(&words.iter().map(String::as_str).collect::<Vec<_>>()).expect(0);
    assert!(fs::read(path).unwrap() == fs::read(desk.at("out/first")).unwrap());
}
