//! What this machine is, and what a program file on it was made for.
//! No program is trusted to say so itself.

#![expect(clippy::disallowed_types, reason = "this is the door")]

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::error::{PathContext, PathError};
use super::exec::Exec;
use crate::model::{
    CommandSpec, ELF_HEAD, ElfHeader, GlibcError, GlibcVersion, Machine, NotElf, needed_glibc,
};

/// Why the head of a program file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// The file could not be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It is no program.
    #[error("cannot tell what {} was made for", path.display())]
    NotElf {
        /// The file.
        path: std::path::PathBuf,
        /// What it is instead.
        #[source]
        source: NotElf,
    },
}

/// The kind of processor of this machine, as the kernel says.
#[must_use]
pub fn this_machine() -> Machine {
    Machine::from_uname(&rustix::system::uname().machine().to_string_lossy())
}

/// What this machine calls itself.
#[must_use]
pub fn this_host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// For which machine a program file was made.
pub fn program_head(path: &Path) -> Result<ElfHeader, ProgramError> {
    let file = File::open(path).on("open", path)?;
    let mut head = Vec::new();
    file.take(ELF_HEAD as u64).read_to_end(&mut head).on("read", path)?;
    ElfHeader::read(&head).map_err(|source| not_elf(path, source))
}

/// Which GNU C library a program file demands at least; `None` if it demands none.
pub fn program_glibc(path: &Path) -> Result<Option<GlibcVersion>, ProgramError> {
    let file = File::open(path).on("open", path)?;
    needed_glibc(|offset, length| piece(&file, offset, length)).map_err(|error| match error {
        GlibcError::NotElf(source) => not_elf(path, source),
        GlibcError::Read(source) => {
            PathError { verb: "read", path: path.to_owned(), source }.into()
        }
    })
}

/// The version of the GNU C library of this machine; `None` where it has another one, or does not say.
#[must_use]
pub fn this_glibc(exec: &Exec) -> Option<GlibcVersion> {
    let spec = CommandSpec::new("getconf").arg("GNU_LIBC_VERSION");
    let output = exec.run(&spec).ok().filter(|output| output.exit.is_success())?;
    let text = output.stdout.text();
    text.trim().strip_prefix("glibc ")?.parse().ok()
}

/// A piece of a file, shorter where the file ends.
fn piece(file: &File, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        // An offset that no file can have is one where nothing is.
        let Some(at) = offset.checked_add(filled as u64).filter(|at| i64::try_from(*at).is_ok())
        else {
            break;
        };
        match file.read_at(rest, at) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

fn not_elf(path: &Path, source: NotElf) -> ProgramError {
    ProgramError::NotElf { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn this_program_runs_on_this_machine() {
        let this = Path::new("/proc/self/exe");
        let machine = program_head(this).unwrap().machine;
        assert!(this_machine().runs(machine), "{machine}");
        let needed = program_glibc(this).unwrap();
        let present = this_glibc(&Exec::default());
        if cfg!(target_env = "gnu") {
            assert!(needed.is_some());
            if let Some(present) = present {
                assert!(needed <= Some(present), "{needed:?} {present}");
            }
        }
    }

    #[test]
    fn other_files_are_told_apart() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for (content, expected) in [
            ("", NotElf::Empty),
            ("#!/bin/sh\n", NotElf::Script),
            ("\x7fELF\x02\x01", NotElf::Damaged),
        ] {
            file.as_file_mut().set_len(0).unwrap();
            file.reopen().unwrap().write_all(content.as_bytes()).unwrap();
            for error in
                [program_head(file.path()).unwrap_err(), program_glibc(file.path()).unwrap_err()]
            {
                assert!(error.to_string().contains(&file.path().display().to_string()));
                assert!(matches!(error, ProgramError::NotElf { source, .. } if source == expected));
            }
        }
        assert!(matches!(program_head(Path::new("/no/such/file")), Err(ProgramError::Path(_))));
    }
}
