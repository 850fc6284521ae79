//! What is said of chains in the same words wherever it is shown: as text, as Markdown, as a page.
//! Nothing is escaped here.

use super::figures;
use crate::model::{
    ArtifactReport, BackupPace, Ending, Finding, HopEnding, PeopleServed, PlannedHop, Release,
    Report, RoomReport, Saved, Severity, UpgradePath, Version, WalkReport,
};

/// How often the database is saved, and what that means.
pub(super) const fn pace(pace: BackupPace) -> &'static str {
    match pace {
        BackupPace::Each => "before each hop: what fails goes back by one hop",
        BackupPace::Once => {
            "before the first hop only: what fails goes back to where the chain began"
        }
        BackupPace::Own => "never: a dump of your own is put back by hand if need be",
    }
}

/// What is saved before a hop.
pub(super) const fn saved(saved: Saved) -> &'static str {
    match saved {
        Saved::All => "settings, changed files and the database",
        Saved::AllButDatabase => "settings and changed files, not the database",
    }
}

/// What another node of the cluster has done to the database, if it has, and what that means for a hop.
pub(super) fn database(hop: &PlannedHop) -> Option<String> {
    let switches = "another node has migrated it: this hop only switches";
    let passed = match hop.left_behind.len() {
        0 => return hop.only_switches.then(|| switches.to_owned()),
        1 => "its server is not started, and the settings are carried past it",
        _ => "their servers are not started, and the settings are carried past them",
    };
    let behind = versions(&hop.left_behind.iter().collect::<Vec<_>>());
    Some(if hop.only_switches {
        format!("{switches}; it has left {behind} behind: {passed}")
    } else {
        format!("another node has brought it past {behind}: {passed}")
    })
}

/// What going back over a hop takes.
pub(super) const fn way_back(hop: &PlannedHop, pace: BackupPace) -> &'static str {
    if hop.only_switches {
        return "leads to a release that the database has left behind; the database is never put back";
    }
    match (hop.needs_database_to_go_back, hop.saved, pace) {
        (false, _, _) => "possible without the database",
        (true, Saved::All, _) => "takes the saved database",
        (true, Saved::AllButDatabase, BackupPace::Once) => {
            "takes the database as saved before the first hop, and leads to where the chain began"
        }
        (true, Saved::AllButDatabase, BackupPace::Own) => "takes a dump of your own",
        (true, Saved::AllButDatabase, BackupPace::Each) => "takes the database, which is not saved",
    }
}

/// Its size, and whether it has to be fetched: `193 MiB, at hand`.
pub(super) fn archive(artifact: &ArtifactReport) -> String {
    let size = artifact.bytes.map_or_else(|| "size unknown".to_owned(), figures::size);
    let place = if artifact.at_hand.is_some() { "at hand" } else { "to be fetched" };
    format!("{size}, {place}")
}

/// Where it lies or comes from, if that is known.
pub(super) fn origin(artifact: &ArtifactReport) -> Option<String> {
    let at_hand = artifact.at_hand.as_ref().map(|path| path.display().to_string());
    at_hand.or_else(|| artifact.url.clone())
}

/// What has still to be fetched, as far as sizes are known.
pub(super) fn to_fetch(path: &UpgradePath) -> String {
    let missing = || path.hops.iter().filter(|hop| hop.artifact.at_hand.is_none());
    if missing().next().is_none() {
        return "nothing".to_owned();
    }
    let bytes = missing().filter_map(|hop| hop.artifact.bytes).fold(0, u64::saturating_add);
    let nameless = missing().filter(|hop| hop.artifact.bytes.is_none()).count();
    match (nameless, bytes) {
        (0, bytes) => figures::size(bytes),
        (unknown, 0) => format!("{} of unknown size", figures::counted(unknown, "archive")),
        (unknown, bytes) => format!(
            "{}, and {} of unknown size",
            figures::size(bytes),
            figures::counted(unknown, "archive")
        ),
    }
}

/// What a chain takes on a file system: `needs 4.2 GiB, 12 GiB free`.
pub(super) fn room(room: &RoomReport) -> String {
    let (needed, free) = (figures::size(room.needed_bytes), figures::size(room.free_bytes));
    let verdict = if is_too_small(room) { ": too little" } else { "" };
    format!("needs {needed}, {free} free{verdict}")
}

/// Is there less than it takes?
pub(super) const fn is_too_small(room: &RoomReport) -> bool {
    room.free_bytes < room.needed_bytes
}

/// The versions that are no stops, those together that are none for the same reason.
pub(super) fn passed_over(path: &UpgradePath) -> Vec<(&str, Vec<&Version>)> {
    let mut reasons: Vec<(&str, Vec<&Version>)> = Vec::new();
    for passed in &path.passed_over {
        match reasons.iter_mut().find(|(why, _)| *why == passed.why) {
            Some((_, versions)) => versions.push(&passed.version),
            None => reasons.push((&passed.why, vec![&passed.version])),
        }
    }
    reasons
}

/// In one word.
pub(super) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Fatal => "fatal",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// How a hop ended.
pub(super) const fn ending(ending: HopEnding) -> &'static str {
    match ending {
        HopEnding::Committed => "committed",
        HopEnding::RolledBack => "rolled back",
        HopEnding::Stuck => "stuck",
    }
}

/// From where to where: `Mattermost 9.11.18 → 10.11.4 (team edition)`.
pub(super) fn ends(from: &Release, to: &Release) -> String {
    if from.edition == to.edition {
        return format!("Mattermost {} → {} ({} edition)", from.version, to.version, to.edition);
    }
    format!("Mattermost {} ({}) → {} ({})", from.version, from.edition, to.version, to.edition)
}

/// Whether people were served, and how long not.
pub(super) fn dark(walk: &WalkReport) -> String {
    match (walk.served, walk.dark_ms) {
        (PeopleServed::Again, Some(dark)) => format!("{} dark in all", figures::time(dark)),
        _ => served(walk.served).to_owned(),
    }
}

/// Whether people were served.
pub(super) const fn served(served: PeopleServed) -> &'static str {
    match served {
        PeopleServed::Throughout => "the server was not stopped",
        PeopleServed::Again => "the server serves again",
        PeopleServed::NotYet => "no server serves yet",
        PeopleServed::Never => "no server served",
    }
}

/// Versions, one after the other.
pub(super) fn versions(versions: &[&Version]) -> String {
    let texts: Vec<String> = versions.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

/// How many findings of each weight: `1 warning, 2 notes`.
pub(super) fn findings(findings: &[Finding]) -> String {
    let counts: Vec<String> =
        weights(findings).into_iter().map(|(weight, count)| weighed(weight, count)).collect();
    if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
}

/// How many findings of one weight: `2 warnings`.
pub(super) fn weighed(weight: Severity, count: usize) -> String {
    match weight {
        Severity::Fatal => format!("{count} fatal"),
        Severity::Warning | Severity::Note => figures::counted(count, severity(weight)),
    }
}

/// The weights that there are, the heaviest first, and how many findings have each.
pub(super) fn weights<'a>(
    findings: impl IntoIterator<Item = &'a Finding>,
) -> Vec<(Severity, usize)> {
    let mut counts = [(Severity::Fatal, 0), (Severity::Warning, 0), (Severity::Note, 0)];
    for finding in findings {
        for (severity, count) in &mut counts {
            *count += usize::from(finding.severity == *severity);
        }
    }
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// What a report is about, as a title.
pub(super) fn title(report: &Report) -> String {
    match (&report.walk, &report.path, &report.release) {
        (Some(walk), _, _) => format!("Upgrade report: {}", ends(&walk.from, &walk.to)),
        (None, Some(path), _) => format!("Upgrade plan: {}", ends(&path.from, &path.to)),
        (None, None, Some(release)) => format!("mmembed {}: {release}", report.command),
        (None, None, None) => format!("mmembed {}", report.command),
    }
}

/// How a command ended, as a clause.
pub(super) const fn conclusion(report: &Report) -> &'static str {
    match report.ending {
        Ending::Done => "it is done",
        Ending::NothingToDo => "there was nothing to do",
        Ending::Pending => "this would be done; nothing was changed",
        Ending::Refused => "it was refused; nothing was changed",
        Ending::RolledBack => "it failed, and what failed was rolled back",
        Ending::ArtifactRefused => "an archive was refused",
        Ending::Remainder => "it is committed, but something is left to do",
        Ending::Halted => "the chain ended before its goal; what is installed was proven",
        Ending::Stuck => "it is stuck, and somebody has to look at it",
        Ending::Locked => "another run was in the way",
        Ending::ProbeFailed => "what is installed did not pass",
    }
}

/// The same with a capital letter, where it begins with a word of prose: a name stays as it is.
pub(super) fn capitalised(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    let is_prose = first.bytes().all(|byte| byte.is_ascii_lowercase()) && first != "mmembed";
    let mut letters = text.chars();
    match letters.next() {
        Some(letter) if is_prose => format!("{}{}", letter.to_ascii_uppercase(), letters.as_str()),
        Some(_) | None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn prose_begins_with_a_capital_letter_and_names_stay() {
        for (text, shown) in [
            ("the vendor asks", "The vendor asks"),
            ("mmembed asks", "mmembed asks"),
            ("config.json is", "config.json is"),
            ("11.7.3 refuses", "11.7.3 refuses"),
            ("A is", "A is"),
            ("", ""),
        ] {
            assert_eq!(capitalised(text), shown);
        }
    }

    #[test]
    fn where_nobody_told_a_size_it_is_not_made_up() {
        let mut path = samples::path();
        assert_eq!(to_fetch(&path), "1 archive of unknown size");
        path.hops[0].artifact.at_hand = None;
        assert_eq!(to_fetch(&path), "193 MiB, and 1 archive of unknown size");
        path.hops[1].artifact.bytes = Some(1_048_576);
        assert_eq!(to_fetch(&path), "194 MiB");
        for hop in &mut path.hops {
            hop.artifact.at_hand = Some("/x".into());
        }
        assert_eq!(to_fetch(&path), "nothing");
    }

    #[test]
    fn going_back_takes_what_was_saved_and_when() {
        let mut hop = samples::path().hops.remove(0);
        assert_eq!(way_back(&hop, BackupPace::Each), "takes the saved database");
        hop.saved = Saved::AllButDatabase;
        assert!(way_back(&hop, BackupPace::Once).contains("before the first hop"));
        assert_eq!(way_back(&hop, BackupPace::Own), "takes a dump of your own");
        assert!(way_back(&hop, BackupPace::Each).contains("not saved"));
        hop.needs_database_to_go_back = false;
        assert_eq!(way_back(&hop, BackupPace::Own), "possible without the database");
        hop.only_switches = true;
        assert!(way_back(&hop, BackupPace::Each).contains("never put back"));
    }

    #[test]
    fn what_another_node_has_done_is_told() {
        let mut hop = samples::path().hops.remove(0);
        assert_eq!(database(&hop), None);
        hop.only_switches = true;
        assert_eq!(database(&hop).unwrap(), "another node has migrated it: this hop only switches");
        hop.left_behind = vec!["10.5.0".parse().unwrap()];
        let told = database(&hop).unwrap();
        assert!(told.ends_with("it has left 10.5.0 behind: its server is not started, and the settings are carried past it"));
        hop.left_behind.push("10.9.0".parse().unwrap());
        hop.only_switches = false;
        assert_eq!(
            database(&hop).unwrap(),
            "another node has brought it past 10.5.0, 10.9.0: their servers are not started, and the settings are carried past them"
        );
    }

    #[test]
    fn too_little_room_is_called_so() {
        let mut room = samples::path().rooms.remove(0);
        assert_eq!(super::room(&room), "needs 4.2 GiB, 12 GiB free");
        room.free_bytes = 4_509_715_660;
        assert_eq!(super::room(&room), "needs 4.2 GiB, 4.2 GiB free: too little");
    }

    #[test]
    fn versions_passed_over_for_one_reason_are_named_together() {
        let path = samples::path();
        let reasons = passed_over(&path);
        assert_eq!(reasons.len(), 1);
        assert_eq!(versions(&reasons[0].1), "10.5.0, 10.5.1");
    }

    #[test]
    fn an_edition_that_changes_is_named_on_both_ends() {
        let mut path = samples::path();
        assert_eq!(ends(&path.from, &path.to), "Mattermost 9.11.18 → 11.7.3 (team edition)");
        path.to.edition = crate::model::Edition::Enterprise;
        assert_eq!(ends(&path.from, &path.to), "Mattermost 9.11.18 (team) → 11.7.3 (enterprise)");
    }
}
