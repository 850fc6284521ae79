//! What others see while a hop runs: a complete tree at every instant, no acknowledged message lost, one run at a time.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::site::Site;
use crate::support::world::{World, release};

/// Does something again and again until it is told to stop; gives what it has gathered.
pub(super) fn meanwhile<T: Send>(
    watch: impl Fn(&AtomicBool) -> T + Sync + Send,
    work: impl FnOnce(),
) -> T {
    let over = AtomicBool::new(false);
    thread::scope(|threads| {
        let watcher = threads.spawn(|| watch(&over));
        work();
        over.store(true, Ordering::Relaxed);
        watcher.join().unwrap()
    })
}

#[test]
fn whoever_looks_at_the_live_path_sees_a_complete_tree() {
    let site = Site::of("10.11.0");
    let archive = site.archive(&release("11.7.0"));
    let files: Vec<PathBuf> =
        ["bin/mattermost", "i18n/en.json", "config/config.json", "client/root.html"]
            .iter()
            .map(|path| site.live(path))
            .collect();
    let looks = meanwhile(
        |over| {
            let mut looks = 0;
            while !over.load(Ordering::Relaxed) {
                for file in &files {
                    assert!(file.exists(), "{} is missing", file.display());
                }
                looks += 1;
            }
            looks
        },
        || {
            site.upgrade(&archive, &[]).expect(0);
        },
    );
    assert!(looks > 1000, "only {looks} looks");
}

#[test]
fn no_acknowledged_message_is_lost_whether_the_hop_succeeds_or_fails() {
    let site = Site::of("10.11.0");
    let good = site.archive(&release("11.7.0"));
    let bad = site.world.beside("bad");
    std::fs::create_dir(&bad).unwrap();
    let bad =
        release("11.7.0").fault(crate::fakes::trailer::Fault::DiesInMidMigration(4)).build(&bad);
    for (archive, code) in [(bad, 4), (good, 0)] {
        let acknowledged = meanwhile(
            |over| {
                let mut acknowledged = Vec::new();
                for number in 0.. {
                    let message = format!("{code} {number}");
                    if site.world.post(&message) {
                        acknowledged.push(message);
                    }
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    thread::sleep(Duration::from_millis(2));
                }
                acknowledged
            },
            || {
                site.upgrade(&archive, &["--start-timeout", "20s"]).expect(code);
            },
        );
        let kept = site.world.messages();
        let lost: Vec<&String> =
            acknowledged.iter().filter(|message| !kept.contains(message)).collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
        assert!(acknowledged.len() > 20, "only {} were acknowledged", acknowledged.len());
    }
}

#[test]
fn of_two_upgrades_at_once_one_works_and_the_other_names_it() {
    let site = Site::of("10.11.0");
    let slow = release("11.7.0").fault(crate::fakes::trailer::Fault::SlowStart(3000));
    let archive = site.archive(&slow);
    let mut first = World::command(&site.upgrade_words(&archive, &[]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pid = first.id().to_string();
    while site.world.running_servers().is_empty() {
        assert_eq!(first.try_wait().unwrap(), None, "it ended early");
        thread::sleep(Duration::from_millis(10));
    }
    site.upgrade(&archive, &[]).expect(6).saying(&[&pid]);
    site.world.ask(&["status"], &[]).expect(0).saying(&["is being carried out by process", &pid]);
    assert!(first.wait().unwrap().success());
    assert_eq!(site.world.serving().as_deref(), Some("11.7.0"));
}
