//! What is printed, judged by those who would read it.

use std::fs;
use std::process::Command;

use super::program;
use crate::support::world::{World, release};

/// Runs systemd-analyze on a unit; `None` where this machine has no systemd.
fn analysed(world: &World, words: &[&str], text: &str) -> Option<(bool, String)> {
    let Some(analyse) = program("systemd-analyze") else {
        println!(
            "NOT CHECKED: no systemd-analyze on this machine; type: apt-get install -y systemd"
        );
        return None;
    };
    let unit = world.beside("acme-mattermost.service");
    fs::write(&unit, text).unwrap();
    let output = Command::new(analyse).args(words).arg(&unit).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

#[test]
fn systemd_has_nothing_against_the_unit_of_an_installed_server() {
    let world = World::new();
    world.install(&world.archive(&release("10.11.0")), &[]).expect(0);
    let environment = world.write_overlay("it's 100%.env", &serde_json::json!({}));
    let file = environment.to_str().unwrap();
    for more in [&[][..], &["--env-file", file]] {
        // A file of that name need hold no variables for systemd.
        fs::write(&environment, "MM_SERVICESETTINGS_ENABLELOCALMODE=true\n").unwrap();
        let words = [&["--kind", "systemd"], more].concat();
        let said = world.ask(&["service", "unit"], &words).expect(0);
        assert!(said.stdout.contains("\nType=notify\n"), "{}", said.stdout);
        assert!(said.stdout.contains("\nWants=network-online.target postgresql.service\n"));
        let live = world.below("opt/acme/embedded/mattermost");
        assert!(said.stdout.contains(&format!("\nWorkingDirectory={}\n", live.display())));
        if let Some((ok, said)) = analysed(&world, &["verify"], &said.stdout) {
            assert!(ok && said.trim().is_empty(), "{said}");
        }
        let exposed = ["security", "--offline=true", "--threshold=45"];
        if let Some((ok, said)) = analysed(&world, &exposed, &said.stdout) {
            assert!(ok, "{said}");
        }
    }
}

/// Of a server that is not installed, only the absence of its program is noticed.
#[test]
fn systemd_has_nothing_against_the_unit_of_any_era() {
    let world = World::new();
    for version in ["2.2.0", "3.5.1", "3.10.3", "4.7.4", "4.8.0", "5.37.0", "11.7.3"] {
        let words = ["--kind", "systemd", "--for", version];
        let said = world.ask(&["service", "unit"], &words).expect(0);
        if let Some((_, said)) = analysed(&world, &["verify"], &said.stdout) {
            let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
            assert!(
                lines.iter().all(|line| line.contains("is not executable: No such file")),
                "{version}: {said}"
            );
        }
        if let Some((ok, said)) =
            analysed(&world, &["security", "--offline=true", "--threshold=35"], &said.stdout)
        {
            assert!(ok, "{version}: {said}");
        }
    }
}

#[test]
fn shells_have_nothing_against_the_scripts() {
    let world = World::new();
    let shells: Vec<_> = ["sh", "dash", "bash"].into_iter().filter_map(program).collect();
    assert!(!shells.is_empty());
    for kind in ["runit", "sysv"] {
        for version in ["3.5.1", "4.2.0", "10.11.0"] {
            let words = ["--kind", kind, "--for", version, "--env-file", "/etc/it's a b.env"];
            let said = world.ask(&["service", "unit"], &words).expect(0);
            let script = world.beside("script");
            fs::write(&script, &said.stdout).unwrap();
            for shell in &shells {
                let read = Command::new(shell).arg("-n").arg(&script).output().unwrap();
                let complaint = String::from_utf8_lossy(&read.stderr).into_owned();
                assert!(read.status.success() && complaint.is_empty(), "{shell:?}: {complaint}");
            }
        }
    }
}

#[test]
fn what_cannot_be_printed_is_refused_with_a_word_of_advice() {
    let world = World::new();
    let ask = |more: &[&str]| world.ask(&["service", "unit"], more);
    ask(&["--kind", "systemd"]).expect(3).telling(&["nothing is installed", "--for"]);
    let known = ["--kind", "systemd", "--for", "10.11.0"];
    let with = |more: &[&str]| ask(&[&known[..], more].concat());
    with(&["--name", "a/b"]).expect(2).telling(&["cannot name a service"]);
    with(&["--log-dir", "/var/log/x"]).expect(2).telling(&["only a service of runit"]);
    with(&["--env-file", "relative"]).expect(2).telling(&["not absolute"]);
    with(&["--env-file", "/a\nb"]).expect(2).telling(&["line break"]);
    with(&["--service-user", "a b"]).expect(2).telling(&["no user that a service can run as"]);
    ask(&["--kind", "upstart", "--for", "10.11.0"]).expect(2);
    let json = with(&["--json", "--service-user", "2000:2000"]).expect(0).json();
    assert_eq!(json["files"][0]["path"], "/etc/systemd/system/acme-mattermost.service");
    assert_eq!(json["files"][0]["mode"], "0644");
    assert!(json["files"][0]["text"].as_str().unwrap().contains("\nUser=2000\n"));
}
