//! C: types that no release holds, and fields that are not applied.

use std::fs;
use std::os::unix::fs::MetadataExt;

use rustix::fs::llistxattr;

use super::archive::{Head, MTIME, Tar};
use super::world::{Case, NOW, World, accept, refuse};

const F: &[&str] = &["f 644 f \"x\""];

fn file(change: fn(Head) -> Head) -> Vec<u8> {
    Tar::release().file_as(change(Head::file("mattermost/f")), b"x").gz()
}

fn of_type(kind: u8) -> Vec<u8> {
    Tar::release().file_as(Head::new(kind, "mattermost/f"), b"").gz()
}

fn with_pax(records: &[(&str, &[u8])]) -> Vec<u8> {
    Tar::release().pax(records).file("mattermost/f", b"x").gz()
}

pub(crate) fn cases() -> Vec<Case> {
    let mut all = types();
    all.extend(modes());
    all.extend(owners_and_attributes());
    all.extend(times());
    all.extend(sizes());
    all
}

fn types() -> Vec<Case> {
    vec![
        refuse("C01", "T-TYPE-SPECIAL", |_| of_type(b'3')),
        refuse("C02", "T-TYPE-SPECIAL", |_| of_type(b'4')),
        refuse("C03", "T-TYPE-SPECIAL", |_| of_type(b'6')),
        refuse("C04", "T-TYPE-UNKNOWN", |_| of_type(b'Z')),
        refuse("C05", "T-TYPE-UNKNOWN", |_| of_type(b'7')),
        refuse("C06", "T-TYPE-UNKNOWN", |_| of_type(b'V')),
        refuse("C07", "T-TYPE-UNKNOWN", |_| of_type(b'M')),
        refuse("C08", "T-TYPE-UNKNOWN", |_| of_type(b'D')),
        refuse("C09", "T-TYPE-SPARSE", |_| {
            let real = [0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
            let head = Head::new(b'S', "mattermost/f").gnu().raw(483..495, real);
            Tar::release().file_as(head, b"x").gz()
        }),
        refuse("C10", "T-TYPE-SPARSE", |_| {
            with_pax(&[
                ("GNU.sparse.major", b"1"),
                ("GNU.sparse.minor", b"0"),
                ("GNU.sparse.realsize", b"9223372036854775807"),
            ])
        }),
        refuse("C11", "T-TYPE-SPARSE", |_| with_pax(&[("GNU.sparse.name", b"../outside/evil")])),
        accept("C28", F, |_| Tar::release().file_as(Head::new(0, "mattermost/f"), b"x").gz()),
    ]
}

fn modes() -> Vec<Case> {
    vec![
        accept("C12", F, |_| file(|head| head.mode(0o4644))),
        accept("C13", &["d 755 d"], |_| {
            Tar::release().head(Head::directory("mattermost/d/").mode(0o3777)).gz()
        }),
        accept("C14", &["d 755 d", "f 644 f \"x\""], |_| {
            Tar::release()
                .head(Head::directory("mattermost/d/").mode(0o777))
                .file_as(Head::file("mattermost/f").mode(0o666), b"x")
                .gz()
        }),
        accept("C15", &["d 755 d", "f 644 d/f \"x\""], |_| {
            Tar::release()
                .head(Head::directory("mattermost/d/").mode(0))
                .file_as(Head::file("mattermost/d/f").mode(0), b"x")
                .gz()
        }),
        accept("C16", &["d 755 d", "f 644 d/f \"x\""], |_| {
            Tar::release()
                .head(Head::directory("mattermost/d/").mode(0o555))
                .file_as(Head::file("mattermost/d/f").mode(0o444), b"x")
                .gz()
        }),
        refuse("C17", "T-FIELD-MODE", |_| file(|head| head.mode_field(b"00007z7\0"))),
    ]
}

fn owners_and_attributes() -> Vec<Case> {
    vec![
        accept("C18", F, |_| file(|head| head.uid_field([0x80, 0, 0, 0, 0x80, 0, 0, 1])))
            .looking(is_ours),
        accept("C19", F, |_| file(|head| head.uid_field([0xff; 8]))).looking(is_ours),
        accept("C20", F, |_| {
            with_pax(&[("SCHILY.xattr.security.capability", b"\x01\0\0\x02\0\x20\0\0\0\0\0\0")])
        })
        .looking(has_no_attributes),
        accept("C21", F, |_| {
            with_pax(&[
                ("SCHILY.acl.access", b"user::rw-,user:nobody:rwx,group::r--,mask::rwx,other::r--"),
                ("SCHILY.xattr.user.mmembed", b"evil"),
                ("RHT.security.selinux", b"system_u:object_r:shadow_t:s0"),
            ])
        })
        .looking(has_no_attributes),
        accept("C29", F, |_| file(|head| head.owners("../../etc"))).looking(is_ours),
    ]
}

fn is_ours(world: &World) {
    let (file, stage) = (world.stage().join("f"), world.stage());
    let (file, stage) = (fs::metadata(file).unwrap(), fs::metadata(stage).unwrap());
    assert_eq!((file.uid(), file.gid()), (stage.uid(), stage.gid()));
}

fn has_no_attributes(world: &World) {
    let size = llistxattr(world.stage().join("f"), &mut [0u8; 0][..]);
    assert_eq!(size.unwrap_or_default(), 0);
}

fn times() -> Vec<Case> {
    const YEAR_1980: i64 = 315_532_800;
    vec![
        accept("C22", F, |_| file(|head| head.mtime_field([0xff; 12])))
            .looking(|world| assert_eq!(world.mtime("f"), YEAR_1980)),
        accept("C23", F, |_| {
            file(|head| head.mtime_field([0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]))
        })
        .looking(|world| {
            let tomorrow = i64::try_from(NOW).unwrap() + 86_400;
            assert_eq!(world.mtime("f"), tomorrow);
        }),
        refuse("C24", "T-FIELD-MTIME", |_| with_pax(&[("mtime", b"NaN")])),
        accept("C25", F, |_| with_pax(&[("mtime", b"1600000000.999999999")])).looking(|world| {
            assert_eq!(world.mtime("f"), 1_600_000_000);
            assert_eq!(world.mtime("bin/mattermost"), MTIME);
        }),
    ]
}

fn sizes() -> Vec<Case> {
    vec![
        refuse("C26", "T-SIZE-UNEXPECTED", |_| {
            Tar::release().file_as(Head::directory("mattermost/d/"), b"x").gz()
        }),
        refuse("C27", "T-SIZE-UNEXPECTED", |_| {
            Tar::release().file_as(Head::symlink("mattermost/l", "bin"), b"x").gz()
        }),
    ]
}

#[test]
fn a_file_that_the_archive_keeps_private_stays_private() {
    let world = World::new();
    world.put_archive(&file(|head| head.mode(0o700)));
    world.unpack().unwrap();
    let lines = world.listing();
    assert!(lines.contains(&"f 700 f \"x\"".to_owned()), "{lines:?}");
}
