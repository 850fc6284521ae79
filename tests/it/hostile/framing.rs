//! D: headers, extension records, and where an archive begins and ends.

use std::fs;

use super::archive::{BLOCK, Head, Tar, gzip, pax_records};
use super::world::{Case, accept, refuse};

const F: &[&str] = &["f 644 f \"x\""];

fn file() -> Head {
    Head::file("mattermost/f")
}

/// A member hidden in the content of another.
fn hidden() -> Vec<u8> {
    Tar::empty().file("mattermost/evil", b"evil").open_ended()
}

fn pax(records: &[(&str, &[u8])]) -> Vec<u8> {
    Tar::release().pax(records).file_as(file(), b"x").gz()
}

fn pax_bytes(bytes: &[u8]) -> Vec<u8> {
    Tar::release().extension(b'x', bytes).file_as(file(), b"x").gz()
}

fn sized(field: impl AsRef<[u8]>) -> Vec<u8> {
    Tar::release().head(file().size_field(field)).padded(b"x").gz()
}

pub(crate) fn cases() -> Vec<Case> {
    let mut all = two_sizes();
    all.extend(two_names());
    all.extend(records());
    all.extend(numbers_in_records());
    all.extend(global_and_dangling());
    all.extend(headers());
    all.extend(cuts());
    all.extend(ends());
    all.extend(size_fields());
    all.extend(formats());
    all
}

fn two_sizes() -> Vec<Case> {
    vec![
        accept("D01", &["f 644 nested.tar \"mattermost/evil\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\""], |_| {
            let size = hidden().len().to_string();
            Tar::release()
                .pax(&[("size", size.as_bytes())])
                .head(Head::file("mattermost/nested.tar"))
                .padded(hidden())
                .gz()
        })
        .looking(|world| {
            assert_eq!(fs::read(world.stage().join("nested.tar")).unwrap(), hidden());
        }),
        refuse("D02", "T-SIZE-AMBIGUOUS", |_| {
            Tar::release().pax(&[("size", b"512")]).file_as(file(), [vec![b'x'; 512], hidden()].concat()).gz()
        }),
        refuse("D03", "T-EXT-MIXED", |_| {
            Tar::release()
                .pax(&[("size", b"1024")])
                .extension(b'L', b"mattermost/long\0")
                .file_as(file().gnu(), hidden())
                .gz()
        }),
    ]
}

fn two_names() -> Vec<Case> {
    vec![
        refuse("D04", "T-EXT-MIXED", |_| {
            Tar::release()
                .pax(&[("path", b"mattermost/a")])
                .extension(b'L', b"mattermost/b\0")
                .file_as(file(), b"x")
                .gz()
        }),
        refuse("D05", "T-EXT-MIXED", |_| {
            Tar::release()
                .extension(b'L', b"mattermost/b\0")
                .pax(&[("path", b"mattermost/a")])
                .file_as(file(), b"x")
                .gz()
        }),
        refuse("D06", "T-EXT-REPEATED", |_| {
            Tar::release()
                .pax(&[("path", b"mattermost/a")])
                .pax(&[("mtime", b"1")])
                .file_as(file(), b"x")
                .gz()
        }),
        refuse("D07", "T-PAX-REPEATED", |_| {
            pax(&[("path", b"mattermost/a"), ("path", b"mattermost/b")])
        }),
    ]
}

fn records() -> Vec<Case> {
    const RULE: &str = "T-PAX-RECORD";
    vec![
        refuse("D08", RULE, |_| pax_bytes(b"19 path=mattermost/a")),
        refuse("D09", RULE, |_| pax_bytes(b"0 path=mattermost/a\n")),
        refuse("D10", RULE, |_| pax_bytes(b"18446744073709551636 path=mattermost/a\n")),
        refuse("D11", RULE, |_| pax_bytes(b"99 path=mattermost/a\n")),
        refuse("D12", RULE, |_| pax_bytes(b"20 path:mattermost/a\n")),
        refuse("D22", "T-PAX-EMPTY", |_| pax(&[("path", b"")])),
        refuse("D23", "T-LIMIT-RECORD", |_| {
            let head = Head::new(b'x', "PaxHeaders/x").size(1 << 30);
            Tar::release().head(head).padded(b"20 path=mattermost/a\n").gz()
        }),
        refuse("D24", "T-LIMIT-RECORD", |_| {
            let head = Head::new(b'L', "././@LongLink").gnu().size(1 << 30);
            Tar::release().head(head).padded(b"mattermost/a\0").gz()
        }),
        accept("D44", F, |_| pax(&[("ACME.vendor.key", b"whatever")])),
        refuse("D45", "T-PATH-UTF8", |_| {
            pax(&[("hdrcharset", b"BINARY"), ("path", b"mattermost/\xe9")])
        }),
    ]
}

fn numbers_in_records() -> Vec<Case> {
    const RULE: &str = "T-FIELD-SIZE";
    vec![
        refuse("D13", RULE, |_| pax(&[("size", b"-1")])),
        refuse("D14", RULE, |_| pax(&[("size", b"+1")])),
        refuse("D15", RULE, |_| pax(&[("size", b"0x1")])),
        refuse("D16", RULE, |_| pax(&[("size", b"18446744073709551616")])),
    ]
}

fn global_and_dangling() -> Vec<Case> {
    vec![
        accept("D17", F, |_| {
            Tar::empty()
                .pax_global(&[("comment", b"0123456789abcdef0123456789abcdef01234567")])
                .bytes(Tar::release().open_ended())
                .file_as(file(), b"x")
                .gz()
        }),
        refuse("D18", "T-EXT-GLOBAL", |_| {
            Tar::release().pax_global(&[("path", b"mattermost/a")]).file_as(file(), b"x").gz()
        }),
        refuse("D19", "T-EXT-GLOBAL", |_| {
            Tar::release().pax_global(&[("size", b"1")]).file_as(file(), b"x").gz()
        }),
        refuse("D20", "T-EXT-DANGLING", |_| Tar::release().pax(&[("path", b"mattermost/a")]).gz()),
        refuse("D21", "T-EXT-DANGLING", |_| Tar::release().extension(b'L', b"mattermost/a\0").gz()),
    ]
}

fn headers() -> Vec<Case> {
    const RULE: &str = "T-HEADER-CHECKSUM";
    vec![
        refuse("D25", RULE, |_| Tar::release().file_as(file().bad_sum(), b"x").gz()),
        // Of the two verdicts that are allowed, the stricter one.
        refuse("D26", RULE, |_| {
            Tar::release().file_as(Head::file("mattermost/ä").signed_sum(), b"x").gz()
        }),
        accept("D47", &["f 644 nn \"x\""], |_| {
            Tar::release().file_as(Head::file(b"mattermost/nn\0../../outside/evil"), b"x").gz()
        }),
    ]
}

fn cuts() -> Vec<Case> {
    const RULE: &str = "T-FRAME-CUT";
    fn cut(after: usize) -> Vec<u8> {
        let start = Tar::release().open_ended().len();
        let whole = Tar::release().file_as(file(), b"x".repeat(600)).tar();
        gzip(&whole[..start + after])
    }
    vec![
        refuse("D27", RULE, |_| cut(100)),
        refuse("D28", RULE, |_| cut(BLOCK + 500)),
        refuse("D29", RULE, |_| cut(BLOCK + 700)),
        refuse("D40", "T-LIMIT-ENTRY", |_| {
            gzip(&Tar::release().head(file().size(8 << 30)).padded(b"x").open_ended())
        }),
    ]
}

fn ends() -> Vec<Case> {
    fn zero_blocks(count: usize) -> Vec<u8> {
        vec![0; count * BLOCK]
    }
    vec![
        refuse("D30", "T-FRAME-END", |_| gzip(&Tar::release().open_ended())),
        refuse("D31", "T-FRAME-END", |_| gzip(&Tar::release().bytes(zero_blocks(1)).open_ended())),
        refuse("D32", "T-FRAME-ZERO", |_| {
            Tar::release().bytes(zero_blocks(1)).file_as(file(), b"x").gz()
        }),
        refuse("D33", "T-FRAME-TRAILING", |_| {
            Tar::release().bytes(zero_blocks(2)).file_as(file(), b"x").gz()
        }),
        refuse("D34", "T-FRAME-TRAILING", |_| {
            gzip(&Tar::release().bytes(zero_blocks(3)).bytes(b"garbage").open_ended())
        }),
        accept("D35", &[], |_| {
            let mut tar = Tar::release().tar();
            tar.resize(tar.len().next_multiple_of(10_240), 0);
            gzip(&tar)
        }),
        refuse("D41", "T-FRAME-EMPTY", |_| gzip(&zero_blocks(20))),
    ]
}

fn size_fields() -> Vec<Case> {
    vec![
        refuse("D36", "T-LIMIT-ENTRY", |_| sized([0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0])),
        refuse("D37", "T-FIELD-SIZE", |_| sized([0xff; 12])),
        refuse("D38", "T-FIELD-SIZE", |_| sized(b"0000000000z\0")),
        accept("D39", F, |_| sized(b"          1 ")),
    ]
}

fn formats() -> Vec<Case> {
    vec![
        accept("D42", F, |_| Tar::release().file_as(file().v7(), b"x").gz()),
        refuse("D43", "T-EXT-V7", |_| {
            Tar::release().pax(&[("mtime", b"1")]).file_as(file().v7(), b"x").gz()
        }),
        accept("D46", &["d 755 a", "d 755 a/b", "f 644 a/b/c \"x\""], |_| {
            Tar::empty()
                .file_as(Head::file("mattermost/bin/mattermost").mode(0o755), b"\x7fELF")
                .file_as(Head::file("mattermost/config/config.json").mode(0o600), b"{}\n")
                .file("mattermost/a/b/c", b"x")
                .gz()
        }),
    ]
}

/// Beside the corpus: the other half of D43, and orders that the corpus does not try.
#[test]
fn extension_records_at_other_wrong_places_are_refused() {
    let more = [
        refuse("D43b", "T-EXT-V7", |_| {
            let head = Head::new(b'x', "PaxHeaders/x").v7();
            Tar::release().file_as(head, pax_records(&[("mtime", b"1")])).file_as(file(), b"x").gz()
        }),
        refuse("g in between", "T-EXT-ORDER", |_| {
            Tar::release()
                .pax(&[("mtime", b"1")])
                .pax_global(&[("comment", b"c")])
                .file_as(file(), b"x")
                .gz()
        }),
        refuse("two L", "T-EXT-REPEATED", |_| {
            Tar::release()
                .extension(b'L', b"mattermost/a\0")
                .extension(b'L', b"mattermost/b\0")
                .file_as(file(), b"x")
                .gz()
        }),
        refuse("x at the end, and no end", "T-EXT-DANGLING", |_| {
            gzip(&Tar::release().pax(&[("mtime", b"1")]).open_ended())
        }),
        refuse("foreign magic", "T-HEADER-MAGIC", |_| {
            Tar::release().file_as(file().raw(257..265, b"ustaR\x0000"), b"x").gz()
        }),
        accept("L and K together", &["l long -> bin/mattermost"], |_| {
            Tar::release()
                .extension(b'K', b"bin/mattermost\0")
                .extension(b'L', b"mattermost/long\0")
                .head(Head::symlink("mattermost/l", "x").gnu())
                .gz()
        }),
    ];
    super::world::run_all(&more);
}
