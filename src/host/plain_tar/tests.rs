#![expect(clippy::disallowed_methods, reason = "tests look behind the door")]

use std::fs;

use super::*;
use crate::host::meter::{Fault, Meter};
use crate::host::signal::Cancel;
use crate::model::Sha256Digest;

const MEMBERS: [(&str, &[u8]); 3] =
    [("first", b"one"), ("second.sig", &[7; 512]), ("third+_-", b"")];

fn draft<'c>(members: &[(&'c str, &'c [u8])]) -> TarDraft<'c> {
    let member = |(name, bytes): &(&'c str, &'c [u8])| NewMember {
        name,
        size: bytes.len() as u64,
        content: NewContent::Bytes(bytes),
    };
    let members = members.iter().map(member).collect();
    TarDraft { members, replace: false, meter: Meter::default(), cancel: Cancel::never() }
}

/// The bytes of a tar file of these members.
fn whole(members: &[(&str, &[u8])]) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("whole.tar");
    draft(members).write(&path, &mut |_| {}).unwrap();
    fs::read(path).unwrap()
}

/// What is wrong with these bytes.
fn fault(bytes: &[u8]) -> Option<TarFault> {
    let dir = tempfile::tempdir().unwrap();
    fault_in(dir.path(), bytes)
}

fn fault_in(directory: &Path, bytes: &[u8]) -> Option<TarFault> {
    let path = directory.join("some.tar");
    fs::write(&path, bytes).unwrap();
    match PlainTar::open(&path) {
        Ok(_) => None,
        Err(PlainTarError::Fault { fault, .. }) => Some(fault),
        Err(error) => panic!("{error}"),
    }
}

/// A tar file of one member, whose header is made by `change`.
fn odd(change: impl FnOnce(&mut tar::Header)) -> Vec<u8> {
    let mut bytes = whole(&[("first", b"one")]);
    let block: &mut [u8; 512] = (&mut bytes[..512]).try_into().unwrap();
    let mut header = tar::Header::from_byte_slice(block).clone();
    change(&mut header);
    header.set_cksum();
    *block = *header.as_bytes();
    bytes
}

fn raw_name(header: &mut tar::Header, name: &[u8]) {
    header.as_old_mut().name = [0; 100];
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
}

#[test]
fn what_is_written_is_read_by_this_and_by_any_other_program() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("some.tar");
    let mut told = 0;
    let draft = draft(&MEMBERS);
    draft.write(&path, &mut |bytes| told = bytes).unwrap();
    assert_eq!((draft.size(), told), (fs::metadata(&path).unwrap().len(), draft.size()));
    let tar = PlainTar::open(&path).unwrap();
    for (member, (name, bytes)) in tar.members().iter().zip(MEMBERS) {
        assert_eq!((member.name.as_str(), member.size), (name, bytes.len() as u64));
        assert_eq!(tar.content(member, 512).unwrap(), bytes);
    }
    assert!(tar.content(tar.member("second.sig").unwrap(), 511).is_err());
    let listed = std::process::Command::new("tar").arg("-tvf").arg(&path).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(listed.starts_with("-rw-r--r-- 0/0 "), "{listed}");
}

#[test]
fn a_file_is_taken_if_it_is_the_one_that_is_meant() {
    let dir = tempfile::tempdir().unwrap();
    let (path, source) = (dir.path().join("some.tar"), dir.path().join("source"));
    fs::write(&source, "content").unwrap();
    let with = |size, sha256| {
        let content = NewContent::File(&source, sha256);
        TarDraft { members: vec![NewMember { name: "a", size, content }], ..draft(&[]) }
    };
    let sha256 = Sha256Digest::of(b"content");
    let other = with(7, Sha256Digest::of(b"")).write(&path, &mut |_| {}).unwrap_err();
    assert_eq!((other.verb, &other.path), ("read", &source));
    with(8, sha256).write(&path, &mut |_| {}).unwrap_err();
    assert!(!path.exists());
    with(7, sha256).write(&path, &mut |_| {}).unwrap();
    assert_eq!(fs::read(&path).unwrap(), whole(&[("a", b"content")]));
    let again = with(7, sha256).write(&path, &mut |_| {}).unwrap_err();
    assert_eq!(again.source.kind(), io::ErrorKind::AlreadyExists);
    TarDraft { replace: true, ..with(7, sha256) }.write(&path, &mut |_| {}).unwrap();
}

#[test]
fn whenever_it_stops_nothing_is_left() {
    for at in 0..=7 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("some.tar");
        fs::write(&path, "former").unwrap();
        let meter = Meter::with_fault(at, Fault::Error);
        let draft = TarDraft { replace: true, meter, ..draft(&MEMBERS) };
        let error = draft.write(&path, &mut |_| {}).unwrap_err();
        assert_eq!((error.verb, &error.path), ("write", &path), "mutation {at}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "mutation {at}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "former");
    }
    let dir = tempfile::tempdir().unwrap();
    let cancel = Cancel::never();
    cancel.request();
    let draft = TarDraft { cancel, ..draft(&MEMBERS) };
    draft.write(&dir.path().join("some.tar"), &mut |_| {}).unwrap_err();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// Contents are judged by whoever knows their digests; everything else is judged here.
#[test]
fn no_byte_outside_of_contents_can_be_another_one_and_none_can_be_missing() {
    let dir = tempfile::tempdir().unwrap();
    let fault = |bytes: &[u8]| fault_in(dir.path(), bytes);
    let good = whole(&MEMBERS);
    let is_content = |at: usize| (512..515).contains(&at) || (1536..2048).contains(&at);
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        assert_eq!(fault(&bad).is_some(), !is_content(at), "byte {at}");
    }
    for at in (0..good.len()).step_by(37).chain([good.len() - 1, good.len() - 512]) {
        assert!(fault(&good[..at]).is_some(), "cut at {at}");
    }
    let mut longer = good.clone();
    longer.push(0);
    assert_eq!(fault(&longer), Some(TarFault::Trailing { at: good.len() as u64 }));
    assert_eq!(fault(&[]), Some(TarFault::NoTar));
    assert_eq!(fault(&[0; 1024]), Some(TarFault::Empty));
}

#[test]
fn hostile_members_are_refused_each_by_its_reason() {
    for kind in [b'1', b'2', b'3', b'4', b'5', b'6', b'7', 0] {
        let bytes = odd(|header| header.as_old_mut().linkflag = [kind]);
        assert_eq!(fault(&bytes), Some(TarFault::NoFile { name: "first".into() }), "{kind}");
    }
    for kind in *b"xgLKSVM" {
        let bytes = odd(|header| header.as_old_mut().linkflag = [kind]);
        assert_eq!(fault(&bytes), Some(TarFault::Extension { name: "first".into() }), "{kind}");
    }
    for name in
        ["../first", "/first", "a/first", "..", ".first", "-first", "a b", "a\nb", "f\u{e4}"]
    {
        let bytes = odd(|header| raw_name(header, name.as_bytes()));
        assert_eq!(fault(&bytes), Some(TarFault::Name { name: name.into() }));
    }
    let prefixed = odd(|header| header.as_ustar_mut().unwrap().prefix[..2].copy_from_slice(b".."));
    assert_eq!(fault(&prefixed), Some(TarFault::Name { name: "../first".into() }));
}

#[test]
fn a_header_that_says_too_much_is_refused() {
    for size in [1024 * 1024, 1 << 40, u64::MAX - 600, u64::MAX] {
        let bytes = odd(|header| header.set_size(size));
        assert_eq!(fault(&bytes), Some(TarFault::Cut { name: "first".into() }), "{size}");
    }
    let unusual: [fn(&mut tar::Header); 5] = [
        |header| header.set_mode(0o4755),
        |header| header.set_uid(1000),
        |header| header.set_mtime(1),
        |header| header.set_username("root").unwrap(),
        |header| header.as_old_mut().size.copy_from_slice(b"         3  "),
    ];
    for change in unusual {
        assert_eq!(fault(&odd(change)), Some(TarFault::Unusual { name: "first".into() }));
    }
    let mut twice = whole(&[("first", b"one")]);
    twice.truncate(1024);
    twice.extend(whole(&[("first", b"two")]));
    assert_eq!(fault(&twice), Some(TarFault::Twice { name: "first".into() }));
}

#[test]
fn more_members_than_anybody_needs_are_refused() {
    let names: Vec<String> = (0..10_001).map(|number| number.to_string()).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(fault(&whole(&members)), Some(TarFault::Many { most: 10_000 }));
    assert_eq!(fault(&whole(&members[1..])), None);
}
