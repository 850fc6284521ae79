//! What can be typed after `doctor`.

use std::path::PathBuf;

use clap::Args;

use super::catalog::CatalogArgs;
use crate::model::{AppName, ReleaseSelector, ServiceWish};

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// The host application; without one, only the machine is looked at
    #[arg(long, env = "MMEMBED_APP")]
    pub(crate) app: Option<AppName>,
    /// Look below this directory instead of `/`: a staging root, a chroot, a test
    #[arg(long, env = "MMEMBED_ROOT", value_name = "DIR", default_value = "/")]
    pub(crate) root: PathBuf,
    /// Take application, root, places, settings, service and sources from this manifest
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// What stops and starts the server: systemd:UNIT, runit:NAME, sysv:NAME, or a NAME that is looked up
    /// [default: as given last]
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<ServiceWish>,
    /// The release that it shall go to: does the database suit it?
    #[arg(long, value_name = "RELEASE")]
    pub(crate) to: Option<ReleaseSelector>,
    /// Do not ask the database
    #[arg(long)]
    pub(crate) no_database: bool,
    /// Trust the certificates in this file (PEM) besides those that the system trusts
    #[arg(long, env = "MMEMBED_CA_FILE", value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) known: CatalogArgs,
}
