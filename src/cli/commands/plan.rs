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
    match (args.goal.get(), args.placement.named()) {
        (Goal::Release(release), _) => {
            install::plan("plan", &args.to_install(release), None, output, cancel)
        }
        (Goal::To(_), Some(option)) => Ok(out_of_place(option)),
        (Goal::To(to), None) => Ok(chain::plan("plan", &args.to_upgrade(), to, cancel)),
    }
}

/// A chain keeps things where they are, and whose they are.
fn out_of_place(option: &str) -> Report {
    let what = format!("{option} says nothing about a chain, which keeps everything where it is");
    let next = "leave it out; `mmembed install` of the installed release changes places";
    refused("plan", (Exit::Refused, failure(what, next)))
}
