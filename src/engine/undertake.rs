//! From an undertaking to its outcome: observe, plan, check, lock, look again, carry out.
//! What is planned is the business of each undertaking.

use jiff::Timestamp;

use super::adopt::AdoptError;
use super::backup::BackupError;
use super::chain::{Closed, abandon, close, read_chain, will_go_back};
use super::cluster::{SharedDatabase, Turn, TurnError};
use super::foreign::ForeignError;
use super::observe::ObserveError;
use super::open::{
    OpenError, OpenTransaction, Payload, Wish, carry_out_in_turn, find_open, prepare_state, prune,
    recover,
};
use super::reporter::Reporter;
use super::resolve_restore::ResolveRestoreError;
use super::server_environment::{ENVIRONMENT, EnvironmentError};
use super::state_files::StateFileError;
use super::steps::{ConfigureError, Losses};
use super::transaction::Outcome;
use crate::host::{Host, Lock, LockError, PathError};
use crate::model::{
    Event, Finding, Plan, Prefix, Receipt, Release, ServerEnvironment, Step, TransactionId,
};
use crate::planning::{Refusal, may_pass};

/// What an undertaking comes to before anything is done.
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

/// How an undertaking ended.
#[derive(Debug)]
pub enum Undertaken {
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

/// Why an undertaking did not get as far as running its plan. Nothing but mmembed's own state was changed.
#[derive(Debug, thiserror::Error)]
pub enum UndertakeError {
    /// The host could not be seen.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// What is there is not the command's to change.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// An installation cannot be taken over.
    #[error(transparent)]
    Adopt(#[from] AdoptError),
    /// The configuration in use cannot be read.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// The backup cannot be used.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The way back to where a chain began cannot be found.
    #[error(transparent)]
    Restore(#[from] ResolveRestoreError),
    /// The way back to where a chain began is refused.
    #[error("the way back to where the chain of hops began is refused: {}", reasons(findings))]
    NoWayBack {
        /// Why.
        findings: Vec<Finding>,
    },
    /// What lies in the live tree cannot be told.
    #[error(transparent)]
    Foreign(#[from] ForeignError),
    /// The environment of the server cannot be seen.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// Somebody else is at work.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Another node of the cluster is changing the database.
    #[error(transparent)]
    Turn(#[from] TurnError),
    /// The transaction could not be begun, or an open one not be finished.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What is there is half made.
    #[error("the transaction {id} was interrupted and is still open")]
    Interrupted {
        /// Which.
        id: TransactionId,
    },
    /// A chain of hops stands between two of them.
    #[error("the chain of hops to {to} was interrupted half way")]
    HalfWay {
        /// Where it leads.
        to: Release,
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

/// What forbids something, in one line.
fn reasons(findings: &[Finding]) -> String {
    let fatal = findings.iter().filter(|finding| finding.is_fatal());
    fatal.map(|finding| finding.text.as_str()).collect::<Vec<_>>().join("; ")
}

/// Something that an operator asks for and that one transaction brings about.
pub trait Undertaking {
    /// The application's paths.
    fn prefix(&self) -> &Prefix;

    /// Observes, plans and checks. Changes nothing, and gives the same plan as long as the host is the same.
    ///
    /// # Errors
    /// When the host cannot be seen, or what is there is not this undertaking's to change.
    fn plan(&self, host: &Host, id: TransactionId) -> Result<Prepared, UndertakeError>;

    /// What the plan refers to and must not contain.
    fn payloads(&self) -> Vec<Payload>;

    /// The environment that the server is started with.
    ///
    /// # Errors
    /// When there is one that cannot be seen.
    fn environment(&self, _host: &Host) -> Result<ServerEnvironment, UndertakeError> {
        Ok(ServerEnvironment::default())
    }

    /// The database that its server uses, which other nodes may use too.
    ///
    /// # Errors
    /// When it cannot be seen which one that is.
    fn shared_database(&self, _host: &Host) -> Result<Option<SharedDatabase>, UndertakeError> {
        Ok(None)
    }

    /// Is a committed change whose server does not start given up for this one?
    fn gives_up_start(&self) -> bool {
        false
    }
}

/// Observes, plans and checks. Changes nothing.
pub fn prepare(host: &Host, undertaking: &dyn Undertaking) -> Result<Prepared, UndertakeError> {
    if let Some(OpenTransaction { id, state }) = find_open(host, undertaking.prefix())?
        && !(state.is_committed() && undertaking.gives_up_start())
    {
        return Err(UndertakeError::Interrupted { id });
    }
    if let Some(record) = read_chain(host, undertaking.prefix())?
        && !undertaking.gives_up_start()
    {
        return Err(UndertakeError::HalfWay { to: record.to });
    }
    undertaking.plan(host, new_id(host))
}

/// A name for a transaction that begins now.
pub(crate) fn new_id(host: &Host) -> TransactionId {
    TransactionId::new(host.clock.now())
}

/// Brings it about. An interrupted transaction is finished first.
pub fn undertake(
    host: &Host,
    undertaking: &dyn Undertaking,
    reporter: &mut dyn Reporter,
) -> Result<Undertaken, UndertakeError> {
    let prefix = undertaking.prefix();
    let wish = if undertaking.gives_up_start() { Wish::WaiveStart } else { Wish::Usual };
    if find_open(host, prefix)?.is_some() || read_chain(host, prefix)?.is_some() {
        let lock = take_lock(host, prefix)?;
        finish_open(host, &lock, prefix, wish, reporter)?;
    }
    let id = new_id(host);
    let (plan, findings) = match undertaking.plan(host, id.clone())? {
        Prepared::NothingToDo(receipt) => return Ok(Undertaken::NothingToDo(receipt)),
        Prepared::Plan { plan, findings } => (plan, findings),
    };
    if findings.iter().any(|it| it.is_fatal() && !may_pass(it)) {
        return Ok(Undertaken::Refused { plan, findings });
    }
    prepare_state(host, prefix)?;
    let lock = take_lock(host, prefix)?;
    finish_open(host, &lock, prefix, wish, reporter)?;
    let turn = take_turn(host, undertaking, &plan, reporter)?;
    // What was seen without the lock may have been changed by whoever held it until now.
    let (plan, findings) = match undertaking.plan(host, id)? {
        Prepared::Plan { plan: again, findings } if is_same(&again, &plan) => (again, findings),
        Prepared::Plan { .. } | Prepared::NothingToDo(_) => {
            return Err(UndertakeError::HostChanged);
        }
    };
    if findings.iter().any(Finding::is_fatal) {
        return Ok(Undertaken::Refused { plan, findings });
    }
    let mut payloads = undertaking.payloads();
    let environment = undertaking.environment(host)?;
    payloads.push(Payload { name: ENVIRONMENT, content: environment.to_private_text() });
    will_go_back(host, prefix, &plan)?;
    let held = (&lock, turn.as_ref());
    let outcome = carry_out_in_turn(host, held, (*plan).clone(), &payloads, reporter)?;
    let ran = (plan, Box::new(outcome));
    let (plan, outcome) = after(host, &lock, turn.as_ref(), ran, reporter)?;
    if let Err(error) = prune(host, prefix) {
        let text = format!("old transactions could not be removed: {error}");
        reporter.hear(&Event::Note { text });
    }
    Ok(Undertaken::Ran { plan, findings, outcome })
}

/// A transaction that came between two hops of a chain was its end: the server that the chain has stopped is let out, however
/// that transaction ended. Gives what is to be told.
fn after(
    host: &Host,
    lock: &Lock,
    turn: Option<&Turn>,
    ran: (Box<Plan>, Box<Outcome>),
    reporter: &mut dyn Reporter,
) -> Result<(Box<Plan>, Box<Outcome>), UndertakeError> {
    let prefix = &ran.0.prefix;
    if read_chain(host, prefix)?.is_none() {
        return Ok(ran);
    }
    let starts = ran.0.steps.iter().any(|planned| matches!(planned.step, Step::Prove(_)));
    match *ran.1 {
        Outcome::Committed if !starts => abandon(host, prefix)?,
        Outcome::Committed | Outcome::RolledBack { .. } => {
            let closed = close(host, lock, prefix, (Losses::Refused, turn), reporter)?;
            let unfinished = closed.and_then(Closed::into_unfinished);
            return Ok(unfinished.unwrap_or(ran));
        }
        // Whoever finishes it lets the server out.
        Outcome::CommittedWithRemainder { .. }
        | Outcome::Stuck { .. }
        | Outcome::Unfinished { .. } => {}
    }
    Ok(ran)
}

/// Waits for this node's turn to change the database, if the plan touches one that others may share. What was found before that may
/// be another thing afterwards.
pub(super) fn take_turn(
    host: &Host,
    undertaking: &dyn Undertaking,
    plan: &Plan,
    reporter: &mut dyn Reporter,
) -> Result<Option<Turn>, UndertakeError> {
    let touches = |step: &Step| matches!(step, Step::Prove(_) | Step::RestoreDatabase(_));
    if !plan.steps.iter().any(|planned| touches(&planned.step)) {
        return Ok(None);
    }
    match undertaking.shared_database(host)? {
        Some(shared) => Ok(Turn::take(host, &shared, reporter)?),
        None => Ok(None),
    }
}

/// Takes the lock of an application whose state directory is there.
pub fn take_lock(host: &Host, prefix: &Prefix) -> Result<Lock, LockError> {
    let (pid, now) = (std::process::id(), host.clock.now());
    let since = now.round(jiff::Unit::Second).unwrap_or(Timestamp::UNIX_EPOCH);
    Lock::acquire(&host.tree, &prefix.lock(), &format!("process {pid} since {since}"))
}

/// Finishes what an earlier run left open, if there is something: a transaction, and the chain that it was part of.
///
/// # Errors
/// When it cannot be finished, or needs a human.
pub fn finish_open(
    host: &Host,
    lock: &Lock,
    prefix: &Prefix,
    wish: Wish,
    reporter: &mut dyn Reporter,
) -> Result<(), UndertakeError> {
    finish_transaction(host, lock, prefix, wish, reporter)?;
    if wish == Wish::WaiveStart {
        // Whoever goes back ends the chain by that, unless it is refused.
        return Ok(());
    }
    let losses = if wish == Wish::AcceptLoss { Losses::Accepted } else { Losses::Refused };
    let closed = close(host, lock, prefix, (losses, None), reporter)?;
    match closed.and_then(Closed::into_unfinished) {
        Some((plan, outcome)) => Err(UndertakeError::Unrecovered { id: plan.id, outcome }),
        None => Ok(()),
    }
}

/// Finishes the transaction that an earlier run left open, if there is one. A chain that it was part of stays as it is.
///
/// # Errors
/// When it cannot be finished, or needs a human.
pub(super) fn finish_transaction(
    host: &Host,
    lock: &Lock,
    prefix: &Prefix,
    wish: Wish,
    reporter: &mut dyn Reporter,
) -> Result<(), UndertakeError> {
    let Some(open) = find_open(host, prefix)? else {
        return Ok(());
    };
    let text = format!("the transaction {} was interrupted; it is finished first", open.id);
    reporter.hear(&Event::Note { text });
    match recover(host, lock, prefix, wish, reporter)? {
        None | Some(Outcome::Committed | Outcome::RolledBack { .. }) => Ok(()),
        Some(outcome) => {
            Err(UndertakeError::Unrecovered { id: open.id, outcome: Box::new(outcome) })
        }
    }
}

/// The space directories that mmembed itself has made since do not make a plan another one.
fn is_same(again: &Plan, plan: &Plan) -> bool {
    again.receipt == plan.receipt && again.intent == plan.intent
}
