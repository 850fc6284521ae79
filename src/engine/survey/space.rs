//! The room that a plan needs, beside the room that is there.

use crate::host::{ArchiveSeen, FileSystems, Host, PathError, tree_size};
use crate::model::{BackUp, DataPolicy, Plan, RelPath, SpaceSeen, Step, TreeIdentity};
use crate::planning::{Estimate, STATE_BYTES, dump_estimate, estimate};

/// How much room each file system has, and how much a plan needs there.
pub(super) fn see_spaces(
    host: &Host,
    plan: &Plan,
    archive: &ArchiveSeen,
    database_bytes: u64,
) -> Result<Vec<SpaceSeen>, PathError> {
    let systems = FileSystems::read()?;
    let mut spaces: Vec<(u64, SpaceSeen)> = Vec::new();
    for (path, needed) in needed_room(host, plan, archive, database_bytes)? {
        let path = host.tree.absolute(&path);
        let system = systems.of(&path)?;
        // What shares a file system shares its room.
        if let Some((_, space)) = spaces.iter_mut().find(|(device, _)| *device == system.device) {
            space.needed_bytes += needed.bytes;
            space.needed_inodes += needed.inodes;
            continue;
        }
        let space = SpaceSeen {
            path,
            mount: system.mount_point,
            read_only: system.read_only,
            executable: !system.noexec,
            free_bytes: system.free_bytes,
            free_inodes: system.free_inodes,
            needed_bytes: needed.bytes,
            needed_inodes: needed.inodes,
        };
        spaces.push((system.device, space));
    }
    Ok(spaces.into_iter().map(|(_, space)| space).collect())
}

/// Where how much will be written.
fn needed_room(
    host: &Host,
    plan: &Plan,
    archive: &ArchiveSeen,
    database_bytes: u64,
) -> Result<Vec<(RelPath, Estimate)>, PathError> {
    let mut rooms = Vec::new();
    for planned in &plan.steps {
        if let Step::Unpack { into, .. } = &planned.step {
            // What was unpacked ahead takes its room already.
            if host.tree.exists(&into.join(TreeIdentity::FILE))? {
                continue;
            }
            rooms.push((into.clone(), estimate(archive.claimed_size)));
        } else if let Step::CopyDirectory { from, to } = &planned.step {
            rooms.push((to.clone(), estimate(tree_size(&host.tree.absolute(from))?)));
        } else if let Step::BackUp(back_up) = &planned.step {
            let place = plan.prefix.backup(&back_up.id);
            let needed = backup_room(host, back_up, database_bytes)?;
            rooms.extend(needed.into_iter().map(|needed| (place.clone(), needed)));
        }
    }
    let state = Estimate { bytes: STATE_BYTES, inodes: 50 };
    rooms.push((plan.prefix.state(), state));
    Ok(rooms)
}

fn backup_room(
    host: &Host,
    back_up: &BackUp,
    database_bytes: u64,
) -> Result<Vec<Estimate>, PathError> {
    let mut rooms = Vec::new();
    if back_up.database {
        rooms.push(dump_estimate(database_bytes));
    }
    if back_up.policy == DataPolicy::Copy {
        for saved in &back_up.directories {
            rooms.push(estimate(tree_size(&host.tree.absolute(&saved.path))?));
        }
    }
    Ok(rooms)
}
