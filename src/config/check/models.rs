//! The demands, held against what the server's own code said of single values in some eighty versions.
//! What it refused has to be refused here, but for what is listed; what it took must never be.

use crate::config::{Document, SettingPath, Severity, Subject, exists_in};
use crate::model::Version;

/// Its head says how it was made.
const REFUSED: &str = include_str!("../../../fixtures/refused.tsv");

/// Nobody has written these down yet: they are taken to be right.
const NOT_COVERED: &[&str] = &[
    "ContentFlaggingSettings.AdditionalSettings.Reasons",
    "ContentFlaggingSettings.NotificationSettings.EventTargetMapping",
    "ContentFlaggingSettings.ReviewerSettings.TeamAdminsAsReviewers",
    "ElasticsearchSettings.EnableCJKAnalyzers",
    "ElasticsearchSettings.GlobalSearchPrefix",
    "ExperimentalAuditSettings.AdvancedLoggingJSON",
    "FileSettings.AzureRequestTimeoutMilliseconds",
    "FileSettings.ExportAzureRequestTimeoutMilliseconds",
    // Only where nothing else is set, which no file that a server has written is.
    "ImageProxySettings.ImageProxyType",
    // The server mends it before it looks.
    "LocalizationSettings.AvailableLocales",
    "LogSettings.AdvancedLoggingJSON",
    "MetricsSettings.ClientSideUserIds",
    "NativeAppSettings.AndroidAppDownloadLink",
    "NativeAppSettings.AppDownloadLink",
    "NativeAppSettings.IosAppDownloadLink",
    "ServiceSettings.DCRRedirectURIAllowlist",
    "ServiceSettings.MinimumDesktopAppVersion",
    "SqlSettings.AnalyticsQueryTimeout",
    "WranglerSettings.AllowedEmailDomain",
];

struct Row {
    setting: &'static str,
    value: &'static str,
    first: Version,
    last: Version,
}

fn rows() -> Vec<Row> {
    let lines = REFUSED.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [setting, value, first, last] = fields[..] else { panic!("{line}") };
        Row { setting, value, first: first.parse().unwrap(), last: last.parse().unwrap() }
    };
    lines.map(row).collect()
}

fn versions() -> Vec<Version> {
    let head = REFUSED.lines().find_map(|line| line.strip_prefix("# versions: ")).unwrap();
    head.split(' ').map(|version| version.parse().unwrap()).collect()
}

/// Does the code of this version's name hold for the release of that name? A state between two releases already has what
/// only the later one has: what is new in it, or is gone from it, may not be so in the release.
fn is_certain(row: &Row, version: &Version) -> bool {
    let exact = !version.is_at_least(7, 0);
    let minor = |version: &Version| (version.major(), version.minor());
    let of_eleven = (10, 11) <= minor(&row.first) && minor(version) < (11, 0);
    exact || (minor(&row.first) != minor(version) && !of_eleven)
}

fn is_refused(row: &Row, version: &Version) -> bool {
    let mut document = Document::empty();
    document.set_raw(&SettingPath::known(row.setting), row.value).unwrap();
    let complaints = super::demands(&document, version, Subject::Whole);
    complaints.iter().any(|complaint| complaint.severity == Severity::Error)
}

#[test]
fn what_servers_refuse_is_refused_and_nothing_else() {
    let (rows, versions) = (rows(), versions());
    assert!(rows.len() > 150 && versions.len() > 70);
    let mut faults = Vec::new();
    for row in &rows {
        for version in &versions {
            let wanted = (&row.first..=&row.last).contains(&version);
            let known = exists_in(&SettingPath::known(row.setting), version);
            let covered = known && !NOT_COVERED.contains(&row.setting) && is_certain(row, version);
            let found = is_refused(row, version);
            let missed = wanted && covered && !found;
            if missed || (found && !wanted) {
                faults.push(format!("{version} {} {}: {found}", row.setting, row.value));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn what_is_listed_as_not_covered_is_in_the_table() {
    let rows = rows();
    for setting in NOT_COVERED {
        assert!(rows.iter().any(|row| row.setting == *setting), "{setting}");
    }
}
