//! The Omnibus project: its definitions are evaluated by a Ruby that plays omnibus, and what comes of it is installed,
//! reconfigured, upgraded, interrupted and removed by dpkg, with a real runit.

mod acme;

use std::fs;

use acme::{Acme, DEFINITION, INSTALLED, SETTINGS};

use super::machine::quick;
use crate::fakes::trailer::Fault;
use crate::support::world::LIVE;

const HALF: &str = "install ok half-configured";
const CONFIG: &str = "var/opt/acme/mattermost/config.json";
const RECONFIGURE: &[&str] = &["acme-ctl", "reconfigure"];

#[test]
fn it_waits_for_a_database_and_is_installed_when_there_is_one() {
    let Some(acme) = Acme::or_say_so("it_waits_for_a_database") else { return };
    let (machine, world) = (&acme.machine, &acme.machine.world);
    let first = acme.package("1.0", &quick("10.11.0"));
    machine.install(&first).expect(0).telling(&["no database yet", "acme-ctl reconfigure"]);
    assert_eq!((machine.state().as_str(), world.below(LIVE).exists()), (INSTALLED, false));
    acme.configure();
    let settings = fs::read_to_string(world.below(SETTINGS)).unwrap();
    fs::write(world.below(SETTINGS), settings.replace(&world.database.name, "nowhere")).unwrap();
    acme.typed(RECONFIGURE).expect(3).telling(&["type: acme-ctl reconfigure"]);
    acme.typed(&["acme-ctl", "status"]).expect(0).saying(&["down: "]);
    assert!(world.below(DEFINITION).join("down").exists(), "there is nothing to start at boot");
    acme.configure();
    acme.typed(RECONFIGURE).expect(0);
    machine.assert_serving(INSTALLED, "10.11.0");
    assert!(!world.receipt()["proof"].is_null());
    assert!(!world.below("var/cache/acme").exists(), "the archive is there twice");
}

#[test]
fn what_is_right_is_left_alone_and_the_next_package_brings_the_next_release() {
    let Some(acme) = Acme::in_use("what_is_right") else { return };
    let (machine, world) = (&acme.machine, &acme.machine.world);
    let site_name = "TeamSettings.SiteName=\"The Chat\"";
    acme.typed(&["acme-ctl", "stop"]).expect(0);
    assert_eq!(world.serving(), None);
    acme.typed(&["acme-ctl", "mattermost", "config", "set", site_name]).expect(0);
    acme.typed(&["acme-ctl", "start"]).expect(0);
    assert_eq!(world.wait_until_serving(), "10.11.0");

    let (server, stamps) = (acme.server(), acme.stamps());
    acme.typed(RECONFIGURE).expect(0).saying(&["nothing to do"]);
    assert_eq!((acme.server(), acme.stamps()), (server.clone(), stamps));

    machine.install(&acme.package("2.0", &quick("11.7.0"))).expect(0);
    machine.assert_serving(INSTALLED, "11.7.0");
    assert_ne!(acme.server(), server);
    assert_eq!(world.json_at(CONFIG)["TeamSettings"]["SiteName"], "The Chat");
    assert_eq!(world.messages(), ["first"]);
    acme.typed(&["acme-ctl", "mattermost", "status"]).expect(0).saying(&["11.7.0"]);
    // What the administrator writes is the server's after the next word.
    let settings = fs::read_to_string(world.below(SETTINGS)).unwrap();
    let edited = settings.replace("https://chat.acme.example", "https://talk.acme.example");
    fs::write(world.below(SETTINGS), edited).unwrap();
    acme.typed(RECONFIGURE).expect(0);
    machine.assert_serving(INSTALLED, "11.7.0");
    let config = world.json_at(CONFIG);
    assert_eq!(config["ServiceSettings"]["SiteURL"], "https://talk.acme.example");
}

#[test]
fn what_is_interrupted_is_not_started_at_boot_and_ends_whole_when_it_is_repeated() {
    let Some(acme) = Acme::or_say_so("what_is_interrupted") else { return };
    let (machine, world) = (&acme.machine, &acme.machine.world);
    let down = world.below(DEFINITION).join("down");
    acme.configure();
    let first = acme.package("1.0", &quick("10.11.0"));
    machine.dpkg_killed_at(12, &["--install", first.to_str().unwrap()]).expect(1);
    assert_eq!(machine.state(), HALF);
    acme.typed_and_killed_at(4, RECONFIGURE).expect(137);
    acme.typed(RECONFIGURE).expect(0);
    machine.dpkg(&["--configure", "-a"]).expect(0);
    machine.assert_serving(INSTALLED, "10.11.0");
    assert!(world.post("first"));
    assert!(!down.exists());
    acme.reboot();
    assert_eq!(world.wait_until_serving(), "10.11.0");

    let second = acme.package("2.0", &quick("11.7.0"));
    machine.dpkg_killed_at(60, &["--install", second.to_str().unwrap()]).expect(1);
    assert_eq!((machine.state().as_str(), down.exists()), (HALF, true));
    // The old server serves, while the next tree is made. And now, a little later each time, until it is stopped.
    assert_eq!(world.serving().as_deref(), Some("10.11.0"));
    let stopped = (80..).step_by(20).find(|at| {
        acme.typed_and_killed_at(*at, RECONFIGURE).expect(137);
        world.serving().is_none()
    });
    assert!(stopped.is_some() && down.exists(), "{stopped:?}");
    acme.reboot();
    acme.typed(&["acme-ctl", "status"]).expect(0).saying(&["down: "]);
    assert_eq!(world.serving(), None);
    acme.typed(RECONFIGURE).expect(0);
    assert_eq!(world.wait_until_serving(), "11.7.0");
    let server = acme.server();
    machine.dpkg(&["--configure", "-a"]).expect(0);
    machine.assert_serving(INSTALLED, "11.7.0");
    assert_eq!((acme.server(), down.exists()), (server, false));
    assert_eq!(world.messages(), ["first"]);
}

#[test]
fn an_upgrade_that_fails_leaves_the_old_server_serving_now_and_at_boot() {
    let Some(acme) = Acme::in_use("an_upgrade_that_fails") else { return };
    let (machine, world) = (&acme.machine, &acme.machine.world);
    let bad = acme.package("2.0", &quick("11.7.0").fault(Fault::DiesInMidMigration(1)));
    machine
        .install(&bad)
        .expect(1)
        .telling(&["mmembed ended with 4", "type: acme-ctl reconfigure"]);
    machine.assert_serving(HALF, "10.11.0");
    assert_eq!(world.messages(), ["first"]);
    acme.reboot();
    machine.assert_serving(HALF, "10.11.0");
    machine.install(&acme.package("3.0", &quick("11.7.0"))).expect(0);
    machine.assert_serving(INSTALLED, "11.7.0");
    assert_eq!(world.messages(), ["first"]);
}

#[test]
fn it_goes_and_comes_back_and_keeps_what_is_peoples() {
    let Some(acme) = Acme::in_use("it_goes_and_comes_back") else { return };
    let (machine, world) = (&acme.machine, &acme.machine.world);
    let upload = "var/opt/acme/mattermost/data/photo.jpg";
    fs::write(world.below(upload), "a photo").unwrap();
    let running = acme.running();
    let looked_after = |name: &&str| running.iter().any(|it| it == name);
    assert!(["runsvdir", "runsv", "mattermost"].iter().all(looked_after), "{running:?}");

    machine.dpkg(&["--remove", "acme"]).expect(0);
    assert_eq!((machine.state().as_str(), world.serving()), ("deinstall ok config-files", None));
    assert_eq!(acme.running(), [""; 0]);
    // Of the application only what is Mattermost's stays.
    let is_there = |path: &&str| world.below(path).exists();
    let gone = ["opt/acme/sv", "opt/acme/service", "opt/acme/bin", "usr/bin/acme-ctl"];
    assert!(!gone.iter().any(is_there), "{:?}", machine.left());
    let stays = [SETTINGS, CONFIG, upload, "opt/acme/embedded/mattermost/bin/mattermost"];
    assert!(stays.iter().all(is_there), "{:?}", machine.left());
    // Back as another release, over all that was left.
    machine.install(&acme.package("2.0", &quick("11.7.0"))).expect(0);
    machine.assert_serving(INSTALLED, "11.7.0");
    assert_eq!(world.messages(), ["first"]);

    let rows = world.database_content();
    machine.dpkg(&["--purge", "acme"]).expect(0).saying(&["uploaded files are kept"]);
    assert_eq!((machine.state().as_str(), world.serving()), ("", None));
    assert_eq!(acme.running(), [""; 0]);
    let left = machine.left();
    let left: Vec<&String> = left.iter().filter(|it| it.contains("acme")).collect();
    assert_eq!(left, [upload]);
    assert_eq!((world.database_content(), world.messages()), (rows, vec!["first".to_owned()]));
}

#[test]
fn what_dpkg_and_rpm_call_in_between_changes_nothing_and_what_they_never_call_is_an_error() {
    let Some(acme) = Acme::in_use("what_dpkg_and_rpm_call") else { return };
    let machine = &acme.machine;
    let (server, stamps) = (acme.server(), acme.stamps());
    for words in [
        &["prerm", "upgrade", "2.0"][..],
        &["prerm", "failed-upgrade", "0.9", "1.0"],
        &["prerm", "deconfigure", "in-favour", "other", "1.0"],
        &["postrm", "upgrade", "2.0"],
        &["postrm", "failed-upgrade", "0.9", "1.0"],
        &["postrm", "abort-install"],
        &["postrm", "abort-upgrade", "0.9", "1.0"],
        &["postrm", "disappear", "other", "1.0"],
        &["postinst", "abort-upgrade", "2.0"],
        &["postinst", "abort-deconfigure", "in-favour", "other", "1.0"],
        &["postinst", "abort-remove", "in-favour", "other", "1.0"],
        &["postinst", "configure", "1.0"],
        // An upgrade by rpm: two packages are installed, then one.
        &["postinst", "2"],
        &["prerm", "1"],
        &["postrm", "1"],
    ] {
        machine.script(words).expect(0);
        assert_eq!((acme.server(), acme.stamps()), (server.clone(), stamps.clone()), "{words:?}");
    }
    for script in ["prerm", "postrm", "postinst"] {
        machine.script(&[script, "conquer"]).expect(1).telling(&["unknown word conquer"]);
    }
    // Another package was in the way of the removal.
    machine.script(&["prerm", "remove", "in-favour", "other", "1.0"]).expect(0);
    assert_eq!((machine.world.serving(), acme.running()), (None, vec![]));
    machine.script(&["postinst", "abort-remove", "in-favour", "other", "1.0"]).expect(0);
    assert_eq!(machine.world.wait_until_serving(), "10.11.0");
    // A removal by rpm.
    machine.script(&["prerm", "0"]).expect(0);
    machine.script(&["postrm", "0"]).expect(0);
    assert_eq!((machine.world.serving(), acme.running()), (None, vec![]));
}

#[test]
fn where_systemd_does_not_run_nothing_is_started() {
    let Some(acme) = Acme::or_say_so("where_systemd_does_not_run") else { return };
    let (machine, world) = (&acme.machine, &acme.machine.world);
    fs::remove_dir(world.below("run/systemd/system")).unwrap();
    acme.configure();
    machine.install(&acme.package("1.0", &quick("10.11.0"))).expect(0);
    assert_eq!((machine.state().as_str(), acme.running()), (INSTALLED, vec![]));
    assert!(world.receipt()["proof"].is_null());
    // The machine that it becomes.
    fs::create_dir(world.below("run/systemd/system")).unwrap();
    acme.typed(RECONFIGURE).expect(0);
    machine.assert_serving(INSTALLED, "10.11.0");
}
