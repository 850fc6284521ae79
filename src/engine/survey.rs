//! Seeing what surrounds an application, for the checks: space, mounts, processes, database and port.
//! Nothing is changed, and everything is looked at, whatever was found before.

use std::path::PathBuf;

use super::database::{Access, Database, DatabaseError};
use super::dump::Vault;
use super::foreign::modified_files;
use super::listen::{USUAL_ADDRESS, listen_address};
use super::state_files::read_identity;
use super::status::unseen_server;
use crate::database::{Inspection, Purpose, minimum};
use crate::host::{
    ArchiveSeen, FileSystems, Host, PathError, RunningProcess, Stat, is_taken, listeners_on,
    running_from, service_of, tree_size, unwritable_ancestor,
};
use crate::model::{
    DataPolicy, DatabaseUndo, Finding, InstallRequest, Intent, Owner, Plan, Planned, RelPath,
    RunningServer, Secret, Severity, SpaceSeen, Start, Step, Surroundings,
};
use crate::planning::{Estimate, STATE_BYTES, dump_estimate, estimate, reach};

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
    std::thread::scope(|threads| {
        // Asking a database takes longer than all the rest: it is asked meanwhile.
        let database = threads.spawn(|| match request.start {
            Start::Never => DatabaseSeen::default(),
            Start::Prove { .. } => see_database(host, request, plan, needs),
        });
        let mut seen = see_machine(host, plan);
        if request.start != Start::Never {
            seen.findings.extend(see_user(request.server));
            note(&mut seen, see_places(host, request), |seen, found| {
                seen.findings.extend(found);
            });
            seen.findings.extend(see_port(needs, &seen.running));
        }
        if plan.intent == Intent::Upgrade {
            seen.findings.extend(see_modified(host, plan));
        }
        let database = database.join().expect("looking at a database does not panic");
        let spaces = see_spaces(host, plan, archive, database.bytes);
        note(&mut seen, spaces, |seen, spaces| seen.spaces = spaces);
        seen.findings.extend(database.findings);
        seen
    })
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

/// Files of the release that somebody has changed: they do not come along.
fn see_modified(host: &Host, plan: &Plan) -> Option<Finding> {
    let live = plan.prefix.live();
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

fn see_spaces(
    host: &Host,
    plan: &Plan,
    archive: &ArchiveSeen,
    database_bytes: u64,
) -> Result<Vec<SpaceSeen>, PathError> {
    let systems = FileSystems::read()?;
    let mut spaces: Vec<(u64, SpaceSeen)> = Vec::new();
    for (path, needed) in needed_room(host, plan, archive, database_bytes)? {
        let path = host.tree.absolute(&path);
        let system = systems.of(&path)?;
        // What shares a file system shares its room.
        if let Some((_, space)) = spaces.iter_mut().find(|(device, _)| *device == system.device) {
            space.needed_bytes += needed.bytes;
            space.needed_inodes += needed.inodes;
            continue;
        }
        let space = SpaceSeen {
            path,
            mount: system.mount_point,
            read_only: system.read_only,
            executable: !system.noexec,
            free_bytes: system.free_bytes,
            free_inodes: system.free_inodes,
            needed_bytes: needed.bytes,
            needed_inodes: needed.inodes,
        };
        spaces.push((system.device, space));
    }
    Ok(spaces.into_iter().map(|(_, space)| space).collect())
}

/// Where how much will be written.
fn needed_room(
    host: &Host,
    plan: &Plan,
    archive: &ArchiveSeen,
    database_bytes: u64,
) -> Result<Vec<(RelPath, Estimate)>, PathError> {
    let mut rooms = Vec::new();
    for planned in &plan.steps {
        match &planned.step {
            Step::Unpack { into, .. } => rooms.push((into.clone(), estimate(archive.claimed_size))),
            Step::CopyDirectory { from, to } => {
                rooms.push((to.clone(), estimate(tree_size(&host.tree.absolute(from))?)));
            }
            Step::BackUp(back_up) => {
                let place = plan.prefix.backup(&back_up.id);
                if back_up.database {
                    rooms.push((place.clone(), dump_estimate(database_bytes)));
                }
                if back_up.policy == DataPolicy::Copy {
                    for saved in &back_up.directories {
                        let size = tree_size(&host.tree.absolute(&saved.path))?;
                        rooms.push((place.clone(), estimate(size)));
                    }
                }
            }
            _ => {}
        }
    }
    let state = Estimate { bytes: STATE_BYTES, inodes: 50 };
    rooms.push((plan.prefix.state(), state));
    Ok(rooms)
}

fn see_user(server: Owner) -> Option<Finding> {
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
const fn may_write(server: Owner, stat: &Stat) -> bool {
    let bits = if stat.owner.uid == server.uid {
        stat.mode >> 6
    } else if stat.owner.gid == server.gid {
        stat.mode >> 3
    } else {
        stat.mode
    };
    server.uid == 0 || bits & 0o3 == 0o3
}

/// A server that is going to be stopped holds the port for the one that is going to be started.
fn see_port(needs: &Needs, running: &[RunningServer]) -> Option<Finding> {
    let listen = needs.listen.as_deref().unwrap_or(USUAL_ADDRESS);
    let address = listen_address(listen)?;
    if !matches!(is_taken(address), Ok(true)) {
        return None;
    }
    let holders = listeners_on(address.port()).unwrap_or_default();
    let pids: Vec<u32> = holders.iter().flat_map(|holder| &holder.pids).copied().collect();
    let is_own = |pid: &u32| running.iter().any(|server| server.pid == *pid);
    if !pids.is_empty() && pids.iter().all(is_own) {
        return None;
    }
    let pids: Vec<String> = pids.iter().map(ToString::to_string).collect();
    let by =
        if pids.is_empty() { String::new() } else { format!(" by process {}", pids.join(", ")) };
    let text = format!("the port {} of ServiceSettings.ListenAddress is taken{by}", address.port());
    let advice = "stop what holds it, or give another ServiceSettings.ListenAddress";
    Some(Finding::new(Severity::Fatal, "port", text).advise(advice))
}

/// What was seen of the database.
#[derive(Default)]
struct DatabaseSeen {
    findings: Vec<Finding>,
    /// How large it is; 0 where that is not known.
    bytes: u64,
}

impl From<Finding> for DatabaseSeen {
    fn from(finding: Finding) -> Self {
        Self { findings: vec![finding], bytes: 0 }
    }
}

fn see_database(host: &Host, request: &InstallRequest, plan: &Plan, needs: &Needs) -> DatabaseSeen {
    let (Some(driver), Some(source)) = (&needs.driver, &needs.data_source) else {
        let text = "no database is given: SqlSettings.DriverName and SqlSettings.DataSource";
        let advice = "give both with --set or in an overlay, or use --no-start";
        return Finding::new(Severity::Fatal, "database-missing", text).advise(advice).into();
    };
    let mut seen = match Database::access(&host.exec, driver, source, Some(request.server)) {
        Ok(Access::Open(database)) => match database.inspect() {
            Ok(seen) => DatabaseSeen {
                findings: judge_database(request, plan, &database, &seen),
                bytes: seen.bytes,
            },
            Err(error) => return refused(&error).into(),
        },
        Ok(Access::Closed(why)) => {
            let text = format!("the database could not be looked at beforehand: {why}");
            Finding::new(Severity::Warning, "database-unseen", text).into()
        }
        Err(error) => return refused(&error).into(),
    };
    seen.findings.extend(see_backup(host, request, plan, driver, source));
    seen
}

/// Whether the database can be saved: what would be in the way is found while the server runs.
fn see_backup(
    host: &Host,
    request: &InstallRequest,
    plan: &Plan,
    driver: &str,
    source: &Secret<String>,
) -> Option<Finding> {
    let saves =
        |planned: &Planned| matches!(&planned.step, Step::BackUp(back_up) if back_up.database);
    if !plan.steps.iter().any(saves) {
        return None;
    }
    let vault = Vault::open(host, &plan.prefix, driver, source, Some(request.server));
    let error = vault.and_then(|vault| vault.bear().map(drop)).err()?;
    let text = format!("the database cannot be backed up: {}", chain(&error));
    let advice = "mend that; or accept with --no-database-backup that what the new server does to the database is not taken \
                  back";
    Some(Finding::new(Severity::Fatal, "backup", text).advise(advice))
}

fn refused(error: &DatabaseError) -> Finding {
    let text = chain(error);
    let usual = "check SqlSettings.DriverName and SqlSettings.DataSource";
    let advice = if let DatabaseError::Failed(failure) = error { failure.advice() } else { usual };
    Finding::new(Severity::Fatal, "database", text).advise(advice)
}

/// An error with all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn judge_database(
    request: &InstallRequest,
    plan: &Plan,
    database: &Database<'_>,
    seen: &Inspection,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let endpoint = database.endpoint();
    let purpose = match plan.intent {
        Intent::Install => Purpose::NewInstallation,
        Intent::Reconfigure | Intent::Upgrade | Intent::Restore => Purpose::Upgrade,
    };
    let least = minimum(endpoint.engine, purpose, &request.release.version);
    if !least.admits_postgres(seen.server_version_num) {
        let text = format!("{endpoint} is too old: {} needs {least}", request.release);
        let advice = "upgrade the database server first";
        findings.push(Finding::new(Severity::Fatal, "database-version", text).advise(advice));
    }
    if seen.schema.is_none() || !seen.can_create {
        let text = format!("the server's role may not make tables in {endpoint}");
        let advice = "make the role the owner of the database, or grant it CREATE on its schema";
        findings.push(Finding::new(Severity::Fatal, "database-rights", text).advise(advice));
    }
    let must_be_empty = |planned: &Planned| match &planned.step {
        Step::Prove(prove) => prove.database == DatabaseUndo::Empty,
        Step::RestoreDatabase(restore) => restore.before == DatabaseUndo::Empty,
        _ => false,
    };
    let fresh = plan.steps.iter().any(must_be_empty);
    if fresh && seen.tables > 0 {
        let text = format!("{endpoint} is not empty: it holds {} tables", seen.tables);
        let advice = "give an empty database; or accept with --use-existing-database that the server migrates this \
                      one and that a failed installation leaves it so";
        findings.push(Finding::new(Severity::Fatal, "database-not-empty", text).advise(advice));
    }
    findings
}
