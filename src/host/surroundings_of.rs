//! What surrounds a running process: the unit that it belongs to, the settings in its environment, and the configuration
//! that its command line names. Nothing else of an environment is ever looked at, and no value of it is shown.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::collections::BTreeMap;
use std::fs;

use crate::model::Secret;

/// The variables that are looked at: those by which a server takes settings.
const SETTINGS: &str = "MM_";

/// The systemd unit that a process belongs to, by its control group; `None` if there is none, if it is a unit of a user's
/// own systemd, or if the process has ended.
#[must_use]
pub fn service_of(pid: u32) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    // cgroups(7): `0::PATH` is the one hierarchy; before that, systemd had a named one of its own.
    text.lines().find_map(|line| unit_in(line.strip_prefix("0::").or_else(|| named(line))?))
}

fn named(line: &str) -> Option<&str> {
    Some(line.split_once(":name=systemd:")?.1)
}

fn unit_in(path: &str) -> Option<String> {
    let unit = path.split('/').find(|part| part.ends_with(".service"))?;
    (!unit.starts_with("user@")).then(|| unit.to_owned())
}

/// The variables in the environment of a process whose names begin with `MM_`, as they were when it started; `None` if
/// it has ended, or this user may not look. What is no UTF-8 is left out.
#[must_use]
pub fn environment_of(pid: u32) -> Option<BTreeMap<String, Secret<String>>> {
    let bytes = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let mut variables = BTreeMap::new();
    for entry in bytes.split(|&byte| byte == 0) {
        let Some((name, value)) = std::str::from_utf8(entry).ok().and_then(|it| it.split_once('='))
        else {
            continue;
        };
        if name.starts_with(SETTINGS) {
            // Of several of one name, getenv(3) and Go's os.Getenv see the first.
            variables.entry(name.to_owned()).or_insert_with(|| Secret::new(value.to_owned()));
        }
    }
    Some(variables)
}

/// What the command line of a process names as its configuration; `None` if it names none, or cannot be seen.
#[must_use]
pub fn config_argument_of(pid: u32) -> Option<Secret<String>> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let words = bytes.split(|&byte| byte == 0).map(String::from_utf8_lossy);
    config_argument(words.map(std::borrow::Cow::into_owned))
}

/// The options of all servers that name the configuration: with one dash up to 3.7, with two or as a letter since 3.6.
const CONFIG_OPTIONS: [&str; 3] = ["--config", "-config", "-c"];

/// The same of these words.
pub(super) fn config_argument(words: impl IntoIterator<Item = String>) -> Option<Secret<String>> {
    let mut words = words.into_iter().skip(1);
    let mut named = None;
    while let Some(word) = words.next() {
        // The last one counts.
        if CONFIG_OPTIONS.contains(&word.as_str()) {
            named = words.next();
        } else if let Some((_, value)) =
            word.split_once('=').filter(|(option, _)| CONFIG_OPTIONS.contains(option))
        {
            named = Some(value.to_owned());
        }
    }
    named.map(Secret::new)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_unit_is_the_outermost_service_of_the_machine() {
        for (path, unit) in [
            ("/system.slice/mattermost.service", Some("mattermost.service")),
            ("/system.slice/system-chat.slice/chat@a.service/inner", Some("chat@a.service")),
            ("/user.slice/user-1000.slice/user@1000.service/app.slice/chat.service", None),
            ("/user.slice/user-0.slice/session-1.scope", None),
            ("/", None),
        ] {
            assert_eq!(unit_in(path).as_deref(), unit, "{path}");
        }
        assert_eq!(
            named("1:name=systemd:/system.slice/a.service"),
            Some("/system.slice/a.service")
        );
        assert_eq!(named("8:pids:/system.slice/a.service"), None);
    }

    #[test]
    fn the_configuration_on_a_command_line_is_found_in_every_form() {
        for (words, named) in [
            ("server", None),
            ("mattermost", None),
            ("mattermost --config /etc/x.json", Some("/etc/x.json")),
            ("mattermost server -c x.json", Some("x.json")),
            ("mattermost --config=postgres://u:p@h/d?a=b", Some("postgres://u:p@h/d?a=b")),
            ("platform -config=x.json", Some("x.json")),
            ("mattermost -c x -c y", Some("y")),
            ("mattermost --disableconfigwatch", None),
            ("mattermost -c", None),
            ("-c x", None),
        ] {
            let found = config_argument(words.split(' ').map(ToOwned::to_owned));
            assert_eq!(found.as_ref().map(|it| it.expose().as_str()), named, "{words}");
        }
    }

    #[test]
    fn of_an_environment_only_the_servers_settings_are_seen() {
        let mut child = Command::new("sleep")
            .arg("1000")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("MM_SQLSETTINGS_DATASOURCE", "postgres://u:canary=1@h/d")
            .env("AMM_X", "no")
            .env("TOKEN", "no")
            .spawn()
            .unwrap();
        // Until it has executed its program, it shows the environment of this one.
        let mut seen = environment_of(child.id()).unwrap();
        for _ in 0..500 {
            if !seen.is_empty() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
            seen = environment_of(child.id()).unwrap();
        }
        let names: Vec<&String> = seen.keys().collect();
        assert_eq!(names, ["MM_SQLSETTINGS_DATASOURCE"]);
        assert_eq!(seen["MM_SQLSETTINGS_DATASOURCE"].expose(), "postgres://u:canary=1@h/d");
        assert!(!format!("{seen:?}").contains("canary"));
        assert_eq!(service_of(child.id()), service_of(std::process::id()));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(environment_of(child.id()), None);
        assert_eq!(service_of(child.id()), None);
    }
}
