//! Where trees, state, places and archives lie: what the file systems there allow, and how much room is left.

use std::path::{Path, PathBuf};

use super::Situation;
use crate::host::{FileSystem, FileSystems, PathError, unwritable_ancestor};
use crate::model::{Area, Finding, Observation, PlaceName, Severity, chain};

/// A release of these years takes about a gigabyte unpacked, and two of them lie beside each other during an upgrade.
const ROOM_FOR_TREES: u64 = 2 * GIB;

/// For state, small files and the beginning of a dump.
const ROOM_ELSEWHERE: u64 = 100 * MIB;

/// A release has about ten thousand files.
const FILES_FOR_TREES: u64 = 20_000;

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;

/// File systems that exchange two names in one step, as their sources in Linux have it since at least 3.15.
const EXCHANGE: [&str; 6] = ["ext4", "xfs", "btrfs", "f2fs", "tmpfs", "bcachefs"];

/// Those that do not.
const NO_EXCHANGE: [&str; 8] = ["nfs", "nfs4", "cifs", "smb3", "9p", "vfat", "exfat", "ceph"];

/// What lies somewhere.
struct Resident {
    subject: String,
    path: PathBuf,
    is_tree: bool,
}

pub(super) fn examine(situation: &Situation<'_>, store: Option<&Path>) -> Vec<Observation> {
    let systems = match FileSystems::read() {
        Ok(systems) => systems,
        Err(error) => return vec![unseen("file systems", &error)],
    };
    let mut seen = Vec::new();
    for resident in residents(situation, store) {
        match systems.of(&resident.path) {
            Ok(system) => seen.extend(look(&resident, &system)),
            Err(error) => seen.push(unseen(&resident.subject, &error)),
        }
    }
    seen.extend(mounts(situation, &systems));
    seen
}

fn residents(situation: &Situation<'_>, store: Option<&Path>) -> Vec<Resident> {
    let Situation { host, patient, placements, .. } = situation;
    let prefix = patient.prefix;
    let at = |subject: &str, path| Resident {
        subject: subject.to_owned(),
        path: host.tree.absolute(&path),
        is_tree: false,
    };
    let trees = Resident { is_tree: true, ..at("trees", prefix.embedded()) };
    let mut all = vec![trees, at("state", prefix.state())];
    let live = prefix.live();
    for place in *placements {
        let outside = place.below_tree().is_none();
        all.extend(place.path(&live).filter(|_| outside).map(|path| at(place.name.as_str(), path)));
    }
    if placements.is_empty() {
        let usual = |name: PlaceName| at(name.as_str(), prefix.places().join(name.as_str()));
        all.extend(PlaceName::USUAL.map(usual));
    }
    all.extend(store.map(|path| Resident {
        subject: "store".to_owned(),
        path: path.to_owned(),
        is_tree: false,
    }));
    all
}

fn look(resident: &Resident, system: &FileSystem) -> Vec<Observation> {
    let found = |finding| Observation::found(Area::Places, &resident.subject, finding);
    let wrong: Vec<Observation> = faults(resident, system).into_iter().map(found).collect();
    if !wrong.is_empty() {
        return wrong;
    }
    let exchange = match system.kind.as_str() {
        _ if !resident.is_tree => "",
        kind if EXCHANGE.contains(&kind) => "; trees change places in one step",
        _ => "; whether trees can change places in one step is not known of it",
    };
    let text = format!(
        "{} on {} ({}), {} free{exchange}",
        resident.path.display(),
        system.mount_point.display(),
        system.kind,
        room(system.free_bytes),
    );
    vec![Observation::good(Area::Places, &resident.subject, text)]
}

fn faults(resident: &Resident, system: &FileSystem) -> Vec<Finding> {
    let (path, mount) = (resident.path.display(), system.mount_point.display());
    let mut faults = Vec::new();
    if system.read_only {
        let text = format!("{path} lies on {mount}, which is mounted read-only");
        let advice = format!("mount -o remount,rw {mount}");
        faults.push(Finding::new(Severity::Fatal, "read-only", text).advise(advice));
    } else if let Some(refused) = unwritable_ancestor(&resident.path) {
        let text = format!("{} may not be written to by this user", refused.display());
        faults.push(
            Finding::new(Severity::Warning, "rights", text)
                .advise("run mmembed as its owner or as root"),
        );
    }
    if resident.is_tree && system.noexec {
        let text = format!("{path} lies on {mount}, which is mounted noexec: no server runs there");
        let advice = format!("mount -o remount,exec {mount}");
        faults.push(Finding::new(Severity::Fatal, "noexec", text).advise(advice));
    }
    if resident.is_tree && NO_EXCHANGE.contains(&system.kind.as_str()) {
        let text = format!(
            "{path} lies on {mount} ({}), which cannot exchange names: when trees change places, the live path is absent \
             for a moment",
            system.kind
        );
        let advice = "use a file system such as ext4 or xfs there, or live with that moment";
        faults.push(Finding::new(Severity::Warning, "no-exchange", text).advise(advice));
    }
    faults.extend(lack_of_room(resident, system));
    faults
}

fn lack_of_room(resident: &Resident, system: &FileSystem) -> Option<Finding> {
    let (path, mount) = (resident.path.display(), system.mount_point.display());
    let needed = if resident.is_tree { ROOM_FOR_TREES } else { ROOM_ELSEWHERE };
    if system.free_bytes < needed {
        let text = format!(
            "{path} has {} free on {mount}, and should have {}",
            room(system.free_bytes),
            room(needed)
        );
        let advice = format!("free some space: `du -xh --max-depth=2 {mount} | sort -h`");
        return Some(Finding::new(Severity::Warning, "space", text).advise(advice));
    }
    let files = system.free_inodes.filter(|free| resident.is_tree && *free < FILES_FOR_TREES)?;
    let text = format!(
        "{path} has room for {files} files on {mount}, and should have it for {FILES_FOR_TREES}"
    );
    let advice = format!("remove small files: `du -x --inodes --max-depth=2 {mount} | sort -n`");
    Some(Finding::new(Severity::Warning, "inodes", text).advise(advice))
}

/// What is mounted among the trees cannot be carried from one to the next.
fn mounts(situation: &Situation<'_>, systems: &FileSystems) -> Vec<Observation> {
    let embedded = situation.host.tree.absolute(&situation.patient.prefix.embedded());
    let found = systems.mounts_at_or_below(&embedded).unwrap_or_default();
    let below = found.into_iter().filter(|mount| *mount != embedded);
    let told = below.map(|mount| {
        let mount = mount.display();
        let text = format!("{mount} is mounted by itself among the trees, and cannot be carried");
        let finding =
            Finding::new(Severity::Fatal, "mount", text).advise(format!("umount {mount}"));
        Observation::found(Area::Places, "trees", finding)
    });
    told.collect()
}

fn unseen(subject: &str, error: &PathError) -> Observation {
    let finding = Finding::new(Severity::Warning, "unseen", chain(error))
        .advise("run this as root to see it");
    Observation::found(Area::Places, subject, finding)
}

fn room(bytes: u64) -> String {
    if bytes >= 10 * GIB { format!("{} GiB", bytes / GIB) } else { format!("{} MiB", bytes / MIB) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(kind: &str) -> FileSystem {
        FileSystem {
            mount_point: "/".into(),
            device: 1,
            kind: kind.to_owned(),
            read_only: false,
            noexec: false,
            free_bytes: 100 * GIB,
            free_inodes: None,
        }
    }

    fn codes(system: &FileSystem) -> Vec<String> {
        let path = PathBuf::from("/");
        let tree = Resident { subject: "trees".to_owned(), path, is_tree: true };
        let faults = faults(&tree, system);
        faults.into_iter().map(|fault| fault.code).filter(|code| code != "rights").collect()
    }

    #[test]
    fn what_bites_is_told() {
        assert_eq!(codes(&system("ext4")), Vec::<String>::new());
        assert_eq!(codes(&FileSystem { read_only: true, ..system("xfs") }), ["read-only"]);
        assert_eq!(codes(&FileSystem { noexec: true, ..system("xfs") }), ["noexec"]);
        assert_eq!(codes(&FileSystem { free_bytes: MIB, ..system("xfs") }), ["space"]);
        assert_eq!(codes(&FileSystem { free_inodes: Some(9), ..system("xfs") }), ["inodes"]);
        assert_eq!(codes(&system("nfs4")), ["no-exchange"]);
    }
}
