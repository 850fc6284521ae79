//! What a server of a version writes where there is nothing: the same for everybody who asks.
//! It is worked out once for each version.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::document::Document;
use super::forecast;
use crate::model::Version;

static KNOWN: Mutex<BTreeMap<Version, Arc<Document>>> = Mutex::new(BTreeMap::new());

/// The file that a server of this version writes for a new database, from an empty one.
pub(in crate::config) fn first_file(version: &Version) -> Arc<Document> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(document) = known.get(version) {
        return Arc::clone(document);
    }
    let document = Arc::new(forecast(&Document::empty(), None, version).document);
    known.insert(version.clone(), Arc::clone(&document));
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_again_gives_the_same_and_each_version_has_its_own() {
        let versions = ["6.3.0", "10.11.4"].map(|text| text.parse().unwrap());
        for version in versions.iter().chain(&versions) {
            let wanted = forecast(&Document::empty(), None, version).document.to_text();
            assert_eq!(first_file(version).to_text(), wanted, "{version}");
        }
    }
}
