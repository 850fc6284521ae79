//! Seeing what surrounds an application, for the checks: space, mounts, processes, database and port.
//! Nothing is changed, and everything is looked at, whatever was found before.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use super::database::{Access, Database, DatabaseError};
use crate::database::{Engine, Failure, Purpose, minimum};
use crate::host::{
    ArchiveSeen, FileSystems, Host, PathError, find_listeners, is_taken, running_from,
};
use crate::model::{
    DatabaseUse, Finding, InstallRequest, Owner, Plan, RelPath, Secret, Severity, SpaceSeen, Start,
    Step, Surroundings,
};
use crate::planning::estimate;

/// The settings that tell what a server will need, as far as they are known before it is unpacked.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// `SqlSettings.DriverName`.
    pub(crate) driver: Option<String>,
    /// `SqlSettings.DataSource`.
    pub(crate) data_source: Option<Secret<String>>,
    /// `ServiceSettings.ListenAddress`.
    pub(crate) listen: Option<String>,
}

/// Sees what surrounds a plan.
pub(crate) fn survey(
    host: &Host,
    request: &InstallRequest,
    plan: &Plan,
    archive: &ArchiveSeen,
    needs: &Needs,
) -> Surroundings {
    let mut seen = Surroundings::default();
    let systems = FileSystems::read();
    match &systems {
        Ok(systems) => {
            note(&mut seen, see_spaces(host, systems, plan, archive), |seen, spaces| {
                seen.spaces = spaces;
            });
            let live = host.tree.absolute(&request.prefix.embedded());
            note(&mut seen, systems.mounts_at_or_below(&live), |seen, mounts| {
                seen.mounts = mounts.into_iter().filter(|mount| *mount != live).collect();
            });
        }
        Err(error) => seen.findings.push(unseen(error)),
    }
    note(&mut seen, see_running(host, &request.prefix.live()), |seen, running| {
        seen.running = running;
    });
    if request.start != Start::Never {
        seen.findings.extend(see_user(request.server));
        seen.findings.extend(see_database(host, request, plan, needs));
        seen.findings.extend(see_port(needs));
    }
    seen
}
