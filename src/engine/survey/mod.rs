//! Seeing what surrounds an application, for the checks: space, mounts, processes, database and port.
//! Nothing is changed, and everything is looked at, whatever was found before.

mod database;
mod port;
mod space;
mod supervisor;

use std::path::{Path, PathBuf};

pub(crate) use database::check_rights;
use database::{DatabaseSeen, purpose, see_database};
pub(crate) use port::see_port;
use space::see_spaces;
use supervisor::see_supervisor;

use crate::engine::foreign::modified_files;
use crate::engine::state_files::read_identity;
use crate::engine::status::unseen_server;
use crate::host::{
    ArchiveSeen, FileSystems, Host, PathError, RunningProcess, Stat, running_from, service_of,
    size_outside, unwritable_ancestor,
};
use crate::model::{
    Finding, InstallRequest, Intent, Owner, Plan, Prefix, RelPath, RunningServer, Secret, Severity,
    Start, Surroundings,
};
use crate::planning::{check_database_system, reach};

/// The settings that tell what a server will need, as far as they are known before it is unpacked.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// `SqlSettings.DriverName`.
    pub(crate) driver: Option<String>,
    /// `SqlSettings.DataSource`.
    pub(crate) data_source: Option<Secret<String>>,
    /// `ClusterSettings.Enable`.
    pub(crate) is_node: bool,
    /// `ClusterSettings.ClusterName`.
    pub(crate) cluster_name: Option<String>,
    /// `ServiceSettings.ListenAddress`.
    pub(crate) listen: Option<String>,
    /// The files that the server needs to speak TLS, by their settings; none if it does not, or fetches them itself.
    pub(crate) tls: Vec<(&'static str, String)>,
}

/// Sees what surrounds a plan.
pub(crate) fn survey(
    host: &Host,
    request: &InstallRequest,
    plan: &Plan,
    archive: &ArchiveSeen,
    needs: &Needs,
) -> Surroundings {
    std::thread::scope(|threads| {
        // Asking a database takes longer than all the rest: it is asked meanwhile.
        let database = threads.spawn(|| match request.start {
            Start::Never => DatabaseSeen::default(),
            Start::Prove { .. } => see_database(host, request, plan, needs),
        });
        let mut seen = see_machine(host, plan);
        let driver = needs.driver.as_deref();
        seen.findings.extend(driver.and_then(|driver| {
            check_database_system(driver, purpose(plan.intent), &request.release)
        }));
        if request.start != Start::Never {
            seen.findings.extend(see_user(request.server));
            note(&mut seen, see_places(host, request), |seen, found| {
                seen.findings.extend(found);
            });
            seen.findings.extend(see_port(needs, &seen.running, request.server));
            seen.findings.extend(see_certificates(needs));
        }
        let database = database.join().expect("looking at a database does not panic");
        let spaces = see_spaces(host, plan, archive, database.bytes);
        note(&mut seen, spaces, |seen, spaces| seen.spaces = spaces);
        seen.findings.extend(database.findings);
        seen
    })
}

/// Sees what surrounds a plan that starts no server and asks no database.
pub(super) fn survey_files(host: &Host, plan: &Plan, archive: &ArchiveSeen) -> Surroundings {
    let mut seen = see_machine(host, plan);
    let spaces = see_spaces(host, plan, archive, 0);
    note(&mut seen, spaces, |seen, spaces| seen.spaces = spaces);
    seen
}

fn see_machine(host: &Host, plan: &Plan) -> Surroundings {
    let mut seen = Surroundings::default();
    match FileSystems::read() {
        Ok(systems) => {
            let embedded = host.tree.absolute(&plan.prefix.embedded());
            let mounts = systems.mounts_at_or_below(&embedded);
            note(&mut seen, mounts, |seen, mounts| {
                seen.mounts = mounts.into_iter().filter(|mount| *mount != embedded).collect();
            });
        }
        Err(error) => seen.findings.push(unseen(&error)),
    }
    let census = running_from(&host.tree.absolute(&plan.prefix.live()));
    note(&mut seen, census, |seen, census| {
        if plan.intent != Intent::Install {
            seen.findings.extend(unseen_server(&census, plan.receipt.server));
        }
        let running = |found: &RunningProcess| RunningServer {
            pid: found.identity.pid,
            command: found.command.clone(),
            unit: service_of(found.identity.pid),
        };
        seen.running = census.found.iter().map(running).collect();
    });
    seen.findings.extend(see_rights(host, plan));
    seen.findings.extend(see_supervisor(&host.exec, plan));
    seen
}

/// Whether what the plan makes can be made: by the nearest directory above it that is there.
fn see_rights(host: &Host, plan: &Plan) -> Vec<Finding> {
    let mut refused: Vec<PathBuf> = reach(plan)
        .into_iter()
        .chain([plan.prefix.state()])
        .filter_map(|path| unwritable_ancestor(&host.tree.absolute(&path)))
        .collect();
    refused.sort();
    refused.dedup();
    let finding = |path: PathBuf| {
        let text = format!("{} may not be written to", path.display());
        Finding::new(Severity::Fatal, "rights", text).advise("run this as its owner or as root")
    };
    refused.into_iter().map(finding).collect()
}

/// Takes a look's result in, or notes that it failed.
fn note<T>(
    seen: &mut Surroundings,
    look: Result<T, PathError>,
    take: impl FnOnce(&mut Surroundings, T),
) {
    match look {
        Ok(result) => take(seen, result),
        Err(error) => seen.findings.push(unseen(&error)),
    }
}

fn unseen(error: &PathError) -> Finding {
    let text = format!("{error}: {}", error.source);
    Finding::new(Severity::Warning, "unseen", text)
}

/// So many changed files are named; of more, only how many they are.
const NAMED: usize = 12;

/// Files of the release that somebody has changed: they do not come along. Every file of the tree is read for that.
pub(super) fn see_modified(host: &Host, prefix: &Prefix) -> Option<Finding> {
    let live = prefix.live();
    let identity = read_identity(host, &live).ok().flatten()?;
    let modified = match modified_files(host, &live, &identity) {
        Ok(modified) => modified,
        Err(error) => return Some(unseen(&error)),
    };
    let named: Vec<&str> = modified.iter().take(NAMED).map(RelPath::as_str).collect();
    let more = match modified.len() - named.len() {
        0 if named.is_empty() => return None,
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let text = format!(
        "{}{more} of the release were changed here and do not come along",
        named.join(", ")
    );
    let advice =
        "copies of them go into the backup; make the changes again afterwards, if they still apply";
    Some(Finding::new(Severity::Warning, "modified", text).advise(advice))
}

/// Files without which the server does not listen. What it finds from its tree is not there yet; that it starts in the dark
/// proves nothing, for there it speaks no TLS.
fn see_certificates(needs: &Needs) -> Vec<Finding> {
    let absolute = needs.tls.iter().filter(|(_, path)| path.starts_with('/'));
    // What this user may not look at is not missing.
    let is_missing = |path: &str| {
        size_outside(Path::new(path))
            .is_err_and(|error| error.source.kind() == std::io::ErrorKind::NotFound)
    };
    let missing = absolute.filter(|(_, path)| is_missing(path));
    let finding = |(setting, path): &(&'static str, String)| {
        let text =
            format!("{setting} names {path}, and there is no such file: the server does not start");
        let advice = "put the file there, or let ServiceSettings.ConnectionSecurity be empty";
        Finding::new(Severity::Fatal, "tls-file", text).advise(advice)
    };
    missing.map(finding).collect()
}

pub(crate) fn see_user(server: Owner) -> Option<Finding> {
    (server.uid == 0).then(|| {
        let text = "the server runs as root, which can do anything to this machine";
        Finding::new(Severity::Warning, "service-user", text).advise("name another --service-user")
    })
}

/// Directories that are there already, and that the server could not write to: it would start, and lose every upload.
fn see_places(host: &Host, request: &InstallRequest) -> Result<Vec<Finding>, PathError> {
    let (live, server) = (request.prefix.live(), request.server);
    let mut findings = Vec::new();
    for place in &request.placements {
        let Some(path) = place.path(&live) else {
            continue;
        };
        let Some(stat) = host.tree.stat(&path)? else {
            continue;
        };
        if may_write(server, &stat) {
            continue;
        }
        let path = host.tree.absolute(&path);
        let (shown, owner) = (path.display(), stat.owner);
        let text =
            format!("{shown} belongs to {owner}, and the server, {server}, may not write to it");
        let advice = format!("give it to the server: `chown -R {server} {shown}`");
        findings.push(Finding::new(Severity::Fatal, "place-owner", text).advise(advice));
    }
    Ok(findings)
}

/// By the bits of the mode; the server has no other groups than its own.
pub(crate) const fn may_write(server: Owner, stat: &Stat) -> bool {
    server.uid == 0 || stat.bits_for(server) & 0o3 == 0o3
}
