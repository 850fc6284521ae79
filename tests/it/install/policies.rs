//! Users and the host do not agree about a setting: that is said before anything happens, and settled as the policy has it.

use std::path::PathBuf;

use serde_json::json;

use crate::support::world::{World, release};

const SETTING: &str = "TeamSettings.MaxUsersPerTeam";

/// The host's default was 60, a user made 77 of it, and now it is 80.
fn in_conflict() -> (World, PathBuf) {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let mut overlay = world.overlay();
    overlay["TeamSettings"]["MaxUsersPerTeam"] = json!(60);
    world.write_overlay("overlay.json", &overlay);
    world.install(&archive, &["--no-start"]).expect(0);
    world.ask(&["config", "set"], &[&format!("{SETTING}=77")]).expect(0);
    overlay["TeamSettings"]["MaxUsersPerTeam"] = json!(80);
    world.write_overlay("overlay.json", &overlay);
    (world, archive)
}

#[test]
fn a_conflict_is_a_finding_of_the_plan() {
    let (world, archive) = in_conflict();
    let stamps = world.stamps();
    let said = world.install(&archive, &["--no-start", "--dry-run", "--json"]).expect(10).json();
    let findings = said["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["code"] == "config-conflict").unwrap();
    assert_eq!(finding["severity"], "warning");
    assert_eq!(
        finding["text"],
        "TeamSettings.MaxUsersPerTeam: a user changed it to 77 and the host application changed its default to 80; the \
         user's value stays"
    );
    assert_eq!(
        finding["advice"],
        "to settle it, say --policy 'TeamSettings.MaxUsersPerTeam=prefer-host' or keep-user"
    );
    world.assert_untouched_since(&stamps);
}

#[test]
fn a_policy_settles_it() {
    for (policy, value, because) in [
        (
            "TeamSettings.MaxUsersPerTeam=keep-user",
            77,
            "by policy the user's stays (instead of 80)",
        ),
        ("TeamSettings=prefer-host", 80, "by policy the host's is taken (instead of 77)"),
    ] {
        let (world, archive) = in_conflict();
        let more = ["--no-start", "--policy", policy];
        world.install(&archive, &more).expect(0).saying(&["note:", SETTING, "by policy"]);
        assert_eq!(world.config()["TeamSettings"]["MaxUsersPerTeam"], value);
        world.ask(&["config", "explain"], &[SETTING]).expect(0).saying(&[because]);
        world.install(&archive, &more).expect(0).saying(&["nothing to do"]);
    }
}

#[test]
fn a_refusal_changes_nothing_and_a_policy_for_nothing_is_none() {
    let (world, archive) = in_conflict();
    let stamps = world.stamps();
    for dry_run in [&[][..], &["--dry-run"]] {
        let refuse = format!("{SETTING}=refuse");
        let more = [&["--no-start", "--policy", &refuse][..], dry_run].concat();
        world.install(&archive, &more).expect(3).saying(&[
            "fatal:",
            "a user changed it to 77 and the host application changed its default to 80; by policy that is refused",
            "make the two agree",
        ]);
    }
    for (policies, code, said) in [
        (
            &["TeamSettings.MaxUsersPerTeem=refuse"][..],
            3,
            "did you mean TeamSettings.MaxUsersPerTeam?",
        ),
        (&["TeamSettings=refuse", "teamsettings=keep-user"], 3, "cannot have both"),
        (&["TeamSettings=sometimes"], 2, "is no policy for TeamSettings"),
    ] {
        let mut more = vec!["--no-start"];
        for policy in policies {
            more.extend(["--policy", policy]);
        }
        world.install(&archive, &more).expect(code).saying(&[said]);
    }
    world.assert_untouched_since(&stamps);
}
