//! What mmembed made: receipt, tree, transactions, configuration, places, and the server that runs from it.

use std::path::{Path, PathBuf};

use super::{ConfigSeen, Patient, ReceiptSeen, Situation};
use crate::config::{Complaint, Document};
use crate::engine::ask_running::{Asked, ask_running};
use crate::engine::chain::read_chain;
use crate::engine::lint::{LintQuestion, lint_config_file};
use crate::engine::open::find_open;
use crate::engine::server_environment::{Seeker, SiteConfig, running_server};
use crate::engine::status::unseen_server;
use crate::engine::survey::{Needs, may_write, see_port, see_user};
use crate::host::{
    Census, Exec, Host, Kind, Users, lock_holder, program_glibc, running_from, service_of,
    this_glibc,
};
use crate::model::{
    Area, Finding, Observation, Owner, Placement, Receipt, RelPath, RunningServer, Severity,
    Viewpoint, chain,
};
use crate::server::Era;

/// How the settings of a server are, and with which variables it was started.
pub(super) struct Installed {
    /// The settings as the server sees them, or why they cannot be seen.
    pub(super) config: ConfigSeen,
}

impl Installed {
    pub(super) fn see(host: &Host, patient: &Patient<'_>, receipt: &Receipt) -> Self {
        let service = patient.service.as_ref().unwrap_or(&receipt.service);
        let seeker = Seeker::of_installed(host, patient.prefix, receipt, service);
        let environment = seeker.look().map(|found| found.environment).unwrap_or_default();
        let site = SiteConfig::of_installed(host, receipt, &environment);
        // A configuration in the database is the database's to tell.
        if site.is_in_database() && !patient.asks_database {
            let nothing = site.overridden(&Document::empty()).map(|effective| effective.document);
            return Self { config: nothing.map_err(|error| chain(&error)) };
        }
        Self { config: site.effective().map_err(|error| chain(&error)) }
    }
}

pub(super) fn examine(
    situation: &Situation<'_>,
    receipt: &ReceiptSeen,
    installed: Option<&Installed>,
    needs: &Needs,
) -> Vec<Observation> {
    let mut seen = vec![release(situation, receipt)];
    seen.extend(transaction(situation));
    seen.extend(walk(situation));
    seen.extend(lock(situation));
    let Some((receipt, installed)) = situation.receipt.zip(installed) else {
        // Who asks is not the one who shall run the server.
        let named = situation.patient.server.and_then(see_user);
        seen.extend(named.map(|finding| found("user", finding)));
        seen.extend(port(needs, &[], situation.server));
        return seen;
    };
    seen.extend(tree(situation, receipt));
    seen.extend(configuration(situation, receipt, installed));
    seen.extend(server_user(receipt));
    for placement in situation.placements {
        seen.extend(place(situation, placement));
    }
    // What is packed up here is started elsewhere.
    if receipt.viewpoint == Viewpoint::ThisMachine {
        seen.extend(running(situation, receipt, installed, needs));
    }
    seen
}

fn good(subject: &str, text: impl Into<String>) -> Observation {
    Observation::good(Area::Installation, subject, text)
}

fn found(subject: &str, finding: Finding) -> Observation {
    Observation::found(Area::Installation, subject, finding)
}

fn call(situation: &Situation<'_>, command: &str) -> String {
    let (app, root) = (situation.patient.prefix.app(), situation.host.tree.root());
    let root =
        if root == Path::new("/") { String::new() } else { format!(" --root {}", root.display()) };
    format!("mmembed {command} --app {app}{root}")
}

fn release(situation: &Situation<'_>, receipt: &ReceiptSeen) -> Observation {
    match receipt {
        Ok(Some(receipt)) => {
            let when = &receipt.transaction;
            good("release", format!("{} since transaction {when}", receipt.release))
        }
        Ok(None) => {
            let live = situation.host.tree.absolute(&situation.patient.prefix.live());
            if situation.host.tree.exists(&situation.patient.prefix.live()).unwrap_or(false) {
                let text = format!("{} is there, and mmembed has not made it", live.display());
                let inside = situation.patient.prefix.live().under(Path::new("/"));
                let advice = call(situation, "adopt") + &format!(" --from {}", inside.display());
                let finding = Finding::new(Severity::Warning, "foreign-tree", text).advise(advice);
                return found("release", finding);
            }
            good("release", "nothing is installed by mmembed")
        }
        Err(error) => {
            let finding = Finding::new(Severity::Fatal, "receipt", chain(error)).advise(
                "run this as its owner or as root, with the mmembed that wrote it; or bring it back from a backup",
            );
            found("receipt", finding)
        }
    }
}

fn tree(situation: &Situation<'_>, receipt: &Receipt) -> Option<Observation> {
    let live = situation.patient.prefix.live();
    let path = situation.host.tree.absolute(&live);
    if situation.host.tree.exists(&live).is_ok_and(|is_there| !is_there) {
        let text = format!("{} is gone, and the receipt names it", path.display());
        let finding = Finding::new(Severity::Fatal, "tree-gone", text).advise(
            "bring a backup back: `mmembed backup list`, then `mmembed backup restore BACKUP`",
        );
        return Some(found("tree", finding).missing());
    }
    let program = Era::of(&receipt.release.version).server_binary().under(&path);
    let (needed, here) = (program_glibc(&program).ok()??, this_glibc(&situation.host.exec)?);
    if receipt.viewpoint == Viewpoint::InsideRoot || needed <= here {
        return Some(good("program", format!("needs GNU C library {needed}, and finds {here}")));
    }
    let text = format!("its program needs GNU C library {needed}, and this machine has {here}");
    let finding = Finding::new(Severity::Fatal, "library", text)
        .advise("use a newer distribution, or an earlier release");
    Some(found("program", finding))
}

fn transaction(situation: &Situation<'_>) -> Option<Observation> {
    let (text, remedy) = match find_open(situation.host, situation.patient.prefix) {
        Ok(None) => return None,
        Ok(Some(open)) => match open.left_alone() {
            Some(why) => (
                format!("{} {why}, and is left alone until the cause is removed", open.id),
                format!("{} --retry", call(situation, "recover")),
            ),
            None => (
                format!("{} is open: it is at work, or was interrupted", open.id),
                call(situation, "recover"),
            ),
        },
        Err(error) => {
            let finding = Finding::new(Severity::Fatal, "open-transaction", chain(&error))
                .advise("run this as root, with the mmembed that began it");
            return Some(found("transaction", finding));
        }
    };
    let finding = Finding::new(Severity::Warning, "open-transaction", text).advise(remedy);
    Some(found("transaction", finding))
}

fn walk(situation: &Situation<'_>) -> Option<Observation> {
    let record = read_chain(situation.host, situation.patient.prefix).ok()??;
    let text =
        format!("a chain from {} to {} is under way, or was interrupted", record.from, record.to);
    let finding =
        Finding::new(Severity::Warning, "open-chain", text).advise(call(situation, "recover"));
    Some(found("chain", finding))
}

fn lock(situation: &Situation<'_>) -> Option<Observation> {
    let holder = lock_holder(&situation.host.tree, &situation.patient.prefix.lock())?;
    let text = format!("held by {holder}");
    let finding = Finding::new(Severity::Warning, "lock-held", text)
        .advise("wait until that is done: meanwhile nobody else changes anything");
    Some(found("lock", finding))
}

/// Who may read it, and whether the server could.
fn configuration(
    situation: &Situation<'_>,
    receipt: &Receipt,
    installed: &Installed,
) -> Vec<Observation> {
    let path = situation.host.tree.absolute(&receipt.config);
    if let Err(why) = &installed.config {
        let finding =
            Finding::new(Severity::Fatal, "config-unreadable", why.clone()).advise(format!(
                "mend it: `mmembed config lint --for {} {}`",
                receipt.release.version,
                path.display()
            ));
        return vec![found("config", finding)];
    }
    let question =
        LintQuestion { version: &receipt.release.version, environment: None, tree: None };
    let linted = lint_config_file(&path, &question);
    let is_mode = |complaint: &&Complaint| complaint.rule == "C-MODE";
    let modes: Vec<Observation> = linted
        .complaints
        .iter()
        .filter(is_mode)
        .map(|complaint| {
            let text = format!("{}: {}", path.display(), complaint.text);
            let advice = format!("chmod 0600 {}", path.display());
            found("config", Finding::new(Severity::Warning, "C-MODE", text).advise(advice))
        })
        .collect();
    if modes.is_empty() { vec![good("config", path.display().to_string())] } else { modes }
}

fn server_user(receipt: &Receipt) -> Option<Observation> {
    if receipt.viewpoint == Viewpoint::InsideRoot {
        return None;
    }
    if let Some(finding) = see_user(receipt.server) {
        return Some(found("user", finding));
    }
    let owner = receipt.server;
    let names = Users::new(Exec::default()).names(owner);
    if names == owner.to_string() {
        let text =
            format!("the server runs as {owner}, and nobody on this machine has these numbers");
        let advice = format!(
            "groupadd -g {} mattermost && useradd -r -u {} -g {} mattermost",
            owner.gid, owner.uid, owner.gid
        );
        let finding = Finding::new(Severity::Warning, "service-user-nameless", text).advise(advice);
        return Some(found("user", finding));
    }
    Some(good("user", format!("the server runs as {names} ({owner})")))
}

/// A directory that the server writes to, and every directory above it.
fn place(situation: &Situation<'_>, placement: &Placement) -> Option<Observation> {
    let Situation { host, patient, server, .. } = situation;
    let path = placement.path(&patient.prefix.live())?;
    let (name, shown) = (placement.name.as_str(), host.tree.absolute(&path));
    let shown = shown.display();
    let stat = match host.tree.stat(&path) {
        Ok(Some(stat)) if stat.kind == Kind::Directory => stat,
        Ok(_) => {
            let text = format!("{shown} is no directory, and the server writes there");
            let advice = format!("install -d -o {} -g {} -m 0750 {shown}", server.uid, server.gid);
            let finding = Finding::new(Severity::Fatal, "place-gone", text).advise(advice);
            return Some(found(name, finding).missing());
        }
        Err(error) => {
            let finding = Finding::new(Severity::Warning, "unseen", chain(&error))
                .advise("run this as root to see it");
            return Some(found(name, finding));
        }
    };
    if !may_write(*server, &stat) {
        let owner = stat.owner;
        let text =
            format!("{shown} belongs to {owner}, and the server, {server}, may not write to it");
        let advice = format!("chown -R {server} {shown}");
        return Some(found(
            name,
            Finding::new(Severity::Fatal, "place-owner", text).advise(advice),
        ));
    }
    let shut = first_shut(host, &path, *server)?;
    let text = format!("the server, {server}, may not pass through {}", shut.display());
    let advice = format!("chmod o+x {}", shut.display());
    Some(found(name, Finding::new(Severity::Fatal, "place-shut", text).advise(advice)))
}

/// The first directory above a path that a user may not pass through.
fn first_shut(host: &Host, path: &RelPath, server: Owner) -> Option<PathBuf> {
    let mut above = path.parent();
    let mut shut = None;
    while let Some(here) = above {
        let stat = host.tree.stat(&here).ok().flatten();
        if stat.is_some_and(|stat| server.uid != 0 && stat.bits_for(server) & 0o1 == 0) {
            shut = Some(host.tree.absolute(&here));
        }
        above = here.parent();
    }
    shut
}

fn running(
    situation: &Situation<'_>,
    receipt: &Receipt,
    installed: &Installed,
    needs: &Needs,
) -> Vec<Observation> {
    let live = situation.host.tree.absolute(&situation.patient.prefix.live());
    let census = running_from(&live).unwrap_or_default();
    let mut seen = vec![server(&census, receipt, installed)];
    let running = |process: &crate::host::RunningProcess| RunningServer {
        pid: process.identity.pid,
        command: process.command.clone(),
        unit: service_of(process.identity.pid),
    };
    let running: Vec<RunningServer> = census.found.iter().map(running).collect();
    seen.extend(port(needs, &running, receipt.server));
    seen
}

fn server(census: &Census, receipt: &Receipt, installed: &Installed) -> Observation {
    let Some(process) = running_server(census, &receipt.release.version) else {
        if let Some(finding) = unseen_server(census, receipt.server) {
            return found("server", finding);
        }
        return good("server", "does not run");
    };
    let pid = process.identity.pid;
    let version = &receipt.release.version;
    let asked = installed.config.as_ref().ok().map(|config| ask_running(config, version));
    let text = match asked {
        Some(Ok(Asked::Well)) => format!("process {pid} answers as {version}"),
        Some(Ok(Asked::Unreachable(why))) => format!("process {pid}, not asked, because {why}"),
        Some(Ok(Asked::Unwell { address, answer })) => {
            let text = format!("process {pid} does not answer as {version} at {address}: {answer}");
            let finding = Finding::new(Severity::Fatal, "server-unwell", text)
                .advise("read the log of the server, or start it again");
            return found("server", finding);
        }
        Some(Err(_)) | None => format!("process {pid}; it was not asked"),
    };
    good("server", text)
}

fn port(needs: &Needs, running: &[RunningServer], server: Owner) -> Option<Observation> {
    let listen = needs.listen.as_deref()?;
    Some(match see_port(needs, running, server) {
        Some(finding) => found("port", finding),
        None => good("port", format!("{listen} is the server's to use")),
    })
}
