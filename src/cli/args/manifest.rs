//! A manifest as it would be typed: what it leaves out is as where nothing is typed.

use clap::Parser;

use super::backup::DataArg;
use super::chain::Dumps;
use super::plan::PlanArgs;
use super::release::EditionArg;
use super::{Cli, Command};
use crate::manifest::Manifest;
use crate::model::{BackupPace, DataPolicy, Edition, Overlay, Strength};

impl PlanArgs {
    /// All that a manifest says, and the usual for the rest.
    ///
    /// # Errors
    /// A variable in the environment that stands for something that is left out makes no sense.
    pub(crate) fn of(manifest: &Manifest) -> Result<Self, clap::Error> {
        let mut args = Self::usual(&manifest.app.to_string(), &manifest.release.to_string())?;
        args.upgrade.facts.edition = manifest.edition.map(|edition| match edition {
            Edition::Team => EditionArg::Team,
            Edition::Enterprise => EditionArg::Enterprise,
        });
        // Who names the edition in the manifest asks for it in so many words.
        args.upgrade.hop.consent.allow_edition_change = manifest.edition.is_some();
        put(&mut args.upgrade.target.root, manifest.root.as_ref());
        args.placement.place.clone_from(&manifest.places);
        args.placement.keep_in_tree.clone_from(&manifest.keep_in_tree);
        args.placement.config_file.clone_from(&manifest.config_file);
        args.placement.owner.clone_from(&manifest.owner);
        args.placement.service_user.clone_from(&manifest.service_user);
        put(&mut args.placement.use_existing_database, manifest.use_existing_database.as_ref());
        args.upgrade.hop.service.service.clone_from(&manifest.service);
        args.upgrade.hop.hooks.clone_from(&manifest.hooks);
        put(&mut args.upgrade.hop.adopt_new_defaults, manifest.adopt_new_defaults.as_ref());
        put(&mut args.upgrade.hop.rules.files.rules, manifest.rules.as_ref());
        put(&mut args.upgrade.hop.rules.accept, manifest.accept.as_ref());
        put(&mut args.upgrade.environment.env_file, manifest.env_files.as_ref());
        put(&mut args.upgrade.patience.start_timeout, manifest.start_timeout.as_ref());
        put(&mut args.upgrade.cluster.wait_for_cluster, manifest.wait_for_cluster.as_ref());
        put(&mut args.upgrade.no_start, manifest.no_start.as_ref());
        args.lay_over(manifest);
        args.save(manifest);
        args.get_from(manifest);
        Ok(args)
    }

    fn usual(app: &str, release: &str) -> Result<Self, clap::Error> {
        let cli = Cli::try_parse_from(["mmembed", "plan", "--app", app, "--to", release])?;
        if let Command::Plan { plan } = cli.command {
            return Ok(*plan);
        }
        unreachable!("what begins with the word `plan` is that command")
    }

    fn lay_over(&mut self, manifest: &Manifest) {
        self.upgrade.overlays.policy.clone_from(&manifest.policies);
        for (strength, overlay) in manifest.overlays.iter().flatten() {
            let args = &mut self.upgrade.overlays;
            match (strength, overlay) {
                (Strength::Default, Overlay::File(path)) => args.config_overlay.push(path.clone()),
                (Strength::Enforced, Overlay::File(path)) => {
                    args.enforced_overlay.push(path.clone());
                }
                (Strength::Default, Overlay::Set(text)) => args.set.push(text.expose().clone()),
                (Strength::Enforced, Overlay::Set(text)) => {
                    args.enforced_set.push(text.expose().clone());
                }
            }
        }
    }

    fn save(&mut self, manifest: &Manifest) {
        let wish = &manifest.backup;
        let pace = wish.pace.map(|pace| match pace {
            BackupPace::Once => Dumps::Once,
            // A manifest knows no dump of the operator's own.
            BackupPace::Each | BackupPace::Own => Dumps::Each,
        });
        put(&mut self.upgrade.chain.backup, pace.as_ref());
        let data = wish.data.map(|data| match data {
            DataPolicy::Skip => DataArg::Skip,
            DataPolicy::Link => DataArg::Link,
            DataPolicy::Copy => DataArg::Copy,
        });
        put(&mut self.upgrade.hop.backup.backup_data, data.as_ref());
        put(&mut self.upgrade.hop.backup.verify_restore, wish.verify_restore.as_ref());
        put(&mut self.upgrade.hop.backup.keep_backups, wish.keep.as_ref());
    }

    fn get_from(&mut self, manifest: &Manifest) {
        let (args, wish) = (&mut self.upgrade.sources, &manifest.sources);
        args.platform = wish.platform.or(args.platform);
        put(&mut args.releases_dir, wish.releases_dir.as_ref());
        put_some(&mut args.mirror, wish.mirror.as_ref());
        put_some(&mut args.bundle, wish.bundle.as_ref());
        put(&mut args.offline, wish.offline.as_ref());
        put_some(&mut args.known.store, wish.store.as_ref());
        put_some(&mut args.known.catalog, wish.catalog.as_ref());
        put_some(&mut args.ca_file, wish.ca_file.as_ref());
        put(&mut args.insecure, wish.insecure.as_ref());
        put(&mut args.signatures.require_signature, wish.require_signature.as_ref());
        put(&mut args.signatures.key_file, wish.key_file.as_ref());
        put(&mut args.require_fresh, wish.require_fresh.as_ref());
    }
}

fn put<T: Clone>(place: &mut T, said: Option<&T>) {
    if let Some(said) = said {
        place.clone_from(said);
    }
}

fn put_some<T: Clone>(place: &mut Option<T>, said: Option<&T>) {
    if said.is_some() {
        *place = said.cloned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Draft;

    /// Keys whose comment in a first manifest shows the usual value, not an example.
    const USUAL: [&str; 12] = [
        "start-timeout",
        "wait-for-cluster",
        "adopt-new-defaults",
        "use-existing-database",
        "no-start",
        "pace",
        "data",
        "verify-restore",
        "keep",
        "offline",
        "require-signature",
        "require-fresh",
    ];

    #[test]
    fn the_values_in_the_comments_of_a_first_manifest_are_the_usual_ones() {
        let app = "acme".parse().unwrap();
        let text = Draft { app, root: "/".into(), installed: None }.to_string();
        let usual = |line: &str| {
            let said = line.strip_prefix("# ")?;
            let (key, value) = said.split_once(" = ")?;
            // The place `data` has a name of the same kind.
            (USUAL.contains(&key) && !value.contains("/var/opt")).then(|| said.to_owned())
        };
        let said = text.lines().map(|line| usual(line).unwrap_or_else(|| line.to_owned()));
        let said = said.collect::<Vec<_>>().join("\n");
        assert_eq!(said.matches("# ").count() + USUAL.len(), text.matches("# ").count());
        let manifest = Manifest::parse(&said).unwrap();
        assert_eq!(manifest.backup.keep, Some(3));
        let (said, usual) = (PlanArgs::of(&manifest), PlanArgs::usual("acme", "esr"));
        assert_eq!(format!("{:?}", said.unwrap()), format!("{:?}", usual.unwrap()));
    }
}
