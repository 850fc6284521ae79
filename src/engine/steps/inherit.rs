//! What was set on the live tree beyond its release is set on the next one too: owners, capabilities, labels, lists of
//! rights, and what people have noted on files. That a program runs as its owner is never taken over.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;

use super::carry_list::CarryError;
use super::context::StepContext;
use super::error::StepError;
use crate::engine::state_files::read_identity;
use crate::host::{Host, PathError, Setting, Stat, is_root};
use crate::model::{Belonging, Event, Owner, RelPath, TreeIdentity};
use crate::server::Era;

/// The right of a program to do what only root may otherwise, such as to listen on port 443.
const CAPABILITY: &str = "security.capability";

/// So many losses are told one by one; of more, only how many they are.
const NAMED: usize = 24;

/// Why the next tree cannot get what the live one has.
#[derive(Debug, thiserror::Error)]
pub enum InheritError {
    /// Without its capability, a server cannot listen on a port below 1024.
    #[error("cannot give {} the capabilities that it has in the live tree", path.display())]
    Capability {
        /// The program in the next tree.
        path: PathBuf,
    },
}

/// Sets on the paths of the next tree what the same ones have in the live tree.
pub(super) fn perform(
    from: &RelPath,
    to: &RelPath,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let (old, new) = (identity(from, cx.host)?, identity(to, cx.host)?);
    let usual = cx.host.tree.stat(from)?.map(|stat| stat.owner);
    let mut heir = Heir { host: cx.host, from, to, usual, lost: Vec::new() };
    heir.top()?;
    for entry in &old.entries {
        // The configuration gets its owner and rights when it is written.
        if old.belonging(&entry.path, &[]) == Belonging::Release && new.entry(&entry.path).is_some()
        {
            heir.path(&entry.path)?;
        }
    }
    let binary = |of: &TreeIdentity| Era::of(&of.release.version).server_binary();
    heir.capability(&binary(&old), &binary(&new))?;
    for text in notes(heir.lost, to) {
        cx.reporter.hear(&Event::Note { text });
    }
    Ok(cx.host.tree.sync_file_system(to)?)
}

fn notes(mut lost: Vec<String>, to: &RelPath) -> Vec<String> {
    let more = lost.len().saturating_sub(NAMED);
    lost.truncate(NAMED);
    if more > 0 {
        lost.push(format!(
            "{to}: {more} more owners and attributes of the live tree cannot be set"
        ));
    }
    lost
}

fn identity(tree: &RelPath, host: &Host) -> Result<TreeIdentity, StepError> {
    let not_ours = || CarryError::NotOurs { path: host.tree.absolute(tree) };
    Ok(read_identity(host, tree)?.ok_or_else(not_ours)?)
}

/// The next tree, which comes into what the live one has.
struct Heir<'h> {
    host: &'h Host,
    from: &'h RelPath,
    to: &'h RelPath,
    /// Who owns the live tree's top, and so usually everything in it.
    usual: Option<Owner>,
    /// What could not be set, in sentences.
    lost: Vec<String>,
}

impl Heir<'_> {
    fn top(&mut self) -> Result<(), StepError> {
        let here = RelPath::here();
        let tree = &self.host.tree;
        let Some((old, new)) = tree.stat(self.from)?.zip(tree.stat(self.to)?) else {
            return Ok(());
        };
        self.owner(&here, &new, old.owner)?;
        self.attributes(&here, &old, &new)
    }

    fn path(&mut self, path: &RelPath) -> Result<(), StepError> {
        let tree = &self.host.tree;
        let (old, new) = (tree.stat(&self.from.below(path))?, tree.stat(&self.to.below(path))?);
        let (Some(old), Some(new)) = (old, new) else {
            return Ok(());
        };
        if old.kind != new.kind {
            return Ok(());
        }
        if Some(old.owner) != self.usual {
            // First, as a change of the owner takes capabilities away.
            self.owner(path, &new, old.owner)?;
        }
        self.attributes(path, &old, &new)
    }

    fn owner(&mut self, path: &RelPath, now: &Stat, owner: Owner) -> Result<(), PathError> {
        let place = self.to.below(path);
        let tree = &self.host.tree;
        if now.owner == owner {
            return Ok(());
        }
        match tree.set_owner(&place, owner) {
            Err(error) if error.source.kind() == io::ErrorKind::PermissionDenied => {
                self.lost.push(format!("{place} cannot be handed to {owner}, who owned it before"));
                Ok(())
            }
            other => other,
        }
    }

    /// Sets what a path has in the live tree, and lacks or has otherwise in the next one.
    fn attributes(&mut self, path: &RelPath, old: &Stat, new: &Stat) -> Result<(), StepError> {
        let tree = &self.host.tree;
        let had = tree.attributes_of(&self.from.below(path), old)?;
        if had.is_empty() {
            return Ok(());
        }
        let now = tree.attributes_of(&self.to.below(path), new)?;
        for (name, value) in had {
            if now.get(&name) != Some(&value) && is_inherited(&name) {
                self.attribute(path, &name, &value)?;
            }
        }
        Ok(())
    }

    /// The server's program may have another name in the next release.
    fn capability(&mut self, from: &RelPath, to: &RelPath) -> Result<(), StepError> {
        let tree = &self.host.tree;
        let name = OsStr::new(CAPABILITY);
        let old = tree.attributes(&self.from.below(from))?;
        let now = tree.attributes(&self.to.below(to))?;
        match old.get(name) {
            Some(value) if now.get(name) != Some(value) => self.attribute(to, name, value),
            _ => Ok(()),
        }
    }

    fn attribute(&mut self, path: &RelPath, name: &OsStr, value: &[u8]) -> Result<(), StepError> {
        let place = self.to.below(path);
        if self.host.tree.set_attribute(&place, name, value)? == Setting::Made {
            return Ok(());
        }
        if name == CAPABILITY && is_root() {
            let path = self.host.tree.absolute(&place);
            return Err(InheritError::Capability { path }.into());
        }
        let name = name.to_string_lossy();
        self.lost.push(format!("{place}: the attribute {name} of the live tree cannot be set"));
        Ok(())
    }
}

/// What is taken over. The rest belongs to the kernel, to a layer of the file system, or to the very bytes of a file.
fn is_inherited(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("user.")
        || name.starts_with("system.posix_acl_")
        || ["security.selinux", CAPABILITY].contains(&name.as_ref())
}
