//! Making a backup: every part written and read back, the manifest last.

use std::collections::BTreeMap;

use super::error::BackupError;
use super::manifest::{manifest_of, seal};
use super::parts::Parts;
use super::prepare::prepared;
use super::verify::verify;
use crate::config::{Document, SettingPath};
use crate::engine::dump::{Bearing, TrialReport, Vault, Watch, sweep};
use crate::engine::reporter::Reporter;
use crate::engine::server_environment::SiteConfig;
use crate::engine::state_files::read_receipt;
use crate::engine::steps::{ConfigureError, not_kept};
use crate::host::{Host, Level, Means, PathError, Written, duplicate_tree, list_tree};
use crate::model::{
    BACKUP_SCHEMA, BackUp, BackupManifest, DataPolicy, Event, Prefix, Receipt, RelPath,
    SavedConfig, SavedDatabase, SavedDirectory, SavedFile, SavedKind, SavedPlace, SavedTable,
    Secret, ServerEnvironment, Version,
};
use crate::planning::KEPT_MODIFIED;

/// No configuration, receipt or ledger is larger.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Further progress is told after so many bytes.
const TELLING: u64 = 1024 * 1024;

/// Makes a backup. One of that name that is finished and whole already is that backup; one that is not finished is thrown
/// away and made again. On a failure, nothing that counts as a backup is there.
pub(crate) fn create(
    host: &Host,
    prefix: &Prefix,
    what: &BackUp,
    environment: &ServerEnvironment,
    reporter: &mut dyn Reporter,
) -> Result<BackupManifest, BackupError> {
    match manifest_of(host, prefix, &what.id) {
        Ok(_) => return verify(host, prefix, &what.id),
        Err(BackupError::Unknown { .. } | BackupError::Unfinished { .. }) => {}
        Err(error) => return Err(error),
    }
    let tree = &host.tree;
    let directory = prefix.backup(&what.id);
    sweep(host, prefix)?;
    tree.remove_tree(&directory)?;
    if !tree.exists(&prefix.backups())? {
        tree.make_dir(&prefix.backups(), 0o700)?;
    }
    tree.make_dir(&directory, 0o700)?;
    let receipt = read_receipt(host, prefix)?.ok_or(BackupError::NotInstalled)?;
    let site = site_of(host, what, environment, &receipt.release.version);
    let parts = Parts::new(host, directory);
    let mut making = Making { host, prefix, what, site: &site, reporter, parts };
    let manifest = making.everything(&receipt)?;
    making.parts.read_back()?;
    seal(host, prefix, &manifest)?;
    Ok(manifest)
}

struct Making<'m> {
    host: &'m Host,
    prefix: &'m Prefix,
    what: &'m BackUp,
    site: &'m SiteConfig<'m>,
    reporter: &'m mut dyn Reporter,
    parts: Parts<'m>,
}

impl Making<'_> {
    fn everything(&mut self, receipt: &Receipt) -> Result<BackupManifest, BackupError> {
        let config = self.config()?;
        self.state_files()?;
        self.modified_files()?;
        let database = if self.what.database { Some(self.database()?) } else { None };
        let directories = self.directories()?;
        Ok(BackupManifest {
            schema: BACKUP_SCHEMA,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            id: self.what.id.clone(),
            created: self.host.clock.now(),
            origin: self.what.origin,
            app: self.prefix.app().clone(),
            release: receipt.release.clone(),
            viewpoint: receipt.viewpoint,
            placements: receipt.placements.clone(),
            config,
            database,
            shared: self.what.shared,
            policy: self.what.policy,
            directories,
            retired: self.what.retired.clone(),
            parts: self.parts.list().to_vec(),
        })
    }

    /// The configuration, byte by byte. Its copy is private whatever its own mode is.
    fn config(&mut self) -> Result<SavedConfig, BackupError> {
        let (tree, path) = (&self.host.tree, &self.what.config);
        let missing = || ConfigureError::Missing { path: tree.absolute(path) };
        let stat = tree.stat(path)?.ok_or_else(missing)?;
        let bytes = tree.read(path, LARGEST)?.ok_or_else(missing)?;
        let part = self.parts.write("config.json", &bytes)?;
        Ok(SavedConfig { path: path.clone(), part, mode: stat.mode, owner: stat.owner })
    }

    /// What mmembed itself knows of the installation.
    fn state_files(&mut self) -> Result<(), BackupError> {
        let applied = self.prefix.applied();
        let mut files = vec![
            (self.prefix.receipt(), "receipt.json".to_owned()),
            (self.prefix.ledger(), "ledger.json".to_owned()),
        ];
        let names = self.host.tree.list(&applied)?;
        if !names.is_empty() {
            self.parts.make_dir("applied")?;
        }
        for name in names {
            files.push((applied.join(&name), format!("applied/{name}")));
        }
        for (from, name) in files {
            if let Some(bytes) = self.host.tree.read(&from, LARGEST)? {
                self.parts.write(&name, &bytes)?;
            }
        }
        Ok(())
    }

    /// Files of the release that somebody has changed, which the transaction of this name has kept.
    fn modified_files(&mut self) -> Result<(), BackupError> {
        let kept = self.prefix.transaction(self.what.id.transaction()).join(KEPT_MODIFIED);
        let from = self.host.tree.absolute(&kept);
        if !self.host.tree.exists(&kept)? {
            return Ok(());
        }
        let tree = &self.host.tree;
        let arriving = self.parts.path(&format!(".{KEPT_MODIFIED}"));
        let to = self.parts.path(KEPT_MODIFIED);
        duplicate_tree(&from, &tree.absolute(&arriving), Means::Copy, tree.meter())?;
        tree.rename(&arriving, &to)?;
        let mut files = Vec::new();
        list_tree(&from, true, &mut |file| {
            files.push(file);
            Ok(())
        })?;
        for SavedFile { path, kind } in files {
            if let (SavedKind::File { size, sha256: Some(sha256) }, Ok(path)) =
                (kind, path.parse::<RelPath>())
            {
                self.parts.add(&to.below(&path), Written { bytes: size, sha256 });
            }
        }
        Ok(())
    }

    fn database(&mut self) -> Result<SavedDatabase, BackupError> {
        let what = self.what;
        let vault = open_vault(self.host, self.prefix, self.site)?;
        let bearing = match prepared(self.host, self.prefix, what)? {
            Some(bearing) => bearing,
            None => vault.bear()?,
        };
        let dump = self.parts.path(vault.file_name());
        let mut told = Told { reporter: &mut *self.reporter, next: 0 };
        let mut progress = |bytes| told.hear(bytes);
        let mut watch = Watch { stop_at: Level::First, progress: &mut progress };
        let before =
            if what.verify_restore { vault.row_counts(&mut watch)? } else { BTreeMap::default() };
        let dumped = vault.dump(&bearing, &dump, &mut watch)?;
        let rows = if what.verify_restore {
            let after = vault.row_counts(&mut watch)?;
            vault.rehearse(&what.id, &bearing, &dump, [&before, &after], &mut watch)?
        } else {
            TrialReport::default()
        };
        let config = self.stored_configuration(&vault, &bearing)?;
        if !rows.changed.is_empty() {
            let text = format!(
                "written to while it was saved, and so not compared: {}",
                rows.changed.join(", ")
            );
            self.reporter.hear(&Event::Note { text });
        }
        self.parts.add(&dump, dumped.written);
        let table = |name: String| SavedTable { rows: rows.rows.get(&name).copied(), name };
        Ok(SavedDatabase {
            description: bearing.description,
            dump: self.parts.relative(&dump),
            config,
            tables: dumped.tables.into_iter().map(table).collect(),
            restore_verified: what.verify_restore,
        })
    }

    /// The configuration of a server that keeps it in a database: the one that it reads, or else what lies in its own.
    fn stored_configuration(
        &mut self,
        vault: &Vault<'_>,
        bearing: &Bearing,
    ) -> Result<Option<RelPath>, BackupError> {
        if self.site.is_in_database() {
            let text = self.site.require()?.to_text();
            return Ok(Some(self.parts.write(BackupManifest::STORED_CONFIG, text.as_bytes())?));
        }
        let exported = self.parts.path(BackupManifest::STORED_CONFIG);
        let mut quiet = |_| ();
        let mut watch = Watch { stop_at: Level::First, progress: &mut quiet };
        let written = vault.export_configuration(bearing, self.host, &exported, &mut watch)?;
        Ok(written.map(|written| self.parts.add(&exported, written)))
    }

    fn directories(&mut self) -> Result<Vec<SavedDirectory>, BackupError> {
        let means = match self.what.policy {
            DataPolicy::Skip => return Ok(Vec::new()),
            DataPolicy::Link => Means::Link,
            DataPolicy::Copy => Means::Copy,
        };
        let mut saved = Vec::new();
        for source in &self.what.directories {
            if self.host.tree.exists(&source.path)? {
                if saved.is_empty() {
                    self.parts.make_dir("directories")?;
                }
                saved.push(self.directory(source, means)?);
            }
        }
        Ok(saved)
    }

    /// Duplicates one directory under an unfinished name, lists it, and then gives it its name.
    fn directory(
        &mut self,
        source: &SavedPlace,
        means: Means,
    ) -> Result<SavedDirectory, BackupError> {
        let tree = &self.host.tree;
        let name = source.place.as_str();
        let arriving = self.parts.path(&format!("directories/.{name}"));
        let part = self.parts.path(&format!("directories/{name}"));
        let (from, to) = (tree.absolute(&source.path), tree.absolute(&arriving));
        let report = duplicate_tree(&from, &to, means, tree.meter())?;
        for note in report.notes {
            self.reporter.hear(&Event::Note { text: not_kept(&note) });
        }
        tree.rename(&arriving, &part)?;
        let list = self.parts.path(&format!("directories/{name}.list"));
        let mut sink = tree.create(&list)?;
        let mut files = 0;
        let place = sink.path().to_owned();
        // A file that is linked is the one in use, whose bytes may change.
        list_tree(&tree.absolute(&part), means == Means::Copy, &mut |file| {
            files += 1;
            let mut line = serde_json::to_vec(&file).expect("a file of a list is plain data");
            line.push(b'\n');
            std::io::Write::write_all(&mut sink, &line).map_err(|source| PathError {
                verb: "write",
                path: place.clone(),
                source,
            })
        })?;
        let written = sink.finish()?;
        let list = self.parts.add(&list, written);
        Ok(SavedDirectory { source: source.clone(), part: self.parts.relative(&part), list, files })
    }
}

/// Where the server finds its settings before anything is changed.
pub(crate) fn site_of<'s>(
    host: &'s Host,
    what: &'s BackUp,
    environment: &'s ServerEnvironment,
    version: &'s Version,
) -> SiteConfig<'s> {
    let run_as = what.run_as;
    SiteConfig { host, file: &what.config, environment, version, run_as, kept: Vec::new() }
}

/// The database that the server works on.
pub(crate) fn open_vault<'a>(
    host: &'a Host,
    prefix: &'a Prefix,
    site: &SiteConfig<'_>,
) -> Result<Vault<'a>, BackupError> {
    let (driver, source) = data_source(&site.effective()?);
    Ok(Vault::open(host, prefix, &driver, &source, site.run_as)?)
}

fn data_source(document: &Document) -> (String, Secret<String>) {
    let find = |setting| {
        let value = document.get(&SettingPath::known(setting));
        value.and_then(|value| Some(value.as_text()?.into_owned())).unwrap_or_default()
    };
    (find("SqlSettings.DriverName"), Secret::new(find("SqlSettings.DataSource")))
}

/// Progress that is told now and then.
struct Told<'t> {
    reporter: &'t mut dyn Reporter,
    next: u64,
}

impl Told<'_> {
    fn hear(&mut self, bytes: u64) {
        if bytes >= self.next {
            self.next = bytes + TELLING;
            // Nobody knows before how long a dump will be.
            self.reporter.hear(&Event::Progress { bytes, total: 0 });
        }
    }
}
