//! Transactions on disk: beginning one, finding the open one, and finishing what an earlier run left.
//! What an open transaction needs is decided by the journal's rules, not here.

use std::io::ErrorKind;

use crate::engine::cluster::Turn;
use crate::engine::journal_file::{JournalError, JournalFile};
use crate::engine::reporter::Reporter;
use crate::engine::steps::Losses;
use crate::engine::transaction::{Outcome, Transaction};
use crate::host::{Host, Kind, Lock, PathError, Territory};
use crate::journal::{Record, Recovery, TransactionState, decide};
use crate::model::{PLAN_SCHEMA, Plan, Prefix, RelPath, Sha256Digest, TransactionId};
use crate::planning::reach;

/// The plan's file in its transaction's directory.
const PLAN: &str = "plan.json";

/// No plan of ours is larger.
const LARGEST_PLAN: u64 = 16 * 1024 * 1024;

/// How many closed transactions are kept for people to read: their journals, and the logs of servers that failed.
const KEPT: usize = 5;

/// A file that a plan refers to and that must not stand in the plan itself.
#[derive(Debug)]
pub struct Payload {
    /// Its name in the transaction's directory.
    pub name: &'static str,
    /// Its content.
    pub content: Vec<u8>,
}

/// Why a transaction could not be begun or taken up.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The plan of an open transaction is not the one it began with.
    #[error(
        "the plan of the open transaction {id} was changed or was made by another version of mmembed"
    )]
    ForeignPlan {
        /// The transaction.
        id: TransactionId,
    },
    /// The open transaction needs a human.
    #[error("the open transaction {id} could not be undone")]
    NeedsOperator {
        /// The transaction.
        id: TransactionId,
    },
}

/// A transaction that is not closed.
#[derive(Debug)]
pub struct OpenTransaction {
    /// Its name.
    pub id: TransactionId,
    /// Where it stands.
    pub state: TransactionState,
}

impl OpenTransaction {
    /// Why it is left alone until the operator says that it is to be taken up; `None` where it is not.
    #[must_use]
    pub fn left_alone(&self) -> Option<&'static str> {
        let why = if self.state.is_stuck() {
            "could not be undone"
        } else {
            "was taken up again and again, and never came to its end"
        };
        (decide(&self.state) == Recovery::AskOperator).then_some(why)
    }
}

/// Makes the directory that holds lock, receipt and transactions, with all that leads to it.
pub fn prepare_state(host: &Host, prefix: &Prefix) -> Result<(), PathError> {
    make_path(host, &prefix.state(), 0o755)?;
    make_path(host, &prefix.transactions(), 0o700)
}

/// Makes a directory and all that leads to it; one that is there is left as it is.
pub(super) fn make_path(host: &Host, path: &RelPath, mode: u32) -> Result<(), PathError> {
    let is_there = || {
        let stat = host.tree.stat(path)?;
        Ok(stat.is_some_and(|stat| stat.kind == Kind::Directory))
    };
    if is_there()? {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        make_path(host, &parent, 0o755)?;
    }
    match host.tree.make_dir(path, mode) {
        // Another run was faster. The lock, which comes next, decides between the two.
        Err(error) if error.source.kind() == ErrorKind::AlreadyExists && is_there()? => Ok(()),
        result => result,
    }
}

/// Carries out a plan as one transaction.
///
/// # Errors
/// Before anything but the transaction's own directory was written.
pub fn carry_out(
    host: &Host,
    lock: &Lock,
    plan: Plan,
    payloads: &[Payload],
    reporter: &mut dyn Reporter,
) -> Result<Outcome, OpenError> {
    carry_out_in_turn(host, (lock, None), plan, payloads, reporter)
}

/// The same by a node that may have taken its turn to change the database: it has to have it still when the database is changed.
///
/// # Errors
/// As [`carry_out`].
pub(crate) fn carry_out_in_turn(
    host: &Host,
    (lock, turn): (&Lock, Option<&Turn>),
    plan: Plan,
    payloads: &[Payload],
    reporter: &mut dyn Reporter,
) -> Result<Outcome, OpenError> {
    let host = host.reaching(Territory::new(reach(&plan)))?;
    Ok(begin(&host, lock, plan, payloads, reporter)?.in_turn(turn).run())
}

/// Writes plan and payloads, and begins.
fn begin<'a>(
    host: &'a Host,
    lock: &'a Lock,
    plan: Plan,
    payloads: &[Payload],
    reporter: &'a mut dyn Reporter,
) -> Result<Transaction<'a>, OpenError> {
    let directory = plan.prefix.transaction(&plan.id);
    host.tree.make_dir(&directory, 0o700)?;
    for payload in payloads {
        host.tree.replace(&directory.join(payload.name), &payload.content, 0o600, None)?;
    }
    let text = serde_json::to_vec_pretty(&plan).expect("a plan is plain data");
    host.tree.replace(&directory.join(PLAN), &text, 0o600, None)?;
    let mut journal = JournalFile::open(&host.tree, &directory)?;
    let begun = Record::Begun { plan: Sha256Digest::of(&text), steps: plan.steps_before_commit() };
    journal.append(&begun)?;
    Ok(Transaction::new(host, lock, plan, journal, reporter))
}

/// The transaction that an earlier run left open, if there is one.
pub fn find_open(host: &Host, prefix: &Prefix) -> Result<Option<OpenTransaction>, OpenError> {
    for id in transactions(host, prefix)? {
        let state = JournalFile::peek(&host.tree, &prefix.transaction(&id))?;
        if state.has_begun() && state.ending().is_none() {
            return Ok(Some(OpenTransaction { id, state }));
        }
    }
    Ok(None)
}

/// How much a recovery may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// What it decides itself.
    Usual,
    /// Try again what could not be undone before.
    Retry,
    /// The same, and take away what people have put into a server that was reachable for them meanwhile.
    AcceptLoss,
    /// What it decides itself, but for a committed transaction whose server does not start: that is given up.
    WaiveStart,
}

/// Finishes what an earlier run left open, forward or back; `None` when there was nothing to finish.
///
/// # Errors
/// When the transaction needs a human, and nobody insists.
pub fn recover(
    host: &Host,
    lock: &Lock,
    prefix: &Prefix,
    wish: Wish,
    reporter: &mut dyn Reporter,
) -> Result<Option<Outcome>, OpenError> {
    let Some(OpenTransaction { id, state }) = find_open(host, prefix)? else {
        return Ok(None);
    };
    let recovery = decide(&state);
    if recovery == Recovery::AskOperator && !wish.insists(&state) {
        return Err(OpenError::NeedsOperator { id });
    }
    let plan = read_plan(host, prefix, &id, &state)?;
    let host = &host.reaching(Territory::new(reach(&plan)))?;
    let mut journal = JournalFile::open(&host.tree, &prefix.transaction(&id))?;
    journal.append(&Record::Resumed)?;
    let losses = if wish == Wish::AcceptLoss { Losses::Accepted } else { Losses::Refused };
    let transaction = Transaction::new(host, lock, plan, journal, reporter).taken_up(losses);
    Ok(Some(match (state.is_committed(), wish) {
        (true, Wish::WaiveStart) => transaction.roll_forward_without_start(),
        (true, Wish::Usual | Wish::Retry | Wish::AcceptLoss) => transaction.roll_forward(),
        (false, _) => transaction.roll_back(None),
    }))
}

impl Wish {
    /// Is a transaction taken up that needs a human?
    fn insists(self, state: &TransactionState) -> bool {
        match self {
            Self::Usual => false,
            Self::Retry | Self::AcceptLoss => true,
            // What brings the tool down after the commit may well be the very step that is given up.
            Self::WaiveStart => state.is_committed(),
        }
    }
}

fn read_plan(
    host: &Host,
    prefix: &Prefix,
    id: &TransactionId,
    state: &TransactionState,
) -> Result<Plan, OpenError> {
    let path = prefix.transaction(id).join(PLAN);
    let foreign = || OpenError::ForeignPlan { id: id.clone() };
    let text = host.tree.read(&path, LARGEST_PLAN)?.ok_or_else(foreign)?;
    if state.plan() != Some(Sha256Digest::of(&text)) {
        return Err(foreign());
    }
    let plan: Plan = serde_json::from_slice(&text).map_err(|_| foreign())?;
    if plan.schema == PLAN_SCHEMA { Ok(plan) } else { Err(foreign()) }
}

/// Removes what no longer serves anyone: transactions that never began, and all but the newest closed ones.
pub fn prune(host: &Host, prefix: &Prefix) -> Result<(), OpenError> {
    let mut closed = Vec::new();
    for id in transactions(host, prefix)? {
        let directory = prefix.transaction(&id);
        let state = JournalFile::peek(&host.tree, &directory)?;
        if !state.has_begun() {
            host.tree.remove_tree(&directory)?;
        } else if state.ending().is_some() {
            closed.push(directory);
        }
    }
    let superfluous = closed.len().saturating_sub(KEPT);
    Ok(closed
        .iter()
        .take(superfluous)
        .try_for_each(|directory| host.tree.remove_tree(directory))?)
}

/// All transactions, oldest first.
fn transactions(host: &Host, prefix: &Prefix) -> Result<Vec<TransactionId>, PathError> {
    let names = host.tree.list(&prefix.transactions())?;
    Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
}
