//! What a chain has to fetch on its way.

use crate::model::{ArtifactReport, Finding, Severity};

/// What is fetched while a hop is under way may take longer than the hop, and the server waits for it in the dark. The archive of
/// the first hop is fetched while it serves.
pub fn fetched_in_the_dark<'a>(
    artifacts: impl IntoIterator<Item = &'a ArtifactReport>,
) -> Option<Finding> {
    let late = artifacts.into_iter().skip(1).filter(|artifact| artifact.at_hand.is_none()).count();
    let noun = match late {
        0 => return None,
        1 => "archive has",
        _ => "archives have",
    };
    let text = format!(
        "{late} {noun} to be fetched while the server is in the dark, and it waits for what comes slowly"
    );
    let advice = "fetch them beforehand with `mmembed releases fetch VERSION --to DIR`, and give --releases-dir DIR; or make \
                  a bundle of them";
    Some(Finding::new(Severity::Note, "fetched-in-the-dark", text).advise(advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(at_hand: &[bool]) -> Option<String> {
        let artifacts: Vec<ArtifactReport> = at_hand
            .iter()
            .map(|is_here| ArtifactReport {
                name: "a".to_owned(),
                at_hand: is_here.then(|| "/a".into()),
                url: None,
                bytes: None,
                sha256: Vec::new(),
            })
            .collect();
        fetched_in_the_dark(&artifacts).map(|finding| finding.text)
    }

    #[test]
    fn only_what_is_fetched_after_the_first_stop_is_waited_for() {
        assert_eq!(said(&[false]), None);
        assert_eq!(said(&[false, true, true]), None);
        assert!(said(&[true, false, true]).unwrap().starts_with("1 archive has"));
        assert!(said(&[false, false, false]).unwrap().starts_with("2 archives have"));
    }
}
