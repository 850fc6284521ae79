//! The file that really holds the configuration, and whether another one may take its place without anything being lost.
//! Nothing is changed here.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::host::{FileSystems, Host, Kind, PathError, Stat, resolve_links};
use crate::model::RelPath;

/// A rule that a configuration file breaks. Its text form is the rule's published id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRule {
    /// A link that leads somewhere else than to a file of the same owner beside it.
    Link,
    /// A file with a second name.
    HardLinks,
    /// No regular file.
    Kind,
    /// Protected against everybody.
    Immutable,
    /// Mounted by itself.
    Mount,
}

/// Why a configuration file cannot be used, or not be replaced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} {what} (rule {rule})", path.display())]
pub struct ConfigPlaceError {
    /// The file.
    pub path: PathBuf,
    /// The rule.
    pub rule: FileRule,
    /// What is wrong, as the rest of a sentence.
    pub what: String,
}

/// A configuration file that is there.
#[derive(Clone, Debug)]
pub(crate) struct ConfigPlace {
    /// Where it is, behind the link if it is named by one.
    pub(crate) path: RelPath,
    /// What is known of it.
    pub(crate) stat: Stat,
    /// The mode that it has once it was written anew: private to its owner and to those who are named, and read-only for him
    /// if it was.
    pub(crate) mode_after: u32,
    absolute: PathBuf,
}

impl FileRule {
    /// The published id.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Link => "C-LINK",
            Self::HardLinks => "C-NLINK",
            Self::Kind => "C-KIND",
            Self::Immutable => "C-IMMUTABLE",
            Self::Mount => "C-MOUNT",
        }
    }
}

impl fmt::Display for FileRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Finds the file that holds a configuration; `None` when nothing lies there. A link is followed once, to a file of the same
/// owner on the same file system that nobody else could have put there.
///
/// # Errors
/// [`FileRule::Link`], [`FileRule::Kind`], and what cannot be looked at.
pub(crate) fn locate(
    host: &Host,
    config: &RelPath,
) -> Result<Option<Result<ConfigPlace, ConfigPlaceError>>, PathError> {
    let Some(stat) = host.tree.stat(config)? else {
        return Ok(None);
    };
    let named = host.tree.absolute(config);
    Ok(Some(match stat.kind {
        Kind::File => Ok(ConfigPlace::new(host, config.clone(), stat, named)?),
        Kind::Directory | Kind::Special => {
            Err(refuse(&named, FileRule::Kind, "is no regular file"))
        }
        Kind::Symlink => follow(host, config, stat)?
            .map_err(|what| refuse(&named, FileRule::Link, &format!("is a link that {what}"))),
    }))
}

/// The same for a file that a transaction writes anew: a link would be replaced by it, wherever that leads.
pub(crate) fn locate_plain(
    host: &Host,
    config: &RelPath,
) -> Result<Option<ConfigPlace>, ConfigPlaceOr> {
    let place = locate(host, config)?.transpose()?;
    if place.as_ref().is_some_and(|place| place.path != *config) {
        let what = "is a link, and would be replaced by a file";
        return Err(refuse(&host.tree.absolute(config), FileRule::Link, what).into());
    }
    Ok(place)
}

/// What is wrong with a configuration file, or why it cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigPlaceOr {
    #[error(transparent)]
    Path(#[from] PathError),
    #[error(transparent)]
    Place(#[from] ConfigPlaceError),
}

fn refuse(path: &Path, rule: FileRule, what: &str) -> ConfigPlaceError {
    ConfigPlaceError { path: path.to_owned(), rule, what: what.to_owned() }
}

/// Where a link leads, or what is wrong with that.
fn follow(
    host: &Host,
    link: &RelPath,
    stat: Stat,
) -> Result<Result<ConfigPlace, String>, PathError> {
    let root = host.tree.root();
    let Ok(resolved) = resolve_links(&host.tree.absolute(link)) else {
        return Ok(Err("leads in a circle or nowhere".to_owned()));
    };
    let inside = resolved.strip_prefix(root).ok().and_then(|path| path.to_str()?.parse().ok());
    let Some(path): Option<RelPath> = inside else {
        return Ok(Err(format!("leads out of {}", root.display())));
    };
    let Some(target) = host.tree.stat(&path)? else {
        return Ok(Err("leads to nothing".to_owned()));
    };
    let is_open = |path: &RelPath| -> Result<bool, PathError> {
        let parent = host.tree.stat(&path.parent().unwrap_or_else(RelPath::here))?;
        Ok(parent.is_some_and(|parent| parent.mode & 0o002 != 0))
    };
    let wrong = if target.kind != Kind::File {
        Some("leads to no regular file")
    } else if target.device != stat.device {
        Some("leads to another file system")
    } else if ![0, target.owner.uid].contains(&stat.owner.uid) {
        Some("belongs to another user than the file that it leads to")
    } else if is_open(&path)? || is_open(link)? {
        Some("anybody could change: its directory, or that of its file, is writable for all")
    } else if !host.tree.may_change(&path) {
        Some("leads out of the directories of this application")
    } else {
        None
    };
    Ok(match wrong {
        Some(what) => Err(what.to_owned()),
        None => Ok(ConfigPlace::new(host, path, target, resolved)?),
    })
}

impl ConfigPlace {
    fn new(host: &Host, path: RelPath, stat: Stat, absolute: PathBuf) -> Result<Self, PathError> {
        let mode_after = 0o400 | (stat.mode & 0o200) | host.tree.rights_by_name(&path)?;
        Ok(Self { path, stat, mode_after, absolute })
    }

    /// Refuses a file that another one cannot take the place of, or not without a loss.
    ///
    /// # Errors
    /// [`FileRule::HardLinks`], unless that name may go its own way; [`FileRule::Immutable`], [`FileRule::Mount`].
    pub(crate) fn require_replaceable(
        &self,
        host: &Host,
        break_hardlink: bool,
    ) -> Result<(), ConfigPlaceOr> {
        let links = self.stat.links;
        if links > 1 && !break_hardlink {
            let what = format!("has {links} names, and a change would reach only one of them");
            return Err(refuse(&self.absolute, FileRule::HardLinks, &what).into());
        }
        if host.tree.is_immutable(&self.path)? {
            let what = "is protected against changes, also by root";
            return Err(refuse(&self.absolute, FileRule::Immutable, what).into());
        }
        // Where the mounts cannot be seen, the system will say what is wrong.
        let mounts = FileSystems::read().and_then(|it| it.mounts_at_or_below(&self.absolute));
        if mounts.is_ok_and(|mounts| !mounts.is_empty()) {
            let what = "is mounted by itself, and cannot be replaced by another file";
            return Err(refuse(&self.absolute, FileRule::Mount, what).into());
        }
        Ok(())
    }

    /// Can others read it than those who should?
    pub(crate) const fn is_open(&self) -> bool {
        self.stat.mode & 0o044 & !self.mode_after != 0
    }
}
