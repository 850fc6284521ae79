//! The Debian package: installed, upgraded, removed and purged by dpkg, interrupted and repeated.

use std::fs;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process_group};

use super::machine::{Machine, quick, wait_for};
use crate::fakes::trailer::Fault;
use crate::support::said::Said;
use crate::support::world::LIVE;

const INSTALLED: &str = "install ok installed";
const HALF: &str = "install ok half-configured";

#[test]
fn it_installs_and_upgrades_and_leaves_a_server_alone_that_is_right() {
    let Some(machine) = Machine::or_say_so("it_installs_and_upgrades") else { return };
    let (world, first) = (&machine.world, machine.package("1.0", &quick("10.11.0")));
    machine.name_database();
    machine.install(&first).expect(0);
    machine.assert_serving(INSTALLED, "10.11.0");
    assert_eq!(machine.told(), ["start"]);
    assert!(!world.below("var/cache/acme").exists(), "the archive is there twice");
    assert!(world.post("first"));
    let server = machine.server();
    machine.install(&first).expect(0);
    assert_eq!((machine.server(), machine.told()), (server, vec!["start".to_owned()]));
    let defaults = world.below("etc/opt/acme/mattermost/defaults.json");
    let edited = fs::read_to_string(&defaults).unwrap().replace("Acme Chat", "The Chat");
    fs::write(&defaults, edited).unwrap();
    machine.install(&machine.package("2.0", &quick("11.7.0"))).expect(0);
    machine.assert_serving(INSTALLED, "11.7.0");
    // The last one finds it running.
    assert_eq!(machine.told(), ["stop", "start", "start"]);
    assert_eq!(machine.config()["TeamSettings"]["SiteName"], "The Chat");
    assert_eq!(world.messages(), ["first"]);
}

#[test]
fn it_goes_and_comes_back_and_keeps_what_is_peoples() {
    let Some(machine) = Machine::or_say_so("it_goes_and_comes_back") else { return };
    let (world, before) = (&machine.world, machine.left());
    let package = machine.package("1.0", &quick("10.11.0"));
    machine.name_database();
    machine.install(&package).expect(0);
    world.wait_until_serving();
    assert!(world.post("first"));
    let upload = "var/opt/acme/mattermost/data/photo.jpg";
    fs::write(world.below(upload), "a photo").unwrap();
    machine.told();

    machine.dpkg(&["--remove", "acme"]).expect(0);
    assert_eq!((machine.state().as_str(), world.serving()), ("deinstall ok config-files", None));
    assert_eq!(machine.told(), ["stop"]);
    assert!(!world.below("lib/systemd/system/acme-mattermost.service").exists());
    assert!(world.below(LIVE).join("bin/mattermost").exists());
    // Back as another release, over all that was left.
    machine.install(&machine.package("2.0", &quick("11.7.0"))).expect(0);
    machine.assert_serving(INSTALLED, "11.7.0");
    assert_eq!(world.messages(), ["first"]);

    let rows = world.database_content();
    machine.dpkg(&["--purge", "acme"]).expect(0).saying(&["uploaded files are kept"]);
    assert_eq!((machine.state().as_str(), world.serving()), ("", None));
    let mut left = machine.left();
    left.retain(|path| !before.contains(path));
    assert_eq!(left, [upload]);
    assert_eq!((world.database_content(), world.messages()), (rows, vec!["first".to_owned()]));
}

#[test]
fn what_dpkg_calls_in_between_changes_nothing_and_what_it_never_calls_is_an_error() {
    let Some(machine) = Machine::or_say_so("what_dpkg_calls_in_between") else { return };
    machine.name_database();
    machine.install(&machine.package("1.0", &quick("10.11.0"))).expect(0);
    machine.world.wait_until_serving();
    let (server, left) = (machine.server(), machine.left());
    for words in [
        &["prerm", "upgrade", "2.0"][..],
        &["prerm", "failed-upgrade", "0.9", "1.0"],
        &["prerm", "deconfigure", "in-favour", "other", "1.0"],
        &["postrm", "upgrade", "2.0"],
        &["postrm", "failed-upgrade", "0.9", "1.0"],
        &["postrm", "abort-install"],
        &["postrm", "abort-install", "1.0", "1.0"],
        &["postrm", "abort-upgrade", "0.9", "1.0"],
        &["postrm", "disappear", "other", "1.0"],
        &["postinst", "abort-upgrade", "2.0"],
        &["postinst", "abort-deconfigure", "in-favour", "other", "1.0"],
        &["postinst", "abort-remove", "in-favour", "other", "1.0"],
        &["postinst", "configure", "1.0"],
    ] {
        machine.script(words).expect(0);
        assert_eq!((machine.server(), machine.left()), (server.clone(), left.clone()), "{words:?}");
    }
    for script in ["prerm", "postrm", "postinst"] {
        machine.script(&[script, "conquer"]).expect(1).telling(&["unknown word conquer"]);
    }
    // Another package was in the way of the removal.
    machine.script(&["prerm", "remove", "in-favour", "other", "1.0"]).expect(0);
    assert_eq!(machine.world.serving(), None);
    machine.script(&["postinst", "abort-remove", "in-favour", "other", "1.0"]).expect(0);
    assert_eq!(machine.world.wait_until_serving(), "10.11.0");
}

#[test]
fn an_upgrade_that_fails_leaves_the_old_server_serving_until_a_better_package_comes() {
    let Some(machine) = Machine::or_say_so("an_upgrade_that_fails") else { return };
    let world = &machine.world;
    machine.name_database();
    machine.install(&machine.package("1.0", &quick("10.11.0"))).expect(0);
    world.wait_until_serving();
    assert!(world.post("first"));
    let bad = machine.package("2.0", &quick("11.7.0").fault(Fault::DiesInMidMigration(1)));
    machine.install(&bad).expect(1).telling(&["mmembed ended with 4", "dpkg --configure acme"]);
    for _ in 0..2 {
        assert_eq!(
            (machine.state().as_str(), world.wait_until_serving().as_str()),
            (HALF, "10.11.0")
        );
        assert_eq!(world.receipt()["release"]["version"], "10.11.0");
        assert_eq!(world.messages(), ["first"]);
        machine.dpkg(&["--configure", "-a"]).expect(1);
    }
    machine.install(&machine.package("3.0", &quick("11.7.0"))).expect(0);
    assert_eq!(
        (machine.state().as_str(), world.wait_until_serving().as_str()),
        (INSTALLED, "11.7.0")
    );
    assert_eq!(world.messages(), ["first"]);
    // Nobody goes back like this; but after a rollback, that is what is there.
    let old = machine.package("1.5", &quick("10.11.0"));
    machine.install(&old).expect(1).telling(&["mmembed rollback"]);
    assert_eq!((machine.state().as_str(), world.serving().as_deref()), (HALF, Some("11.7.0")));
    machine.dpkg(&["--purge", "acme"]).expect(0);
    assert_eq!((machine.state().as_str(), world.serving()), ("", None));
}

#[test]
fn whatever_is_killed_is_taken_up_by_the_next_configuration() {
    let Some(machine) = Machine::or_say_so("whatever_is_killed") else { return };
    let world = &machine.world;
    machine.name_database();
    let first = machine.package("1.0", &quick("10.11.0"));
    // In the middle of the first installation, and again while that is taken up.
    machine.dpkg_killed_at(12, &["--install", first.to_str().unwrap()]).expect(1);
    assert_eq!(machine.state(), HALF);
    machine.dpkg_killed_at(4, &["--configure", "-a"]).expect(1);
    machine.dpkg(&["--configure", "-a"]).expect(0);
    assert_eq!(world.wait_until_serving(), "10.11.0");
    assert!(world.post("first"));
    let second = machine.package("2.0", &quick("11.7.0"));
    machine.dpkg_killed_at(60, &["--install", second.to_str().unwrap()]).expect(1);
    assert_eq!(machine.state(), HALF);
    // dpkg itself, the script and mmembed, while the next tree is being made.
    let mut dpkg = machine.spawn_dpkg(&["--configure", "-a"]);
    wait_for(&mut dpkg, || machine.left().iter().any(|path| path.contains(".mattermost.staged-")));
    kill_process_group(Pid::from_child(&dpkg), Signal::KILL).unwrap();
    dpkg.wait().unwrap();
    assert_eq!(machine.state(), HALF);
    machine.dpkg(&["--configure", "-a"]).expect(0);
    assert_eq!(
        (machine.state().as_str(), world.wait_until_serving().as_str()),
        (INSTALLED, "11.7.0")
    );
    assert_eq!(world.messages(), ["first"]);
    // What was interrupted is closed before mmembed goes.
    let third = machine.package("3.0", &quick("11.7.0").small_files(6));
    machine.dpkg(&["--install", third.to_str().unwrap()]).expect(0);
    machine.dpkg(&["--remove", "acme"]).expect(0);
    assert_eq!(world.serving(), None);
}

#[test]
fn without_a_database_it_waits_for_one() {
    let Some(machine) = Machine::or_say_so("without_a_database") else { return };
    let world = &machine.world;
    machine
        .install(&machine.package("1.0", &quick("10.11.0")))
        .expect(0)
        .saying(&["no database yet"]);
    assert_eq!((machine.state().as_str(), machine.told().len()), (INSTALLED, 0));
    assert!(!world.below(LIVE).exists());
    machine.name_database();
    // As dpkg-reconfigure does.
    machine.script(&["postinst", "configure", "1.0"]).expect(0);
    assert_eq!(world.wait_until_serving(), "10.11.0");
    assert!(!world.receipt()["proof"].is_null());
}

#[test]
fn a_directory_becomes_another_machines_root_without_anything_being_started() {
    let Some(machine) = Machine::or_say_so("a_directory_becomes") else { return };
    let world = &machine.world;
    let package = machine.package("1.0", &quick("10.11.0"));
    machine.name_database();
    let image = world.below("tmp/image");
    for directory in ["etc", "var/lib/dpkg/info", "var/lib/dpkg/updates"] {
        fs::create_dir_all(image.join(directory)).unwrap();
    }
    for name in
        ["etc/passwd", "etc/group", "etc/shadow", "var/lib/dpkg/status", "var/lib/dpkg/available"]
    {
        fs::copy(world.below(name), image.join(name)).unwrap();
    }
    let root = format!("--root={}", image.display());
    let dpkg = |words: &[&str]| {
        let catalog = world.below("catalog.txt");
        let mut command = Command::new("dpkg");
        command.args([&root, "--force-script-chrootless"]).args(words);
        let path = "/usr/sbin:/usr/bin:/sbin:/bin";
        let output = command.env_clear().env("PATH", path).env("MMEMBED_CATALOG", catalog).output();
        Said::of(output.unwrap()).expect(0)
    };
    let database = image.join("etc/opt/acme/mattermost/database.json");
    fs::create_dir_all(database.parent().unwrap()).unwrap();
    fs::copy(world.below("etc/opt/acme/mattermost/database.json"), database).unwrap();
    dpkg(&["--install", package.to_str().unwrap()]);
    let receipt = fs::read_to_string(image.join("var/opt/acme/mmembed/receipt.json")).unwrap();
    let receipt: serde_json::Value = serde_json::from_str(&receipt).unwrap();
    assert_eq!((&receipt["viewpoint"], &receipt["proof"]), (&"inside-root".into(), &().into()));
    assert!(fs::read_to_string(image.join("etc/passwd")).unwrap().contains("acme-chat"));
    assert_eq!(machine.told().len(), 0);
    dpkg(&["--purge", "acme"]);
    assert!(!image.join("opt/acme").exists());
    assert!(!image.join("var/opt/acme").exists());
}
