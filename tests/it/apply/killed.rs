//! Other settings and places for a server that runs, killed at any change of the file system.

use std::os::unix::process::ExitStatusExt;

use super::desk::{Desk, serving};

const PHOTO: &str = "a photo";

/// The settings and the place are the former ones or the wanted ones, all of them, and nothing that people did is lost.
#[track_caller]
fn assert_whole(desk: &Desk) -> bool {
    let is_new = desk.setting("TeamSettings", "MaxUsersPerTeam") == 61;
    let [former, wanted] =
        ["var/opt/acme/mattermost/data", "srv/acme/files"].map(|it| desk.world.below(it));
    let (here, gone) = if is_new { (wanted, former) } else { (former, wanted) };
    assert_eq!(std::fs::read_to_string(here.join("photo.jpg")).unwrap(), PHOTO);
    assert!(!gone.join("photo.jpg").exists(), "{}", gone.display());
    assert_eq!(desk.world.wait_until_serving(), "10.11.0");
    assert_eq!(desk.world.messages(), ["first"]);
    desk.world.assert_nothing_runs_but_the_server();
    is_new
}

/// Killed while it stops, moves, writes, proves or starts: `recover` makes the host one or the other, and the server serves.
#[test]
fn killed_at_any_change_the_server_serves_again() {
    let desk = serving(Desk::service);
    std::fs::write(desk.world.below("var/opt/acme/mattermost/data/photo.jpg"), PHOTO).unwrap();
    let keys = desk.service();
    let wishes = [
        "[set]\nTeamSettings.MaxUsersPerTeam = 61\n[places]\ndata = \"/srv/acme/files\"\n",
        "[set]\nTeamSettings.MaxUsersPerTeam = 50\n[places]\ndata = \"/var/opt/acme/mattermost/data\"\n",
    ];
    let mut is_new = false;
    let mut ends = [0, 0];
    // Steps of seven meet every kind of change; what was reached decides what is wished for next.
    for at in (0..).step_by(7) {
        desk.wish("10.11.0", &keys, wishes[usize::from(is_new)]);
        let output =
            desk.applying(&[]).env("MMEMBED_TEST_KILL_AT", at.to_string()).output().unwrap();
        let was_killed = output.status.signal() == Some(9);
        desk.world.run(&desk.world.words(&["recover"])).expect(0);
        let reached = assert_whole(&desk);
        eprintln!("at {at}: killed {was_killed}, from {is_new} to {reached}");
        ends[usize::from(reached != is_new)] += 1;
        is_new = reached;
        if !was_killed {
            assert!(output.status.success());
            break;
        }
    }
    assert!(ends.iter().all(|count| *count > 1), "taken back {}, finished {}", ends[0], ends[1]);
    desk.assert_settled();
}
