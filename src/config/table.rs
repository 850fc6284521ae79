//! The settings that mean something to an installer: directories, files, connections, secrets, and in which versions.
//! Types and names of all the others stand in the list of known settings, not here.

use crate::model::Version;

use super::known::{is_ever_known, known};
use super::setting::SettingPath;

/// What a setting means to an installer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A directory of the host's file system that the server writes to.
    Directory,
    /// A file that is found from the server's working directory.
    File,
    /// A file that is found beside config.json.
    FileBesideConfig,
    /// A directory inside the file store, which may be no file system at all.
    InFileStore,
    /// A connection to a database, with its password.
    DataSource,
    /// A password, salt, key or token.
    Secret,
}

/// A setting with a meaning, and the versions that have it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The setting's name.
    pub setting: &'static str,
    /// What it means.
    pub meaning: Meaning,
    /// The first version that has it, as major and minor.
    pub since: (u64, u64),
    /// The first version that no longer has it.
    pub gone: Option<(u64, u64)>,
}

const fn row(setting: &'static str, meaning: Meaning, since: (u64, u64)) -> Row {
    Row { setting, meaning, since, gone: None }
}

const fn until(row: Row, gone: (u64, u64)) -> Row {
    Row { gone: Some(gone), ..row }
}

use Meaning::{DataSource, Directory, File, FileBesideConfig, InFileStore, Secret};

/// From the packaged configuration files up to 5.12 and the server's source (`model/config.go`) after them.
const ROWS: &[Row] = &[
    until(row("ServiceSettings.StorageDirectory", Directory, (0, 6)), (1, 0)),
    row("FileSettings.Directory", Directory, (1, 0)),
    row("FileSettings.ExportDirectory", Directory, (8, 1)),
    // A file name before 3.8, a directory from then on.
    row("LogSettings.FileLocation", Directory, (0, 5)),
    until(row("NotificationLogSettings.FileLocation", Directory, (5, 12)), (11, 0)),
    row("PluginSettings.Directory", Directory, (4, 4)),
    row("PluginSettings.ClientDirectory", Directory, (4, 5)),
    row("ComplianceSettings.Directory", Directory, (3, 0)),
    until(row("BleveSettings.IndexDir", Directory, (5, 24)), (11, 0)),
    row("ImportSettings.Directory", InFileStore, (5, 30)),
    row("ExportSettings.Directory", InFileStore, (5, 32)),
    row("ServiceSettings.TLSCertFile", File, (3, 5)),
    row("ServiceSettings.TLSKeyFile", File, (3, 5)),
    row("ServiceSettings.LetsEncryptCertificateCacheFile", File, (3, 5)),
    row("ServiceSettings.LicenseFileLocation", File, (3, 8)),
    row("ServiceSettings.LocalModeSocketLocation", File, (5, 22)),
    row("ExperimentalAuditSettings.FileName", File, (5, 22)),
    row("ElasticsearchSettings.CA", File, (7, 7)),
    row("ElasticsearchSettings.ClientCert", File, (7, 7)),
    row("ElasticsearchSettings.ClientKey", File, (7, 7)),
    row("PluginSettings.SignaturePublicKeyFiles", FileBesideConfig, (5, 20)),
    row("SamlSettings.IdpCertificateFile", FileBesideConfig, (3, 2)),
    row("SamlSettings.PublicCertificateFile", FileBesideConfig, (3, 2)),
    row("SamlSettings.PrivateKeyFile", FileBesideConfig, (3, 2)),
    row("LdapSettings.PublicCertificateFile", FileBesideConfig, (5, 28)),
    row("LdapSettings.PrivateKeyFile", FileBesideConfig, (5, 28)),
    until(row("TimezoneSettings.SupportedTimezonesPath", FileBesideConfig, (4, 9)), (5, 10)),
    row("SqlSettings.DataSource", DataSource, (0, 5)),
    row("SqlSettings.DataSourceReplicas", DataSource, (0, 5)),
    row("SqlSettings.DataSourceSearchReplicas", DataSource, (3, 6)),
    row("SqlSettings.ReplicaLagSettings", DataSource, (5, 36)),
    until(row("RedisSettings.DataSource", DataSource, (0, 5)), (1, 0)),
    // Without these names nobody would see that they are secret; the others are told by their last word.
    until(row("ServiceSettings.Shards", Secret, (0, 5)), (1, 0)),
    until(row("AWSSettings.S3AccessKeyId", Secret, (0, 5)), (1, 0)),
    row("FileSettings.AmazonS3AccessKeyId", Secret, (1, 0)),
    row("FileSettings.ExportAmazonS3AccessKeyId", Secret, (8, 1)),
    until(row("EmailSettings.ApplePushCertPrivate", Secret, (1, 0)), (1, 3)),
    until(row("ServiceSettings.ImageProxyOptions", Secret, (4, 8)), (5, 8)),
    row("ImageProxySettings.RemoteImageProxyOptions", Secret, (5, 8)),
];

/// The last words by which a secret is told that no table names, in lower case.
const SECRET_ENDINGS: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "salt",
    "key",
    "keyid",
    "token",
    "datasource",
    "dsn",
    "credential",
];

/// Words that a name holds which nobody knows, and which may be that of a secret.
const SECRET_WORDS: &[&str] = &[
    "auth",
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "credential",
    "apikey",
    "api_key",
    "bearer",
    "cookie",
    "salt",
];

impl Row {
    /// Does this version have the setting?
    #[must_use]
    pub const fn exists_in(&self, version: &Version) -> bool {
        version.is_at_least(self.since.0, self.since.1)
            && match self.gone {
                Some((major, minor)) => !version.is_at_least(major, minor),
                None => true,
            }
    }

    fn names(&self, setting: &SettingPath) -> bool {
        // Most rows are of another section.
        let section = setting.section();
        let start = self.setting.get(..section.len());
        if !start.is_some_and(|start| start.eq_ignore_ascii_case(section)) {
            return false;
        }
        let mut parts = setting.parts().iter();
        self.setting
            .split('.')
            .all(|part| parts.next().is_some_and(|other| other.eq_ignore_ascii_case(part)))
    }
}

/// What is known about a setting, or about what holds it.
#[must_use]
pub fn row_of(setting: &SettingPath) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.names(setting))
}

/// The settings with this meaning in this version.
pub fn rows_with(meaning: Meaning, version: &Version) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| row.meaning == meaning && row.exists_in(version))
}

/// May the value of this setting be shown to nobody? Told by the table, and by the last word of the name for
/// settings that the table does not know, those of plugins before all.
#[must_use]
pub fn is_secret(setting: &SettingPath) -> bool {
    match row_of(setting).map(|row| row.meaning) {
        Some(DataSource | Secret) => true,
        Some(Directory | File | FileBesideConfig | InFileStore) => false,
        None => setting.parts().iter().skip(1).any(|part| is_secret_name(part)),
    }
}

/// The same, and also where nobody knows the setting and any word of its name sounds like a secret: then it is shown to
/// nobody in case it is one.
pub(super) fn may_be_secret(setting: &SettingPath) -> bool {
    is_secret(setting)
        || (setting.parts().iter().any(|part| sounds_secret(part)) && {
            // The name of a section says something only where the section is unheard of as well.
            let section = SettingPath::from_parts([setting.section()]);
            let is_known = section.is_some_and(|section| is_ever_known(&section));
            let telling = setting.parts().iter().skip(usize::from(is_known));
            known(setting).is_empty() && telling.into_iter().any(|part| sounds_secret(part))
        })
}

/// Could a name that nobody knows be that of a secret?
pub(super) fn sounds_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    is_secret_name(name) || SECRET_WORDS.iter().any(|word| lower.contains(word))
}

/// Does a name end like that of a secret?
pub(super) fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let singular = lower.strip_suffix('s').unwrap_or(&lower);
    lower.contains("secret")
        || lower.contains("privatekey")
        || SECRET_ENDINGS.iter().any(|ending| singular.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_table_and_by_name() {
        for (setting, secret) in [
            ("SqlSettings.DataSource", true),
            ("sqlsettings.datasourcereplicas", true),
            ("SqlSettings.AtRestEncryptKey", true),
            ("FileSettings.PublicLinkSalt", true),
            ("FileSettings.AmazonS3AccessKeyId", true),
            ("EmailSettings.SMTPPassword", true),
            ("GitLabSettings.Secret", true),
            ("MessageExportSettings.GlobalRelaySettings.SMTPPassword", true),
            ("CacheSettings.RedisPassword", true),
            ("AWSSettings.Route53AccessKeyId", true),
            ("FileSettings.AzureAccessKey", true),
            ("PluginSettings.Plugins.github.webhooksecret", true),
            ("PluginSettings.Plugins.jira.apiTokens", true),
            ("ServiceSettings.TLSKeyFile", false),
            ("SamlSettings.PrivateKeyFile", false),
            ("ElasticsearchSettings.ClientKey", false),
            ("ServiceSettings.SiteURL", false),
            ("PasswordSettings.MinimumLength", false),
            ("ElasticsearchSettings.PostIndexReplicas", false),
            ("EmailSettings.SMTPUsername", false),
        ] {
            assert_eq!(is_secret(&SettingPath::known(setting)), secret, "{setting}");
        }
    }

    #[test]
    fn directories_come_and_go_with_versions() {
        let count = |version: &str| rows_with(Directory, &version.parse().unwrap()).count();
        for (version, directories) in [
            ("0.7.0", 2),
            ("2.2.0", 2),
            ("3.5.1", 3),
            ("4.4.0", 4),
            ("4.10.0", 5),
            ("5.12.0", 6),
            ("5.37.0", 7),
            ("9.11.0", 8),
            ("11.7.3", 6),
        ] {
            assert_eq!(count(version), directories, "{version}");
        }
    }

    #[test]
    fn the_file_store_is_no_directory_of_the_host() {
        let row = row_of(&SettingPath::known("ExportSettings.Directory")).unwrap();
        assert_eq!(row.meaning, InFileStore);
    }
}
