//! `status`.

use crate::cli::answer::UNCHANGED;
use crate::cli::args::Target;
use crate::cli::call::Call;
use crate::cli::{ending, hints, system, words};
use crate::engine::{OpenError, OpenTransaction, Status, StatusError, status};
use crate::host::{Cancel, Host, PathError};
use crate::model::{Ending, Failure, Finding, Receipt, Report, Severity, Waiver};

/// Reports what is installed. Changes nothing, and takes no lock.
pub(crate) fn run(target: &Target, cancel: Cancel) -> Report {
    let (host, prefix) = match super::enter(target, cancel) {
        Ok(entered) => entered,
        Err(failure) => return super::refused("status", *failure),
    };
    match status(&host, &prefix) {
        Ok(status) => describe(&host, &status, &Call::of(&host, &prefix)),
        Err(StatusError::State(error)) => super::refused(
            "status",
            Failure {
                what: words::chain(&error),
                now: UNCHANGED.to_owned(),
                next: hints::for_state(&error),
            },
        ),
    }
}

fn describe(host: &Host, status: &Status, call: &Call) -> Report {
    let mut report = Report::new("status", Ending::Done);
    report.findings.extend(open_transaction(status, call));
    report.findings.extend(chain(status, call));
    let Some(receipt) = &status.receipt else {
        let text = "nothing is installed here by mmembed";
        report.findings.push(Finding::new(Severity::Note, "not-installed", text));
        return report;
    };
    report.findings.extend(tree(status));
    report.findings.extend(unproven(receipt));
    report.findings.extend(running(status));
    report.findings.extend(
        words::overridden(&status.overridden)
            .map(|text| Finding::new(Severity::Note, "overridden", text)),
    );
    report.findings.extend(status.cluster.iter().cloned());
    report.findings.extend(waived(receipt));
    report.findings.extend(waived_before(receipt));
    report.waived.clone_from(&receipt.waived);
    report.release = Some(receipt.release.clone());
    report.transaction = Some(receipt.transaction.clone());
    report.live = Some(host.tree.absolute(&status.live));
    report.config = Some(host.tree.absolute(&receipt.config));
    report.places = super::place_reports(host, &status.live, &receipt.placements);
    report.proof.clone_from(&receipt.proof);
    report
}

fn open_transaction(status: &Status, call: &Call) -> Option<Finding> {
    match (&status.open, &status.at_work) {
        (Ok(None), _) => None,
        (Ok(Some(open)), Some(holder)) => {
            let text = format!("the transaction {} is being carried out by {holder}", open.id);
            Some(Finding::new(Severity::Note, "transaction-at-work", text))
        }
        (Ok(Some(open)), None) => Some(interrupted(open, call)),
        (Err(error), _) => Some(unseen_transaction(error)),
    }
}

fn interrupted(open: &OpenTransaction, call: &Call) -> Finding {
    let id = &open.id;
    let (text, advice) = match open.left_alone() {
        Some(why) => (
            format!("the transaction {id} {why}, and is left alone"),
            format!(
                "remove what keeps it from that, then {} takes it up again",
                call.with("recover", "--retry")
            ),
        ),
        None => (
            format!("the transaction {id} was interrupted and is still open"),
            format!(
                "{} finishes it, and so does the next command that changes something",
                call.word("recover")
            ),
        ),
    };
    Finding::new(Severity::Warning, "open-transaction", text).advise(advice)
}

/// A chain that is at work, or that left its server in the dark.
fn chain(status: &Status, call: &Call) -> Option<Finding> {
    let record = match &status.chain {
        Ok(record) => record.as_ref()?,
        Err(error) => {
            let text = format!(
                "whether a chain of hops is under way could not be seen: {}",
                words::chain(error)
            );
            return Some(
                Finding::new(Severity::Note, "unseen", text).advise(system::advice(error)),
            );
        }
    };
    let (from, to, made) = (&record.from, &record.to, record.hops.len());
    let noun = if made == 1 { "hop was" } else { "hops were" };
    let way = format!("from {from} to {to}; {made} {noun} made");
    if let Some(holder) = &status.at_work {
        let text = format!("a chain is being walked by {holder}, {way}");
        return Some(Finding::new(Severity::Note, "chain-at-work", text));
    }
    let dark = if record.serving { ", and the server may be in the dark" } else { "" };
    let text = format!("a chain was interrupted on its way {way}{dark}");
    let advice = format!(
        "the same `upgrade --to` goes on; {} stays at the release that is installed and lets its server out",
        call.word("recover")
    );
    Some(Finding::new(Severity::Warning, "open-chain", text).advise(advice))
}

/// Nothing to look after when it is only this user who may not look; something to mend when nobody can read it.
fn unseen_transaction(error: &OpenError) -> Finding {
    let why = words::chain(error);
    if ending::of_open(error) == Ending::Refused {
        let text = format!("whether a transaction is open could not be seen: {why}");
        Finding::new(Severity::Note, "unseen", text).advise(system::advice(error))
    } else {
        let advice = "use the version of mmembed that began it, or restore the file from a backup";
        Finding::new(Severity::Warning, "open-transaction", why).advise(advice)
    }
}

fn tree(status: &Status) -> Option<Finding> {
    match &status.tree_is_there {
        Ok(true) => None,
        Ok(false) => {
            let text = "the receipt names a release, but its tree is gone";
            Some(Finding::new(Severity::Warning, "tree-gone", text))
        }
        Err(error) => Some(unseen("whether the tree is there", error)),
    }
}

fn unproven(receipt: &Receipt) -> Option<Finding> {
    let text = "this release was never started here";
    let finding = || Finding::new(Severity::Note, "unproven", text);
    receipt.proof.is_none().then(finding)
}

fn waived(receipt: &Receipt) -> Option<Finding> {
    let text = words::waived(&receipt.waived)?;
    let advice = "`mmembed rules show RULE` says what each is about";
    Some(Finding::new(Severity::Note, "waived", text).advise(advice))
}

/// What was waived for the hops before the one that brought the release, whose own are the last.
fn waived_before(receipt: &Receipt) -> Vec<Finding> {
    let before = receipt.waivers.len().saturating_sub(receipt.waived.len());
    let finding = |Waiver { rule, from, to, transaction, text }: &Waiver| {
        let when = transaction.day();
        let text = format!("{rule} was waived on {when}, from {from} to {to}: {text}");
        let advice = format!("the transaction was {transaction}");
        Finding::new(Severity::Note, "waived-before", text).advise(advice)
    };
    receipt.waivers.iter().take(before).map(finding).collect()
}

fn running(status: &Status) -> Vec<Finding> {
    let census = match &status.running {
        Ok(census) => census,
        Err(error) => return vec![unseen("whether the server runs", error)],
    };
    let found = census.found.iter().map(|process| {
        let (pid, command) = (process.identity.pid, &process.command);
        let text = format!("process {pid} ({command}) runs from the tree");
        Finding::new(Severity::Note, "running", text)
    });
    found.chain(status.unseen_server()).collect()
}

fn unseen(what: &str, error: &PathError) -> Finding {
    let text = format!("{what} could not be seen: {}", words::chain(error));
    Finding::new(Severity::Note, "unseen", text).advise(system::advice(error))
}
