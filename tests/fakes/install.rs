//! Installs what tests need where it is missing and may be installed: by `apt-get`, as root.
//! Elsewhere it changes nothing and says the one line to type.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is installed.
pub(crate) struct Wanted {
    /// What it is called.
    pub(crate) name: &'static str,
    /// The packages that bring it.
    pub(crate) packages: &'static [&'static str],
}

impl Wanted {
    /// What is typed by hand where this may not be done here.
    fn line(&self) -> String {
        format!("apt-get install -y {}", self.packages.join(" "))
    }

    fn told(&self, why: &str) -> String {
        format!(
            "these tests need {}, which could not be installed. Type: {}\n{why}",
            self.name,
            self.line()
        )
    }
}

/// What an installation takes.
struct Means {
    is_root: bool,
    /// Where programs are looked for.
    path: Vec<PathBuf>,
    /// The file that keeps two test processes from installing at once.
    lock: PathBuf,
}

/// What `look` finds, after an installation if it finds nothing before.
///
/// # Panics
/// When there is still nothing: tests that need it must not pass without it.
pub(crate) fn found_or_installed<T>(wanted: &Wanted, look: impl Fn() -> Option<T>) -> T {
    let means = || Means {
        is_root: rustix::process::geteuid().is_root(),
        path: std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect(),
        lock: std::env::temp_dir().join("mmembed-tests-install.lock"),
    };
    look()
        .map_or_else(|| install(wanted, &means(), &look), Ok)
        .unwrap_or_else(|why| panic!("{why}"))
}

fn install<T>(wanted: &Wanted, means: &Means, look: &impl Fn() -> Option<T>) -> Result<T, String> {
    let places = means.path.iter().map(|place| place.join("apt-get"));
    let Some(apt_get) = places.into_iter().find(|place| place.is_file() && means.is_root) else {
        return Err(format!(
            "these tests need {}, which is not installed. Type, as root: {}",
            wanted.name,
            wanted.line()
        ));
    };
    let turn = File::create(&means.lock).map_err(|error| wanted.told(&error.to_string()))?;
    turn.lock().map_err(|error| wanted.told(&error.to_string()))?;
    // Whoever held the lock before may have done it.
    if let Some(found) = look() {
        return Ok(found);
    }
    // Lists of packages may be missing, as in a fresh container, or too old; if they cannot be renewed, they may still do.
    let renewed = run(&apt_get, &["update"]);
    let install = [&["install", "-y", "--no-install-recommends"], wanted.packages].concat();
    run(&apt_get, &install)
        .map_err(|why| wanted.told(&[why, renewed.err().unwrap_or_default()].join("\n")))?;
    look().ok_or_else(|| {
        wanted.told("it was installed, but its programs are not where they are looked for")
    })
}

fn run(apt_get: &Path, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(apt_get)
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", apt_get.display()))?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!("apt-get {}: {errors}", arguments.join(" ")))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use tempfile::TempDir;

    use super::*;

    const WANTED: Wanted = Wanted { name: "PostgreSQL", packages: &["postgresql", "more"] };

    const LINE: &str = "apt-get install -y postgresql more";

    /// A machine whose `apt-get` notes its calls and then does what `script` says, in the directory of the machine.
    fn machine(is_root: bool, script: Option<&str>) -> (TempDir, Means) {
        let place = tempfile::tempdir().unwrap();
        if let Some(script) = script {
            let text = format!("#!/bin/sh\ncd \"${{0%/*}}\"\necho \"$*\" >> calls\n{script}\n");
            let apt_get = place.path().join("apt-get");
            fs::write(&apt_get, text).unwrap();
            fs::set_permissions(&apt_get, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let means = Means {
            is_root,
            path: vec![PathBuf::from("/nonexistent"), place.path().to_owned()],
            lock: place.path().join("lock"),
        };
        (place, means)
    }

    fn calls(place: &TempDir) -> Vec<String> {
        let calls = fs::read_to_string(place.path().join("calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }

    fn look(place: &TempDir) -> impl Fn() -> Option<PathBuf> + use<> {
        let program = place.path().join("initdb");
        move || Some(program.clone()).filter(|program| program.is_file())
    }

    #[test]
    fn what_is_there_is_not_installed() {
        assert_eq!(found_or_installed(&WANTED, || Some(7)), 7);
    }

    #[test]
    fn what_is_missing_is_installed_once() {
        let script = "test \"$1\" = update || : > initdb";
        let (place, means) = machine(true, Some(script));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| install(&WANTED, &means, &look(&place)).unwrap());
            }
        });
        let install = "install -y --no-install-recommends postgresql more";
        assert_eq!(calls(&place), ["update", install]);
    }

    #[test]
    fn without_the_means_nothing_is_tried_and_the_line_is_said() {
        for (is_root, script) in [(false, Some("")), (true, None), (false, None)] {
            let (place, means) = machine(is_root, script);
            let why = install(&WANTED, &means, &look(&place)).unwrap_err();
            assert!(why.ends_with(LINE), "{why}");
            assert_eq!(calls(&place), [""; 0]);
        }
    }

    #[test]
    fn a_failed_installation_says_why_and_what_to_type() {
        for (script, reason) in [
            ("echo \"no $1 today\" >&2; exit 100", "no install today"),
            ("", "not where they are looked for"),
        ] {
            let (place, means) = machine(true, Some(script));
            let why = install(&WANTED, &means, &look(&place)).unwrap_err();
            assert!(why.contains(LINE) && why.contains(reason), "{why}");
        }
    }

    #[test]
    fn stale_lists_of_packages_may_still_do() {
        let script = "test \"$1\" = install && : > initdb";
        let (place, means) = machine(true, Some(script));
        assert!(install(&WANTED, &means, &look(&place)).is_ok());
    }
}
