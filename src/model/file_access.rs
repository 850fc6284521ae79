//! Whose a file is, and who may do what with it.
//! No file is looked at here.

use super::owner::Owner;

/// Owner and mode of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileAccess {
    /// Whose it is.
    pub owner: Owner,
    /// Its permissions: the last twelve bits of its mode.
    pub mode: u32,
}

impl FileAccess {
    /// May everybody read it?
    #[must_use]
    pub const fn is_readable_by_all(self) -> bool {
        self.mode & 0o004 != 0
    }

    /// May everybody write to it?
    #[must_use]
    pub const fn is_writable_by_all(self) -> bool {
        self.mode & 0o002 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_read_and_write_is_told_by_the_mode() {
        for (mode, all_read, all_write) in [
            (0o600, false, false),
            (0o640, false, false),
            (0o644, true, false),
            (0o660, false, false),
            (0o666, true, true),
            (0o602, false, true),
        ] {
            let access = FileAccess { owner: Owner { uid: 0, gid: 0 }, mode };
            let found = (access.is_readable_by_all(), access.is_writable_by_all());
            assert_eq!(found, (all_read, all_write), "{mode:o}");
        }
    }
}
