//! What can be typed about the settings of a host.

use std::path::PathBuf;

use clap::Args;

use crate::config::Stance;
use crate::model::{Overlay, Secret, Strength};

/// The host's settings.
#[derive(Clone, Debug, Args)]
pub(crate) struct OverlayArgs {
    /// A JSON file with settings of the host; users may change them (repeatable, later ones win)
    #[arg(long, visible_alias = "defaults-overlay", value_name = "FILE")]
    pub(crate) config_overlay: Vec<PathBuf>,
    /// One setting of the host, such as 'ServiceSettings.SiteURL="https://chat.example.com"' (repeatable; wins over
    /// --config-overlay; who lists processes can read it, so give secrets in a file)
    #[arg(long, value_name = "SECTION.KEY=JSON")]
    pub(crate) set: Vec<String>,
    /// Enforce the settings given with --config-overlay and --set: users' own values give way
    #[arg(long)]
    pub(crate) enforce: bool,
    /// One setting that is enforced, whatever --enforce says (repeatable; as public as --set)
    #[arg(long, value_name = "SECTION.KEY=JSON")]
    pub(crate) enforced_set: Vec<String>,
    /// A JSON file with settings that are enforced, whatever --enforce says (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(crate) enforced_overlay: Vec<PathBuf>,
    /// What to do about a setting, or all of a section, that a user changed while the host changed its default: keep-user,
    /// prefer-host or refuse; or, for new defaults of the release where nobody touched it, adopt-default (repeatable; the
    /// most specific one decides) [default: keep-user]
    #[arg(long, value_name = "SECTION[.KEY]=POLICY")]
    pub(crate) policy: Vec<Stance>,
}

impl OverlayArgs {
    /// The host's settings in the order in which they win.
    pub(crate) fn overlays(&self) -> Vec<(Strength, Overlay)> {
        let given = if self.enforce { Strength::Enforced } else { Strength::Default };
        let files = self.config_overlay.iter().map(|path| (given, Overlay::File(path.clone())));
        let enforced = self
            .enforced_overlay
            .iter()
            .map(|path| (Strength::Enforced, Overlay::File(path.clone())));
        let sets = self.set.iter().map(|text| (given, Overlay::Set(Secret::new(text.clone()))));
        let firm = self.enforced_set.iter();
        let firm = firm.map(|it| (Strength::Enforced, Overlay::Set(Secret::new(it.clone()))));
        files.chain(enforced).chain(sets).chain(firm).collect()
    }

    /// Who gives way where two have changed one setting.
    pub(crate) fn policies(&self) -> Vec<String> {
        self.policy.iter().map(ToString::to_string).collect()
    }
}
