//! The plugin of boards: servers from 7.6 to 7.10 take one of its settings for granted, and fall over where it is missing.

use serde_json::Value;

use super::constraint::refusal;
use super::{Complaint, about};
use crate::config::document::{Document, Kind};
use crate::config::setting::SettingPath;
use crate::model::Version;

/// What took the place of the plugin's setting. A file that has it is not asked for the plugin's.
const PRODUCT: &str = "ProductSettings.EnablePublicSharedBoards";

const PLUGINS: &str = "PluginSettings.Plugins";

/// From the server's model/config.go: the state of 9 November 2022, shortly before 7.5, does not look at the plugin; that of 22
/// November, those of 7.7 and 7.8 and the last before 8.0 do. Names in here are told apart by case.
pub(super) fn check(document: &Document, version: &Version) -> Option<Complaint> {
    let asks = version.is_at_least(7, 6) && !version.is_at_least(8, 0);
    let product = document.get(&SettingPath::known(PRODUCT));
    if !asks || product.is_some_and(|value| value.kind() != Kind::Null) {
        return None;
    }
    let plugins = document.get(&SettingPath::known(PLUGINS))?.to_value();
    let boards = plugins.get("focalboard")?;
    if boards.get("enablepublicsharedboards").is_some_and(Value::is_boolean) {
        return None;
    }
    let boards = SettingPath::from_parts(["PluginSettings", "Plugins", "focalboard"])?;
    let boards = document.spelling(&boards).unwrap_or(boards);
    let text = format!(
        "{boards} has no enablepublicsharedboards that is true or false, and {PRODUCT} is not set: {version} does not start"
    );
    Some(about(&boards, refusal(version), "C-NEEDS", text).advise(format!("set {PRODUCT}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards_without_the_setting_stop_some_versions() {
        let plugins =
            |boards: &str| format!(r#"{{"PluginSettings": {{"Plugins": {{{boards}}}}}}}"#);
        let product = r#"{"ProductSettings": {"EnablePublicSharedBoards": false}, "PluginSettings": {"Plugins": {"focalboard": {}}}}"#;
        for (json, version, stops) in [
            (plugins(r#""focalboard": {}"#), "7.5.2", false),
            (plugins(r#""focalboard": {}"#), "7.7.0", true),
            (plugins(r#""focalboard": null"#), "7.8.15", true),
            (plugins(r#""focalboard": {"enablepublicsharedboards": null}"#), "7.10.0", true),
            (plugins(r#""focalboard": {"enablepublicsharedboards": "true"}"#), "7.8.0", true),
            (plugins(r#""focalboard": {"enablePublicSharedBoards": true}"#), "7.8.0", true),
            (plugins(r#""focalboard": {"enablepublicsharedboards": false}"#), "7.8.0", false),
            (plugins(r#""Focalboard": {}"#), "7.8.0", false),
            (plugins(r#""com.acme": {}"#), "7.8.0", false),
            ("{}".to_owned(), "7.8.0", false),
            (product.to_owned(), "7.8.0", false),
            (plugins(r#""focalboard": {}"#), "8.0.0", false),
        ] {
            let document = Document::parse(json.as_bytes()).unwrap();
            let found = check(&document, &version.parse().unwrap());
            assert_eq!(found.is_some(), stops, "{json} {version}");
        }
    }
}
