//! `doctor`.

mod variables;

use std::io;
use std::path::PathBuf;

use serde::Serialize;

use super::catalog::{known, store_of, today};
use crate::cli::answer::{Answer, Refusal, UNCHANGED, failure, settle};
use crate::cli::args::{DoctorArgs, Output};
use crate::cli::call::Call;
use crate::cli::exit::Exit;
use crate::cli::{hints, render, system, terminal, voice, words};
use crate::engine::{Patient, Supply, examine, read_manifest, resolve_prefix, resolve_root};
use crate::host::{Cancel, Exec, Host, Meter, Territory, Users, find_service};
use crate::manifest::Manifest;
use crate::model::{
    Area, Edition, Ending, Failure, Finding, Location, Observation, Owner, PlaceName, Placement,
    Prefix, REPORT_SCHEMA, Release, ReleaseSelector, Service, ServiceWish, Severity,
};
use crate::release::Catalog;

/// Looks at everything, and says how it is.
pub(crate) fn run(args: &DoctorArgs, output: &Output, cancel: Cancel) -> io::Result<Exit> {
    settle(doctor(args, output, cancel), "doctor", output.json)
}

fn doctor(args: &DoctorArgs, output: &Output, cancel: Cancel) -> io::Result<Answer> {
    let (seen, call) = match look(args, cancel) {
        Ok(seen) => seen,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let failure = failed(&seen, &call);
    let text = render::doctor::render(&seen);
    voice::record(&text);
    if output.json {
        let ending = if failure.is_some() { Ending::ProbeFailed } else { Ending::Done };
        render::json::print(&Told {
            schema: REPORT_SCHEMA,
            command: "doctor",
            ending,
            observations: &seen,
            failure: failure.as_ref(),
        })?;
    } else {
        terminal::show(&text)?;
        if let Some(failure) = &failure {
            // A failure is one whether somebody listens or not.
            let _closed = render::human::fail(failure);
        }
    }
    Ok(Ok(if failure.is_some() { Exit::Probe } else { Exit::Done }))
}

/// An examination for programs.
#[derive(Serialize)]
struct Told<'a> {
    schema: u32,
    command: &'static str,
    ending: Ending,
    observations: &'a [Observation],
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a Failure>,
}

fn failed(seen: &[Observation], call: &str) -> Option<Failure> {
    let what = match seen.iter().filter(|observation| observation.is_ill()).count() {
        0 => return None,
        1 => "1 thing is missing or broken".to_owned(),
        several => format!("{several} things are missing or broken"),
    };
    let next = format!("do what stands behind the arrows, then `{call}` again");
    Some(Failure { what, now: UNCHANGED.to_owned(), next })
}

/// What is to be looked at, as arguments and manifest say it.
struct Wish {
    app: Option<crate::model::AppName>,
    root: PathBuf,
    service: Option<ServiceWish>,
    to: Option<ReleaseSelector>,
    store: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    catalog: Result<Catalog, String>,
    manifest: Option<Manifest>,
}

impl Wish {
    fn of(args: &DoctorArgs) -> Result<Self, Refusal> {
        let manifest = args.manifest.as_deref().map(read_manifest).transpose();
        let manifest = manifest.map_err(|error| hints::for_manifest(&error))?;
        let said = manifest.as_ref();
        let mut sources = args.known.clone();
        if let Some(wish) = said.map(|manifest| &manifest.sources) {
            sources.store = wish.store.clone().or(sources.store);
            sources.catalog = wish.catalog.clone().or(sources.catalog);
        }
        Ok(Self {
            app: said.map(|manifest| manifest.app.clone()).or_else(|| args.app.clone()),
            root: said
                .and_then(|manifest| manifest.root.clone())
                .unwrap_or_else(|| args.root.clone()),
            service: args.service.clone().or_else(|| said?.service.clone()),
            to: args.to.clone().or_else(|| Some(said?.release.clone())),
            ca_file: said
                .and_then(|manifest| manifest.sources.ca_file.clone())
                .or_else(|| args.ca_file.clone()),
            catalog: known(&sources).map_err(|(_, failure)| failure.what),
            store: store_of(sources.store.as_deref()),
            manifest,
        })
    }

    /// The release that is named, if the catalogue knows it.
    fn release(&self, seen: &mut Vec<Observation>) -> Option<Release> {
        let catalog = self.catalog.as_ref().ok()?;
        let edition = self.manifest.as_ref().and_then(|manifest| manifest.edition);
        match catalog.select(self.to.as_ref()?) {
            Ok(published) => Some(Release {
                version: published.version.clone(),
                edition: edition.unwrap_or(Edition::Team),
            }),
            Err(error) => {
                let finding =
                    Finding::new(Severity::Fatal, "release-unknown", words::chain(&error))
                        .advise("`mmembed releases list` says which releases are known");
                seen.push(Observation::found(Area::Releases, "release", finding));
                None
            }
        }
    }

    /// What stops and starts the server, if the machine knows it.
    fn service(&self, seen: &mut Vec<Observation>) -> Option<Service> {
        match find_service(&Exec::default(), self.service.as_ref()?) {
            Ok(service) => Some(service),
            Err(error) => {
                let finding =
                    Finding::new(Severity::Fatal, "service-missing", words::chain(&error)).advise(
                        "make it: `mmembed service install --kind KIND`; or name another --service",
                    );
                let told = Observation::found(Area::Programs, "service", finding).missing();
                seen.push(told);
                None
            }
        }
    }

    /// Who shall run the server, if the machine knows him.
    fn server(&self, seen: &mut Vec<Observation>) -> Option<Owner> {
        let name = self.manifest.as_ref()?.service_user.as_ref()?;
        match Users::new(Exec::default()).lookup(name) {
            Ok(owner) => Some(owner),
            Err(error) => {
                let finding =
                    Finding::new(Severity::Fatal, "service-user-missing", words::chain(&error))
                        .advise(format!("useradd --system --user-group {name}"));
                seen.push(Observation::found(Area::Installation, "user", finding).missing());
                None
            }
        }
    }

    fn placements(&self, prefix: &Prefix) -> Vec<Placement> {
        let Some(manifest) = &self.manifest else {
            return Vec::new();
        };
        let location = |name: PlaceName| {
            let chosen = manifest.places.iter().rev().find(|(place, _)| *place == name);
            match chosen {
                Some((_, path)) => Some(Location::At(path.clone())),
                None if manifest.keep_in_tree.contains(&name) => Some(Location::InTree),
                None if PlaceName::USUAL.contains(&name) => {
                    Some(Location::At(prefix.places().join(name.as_str())))
                }
                None => None,
            }
        };
        let all = PlaceName::ALL.into_iter();
        all.filter_map(|name| Some(Placement { name, location: location(name)? })).collect()
    }
}

/// What was seen, and how to look again.
fn look(args: &DoctorArgs, cancel: Cancel) -> Result<(Vec<Observation>, String), Refusal> {
    let refused = |what: String, next: &str| (Exit::Refused, failure(what, next));
    let wish = Wish::of(args)?;
    let root = resolve_root(&wish.root)
        .map_err(|error| refused(words::chain(&error), hints::for_resolve(&error)))?;
    let host = Host::new(&root, Territory::default(), Meter::default(), cancel)
        .map_err(|error| refused(words::chain(&error), system::advice(&error)))?;
    let mut seen = variables::observations();
    let to = wish.release(&mut seen);
    let service = wish.service(&mut seen);
    let server = wish.server(&mut seen);
    let prefix = wish.app.as_ref().map(|app| resolve_prefix(&root, app)).transpose();
    let prefix =
        prefix.map_err(|error| refused(words::chain(&error), hints::for_resolve(&error)))?;
    let call = prefix.as_ref().map_or_else(
        || "mmembed doctor".to_owned(),
        |prefix| Call::of(&host, prefix).word("doctor").trim_matches('`').to_owned(),
    );
    let patient = prefix.as_ref().map(|prefix| Patient {
        prefix,
        service,
        server,
        placements: wish.placements(prefix),
        overlays: wish
            .manifest
            .iter()
            .flat_map(|it| it.overlays.clone().unwrap_or_default())
            .collect(),
        to,
        asks_database: !args.no_database,
    });
    let Wish { catalog, store, ca_file, .. } = wish;
    let supply = Supply { catalog, store, ca_file, today: today() };
    seen.extend(examine(&host, patient.as_ref(), &supply));
    Ok((seen, call))
}
