//! `plan`: of an installation, or of a chain.

use std::io;

use super::{chain, install};
use crate::cli::answer::{failure, refused};
use crate::cli::args::{Goal, Output, PlanArgs};
use crate::cli::exit::Exit;
use crate::host::Cancel;
use crate::model::Report;

/// Reports what would be done, and changes nothing.
pub(crate) fn run(args: &PlanArgs, output: &Output, cancel: Cancel) -> io::Result<Report> {
    let PlanArgs { upgrade, placement, .. } = args;
    match upgrade.goal.get() {
        Goal::Release(release) => match upgrade.hop.named() {
            Some(option) => Ok(out_of_place(option, "an installation", "give it with --to")),
            None => install::plan("plan", &args.to_install(release), None, output, cancel),
        },
        Goal::To(to) => Ok(match placement.named() {
            Some(option) => out_of_place(
                option,
                "a chain, which keeps everything where it is",
                "leave it out; `mmembed install` of the installed release changes places",
            ),
            None => chain::plan("plan", upgrade, to, cancel),
        }),
    }
}

/// An option that the other kind of plan has.
fn out_of_place(option: &str, of: &str, next: &str) -> Report {
    let what = format!("{option} says nothing about {of}");
    refused("plan", (Exit::Refused, failure(what, next)))
}
