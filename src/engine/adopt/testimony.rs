//! Hearing all who can tell which release an installation is.

use super::AdoptError;
use super::people::server_of;
use crate::config::Document;
use crate::engine::ask_running::ask_version;
use crate::host::{Host, Kind, current_owner, is_root};
use crate::model::{AdoptRequest, Arrangement, CommandSpec, Owner, RelPath, Release};
use crate::planning::{AdoptRefusal, Stated, Testimony, Witness, release_of};
use crate::server::{Banner, BuildIdentity, VersionCommand, edition_of};

/// A version takes a few bytes.
const LARGEST: u64 = 4096;

/// Decides which release the installation is. `noted` is what the tree says of itself.
pub(super) fn hear(
    host: &Host,
    request: &AdoptRequest,
    arrangement: &Arrangement,
    config: &RelPath,
    document: &Document,
    running: usize,
    noted: Option<&Release>,
) -> Result<Release, AdoptError> {
    let from = host.tree.absolute(&request.from);
    let mut told = Vec::new();
    match arrangement {
        Arrangement::Tree => {
            let run_as = server_of(host, request, config, &[])?;
            told.extend(ask_program(host, &request.from, run_as)?);
        }
        Arrangement::GitLab(_) => {
            let noted = read_package_version(host, request)?;
            if request.archive.is_none() {
                let version = noted.map(|noted| noted.identity.version.to_string());
                return Err(AdoptRefusal::NeedsArchive { from, version }.into());
            }
            told.extend(noted);
        }
    }
    if running > 0 {
        let answered = ask_version(document);
        told.extend(answered.map(|identity| Testimony {
            by: Witness::RunningServer,
            identity,
            edition: None,
        }));
    }
    let stated = Stated {
        version: request.version.as_ref().or(noted.map(|noted| &noted.version)),
        edition: request.edition.or(noted.map(|noted| noted.edition)),
    };
    let names = host.tree.list(&request.from)?;
    let licence = edition_of(names.iter().map(String::as_str));
    let why = if running > 0 {
        "its program does not tell without side effects, and the server that runs from it does not answer"
    } else {
        "its program does not tell without side effects, and no server runs from it"
    };
    Ok(release_of(&from, stated, &told, licence, why)?)
}

/// Asks the program, where that has no side effects whatever its version.
fn ask_program(
    host: &Host,
    from: &RelPath,
    run_as: Owner,
) -> Result<Option<Testimony>, AdoptError> {
    let is_there = |name: &str| {
        let stat = host.tree.stat(&from.join(name))?;
        Ok::<_, AdoptError>(stat.is_some_and(|stat| stat.kind == Kind::File))
    };
    if !is_there("bin/mattermost")? {
        return Ok(None);
    }
    let newest = VersionCommand::for_newest(is_there("manifest.txt")?, is_there("bin/platform")?);
    let tree = host.tree.absolute(from);
    let forms = [Some(VersionCommand::for_unknown()), newest];
    for form in forms.into_iter().flatten() {
        let mut spec: CommandSpec = form.spec_of(&tree.join("bin/mattermost"), &tree);
        // Only root may run it as somebody else.
        spec.run_as = (is_root() && run_as != current_owner()).then_some(run_as);
        // A program that cannot be run here tells nothing; that is no reason not to take it over.
        let Ok(output) = host.exec.run(&spec) else {
            return Ok(None);
        };
        if let Some(banner) = Banner::parse(&output.stdout.text(), &output.stderr.text()) {
            let Banner { identity, edition, .. } = banner;
            return Ok(Some(Testimony { by: Witness::Program, identity, edition }));
        }
    }
    Ok(None)
}

/// What GitLab's package notes beside the web application.
fn read_package_version(
    host: &Host,
    request: &AdoptRequest,
) -> Result<Option<Testimony>, AdoptError> {
    let path = request.from.join("VERSION");
    if host.tree.stat(&path)?.is_none_or(|stat| stat.kind != Kind::File) {
        return Ok(None);
    }
    let text = host.tree.read(&path, LARGEST)?.unwrap_or_default();
    let text = String::from_utf8_lossy(&text).trim().trim_start_matches('v').to_owned();
    Ok(text.parse().ok().map(|version| Testimony {
        by: Witness::Package,
        identity: BuildIdentity { version, build_number: text },
        edition: None,
    }))
}
