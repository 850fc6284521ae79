//! The environment that the server is started with: found, judged, and applied wherever a setting of the server is needed.
//! It is written to a transaction's own directory and nowhere else; the next run looks again.

mod findings;
mod look;
mod site;

pub use findings::RunningOverrides;
pub(crate) use findings::{Judged, judge, layer_of, names_of};
pub use look::{EnvironmentError, read_environment_files};
pub(crate) use look::{Found, Seeker, environment_of_process, refuse_forgotten, running_server};
pub(crate) use site::SiteConfig;

/// The environment in a transaction's directory.
pub(crate) const ENVIRONMENT: &str = "environment.json";
