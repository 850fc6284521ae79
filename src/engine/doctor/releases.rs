//! What is known of releases, and whom one would trust who fetches one. Nobody is asked.

use super::Supply;
use crate::host::require_readable;
use crate::model::{Area, Finding, Observation, Severity, chain};

pub(super) fn examine(supply: &Supply) -> Vec<Observation> {
    let mut seen = vec![catalog(supply)];
    if let Some(path) = &supply.ca_file {
        seen.push(match require_readable(path) {
            Ok(()) => {
                let text = format!("those in {} are trusted too", path.display());
                Observation::good(Area::Releases, "authorities", text)
            }
            Err(error) => {
                let finding = Finding::new(Severity::Fatal, "ca-file", chain(&error))
                    .advise("name a file of certificates (PEM) with --ca-file or MMEMBED_CA_FILE");
                Observation::found(Area::Releases, "authorities", finding)
            }
        });
    }
    seen
}

fn catalog(supply: &Supply) -> Observation {
    let subject = "catalogue";
    let catalog = match &supply.catalog {
        Ok(catalog) => catalog,
        Err(why) => {
            let finding = Finding::new(Severity::Fatal, "catalog", why.clone())
                .advise("remove that file, or name another one with --catalog");
            return Observation::found(Area::Releases, subject, finding);
        }
    };
    let age = catalog.age(supply.today);
    if age.is_fresh() {
        let text = format!("releases up to {} are known", catalog.as_of());
        return Observation::good(Area::Releases, subject, text);
    }
    let finding = Finding::new(Severity::Warning, "catalog-old", age.to_string())
        .advise("take newer releases in: `mmembed releases import FILE`");
    Observation::found(Area::Releases, subject, finding)
}
