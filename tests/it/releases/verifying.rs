//! `releases verify`: is it a published file?

use std::fs;

use super::world::World;

#[test]
fn files_are_known_by_their_digests_whatever_they_are_called() {
    let world = World::new();
    let shelf = &world.shelves[0];
    let path = format!("built/{}", shelf.name);
    world.run(&["releases", "verify", &path]).expect(0).saying(&[
        "good: built/",
        "it is Mattermost 10.11.0 (team edition) for linux-amd64, says docs",
        "no signature lies beside it",
    ]);
    fs::copy(world.at(&path), world.at("renamed")).unwrap();
    world.run(&["releases", "verify", "renamed"]).expect(0).saying(&["it is Mattermost 10.11.0"]);
    // Under the name of another release it is somebody's trick.
    fs::copy(world.at(&path), world.at("mattermost-team-11.7.0-linux-amd64.tar.gz")).unwrap();
    world
        .run(&["releases", "verify", "mattermost-team-11.7.0-linux-amd64.tar.gz"])
        .expect(7)
        .saying(&[
            "BAD: ",
            "it is Mattermost 10.11.0 (team edition)",
            "but it is called Mattermost 11.7.0 (team edition)",
        ]);
    fs::copy(world.at(&path), world.at("mattermost-team-10.11.0-linux-arm64.tar.gz")).unwrap();
    world
        .run(&["releases", "verify", "mattermost-team-10.11.0-linux-arm64.tar.gz"])
        .expect(7)
        .saying(&["BAD: ", "for linux-amd64", "but its name says linux-arm64"]);
}

#[test]
fn one_bad_file_among_good_ones_is_told_and_decides() {
    let world = World::new();
    let names: Vec<_> = world.shelves.iter().map(|shelf| format!("built/{}", shelf.name)).collect();
    let mut bytes = world.shelves[1].bytes.clone();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(world.at(&names[1]), bytes).unwrap();
    let said = world.run(&["releases", "verify", &names[0], &names[1]]);
    said.expect(7).saying(&[
        "good: ",
        "BAD: ",
        "it is called Mattermost 11.7.0 (team edition), but no release has its digest",
    ]);
    let said = world.run(&["releases", "verify", "--json", &names[0], &names[1]]).expect(7).json();
    let good: Vec<_> = said["files"].as_array().unwrap().iter().map(|file| &file["good"]).collect();
    assert_eq!(good, [true, false]);
    world
        .run(&["releases", "verify", &names[0], "missing"])
        .expect(3)
        .saying(&["cannot open missing"]);
    world.run(&["releases", "verify"]).expect(2);
}

#[test]
fn signatures_beside_files_are_looked_at() {
    let world = World::new();
    let [old, new] = world.shelves.as_slice() else { unreachable!() };
    let path = format!("built/{}", old.name);
    let signature = world.at(&format!("{path}.sig"));
    let verify = ["releases", "verify", "--key-file", "key.asc", &path];
    fs::write(&signature, world.signer.sign(&old.bytes)).unwrap();
    world.run(&verify).expect(0).saying(&["signature: signed at 2020-01-02"]);
    world.run(&[&verify[..], &["--require-signature"]].concat()).expect(0);
    // Without the key it proves nothing, and the digest decides unless a signature is demanded.
    world.run(&["releases", "verify", &path]).expect(0).saying(&["good"]);
    world.run(&["releases", "verify", "--require-signature", &path]).expect(7).saying(&["BAD"]);
    // One that speaks of another file speaks against this one.
    fs::write(&signature, world.signer.sign(&new.bytes)).unwrap();
    world.run(&verify).expect(7).saying(&["BAD"]);
    // A good one makes good what no catalogue knows.
    world.know("");
    fs::write(&signature, world.signer.sign(&old.bytes)).unwrap();
    world.run(&verify).expect(0).saying(&["good", "no release has its digest"]);
}
