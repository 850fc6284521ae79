//! What a failure leaves behind, and what to do next: the advice that no error carries itself. One file for each kind of
//! error; nothing is decided here.

mod adopt;
mod backup;
mod bundle;
mod bundle_creation;
mod chain;
mod cluster;
mod config;
mod manifest;
mod open;
mod outcome;
mod release;
mod resolve;
mod rules;
mod state;
mod undertaking;

pub(crate) use self::adopt::for_resolve_adopt;
pub(crate) use self::backup::for_backup;
pub(crate) use self::bundle::for_bundle;
pub(crate) use self::bundle_creation::for_bundle_creation;
pub(crate) use self::chain::{
    for_no_route, for_own_dump, for_time, not_installed, still_open, unwritten,
};
pub(crate) use self::config::{for_configure, for_text};
pub(crate) use self::manifest::{for_manifest, for_manifest_environment, manifest_report};
pub(crate) use self::open::{for_open, for_open_step};
pub(crate) use self::outcome::{for_outcome, left_after_commit};
pub(crate) use self::release::{for_acquire, for_catalog, for_selection, no_store};
pub(crate) use self::resolve::{for_resolve, for_resolve_restore, for_resolve_upgrade};
pub(crate) use self::rules::for_rules;
pub(crate) use self::state::{for_environment, for_lock, for_log_file, for_state};
pub(crate) use self::undertaking::for_undertaking;
