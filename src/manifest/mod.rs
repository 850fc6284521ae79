//! `mmembed.toml`: what a host application wants of its server, written down once. No file is opened here.
//!
//! ```toml
//! manifest = 1
//! app = "acme"
//! release = "10.11"            # or 10.11.4, esr, latest
//! service = "systemd:mattermost"
//!
//! [overlays]
//! defaults = ["chat.json"]     # beside this file
//!
//! [enforce]
//! ServiceSettings.SiteURL = "https://chat.example.com"
//! ```
//!
//! What is left out is as for the commands: its variable in the environment, else its usual value. [`Manifest`] says which
//! keys there are. Every key is checked; each [`Fault`] has a line and a column, and names what was probably meant.
//! Values of settings are never shown.

mod draft;
mod duration;
mod fault;
mod keys;
mod read;
mod sections;
mod settings;
mod value;

pub use draft::Draft;
pub use duration::{DurationError, parse_duration};
pub use fault::{Fault, Faults};
pub use sections::{BackupWish, Manifest, SourceWish};

/// The form of the manifest. A manifest of another form is refused by its number.
pub const MANIFEST_SCHEMA: i64 = 1;

#[cfg(test)]
mod tests;
