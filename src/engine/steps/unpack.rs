//! Unpacking a release into its stage.

use std::os::fd::AsFd;
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;

use super::context::StepContext;
use super::error::StepError;
use crate::host::unpack::{Limits, Progress, Unpack, make_durable, unpack};
use crate::model::{
    Event, IDENTITY_SCHEMA, RelPath, Release, ReleaseShape, Sha256Digest, TreeIdentity,
};

/// Unpacks the archive, and makes the tree with its identity durable. What an earlier try left is thrown away first.
pub(super) fn perform(
    archive: &Path,
    release: &Release,
    expect: Option<Sha256Digest>,
    into: &RelPath,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let tree = &cx.host.tree;
    tree.remove_tree(into)?;
    // Nobody looks into a stage before it is finished.
    tree.make_dir(into, 0o700)?;
    let stage = tree.directory(into)?;
    let stage_name = tree.absolute(into);
    let reporter = &mut *cx.reporter;
    let mut progress = |progress: Progress| {
        reporter.hear(&Event::Progress { bytes: progress.read, total: progress.size });
    };
    let unpacked = unpack(Unpack {
        archive,
        expect,
        shape: &ReleaseShape::MATTERMOST,
        into: stage.as_fd(),
        into_name: &stage_name,
        limits: Limits::default(),
        now: system_time(cx.host.clock.now()),
        meter: tree.meter(),
        progress: &mut progress,
    })?;
    for text in unpacked.notes {
        cx.reporter.hear(&Event::Note { text });
    }
    let identity = TreeIdentity {
        schema: IDENTITY_SCHEMA,
        transaction: cx.plan.id.clone(),
        release: release.clone(),
        archive: Some(unpacked.digest),
        entries: unpacked.entries,
        assumed: false,
    };
    let text = serde_json::to_vec(&identity).expect("an identity is plain data");
    tree.replace(&into.join(TreeIdentity::FILE), &text, 0o644, None)?;
    tree.set_mode(into, 0o755)?;
    Ok(make_durable(stage.as_fd(), &stage_name, tree.meter())?)
}

fn system_time(at: Timestamp) -> SystemTime {
    let since = at.duration_since(Timestamp::UNIX_EPOCH).unsigned_abs();
    SystemTime::UNIX_EPOCH + since
}

/// Throws the stage away.
pub(super) fn undo(into: &RelPath, cx: &StepContext<'_>) -> Result<(), StepError> {
    Ok(cx.host.tree.remove_tree(into)?)
}
