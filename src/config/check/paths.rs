//! Paths that will break, or be in the way: of directories that the server writes to, and of files that it reads.
//! Nothing is looked up; the release's tree is known only if somebody says where it is.

use std::path::Path;

use super::{Complaint, Severity, about};
use crate::config::document::Document;
use crate::config::place::check_place;
use crate::config::setting::SettingPath;
use crate::config::table::{Meaning, rows_with};
use crate::model::{PlaceName, Version};

/// Where a tree is taken to lie when nobody says it: at a path that no host has, so that nothing lies in it or around it.
const NOWHERE: &str = "/nowhere/tree";

/// What is wrong with the paths of a whole configuration.
pub(super) fn check(document: &Document, version: &Version, tree: Option<&Path>) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for meaning in [Meaning::Directory, Meaning::File] {
        for row in rows_with(meaning, version) {
            let Some((setting, value)) = text_of(document, row.setting) else { continue };
            let place = (meaning == Meaning::Directory).then(|| place_of(row.setting)).flatten();
            complaints.extend(check_path(&setting, &value, place, tree));
            complaints.extend(check_slash(&setting, &value, version));
        }
    }
    complaints
}

/// A path that is set, and its setting as the document spells it.
fn text_of(document: &Document, setting: &str) -> Option<(SettingPath, String)> {
    let setting = document.spelling(&SettingPath::known(setting))?;
    let value = document.get(&setting)?.as_text()?.into_owned();
    (!value.is_empty() && !value.contains('\0')).then_some((setting, value))
}

fn place_of(setting: &str) -> Option<PlaceName> {
    PlaceName::ALL.into_iter().find(|place| place.settings().contains(&setting))
}

fn check_path(
    setting: &SettingPath,
    value: &str,
    place: Option<PlaceName>,
    tree: Option<&Path>,
) -> Option<Complaint> {
    if !value.starts_with('/') {
        let text = format!(
            "{setting} is a relative path: the server looks for it from the directory that it is started in, \
             the release's own tree"
        );
        let advice =
            "give an absolute path outside the tree, so that an upgrade need not carry it over";
        return Some(about(setting, Severity::Note, "C-RELATIVE", text).advise(advice));
    }
    let path = Path::new(value);
    if tree.is_some_and(|tree| path.starts_with(tree)) {
        let text = format!(
            "{setting} lies in the release's own tree, which an upgrade replaces as a whole"
        );
        let advice = "give a path outside the tree";
        return Some(about(setting, Severity::Warning, "C-INTREE", text).advise(advice));
    }
    let place = place.filter(|place| *place != PlaceName::Logs)?;
    let plain = Path::new(value.trim_end_matches('/'));
    let plain = if plain.as_os_str().is_empty() { Path::new("/") } else { plain };
    let refused = check_place(place, plain, tree.unwrap_or(Path::new(NOWHERE))).err()?;
    let text = format!("{setting} cannot hold {place}: {}", refused.why);
    let advice = "give a directory that nothing else uses, such as one below /var/opt";
    Some(about(setting, Severity::Error, "C-DIR", text).advise(advice))
}

/// Before 3.8 the value is the name of the log file. From 3.8 to 4.4 the file's name is put directly behind the value.
fn check_slash(setting: &SettingPath, value: &str, version: &Version) -> Option<Complaint> {
    let is_log = SettingPath::known("LogSettings.FileLocation").is_same_as(setting);
    if !is_log || version.is_at_least(4, 5) {
        return None;
    }
    let ends_in_slash = value.ends_with('/');
    let (text, advice) = match (version.is_at_least(3, 8), ends_in_slash) {
        (true, false) => (
            format!(
                "{setting} does not end with a slash: {version} puts the name of its log file directly behind it"
            ),
            "put a slash at its end",
        ),
        (false, true) => (
            format!(
                "{setting} ends with a slash: {version} takes the whole value for the name of its log file"
            ),
            "put the name of the log file at its end",
        ),
        (true, true) | (false, false) => return None,
    };
    Some(about(setting, Severity::Warning, "C-SLASH", text).advise(advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(json: &str, version: &str, tree: Option<&str>) -> Vec<(Severity, &'static str)> {
        let document = Document::parse(json.as_bytes()).unwrap();
        let complaints = check(&document, &version.parse().unwrap(), tree.map(Path::new));
        complaints.into_iter().map(|complaint| (complaint.severity, complaint.rule)).collect()
    }

    #[test]
    fn paths_are_judged_by_where_they_lead() {
        use Severity::{Error, Note, Warning};
        let tree = Some("/opt/acme/mattermost");
        for (value, wanted) in [
            ("./data/", Some((Note, "C-RELATIVE"))),
            ("/opt/acme/mattermost/data", Some((Warning, "C-INTREE"))),
            ("/opt/acme/mattermost/", Some((Warning, "C-INTREE"))),
            ("/", Some((Error, "C-DIR"))),
            ("//", Some((Error, "C-DIR"))),
            ("/etc", Some((Error, "C-DIR"))),
            ("/etc/", Some((Error, "C-DIR"))),
            ("/opt/acme", Some((Error, "C-DIR"))),
            ("/proc/x", Some((Error, "C-DIR"))),
            ("/srv/../etc", Some((Error, "C-DIR"))),
            ("/var/opt/acme/data", None),
            ("", None),
        ] {
            let json = format!(r#"{{"FileSettings": {{"Directory": "{value}"}}}}"#);
            assert_eq!(rules(&json, "9.5.0", tree), Vec::from_iter(wanted), "{value}");
        }
        let inside = r#"{"FileSettings": {"Directory": "/opt/acme/mattermost/data"}}"#;
        assert_eq!(rules(inside, "9.5.0", None), []);
        let logs = r#"{"LogSettings": {"FileLocation": "/var/log"}}"#;
        assert_eq!(rules(logs, "9.5.0", None), []);
        let file = r#"{"ServiceSettings": {"TLSCertFile": "cert.pem"}}"#;
        assert_eq!(rules(file, "9.5.0", None), [(Note, "C-RELATIVE")]);
        assert_eq!(rules(file, "3.4.0", None), []);
    }

    #[test]
    fn every_era_has_its_own_slash() {
        use Severity::Warning;
        for (value, version, wanted) in [
            ("/var/log/mm/", "3.7.0", Some((Warning, "C-SLASH"))),
            ("/var/log/mm.log", "3.7.0", None),
            ("/var/log/mm", "4.1.0", Some((Warning, "C-SLASH"))),
            ("/var/log/mm/", "4.1.0", None),
            ("/var/log/mm", "4.5.0", None),
        ] {
            let json = format!(r#"{{"LogSettings": {{"FileLocation": "{value}"}}}}"#);
            assert_eq!(rules(&json, version, None), Vec::from_iter(wanted), "{value} {version}");
        }
    }
}
