//! What to do about a wish that makes no request.

use super::backup::for_backup;
use super::state::{for_environment, for_state};
use crate::cli::system;
use crate::engine::{ResolveError, ResolveRestoreError, ResolveUpgradeError};

/// What to do about a service that is not known.
pub(crate) const NAME_THE_SERVICE: &str =
    "name it with its kind, such as systemd:mattermost, or give --stop-cmd and --start-cmd";

/// What to do about a wish that makes no request.
pub(crate) const fn for_resolve(error: &ResolveError) -> &'static str {
    match error {
        ResolveError::Path(_) => "check that the path exists and may be read",
        ResolveError::Owner(_) => "give numbers, such as 2000:2000, or create the user first",
        ResolveError::NoServiceUser => {
            "name one with --service-user; `useradd --system --user-group mattermost` makes the usual one"
        }
        ResolveError::OutsideRoot { .. } => "remove the link, or choose another root",
        ResolveError::NoRoot { .. } => "make the directory first, or name another one with --root",
        ResolveError::UnknownRelease { .. } => {
            "keep the published name, mattermost-team-X.Y.Z-linux-amd64.tar.gz, or give --release-version and --edition"
        }
        ResolveError::OtherRelease { .. } => "check which archive you mean",
        ResolveError::OverlayFile { .. } => "mend the overlay at that place",
        ResolveError::Assignment(_) => {
            "write a setting and its value as JSON, such as 'TeamSettings.SiteName=\"Acme\"'"
        }
        ResolveError::Edit(_) => "give each section as an object",
        ResolveError::Policy(_) => {
            "give each setting or section one of keep-user, prefer-host, refuse and adopt-default"
        }
        ResolveError::PolicyForNothing(_) => {
            "name a section or a setting, such as ServiceSettings.SiteURL"
        }
        ResolveError::Environment(_) => {
            "check that the file may be read, and write a variable as NAME=value, one a line"
        }
        ResolveError::Service(_) => "check the name, or give --stop-cmd and --start-cmd",
        ResolveError::PlaceTwice { .. } => "give either --place or --keep-in-tree for it",
    }
}

/// What to do about a wish to upgrade that makes no request.
pub(crate) fn for_resolve_upgrade(error: &ResolveUpgradeError) -> String {
    match error {
        ResolveUpgradeError::Resolve(error) => for_resolve(error).to_owned(),
        ResolveUpgradeError::Path(error) => system::advice_and_again(error),
        ResolveUpgradeError::State(error) => for_state(error),
        ResolveUpgradeError::Service(_) => NAME_THE_SERVICE.to_owned(),
        ResolveUpgradeError::NotInstalled => {
            "install a release first, or take over the installation that there is with `mmembed adopt`"
                .to_owned()
        }
    }
}

/// What to do about a wish to go back that makes no request.
pub(crate) fn for_resolve_restore(error: &ResolveRestoreError) -> String {
    match error {
        ResolveRestoreError::Resolve(error) => for_resolve(error).to_owned(),
        ResolveRestoreError::Path(error) => system::advice_and_again(error),
        ResolveRestoreError::State(error) => for_state(error),
        ResolveRestoreError::Backup(error) => for_backup(error),
        ResolveRestoreError::Service(_) => NAME_THE_SERVICE.to_owned(),
        ResolveRestoreError::Environment(error) => for_environment(error),
        ResolveRestoreError::NoBackup => {
            "name one of those that `mmembed backup list` shows".to_owned()
        }
        ResolveRestoreError::NoReceipt { .. } => {
            "choose another backup; see `mmembed backup list`".to_owned()
        }
        ResolveRestoreError::NoTree { .. } => {
            "give the archive of that release with --release".to_owned()
        }
    }
}
