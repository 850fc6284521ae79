//! Bundles that somebody has made to deceive: everything in them fits together, but it is not what was published.

use mmembed::model::Edition;

use super::desk::{Desk, write_tar};
use crate::support::world::release;

const OLD: &str = "mattermost-team-10.11.0-linux-amd64.tar.gz";
const NEW: &str = "mattermost-team-11.7.0-linux-amd64.tar.gz";

#[test]
fn what_is_not_forged_is_not_refused() {
    let desk = Desk::of(&["10.11.0", "11.7.0"]).bundled();
    let before = std::fs::read(desk.bundle()).unwrap();
    desk.forge(&desk.forgery());
    assert!(before == std::fs::read(desk.bundle()).unwrap());
}

#[test]
fn mix_and_match_of_archives_names_and_editions_is_refused() {
    let desk = Desk::of(&["10.11.0", "11.7.0"]);
    let enterprise = release("11.7.0").enterprise().small_files(3).build(&desk.at("archives"));
    let desk = desk.with(vec![enterprise.clone()]);
    let path = desk.bundle();
    desk.create(&["--release", "10.11.0", "--release", "11.7.0"]).expect(0);
    let whole = std::fs::read(&path).unwrap();
    let refused = |change: &dyn Fn(&mut super::desk::Forgery), words: &[&str]| {
        std::fs::write(&path, &whole).unwrap();
        let mut forgery = desk.forgery();
        change(&mut forgery);
        desk.forge(&forgery);
        desk.run(&["bundle", "verify", path.to_str().unwrap()]).expect(7).saying(words);
        let words = [&["do not use it"], words].concat();
        desk.run(&["bundle", "show", path.to_str().unwrap()]).expect(7).saying(&words);
    };
    // An older release under the name of the newer: a downgrade.
    refused(
        &|all| all.archive("11.7.0").2 = all.archive("10.11.0").2.clone(),
        &[NEW, "is the archive of Mattermost 10.11.0 (team edition) for linux-amd64"],
    );
    refused(
        &|all| all.archive("11.7.0").2 = std::fs::read(&enterprise).unwrap(),
        &[NEW, "is the archive of Mattermost 11.7.0 (enterprise edition) for linux-amd64"],
    );
    refused(
        &|all| all.archive("11.7.0").2 = b"something else".to_vec(),
        &[NEW, "is not what was published under this name"],
    );
    refused(
        &|all| all.archive("11.7.0").1 = "mattermost-11.7.0-linux-amd64.tar.gz".into(),
        &["is not for what the bundle is for: the team edition on linux-amd64"],
    );
    refused(
        &|all| all.edition = Edition::Enterprise,
        &[OLD, "is not for what the bundle is for: the enterprise edition"],
    );
    refused(
        &|all| all.archive("11.7.0").1 = "mattermost-team-11.9.0-linux-amd64.tar.gz".into(),
        &["11.9.0", "is the archive of no release"],
    );
    refused(
        &|all| all.members.retain(|(_, name, _)| name != NEW),
        &["has Mattermost 11.7.0, and there is no archive of it"],
    );
}

#[test]
fn a_catalogue_that_says_something_else_than_what_is_known_is_refused() {
    let desk = Desk::of(&["10.11.0", "11.7.0"]).bundled();
    let mut forgery = desk.forgery();
    let evil = b"something else".to_vec();
    let sum = mmembed::model::Sha256Digest::of(&evil).to_string();
    let known = mmembed::model::Sha256Digest::of(&forgery.archive("11.7.0").2).to_string();
    forgery.archive("11.7.0").2 = evil;
    forgery.catalog(|text| text.replace(&known, &sum));
    desk.forge(&forgery);
    let path = desk.bundle();
    desk.run(&["bundle", "verify", path.to_str().unwrap()]).expect(7).saying(&[
        "its part of the catalogue is wrong",
        "the digest of Mattermost 11.7.0 (team edition) is known",
    ]);
    // The same digests without the other catalogue, by the one that is built in.
    let mut command = std::process::Command::new(crate::support::world::MMEMBED);
    command.args(["bundle", "verify"]).arg(&path).arg("--store").arg(desk.at("store"));
    let said = super::desk::said(&mut command).expect(7);
    said.saying(&["(team edition) is known, and the catalogue has another one for it"]);
}

#[test]
fn a_release_that_only_the_bundle_knows_needs_a_signature() {
    let desk = Desk::of(&["10.11.0", "11.7.0"]).bundled();
    let known = crate::fakes::release::FixtureCatalog::of(&desk.archives[..1]);
    known.write(&desk.at(""));
    let said = desk.refused();
    assert_eq!(
        said,
        format!(
            "{NEW}: its digest was never published as far as is known here, and it has no signature"
        )
    );
    let path = desk.bundle();
    desk.run(&["bundle", "show", path.to_str().unwrap()])
        .expect(0)
        .saying(&["the digest of Mattermost 11.7.0 (team edition) is not known here"]);
}

#[test]
fn the_index_is_the_only_truth_about_what_is_in_it() {
    let desk = Desk::of(&["11.7.0"]).bundled();
    let names = ["mmembed-bundle", "catalog.txt", "SHA256SUMS", NEW];
    let whole: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (*name, desk.member(name))).collect();
    let refused = |members: &[(&str, &[u8])]| {
        write_tar(&desk.bundle(), members);
        desk.refused()
    };
    let all: Vec<(&str, &[u8])> =
        whole.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    write_tar(&desk.bundle(), &all);
    desk.judge().unwrap();
    let [head, catalog, sums, archive] = [all[0], all[1], all[2], all[3]];
    for (members, said) in [
        (vec![head, catalog, sums], format!("{NEW} is in the index, but not in the bundle")),
        (vec![head, catalog, archive], "SHA256SUMS is in the index, but not".into()),
        (
            vec![head, catalog, sums, archive, ("more.sig", b"x")],
            "more.sig is in the bundle, but not in the index".into(),
        ),
        (vec![head, catalog, archive, sums], "does not stand where the index has it".into()),
        (vec![catalog, sums, archive], "no bundle of releases".into()),
        (vec![catalog, head, sums, archive], "no bundle of releases".into()),
        (vec![head, ("catalog.txt", b"x"), sums, archive], "catalog.txt has 1 bytes, but ".into()),
        (vec![head, catalog, sums, (NEW, b"x")], format!("{NEW} has 1 bytes, but ")),
    ] {
        let error = refused(&members);
        assert!(error.contains(&said), "{error}");
    }
    let other: Vec<u8> = catalog.1.iter().map(|byte| byte ^ 1).collect();
    let error = refused(&[head, ("catalog.txt", &other), sums, archive]);
    assert!(error.contains("catalog.txt is damaged"), "{error}");
}

#[test]
fn a_list_of_digests_that_says_something_else_is_refused() {
    let desk = Desk::of(&["11.7.0"]).bundled();
    let head = String::from_utf8(desk.member("mmembed-bundle")).unwrap();
    let sums = String::from_utf8(desk.member("SHA256SUMS")).unwrap();
    let digest = |text: &str| mmembed::model::Sha256Digest::of(text.as_bytes()).to_string();
    let other = sums.replacen(&sums[..64], &"0".repeat(64), 1);
    let (body, _) = head.rsplit_once("end ").unwrap();
    let body = body.replace(&digest(&sums), &digest(&other));
    let head = format!("{body}end {}\n", digest(&body));
    let members = [
        ("mmembed-bundle", head.into_bytes()),
        ("catalog.txt", desk.member("catalog.txt")),
        ("SHA256SUMS", other.into_bytes()),
        (NEW, desk.member(NEW)),
    ];
    let members: Vec<(&str, &[u8])> =
        members.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    write_tar(&desk.bundle(), &members);
    let error = desk.refused();
    assert!(error.ends_with("SHA256SUMS says something else than the index"), "{error}");
}

#[test]
fn a_later_form_is_refused_by_its_number() {
    let desk = Desk::of(&["11.7.0"]).bundled();
    write_tar(&desk.bundle(), &[("mmembed-bundle", b"mmembed-bundle 2\nwhatever\n")]);
    let path = desk.bundle();
    let said = desk.run(&["bundle", "verify", path.to_str().unwrap()]).expect(7);
    said.saying(&["it has the form 2, of which this program knows nothing", "or a newer one"]);
}

/// Members as no program of ours writes them: what is told by the tar file alone is tested beside it.
#[test]
fn hostile_members_are_refused_by_the_program() {
    let desk = Desk::of(&["11.7.0"]).bundled();
    let good = std::fs::read(desk.bundle()).unwrap();
    let path = desk.bundle();
    let refused = |name: &str, kind: tar::EntryType, said: &str| {
        let mut builder = tar::Builder::new(good[..good.len() - 1024].to_vec());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(0);
        header.set_link_name("/etc/passwd").unwrap();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, &[][..]).unwrap();
        std::fs::write(&path, builder.into_inner().unwrap()).unwrap();
        desk.run(&["bundle", "verify", path.to_str().unwrap()]).expect(7).saying(&[said]);
    };
    refused("evil", tar::EntryType::Symlink, "\"evil\" is not a regular file");
    refused("evil", tar::EntryType::Link, "\"evil\" is not a regular file");
    refused("evil", tar::EntryType::Char, "\"evil\" is not a regular file");
    refused("evil/", tar::EntryType::Directory, "\"evil/\" is not a regular file");
    refused("../evil", tar::EntryType::Regular, "\"../evil\" is not the plain name of a file");
    refused("/etc/evil", tar::EntryType::Regular, "is not the plain name of a file");
    refused("evil", tar::EntryType::GNULongName, "is a record that extends another");
    refused("evil", tar::EntryType::XHeader, "is a record that extends another");
    refused("evil", tar::EntryType::XGlobalHeader, "is a record that extends another");
    refused("evil", tar::EntryType::Regular, "the header of evil says more");
}
