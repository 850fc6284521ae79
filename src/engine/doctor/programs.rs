//! The programs of others that are called: those of the database's vendor, and those of the service manager.

use std::path::Path;

use super::remedy;
use crate::database::{
    Engine, MYSQL_CLIENTS, PG_DUMP, PG_RESTORE, ask_tool_version, can_dump, mysql_dump_tools,
    parse_tool_version,
};
use crate::host::{Host, ServiceDoor, ServiceState, printable};
use crate::model::{Area, Distribution, Finding, Observation, Package, Service, Severity};

/// What they are needed for.
#[derive(Debug, Default)]
pub(super) struct Asked<'a> {
    /// `SqlSettings.DriverName`; PostgreSQL where nobody has said.
    pub(super) driver: Option<String>,
    /// The number of the PostgreSQL server, if it was asked.
    pub(super) newest: Option<u32>,
    /// Who looks after the server.
    pub(super) service: Option<&'a Service>,
}

pub(super) fn examine(
    host: &Host,
    distribution: &Distribution,
    asked: &Asked<'_>,
) -> Vec<Observation> {
    let looking = Looking { host, distribution };
    let engine = asked.driver.as_deref().and_then(Engine::of_driver).unwrap_or(Engine::Postgres);
    let mut seen = match engine {
        Engine::Postgres => looking.at_postgres(asked.newest),
        Engine::MySql => looking.at_mysql(),
    };
    seen.push(looking.at_any("getent", &["getent"], Package::LibraryPrograms, Severity::Warning));
    seen.extend(asked.service.and_then(|service| looking.at_service(service)));
    seen
}

struct Looking<'a> {
    host: &'a Host,
    distribution: &'a Distribution,
}

impl Looking<'_> {
    fn at_postgres(&self, newest: Option<u32>) -> Vec<Observation> {
        let package = Package::PostgresClient(None);
        let programs = ["psql", PG_DUMP, PG_RESTORE];
        let seen = programs.map(|name| self.at_any(name, &[name], package, Severity::Fatal));
        let mut seen = Vec::from(seen);
        let banner = self.banner(PG_DUMP);
        let too_old = parse_tool_version(&banner)
            .zip(newest)
            .and_then(|(tool, server)| can_dump(tool, server).err());
        if let Some(error) = too_old {
            let package = Package::PostgresClient(Some(error.server));
            let advice = remedy(self.distribution, PG_DUMP, package);
            let finding = Finding::new(Severity::Fatal, "tool-too-old", error.to_string());
            seen.push(Observation::found(Area::Programs, PG_DUMP, finding.advise(advice)));
        }
        seen
    }

    /// Which of two names a program has depends on whose the server is.
    fn at_mysql(&self) -> Vec<Observation> {
        let package = Package::MysqlClient;
        vec![
            self.at_any("mysql", &MYSQL_CLIENTS, package, Severity::Fatal),
            self.at_any("mysqldump", &mysql_dump_tools(""), package, Severity::Fatal),
        ]
    }

    /// A program, by the first of its names that is there.
    fn at_any(
        &self,
        subject: &str,
        names: &[&str],
        package: Package,
        weight: Severity,
    ) -> Observation {
        let found =
            names.iter().find_map(|name| Some((name, self.host.exec.find(Path::new(name))?)));
        if let Some((name, path)) = found {
            let banner = self.banner(name);
            let version = printable(version_in(&banner).as_bytes());
            let text = if version.is_empty() || subject == "getent" {
                path.display().to_string()
            } else {
                format!("{version}, at {}", path.display())
            };
            return Observation::good(Area::Programs, subject, text);
        }
        let text = match weight {
            Severity::Fatal => "not there; without it no server is upgraded or saved",
            Severity::Warning | Severity::Note => {
                "not there; names of users are looked up in files"
            }
        };
        let advice = remedy(self.distribution, subject, package);
        let finding = Finding::new(weight, "tool-missing", text).advise(advice);
        Observation::found(Area::Programs, subject, finding).missing()
    }

    fn banner(&self, program: &str) -> String {
        let output = self.host.exec.run(&ask_tool_version(program)).ok();
        output.map(|output| output.stdout.text()).unwrap_or_default()
    }

    /// The program that the service is told by, and what the service says of itself.
    fn at_service(&self, service: &Service) -> Option<Observation> {
        let (program, package) = match service {
            Service::Systemd { .. } => ("systemctl", Package::Systemd),
            Service::Runit { .. } => ("sv", Package::Runit),
            Service::SysV { .. } => ("service", Package::Service),
            Service::Commands { .. } => ("/bin/sh", Package::LibraryPrograms),
            Service::None => return None,
        };
        if self.host.exec.find(Path::new(program)).is_none() {
            let text =
                format!("the program {program} is not there; {service} cannot be told anything");
            let advice = remedy(self.distribution, program, package);
            let finding = Finding::new(Severity::Fatal, "tool-missing", text).advise(advice);
            return Some(Observation::found(Area::Programs, program, finding).missing());
        }
        Some(self.state(service))
    }

    fn state(&self, service: &Service) -> Observation {
        let facts = std::collections::BTreeMap::new();
        let door = ServiceDoor { exec: &self.host.exec, service, facts: &facts };
        let state = match (door.state(), service) {
            (ServiceState::Running { .. }, _) => "runs",
            (ServiceState::Stopped, _) => "is stopped",
            (ServiceState::Unknown, Service::Commands { status: None, .. }) => {
                "are there; without a command that asks, nobody tells more"
            }
            (ServiceState::Unknown, _) => {
                let text = format!("{service} does not say how it is: perhaps there is none");
                let finding = Finding::new(Severity::Warning, "service-unknown", text)
                    .advise("name another --service, or make it with `mmembed service install`");
                return Observation::found(Area::Programs, "service", finding);
            }
        };
        Observation::good(Area::Programs, "service", format!("{service} {state}"))
    }
}

/// The number in a banner: `15.18` in `psql (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, else its first line.
fn version_in(banner: &str) -> &str {
    let line = banner.lines().next().unwrap_or_default().trim();
    let number = line.split_once("(PostgreSQL) ").and_then(|(_, rest)| rest.split(' ').next());
    number.unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_banner_the_number_is_shown() {
        for (banner, shown) in [
            ("psql (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", "15.18"),
            ("pg_dump (PostgreSQL) 9.6.24\n", "9.6.24"),
            ("mysqldump  Ver 10.19 for Linux\nmore", "mysqldump  Ver 10.19 for Linux"),
            ("", ""),
        ] {
            assert_eq!(version_in(banner), shown, "{banner}");
        }
    }
}
