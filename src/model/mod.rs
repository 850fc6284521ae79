//! Floor 0: the nouns of the trade and what always holds for them.
//! No I/O, no clock, no decision.

mod command;
mod digest;
mod event;
mod finding;
mod inventory;
mod owner;
mod place;
mod plan;
mod prefix;
mod process;
mod receipt;
mod redact;
mod release;
mod relpath;
mod report;
mod request;
mod secret;
mod step;
mod transaction;
mod version;
mod wish;

pub use command::CommandSpec;
pub use digest::{DigestError, Sha256Digest};
pub use event::Event;
pub use finding::{Finding, Severity};
pub use inventory::{Inventory, LiveSeen, SpaceSeen, Surroundings};
pub use owner::Owner;
pub use place::{Location, PlaceName, PlaceNameError, Placement};
pub use plan::{Intent, PLAN_SCHEMA, Plan, Planned};
pub use prefix::{AppName, AppNameError, Prefix};
pub use process::ProcessIdentity;
pub use receipt::{ArchiveStamp, Overlays, Proof, RECEIPT_SCHEMA, Receipt, Viewpoint};
pub use redact::redact;
pub use release::{Edition, Release};
pub use relpath::{RelPath, RelPathError};
pub use report::{Ending, Failure, PlaceReport, REPORT_SCHEMA, Report, SettingReport, StepReport};
pub use request::{DatabaseUse, InstallRequest, Start};
pub use secret::Secret;
pub use step::{Configure, Prove, Reversal, Step, StepId};
pub use transaction::{TransactionId, TransactionIdError};
pub use version::{Version, VersionError};
pub use wish::{InstallWish, Overlay, Strength};
