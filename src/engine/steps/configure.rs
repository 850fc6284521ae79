//! Merging the layers of the configuration into the file that the server reads.

use std::path::PathBuf;
use std::time::Duration;

use super::context::StepContext;
use super::error::StepError;
use super::keep::{Kept, keep, overwrite, put_back};
use crate::config::{
    Document, DocumentError, EditError, Hop, JourneyError, Layers, MAX_BYTES, MergeError, Merged,
    Missing, NewDefaults, Passage, Passed, Places, Policies, PolicyError, Rule, merge,
};
use crate::engine::config_place::{ConfigPlaceError, ConfigPlaceOr};
use crate::engine::database::DatabaseError;
use crate::engine::places::placements_for;
use crate::engine::state_files::{is_assumed, read_receipt};
use crate::host::{Host, Kind, PathError};
use crate::model::{Configure, Event, Prefix, RelPath, TreeIdentity};

/// The payloads and results of this step in the transaction's directory.
pub(crate) const DEFAULTS: &str = "defaults.json";
pub(crate) const ENFORCED: &str = "enforced.json";
pub(crate) const LEDGER: &str = "ledger.json";

/// The former configuration in the transaction's directory.
const BEFORE: Kept = Kept { name: "config-before" };

/// Why the configuration could not be merged.
#[derive(Debug, thiserror::Error)]
pub enum ConfigureError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The file cannot be used as it lies there.
    #[error(transparent)]
    Place(#[from] ConfigPlaceError),
    /// A file is missing.
    #[error("there is no {}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file is no usable configuration.
    #[error("{}: {source}", path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        source: DocumentError,
    },
    /// The configuration is kept in a database that cannot be asked.
    #[error("the configuration in the database cannot be read")]
    Stored(#[source] DatabaseError),
    /// The same, and there is nothing wrong with the database.
    #[error("the configuration in the database cannot be read: {0}")]
    StoredClosed(String),
    /// No configuration is active in the database that should hold it.
    #[error("the server keeps its configuration in a database, and none is active there")]
    NoneStored,
    /// What the database holds is no usable configuration.
    #[error("the configuration in the database: {0}")]
    StoredDocument(DocumentError),
    /// The environment overrides what cannot be overridden.
    #[error("the server's environment overrides a setting that this configuration has no room for")]
    Overridden(#[source] EditError),
    /// The plan holds a policy that is none.
    #[error("the plan cannot be followed")]
    Policy(#[source] PolicyError),
    /// The settings cannot be carried past a version that the database has left behind.
    #[error("the settings in {} cannot be carried past what the database has left behind", path.display())]
    Passage {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: JourneyError,
    },
    /// The layers contradict each other.
    #[error("the settings for {} cannot be merged", path.display())]
    Merge {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: MergeError,
    },
}

impl From<ConfigPlaceOr> for ConfigureError {
    fn from(error: ConfigPlaceOr) -> Self {
        match error {
            ConfigPlaceOr::Path(error) => Self::Path(error),
            ConfigPlaceOr::Place(error) => Self::Place(error),
        }
    }
}

/// Merges and writes. The release's own file and the former one are kept first.
pub(super) fn perform(configure: &Configure, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let host = cx.host;
    let shipped = keep_shipped(host, &configure.tree)?;
    if configure.site.as_ref() == Some(&configure.file)
        || !configure.file.is_within(&configure.tree)
    {
        keep(host, &cx.directory(), BEFORE, &configure.file)?;
    }
    let passed = pass(configure, cx)?;
    let mut merged = merge_layers(configure, shipped.as_ref(), passed.as_ref(), cx)?;
    for text in remarks(&merged, passed.as_ref()) {
        cx.reporter.hear(&Event::Note { text });
    }
    if let Some(passed) = &passed {
        passed.enter_into(&mut merged.ledger);
    }
    let ledger = merged.ledger.to_text();
    host.tree.replace(&cx.directory().join(LEDGER), ledger.as_bytes(), 0o600, None)?;
    let text = merged.document.to_text();
    // It holds the password of the database, whatever mode it came with.
    let (directory, file) = (cx.directory(), &configure.file);
    Ok(overwrite(host, &directory, BEFORE, file, text.as_bytes(), configure.owner)?)
}

/// Merges, and writes nothing but the release's own file, which is kept in its tree.
pub(super) fn rehearse(configure: &Configure, cx: &StepContext<'_>) -> Result<(), StepError> {
    let shipped = keep_shipped(cx.host, &configure.tree)?;
    let passed = pass(configure, cx)?;
    merge_layers(configure, shipped.as_ref(), passed.as_ref(), cx)?;
    Ok(())
}

/// What the operator would want to know of the merge, as sentences.
fn remarks(merged: &Merged, passed: Option<&Passed>) -> Vec<String> {
    let conflicts = passed.into_iter().flat_map(|passed| &passed.conflicts);
    let conflicts = conflicts.chain(&merged.conflicts).map(ToString::to_string);
    let kept = merged.relocated.kept.iter().map(|own| {
        format!(
            "{} points to {}, a place of the site's own choice, and is left there",
            own.setting, own.at
        )
    });
    conflicts.chain(kept).collect()
}

/// Puts the former file back.
pub(super) fn undo(configure: &Configure, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let aside = put_back(cx.host, &cx.directory(), BEFORE, &configure.file)?;
    cx.note_newer(aside);
    Ok(())
}

/// The site's settings, carried past the versions that the database has left behind.
fn pass(configure: &Configure, cx: &StepContext<'_>) -> Result<Option<Passed>, ConfigureError> {
    let host = cx.host;
    let ends = configure.former.as_ref().zip(configure.site.as_ref());
    let Some((former, site)) = ends.filter(|_| !configure.left_behind.is_empty()) else {
        return Ok(None);
    };
    let Some(document) = read_document(host, site)? else {
        return Ok(None);
    };
    let policies = Policies::parse(&configure.policies).map_err(ConfigureError::Policy)?;
    let layer = |name: &str| read_document(host, &cx.directory().join(name));
    let (defaults, enforced) = (layer(DEFAULTS)?, layer(ENFORCED)?);
    let applied = read_applied(host, &cx.plan.prefix)?;
    let passage = Passage {
        from: &former.version,
        past: &configure.left_behind,
        defaults: defaults.as_ref(),
        defaults_applied: applied.as_ref(),
        enforced: enforced.as_ref(),
        policies: &policies,
    };
    let path = host.tree.absolute(site);
    passage.carry(&document).map_err(|source| ConfigureError::Passage { path, source })
}

fn merge_layers(
    configure: &Configure,
    shipped: Option<&Document>,
    passed: Option<&Passed>,
    cx: &StepContext<'_>,
) -> Result<Merged, ConfigureError> {
    let (host, prefix) = (cx.host, &cx.plan.prefix);
    let optional = |path: &RelPath| read_document(host, path);
    let nothing = Document::empty();
    let site = configure.site.as_ref().map(optional).transpose()?.flatten();
    let former_shipped = match &configure.former {
        Some(former) => optional(&former.tree.join(TreeIdentity::SHIPPED_CONFIG))?,
        // Where no tree gives way, what the release shipped is what nobody has touched.
        None => shipped.cloned(),
    };
    let defaults = optional(&cx.directory().join(DEFAULTS))?;
    let enforced = optional(&cx.directory().join(ENFORCED))?;
    let applied = read_applied(host, prefix)?;
    let spell = |path: &RelPath| configure.viewpoint.spell(host.tree.root(), path);
    let wanted = placements_for(&configure.placements, spell);
    let former = former_placements(cx);
    let live = spell(&prefix.live());
    let version = &configure.release.version;
    let policies = Policies::parse(&configure.policies).map_err(ConfigureError::Policy)?;
    let layers = Layers {
        release: shipped.unwrap_or(&nothing),
        old_release: former_shipped.as_ref(),
        new_defaults: if configure.adopt_new_defaults {
            NewDefaults::Adopt
        } else {
            NewDefaults::Report
        },
        missing: Missing::for_version(version),
        defaults: defaults.as_ref(),
        defaults_applied: applied.as_ref(),
        site: site.as_ref(),
        enforced: enforced.as_ref(),
        places: Some(Places { version, tree: &live, wanted: &wanted, former: &former }),
        hop: configure.former.as_ref().map(|former| Hop { from: &former.version, to: version }),
        policies: &policies,
    };
    let layers = passed.map_or(layers, |passed| passed.layers(layers, version));
    let path = host.tree.absolute(&configure.file);
    merge(&layers).map_err(|source| ConfigureError::Merge { path, source })
}

/// The host's defaults and enforced settings as they were applied last, in one.
pub(crate) fn read_applied(
    host: &Host,
    prefix: &Prefix,
) -> Result<Option<Document>, ConfigureError> {
    let read = |name: &str| read_document(host, &prefix.applied().join(name));
    Ok(applied_base(read(DEFAULTS)?, read(ENFORCED)?))
}

/// The base of the three-way merge: the defaults as last applied, and what was enforced and is not any more.
fn applied_base(defaults: Option<Document>, enforced: Option<Document>) -> Option<Document> {
    let (defaults, mut base) = match (defaults, enforced) {
        (Some(defaults), Some(enforced)) => (defaults, enforced),
        (only, None) | (None, only) => return only,
    };
    for leaf in defaults.leaves() {
        // A setting that is a value in one and a section in the other has no base; then the site's value stands.
        drop(base.set_raw(&leaf.setting, leaf.value.raw()));
    }
    Some(base)
}

/// The places as the receipt before this transaction has them, spelled as they were then. A receipt that cannot be read
/// was found out before the plan was made.
fn former_placements(cx: &StepContext<'_>) -> Vec<crate::config::Placement> {
    let receipt = read_receipt(cx.host, &cx.plan.prefix).ok().flatten();
    let spelled = receipt.map(|receipt| {
        let root = cx.host.tree.root();
        placements_for(&receipt.placements, |path| receipt.viewpoint.spell(root, path))
    });
    spelled.unwrap_or_default()
}

/// Reads a configuration; `None` when there is none.
pub(crate) fn read_document(
    host: &Host,
    path: &RelPath,
) -> Result<Option<Document>, ConfigureError> {
    let limit = u64::try_from(MAX_BYTES).expect("the limit fits into 64 bits");
    let size = host.tree.stat(path)?.filter(|stat| stat.kind == Kind::File).map(|stat| stat.size);
    let admitted = size.map_or(Ok(()), Document::admit);
    admitted
        .map_err(|source| ConfigureError::Document { path: host.tree.absolute(path), source })?;
    let Some(bytes) = host.tree.read(path, limit)? else {
        return Ok(None);
    };
    let document = Document::parse(&bytes);
    document
        .map(Some)
        .map_err(|source| ConfigureError::Document { path: host.tree.absolute(path), source })
}

/// How long a file that ends in its middle may still be being written: servers write in place.
const WRITING: Duration = Duration::from_secs(2);

/// How often it is looked at meanwhile.
const BLINK: Duration = Duration::from_millis(50);

/// The same for a file that a server may be writing just now.
pub(crate) fn read_settled(
    host: &Host,
    path: &RelPath,
) -> Result<Option<Document>, ConfigureError> {
    let begun = host.clock.monotonic();
    loop {
        match read_document(host, path) {
            Err(ConfigureError::Document { source, .. })
                if matches!(source.rule, Rule::Empty | Rule::Truncated | Rule::Utf8)
                    && host.clock.monotonic().saturating_sub(begun) < WRITING =>
            {
                host.clock.sleep(BLINK);
            }
            read => return read,
        }
    }
}

/// The configuration as the release shipped it. The first reading keeps it beside the identity, because the server will
/// overwrite the one in `config/`. `None` for a tree that was taken over without its archive: what lies there is the site's.
fn keep_shipped(host: &Host, tree: &RelPath) -> Result<Option<Document>, ConfigureError> {
    let kept = tree.join(TreeIdentity::SHIPPED_CONFIG);
    if let Some(document) = read_document(host, &kept)? {
        return Ok(Some(document));
    }
    // An identity that cannot be read was found out before the plan was made.
    if is_assumed(host, tree).unwrap_or_default() {
        return Ok(None);
    }
    let shipped = tree.join("config/config.json");
    let missing = || ConfigureError::Missing { path: host.tree.absolute(&shipped) };
    let document = read_document(host, &shipped)?.ok_or_else(missing)?;
    host.tree.replace(&kept, document.to_text().as_bytes(), 0o600, None)?;
    Ok(Some(document))
}
