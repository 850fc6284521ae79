//! A file that only grows at its end, but for a torn end that is cut off.
//! What is written to it is not looked at.
#![expect(clippy::disallowed_types, reason = "this is the door")]

use std::fs::File;
use std::io::{self, Write};

use rustix::fs::FallocateFlags;

/// A file opened for appending.
#[derive(Debug)]
pub struct AppendFile(File);

impl AppendFile {
    pub(super) fn new(file: File) -> Self {
        Self(file)
    }

    pub(super) fn into_file(self) -> File {
        self.0
    }

    /// Makes what was written durable.
    pub fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    /// Cuts everything off after so many bytes.
    pub fn cut_to(&self, length: u64) -> io::Result<()> {
        self.0.set_len(length)
    }

    /// Sets this much room aside, so that writing it later does not fail for lack of space. Not every file system can;
    /// then this does nothing.
    pub fn reserve(&self, bytes: u64) {
        let _unsupported = rustix::fs::fallocate(&self.0, FallocateFlags::KEEP_SIZE, 0, bytes);
    }
}

impl Write for AppendFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Another handle of a descriptor that this process was started with.
///
/// # Errors
/// When no such descriptor is open.
pub fn open_descriptor(number: u16) -> io::Result<AppendFile> {
    let path = format!("/proc/self/fd/{number}");
    File::options().append(true).open(path).map(AppendFile)
}
