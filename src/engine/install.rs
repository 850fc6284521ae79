//! An installation from wish to outcome: observe, plan, check, lock, look again, carry out.

use jiff::Timestamp;

use super::observe::{ObserveError, Observed, observe};
use super::open::{
    OpenError, OpenTransaction, Payload, Wish, carry_out, find_open, prepare_state, prune, recover,
};
use super::reporter::Reporter;
use super::resolve::Resolved;
use super::settings::read_ledger;
use super::steps::{ConfigureError, DEFAULTS, ENFORCED, read_document};
use super::survey::{Needs, survey};
use super::transaction::Outcome;
use crate::config::{
    Complaint, Document, Ledger, Origin, SettingPath, Severity as Weight, Subject, check as lint,
};
use crate::host::{Host, Lock, LockError, PathError, random_salt};
use crate::model::{
    Event, Finding, Plan, Prefix, Receipt, Secret, Severity, TransactionId, Version,
};
use crate::planning::{self, Decision, Refusal};

/// What an installation comes to before anything is done.
#[derive(Debug)]
pub enum Prepared {
    /// All that was asked for is true already.
    NothingToDo(Box<Receipt>),
    /// This would be done, and this was found.
    Plan {
        /// The plan.
        plan: Box<Plan>,
        /// What the checks found, the heaviest first.
        findings: Vec<Finding>,
    },
}

/// How an installation ended.
#[derive(Debug)]
pub enum Installed {
    /// All that was asked for was true already; nothing was changed.
    NothingToDo(Box<Receipt>),
    /// A check refused; nothing was changed.
    Refused {
        /// What would have been done.
        plan: Box<Plan>,
        /// Why not.
        findings: Vec<Finding>,
    },
    /// The plan was run.
    Ran {
        /// The plan.
        plan: Box<Plan>,
        /// What the checks found.
        findings: Vec<Finding>,
        /// How it ended.
        outcome: Box<Outcome>,
    },
}

/// Why an installation did not get as far as running its plan. Nothing but mmembed's own state was changed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The host could not be seen.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// What is there is not `install`'s to change.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The configuration in use cannot be read.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Somebody else is at work.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The transaction could not be begun, or an open one not be finished.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What is there is half made.
    #[error("the transaction {id} was interrupted and is still open")]
    Interrupted {
        /// Which.
        id: TransactionId,
    },
    /// An interrupted transaction could not be finished.
    #[error("the interrupted transaction {id} could not be finished")]
    Unrecovered {
        /// Which.
        id: TransactionId,
        /// How finishing it ended.
        outcome: Box<Outcome>,
    },
    /// The host changed between planning and locking.
    #[error("the host was changed by somebody else while the plan was made")]
    HostChanged,
}

/// Observes, plans and checks. Changes nothing.
pub fn prepare(host: &Host, resolved: &Resolved) -> Result<Prepared, InstallError> {
    if let Some(OpenTransaction { id, .. }) = find_open(host, &resolved.request.prefix)? {
        return Err(InstallError::Interrupted { id });
    }
    prepare_as(host, resolved, new_id(host))
}

fn new_id(host: &Host) -> TransactionId {
    TransactionId::new(host.clock.now(), random_salt())
}

fn prepare_as(
    host: &Host,
    resolved: &Resolved,
    id: TransactionId,
) -> Result<Prepared, InstallError> {
    let request = &resolved.request;
    let live = read_document(host, &request.config())?;
    let ledger = read_ledger(host, &request.prefix)?;
    let drifted = live.as_ref().map(|live| drift(live, &resolved.enforced, &ledger));
    let drifted = drifted.unwrap_or_default();
    let Observed { inventory, archive } = observe(host, request, id, drifted)?;
    let plan = match planning::install(request, &inventory)? {
        Decision::NothingToDo(receipt) => return Ok(Prepared::NothingToDo(receipt)),
        Decision::Carry(plan) => plan,
    };
    let needs = needs(resolved, live.as_ref());
    let mut surroundings = survey(host, request, &plan, &archive, &needs);
    surroundings.findings.extend(lint_overlays(resolved));
    let findings = planning::check(&plan, &surroundings);
    Ok(Prepared::Plan { plan, findings })
}

/// Installs. An interrupted transaction is finished first.
pub fn install(
    host: &Host,
    resolved: &Resolved,
    reporter: &mut dyn Reporter,
) -> Result<Installed, InstallError> {
    let prefix = &resolved.request.prefix;
    if find_open(host, prefix)?.is_some() {
        let lock = take_lock(host, prefix)?;
        finish_open(host, &lock, prefix, reporter)?;
    }
    let id = new_id(host);
    let (plan, findings) = match prepare_as(host, resolved, id.clone())? {
        Prepared::NothingToDo(receipt) => return Ok(Installed::NothingToDo(receipt)),
        Prepared::Plan { plan, findings } => (plan, findings),
    };
    if findings.iter().any(Finding::is_fatal) {
        return Ok(Installed::Refused { plan, findings });
    }
    prepare_state(host, prefix)?;
    let lock = take_lock(host, prefix)?;
    finish_open(host, &lock, prefix, reporter)?;
    // What was seen without the lock may have been changed by whoever held it until now.
    let (plan, findings) = match prepare_as(host, resolved, id)? {
        Prepared::Plan { plan: again, findings } if is_same(&again, &plan) => (again, findings),
        Prepared::Plan { .. } | Prepared::NothingToDo(_) => return Err(InstallError::HostChanged),
    };
    if findings.iter().any(Finding::is_fatal) {
        return Ok(Installed::Refused { plan, findings });
    }
    let outcome = carry_out(host, &lock, (*plan).clone(), &payloads(resolved), reporter)?;
    if let Err(error) = prune(host, prefix) {
        let text = format!("old transactions could not be removed: {error}");
        reporter.hear(&Event::Note { text });
    }
    Ok(Installed::Ran { plan, findings, outcome: Box::new(outcome) })
}

/// Takes the lock of an application whose state directory is there.
pub fn take_lock(host: &Host, prefix: &Prefix) -> Result<Lock, LockError> {
    let (pid, now) = (std::process::id(), host.clock.now());
    let since = now.round(jiff::Unit::Second).unwrap_or(Timestamp::UNIX_EPOCH);
    Lock::acquire(&host.tree, &prefix.lock(), &format!("process {pid} since {since}"))
}

fn finish_open(
    host: &Host,
    lock: &Lock,
    prefix: &Prefix,
    reporter: &mut dyn Reporter,
) -> Result<(), InstallError> {
    let Some(open) = find_open(host, prefix)? else {
        return Ok(());
    };
    let text = format!("the transaction {} was interrupted; it is finished first", open.id);
    reporter.hear(&Event::Note { text });
    match recover(host, lock, prefix, Wish::Usual, reporter)? {
        None | Some(Outcome::Committed | Outcome::RolledBack { .. }) => Ok(()),
        Some(outcome) => Err(InstallError::Unrecovered { id: open.id, outcome: Box::new(outcome) }),
    }
}

/// The space directories that mmembed itself has made since do not make a plan another one.
fn is_same(again: &Plan, plan: &Plan) -> bool {
    again.receipt == plan.receipt && again.intent == plan.intent
}

/// What the plan of an installation refers to and must not contain: the overlays, which may hold secrets.
#[must_use]
pub fn payloads(resolved: &Resolved) -> Vec<Payload> {
    vec![
        Payload { name: DEFAULTS, content: resolved.defaults.to_text().into_bytes() },
        Payload { name: ENFORCED, content: resolved.enforced.to_text().into_bytes() },
    ]
}

/// Enforced settings that have another value in the file in use, but for those of which that is known: the place of a
/// directory is stronger, and what the server drops or rewrites it would drop or rewrite again.
fn drift(live: &Document, enforced: &Document, ledger: &Ledger) -> Vec<String> {
    let is_settled = |setting: &SettingPath| {
        let origin = ledger.decision(setting).map(|decision| decision.origin);
        matches!(origin, Some(Origin::Place | Origin::Server))
    };
    let leaves = enforced.leaves();
    let differs = leaves.iter().filter(|leaf| {
        let same = live.get(&leaf.setting).is_some_and(|value| value.is_same_as(&leaf.value));
        !same && !is_settled(&leaf.setting)
    });
    differs.map(|leaf| leaf.setting.to_string()).collect()
}

/// What the server will need, as far as the layers above the release's own tell: the release is not unpacked yet.
fn needs(resolved: &Resolved, live: Option<&Document>) -> Needs {
    let layers = [Some(&resolved.enforced), live, Some(&resolved.defaults)];
    let find = |name: &str| {
        let setting = SettingPath::known(name);
        layers.iter().flatten().find_map(|layer| Some(layer.get(&setting)?.as_text()?.into_owned()))
    };
    Needs {
        driver: find("SqlSettings.DriverName"),
        data_source: find("SqlSettings.DataSource").map(Secret::new),
        listen: find("ServiceSettings.ListenAddress"),
    }
}

fn lint_overlays(resolved: &Resolved) -> Vec<Finding> {
    let version: &Version = &resolved.request.release.version;
    let complaints = [&resolved.defaults, &resolved.enforced]
        .into_iter()
        .flat_map(|overlay| lint(overlay, version, Subject::Part));
    complaints.map(finding).collect()
}

fn finding(complaint: Complaint) -> Finding {
    let severity = match complaint.severity {
        Weight::Note => Severity::Note,
        Weight::Warning => Severity::Warning,
        Weight::Error => Severity::Fatal,
    };
    Finding::new(severity, complaint.rule, complaint.text)
}
