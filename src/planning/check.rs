//! What speaks against a plan: a row of small checks over what was seen around the application.
//! All of them speak at once; the operator is not sent round one at a time.

use std::cmp::Reverse;

use crate::model::{Finding, Intent, Plan, Planned, Severity, SpaceSeen, Step, Surroundings};

/// All findings, the heaviest first. What speaks against a hop is another question: see [`HopRules`](super::HopRules).
#[must_use]
pub fn check(plan: &Plan, seen: &Surroundings) -> Vec<Finding> {
    let mut findings = seen.findings.clone();
    findings.extend(seen.spaces.iter().flat_map(|space| check_space(plan, space)));
    findings.extend(check_mounts(plan, seen));
    findings.extend(check_running(plan, seen));
    findings.sort_by_key(|finding| Reverse(finding.severity));
    findings
}

fn check_space(plan: &Plan, space: &SpaceSeen) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (path, mount) = (space.path.display(), space.mount.display());
    if space.read_only {
        let text = format!("{path} lies on {mount}, which is mounted read-only");
        findings.push(Finding::new(Severity::Fatal, "read-only", text));
    }
    if space.free_bytes < space.needed_bytes {
        let (needed, free) = (mib(space.needed_bytes), mib(space.free_bytes));
        let text = format!("{path} needs {needed} MiB, but {mount} has {free} MiB free");
        let advice = "free some space, or choose another place";
        findings.push(Finding::new(Severity::Fatal, "space", text).advise(advice));
    }
    if let Some(free) = space.free_inodes.filter(|free| *free < space.needed_inodes) {
        let needed = space.needed_inodes;
        let text = format!("{path} needs about {needed} files, but {mount} has room for {free}");
        let advice = "remove small files, or choose another place";
        findings.push(Finding::new(Severity::Fatal, "inodes", text).advise(advice));
    }
    if !space.executable && runs_programs(plan) {
        let text = format!("{path} lies on {mount}, which is mounted noexec");
        let advice =
            "the server cannot be run there; remount it, or use --no-start for a staging root";
        findings.push(Finding::new(Severity::Fatal, "noexec", text).advise(advice));
    }
    findings
}

fn check_mounts(plan: &Plan, seen: &Surroundings) -> Vec<Finding> {
    let unpacks = plan.intent != Intent::Reconfigure;
    let found = seen.mounts.iter().filter(|_| unpacks).map(|mount| {
        let text = format!(
            "{} is a mount point; a tree cannot be renamed over or across one",
            mount.display()
        );
        let advice = "unmount it, or bind-mount a directory further up, such as opt/APP";
        Finding::new(Severity::Fatal, "mount", text).advise(advice)
    });
    found.collect()
}

/// A server that runs is in the way, unless the plan stops it.
fn check_running(plan: &Plan, seen: &Surroundings) -> Vec<Finding> {
    let is_stopped = |planned: &Planned| matches!(&planned.step, Step::StopServer(stop) if !stop.service.is_none());
    if plan.steps.iter().any(is_stopped) {
        return Vec::new();
    }
    let found = seen.running.iter().map(|server| {
        let (pid, command) = (server.pid, &server.command);
        let text = format!("process {pid} ({command}) runs from {}", plan.prefix.live());
        let finding = Finding::new(Severity::Fatal, "running", text);
        match (&server.unit, plan.intent) {
            (Some(unit), Intent::Upgrade | Intent::Restore) => finding.advise(format!(
                "say how it is stopped and started: it belongs to --service systemd:{unit}"
            )),
            (None, Intent::Upgrade | Intent::Restore) => finding.advise(
                "say how it is stopped and started, with --service or with --stop-cmd and --start-cmd",
            ),
            (_, Intent::Reconfigure) => finding.advise(
                "stop the server first, or say how it is stopped and started: two servers must not share a database or a \
                 configuration",
            ),
            (_, Intent::Install | Intent::Adopt | Intent::LetOut) => finding.advise(
                "stop the server first: two servers must not share a database or a configuration",
            ),
        }
    });
    found.collect()
}

fn runs_programs(plan: &Plan) -> bool {
    plan.steps.iter().any(|planned| matches!(planned.step, Step::Prove(_)))
}

/// Whole mebibytes, rounded up: nobody plans with less.
const fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(1024 * 1024)
}
