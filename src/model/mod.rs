//! Floor 0: the nouns of the trade and what always holds for them.
//! No I/O, no clock, no decision.

mod adoption;
mod backup;
mod belonging;
mod carry;
mod chain;
mod command;
mod digest;
mod distribution;
mod elf;
mod entry;
mod environment_file;
mod environment_form;
mod event;
mod examination;
mod file_access;
mod finding;
mod glibc;
mod hook;
mod identity;
mod inventory;
mod leg;
mod owner;
mod place;
mod plan;
mod platform;
mod prefix;
mod process;
mod published;
mod receipt;
mod redact;
mod release;
mod release_line;
mod release_shape;
mod relpath;
mod report;
mod request;
mod restore;
mod secret;
mod selector;
mod server_environment;
mod service;
mod serving;
mod step;
mod transaction;
mod upgrade_path;
mod version;
mod waiver;
mod walk_report;
mod wish;

pub use adoption::{AdoptRequest, AdoptWish, Arrangement, GitLab};
pub use backup::{
    BACKUP_SCHEMA, BackUp, BackupId, BackupManifest, BackupOrigin, BackupPart, DataPolicy,
    DatabaseDescription, ManifestError, SavedConfig, SavedDatabase, SavedDirectory, SavedFile,
    SavedKind, SavedPlace, SavedTable,
};
pub use belonging::Belonging;
pub use carry::Carry;
pub use chain::chain;
pub use command::CommandSpec;
pub use digest::{DigestError, Sha256Digest};
pub use distribution::{Distribution, Family, Package};
pub use elf::{ELF_HEAD, ElfHeader, Machine, NotElf};
pub use entry::{Entry, EntryKind};
pub use environment_file::{EnvironmentFileError, parse_environment_file};
pub use environment_form::{
    Unwritable, Variable, environment_drop_in, environment_entry, environment_file,
    environment_lines, parse_environment_entry,
};
pub use event::Event;
pub use examination::{Area, Health, Observation};
pub use file_access::FileAccess;
pub use finding::{Finding, Severity};
pub use glibc::{GlibcError, GlibcVersion, GlibcVersionError, needed_glibc};
pub use hook::{HookPhase, RunHooks};
pub use identity::{IDENTITY_SCHEMA, TreeIdentity};
pub use inventory::{Inventory, LiveSeen, PathSeen, RunningServer, SpaceSeen, Surroundings};
pub use leg::Leg;
pub use owner::Owner;
pub use place::{Location, PlaceName, PlaceNameError, Placement};
pub use plan::{Intent, PLAN_SCHEMA, Plan, Planned};
pub use platform::{Platform, PlatformError};
pub use prefix::{AppName, AppNameError, Prefix};
pub use process::ProcessIdentity;
pub use published::{
    Artifact, OFFICIAL_BASE, PublishedRelease, PublishedSum, Voucher, usual_file_name,
};
pub use receipt::{ArchiveStamp, Overlays, Proof, RECEIPT_SCHEMA, Receipt, Viewpoint};
pub use redact::redact;
pub use release::{Edition, Release};
pub use release_line::{LineKind, ReleaseLine, ReleaseLineError};
pub use release_shape::{ReleaseShape, ShapeError};
pub use relpath::{RelPath, RelPathError};
pub use report::{
    BackupContent, BackupReport, Ending, Failure, NewDefaultReport, PlaceReport, REPORT_SCHEMA,
    Report, SettingReport, StepReport,
};
pub use request::{
    Consent, DatabaseUse, InstallRequest, Manner, RestoreRequest, Start, TreeSource, UpgradeRequest,
};
pub use restore::{RestoreConfig, RestoreData, RestoreDatabase};
pub use secret::Secret;
pub use selector::{ReleaseSelector, ReleaseSelectorError};
pub use server_environment::{ConfigStore, EnvironmentSource, ServerEnvironment};
pub use service::{Service, ServiceTextError, ServiceWish};
pub use serving::{StartServer, StopServer};
pub use step::{Configure, Content, DatabaseUndo, FormerTree, Prove, Reversal, Step, StepId};
pub use transaction::{TransactionId, TransactionIdError};
pub use upgrade_path::{
    ArtifactReport, BackupPace, PassedOverReport, PlannedHop, RoomReport, Saved, SettingChange,
    SettingsForecast, UpgradePath,
};
pub use version::{Version, VersionError};
pub use waiver::Waiver;
pub use walk_report::{ChangedSetting, HopEnding, HopReport, PeopleServed, WalkReport};
pub use wish::{InstallWish, Overlay, RestoreWish, Strength, UpgradeWish};
