//! What is known of an installation when rules are held against it.
//! Everything is only looked at, and what cannot be seen is said to be unknown.

use crate::config::Document;
use crate::database::{Endpoint, Engine};
use crate::engine::cluster::SharedDatabase;
use crate::engine::database::{Access, Database};
use crate::engine::install::needs;
use crate::engine::server_environment::{Found, Seeker, SiteConfig, layer_of};
use crate::engine::survey::Needs;
use crate::host::{Host, this_glibc};
use crate::model::{
    EnvironmentSource, Finding, GlibcVersion, Prefix, Receipt, ServerEnvironment, Service,
    Severity, Start, Viewpoint, chain,
};
use crate::planning::ClusterSeen;
use crate::upgrade::{Driver, Situation};

/// An installation, and how it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Installed<'a> {
    /// The machine that it is on.
    pub host: &'a Host,
    /// Its paths.
    pub prefix: &'a Prefix,
    /// What mmembed last made true.
    pub receipt: &'a Receipt,
    /// Where no server is started, neither its database nor its environment is asked for.
    pub start: Start,
    /// How the server is stopped and started.
    pub service: &'a Service,
    /// What the operator says of its environment.
    pub told: Option<&'a ServerEnvironment>,
    /// The host's defaults, all overlays in one.
    pub defaults: &'a Document,
    /// What the host enforces, all overlays in one.
    pub enforced: &'a Document,
}

/// What was seen of an installation.
#[derive(Clone, Debug, Default)]
pub struct SituationSeen {
    /// The same as rules see it.
    pub situation: Situation,
    /// What could not be seen.
    pub findings: Vec<Finding>,
    /// The configuration in use, without what the environment overrides.
    pub(super) site: Option<Document>,
    /// With which variables its server is started.
    pub(super) environment: ServerEnvironment,
    /// `SqlSettings.DriverName`, whoever decides about it.
    pub(super) driver: Option<String>,
    /// Its database, if that could be asked.
    pub(super) database: Option<DatabaseKnown>,
    /// The database as one that other nodes share, where this is a node of a cluster by its configuration.
    pub(super) cluster: Option<ClusterSeen>,
}

/// A database that was asked.
#[derive(Clone, Debug)]
pub(super) struct DatabaseKnown {
    pub(super) endpoint: Endpoint,
    pub(super) server_version_num: u32,
    /// How large it is.
    pub(super) bytes: u64,
}

/// Looks at an installation. Nothing is changed, and nothing fails: what cannot be seen stays unknown, and is named.
#[must_use]
pub fn situation(installed: &Installed<'_>) -> SituationSeen {
    let mut seen = SituationSeen::default();
    seen.situation.edition = Some(installed.receipt.release.edition);
    seen.environment = see_environment(installed, &mut seen);
    seen.site = see_site(installed, &mut seen);
    seen.situation.config =
        seen.site.as_ref().and_then(|site| serde_json::from_str(&site.to_text()).ok());
    see_database(installed, &mut seen);
    seen.situation.glibc = see_glibc(installed, &mut seen);
    seen
}

impl SituationSeen {
    fn unseen(&mut self, severity: Severity, code: &str, text: impl Into<String>) {
        self.findings.push(Finding::new(severity, code, text));
    }
}

fn see_environment(installed: &Installed<'_>, seen: &mut SituationSeen) -> ServerEnvironment {
    let Installed { host, prefix, receipt, start, service, told, .. } = installed;
    let version = Some(&receipt.release.version);
    let (start, told) = (*start, *told);
    let seeker = Seeker { host, start, told, live: prefix.live(), version, service };
    let environment = match seeker.look() {
        Ok(Found { environment, .. }) => environment,
        Err(error) => {
            let text = format!(
                "with which variables the server is started is not known: {}",
                chain(&error)
            );
            seen.unseen(Severity::Warning, "environment-unseen", text);
            return ServerEnvironment::default();
        }
    };
    if environment.source == EnvironmentSource::Nowhere {
        let why = match start {
            Start::Never => "nobody asks where no server is started",
            Start::Prove { .. } => "it does not run, and no service is named",
        };
        let text = format!("with which variables the server is started is not known: {why}");
        seen.unseen(Severity::Note, "environment-unseen", text);
    } else {
        let variables =
            environment.pairs().map(|(name, value)| (name.to_owned(), value.to_owned()));
        seen.situation.environment = Some(variables.collect());
    }
    environment
}

fn see_site(installed: &Installed<'_>, seen: &mut SituationSeen) -> Option<Document> {
    let Installed { host, receipt, .. } = installed;
    let site = SiteConfig::of_installed(host, receipt, &seen.environment);
    let why = match site.own() {
        Ok(Some(document)) => return Some(document),
        Ok(None) => "there is none".to_owned(),
        Err(error) => chain(&error),
    };
    let text = format!("the configuration in use could not be looked at: {why}");
    seen.unseen(Severity::Warning, "config-unseen", text);
    None
}

fn see_database(installed: &Installed<'_>, seen: &mut SituationSeen) {
    let Installed { host, receipt, start, defaults, enforced, .. } = installed;
    let overridden = layer_of(&seen.environment, &receipt.release.version);
    let layers = [Some(&overridden), Some(*enforced), seen.site.as_ref(), Some(*defaults)];
    let needs = needs(&layers);
    if needs.is_node && *start != Start::Never {
        let shared = SharedDatabase::of_needs(&needs, receipt.server);
        // What cannot be seen here is told with the hop, and stops it.
        seen.cluster = shared.and_then(|shared| shared.look(host, installed.prefix).ok());
    }
    let Needs { driver, data_source, .. } = needs;
    seen.driver.clone_from(&driver);
    let engine = driver.as_deref().and_then(Engine::of_driver);
    seen.situation.driver = engine.map(|engine| match engine {
        Engine::Postgres => Driver::Postgres,
        Engine::MySql => Driver::MySql,
    });
    if *start == Start::Never {
        return;
    }
    let asked =
        match driver.zip(data_source) {
            None => Err("no database is given: SqlSettings.DriverName and SqlSettings.DataSource"
                .to_owned()),
            Some((driver, source)) => {
                match Database::access(&host.exec, &driver, &source, Some(receipt.server)) {
                    Ok(Access::Open(database)) => ask(&database, seen),
                    Ok(Access::Closed(why)) => Err(why),
                    Err(error) => Err(chain(&error)),
                }
            }
        };
    if let Err(why) = asked {
        let text = format!("the database could not be looked at beforehand: {why}");
        seen.unseen(Severity::Warning, "database-unseen", text);
    }
}

fn ask(database: &Database<'_>, seen: &mut SituationSeen) -> Result<(), String> {
    let found = database.inspect().map_err(|error| chain(&error))?;
    seen.situation.database = Some(found.version());
    seen.database = Some(DatabaseKnown {
        endpoint: database.endpoint().clone(),
        server_version_num: found.server_version_num,
        bytes: found.bytes,
    });
    Ok(())
}

/// What is packed up here and started elsewhere finds another library there.
fn see_glibc(installed: &Installed<'_>, seen: &mut SituationSeen) -> Option<GlibcVersion> {
    let why = match installed.receipt.viewpoint {
        Viewpoint::ThisMachine => match this_glibc(&installed.host.exec) {
            Some(version) => return Some(version),
            None => "it is not GNU's, or does not say",
        },
        Viewpoint::InsideRoot => "the server runs on another machine",
    };
    let text = format!("which version of the C library the server will find is not known: {why}");
    seen.unseen(Severity::Note, "library-unseen", text);
    None
}
