//! Which release an installation is, from all that tells.

use std::path::Path;

use super::adopt_refusal::AdoptRefusal;
use crate::model::{Edition, Release, Version};
use crate::server::{BuildIdentity, IdentityVerdict};

/// Who tells something about an installed server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// Its version command.
    Program,
    /// The server that runs from it.
    RunningServer,
    /// The file in which a package notes the version.
    Package,
}

impl Witness {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Program => "its version command",
            Self::RunningServer => "the server that runs from it",
            Self::Package => "the VERSION file of its package",
        }
    }
}

/// What somebody tells about an installed server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Testimony {
    /// Who.
    pub by: Witness,
    /// The version and the build.
    pub identity: BuildIdentity,
    /// The edition, from whoever knows.
    pub edition: Option<Edition>,
}

/// What was stated about an installation before anybody looked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stated<'a> {
    /// The version.
    pub version: Option<&'a Version>,
    /// The edition.
    pub edition: Option<Edition>,
}

/// Decides which release an installation is.
///
/// # Errors
/// When two disagree, or nobody tells. `why` says what was tried.
pub fn release_of(
    from: &Path,
    stated: Stated<'_>,
    told: &[Testimony],
    licence: Option<Edition>,
    why: &str,
) -> Result<Release, AdoptRefusal> {
    Ok(Release {
        version: version_of(from, stated.version, told, why)?,
        edition: edition_of(from, stated.edition, told, licence)?,
    })
}

fn version_of(
    from: &Path,
    stated: Option<&Version>,
    told: &[Testimony],
    why: &str,
) -> Result<Version, AdoptRefusal> {
    let (first, version) = match (stated, told) {
        (Some(stated), _) => ("the operator, or the archive's name,", stated.clone()),
        (None, [first, ..]) => (first.by.as_str(), first.identity.release_version()),
        (None, []) => {
            let (from, why) = (from.to_owned(), why.to_owned());
            return Err(AdoptRefusal::UnknownVersion { from, why });
        }
    };
    for testimony in told {
        if let IdentityVerdict::Different { seen } = testimony.identity.matches(&version) {
            return Err(AdoptRefusal::Contradiction {
                one: first,
                said: version.to_string(),
                other: testimony.by.as_str(),
                says: seen.to_string(),
            });
        }
    }
    Ok(version)
}

fn edition_of(
    from: &Path,
    stated: Option<Edition>,
    told: &[Testimony],
    licence: Option<Edition>,
) -> Result<Edition, AdoptRefusal> {
    let seen: Vec<Edition> =
        told.iter().filter_map(|testimony| testimony.edition).chain(licence).collect();
    let from = from.to_owned();
    let edition = stated.or_else(|| seen.first().copied());
    let Some(edition) = edition else {
        return Err(AdoptRefusal::UnknownEdition { from });
    };
    match seen.into_iter().find(|seen| *seen != edition) {
        Some(seen) => Err(AdoptRefusal::OtherEdition { from, seen, stated: edition }),
        None => Ok(edition),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(by: Witness, version: &str, build: &str, edition: Option<Edition>) -> Testimony {
        let identity =
            BuildIdentity { version: version.parse().unwrap(), build_number: build.to_owned() };
        Testimony { by, identity, edition }
    }

    fn decide(
        stated: Option<&str>,
        told: &[Testimony],
        licence: Option<Edition>,
    ) -> Result<String, String> {
        let version: Option<Version> = stated.map(|text| text.parse().unwrap());
        let stated = Stated { version: version.as_ref(), edition: None };
        release_of(Path::new("/opt/mattermost"), stated, told, licence, "nobody was asked")
            .map(|release| release.to_string())
            .map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn whoever_tells_is_believed_until_somebody_disagrees() {
        let (team, enterprise) = (Some(Edition::Team), Some(Edition::Enterprise));
        let program = told(Witness::Program, "10.11.0", "10.11.4", team);
        let running = told(Witness::RunningServer, "10.11.0", "10.11.4", None);
        let older = told(Witness::RunningServer, "10.10.0", "10.10.1", None);
        let homemade = told(Witness::RunningServer, "10.11.0", "dev", None);
        for (stated, told, licence, said) in [
            (None, vec![program.clone()], team, Ok("Mattermost 10.11.4 (team edition)")),
            (None, vec![program.clone(), running], None, Ok("10.11.4 (team")),
            (None, vec![program.clone(), homemade.clone()], team, Ok("10.11.4")),
            (Some("10.11.7"), vec![homemade], enterprise, Ok("10.11.7 (enterprise edition)")),
            (Some("5.9.0"), vec![], team, Ok("5.9.0 (team edition)")),
            (Some("5.9.0"), vec![], None, Err("team or the enterprise edition")),
            (
                Some("10.11.5"),
                vec![program.clone()],
                team,
                Err("10.11.5, and its version command says 10.11.4"),
            ),
            (
                None,
                vec![program.clone(), older],
                team,
                Err("the server that runs from it says 10.10.1"),
            ),
            (None, vec![program], enterprise, Err("not the team edition")),
            (None, vec![], team, Err("nobody was asked")),
        ] {
            let decided = decide(stated, &told, licence);
            let ((Ok(text), Ok(expected)) | (Err(text), Err(expected))) = (&decided, said) else {
                panic!("{decided:?}, not {said:?}");
            };
            assert!(text.contains(expected), "{text}");
        }
    }
}
