//! The end of a chain, wherever it came to one: what was left in the dark is let out, from a state that is proven.

use super::let_out::let_out;
use super::record::{ChainRecord, forget, has_leftovers, kept_environment, read_chain};
use super::stages::sweep;
use crate::engine::cluster::Turn;
use crate::engine::open::{Payload, carry_out, carry_out_in_turn};
use crate::engine::reporter::Reporter;
use crate::engine::resolve_restore::resolve_restore;
use crate::engine::server_environment::ENVIRONMENT;
use crate::engine::state_files::read_receipt;
use crate::engine::steps::{Losses, leaves_database};
use crate::engine::transaction::Outcome;
use crate::engine::undertake::{Prepared, UndertakeError, Undertaking, new_id};
use crate::engine::verify::is_serving;
use crate::host::{Host, Lock};
use crate::model::{
    BackupId, DataPolicy, EnvironmentSource, Event, Finding, Manner, Plan, Prefix, Receipt,
    RestoreWish, Start,
};

/// What became of a chain that was closed.
#[derive(Debug)]
pub struct Closed {
    /// Did everything go back to where the chain began?
    pub went_back: bool,
    /// The transaction that let the server out, or took everything back, and how it ended; `None` where neither was needed.
    pub last: Option<(Box<Plan>, Box<Outcome>)>,
}

impl Closed {
    const fn quietly(went_back: bool) -> Self {
        Self { went_back, last: None }
    }

    /// The transaction that could not be finished.
    #[must_use]
    pub fn unfinished(&self) -> Option<(&Plan, &Outcome)> {
        let (plan, outcome) = self.last.as_ref()?;
        (!outcome.is_committed()).then_some((&**plan, &**outcome))
    }

    /// The same, and nothing else.
    pub(crate) fn into_unfinished(self) -> Option<(Box<Plan>, Box<Outcome>)> {
        self.last.filter(|(_, outcome)| !outcome.is_committed())
    }
}

/// Ends the chain that is under way, if there is one and no transaction is open: takes everything back to where the database
/// was saved if that is between two releases, lets the server out if it served before, and forgets the chain. Whether what
/// people have done since may go with it, `losses` says; whether this node has its turn to change the database already, `turn`.
///
/// # Errors
/// When it cannot be seen what is there, or going back is refused. Then the chain stays on record.
pub(crate) fn close(
    host: &Host,
    lock: &Lock,
    prefix: &Prefix,
    (losses, turn): (Losses, Option<&Turn>),
    reporter: &mut dyn Reporter,
) -> Result<Option<Closed>, UndertakeError> {
    sweep(host, prefix)?;
    let Some(record) = read_chain(host, prefix)? else {
        if has_leftovers(host, prefix)? {
            forget(host, prefix)?;
        }
        return Ok(None);
    };
    let Some(receipt) = read_receipt(host, prefix)? else {
        forget(host, prefix)?;
        return Ok(Some(Closed::quietly(false)));
    };
    let went_back = is_between(host, prefix, &record, &receipt)?;
    if went_back {
        let closed = go_back(host, lock, prefix, &record, (losses, turn), reporter)?;
        if closed.unfinished().is_some() {
            return Ok(Some(closed));
        }
    }
    let receipt = read_receipt(host, prefix)?.unwrap_or(receipt);
    if !record.serving || is_serving(host, prefix, &receipt)? {
        forget(host, prefix)?;
        return Ok(Some(Closed::quietly(went_back)));
    }
    let plan = let_out(host, prefix, &receipt, &record);
    let outcome = carry_out(host, lock, plan.clone(), &environment(host, prefix)?, reporter)?;
    // What is left to do is in the journal now.
    if matches!(outcome, Outcome::Committed | Outcome::CommittedWithRemainder { .. }) {
        forget(host, prefix)?;
    }
    Ok(Some(Closed { went_back, last: Some((Box::new(plan), Box::new(outcome))) }))
}

/// Gives the chain up as it is: whoever asks for it wants no server started.
pub(crate) fn abandon(host: &Host, prefix: &Prefix) -> Result<(), UndertakeError> {
    if read_chain(host, prefix)?.is_some() {
        sweep(host, prefix)?;
        forget(host, prefix)?;
    }
    Ok(())
}

/// Writes down that this transaction, which is about to begin, takes everything back, the database too.
pub(crate) fn will_go_back(
    host: &Host,
    prefix: &Prefix,
    plan: &Plan,
) -> Result<(), UndertakeError> {
    let Some(mut record) = read_chain(host, prefix)? else {
        return Ok(());
    };
    record.back = Some(plan.id.clone());
    Ok(record.write(host, prefix)?)
}

/// With one backup for all hops, the database of a hop that failed stays as its server has left it, and suits neither
/// release for certain.
pub(super) fn is_between(
    host: &Host,
    prefix: &Prefix,
    record: &ChainRecord,
    receipt: &Receipt,
) -> Result<bool, UndertakeError> {
    let Some(way) = &record.way_back else {
        return Ok(false);
    };
    let last = &receipt.transaction;
    let is_whole = *last == record.current || record.back.as_ref() == Some(last);
    if is_whole || way.hop == record.current {
        return Ok(false);
    }
    Ok(leaves_database(host, &prefix.transaction(&record.current))?)
}

/// Takes tree, settings and database back to where the database was saved. Whoever asks once to stop asks for nothing else.
pub(super) fn go_back(
    host: &Host,
    lock: &Lock,
    prefix: &Prefix,
    record: &ChainRecord,
    (losses, turn): (Losses, Option<&Turn>),
    reporter: &mut dyn Reporter,
) -> Result<Closed, UndertakeError> {
    let host = &host.on_the_way_back()?;
    let Some(way) = &record.way_back else {
        return Ok(Closed::quietly(false));
    };
    let began = if way.hop == record.first {
        "where the chain began"
    } else {
        "where the chain was taken up"
    };
    let text = format!("everything goes back to {}, {began}", way.to);
    reporter.hear(&Event::Note { text });
    let wish = RestoreWish {
        app: prefix.app().clone(),
        root: host.tree.root().to_owned(),
        backup: Some(BackupId::from(way.hop.clone())),
        archive: None,
        start: Start::Prove { within: record.within },
        service: None,
        accept_loss: losses == Losses::Accepted,
        env_files: Vec::new(),
        manner: Manner {
            data: DataPolicy::Skip,
            verify_restore: false,
            keep: u32::MAX,
            hooks: None,
            adopt_new_defaults: false,
        },
    };
    let mut resolved = resolve_restore(&wish)?;
    let kept = kept_environment(host, prefix)?;
    resolved.environment = Some(kept).filter(|kept| kept.source != EnvironmentSource::Nowhere);
    // One that was lost on the way, perhaps with the very hop that failed, is of no use here.
    let turn = turn.filter(|turn| turn.require().is_ok());
    let own_turn = match turn {
        Some(_) => None,
        None => resolved.take_turn(host, reporter)?,
    };
    let held = (lock, turn.or(own_turn.as_ref()));
    let (plan, findings) = match resolved.plan(host, new_id(host))? {
        Prepared::NothingToDo(_) => return Ok(Closed::quietly(true)),
        Prepared::Plan { plan, findings } => (plan, findings),
    };
    if findings.iter().any(Finding::is_fatal) {
        return Err(UndertakeError::NoWayBack { findings });
    }
    let mut payloads = resolved.payloads();
    payloads.push(Payload {
        name: ENVIRONMENT,
        content: Undertaking::environment(&resolved, host)?.to_private_text(),
    });
    will_go_back(host, prefix, &plan)?;
    let outcome = carry_out_in_turn(host, held, (*plan).clone(), &payloads, reporter)?;
    Ok(Closed { went_back: true, last: Some((plan, Box::new(outcome))) })
}

fn environment(host: &Host, prefix: &Prefix) -> Result<Vec<Payload>, UndertakeError> {
    let content = kept_environment(host, prefix)?.to_private_text();
    Ok(vec![Payload { name: ENVIRONMENT, content }])
}
