//! Who starts and stops the server of a host: its service manager, two commands of the operator's, or nobody.
//! Nothing is started or stopped here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Who starts and stops the server. No secret stands in it: it is written into plans and the receipt, and every user of
/// the machine may see the commands run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Service {
    /// systemd.
    Systemd {
        /// The unit, with its suffix.
        unit: String,
    },
    /// runit.
    Runit {
        /// The service's name, or the absolute path of its directory.
        name: String,
    },
    /// A script in `/etc/init.d`.
    #[serde(rename = "sysv")]
    SysV {
        /// The script's name.
        name: String,
    },
    /// Commands of the operator's, run by `/bin/sh -c`.
    Commands {
        /// Stops the server; returns once that is done, or on its way.
        stop: String,
        /// Starts the server, and leaves it running.
        start: String,
        /// Exits with 0 exactly while the server runs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<String>,
    },
    /// Nobody that mmembed knows of.
    #[default]
    None,
}

/// What an operator says about the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceWish {
    /// Exactly this one.
    Exactly(Service),
    /// Whichever the machine knows by this name.
    Named(String),
}

/// Why a text names no service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceTextError {
    /// The name is none.
    #[error(
        "{name:?} cannot name a service: use letters, digits and `:`, `_`, `-`, `.`, `@`, `\\`, not beginning with `-` or `.`"
    )]
    Name {
        /// As it was given.
        name: String,
    },
    /// There is no such kind.
    #[error(
        "{kind:?} is no kind of service that mmembed knows: say systemd:UNIT, runit:NAME, sysv:NAME, none, or a bare NAME"
    )]
    Kind {
        /// As it was given.
        kind: String,
    },
    /// Only one command of the two was given, or an empty one.
    #[error("a command that stops the server and one that starts it are needed together")]
    Unpaired,
}

impl Service {
    /// Is there anybody to ask?
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// The operator's own commands; nothing when none was given.
    ///
    /// # Errors
    /// When one of the pair is missing or empty, or there is a status command without them.
    pub fn of_commands(
        stop: Option<String>,
        start: Option<String>,
        status: Option<String>,
    ) -> Result<Option<Self>, ServiceTextError> {
        let is_empty = |text: &String| text.trim().is_empty();
        match (stop, start, status) {
            (None, None, None) => Ok(None),
            (Some(stop), Some(start), status)
                if ![&stop, &start].into_iter().chain(&status).any(is_empty) =>
            {
                Ok(Some(Self::Commands { stop, start, status }))
            }
            _ => Err(ServiceTextError::Unpaired),
        }
    }

    /// The systemd unit of that name; `.service` is its suffix unless it has another.
    ///
    /// # Errors
    /// When the name is none.
    pub fn systemd(name: &str) -> Result<Self, ServiceTextError> {
        let unit = checked(name)?;
        let has_suffix = UNIT_SUFFIXES.iter().any(|suffix| unit.ends_with(suffix));
        Ok(Self::Systemd { unit: if has_suffix { unit } else { format!("{unit}.service") } })
    }

    /// The runit service of that name, or in that directory.
    ///
    /// # Errors
    /// When the name is none.
    pub fn runit(name: &str) -> Result<Self, ServiceTextError> {
        let name = match name.strip_prefix('/') {
            Some(path) => {
                for part in path.split('/') {
                    // Hidden directories are usual, steps upward are not.
                    checked(part.trim_start_matches('.'))?;
                }
                name.to_owned()
            }
            None => checked(name)?,
        };
        Ok(Self::Runit { name })
    }

    /// The script of that name in `/etc/init.d`.
    ///
    /// # Errors
    /// When the name is none.
    pub fn sysv(name: &str) -> Result<Self, ServiceTextError> {
        Ok(Self::SysV { name: checked(name)? })
    }
}

/// Units that are started and stopped, see systemd.unit(5).
const UNIT_SUFFIXES: [&str; 4] = [".service", ".target", ".scope", ".slice"];

fn checked(name: &str) -> Result<String, ServiceTextError> {
    let first = name.chars().next().is_some_and(|c| !matches!(c, '-' | '.'));
    let rest = name.chars().all(|c| c.is_ascii_alphanumeric() || ":_-.@\\".contains(c));
    if first && rest && name.len() <= 255 {
        Ok(name.to_owned())
    } else {
        Err(ServiceTextError::Name { name: name.to_owned() })
    }
}

impl FromStr for ServiceWish {
    type Err = ServiceTextError;

    fn from_str(text: &str) -> Result<Self, ServiceTextError> {
        let exactly = match text.split_once(':') {
            None if text == "none" => Service::None,
            None => return Ok(Self::Named(checked(text)?)),
            Some(("systemd", unit)) => Service::systemd(unit)?,
            Some(("runit", name)) => Service::runit(name)?,
            Some(("sysv", name)) => Service::sysv(name)?,
            Some((kind, _)) => return Err(ServiceTextError::Kind { kind: kind.to_owned() }),
        };
        Ok(Self::Exactly(exactly))
    }
}

/// As part of a sentence: `… by the systemd unit mattermost.service`.
impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Systemd { unit } => write!(f, "the systemd unit {unit}"),
            Self::Runit { name } => write!(f, "the runit service {name}"),
            Self::SysV { name } => write!(f, "the init script {name}"),
            Self::Commands { .. } => f.write_str("the given commands"),
            Self::None => f.write_str("no service"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(text: &str) -> Result<ServiceWish, ServiceTextError> {
        text.parse()
    }

    #[test]
    fn a_service_is_named_exactly_or_by_a_bare_name() {
        let unit = |unit: &str| Service::Systemd { unit: unit.to_owned() };
        for (text, service) in [
            ("systemd:mattermost", unit("mattermost.service")),
            ("systemd:mattermost.service", unit("mattermost.service")),
            ("systemd:chat@a:b", unit("chat@a:b.service")),
            ("systemd:acme.target", unit("acme.target")),
            ("runit:mattermost", Service::Runit { name: "mattermost".to_owned() }),
            (
                "runit:/opt/gitlab/.service/mattermost",
                Service::Runit { name: "/opt/gitlab/.service/mattermost".to_owned() },
            ),
            ("sysv:mattermost", Service::SysV { name: "mattermost".to_owned() }),
            ("none", Service::None),
        ] {
            assert_eq!(wish(text), Ok(ServiceWish::Exactly(service)), "{text}");
        }
        assert_eq!(wish("mattermost"), Ok(ServiceWish::Named("mattermost".to_owned())));
    }

    #[test]
    fn what_could_be_an_option_or_a_path_is_no_name() {
        for text in [
            "",
            "-x",
            ".",
            "a/b",
            "a b",
            "systemd:",
            "systemd:--now",
            "systemd:../x",
            "runit:/",
            "runit:/a//b",
            "runit:/a/../b",
            "runit:a/b",
            "sysv:../../bin/sh",
            "sysv:",
            "a\nb",
            "ä",
        ] {
            assert!(matches!(wish(text), Err(ServiceTextError::Name { .. })), "{text:?}");
        }
        let said = wish("upstart:mattermost").unwrap_err().to_string();
        assert!(said.contains("upstart") && said.contains("systemd:UNIT"), "{said}");
    }

    #[test]
    fn commands_come_as_a_pair() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(Service::of_commands(None, None, None), Ok(None));
        let commands = Service::of_commands(text("a"), text("b"), None).unwrap().unwrap();
        assert_eq!(
            commands,
            Service::Commands { stop: "a".to_owned(), start: "b".to_owned(), status: None }
        );
        for (stop, start, status) in [
            (text("a"), None, None),
            (None, text("b"), None),
            (None, None, text("c")),
            (text("a"), text(" "), None),
            (text("a"), text("b"), text("")),
        ] {
            assert_eq!(Service::of_commands(stop, start, status), Err(ServiceTextError::Unpaired));
        }
    }

    #[test]
    fn a_service_is_written_down_and_read_again() {
        for (service, text) in [
            (Service::systemd("a").unwrap(), r#"{"by":"systemd","unit":"a.service"}"#),
            (Service::runit("a").unwrap(), r#"{"by":"runit","name":"a"}"#),
            (Service::sysv("a").unwrap(), r#"{"by":"sysv","name":"a"}"#),
            (
                Service::Commands { stop: "a".into(), start: "b".into(), status: None },
                r#"{"by":"commands","stop":"a","start":"b"}"#,
            ),
            (Service::None, r#"{"by":"none"}"#),
        ] {
            assert_eq!(serde_json::to_string(&service).unwrap(), text);
            assert_eq!(serde_json::from_str::<Service>(text).unwrap(), service);
        }
    }
}
