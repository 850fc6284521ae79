//! A relative path that cannot climb: the only kind of path above the doors.
//! Nothing is looked up on a disk here.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A relative UTF-8 path of ordinary components: no `..`, no `.`, no root, no empty component.
///
/// The empty path is allowed and names the directory that the path is relative to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelPath(String);

/// Why a text is not a [`RelPath`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a plain relative path")]
pub struct RelPathError {
    text: String,
}

impl RelPath {
    /// The directory itself.
    #[must_use]
    pub const fn here() -> Self {
        Self(String::new())
    }

    /// A path that is typed as seen from inside a root: absolute, and taken below it.
    ///
    /// # Errors
    /// Words about what was expected instead.
    pub fn below_root(text: &str) -> Result<Self, &'static str> {
        let relative =
            text.strip_prefix('/').ok_or("expected an absolute path, such as /srv/chat")?;
        let relative = relative.trim_end_matches('/');
        if relative.is_empty() {
            return Err("the root directory itself cannot be used");
        }
        relative.parse().map_err(|_| "expected a path without `..`, `.` and `//`")
    }

    /// The path as one would type it below its directory.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as the standard library wants it; `.` for the directory itself.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        Path::new(if self.0.is_empty() { "." } else { &self.0 })
    }

    /// `self/name`.
    ///
    /// # Panics
    /// If `name` is not a plain relative path. It is for names that the program itself spells out;
    /// anything read from outside goes through [`RelPath::from_str`] first.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        let tail: Self = name.parse().expect("a name spelled in the program is a plain path");
        self.below(&tail)
    }

    /// `self/tail`.
    #[must_use]
    pub fn below(&self, tail: &Self) -> Self {
        match (self.0.is_empty(), tail.0.is_empty()) {
            (true, _) => tail.clone(),
            (_, true) => self.clone(),
            _ => Self(format!("{}/{}", self.0, tail.0)),
        }
    }

    /// Everything but the last component; `None` for the directory itself.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        if self.0.is_empty() {
            return None;
        }
        Some(Self(self.0.rsplit_once('/').map_or("", |(head, _)| head).to_owned()))
    }

    /// The last component; empty for the directory itself.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// Is this path `top`, or does it lie below it?
    #[must_use]
    pub fn is_within(&self, top: &Self) -> bool {
        Path::new(&self.0).starts_with(&top.0)
    }

    /// The rest of the path below `top`; `None` if it is not below it.
    #[must_use]
    pub fn relative_to(&self, top: &Self) -> Option<Self> {
        let rest = self.as_path().strip_prefix(top.as_path()).ok()?;
        rest.to_str()?.parse().ok()
    }

    /// What a link at this path says that is to lead to `target`: the way from the directory that holds it. It is relative, so that
    /// it leads there also from inside a root, and wherever that root is mounted.
    #[must_use]
    pub fn link_to(&self, target: &Self) -> String {
        let above = self.parent().unwrap_or_else(Self::here);
        let mut common = above.clone();
        while !target.is_within(&common) {
            common = common.parent().unwrap_or_else(Self::here);
        }
        let up = "../".repeat(above.names().count() - common.names().count());
        let rest = target.0.strip_prefix(&common.0).unwrap_or(&target.0);
        format!("{up}{}", rest.trim_start_matches('/'))
    }

    /// The components.
    #[must_use]
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|name| !name.is_empty())
    }

    /// The path under an absolute directory.
    #[must_use]
    pub fn under(&self, directory: &Path) -> PathBuf {
        if self.0.is_empty() { directory.to_owned() } else { directory.join(&self.0) }
    }
}

impl FromStr for RelPath {
    type Err = RelPathError;

    fn from_str(text: &str) -> Result<Self, RelPathError> {
        let refuse = || RelPathError { text: text.to_owned() };
        let plain = Path::new(text).components().all(|part| matches!(part, Component::Normal(_)));
        // `components` folds `a//b`, `a/.` and `a/`; a path is only plain if it is spelled plainly.
        let spelled =
            text.is_empty() || text.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !plain || !spelled || text.contains('\0') {
            return Err(refuse());
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for RelPath {
    type Error = RelPathError;

    fn try_from(text: String) -> Result<Self, RelPathError> {
        text.parse()
    }
}

impl From<RelPath> for String {
    fn from(path: RelPath) -> Self {
        path.0
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

impl fmt::Debug for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RelPath {
        text.parse().unwrap()
    }

    #[test]
    fn climbing_and_absolute_paths_are_refused() {
        for text in ["..", "a/..", "/a", "a//b", "./a", "a/", "a/./b", "a\0b", "."] {
            assert!(text.parse::<RelPath>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn parents_and_names() {
        assert_eq!(path("a/b/c").parent(), Some(path("a/b")));
        assert_eq!(path("a").parent(), Some(RelPath::here()));
        assert_eq!(RelPath::here().parent(), None);
        assert_eq!(path("a/b").name(), "b");
        assert_eq!(RelPath::here().join("a").join("b"), path("a/b"));
    }

    #[test]
    fn a_link_goes_the_shortest_way() {
        for (from, text) in [
            ("opt/mattermost", "acme/embedded/mattermost"),
            ("opt/acme/mattermost", "embedded/mattermost"),
            ("opt/acme/embedded/old", "mattermost"),
            ("mattermost", "opt/acme/embedded/mattermost"),
            ("srv/chat/server", "../../opt/acme/embedded/mattermost"),
            ("opt/ac/me", "../acme/embedded/mattermost"),
        ] {
            let live = path("opt/acme/embedded/mattermost");
            assert_eq!(path(from).link_to(&live), text, "{from}");
        }
    }

    #[test]
    fn within_counts_whole_components() {
        assert!(path("opt/app/x").is_within(&path("opt/app")));
        assert!(!path("opt/application").is_within(&path("opt/app")));
        assert!(path("anything").is_within(&RelPath::here()));
    }
}
