//! Who may read and write the file that holds the secrets.
//! The file itself is not looked at here.

use super::{Complaint, Severity};
use crate::config::document::Document;
use crate::config::mask::hides_something;
use crate::model::FileAccess;

/// What is wrong with the permissions of a file with these settings.
pub(super) fn check(document: &Document, access: FileAccess) -> Vec<Complaint> {
    let FileAccess { owner, mode } = access;
    let whose = format!("mode {mode:04o}, owner {owner}");
    let mut complaints = Vec::new();
    if access.is_readable_by_all() && holds_secret(document) {
        let text = format!("every user of the machine can read the secrets in this file ({whose})");
        let complaint = Complaint::new(Severity::Warning, "C-MODE", text);
        complaints.push(complaint.advise("make it the server's, with mode 0600"));
    }
    if access.is_writable_by_all() {
        let text = format!("every user of the machine can change this file ({whose})");
        let complaint = Complaint::new(Severity::Warning, "C-MODE", text);
        complaints.push(complaint.advise("make it the server's, with mode 0600"));
    }
    complaints
}

fn holds_secret(document: &Document) -> bool {
    document.leaves().iter().any(|leaf| hides_something(&leaf.setting, &leaf.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Owner;

    #[test]
    fn only_a_file_with_secrets_has_to_be_private() {
        let owner = Owner { uid: 7, gid: 8 };
        let secret = r#"{"EmailSettings": {"SMTPPassword": "canary"}}"#;
        let open = r#"{"EmailSettings": {"SMTPPassword": "", "SMTPPort": "25"}}"#;
        for (json, mode, count) in [
            (secret, 0o644, 1),
            (secret, 0o600, 0),
            (open, 0o644, 0),
            (open, 0o666, 1),
            (secret, 0o666, 2),
        ] {
            let document = Document::parse(json.as_bytes()).unwrap();
            let complaints = check(&document, FileAccess { owner, mode });
            assert_eq!(complaints.len(), count, "{json} {mode:o}");
            assert!(
                complaints.iter().all(|it| it.rule == "C-MODE" && it.text.contains("owner 7:8"))
            );
            assert!(!format!("{complaints:?}").contains("canary"));
        }
    }
}
