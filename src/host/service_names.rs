//! Which service of this machine a bare name means.
//! Nothing is started or stopped here.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::fs;
use std::path::{Path, PathBuf};

use super::exec::Exec;
use crate::model::{CommandSpec, Service, ServiceTextError, ServiceWish};

/// Is there while systemd runs the machine, see `sd_booted(3)`.
const SYSTEMD: &str = "run/systemd/system";

/// Where runit looks after services: on Debian, as its authors have it, on Void, and where services are defined.
const RUNIT: [&str; 4] = ["etc/service", "service", "var/service", "etc/sv"];

/// Where init scripts lie.
const SCRIPTS: &str = "etc/init.d";

/// Why a name stands for no service.
#[derive(Debug, thiserror::Error)]
pub enum ServiceNameError {
    /// It cannot be a name.
    #[error(transparent)]
    Text(#[from] ServiceTextError),
    /// This machine has no such service.
    #[error("no service of this machine is called {name:?} (looked for {searched})")]
    Unknown {
        /// The name.
        name: String,
        /// What was looked for.
        searched: String,
    },
}

/// The service that is wished for; a bare name is looked up: units of a running systemd first, then the services of
/// runit, then init scripts.
///
/// # Errors
/// When the machine has no service of a bare name. Whether an exactly named one is there is not looked at.
pub fn find_service(exec: &Exec, wish: &ServiceWish) -> Result<Service, ServiceNameError> {
    match wish {
        ServiceWish::Exactly(service) => Ok(service.clone()),
        ServiceWish::Named(name) => find_below(exec, Path::new("/"), name),
    }
}

fn find_below(exec: &Exec, root: &Path, name: &str) -> Result<Service, ServiceNameError> {
    let mut searched = Vec::new();
    if root.join(SYSTEMD).is_dir() {
        let unit = Service::systemd(name)?;
        if is_loaded(exec, &unit) {
            return Ok(unit);
        }
        searched.push(unit.to_string());
    }
    let services = RUNIT.iter().map(|directory| root.join(directory).join(name));
    let script = root.join(SCRIPTS).join(name);
    for directory in services {
        if is_there(&directory) && directory.is_dir() {
            return Ok(Service::runit(&directory.to_string_lossy())?);
        }
        searched.push(shown(directory));
    }
    if script.is_file() {
        return Ok(Service::sysv(name)?);
    }
    searched.push(shown(script));
    Err(ServiceNameError::Unknown { name: name.to_owned(), searched: searched.join(", ") })
}

fn shown(path: PathBuf) -> String {
    path.into_os_string().to_string_lossy().into_owned()
}

fn is_there(path: &Path) -> bool {
    fs::metadata(path).is_ok()
}

fn is_loaded(exec: &Exec, service: &Service) -> bool {
    let Service::Systemd { unit } = service else { return false };
    let spec =
        CommandSpec::new("systemctl").arg("show").arg("--property=LoadState").arg("--").arg(unit);
    let output = exec.run(&spec);
    output.is_ok_and(|output| output.stdout.text().lines().any(|line| line == "LoadState=loaded"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn make(root: &Path, path: &str) {
        fs::create_dir_all(root.join(path)).unwrap();
    }

    /// A systemctl that knows one unit.
    fn systemctl(dir: &Path, unit: &str) -> Exec {
        let bin = dir.join("bin");
        fs::create_dir_all(&bin).unwrap();
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in *' -- {unit}') echo LoadState=loaded ;; *) echo LoadState=not-found ;; esac\n"
        );
        fs::write(bin.join("systemctl"), script).unwrap();
        fs::set_permissions(bin.join("systemctl"), fs::Permissions::from_mode(0o755)).unwrap();
        Exec::with_path(vec![bin])
    }

    #[test]
    fn a_bare_name_is_what_the_machine_has_by_that_name() {
        let dir = tempfile::tempdir().unwrap();
        let exec = systemctl(dir.path(), "chat.service");
        let root = dir.path().join("root");
        let find = |name: &str| find_below(&exec, &root, name);
        make(&root, "etc/init.d");
        fs::write(root.join("etc/init.d/chat"), "#!/bin/sh\n").unwrap();
        assert_eq!(find("chat").unwrap(), Service::sysv("chat").unwrap());
        make(&root, "etc/sv/chat");
        let defined = root.join("etc/sv/chat").to_str().unwrap().to_owned();
        assert_eq!(find("chat").unwrap(), Service::Runit { name: defined });
        make(&root, "etc/service/chat");
        let looked_after = root.join("etc/service/chat").to_str().unwrap().to_owned();
        assert_eq!(find("chat").unwrap(), Service::Runit { name: looked_after });
        make(&root, "run/systemd/system");
        assert_eq!(find("chat").unwrap(), Service::systemd("chat").unwrap());
        fs::write(root.join("etc/init.d/talk"), "#!/bin/sh\n").unwrap();
        assert_eq!(find("talk").unwrap(), Service::sysv("talk").unwrap());
        let said = find("nobody").unwrap_err().to_string();
        for word in ["nobody", "unit nobody.service", "etc/service/nobody", "etc/init.d/nobody"] {
            assert!(said.contains(word), "{said}");
        }
    }

    #[test]
    fn an_exact_wish_is_taken_as_it_is() {
        let exec = Exec::with_path(Vec::new());
        let service = Service::runit("no-such-service").unwrap();
        let wish = ServiceWish::Exactly(service.clone());
        assert_eq!(find_service(&exec, &wish).unwrap(), service);
    }
}
