//! Floor 0: the nouns of the trade and what always holds for them.
//! No I/O, no clock, no decision.

mod backup;
mod command;
mod digest;
mod elf;
mod entry;
mod event;
mod finding;
mod glibc;
mod identity;
mod inventory;
mod owner;
mod place;
mod plan;
mod prefix;
mod process;
mod receipt;
mod redact;
mod release;
mod release_shape;
mod relpath;
mod report;
mod request;
mod secret;
mod step;
mod transaction;
mod version;
mod wish;

pub use backup::{
    BACKUP_SCHEMA, BackUp, BackupId, BackupManifest, BackupOrigin, BackupPart, DataPolicy,
    DatabaseDescription, ManifestError, SavedConfig, SavedDatabase, SavedDirectory, SavedFile,
    SavedKind, SavedPlace, SavedTable,
};
pub use command::CommandSpec;
pub use digest::{DigestError, Sha256Digest};
pub use elf::{ELF_HEAD, ElfHeader, Machine, NotElf};
pub use entry::{Entry, EntryKind};
pub use event::Event;
pub use finding::{Finding, Severity};
pub use glibc::{GlibcError, GlibcVersion, GlibcVersionError, needed_glibc};
pub use identity::{IDENTITY_SCHEMA, TreeIdentity};
pub use inventory::{Inventory, LiveSeen, PathSeen, SpaceSeen, Surroundings};
pub use owner::Owner;
pub use place::{Location, PlaceName, PlaceNameError, Placement};
pub use plan::{Intent, PLAN_SCHEMA, Plan, Planned};
pub use prefix::{AppName, AppNameError, Prefix};
pub use process::ProcessIdentity;
pub use receipt::{ArchiveStamp, Overlays, Proof, RECEIPT_SCHEMA, Receipt, Viewpoint};
pub use redact::redact;
pub use release::{Edition, Release};
pub use release_shape::{ReleaseShape, ShapeError};
pub use relpath::{RelPath, RelPathError};
pub use report::{
    BackupContent, BackupReport, Ending, Failure, PlaceReport, REPORT_SCHEMA, Report,
    SettingReport, StepReport,
};
pub use request::{DatabaseUse, InstallRequest, Start};
pub use secret::Secret;
pub use step::{Configure, Content, Prove, Reversal, Step, StepId};
pub use transaction::{TransactionId, TransactionIdError};
pub use version::{Version, VersionError};
pub use wish::{InstallWish, Overlay, Strength};
