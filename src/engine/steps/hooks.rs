//! Running the operator's hooks of one phase.
//! What they do is theirs: nothing of it is undone here, and a crash may make them run twice.

use std::path::PathBuf;
use std::time::Duration;

use super::context::StepContext;
use super::error::StepError;
use super::facts::facts;
use crate::host::{Captured, ExecError, Exit, HookError, HookProgram, Output, hooks_in};
use crate::model::{CommandSpec, Event, HookPhase, RunHooks, Secret, redact};

/// A hook may copy a database.
const LIMIT: Duration = Duration::from_secs(3600);

/// The most lines of one stream of one hook that are shown.
const SHOWN: usize = 100;

/// Why a phase of hooks failed.
#[derive(Debug, thiserror::Error)]
pub enum HooksError {
    /// One of them may not be run; then none was.
    #[error(transparent)]
    Refused(#[from] HookError),
    /// One could not be run, or did not end.
    #[error("the hook {} could not be run", path.display())]
    Exec {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: ExecError,
    },
    /// One failed.
    #[error("the hook {} failed ({exit}{said})", path.display())]
    Failed {
        /// Which.
        path: PathBuf,
        /// How it ended.
        exit: Exit,
        /// What it said last, with what leads up to it; empty if it said nothing.
        said: String,
    },
}

/// Runs the hooks of the phase, in the order of their names, up to the first that fails and may not.
pub(super) fn perform(hooks: &RunHooks, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    Ok(run(hooks, hooks.phase, cx)?)
}

/// Undoing the first phase runs the hooks for a rollback, once, when everything else is back. What goes wrong with them
/// is told and stops nothing.
pub(super) fn undo(hooks: &RunHooks, cx: &mut StepContext<'_>) {
    if hooks.phase != HookPhase::BeforeStop {
        return;
    }
    if let Err(error) = run(hooks, HookPhase::OnRollback, cx) {
        note(cx, told(&error));
    }
}

fn run(hooks: &RunHooks, phase: HookPhase, cx: &mut StepContext<'_>) -> Result<(), HooksError> {
    let found = hooks_in(&hooks.directory.join(phase.name()))?;
    for name in &found.others {
        note(cx, format!("{phase}/{name} is not called NN-name, and is no hook"));
    }
    for hook in &found.programs {
        match run_one(hook, hooks, phase, cx) {
            Err(error) if hook.may_fail => {
                note(cx, format!("{}, which it may", told(&error)));
            }
            other => other?,
        }
    }
    Ok(())
}

fn run_one(
    hook: &HookProgram,
    hooks: &RunHooks,
    phase: HookPhase,
    cx: &mut StepContext<'_>,
) -> Result<(), HooksError> {
    let path = &hook.path;
    let failed = |source| HooksError::Exec { path: path.clone(), source };
    let output = match cx.host.exec.run(&command(hook, hooks, phase, cx)) {
        Err(ExecError::TimedOut { program, after, output }) => {
            tell(hook, &output, cx);
            return Err(failed(ExecError::TimedOut { program, after, output }));
        }
        other => other.map_err(failed)?,
    };
    tell(hook, &output, cx);
    if output.exit.is_success() {
        Ok(())
    } else {
        Err(HooksError::Failed { path: path.clone(), said: last_words(&output), exit: output.exit })
    }
}

fn command(
    hook: &HookProgram,
    hooks: &RunHooks,
    phase: HookPhase,
    cx: &StepContext<'_>,
) -> CommandSpec {
    let mut spec = CommandSpec::new(&hook.path).env("MMEMBED_PHASE", phase.name());
    let facts = facts(cx, hooks.from.as_ref());
    spec.env.extend(facts.into_iter().map(|(name, fact)| (name, Secret::new(fact))));
    let prefix = &cx.plan.prefix;
    let places = [prefix.live(), prefix.embedded()];
    let there = places.iter().find(|place| cx.host.tree.exists(place).unwrap_or(false));
    spec.cwd = there.map(|place| cx.host.tree.absolute(place));
    spec.timeout = LIMIT;
    spec
}

fn tell(hook: &HookProgram, output: &Output, cx: &mut StepContext<'_>) {
    for stream in [&output.stdout, &output.stderr] {
        for line in shown(stream) {
            note(cx, format!("{}: {}", hook.name, redact(&line)));
        }
    }
}

/// Why a hook failed, as far as it has said so.
fn last_words(output: &Output) -> String {
    let last = |stream: &Captured| stream.last_lines(1).pop();
    let line = last(&output.stderr).or_else(|| last(&output.stdout));
    line.map(|line| format!("; it said: {}", redact(&line))).unwrap_or_default()
}

/// The last lines of a stream, and how much came before them.
fn shown(stream: &Captured) -> Vec<String> {
    let mut lines = stream.last_lines(SHOWN + 1);
    if lines.len() > SHOWN {
        *lines.first_mut().expect("there is one more than is shown") =
            format!("[only the last {SHOWN} lines are shown]");
    }
    if stream.lost > 0 {
        lines.push(format!("[{} more bytes]", stream.lost));
    }
    lines
}

/// An error with what caused it.
fn told(error: &HooksError) -> String {
    let cause = std::error::Error::source(error);
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

fn note(cx: &mut StepContext<'_>, text: String) {
    cx.reporter.hear(&Event::Note { text });
}
