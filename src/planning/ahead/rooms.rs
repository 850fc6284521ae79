//! The room that a whole chain takes, by file system, and what is missing of it.

use std::path::PathBuf;

use super::extent::Extent;
use crate::model::{Finding, RoomReport, Severity};

const MIB: u64 = 1024 * 1024;

/// Something that will be written.
#[derive(Clone, Debug)]
pub struct Taking {
    /// What it is, in the plural.
    pub what: &'static str,
    /// Where it goes.
    pub path: PathBuf,
    /// How much it takes, at its fullest.
    pub extent: Extent,
    /// The file system that it goes to.
    pub ground: Ground,
}

/// A file system, as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// Which one.
    pub device: u64,
    /// Where it is mounted.
    pub mount: PathBuf,
    /// Bytes that are free.
    pub free_bytes: u64,
}

/// What is taken of each file system, in the order in which they are first named, and what is wrong with that: too little room for
/// what will certainly be written is fatal.
#[must_use]
pub fn rooms(takings: &[Taking]) -> (Vec<RoomReport>, Vec<Finding>) {
    let mut grounds: Vec<&Ground> = Vec::new();
    for Taking { ground, .. } in takings {
        if !grounds.iter().any(|known| known.device == ground.device) {
            grounds.push(ground);
        }
    }
    let mut reports = Vec::new();
    let mut findings = Vec::new();
    for ground in grounds {
        // What shares a file system shares its room.
        let here: Vec<&Taking> =
            takings.iter().filter(|taking| taking.ground.device == ground.device).collect();
        let Some(first) = here.first() else { continue };
        let sum = here.iter().fold(Extent::default(), |sum, taking| sum + taking.extent);
        reports.push(RoomReport {
            path: first.path.clone(),
            mount: ground.mount.clone(),
            needed_bytes: sum.likely,
            free_bytes: ground.free_bytes,
        });
        findings.extend(shortage(ground, sum, &here));
    }
    (reports, findings)
}

fn shortage(ground: &Ground, sum: Extent, here: &[&Taking]) -> Option<Finding> {
    let (mount, free) = (ground.mount.display(), ground.free_bytes / MIB);
    let mib = |bytes: u64| bytes.div_ceil(MIB);
    let short = |needed: u64| needed.saturating_sub(ground.free_bytes);
    let largest = in_words(here);
    if short(sum.least) > 0 {
        let (needed, missing) = (mib(sum.least), mib(short(sum.least)));
        let text = format!(
            "the whole chain takes {needed} MiB on {mount} ({largest}), which has {free} MiB free: {missing} MiB are missing"
        );
        let advice = "free some space, or go a part of the way first";
        return Some(Finding::new(Severity::Fatal, "space", text).advise(advice));
    }
    (short(sum.likely) > 0).then(|| {
        let (needed, missing) = (mib(sum.likely), mib(short(sum.likely)));
        let text = format!(
            "the whole chain may take {needed} MiB on {mount} ({largest}), which has {free} MiB free: {missing} MiB may be \
             missing, if what nobody has told the size of is as large as the largest that is known"
        );
        let advice = "free some space, or fetch the archives first, so that their sizes are known";
        Finding::new(Severity::Warning, "space", text).advise(advice)
    })
}

/// What is taken there, the most first.
fn in_words(here: &[&Taking]) -> String {
    let mut here: Vec<&&Taking> = here.iter().filter(|taking| taking.extent.likely > 0).collect();
    here.sort_by_key(|taking| std::cmp::Reverse(taking.extent.likely));
    let word = |taking: &&&Taking| {
        let Extent { least, likely } = taking.extent;
        let about = if least == likely { "" } else { "up to " };
        format!("{} {about}{} MiB", taking.what, likely.div_ceil(MIB))
    };
    here.iter().map(word).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taking(what: &'static str, device: u64, least: u64, likely: u64, free: u64) -> Taking {
        let (path, mount) = (format!("/{device}/{what}").into(), format!("/{device}").into());
        let ground = Ground { device, mount, free_bytes: free * MIB };
        let extent = Extent { least: least * MIB, likely: likely * MIB };
        Taking { what, path, extent, ground }
    }

    #[test]
    fn what_shares_a_file_system_shares_its_room() {
        let takings = [
            taking("trees", 1, 100, 100, 150),
            taking("archives", 2, 30, 30, 40),
            taking("dumps", 1, 60, 60, 150),
        ];
        let (reports, findings) = rooms(&takings);
        let told: Vec<(&str, u64, u64)> = reports
            .iter()
            .map(|room| {
                (room.path.to_str().unwrap(), room.needed_bytes / MIB, room.free_bytes / MIB)
            })
            .collect();
        assert_eq!(told, [("/1/trees", 160, 150), ("/2/archives", 30, 40)]);
        let [finding] = &findings[..] else { panic!("{findings:?}") };
        assert_eq!((finding.code.as_str(), finding.is_fatal()), ("space", true));
        assert_eq!(
            finding.text,
            "the whole chain takes 160 MiB on /1 (trees 100 MiB, dumps 60 MiB), which has 150 MiB free: 10 MiB are missing"
        );
    }

    #[test]
    fn what_may_be_missing_forbids_nothing() {
        let (reports, findings) = rooms(&[taking("trees", 1, 100, 300, 200)]);
        assert_eq!(reports[0].needed_bytes, 300 * MIB);
        assert_eq!(findings[0].severity, Severity::Warning);
        assert!(findings[0].text.contains("(trees up to 300 MiB)"), "{}", findings[0].text);
        assert!(findings[0].text.contains("100 MiB may be missing"), "{}", findings[0].text);
        assert!(rooms(&[taking("trees", 1, 100, 300, 300)]).1.is_empty());
    }
}
