//! Services put in their place: what is written, what is left alone, and what is said.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::support::said::Said;
use crate::support::world::{STATE, World, mode_of, release};

const UNIT: &str = "etc/systemd/system/acme-mattermost.service";

/// A staging root with a release that was never started.
fn staged() -> World {
    let world = World::new();
    world.install(&world.archive(&release("10.11.0")), &["--no-start"]).expect(0);
    world
}

#[track_caller]
fn put(world: &World, kind: &str, more: &[&str]) -> Said {
    world.ask(&["service", "install"], &[&["--kind", kind], more].concat())
}

fn printed(world: &World, kind: &str) -> String {
    world.ask(&["service", "unit"], &["--kind", kind]).expect(0).stdout
}

#[test]
fn each_kind_lies_where_it_is_looked_for_and_is_put_there_once() {
    let world = staged();
    for (kind, path, mode, next) in [
        ("systemd", UNIT, 0o644, "next: `systemctl start acme-mattermost.service`"),
        ("runit", "etc/sv/acme-mattermost/run", 0o755, "next: `ln -s ../sv/acme-mattermost "),
        ("sysv", "etc/init.d/acme-mattermost", 0o755, "next: `service acme-mattermost start`"),
    ] {
        let said = put(&world, kind, &[]).expect(0).telling(&[next, "--service"]);
        let written = world.below(path);
        assert_eq!(said.stdout, format!("wrote {}\n", written.display()));
        assert_eq!(fs::read_to_string(&written).unwrap(), printed(&world, kind));
        assert_eq!(mode_of(&written), mode);
        let before = world.stamps();
        let said = put(&world, kind, &[]).expect(0);
        assert!(said.stdout.starts_with("nothing to do: "), "{}", said.stdout);
        world.assert_untouched_since(&before);
    }
    // Of a staging root, no service is one of this machine.
    assert_eq!(world.receipt()["service"]["by"], "none");
    assert!(!world.below("etc/service").exists());
    // The paths are those that the machine will see.
    let unit = fs::read_to_string(world.below(UNIT)).unwrap();
    assert!(unit.contains("\nWorkingDirectory=/opt/acme/embedded/mattermost\n"), "{unit}");
}

#[test]
fn the_link_of_runit_is_made_on_request_and_once() {
    let world = staged();
    let link = world.below("etc/service/acme-mattermost");
    put(&world, "runit", &["--enable"]).expect(0).saying(&["etc/service/acme-mattermost"]);
    assert_eq!(fs::read_link(&link).unwrap(), PathBuf::from("../sv/acme-mattermost"));
    assert!(link.join("run").is_file());
    let before = world.stamps();
    put(&world, "runit", &["--enable"]).expect(0).saying(&["nothing to do"]);
    world.assert_untouched_since(&before);
    // One that was made by hand is as good.
    fs::remove_file(&link).unwrap();
    symlink("/etc/sv/acme-mattermost", &link).unwrap();
    put(&world, "runit", &["--enable"]).expect(0).saying(&["nothing to do"]);
    fs::remove_file(&link).unwrap();
    symlink("/elsewhere", &link).unwrap();
    put(&world, "runit", &["--enable"]).expect(3).telling(&["leads elsewhere"]);
    assert_eq!(fs::read_link(&link).unwrap(), PathBuf::from("/elsewhere"));
}

#[test]
fn the_link_of_runit_lies_where_the_distributions_own_links_lead() {
    let world = staged();
    // As Debian's package lays them.
    let current = world.below("etc/runit/runsvdir/current");
    fs::create_dir_all(world.below("etc/runit/runsvdir/default")).unwrap();
    symlink("/etc/runit/runsvdir/default", &current).unwrap();
    symlink("runit/runsvdir/current", world.below("etc/service")).unwrap();
    let link = world.below("etc/runit/runsvdir/default/acme-mattermost");
    let typed = format!("next: `ln -s ../../../sv/acme-mattermost {}`", link.display());
    put(&world, "runit", &[]).expect(0).telling(&[&typed]);
    put(&world, "runit", &["--enable"])
        .expect(0)
        .saying(&["etc/runit/runsvdir/default/acme-mattermost"]);
    assert_eq!(fs::read_link(&link).unwrap(), PathBuf::from("../../../sv/acme-mattermost"));
    assert!(link.join("run").is_file());
    let before = world.stamps();
    put(&world, "runit", &["--enable"]).expect(0).saying(&["nothing to do"]);
    world.assert_untouched_since(&before);
}

#[test]
fn what_somebody_else_wrote_or_changed_is_replaced_only_by_force() {
    let world = staged();
    let unit = world.below(UNIT);
    fs::create_dir_all(unit.parent().unwrap()).unwrap();
    let drop_in = world.below(&format!("{UNIT}.d/50-host.conf"));
    fs::create_dir(drop_in.parent().unwrap()).unwrap();
    fs::write(&drop_in, "[Service]\nNice=5\n").unwrap();
    for (content, why) in [
        ("[Service]\nExecStart=/bin/true\n".to_owned(), "was not written by mmembed"),
        (printed(&world, "systemd") + "# mine\n", "was changed by somebody"),
        (
            printed(&world, "systemd").replace(" for acme,", " for other,"),
            "was not written by mmembed",
        ),
    ] {
        fs::write(&unit, &content).unwrap();
        let before = world.stamps();
        put(&world, "systemd", &[]).expect(3).telling(&[why, "--force"]);
        world.assert_untouched_since(&before);
        put(&world, "systemd", &["--force"]).expect(0);
        assert_eq!(fs::read_to_string(&unit).unwrap(), printed(&world, "systemd"));
    }
    // A unit that is masked stays so.
    fs::remove_file(&unit).unwrap();
    symlink("/dev/null", &unit).unwrap();
    put(&world, "systemd", &[]).expect(3).telling(&["is a link"]);
    assert_eq!(fs::read_link(&unit).unwrap(), PathBuf::from("/dev/null"));
    assert_eq!(fs::read_to_string(&drop_in).unwrap(), "[Service]\nNice=5\n");
    // Of several files, none is written where one is somebody else's.
    let run = world.below("etc/sv/acme-mattermost/run");
    fs::create_dir_all(run.parent().unwrap()).unwrap();
    fs::write(&run, "#!/bin/sh\n").unwrap();
    put(&world, "runit", &["--log-dir", "/var/log/acme", "--enable"]).expect(3);
    assert!(!world.below("etc/sv/acme-mattermost/log").exists());
    assert!(!world.below("etc/service").exists());
}

#[test]
fn one_of_its_own_follows_what_has_changed() {
    let world = staged();
    put(&world, "systemd", &[]).expect(0);
    put(&world, "systemd", &["--env-file", "/etc/acme/chat.env"]).expect(0).saying(&["wrote"]);
    let unit = fs::read_to_string(world.below(UNIT)).unwrap();
    assert!(unit.contains("\nEnvironmentFile=/etc/acme/chat.env\n"), "{unit}");
}

#[test]
fn where_nothing_is_installed_nothing_is_made() {
    let world = World::new();
    let before = world.stamps();
    put(&world, "systemd", &[]).expect(3).telling(&["nothing is installed"]);
    world.assert_untouched_since(&before);
    assert!(!world.below(STATE).exists());
}

#[test]
fn a_run_that_was_killed_is_completed_by_the_next() {
    let world = staged();
    let words = [
        &world.words(&["service", "install"])[..],
        &["--kind", "runit", "--enable", "--log-dir", "/var/log/acme"].map(str::to_owned),
    ]
    .concat();
    let paths =
        ["sv/acme-mattermost/run", "sv/acme-mattermost/log/run", "service/acme-mattermost/run"];
    let mut killed = 0;
    for at in 0.. {
        for path in ["etc/sv", "etc/service"] {
            drop(fs::remove_dir_all(world.below(path)));
        }
        let mut command = World::command(&words);
        let ended = command.env("MMEMBED_TEST_KILL_AT", at.to_string()).output().unwrap();
        if ended.status.success() {
            break;
        }
        killed += 1;
        world.run(&words).expect(0);
        for path in paths {
            let text = fs::read_to_string(world.below("etc").join(path)).unwrap();
            assert!(
                text.ends_with('\n') && text.starts_with("#!/bin/sh\n# mmembed wrote"),
                "{text}"
            );
        }
        let names = |path: &str| {
            let entries = fs::read_dir(world.below("etc/sv/acme-mattermost").join(path)).unwrap();
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(names("log"), ["run"]);
        assert_eq!(names("").len(), 2, "{:?}", names(""));
    }
    assert!(killed > 8, "{killed}");
}
