//! The room that a whole chain takes, beside the room that is there.

use std::path::PathBuf;

use super::foresee::Way;
use crate::engine::acquire::{AtHand, HandyPlace};
use crate::host::{FileSystems, PathError, absolute, look_at_archive, tree_size};
use crate::model::{BackUp, DataPolicy, Finding, RoomReport, Saved, Severity, Version, chain};
use crate::planning::{Extent, Ground, STATE_BYTES, Taking, dump_estimate, estimate, rooms};

/// What a hop brings.
pub(super) struct Load<'a> {
    pub(super) version: &'a Version,
    pub(super) at_hand: Option<&'a AtHand>,
}

/// What is taken, and where to.
type Wanted = (&'static str, PathBuf, Extent);

/// The rooms that these hops take, and what is wrong with them.
pub(super) fn see_rooms(way: &Way<'_>, loads: &[Load<'_>]) -> (Vec<RoomReport>, Vec<Finding>) {
    match takings(way, loads) {
        Ok(takings) => {
            let (reports, mut findings) = rooms(&takings);
            findings.extend(unmeasured(way));
            (reports, findings)
        }
        Err(error) => {
            let text = format!("the room that there is could not be looked at: {}", chain(&error));
            (Vec::new(), vec![Finding::new(Severity::Warning, "unseen", text)])
        }
    }
}

fn takings(way: &Way<'_>, loads: &[Load<'_>]) -> Result<Vec<Taking>, PathError> {
    let systems = FileSystems::read()?;
    let with_ground = |(what, path, extent): Wanted| {
        let system = systems.of(&path)?;
        let (device, mount, free_bytes) = (system.device, system.mount_point, system.free_bytes);
        Ok(Taking { what, path, extent, ground: Ground { device, mount, free_bytes } })
    };
    wanted(way, loads)?.into_iter().map(with_ground).collect()
}

fn wanted(way: &Way<'_>, loads: &[Load<'_>]) -> Result<Vec<Wanted>, PathError> {
    let (tree, prefix) = (&way.installed.host.tree, way.installed.prefix);
    // Every tree that was live may be kept until the end, as what is removed earlier is removed in passing; the last one is live
    // then: there is one more for each hop.
    let trees = total(loads.iter().map(tree_of));
    let mut wanted = vec![
        ("trees", tree.absolute(&prefix.embedded()), trees),
        ("backups", tree.absolute(&prefix.backups()), backups(way, loads.len())?),
        ("notes", tree.absolute(&prefix.state()), Extent::exactly(STATE_BYTES)),
    ];
    if let Some(store) = &way.sources().store {
        let store = absolute(store)?;
        wanted.push(("archives", store, total(loads.iter().map(stored))));
    }
    Ok(wanted)
}

fn total(extents: impl Iterator<Item = Extent>) -> Extent {
    extents.fold(Extent::default(), |sum, extent| sum + extent)
}

/// What comes out of an archive. One in a bundle tells nothing but how large it is itself.
fn tree_of(load: &Load<'_>) -> Extent {
    match load.at_hand {
        Some(AtHand { path, bytes, place: HandyPlace::Directory | HandyPlace::Store }) => {
            let seen = look_at_archive(path);
            seen.map_or(Extent::out_of(*bytes), |seen| Extent::claimed(seen.claimed_size))
        }
        Some(AtHand { bytes, place: HandyPlace::Bundle, .. }) => Extent::out_of(*bytes),
        None => Extent::of_tree(load.version),
    }
}

/// What it takes in the store, besides what is there.
fn stored(load: &Load<'_>) -> Extent {
    match load.at_hand {
        Some(AtHand { place: HandyPlace::Directory | HandyPlace::Store, .. }) => Extent::default(),
        Some(AtHand { bytes, place: HandyPlace::Bundle, .. }) => Extent::exactly(*bytes),
        None => Extent::of_archive(load.version),
    }
}

/// Databases and copies of directories, as they are today.
fn backups(way: &Way<'_>, hops: usize) -> Result<Extent, PathError> {
    let dumps = (0..hops).filter(|hop| saves_database(way, *hop)).count();
    let dump = dump_estimate(way.seen.database.as_ref().map_or(0, |known| known.bytes)).bytes;
    let mut copied = 0;
    if way.wish.data == DataPolicy::Copy {
        let (receipt, tree) = (way.installed.receipt, &way.installed.host.tree);
        for saved in BackUp::directories_of(receipt, &way.installed.prefix.live()) {
            if tree.exists(&saved.path)? {
                copied += estimate(tree_size(&tree.absolute(&saved.path))?).bytes;
            }
        }
    }
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Ok(Extent::exactly(dump).times(count(dumps)) + Extent::exactly(copied).times(count(hops)))
}

fn saves_database(way: &Way<'_>, hop: usize) -> bool {
    way.saved(hop) == Saved::All
}

/// A database that is saved on the way, and whose size nobody knows.
fn unmeasured(way: &Way<'_>) -> Option<Finding> {
    let saves = (0..way.route.stops.len()).any(|hop| saves_database(way, hop));
    let is_unknown = way.seen.database.is_none() && saves;
    is_unknown.then(|| {
        let text =
            "how large the database is is not known: the room that saving it takes is not counted";
        Finding::new(Severity::Note, "space-unseen", text)
    })
}
