//! The names in an archive: which of them are plain paths below the release's top directory.
//! Nothing is looked up here, and no name is repaired: it is taken or refused.

use super::rule::{Breach, Rule};
use crate::model::{RelPath, ReleaseShape};

/// The longest path, in bytes, top directory included.
const LENGTH: usize = 1024;
/// The longest name in a path, in bytes (`NAME_MAX` of every Linux file system in use).
const COMPONENT: usize = 255;
/// The most names in a path, top directory included.
const DEPTH: usize = 32;

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `./`: the directory in which the top directory lies.
    AboveTop,
    /// The top directory itself (the empty path), or below it.
    Inside(RelPath),
}

/// Judges the name of an entry.
pub(super) fn judge(raw: &[u8], shape: &ReleaseShape) -> Result<Place, Breach> {
    let text = plain_text(raw)?;
    Rule::PATH_EMPTY.demands(!text.is_empty())?;
    Rule::PATH_ABSOLUTE.demands(!text.starts_with('/'))?;
    let parts = components(text)?;
    let Some((top, below)) = parts.split_first() else {
        return Ok(Place::AboveTop);
    };
    Rule::PATH_TOP.demands(*top == shape.top)?;
    let reserved = below.iter().any(|part| shape.is_reserved(part));
    Rule::PATH_RESERVED.demands(!reserved)?;
    let path = below.join("/").parse();
    Ok(Place::Inside(path.map_err(|_| Rule::PATH_EMPTY)?))
}

/// The text of a name: UTF-8 without anything that a terminal, a log or another system would read differently.
pub(super) fn plain_text(raw: &[u8]) -> Result<&str, Breach> {
    Rule::PATH_NUL.demands(!raw.contains(&0))?;
    let text = str::from_utf8(raw).map_err(|_| Rule::PATH_UTF8)?;
    Rule::PATH_CONTROL.demands(!text.contains(char::is_control))?;
    Rule::PATH_BACKSLASH.demands(!text.contains('\\'))?;
    Ok(text)
}

/// The names in a path, without empty ones and `.`.
fn components(text: &str) -> Result<Vec<&str>, Breach> {
    let parts: Vec<_> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let length = parts.iter().map(|part| part.len() + 1).sum::<usize>();
    Rule::PATH_DOTDOT.demands(!parts.contains(&".."))?;
    Rule::PATH_LENGTH.demands(length <= LENGTH + 1)?;
    Rule::PATH_DEPTH.demands(parts.len() <= DEPTH)?;
    Rule::PATH_COMPONENT.demands(parts.iter().all(|part| part.len() <= COMPONENT))?;
    Ok(parts)
}

/// Judges the target of a link at `path` and says to which path below the top directory it leads.
///
/// The answer is purely lexical: it holds only if every directory on the way is a real one.
pub(super) fn judge_link(path: &RelPath, raw: &[u8]) -> Result<(String, RelPath), Breach> {
    Rule::LINK_EMPTY.demands(!raw.is_empty())?;
    Rule::LINK_LENGTH.demands(raw.len() <= LENGTH)?;
    let text = plain_text(raw).map_err(|breach| Rule::LINK_TEXT.with(breach.rule.says))?;
    Rule::LINK_ABSOLUTE.demands(!text.starts_with('/'))?;
    let parent = path.parent().unwrap_or_else(RelPath::here);
    let mut way: Vec<&str> = parent.as_str().split('/').filter(|part| !part.is_empty()).collect();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(way.pop().ok_or(Rule::LINK_OUTSIDE)?),
            name => way.push(name),
        }
    }
    let leads_to = way.join("/").parse().map_err(|_| Rule::LINK_TEXT)?;
    Ok((text.to_owned(), leads_to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(raw: &str) -> Option<&'static str> {
        judge(raw.as_bytes(), &ReleaseShape::MATTERMOST).err().map(|breach| breach.rule.id)
    }

    #[test]
    fn plain_names_are_taken_and_normalised() {
        for (raw, path) in [
            ("mattermost", ""),
            ("mattermost/", ""),
            ("./mattermost/a//b/./c", "a/b/c"),
            ("mattermost/-rf", "-rf"),
            ("mattermost/ä b/", "ä b"),
        ] {
            let place = judge(raw.as_bytes(), &ReleaseShape::MATTERMOST).unwrap();
            assert_eq!(place, Place::Inside(path.parse().unwrap()), "{raw}");
        }
        let above = judge(b"./", &ReleaseShape::MATTERMOST).unwrap();
        assert_eq!(above, Place::AboveTop);
    }

    #[test]
    fn bounds_are_exact() {
        let component = "a".repeat(255);
        assert_eq!(rule(&format!("mattermost/{component}")), None);
        assert_eq!(rule(&format!("mattermost/{component}a")), Some("T-PATH-COMPONENT"));
        let deep = |names: usize| format!("mattermost{}", "/d".repeat(names - 1));
        assert_eq!(rule(&deep(32)), None);
        assert_eq!(rule(&deep(33)), Some("T-PATH-DEPTH"));
        let long = |bytes: usize| {
            let mut path = "mattermost".to_owned();
            while path.len() + 101 <= bytes {
                path.push('/');
                path.push_str(&"n".repeat(100));
            }
            path.push('/');
            let rest = bytes - path.len();
            path + &"r".repeat(rest)
        };
        assert_eq!(rule(&long(1024)), None);
        assert_eq!(rule(&long(1025)), Some("T-PATH-LENGTH"));
    }

    #[test]
    fn link_targets_are_followed_on_paper() {
        let at: RelPath = "a/b/link".parse().unwrap();
        let (text, leads_to) = judge_link(&at, b".././../x//y").unwrap();
        assert_eq!((text.as_str(), leads_to.as_str()), (".././../x//y", "x/y"));
        let refused = judge_link(&at, b"../../../x").unwrap_err();
        assert_eq!(refused.rule, Rule::LINK_OUTSIDE);
    }
}
