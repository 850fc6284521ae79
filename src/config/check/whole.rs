//! What a whole config.json lacks.
//! Overlays lack most settings, and are never asked.

use super::{Complaint, Severity, about};
use crate::config::document::Document;
use crate::config::setting::SettingPath;

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
