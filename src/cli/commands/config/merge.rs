//! `config merge`: what an installation or an upgrade would make of configurations, on files alone.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::{Answer, Refusal, failure};
use crate::cli::args::MergeArgs;
use crate::cli::exit::Exit;
use crate::cli::{hints, render, words};
use crate::config::{Choice, Conflict, Decision, Ledger, MergeError, Merged, Settlement};
use crate::engine::{LayerFiles, LayerFilesError, ResolveError, merge_files};
use crate::model::REPORT_SCHEMA;

/// The merge for programs.
#[derive(Serialize)]
struct Told<'a> {
    schema: u32,
    counts: Counts,
    conflicts: &'a [Conflict],
    decisions: &'a [Decision],
    /// The text of the result, where it is not written to a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
}

/// How many settings became what.
#[derive(Default, Serialize)]
struct Counts {
    kept: usize,
    changed: usize,
    added: usize,
    dropped: usize,
}

/// Merges, writes and says what came of it.
pub(super) fn run(args: &MergeArgs, json: bool) -> io::Result<Answer> {
    let merged = match merged(args) {
        Ok(merged) => merged,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Err(refusal) = write(args, &merged) {
        return Ok(Err(refusal));
    }
    let text = args.output.is_none().then(|| merged.document.to_text());
    if json {
        render::json::print(&Told {
            schema: REPORT_SCHEMA,
            counts: Counts::of(&merged.ledger),
            conflicts: &merged.conflicts,
            decisions: merged.ledger.decisions(),
            document: text,
        })?;
    } else {
        io::stdout().lock().write_all(text.unwrap_or_default().as_bytes())?;
        summarise(&merged)?;
    }
    Ok(Ok(Exit::Done))
}

fn merged(args: &MergeArgs) -> Result<Merged, Refusal> {
    let files = LayerFiles {
        live: args.live.clone(),
        shipped: args.shipped.clone(),
        shipped_before: args.shipped_before.clone(),
        overlays: args.overlays.overlays(),
        last_defaults: args.last_defaults.clone(),
        hop: args.from.clone().zip(args.to.clone()),
        adopt_new_defaults: args.adopt_new_defaults,
        policies: args.overlays.policies(),
    };
    let standard_input = [&files.live, &files.shipped, &files.shipped_before, &files.last_defaults];
    let standard_input =
        standard_input.into_iter().flatten().filter(|path| *path == Path::new("-"));
    if standard_input.count() > 1 {
        let what = "the standard input can be read only once".to_owned();
        return Err((Exit::Usage, failure(what, "name files for the others")));
    }
    let merged = merge_files(&files).map_err(|error| refuse(&error))?;
    let open = |conflict: &Conflict| conflict.settled == Settlement::Unsettled;
    if args.fail_on_conflict && merged.conflicts.iter().any(open) {
        return Err(refuse_conflicts(&merged.conflicts, open));
    }
    Ok(merged)
}

/// The ledger first: of what is in use afterwards there shall be an account.
fn write(args: &MergeArgs, merged: &Merged) -> Result<(), Refusal> {
    if let Some(path) = &args.ledger {
        super::write_ledger(path, &merged.ledger)?;
    }
    args.output.as_deref().map_or(Ok(()), |path| super::write_file(path, &merged.document))
}

fn refuse(error: &LayerFilesError) -> Refusal {
    let next = match error {
        LayerFilesError::File(error) => return super::refuse_file(error),
        LayerFilesError::Resolve(error @ ResolveError::Assignment(_)) => {
            return (Exit::Usage, failure(words::chain(error), hints::for_resolve(error)));
        }
        LayerFilesError::Resolve(error) => hints::for_resolve(error),
        LayerFilesError::Merge(MergeError::Refused { conflicts }) => {
            let refused = |conflict: &Conflict| conflict.settled == Settlement::Refused;
            return refuse_conflicts(conflicts, refused);
        }
        LayerFilesError::Merge(_) => "mend the layer that is named",
    };
    (Exit::Refused, failure(words::chain(error), next))
}

fn refuse_conflicts(conflicts: &[Conflict], stands_in_the_way: fn(&Conflict) -> bool) -> Refusal {
    let conflicts = conflicts.iter().filter(|conflict| stands_in_the_way(conflict));
    let told: Vec<String> = conflicts.map(ToString::to_string).collect();
    let next = "make the two agree, or settle each with --policy SETTING=keep-user or prefer-host";
    (Exit::Refused, failure(told.join("\n       "), next))
}

fn summarise(merged: &Merged) -> io::Result<()> {
    let Counts { kept, changed, added, dropped } = Counts::of(&merged.ledger);
    words::say(&format!("{kept} kept, {changed} changed, {added} added, {dropped} dropped"))?;
    merged.conflicts.iter().try_for_each(|conflict| words::say(&format!("conflict: {conflict}")))
}

impl Counts {
    fn of(ledger: &Ledger) -> Self {
        let mut counts = Self::default();
        for decision in ledger.decisions() {
            let count = match decision.choice {
                Choice::Kept => &mut counts.kept,
                Choice::Changed => &mut counts.changed,
                Choice::Added => &mut counts.added,
                Choice::Dropped => &mut counts.dropped,
            };
            *count += 1;
        }
        counts
    }
}
