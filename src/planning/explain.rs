//! What a step does, as a sentence: the one source of words for the dry run, the progress and the report.

use crate::model::{
    BackUp, BackupId, Carry, Configure, DataPolicy, DatabaseUndo, Prove, RelPath, Step, Version,
};

/// What the step does.
#[must_use]
#[expect(clippy::too_many_lines, reason = "one sentence for each kind of step, in one place")]
pub fn explain(step: &Step) -> String {
    match step {
        Step::MakeDirectory { path, mode, owner, content: _ } => {
            let owner = owner.map(|owner| format!(", owner {owner}")).unwrap_or_default();
            format!("make the directory {path} (mode {mode:04o}{owner})")
        }
        Step::Unpack { archive, release, into, .. } => {
            format!("verify {} and unpack {release} into {into}", archive.display())
        }
        Step::ConfirmRelease { tree, release, .. } => {
            format!("confirm that {tree} holds {release} and that it runs here")
        }
        Step::SetOwner { tree, owner } => format!("hand {tree} to its owner {owner}"),
        Step::GrantDirectory { path, .. } => format!("let the server write to {path}"),
        Step::RemoveEmptyDirectory { path, .. } => format!("remove the empty directory {path}"),
        Step::MoveDirectory { from, to } => format!("move {from} to {to}"),
        Step::CopyDirectory { from, to } => {
            format!("copy {from} to {to}, on another file system, and compare")
        }
        Step::RemoveDirectory { path } => format!("remove {path}, whose copy is in use now"),
        Step::Configure(configure) => {
            format!("merge the configuration into {}{}", configure.file, explain_passage(configure))
        }
        Step::RehearseMerge(_) => {
            "merge the configuration once, to see that it can be done".to_owned()
        }
        Step::Activate { live, retired: None, .. } => format!("activate the new tree as {live}"),
        Step::Activate { live, retired: Some(retired), .. } => {
            format!("activate the new tree as {live}, and keep the former one as {retired}")
        }
        Step::CheckCarry(carry) => {
            let (from, to) = (&carry.from, &carry.to);
            format!("check that what the release did not bring can move from {from} to {to}")
        }
        Step::Carry(carry) => explain_carry(carry),
        Step::KeepModified { tree, into } => {
            format!("keep the release's files that were changed in {tree} below {into}")
        }
        Step::InheritAttributes { from, to } => {
            format!("give {to} the owners, rights and capabilities that were set in {from}")
        }
        Step::PrepareBackUp(_) => "look at the database that will be backed up".to_owned(),
        Step::BackUp(back_up) => explain_backup(back_up),
        Step::RestoreConfig(restore) => {
            format!("put the configuration of the backup {} back", restore.backup)
        }
        Step::RestoreData(restore) => {
            format!("put the uploaded files and plugins of the backup {} back", restore.backup)
        }
        Step::RestoreDatabase(restore) => {
            format!("make the database hold what the backup {} holds", restore.backup)
        }
        Step::CleanUp { keep, needed } => explain_clean_up(*keep, needed),
        Step::Prove(prove) => explain_prove(prove),
        Step::Identify { tree, release, like: Some(_), .. } => {
            format!("compare {tree} with {release}, and write down in it what the release brought")
        }
        Step::Identify { tree, release, like: None, .. } => {
            format!("conclude what {release} brought, and write that down in {tree}")
        }
        Step::TakeOver { from, live } => {
            format!("make {from} the live tree {live}, and leave a link in its place")
        }
        Step::GatherSettings { config, environment, .. } => {
            format!("gather the settings in {config} and in the environment {environment}")
        }
        Step::StopServer(old) if old.service.is_none() => {
            format!("be sure that no server runs from {}", old.tree)
        }
        Step::StopServer(old) if !old.was_running => {
            format!("be sure that {} does not run", old.release)
        }
        Step::StopServer(old) => format!("stop {} by {}", old.release, old.service),
        Step::StartServer(start) => {
            format!("start {} by {} and be sure that it serves", start.release, start.service)
        }
        Step::RunHooks(hooks) => {
            format!("run the hooks in {}", hooks.directory.join(hooks.phase.name()).display())
        }
        Step::Settle => "write the receipt".to_owned(),
    }
}

/// The versions that the settings are carried past.
fn explain_passage(configure: &Configure) -> String {
    if configure.left_behind.is_empty() {
        return String::new();
    }
    let versions: Vec<String> = configure.left_behind.iter().map(Version::to_string).collect();
    format!(", carried past {}, which the database has left behind", versions.join(", "))
}

fn explain_prove(prove: &Prove) -> String {
    let text = format!("start the server in the dark and prove that it is {}", prove.release);
    match prove.database {
        DatabaseUndo::Shared => {
            format!("{text}; the database was migrated by another node: it is not put back")
        }
        DatabaseUndo::Empty
        | DatabaseUndo::Leave
        | DatabaseUndo::Restore(_)
        | DatabaseUndo::Earlier => text,
    }
}

fn explain_backup(back_up: &BackUp) -> String {
    let what = match (back_up.database, back_up.policy) {
        (true, DataPolicy::Skip) => "configuration and database",
        (true, DataPolicy::Link | DataPolicy::Copy) => "configuration, database and files",
        (false, DataPolicy::Skip) => "the configuration",
        (false, DataPolicy::Link | DataPolicy::Copy) => "configuration and files",
    };
    let rehearse = if back_up.verify_restore { ", and bring it back on trial" } else { "" };
    format!("back up {what} as {}{rehearse}", back_up.id)
}

/// So many paths are named; of more, only how many they are.
const NAMED: usize = 12;

fn explain_clean_up(keep: u32, needed: &[BackupId]) -> String {
    let text =
        format!("keep the newest {keep} backups with their trees, and remove those before them");
    match needed {
        [] => text,
        needed => {
            let names: Vec<&str> = needed.iter().map(BackupId::as_str).collect();
            format!("{text} but for {}, which a way back needs", names.join(", "))
        }
    }
}

fn explain_carry(carry: &Carry) -> String {
    let Carry { from, to, in_tree, expected } = carry;
    let mut paths: Vec<&RelPath> = in_tree.iter().chain(expected).collect();
    paths.sort();
    paths.dedup();
    let named: Vec<&str> = paths.iter().take(NAMED).map(|path| path.as_str()).collect();
    let what = match paths.len() - named.len() {
        0 if paths.is_empty() => "what the release did not bring".to_owned(),
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    };
    format!("move {what} from {from} to {to}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_is_named_up_to_a_number() {
        let paths = |names: &[&str]| -> Vec<RelPath> {
            names.iter().map(|name| name.parse().unwrap()).collect()
        };
        let carry = |in_tree, expected| {
            let (from, to) = ("live".parse().unwrap(), "staged".parse().unwrap());
            explain(&Step::Carry(Carry { from, to, in_tree, expected }))
        };
        let few = carry(paths(&["logs"]), paths(&["config/saml.key", "logs"]));
        assert_eq!(few, "move config/saml.key, logs from live to staged");
        let none = carry(Vec::new(), Vec::new());
        assert_eq!(none, "move what the release did not bring from live to staged");
        let names: Vec<String> = (10..30).map(|number| format!("k{number}")).collect();
        let many = carry(Vec::new(), paths(&names.iter().map(String::as_str).collect::<Vec<_>>()));
        assert!(many.contains("k21 and 8 more from live"), "{many}");
    }
}
