//! Looking at a host as a doctor does: everything that installations, upgrades and backups depend on, well or not.
//! Nothing is changed, not even for an instant, and nobody is asked over the network but the server's database and the
//! server itself.

mod database;
mod file_systems;
mod installation;
mod machine;
mod programs;
mod releases;

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use self::installation::Installed;
use super::resolve::combine;
use super::state_files::{StateFileError, read_receipt};
use super::survey::Needs;
use crate::config::Document;
use crate::host::{Host, current_owner, read_outside};
use crate::model::{
    Area, Distribution, Finding, Observation, Overlay, Owner, Package, Placement, Prefix, Receipt,
    Release, Service, Severity, Strength, chain,
};
use crate::release::Catalog;

/// What is known of an application before its host is looked at.
#[derive(Debug)]
pub struct Patient<'a> {
    /// Its paths.
    pub prefix: &'a Prefix,
    /// Who looks after the server, if that was said.
    pub service: Option<Service>,
    /// Who runs the server, where nothing is installed and that was said.
    pub server: Option<Owner>,
    /// Where mutable directories shall be, where nothing is installed.
    pub placements: Vec<Placement>,
    /// The settings that were given, where nothing is installed.
    pub overlays: Vec<(Strength, Overlay)>,
    /// The release that it shall go to, if one was named.
    pub to: Option<Release>,
    /// May its database be asked?
    pub asks_database: bool,
}

/// Where releases come from.
#[derive(Debug)]
pub struct Supply {
    /// What is known of releases, or why that cannot be told.
    pub catalog: Result<Catalog, String>,
    /// Where archives are kept, if anybody knows that.
    pub store: Option<PathBuf>,
    /// A file of certificates that are trusted besides.
    pub ca_file: Option<PathBuf>,
    /// Which day it is.
    pub today: Date,
}

/// Where distributions say what they are.
const OS_RELEASE: &str = "/etc/os-release";

/// The largest file of that kind that is read.
const OS_RELEASE_CAP: u64 = 64 * 1024;

/// Looks at a host, and at one application on it if one is named. What cannot be seen is said to be so.
#[must_use]
pub fn examine(host: &Host, patient: Option<&Patient<'_>>, supply: &Supply) -> Vec<Observation> {
    let distribution = distribution();
    let mut seen = machine::examine(host, &distribution);
    let Some(patient) = patient else {
        seen.extend(programs::examine(host, &distribution, &programs::Asked::default()));
        seen.extend(releases::examine(supply));
        return seen;
    };
    let receipt = read_receipt(host, patient.prefix);
    let known = receipt.as_ref().ok().and_then(Option::as_ref);
    let installed = known.map(|receipt| Installed::see(host, patient, receipt));
    let (needs, unseen) = needs(patient, installed.as_ref());
    let server = known
        .map_or_else(|| patient.server.unwrap_or_else(current_owner), |receipt| receipt.server);
    let placements = known.map_or(&patient.placements, |receipt| &receipt.placements);
    let situation = Situation { host, patient, server, placements, receipt: known };
    seen.extend(file_systems::examine(&situation, supply.store.as_deref()));
    let asked = database::ask(&situation, &needs, &distribution);
    let service = patient.service.as_ref().or(known.map(|receipt| &receipt.service));
    let wanted = programs::Asked { driver: needs.driver.clone(), newest: asked.newest, service };
    seen.extend(programs::examine(host, &distribution, &wanted));
    seen.extend(unseen);
    seen.extend(installation::examine(&situation, &receipt, installed.as_ref(), &needs));
    seen.extend(asked.observations);
    seen.extend(releases::examine(supply));
    seen.sort_by_key(|observation| observation.area);
    seen
}

/// One application as it is looked at.
struct Situation<'a> {
    host: &'a Host,
    patient: &'a Patient<'a>,
    /// Who runs the server.
    server: Owner,
    placements: &'a [Placement],
    receipt: Option<&'a Receipt>,
}

/// The receipt, if it could be read.
type ReceiptSeen = Result<Option<Receipt>, StateFileError>;

fn distribution() -> Distribution {
    let bytes = read_outside(Path::new(OS_RELEASE), OS_RELEASE_CAP).unwrap_or_default();
    Distribution::parse(&String::from_utf8_lossy(&bytes))
}

/// What the server needs: by its configuration where it has one, else by the settings that were given.
fn needs(patient: &Patient<'_>, installed: Option<&Installed>) -> (Needs, Option<Observation>) {
    if let Some(installed) = installed {
        let document = installed.config.as_ref().ok();
        return (super::install::needs(&[document]), None);
    }
    let of = |strength| combine(&patient.overlays, strength);
    match (of(Strength::Enforced), of(Strength::Default)) {
        (Ok(enforced), Ok(defaults)) => {
            (super::install::needs(&[Some(&enforced), Some(&defaults)]), None)
        }
        (Err(error), _) | (_, Err(error)) => {
            let finding = Finding::new(Severity::Fatal, "overlay", chain(&error))
                .advise("mend the overlay at the place that is named");
            (Needs::default(), Some(Observation::found(Area::Installation, "overlays", finding)))
        }
    }
}

/// What is to be done about a program that is missing: the command, or its name where no command is known.
fn remedy(distribution: &Distribution, program: &str, package: Package) -> String {
    let command = distribution.install(package);
    command.unwrap_or_else(|| format!("install the program {program} from its vendor"))
}

/// The document with the settings of an installation, as its server sees them.
type ConfigSeen = Result<Document, String>;
