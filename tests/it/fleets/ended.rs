//! However mmembed ends on a host: the play says what happened, how the host is and what to type, and goes to no other host.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use super::ansible::Ansible;
use super::fleet::{Fleet, Host};
use crate::fakes::trailer::Fault;
use crate::support::world::{MMEMBED, release};

/// What is told of each of three hosts: what happened, and what to do.
const HALF_WAY: [[&str; 4]; 3] = [
    [
        "host1: mmembed apply ended with exit code 11: it ended between two releases",
        "ended before it was ready",
        "7.1.9",
        "it goes on from the release that was reached",
    ],
    [
        "host2: mmembed apply ended with exit code 9: the new release is in force, but does not serve",
        "cannot start the given commands (exit code 1)",
        "mmembed recover --app acme",
        "mostly recover.yml for this host",
    ],
    [
        "host3: mmembed apply ended with exit code 5: it failed and could not be taken back",
        "cannot start the given commands (exit code 1)",
        "mmembed recover --app acme",
        "run recover.yml for this host with -e mmembed_recover_retry=true",
    ],
];

/// A program in the place of another one.
fn program(host: &Host, name: &str, script: &str) -> String {
    let path = host.world.beside(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

/// Starts the server of this host, unless this file is there.
fn starting_unless(host: &Host, broken: &Path) -> Value {
    let start = host.service["start"].as_str().unwrap();
    let script = format!("[ ! -e '{}' ] && exec {start}", broken.display());
    json!({ "stop": host.service["stop"], "start": program(host, "start", &script) })
}

/// What has to be mended on one host, before any other is touched.
#[test]
fn who_cannot_answer_is_named_before_any_host_is_touched() {
    let Some(ansible) = Ansible::or_say_so("who_cannot_answer") else { return };
    let mut fleet = Fleet::of(ansible, 4);
    fleet.offer(&["9.11.0"]);
    let newer = program(&fleet.hosts[1], "newer", &format!("exec {MMEMBED} \"$@\" --unheard-of"));
    fleet.hosts[1].own = json!({ "mmembed_binary": newer });
    fleet.hosts[2].own = json!({ "mmembed_binary": "/nonexistent/mmembed" });
    halve(&fleet.hosts[3], "9.11.0");
    fleet
        .play("site.yml", "9.11.0", &[])
        .badly()
        .saying(&["host3: there is no program /nonexistent/mmembed", "mmembed_binary_from"]);
    fleet.hosts[2].own = json!({});
    fleet.play("site.yml", "9.11.0", &[]).badly().saying(&[
        "host2: mmembed apply --check ended with exit code 2",
        "unexpected argument '--unheard-of' found",
        "Bring them to the same version",
        "host4: mmembed apply --check ended with exit code 7: the archive is not what it should be",
        "next: remove it, and fetch the archive from where it is published",
        "Every host would get the same archive",
    ]);
    for host in &fleet.hosts {
        assert!(!host.manifest().exists() && !host.world.below("opt/acme").exists());
    }
    // Nothing is open, and nobody can be told.
    let mute = program(&fleet.hosts[0], "mute", &format!("exec {MMEMBED} \"$@\" >/dev/full"));
    fleet.hosts[0].own = json!({ "mmembed_binary": mute });
    fleet.play("recover.yml", "9.11.0", &[]).badly().saying(&[
        "host1: mmembed recover ended with exit code 1: something went wrong that no other code names",
        "what: error: cannot write the result",
        "Look at this host with status.yml",
    ]);
}

/// Leaves only half of an archive.
fn halve(host: &Host, version: &str) {
    let archive = host.world.beside("releases").join(release(version).file_name());
    let whole = fs::read(&archive).unwrap();
    fs::write(&archive, &whole[..whole.len() / 2]).unwrap();
}

/// Three hosts, each of which ends half way in its own manner. Of two that are asked for, the second one is not touched.
#[test]
fn what_ends_half_way_is_told_with_its_way_out_and_loses_nothing() {
    let Some(ansible) = Ansible::or_say_so("what_ends_half_way") else { return };
    let mut fleet = Fleet::of(ansible, 3);
    let good = ["7.0.2", "7.1.9", "9.11.0"];
    fleet.offer(&good);
    fleet.play("site.yml", "7.0.2", &[]).well();
    for host in &fleet.hosts {
        assert!(host.world.post("first"));
    }
    // The server of the first one does not come to the end of its way, that of the second one cannot be started any more, and that
    // of the third one neither comes there nor can be started again.
    let broken = fleet.hosts[0].world.beside("broken");
    for at in [1, 2] {
        fleet.hosts[at].own =
            json!({ "mmembed_service": starting_unless(&fleet.hosts[at], &broken) });
    }
    let dying = |version: &str| release(version).fault(Fault::DiesInMidMigration(3));
    let others = |bad: &str| good.map(|it| if it == bad { dying(it) } else { release(it) });
    fleet.hosts[0].offer(&others("9.11.0"));
    fleet.hosts[2].offer(&others("7.1.9"));
    fs::write(&broken, "").unwrap();
    for (at, words) in HALF_WAY.iter().enumerate() {
        let limit = ["host1,host2", "host2,host3", "host3"][at];
        let behind = fleet.hosts.get(at + 1).map(|host| (&host.world, host.world.stamps()));
        fleet.play("site.yml", "9.11.0", &["--limit", limit]).badly().saying(words);
        if let Some((world, stamps)) = behind {
            world.assert_untouched_since(&stamps);
        }
    }
    let served = [Some("7.1.9"), None, None];
    assert_eq!(fleet.serving(), served.map(|it| it.map(str::to_owned)));
    fs::remove_file(&broken).unwrap();
    fleet.offer(&good);
    let retry = ["-e", "mmembed_recover_retry=true"];
    fleet.play("recover.yml", "9.11.0", &retry).well();
    let served = ["7.1.9", "9.11.0", "7.0.2"].map(|it| Some(it.to_owned()));
    assert_eq!(fleet.serving(), served);
    fleet.play("site.yml", "9.11.0", &[]).well();
    fleet.assert_serving("9.11.0");
    for host in &fleet.hosts {
        assert_eq!(host.world.messages(), ["first"]);
    }
}
