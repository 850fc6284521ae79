//! `plan`: of an installation, or of a chain.

use std::io;

use super::{chain, install};
use crate::cli::args::{Goal, Output, PlanArgs};
use crate::host::Cancel;
use crate::model::Report;

/// Reports what would be done, and changes nothing.
pub(crate) fn run(args: &PlanArgs, output: &Output, cancel: Cancel) -> io::Result<Report> {
    match args.goal.get() {
        Goal::Release(release) => {
            install::plan("plan", &args.to_install(release), None, output, cancel)
        }
        Goal::To(to) => Ok(chain::plan("plan", &args.to_upgrade(), to, cancel)),
    }
}
