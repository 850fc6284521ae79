//! What to do about an installation that is not taken over.

use std::path::Path;

use super::resolve::{NAME_THE_SERVICE, for_resolve};
use super::state::for_state;
use crate::cli::call::quoted;
use crate::cli::system;
use crate::engine::{AdoptError, ConfigureError, GatherError, ResolveAdoptError};
use crate::planning::AdoptRefusal;

/// What to do about a wish that makes no request.
pub(crate) fn for_resolve_adopt(error: &ResolveAdoptError) -> String {
    match error {
        ResolveAdoptError::Resolve(error) => for_resolve(error).to_owned(),
        ResolveAdoptError::Service(_) => NAME_THE_SERVICE.to_owned(),
        ResolveAdoptError::RootTwice { meant, .. } => {
            let meant = meant.under(Path::new("/"));
            format!(
                "name it as seen from inside the root: --from {}",
                quoted(&meant.to_string_lossy())
            )
        }
    }
}

/// What to do next, in one sentence.
pub(crate) fn for_adopt(error: &AdoptError) -> String {
    let next = match error {
        AdoptError::Path(_)
        | AdoptError::Configure(ConfigureError::Path(_))
        | AdoptError::Gather(
            GatherError::Path(_) | GatherError::Configure(ConfigureError::Path(_)),
        ) => return system::advice_and_again(error),
        AdoptError::State(error) => return for_state(error),
        AdoptError::Resolve(error) => for_resolve(error),
        AdoptError::Configure(_) | AdoptError::Gather(_) | AdoptError::Places(_) => {
            "mend the named file or setting, then run the command again"
        }
        AdoptError::Refusal(refusal) => for_refusal(refusal),
    };
    next.to_owned()
}

const fn for_refusal(refusal: &AdoptRefusal) -> &'static str {
    match refusal {
        AdoptRefusal::Installed { .. } | AdoptRefusal::LiveTaken { .. } => {
            "take it over for another --app, or move away what is there"
        }
        AdoptRefusal::NoDirectory { .. } | AdoptRefusal::NoServer { .. } => {
            "name the directory that holds bin/, config/ and i18n/ of the installed server"
        }
        AdoptRefusal::Ours { .. } => "see `mmembed status` of the application that it belongs to",
        AdoptRefusal::Around { .. } => {
            "move the tree to a directory of its own first, such as /opt/mattermost"
        }
        AdoptRefusal::Mounted { .. } => {
            "unmount it, and mount it outside the tree: config.json can name a directory there"
        }
        AdoptRefusal::OtherFileSystem { .. } => {
            "move the tree to that file system first, while the server is stopped"
        }
        AdoptRefusal::NoConfig { .. } => {
            "name the file that the server is started with by --config-file"
        }
        AdoptRefusal::ConfigIsLink { .. } => {
            "start the server with that file by its --config option, and name it by --config-file; or put the file in the link's place"
        }
        AdoptRefusal::ConfigInTree { .. } => {
            "keep the configuration as config/config.json in the tree, or outside the tree"
        }
        AdoptRefusal::ConfigIsGitLabs { .. } => "name another file, or leave --config-file away",
        AdoptRefusal::ConfigIsNoFile { .. } => {
            "bring it into a file first, with `mmctl config migrate`, and start the server with that"
        }
        AdoptRefusal::UnknownVersion { .. } => {
            "say it with --release-version, start the server, or give its archive with --release"
        }
        AdoptRefusal::UnknownEdition { .. } => "say it with --edition",
        AdoptRefusal::Contradiction { .. } => {
            "find out which it is; a server that runs may be older than its files: then restart it first"
        }
        AdoptRefusal::OtherEdition { .. } => "check which archive you mean",
        AdoptRefusal::NeedsArchive { .. } => {
            "fetch the archive of that version in the team edition, and give it with --release"
        }
    }
}
