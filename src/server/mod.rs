//! How a Mattermost server of a given version is spoken to: what it is called, how it is asked, what its answers mean.
//! Nothing is started, opened or asked here; every function is a pure function of what others have seen.

mod banner;
mod brought;
mod era;
mod exit_meaning;
mod identity;
mod judge;
mod launch;
mod log_line;
mod ping;
mod schema;
mod shape;
mod timeline;
mod version_command;
mod version_id;

pub use banner::Banner;
pub use brought::Brought;
pub use era::{
    ConfigRewriting, EnvironmentOverrides, Era, LostConfig, PingApi, Readiness, StatusReport,
};
pub use exit_meaning::{ExitMeaning, ServerExit};
pub use identity::{BuildIdentity, IdentityVerdict};
pub use judge::{Confirmation, HealthVerdict, Sample, judge};
pub use launch::{
    Account, AccountError, Launch, Neighbour, PlainPath, PlainPathError, Seal, ServiceFile,
    ServiceFiles, ServiceKind, ServiceTextRefusal, arrange, read_seal,
};
pub use log_line::{Kind as LogKind, Level as LogLevel, LogLine};
pub use ping::{Answer, Ask, Part, Reply, State};
pub use schema::{ExpectedSchema, SchemaVerdict, SeenSchema, judge_schema, may_change_schema};
pub use shape::{EntryKind as ShapeKind, Shape, ShapeEntry, edition_of};
pub use version_command::{Refusal, Stream, VersionCommand};
pub use version_id::{VersionId, VersionIdError};
