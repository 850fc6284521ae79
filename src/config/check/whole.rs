//! What a whole config.json lacks.
//! Overlays lack most settings, and are never asked.

use super::{Complaint, Severity, about};
use crate::config::document::Document;
use crate::config::forecast::forgotten;
use crate::config::setting::SettingPath;
use crate::model::Version;

/// What is missing, or empty and made by the server.
pub(super) fn check(document: &Document) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let database = SettingPath::known("SqlSettings");
    if document.get(&database).is_none() {
        let text =
            "there is no section SqlSettings: the server would use its default database".to_owned();
        let complaint = about(&database, Severity::Warning, "C-NOSQL", text);
        complaints.push(complaint.advise("say in SqlSettings which database the server shall use"));
    }
    for name in ["SqlSettings.AtRestEncryptKey", "FileSettings.PublicLinkSalt"] {
        let key = SettingPath::known(name);
        if document.get(&key).is_some_and(|value| value.is_empty()) {
            let text = format!(
                "{key} is empty: the server makes a new one when it starts, and what was made with another is lost"
            );
            let complaint = about(&key, Severity::Warning, "C-NOKEY", text);
            let advice =
                "put back the one that was in use, or keep the one that the server writes there";
            complaints.push(complaint.advise(advice));
        }
    }
    complaints
}

/// Keys that a server of this version replaces, because the file looks like a new one to it.
pub(super) fn check_address(document: &Document, version: &Version) -> Option<Complaint> {
    let lost: Vec<String> = forgotten(document, version).iter().map(ToString::to_string).collect();
    if lost.is_empty() {
        return None;
    }
    let address = SettingPath::known("ServiceSettings.SiteURL");
    let text = format!(
        "{address} is not named: {version} takes the file for a new one, and makes {} anew",
        lost.join(" and ")
    );
    let complaint = about(&address, Severity::Error, "C-NOADDRESS", text);
    Some(complaint.advise(format!("set {address}, be it to \"\"")))
}
