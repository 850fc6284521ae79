//! `backup create|list|verify|prune|restore`.

use std::io;
use std::path::PathBuf;

use crate::cli::answer::UNCHANGED;
use crate::cli::args::{BackupCommand, Output, Target};
use crate::cli::call::Call;
use crate::cli::hints::for_backup;
use crate::cli::progress::Progress;
use crate::cli::{ending, words};
use crate::engine::{
    BackupError, BackupSeen, BackupWish, create_backup, list_backups, prune_backups,
    read_environment_files, verify_backup,
};
use crate::host::{Cancel, Host, Lock};
use crate::model::{
    BackupContent, BackupId, BackupManifest, BackupReport, Ending, Failure, Prefix, Report,
};

/// Does what is asked about backups, and reports.
pub(crate) fn run(command: &BackupCommand, output: &Output, cancel: Cancel) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let answer = match command {
        BackupCommand::Create { target, data, verify_restore, environment } => {
            let wish = BackupWish { policy: (*data).into(), verify_restore: *verify_restore };
            let asked = Asked::enter("backup create", target, cancel);
            asked.and_then(|asked| asked.create(wish, &environment.env_file, &mut progress))
        }
        BackupCommand::List { target } => {
            Asked::enter("backup list", target, cancel).and_then(|asked| asked.list())
        }
        BackupCommand::Verify { target, backup } => {
            let asked = Asked::enter("backup verify", target, cancel);
            asked.and_then(|asked| asked.verify(backup.as_ref()))
        }
        BackupCommand::Prune { target, keep } => {
            let asked = Asked::enter("backup prune", target, cancel);
            asked.and_then(|asked| asked.prune(*keep, &mut progress))
        }
        BackupCommand::Restore { backup, restore } => {
            return super::restore::run("backup restore", restore, Some(backup), output, cancel);
        }
    };
    drop(progress);
    Ok(answer.unwrap_or_else(|report| *report))
}

/// A command on the backups of one application.
struct Asked {
    name: &'static str,
    host: Host,
    prefix: Prefix,
}

type Answer = Result<Report, Box<Report>>;

impl Asked {
    fn enter(name: &'static str, target: &Target, cancel: Cancel) -> Result<Self, Box<Report>> {
        match super::enter(target, cancel) {
            Ok((host, prefix)) => Ok(Self { name, host, prefix }),
            Err(failure) => Err(Box::new(super::refused(name, *failure))),
        }
    }

    fn create(&self, wish: BackupWish, env_files: &[PathBuf], progress: &mut Progress) -> Answer {
        let told = read_environment_files(env_files).map_err(|error| self.failed(&error.into()))?;
        let lock = self.lock(progress)?;
        let told = told.as_ref();
        let manifest = create_backup(&self.host, &self.prefix, &lock, wish, told, progress)
            .map_err(|error| self.failed(&error))?;
        Ok(self.done(vec![self.report(&manifest)]))
    }

    fn list(&self) -> Answer {
        let seen = list_backups(&self.host, &self.prefix).map_err(|error| self.failed(&error))?;
        Ok(self.done(seen.iter().map(|seen| self.seen(seen)).collect()))
    }

    fn verify(&self, id: Option<&BackupId>) -> Answer {
        let id = match id {
            Some(id) => id.clone(),
            None => self.newest()?,
        };
        let manifest =
            verify_backup(&self.host, &self.prefix, &id).map_err(|error| self.failed(&error))?;
        Ok(self.done(vec![self.report(&manifest)]))
    }

    /// The newest one that is finished.
    fn newest(&self) -> Result<BackupId, Box<Report>> {
        let seen = list_backups(&self.host, &self.prefix).map_err(|error| self.failed(&error))?;
        let is_finished =
            |seen: &BackupSeen| !matches!(seen.manifest, Err(BackupError::Unfinished { .. }));
        seen.into_iter().rfind(is_finished).map(|seen| seen.id).ok_or_else(|| {
            Box::new(super::refused(
                self.name,
                Failure {
                    what: "there is no backup".to_owned(),
                    now: UNCHANGED.to_owned(),
                    next: Call::of(&self.host, &self.prefix).word("backup create") + " makes one",
                },
            ))
        })
    }

    fn prune(&self, keep: usize, progress: &mut Progress) -> Answer {
        let lock = self.lock(progress)?;
        let pruned = prune_backups(&self.host, &self.prefix, &lock, keep).map_err(|error| {
            let mut report = self.failed(&error);
            if let Some(failure) = &mut report.failure {
                "some of the old backups may be gone".clone_into(&mut failure.now);
            }
            report
        })?;
        let report = |id: BackupId| BackupReport {
            path: self.host.tree.absolute(&self.prefix.backup(&id)),
            id,
            content: None,
            remark: Some("removed".to_owned()),
        };
        Ok(self.done(pruned.backups.into_iter().map(report).collect()))
    }

    /// The lock, with nothing left open by an earlier run.
    fn lock(&self, progress: &mut Progress) -> Result<Lock, Box<Report>> {
        // Before anything is installed there is no directory for the lock.
        let state = self.host.tree.exists(&self.prefix.state());
        if !state.map_err(|error| self.failed(&error.into()))? {
            return Err(self.failed(&BackupError::NotInstalled));
        }
        super::lock(&self.host, &self.prefix, progress).map_err(|(ending, failure)| {
            let mut report = Report::new(self.name, ending);
            report.failure = Some(failure);
            Box::new(report)
        })
    }

    fn done(&self, backups: Vec<BackupReport>) -> Report {
        let is_look = self.name == "backup verify" || self.name == "backup create";
        let ending =
            if backups.is_empty() && !is_look { Ending::NothingToDo } else { Ending::Done };
        let mut report = Report::new(self.name, ending);
        report.backups = backups;
        report
    }

    fn failed(&self, error: &BackupError) -> Box<Report> {
        let mut report = Report::new(self.name, ending::of_backup(error));
        report.failure = Some(Failure {
            what: words::chain(error),
            now: UNCHANGED.to_owned(),
            next: for_backup(error),
        });
        Box::new(report)
    }

    fn seen(&self, seen: &BackupSeen) -> BackupReport {
        match &seen.manifest {
            Ok(manifest) => self.report(manifest),
            Err(error) => BackupReport {
                id: seen.id.clone(),
                path: self.host.tree.absolute(&self.prefix.backup(&seen.id)),
                content: None,
                remark: Some(words::chain(error)),
            },
        }
    }

    fn report(&self, manifest: &BackupManifest) -> BackupReport {
        let database = manifest.database.as_ref();
        BackupReport {
            id: manifest.id.clone(),
            path: self.host.tree.absolute(&self.prefix.backup(&manifest.id)),
            content: Some(BackupContent {
                created: manifest.created,
                origin: manifest.origin,
                release: manifest.release.clone(),
                database: database.map(|database| database.description.clone()),
                data: manifest.policy,
                restore_verified: database.is_some_and(|database| database.restore_verified),
                bytes: manifest.parts.iter().map(|part| part.size).sum(),
            }),
            remark: None,
        }
    }
}
