//! Where the client programs of `PostgreSQL` themselves lie, on systems that put a chooser before them.
//! None of them is run here.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::fs;
use std::path::{Path, PathBuf};

/// Debian and its like: one directory for each version. What bears the programs' names in `/usr/bin` is a Perl program that
/// chooses the newest version for a database that is named by its address, and takes several times as long for that as
/// `psql` does for its answer.
const VERSIONS: &str = "/usr/lib/postgresql";

/// What a version has to have to be used: a dump of one version need not be readable to another.
const PROGRAMS: [&str; 3] = ["psql", "pg_dump", "pg_restore"];

/// The directory of the newest version that has them all.
pub(super) fn postgres_programs() -> Option<PathBuf> {
    newest_in(Path::new(VERSIONS))
}

fn newest_in(versions: &Path) -> Option<PathBuf> {
    let complete = fs::read_dir(versions).ok()?.filter_map(|entry| {
        let path = entry.ok()?.path();
        // `9.6` and `15`.
        let name = path.file_name()?.to_str()?;
        let number = name.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>()?;
        let programs = path.join("bin");
        let has_all = PROGRAMS.iter().all(|name| programs.join(name).is_file());
        has_all.then_some((number, programs))
    });
    complete.max().map(|(_, programs)| programs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_that_has_them_all_is_taken() {
        let versions = tempfile::tempdir().unwrap();
        let add = |version: &str, programs: &[&str]| {
            let bin = versions.path().join(version).join("bin");
            fs::create_dir_all(&bin).unwrap();
            for program in programs {
                fs::write(bin.join(program), "").unwrap();
            }
        };
        assert_eq!(newest_in(versions.path()), None);
        add("9.6", &PROGRAMS);
        assert_eq!(newest_in(versions.path()), Some(versions.path().join("9.6/bin")));
        add("15", &PROGRAMS);
        add("17", &["psql"]);
        add("common", &PROGRAMS);
        assert_eq!(newest_in(versions.path()), Some(versions.path().join("15/bin")));
        assert_eq!(newest_in(&versions.path().join("none")), None);
    }
}
