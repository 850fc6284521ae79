//! The configuration of the installed server: looked at, explained and changed.
//! Everything that is not changed stays as it is, to the byte.

use std::collections::BTreeMap;

use super::config_place::{ConfigPlace, locate};
use super::open::{OpenError, OpenTransaction, find_open};
use super::server_environment::RunningOverrides;
use super::state_files::{StateFileError, read_receipt};
use super::steps::{ConfigureError, read_document, read_settled};
use crate::config::{Assignment, Document, EditError, Ledger, SettingPath, Shown};
use crate::host::{Host, Lock, PathError};
use crate::model::{Prefix, Receipt, RelPath, TransactionId, TreeIdentity};

/// A ledger has a row for each setting.
const LARGEST_LEDGER: u64 = 16 * 1024 * 1024;

/// No configuration is larger.
const LARGEST: u64 = crate::config::MAX_BYTES as u64;

/// How often a change is tried again when the server writes the file at the same moment.
const TRIES: u32 = 3;

/// The configuration in use, and what is known about it.
#[derive(Debug)]
pub struct Settings {
    /// What is installed.
    pub receipt: Receipt,
    /// The file in use.
    pub document: Document,
    /// The mode of the file in use, if others can read it than those who should.
    pub open_mode: Option<u32>,
    /// The file as the release shipped it.
    pub shipped: Option<Document>,
    /// Who decided what at the last installation.
    pub ledger: Ledger,
    /// What the environment of the running server decides instead.
    pub overridden: RunningOverrides,
}

/// Why the configuration could not be looked at or changed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// Nothing is installed.
    #[error("nothing is installed here by mmembed")]
    NotInstalled,
    /// The transactions cannot be looked at.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What is changed now would be undone with the open transaction.
    #[error("the transaction {id} was interrupted and is still open")]
    Interrupted {
        /// Which.
        id: TransactionId,
    },
    /// What is changed in the file would be read by nobody.
    #[error("the running server keeps its configuration in a database, and does not read the file")]
    InDatabase,
    /// A setting cannot be written.
    #[error("a setting cannot be written: {0}")]
    Edit(EditError),
    /// The server writes the file again and again.
    #[error("{path} is being written by somebody else just now")]
    Busy {
        /// The file.
        path: String,
    },
}

/// Reads the configuration in use.
pub fn read_settings(host: &Host, prefix: &Prefix) -> Result<Settings, SettingsError> {
    let receipt = read_receipt(host, prefix)?.ok_or(SettingsError::NotInstalled)?;
    let place = place_of(host, &receipt.config)?;
    let document = read_settled(host, &place.path)?.ok_or(SettingsError::NotInstalled)?;
    let shipped = read_document(host, &prefix.live().join(TreeIdentity::SHIPPED_CONFIG))?;
    let ledger = read_ledger(host, prefix)?;
    let version = &receipt.release.version;
    let overridden = RunningOverrides::see(host, &prefix.live(), &document, version);
    let open_mode = place.is_open().then_some(place.stat.mode);
    Ok(Settings { receipt, document, open_mode, shipped, ledger, overridden })
}

/// Who decided what at the last installation; nothing, where that is not known.
///
/// # Errors
/// When there is a file that cannot be read.
pub fn read_ledger(host: &Host, prefix: &Prefix) -> Result<Ledger, PathError> {
    let text = host.tree.read(&prefix.ledger(), LARGEST_LEDGER)?;
    Ok(text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default())
}

/// What a change of settings may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leave {
    /// May a file with several names be replaced under this one, so that the others keep the former content?
    pub break_hardlink: bool,
}

/// Changes settings, all or none. The file keeps its owner, its notes and its lists of rights, and is readable for those alone
/// afterwards. A link to it stays one.
///
/// # Errors
/// Also when the file was changed by somebody else in the same moment, three times in a row.
pub fn set_settings(
    host: &Host,
    prefix: &Prefix,
    _lock: &Lock,
    assignments: &[Assignment],
    leave: Leave,
) -> Result<bool, SettingsError> {
    if let Some(OpenTransaction { id, .. }) = find_open(host, prefix)? {
        return Err(SettingsError::Interrupted { id });
    }
    for _ in 0..TRIES {
        let before = read_settings(host, prefix)?;
        if before.overridden.in_database {
            return Err(SettingsError::InDatabase);
        }
        let mut document = before.document.clone();
        for assignment in assignments {
            assignment.apply(&mut document).map_err(SettingsError::Edit)?;
        }
        let (old, new) = (before.document.to_text(), document.to_text());
        let place = place_of(host, &before.receipt.config)?;
        if old == new && place.stat.mode == place.mode_after {
            return Ok(false);
        }
        place.require_replaceable(host, leave.break_hardlink).map_err(ConfigureError::from)?;
        let (mode, owner) = (place.mode_after, Some(place.stat.owner));
        let changed = || is_changed(host, &place, &old);
        if host.tree.replace_unless(&place.path, new.as_bytes(), mode, owner, &changed)? {
            return Ok(true);
        }
    }
    let path = read_receipt(host, prefix)?.ok_or(SettingsError::NotInstalled)?.config;
    Err(SettingsError::Busy { path: host.tree.absolute(&path).display().to_string() })
}

/// Is it another file by now, or does it say something else?
fn is_changed(host: &Host, place: &ConfigPlace, text: &str) -> Result<bool, PathError> {
    let now = host.tree.stat(&place.path)?;
    let content = host.tree.read(&place.path, LARGEST)?;
    Ok(now.map(|stat| stat.inode) != Some(place.stat.inode)
        || content.as_deref() != Some(text.as_bytes()))
}

/// The file in use, behind its link if it is named by one.
fn place_of(host: &Host, config: &RelPath) -> Result<ConfigPlace, SettingsError> {
    let place = locate(host, config)?.ok_or(SettingsError::NotInstalled)?;
    Ok(place.map_err(ConfigureError::Place)?)
}

impl Settings {
    /// The settings as they may be shown: all of them, or those that are not as the release shipped them.
    #[must_use]
    pub fn shown(&self, only_changed: bool) -> BTreeMap<String, Shown> {
        let leaves = self.document.leaves();
        let wanted = leaves.into_iter().filter(|leaf| {
            let shipped = self.shipped.as_ref().and_then(|shipped| shipped.get(&leaf.setting));
            !only_changed || shipped.is_none_or(|shipped| !shipped.is_same_as(&leaf.value))
        });
        wanted
            .map(|leaf| (leaf.setting.to_string(), Shown::of(&leaf.setting, &leaf.value)))
            .collect()
    }

    /// Who decided a setting, and why; `None` when there is no such setting.
    #[must_use]
    pub fn explain(&self, setting: &SettingPath) -> Option<String> {
        let told = self.explain_file(setting);
        match self.overridden.over(setting) {
            Some(variable) => {
                let told = told.unwrap_or_else(|| format!("{setting} is not in the file in use"));
                Some(format!(
                    "{told}; the environment variable {variable} of the running server wins"
                ))
            }
            None => told,
        }
    }

    fn explain_file(&self, setting: &SettingPath) -> Option<String> {
        let now = self.document.get(setting).map(|value| Shown::of(setting, &value));
        let decision = self.ledger.decision(setting);
        match (now, decision) {
            (Some(now), Some(decision)) if decision.value == now => self.ledger.explain(setting),
            (Some(now), Some(decision)) => Some(format!(
                "{setting} is {now}, from the file in use: it was changed after mmembed had written it ({decision})"
            )),
            (Some(now), None) if self.ledger.decisions().is_empty() => Some(format!(
                "{setting} is {now}, from the file in use: mmembed has not written it, and nobody has said why"
            )),
            (Some(now), None) => Some(format!(
                "{setting} is {now}, from the file in use: it was added after mmembed had written it"
            )),
            (None, decision) => decision.map(ToString::to_string),
        }
    }
}
