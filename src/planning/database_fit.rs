//! Whether a release runs on a database.
//! None is asked here.

use crate::database::{Endpoint, Engine, Minimum, Purpose, minimum};
use crate::model::{Finding, Release, Severity};

/// The vendor's own way from one database system to the other.
const MIGRATION_GUIDE: &str =
    "https://docs.mattermost.com/administration-guide/manage/admin/postgres-migration-assist-tool";

/// Whether a release runs on a database of this system at all; of a driver that is not known, nothing is said.
#[must_use]
pub fn check_database_system(driver: &str, purpose: Purpose, release: &Release) -> Option<Finding> {
    let engine = Engine::of_driver(driver)?;
    let refused =
        |purpose| minimum(engine, purpose, &release.version) == Minimum::Unsupported(engine);
    let advice = format!(
        "{engine} is served up to 10.x: move to PostgreSQL first, as {MIGRATION_GUIDE} says"
    );
    if refused(Purpose::Upgrade) {
        let text = format!("SqlSettings.DriverName says {engine}, on which {release} does not run");
        return Some(Finding::new(Severity::Fatal, "database-system", text).advise(advice));
    }
    refused(purpose).then(|| {
        let text =
            format!("{release} is the vendor's to install on PostgreSQL only, not on {engine}");
        Finding::new(Severity::Warning, "database-system", text).advise(advice)
    })
}

/// Whether a PostgreSQL server with this `server_version_num` is new enough for a release.
#[must_use]
pub fn check_database_version(
    endpoint: &Endpoint,
    server_version_num: u32,
    purpose: Purpose,
    release: &Release,
) -> Option<Finding> {
    let least = minimum(endpoint.engine, purpose, &release.version);
    (!least.admits_postgres(server_version_num)).then(|| {
        let text = format!("{endpoint} is too old: {release} needs {least}");
        let advice = "upgrade the database server first";
        Finding::new(Severity::Fatal, "database-version", text).advise(advice)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::{DataSource, read_data_source};
    use crate::model::Edition;

    fn release(version: &str) -> Release {
        Release { version: version.parse().unwrap(), edition: Edition::Team }
    }

    #[test]
    fn mysql_is_gone_at_11_and_nothing_is_said_of_what_nobody_knows() {
        use Purpose::{NewInstallation, Upgrade};
        let fit = |driver, purpose, version| {
            let finding = check_database_system(driver, purpose, &release(version));
            finding.map(|finding| finding.severity)
        };
        assert_eq!(fit("mysql", Upgrade, "10.11.4"), None);
        assert_eq!(fit("mysql", NewInstallation, "10.11.4"), Some(Severity::Warning));
        assert_eq!(fit("mysql", Upgrade, "11.0.0"), Some(Severity::Fatal));
        assert_eq!(fit("postgres", Upgrade, "11.0.0"), None);
        assert_eq!(fit("oracle", Upgrade, "11.0.0"), None);
    }

    #[test]
    fn a_database_is_too_old_from_one_release_on() {
        let source = "postgres://u:hunter2@db.example/chat";
        let DataSource::Known(endpoint) = read_data_source("postgres", source).unwrap() else {
            panic!("it is known");
        };
        let fit = |version| {
            check_database_version(&endpoint, 130_012, Purpose::Upgrade, &release(version))
        };
        assert_eq!(fit("10.11.4"), None);
        let text = fit("11.0.0").unwrap().text;
        assert!(
            text.ends_with("is too old: Mattermost 11.0.0 (team edition) needs PostgreSQL 14"),
            "{text}"
        );
        assert!(text.contains("chat") && !text.contains("hunter2"), "{text}");
    }
}
