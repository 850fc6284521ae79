//! The kernel's table of mounts, as text.
//! Nothing is read from the system here.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// A line of `/proc/self/mountinfo`, see proc(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    pub(super) id: u64,
    pub(super) place: PathBuf,
    pub(super) kind: String,
}

/// All mounts, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MountTable(Vec<Mount>);

impl MountTable {
    /// Lines of another form are passed over: a table with more columns is still a table.
    pub(super) fn parse(text: &[u8]) -> Self {
        Self(text.split(|&byte| byte == b'\n').filter_map(mount).collect())
    }

    /// The mount that the kernel names for a file, or else the one whose place is nearest above the path.
    pub(super) fn holding(&self, path: &Path, id: Option<u64>) -> Option<&Mount> {
        let named = self.0.iter().find(|mount| Some(mount.id) == id);
        named.or_else(|| {
            // Of several on one place, the last one hides the others.
            self.0
                .iter()
                .filter(|mount| path.starts_with(&mount.place))
                .max_by_key(|mount| mount.place.components().count())
        })
    }

    /// The places at or below a directory where something is mounted, each once.
    pub(super) fn at_or_below(&self, directory: &Path) -> Vec<PathBuf> {
        let mut places: Vec<_> = self
            .0
            .iter()
            .map(|mount| mount.place.clone())
            .filter(|place| place.starts_with(directory))
            .collect();
        places.sort();
        places.dedup();
        places
    }
}

fn mount(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|&byte| byte == b' ');
    let id = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    // Behind the id: parent, device, root within the file system, and then the place.
    let place = PathBuf::from(OsString::from_vec(unescaped(fields.nth(3)?)));
    // Options and any number of tags follow; a dash ends them.
    let mut rest = fields.skip_while(|field| *field != b"-").skip(1);
    let kind = String::from_utf8_lossy(&unescaped(rest.next()?)).into_owned();
    place.is_absolute().then_some(Mount { id, place, kind })
}

/// Space, tab, line feed and backslash stand as `\` and three octal digits.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, tail @ ..] = rest {
        let escaped = match rest {
            [b'\\', digits @ ..] => octal(digits),
            _ => None,
        };
        if let Some(byte) = escaped {
            plain.push(byte);
            rest = tail.get(3..).unwrap_or_default();
        } else {
            plain.push(*first);
            rest = tail;
        }
    }
    plain
}

fn octal(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits.get(..3)?).ok()?;
    u8::from_str_radix(text, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = br"22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw
40 27 8:1 / /opt rw,noexec master:2 shared:3 - xfs /dev/sda1 rw
41 40 8:2 /sub /opt/my\040app/\134\303\244 ro - btrfs /dev/sdb rw
42 40 0:50 / /opt/acme rw - tmpfs tmpfs rw
43 42 0:51 / /opt/acme rw - overlay overlay rw
nonsense
";

    fn kind(path: &str) -> String {
        let table = MountTable::parse(TABLE);
        table.holding(Path::new(path), None).unwrap().kind.clone()
    }

    #[test]
    fn the_nearest_and_latest_mount_holds_a_path() {
        for (path, expected) in [
            ("/", "ext4"),
            ("/optional", "ext4"),
            ("/opt", "xfs"),
            ("/opt/my app/\\\u{e4}/x", "btrfs"),
            ("/opt/acme/embedded", "overlay"),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
        assert_eq!(MountTable::default().holding(Path::new("/"), None), None);
    }

    #[test]
    fn what_the_kernel_names_wins() {
        let table = MountTable::parse(TABLE);
        let named = |id| &table.holding(Path::new("/opt/acme"), Some(id)).unwrap().kind;
        assert_eq!(named(42), "tmpfs");
        assert_eq!(named(999), "overlay");
    }

    #[test]
    fn mounts_below_are_found_by_whole_components() {
        let table = MountTable::parse(TABLE);
        let below = table.at_or_below(Path::new("/opt/acme"));
        assert_eq!(below, [Path::new("/opt/acme")]);
        assert_eq!(table.at_or_below(Path::new("/opt")).len(), 3);
        assert_eq!(table.at_or_below(Path::new("/op")), Vec::<PathBuf>::new());
    }

    #[test]
    fn what_only_looks_like_an_escape_is_kept() {
        assert_eq!(unescaped(br"a\04"), br"a\04");
        assert_eq!(unescaped(br"a\999\"), br"a\999\");
        assert_eq!(unescaped(br"\011\012"), b"\t\n");
    }
}
