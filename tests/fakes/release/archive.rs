//! A `.tar.gz` as the vendor's build makes it, below one `mattermost/`.
//! The order of the entries is the caller's; two equal calls give equal bytes.

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

/// An archive being written, in memory.
pub(super) struct Archive {
    tar: Builder<GzEncoder<Vec<u8>>>,
    seconds: u64,
}

impl Archive {
    /// An empty archive whose files are all `seconds` old, counted from 1970.
    pub(super) fn new(seconds: u64, compression: Compression) -> Self {
        let gzip = GzBuilder::new().mtime(0).write(Vec::new(), compression);
        Self { tar: Builder::new(gzip), seconds }
    }

    /// Adds a directory; the empty path is `mattermost/` itself.
    pub(super) fn directory(&mut self, path: &str) {
        let slash = if path.is_empty() { "" } else { "/" };
        self.entry(EntryType::Directory, &format!("mattermost/{path}{slash}"), 0o755, &[]);
    }

    /// Adds a file.
    pub(super) fn file(&mut self, path: &str, mode: u32, bytes: &[u8]) {
        self.entry(EntryType::Regular, &format!("mattermost/{path}"), mode, bytes);
    }

    /// The bytes of the whole.
    pub(super) fn finish(self) -> Vec<u8> {
        let gzip = self.tar.into_inner().expect("memory takes whatever is written");
        gzip.finish().expect("memory takes whatever is written")
    }

    fn entry(&mut self, kind: EntryType, path: &str, mode: u32, bytes: &[u8]) {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_mtime(self.seconds);
        // The uid of the vendor's build machine.
        header.set_uid(2000);
        header.set_gid(2000);
        header.set_size(bytes.len() as u64);
        self.tar.append_data(&mut header, path, bytes).expect("memory takes whatever is written");
    }
}
