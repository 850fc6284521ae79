//! Secrets that everybody knows: old releases shipped them in their configuration, the same for all the world.
//! They are known here by their digests only.

use super::{Complaint, Severity, about};
use crate::config::document::{Document, Leaf};
use crate::config::setting::SettingPath;
use crate::model::Sha256Digest;

/// The settings that were shipped with a value. Others cannot have one of these.
const SALTED: &[&str] = &[
    "SqlSettings.AtRestEncryptKey",
    "FileSettings.PublicLinkSalt",
    "EmailSettings.InviteSalt",
    "EmailSettings.PasswordResetSalt",
    "ServiceSettings.InviteSalt",
    "ServiceSettings.PublicLinkSalt",
    "ServiceSettings.ResetSalt",
];

/// SHA-256 of each shipped value, and the releases that shipped it.
const SHIPPED: &[(&str, &str)] = &[
    ("2da88d590bb10370424339600b2d51125ab8a69b702478ebe0c38affd4a92546", "0.5.0 to 0.7.1"),
    ("f81b5d26f4c6c371d8aaf9d72004c3c07bb472035ec30dc2c798cd1067fcfaa8", "0.5.0 to 0.7.1"),
    ("0d2db228edbc06f62faac24e5a53ddd8fdc4fc53f3feef93f33996a899ea13ce", "0.5.0 to 0.7.1"),
    ("ece50db196a58db1d16e1f20ad94b27234678e7a7f393ebf191284dafd22bc44", "0.5.0 to 0.7.1"),
    ("98537c2689284b521a56c37a3eb950d59d2a8da938a196912c056ed10953e546", "1.0.0 to 3.3.0"),
    ("17f797e5995ad3e4fcc013a0a9c3bd7c39a0978d99ad4dc49aeb018cc72f039e", "1.0.0 to 3.3.0"),
    ("9ae799a32d1ec31733ddf2ac34fed9399805515f4188535c703d1495902c15d3", "1.0.0 to 3.3.0"),
    ("06549ae12f3f679648081ac2f4ad6408732c3397ef533e1064c5d40ec05b70ab", "1.0.0 to 3.3.0"),
    ("fe99a215d16d6517ef8dfcee3c18a23e638a2073c367e073dd8f059439ca3330", "3.8.1 to 3.8.3"),
    ("30ae759aebeaebfa77363a952e0be4ca440fa62035c3d7095a1885d117726eb2", "3.8.1 to 3.8.3"),
    ("d6b404447c49cb2cc7b926246830898301572604829eeb577f9f97c1f4af71b7", "3.8.1 to 3.8.3"),
    ("471779a6f402dbda0b5e02d35123393da209826097cc1341d7e8ac1e908c2fdb", "3.8.1 to 3.8.3"),
];

/// The settings of a document whose secret was shipped.
pub(super) fn check(document: &Document) -> Vec<Complaint> {
    check_against(document, SHIPPED)
}

fn check_against(document: &Document, shipped: &[(&str, &str)]) -> Vec<Complaint> {
    let settings = SALTED.iter().filter_map(|name| document.spelling(&SettingPath::known(name)));
    let leaves = settings.filter_map(|setting| {
        let value = document.get(&setting)?;
        Some(Leaf { setting, value })
    });
    leaves.filter_map(|leaf| check_one(&leaf, shipped)).collect()
}

fn check_one(Leaf { setting, value }: &Leaf<'_>, shipped: &[(&str, &str)]) -> Option<Complaint> {
    let digest = Sha256Digest::of(value.as_text()?.as_bytes()).to_string();
    let (_, releases) = shipped.iter().find(|(shipped, _)| *shipped == digest)?;
    let text = format!("{setting} is the one that Mattermost {releases} shipped to everybody");
    let is_key = setting.name().eq_ignore_ascii_case("AtRestEncryptKey");
    let advice = if is_key {
        "replace it by 32 random letters, if nothing in the database was encrypted with it yet"
    } else {
        "replace it by 32 random letters; links and invitations that were sent lose their force"
    };
    Some(about(setting, Severity::Warning, "C-SALT", text).advise(advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_whole_and_different() {
        let mut digests: Vec<&str> = SHIPPED.iter().map(|(digest, _)| *digest).collect();
        assert!(digests.iter().all(|digest| digest.parse::<Sha256Digest>().is_ok()));
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), SHIPPED.len());
    }

    #[test]
    fn a_shipped_secret_is_known_and_not_shown() {
        // SHA-256 of `canary`: no shipped secret is in this source.
        let shipped = [(
            "e100fbce008c04ec40637af0af91fb2f05aeedc23f856a2d3c0b1580625d755e",
            "1.0.0 to 3.3.0",
        )];
        let json = br#"{"sqlsettings": {"AtRestEncryptKey": "canary"}}"#;
        let complaints = check_against(&Document::parse(json).unwrap(), &shipped);
        let told: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "sqlsettings.AtRestEncryptKey is the one that Mattermost 1.0.0 to 3.3.0 shipped to everybody (rule C-SALT)"
            ]
        );
        assert!(!format!("{complaints:?}").contains("canary"));
        for json in [
            format!(r#"{{"SqlSettings": {{"AtRestEncryptKey": "{}"}}}}"#, "x".repeat(32)),
            r#"{"SqlSettings": {"AtRestEncryptKey": ""}}"#.to_owned(),
        ] {
            assert_eq!(check(&Document::parse(json.as_bytes()).unwrap()), []);
        }
    }
}
