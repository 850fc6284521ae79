//! Is this the name of anything? Asked where a slip of the pen would silently have no effect.

use crate::model::Version;

use super::document::{Document, SECTIONS};
use super::known::{distance_within, is_ever_known, is_free, knows_all_of, nearest};
use super::setting::SettingPath;

/// A name that no setting and no section has, in any version or file that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no setting or section {name}{}", suggestion(*.nearest))]
pub struct UnknownName {
    /// What was given.
    pub name: SettingPath,
    /// What was most likely meant.
    pub nearest: Option<&'static str>,
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

/// Refuses the name of a setting or a section that neither the documents nor any version has. Where not every setting of
/// the version is known, only a name that is almost a known one is refused.
///
/// # Errors
/// [`UnknownName`].
pub fn require_known(
    name: &SettingPath,
    documents: &[&Document],
    version: Option<&Version>,
) -> Result<(), UnknownName> {
    let is_section = |section: &&str| section.eq_ignore_ascii_case(name.section());
    let is_section = name.parts().len() == 1 && SECTIONS.iter().any(is_section);
    let is_there = documents.iter().any(|document| document.get(name).is_some());
    if is_there || is_section || is_ever_known(name) || is_free(name) {
        return Ok(());
    }
    let nearest = meant(name, version);
    let may_be_new = version.is_some_and(|version| !knows_all_of(version));
    if nearest.is_none() && may_be_new {
        return Ok(());
    }
    Err(UnknownName { name: name.clone(), nearest })
}

fn meant(name: &SettingPath, version: Option<&Version>) -> Option<&'static str> {
    if name.parts().len() == 1 {
        let typed = name.section().to_ascii_lowercase();
        let distance = |section: &str| distance_within(&typed, &section.to_ascii_lowercase(), 3);
        let near = SECTIONS.iter().filter_map(|section| Some((distance(section)?, *section)));
        return near.min().map(|(_, section)| section);
    }
    // Where nobody says which version is meant: what no version has dropped comes first.
    nearest(name, version.unwrap_or(&Version::AFTER_ALL))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(name: &str, version: Option<&str>) -> Option<String> {
        let document = Document::from_value(&json!({"Mine": {"Own": 1}})).unwrap();
        let version: Option<Version> = version.map(|version| version.parse().unwrap());
        let name = SettingPath::known(name);
        let known = require_known(&name, &[&document], version.as_ref());
        known.err().map(|error| error.to_string())
    }

    #[test]
    fn settings_sections_and_what_the_files_have_are_known() {
        for name in [
            "ServiceSettings.SiteURL",
            "servicesettings.siteurl",
            "ServiceSettings",
            "PluginSettings.Plugins.\"com.acme\".anything",
            "MessageExportSettings.GlobalRelaySettings",
            "Mine.Own",
            "Mine",
            "FeatureFlags.Whatever",
        ] {
            assert_eq!(refused(name, None), None, "{name}");
        }
    }

    #[test]
    fn others_are_refused_with_what_was_meant() {
        for (name, version, said) in [
            (
                "ServiceSetings",
                None,
                Some(
                    "there is no setting or section ServiceSetings; did you mean ServiceSettings?",
                ),
            ),
            (
                "TeamSettings.EnableUserCretion",
                Some("99.0.0"),
                Some(
                    "there is no setting or section TeamSettings.EnableUserCretion; did you mean \
                     TeamSettings.EnableUserCreation?",
                ),
            ),
            ("Unheard.Of", None, Some("there is no setting or section Unheard.Of")),
            ("Unheard.Of", Some("5.37.0"), Some("there is no setting or section Unheard.Of")),
            ("Unheard.Of", Some("99.0.0"), None),
        ] {
            assert_eq!(refused(name, version).as_deref(), said, "{name} {version:?}");
        }
    }
}
