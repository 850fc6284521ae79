//! `apply`: the host becomes what the manifest says.

use std::io;

use super::install::with_findings;
use super::{chain, install, sources};
use crate::cli::answer::{Refusal, refused};
use crate::cli::args::{ApplyArgs, Output, PlanArgs};
use crate::cli::exit::Exit;
use crate::cli::{hints, system};
use crate::engine::{ArchiveSource, goal, overlays_given_last, read_manifest, read_receipt};
use crate::host::{Cancel, Clock};
use crate::manifest::Manifest;
use crate::model::{
    Ending, Finding, Overlay, Receipt, ReleaseSelector, Report, Severity, Strength, Version,
};

/// Makes it so, or says what it would do.
pub(crate) fn run(args: &ApplyArgs, output: &Output, cancel: Cancel) -> io::Result<Report> {
    let mut manifest = match read_manifest(&args.manifest) {
        Ok(manifest) => manifest,
        Err(error) => return Ok(hints::manifest_report("apply", &error)),
    };
    if args.no_start {
        manifest.no_start = Some(true);
    }
    manifest.wait_for_cluster = args.wait_for_cluster.or(manifest.wait_for_cluster);
    let applying = match Applying::of(manifest, args.check, &cancel) {
        Ok(applying) => applying,
        Err(refusal) => return Ok(refused("apply", refusal)),
    };
    let mut report = applying.run(output, cancel)?;
    report.command = "apply";
    Ok(with_findings(report, applying.findings))
}

/// What has to become true, and what is.
struct Applying {
    release: ReleaseSelector,
    wished: PlanArgs,
    check: bool,
    way: Way,
    findings: Vec<Finding>,
}

/// How it becomes true.
enum Way {
    /// Nothing is installed.
    Install,
    /// The release is there.
    Reconfigure(Box<Receipt>),
    /// Another release is.
    Upgrade,
}

impl Applying {
    fn of(manifest: Manifest, check: bool, cancel: &Cancel) -> Result<Self, Refusal> {
        let mut wished =
            PlanArgs::of(&manifest).map_err(|error| hints::for_manifest_environment(&error))?;
        let (host, prefix) = super::enter(&wished.upgrade.target, cancel.clone())
            .map_err(|failure| (Exit::Refused, *failure))?;
        let receipt = read_receipt(&host, &prefix).map_err(|error| {
            (Exit::Refused, super::unentered(&error, &hints::for_state(&error)))
        })?;
        let mut findings = Vec::new();
        let way = match receipt {
            None => Way::Install,
            Some(receipt) => {
                if manifest.overlays.is_none() {
                    let last = overlays_given_last(&host, &prefix).map_err(|error| {
                        (Exit::Refused, super::unentered(&error, system::advice(&error)))
                    })?;
                    keep(&mut wished, last);
                }
                let (version, finding) = version(&manifest.release, &receipt, &wished)?;
                findings.extend(finding);
                let edition = manifest.edition.unwrap_or(receipt.release.edition);
                let same = receipt.release.version == version && receipt.release.edition == edition;
                if same { Way::Reconfigure(Box::new(receipt)) } else { Way::Upgrade }
            }
        };
        Ok(Self { release: manifest.release, wished, check, way, findings })
    }

    fn run(&self, output: &Output, cancel: Cancel) -> io::Result<Report> {
        match &self.way {
            Way::Install => self.install(None, output, cancel),
            Way::Reconfigure(receipt) => self.install(Some(receipt), output, cancel),
            Way::Upgrade => self.upgrade(output, cancel),
        }
    }

    fn install(
        &self,
        installed: Option<&Receipt>,
        output: &Output,
        cancel: Cancel,
    ) -> io::Result<Report> {
        let source = ArchiveSource::Known(self.release.clone());
        let args = self.wished.to_install(&source);
        let run = if self.check { install::plan } else { install::run };
        run("apply", &args, installed, output, cancel)
    }

    /// Places and owners are as they were during all hops; what is wished of them is made true after the last one.
    fn upgrade(&self, output: &Output, cancel: Cancel) -> io::Result<Report> {
        let args = &self.wished.upgrade;
        if self.check {
            let planned = chain::plan("apply", args, &self.release, cancel);
            return Ok(self.with_later_changes(planned));
        }
        let walked = chain::run(args, &self.release, &[], output, cancel.clone())?;
        if walked.ending != Ending::Done {
            return Ok(walked);
        }
        let entered = super::enter(&self.wished.upgrade.target, cancel.clone()).ok();
        let receipt = entered.and_then(|(host, prefix)| read_receipt(&host, &prefix).ok()?);
        let Some(receipt) = receipt else {
            return Ok(walked);
        };
        let then = self.install(Some(&receipt), output, cancel)?;
        Ok(if then.ending == Ending::NothingToDo { walked } else { joined(walked, then) })
    }

    /// A plan of a chain says nothing of places.
    fn with_later_changes(&self, mut planned: Report) -> Report {
        let placement = &self.wished.placement;
        let says = !placement.place.is_empty() || !placement.keep_in_tree.is_empty();
        if says && planned.ending == Ending::Pending {
            let text = "the places are compared with those of the manifest after the last hop, and changed where they differ";
            planned.findings.push(Finding::new(Severity::Note, "places-later", text));
        }
        planned
    }
}

/// What was given last stays, where the manifest says nothing of settings.
fn keep(wished: &mut PlanArgs, last: Vec<(Strength, Overlay)>) {
    for (strength, overlay) in last {
        if let Overlay::File(path) = overlay {
            match strength {
                Strength::Default => wished.upgrade.overlays.config_overlay.push(path),
                Strength::Enforced => wished.upgrade.overlays.enforced_overlay.push(path),
            }
        }
    }
}

/// The version that is meant. What is installed needs no catalogue to be told.
fn version(
    wanted: &ReleaseSelector,
    receipt: &Receipt,
    wished: &PlanArgs,
) -> Result<(Version, Option<Finding>), Refusal> {
    if *wanted == ReleaseSelector::Exact(receipt.release.version.clone()) {
        return Ok((receipt.release.version.clone(), None));
    }
    let sources = sources::open(&wished.upgrade.sources)?;
    goal(&sources, wanted, &Clock::system()).map_err(|error| hints::for_acquire(&error))
}

/// One report of a chain and of what was changed after it.
fn joined(walked: Report, mut then: Report) -> Report {
    then.walk = walked.walk;
    let known = then.findings.clone();
    let more = walked.findings.into_iter().filter(|finding| !known.contains(finding));
    then.findings.extend(more);
    then.new_defaults = walked.new_defaults;
    then
}
