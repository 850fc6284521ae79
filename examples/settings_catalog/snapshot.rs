//! What each version's configuration is taken to be, where the sources disagree.

use std::collections::BTreeMap;

use crate::sources::{Minor, Row, Rows, Sources};

/// How well a version is known. The best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Known {
    /// The server's own code was run.
    Model,
    /// The server's code was read.
    Source,
    /// The packaged file was read.
    File,
}

/// One version.
pub(crate) struct Snapshot {
    pub(crate) minor: Minor,
    pub(crate) known: Known,
    pub(crate) rows: Rows,
}

/// All versions of which anything is known as a whole, oldest first.
pub(crate) fn reconcile(sources: &Sources) -> Vec<Snapshot> {
    let mut found: BTreeMap<Minor, Snapshot> = BTreeMap::new();
    let kinds = [
        (Known::Model, &sources.models),
        (Known::Source, &sources.derived),
        (Known::File, &sources.files),
    ];
    for (known, versions) in kinds {
        for (&minor, rows) in versions {
            found.entry(minor).or_insert_with(|| Snapshot { minor, known, rows: rows.clone() });
        }
    }
    for snapshot in found.values_mut().filter(|snapshot| snapshot.known != Known::Model) {
        if let Some(observed) = sources.observed.get(&snapshot.minor) {
            correct(&mut snapshot.rows, observed);
        }
        compare(snapshot, sources);
    }
    found.into_values().collect()
}

/// A file that a server wrote has all its settings, and no other.
fn correct(rows: &mut Rows, observed: &Rows) {
    rows.retain(|name, _| observed.contains_key(name));
    for (name, seen) in observed {
        rows.entry(name.clone()).or_insert_with(|| seen.clone());
    }
}

/// Between two versions whose code was run, what both say holds; packaged files were kept by hand, and reading code has
/// its limits.
fn compare(snapshot: &mut Snapshot, sources: &Sources) {
    let models = &sources.models;
    let before = models.range(..snapshot.minor).next_back().map(|(_, rows)| rows);
    let after = models.range(snapshot.minor..).next().map(|(_, rows)| rows);
    let (Some(before), Some(after)) = (before, after) else {
        if let Some(other) = before.or(after) {
            lend(&mut snapshot.rows, &[other]);
        }
        return;
    };
    for (name, row) in before {
        if after.contains_key(name) {
            snapshot.rows.entry(name.clone()).or_insert_with(|| row.clone());
        }
    }
    if snapshot.known == Known::File {
        // What was in the file already when its server did not know it any more is no setting. What came later was one.
        let since = models.range(..snapshot.minor).next_back().map_or((0, 0), |(minor, _)| *minor);
        let stale = sources.files.range(..=since).next_back().map(|(_, rows)| rows);
        snapshot.rows.retain(|name, _| {
            let is_stale = stale.is_some_and(|rows| rows.contains_key(name));
            before.contains_key(name) || after.contains_key(name) || !is_stale
        });
    }
    lend(&mut snapshot.rows, &[after, before]);
}

/// Takes from the code that was run what it knows better: above all what depends on whether the file is new.
fn lend(rows: &mut Rows, models: &[&Rows]) {
    for (name, row) in rows.iter_mut() {
        let lenders: Vec<&Row> = models.iter().filter_map(|rows| rows.get(name)).collect();
        let same =
            lenders.windows(2).all(|pair| pair[0] == pair[1]) && lenders.len() == models.len();
        let fits = |lender: &&&Row| {
            row.absent.is_none() || row.absent == lender.absent || row.absent == lender.existing
        };
        let lender = if same { lenders.first() } else { lenders.iter().find(fits) };
        if let Some(lender) = lender {
            *row = Row { name: row.name.clone(), ..(*lender).clone() };
        } else if let Some(other) = lenders.first().filter(|other| other.kind == row.kind) {
            row.empty.clone_from(&other.empty);
        } else if let Some(other) = lenders.first() {
            // The packaged file has a value that its own server cannot read as such.
            *row = Row { name: row.name.clone(), ..(*other).clone() };
        }
    }
}
