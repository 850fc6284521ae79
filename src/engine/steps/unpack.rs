//! Unpacking a release into its stage.

use std::os::fd::AsFd;
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;

use super::context::StepContext;
use super::error::StepError;
use crate::engine::reporter::Reporter;
use crate::engine::state_files::read_identity;
use crate::host::Host;
use crate::host::unpack::{Limits, Progress, Unpack, make_durable, unpack};
use crate::model::{
    Event, IDENTITY_SCHEMA, RelPath, Release, ReleaseShape, Sha256Digest, TransactionId,
    TreeIdentity,
};

/// A tree that shall be unpacked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Staging<'s> {
    /// The archive.
    pub(crate) archive: &'s Path,
    /// The release that it is said to hold.
    pub(crate) release: &'s Release,
    /// The digest that it must have.
    pub(crate) expect: Option<Sha256Digest>,
    /// The staged tree.
    pub(crate) into: &'s RelPath,
    /// The transaction that it is for.
    pub(crate) transaction: &'s TransactionId,
}

/// Unpacks the archive, unless that was done ahead for this very transaction.
pub(super) fn perform(
    archive: &Path,
    release: &Release,
    expect: Option<Sha256Digest>,
    into: &RelPath,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let transaction = &cx.plan.id;
    let staging = Staging { archive, release, expect, into, transaction };
    if staging.is_done(cx.host)? {
        let text = "it was unpacked ahead, while the hop before was under way".to_owned();
        cx.reporter.hear(&Event::Note { text });
        return Ok(());
    }
    staging.unpack(cx.host, cx.reporter)
}

impl Staging<'_> {
    /// Is the tree there, complete, from an archive with the stated digest? Its identity is written last. Without a stated
    /// digest nobody can say that it comes from the same archive.
    fn is_done(&self, host: &Host) -> Result<bool, StepError> {
        let Some(expect) = self.expect else {
            return Ok(false);
        };
        let identity = read_identity(host, self.into)?;
        Ok(identity.is_some_and(|identity| {
            identity.archive == Some(expect)
                && identity.transaction == *self.transaction
                && identity.release == *self.release
        }))
    }

    /// Unpacks the archive, and makes the tree with its identity durable. What an earlier try left is thrown away first.
    pub(crate) fn unpack(&self, host: &Host, reporter: &mut dyn Reporter) -> Result<(), StepError> {
        let (tree, into) = (&host.tree, self.into);
        tree.remove_tree(into)?;
        // Nobody looks into a stage before it is finished.
        tree.make_dir(into, 0o700)?;
        let stage = tree.directory(into)?;
        let stage_name = tree.absolute(into);
        let mut progress = |progress: Progress| {
            reporter.hear(&Event::Progress { bytes: progress.read, total: progress.size });
        };
        let unpacked = unpack(Unpack {
            archive: self.archive,
            expect: self.expect,
            shape: &ReleaseShape::MATTERMOST,
            into: stage.as_fd(),
            into_name: &stage_name,
            limits: Limits::default(),
            now: system_time(host.clock.now()),
            meter: tree.meter(),
            progress: &mut progress,
        })?;
        for text in unpacked.notes {
            reporter.hear(&Event::Note { text });
        }
        tree.set_mode(into, 0o755)?;
        make_durable(stage.as_fd(), &stage_name, tree.meter())?;
        let identity = TreeIdentity {
            schema: IDENTITY_SCHEMA,
            transaction: self.transaction.clone(),
            release: self.release.clone(),
            archive: Some(unpacked.digest),
            entries: unpacked.entries,
            assumed: false,
        };
        let text = serde_json::to_vec(&identity).expect("an identity is plain data");
        // It says that all else is there, and is durable by itself.
        Ok(tree.replace(&into.join(TreeIdentity::FILE), &text, 0o644, None)?)
    }
}

fn system_time(at: Timestamp) -> SystemTime {
    let since = at.duration_since(Timestamp::UNIX_EPOCH).unsigned_abs();
    SystemTime::UNIX_EPOCH + since
}

/// Throws the stage away.
pub(super) fn undo(into: &RelPath, cx: &StepContext<'_>) -> Result<(), StepError> {
    Ok(cx.host.tree.remove_tree(into)?)
}
