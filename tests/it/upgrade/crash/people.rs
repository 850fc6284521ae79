//! After a crash, somebody starts a server before anybody recovers: a machine that is switched on again does. What people
//! do there is not thrown away unasked, and what the server does is not left to the old one.

use std::fs;
use std::os::unix::process::ExitStatusExt;

use mmembed::journal::Record;
use mmembed::model::{Step, StepId};

use super::kills::{Victim, assert_code, run};
use super::tools::write_hook;
use crate::support::world::release;
use crate::upgrade::site::Site;

/// Upgrades, and is killed by a hook of this phase.
fn crash_at(site: &Site, phase: &str) {
    let hooks = site.world.beside(&format!("kill-{phase}"));
    write_hook(&hooks.join(phase).join("10-kill"), "#!/bin/sh\nkill -9 $PPID\n");
    let archive = site.archive(&release("11.7.0"));
    let output = run(&site.upgrade_words(&archive, &["--hooks", hooks.to_str().unwrap()]), &[]);
    assert_eq!(output.status.signal(), Some(9), "{output:?}");
}

#[test]
fn what_people_post_on_the_new_server_after_a_crash_goes_only_with_their_operators_word() {
    let site = Site::of("10.11.0");
    let (dump, host) = (site.world.dump(), site.host());
    crash_at(&site, "before-start");
    site.ctl.start(&site.world);
    assert_eq!(site.world.serving().as_deref(), Some("11.7.0"), "started by hand");
    assert!(site.world.post("since"));

    let said = site.world.ask(&["recover"], &[]).expect(5);
    said.saying(&["runs from the tree", "--accept-data-loss"]);
    assert_eq!(site.world.serving().as_deref(), Some("11.7.0"), "it was not touched");
    site.ctl.stop();
    let said = site.world.ask(&["recover"], &["--retry"]).expect(5);
    said.saying(&["people have used the server", "--accept-data-loss"]);
    assert!(site.world.messages().contains(&"since".to_owned()));

    site.world.ask(&["recover", "--accept-data-loss"], &[]).expect(0).saying(&["rolled back"]);
    assert_eq!(site.world.serving().as_deref(), Some("10.11.0"));
    assert_eq!(site.world.dump(), dump);
    assert_eq!(site.host(), host);
}

#[test]
fn a_new_server_that_nobody_used_after_a_crash_is_taken_back_with_its_migration() {
    let site = Site::of("10.11.0");
    let dump = site.world.dump();
    crash_at(&site, "before-start");
    site.ctl.start(&site.world);
    assert_ne!(site.world.dump(), dump, "it has migrated");
    site.ctl.stop();
    site.world.ask(&["recover"], &[]).expect(0).saying(&["rolled back"]);
    assert_eq!(site.world.serving().as_deref(), Some("10.11.0"));
    assert_eq!(site.world.dump(), dump);
    site.assert_own_files_are_there();
}

/// Half of what lives in the tree has moved already when the old server is started again: it misses its directories, and
/// makes new ones.
#[test]
fn what_the_old_server_makes_anew_after_a_crash_meets_what_was_carried() {
    let victim = Victim::new();
    let site = victim.site();
    let steps = &victim.matrix.plan.steps;
    let carry = steps.iter().position(|planned| matches!(planned.step, Step::Carry(_))).unwrap();
    assert_code(&victim.upgrade(&[]), 0, &[]);
    let step = StepId(u32::try_from(carry).unwrap());
    let done = victim.number_of(&Record::Done { step }).unwrap();
    for record in [done, done + 1] {
        victim.matrix.reset();
        let output = victim.upgrade(&[("MMEMBED_TEST_KILL_AT_RECORD", record)]);
        assert_eq!(output.status.signal(), Some(9), "{output:?}");
        assert!(!site.live("custom").exists(), "carried");
        let made = [
            ("client/plugins/com.example/main.js", "newer();"),
            ("client/plugins/com.other/main.js", "other();"),
            ("custom/banner.svg", "<svg>new</svg>"),
        ];
        for (path, content) in made {
            fs::create_dir_all(site.live(path).parent().unwrap()).unwrap();
            fs::write(site.live(path), content).unwrap();
        }
        fs::create_dir_all(site.live("config/tls")).unwrap();
        assert_code(&victim.recover(&[], &[]), 0, &["rolled back"]);
        site.assert_own_files_are_there();
        for (path, content) in &made[1..] {
            assert_eq!(fs::read_to_string(site.live(path)).unwrap(), *content);
        }
        let newer = format!("client/plugins/com.example/main.js.newer-{}", victim.transaction());
        assert_eq!(fs::read_to_string(site.live(&newer)).unwrap(), "newer();");
    }
}
