//! How a Mattermost server of a given version is spoken to: what it is called, how it is asked, what its answers mean.
//! Nothing is started, opened or asked here; every function is a pure function of what others have seen.

mod banner;
mod era;
mod identity;
mod judge;
mod ping;
mod timeline;
mod version_command;
mod version_id;

pub use banner::Banner;
pub use era::{
    ConfigRewriting, EnvironmentOverrides, Era, LostConfig, PingApi, Readiness, StatusReport,
};
pub use identity::{BuildIdentity, IdentityVerdict};
pub use judge::{Confirmation, HealthVerdict, Sample, judge};
pub use ping::{Answer, Ask, Part, Reply, State};
pub use version_command::{Refusal, Stream, VersionCommand};
pub use version_id::{VersionId, VersionIdError};
