//! Where the server looks for its directories and its configuration, by era.
//! Nothing is read or made here.

use std::env;
use std::path::{Path, PathBuf};

use super::era::Era;

/// How far the search climbs above a starting point.
const CLIMB: usize = 3;

fn climbing(start: &Path, levels: usize) -> Vec<PathBuf> {
    let mut places = vec![start.to_owned()];
    for level in 1..=levels {
        places.push(start.join(vec![".."; level].join("/")));
    }
    places
}

/// The starting points of every search, best first.
fn starts(era: Era) -> Vec<PathBuf> {
    let cwd = env::current_dir().unwrap_or_default();
    let mut places = climbing(&cwd, if era.since(5, 0) { CLIMB } else { 2 });
    if era.looks_beside_the_binary()
        && let Some(beside) = env::current_exe().ok().as_deref().and_then(Path::parent)
    {
        places.extend(climbing(beside, CLIMB));
    }
    places
}

/// The directory `name`, wherever the server of this era finds it.
pub(crate) fn directory(era: Era, name: &str) -> Option<PathBuf> {
    starts(era).into_iter().map(|start| start.join(name)).find(|place| place.is_dir())
}

/// The configuration file `name`; the second place is where one would be made.
pub(crate) fn config_file(era: Era, name: &str) -> (Option<PathBuf>, PathBuf) {
    let wanted = Path::new(name);
    let cwd = env::current_dir().unwrap_or_default();
    if wanted.is_absolute() {
        return (wanted.is_file().then(|| wanted.to_owned()), wanted.to_owned());
    }
    let mut places: Vec<PathBuf> = Vec::new();
    if wanted.components().count() > 1 {
        places.push(cwd.join(wanted));
    }
    places.extend(starts(era).into_iter().map(|start| start.join("config").join(wanted)));
    places.push(cwd.join(wanted));
    let found = places.iter().find(|place| place.is_file()).cloned();
    let new = if wanted.components().count() > 1 {
        cwd.join(wanted)
    } else {
        directory(era, "config").unwrap_or(cwd).join(wanted)
    };
    (found, new)
}
