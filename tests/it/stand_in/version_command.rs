//! `version`: what it prints, how it ends, and what it touches on the way.

use std::path::Path;
use std::process::{Command, Output};

use super::{Installation, release};
use crate::fakes::running::{Running, output, program};

fn run(installation: &Installation, cwd: &Path, args: &[&str]) -> Output {
    output(Command::new(program(&installation.root)).current_dir(cwd).args(args))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Was the database touched?
fn migrated(installation: &Installation) -> bool {
    installation.database_file().exists()
}

#[test]
fn version_prints_the_model_version_and_touches_what_its_era_touches() {
    // version, `Version:`, stream, touches the database, rewrites config.json
    let table = [
        ("3.10.3", "3.10.0", true, true),
        ("4.2.0", "4.2.0", true, true),
        ("4.10.0", "4.10.0", true, true),
        ("5.3.0", "5.3.0", true, true),
        ("5.9.0", "5.9.0", true, true),
        ("5.30.0", "5.30.0", true, true),
        ("5.37.0", "5.37.0", true, false),
        ("6.3.0", "6.3.0", true, false),
        ("6.7.0", "6.7.0", false, false),
        ("7.8.0", "7.8.0", false, false),
        ("9.11.0", "9.11.0", false, false),
        ("10.11.4", "10.11.4", false, false),
        ("11.7.0", "11.7.0", false, false),
    ];
    for (version, model, touches, rewrites) in table {
        let installation = Installation::of(&release(version));
        let before = installation.config_text();
        let output = run(&installation, &installation.root, &["version"]);
        assert_eq!(output.status.code(), Some(0), "{version}");
        let stdout = text(&output.stdout);
        let lines: Vec<&str> =
            stdout.lines().filter(|line| !line.starts_with(['{', '['])).collect();
        let identity = [format!("Version: {model}"), format!("Build Number: {version}")];
        assert_eq!(lines[..2], identity, "{version}");
        assert!(lines.contains(&"Build Enterprise Ready: false"), "{version}");
        assert_eq!(lines.last().unwrap().starts_with("DB Version: "), touches, "{version}");
        assert_eq!(migrated(&installation), touches, "{version}");
        assert_eq!(installation.config_text() != before, rewrites, "{version}");
    }
}

#[test]
fn log_lines_stand_among_the_answer_by_era() {
    // log lines on standard output, log lines on standard error
    for (version, out, err) in [
        ("3.10.3", false, false),
        ("4.10.0", true, false),
        ("5.9.0", true, false),
        ("5.30.0", false, true),
        ("5.37.0", false, true),
        ("6.3.0", true, false),
        ("6.7.0", false, false),
    ] {
        let installation = Installation::of(&release(version));
        let output = run(&installation, &installation.root, &["version"]);
        let logged = |bytes: &[u8]| text(bytes).lines().any(|line| line.starts_with('{'));
        assert_eq!((logged(&output.stdout), logged(&output.stderr)), (out, err), "{version}");
        if version == "6.3.0" {
            assert!(
                text(&output.stdout).lines().last().unwrap().starts_with('{'),
                "6.3 logs after it too"
            );
        }
    }
}

#[test]
fn skip_server_start_is_known_from_5_28_to_11_5_only() {
    for (version, code) in [
        ("3.10.3", 1),
        ("4.10.0", 1),
        ("5.9.0", 1),
        ("5.30.0", 0),
        ("5.37.0", 0),
        ("6.3.0", 0),
        ("7.8.0", 0),
        ("10.11.0", 0),
        ("11.7.0", 1),
    ] {
        let installation = Installation::of(&release(version));
        let before = installation.config_text();
        let output = run(&installation, &installation.root, &["version", "--skip-server-start"]);
        assert_eq!(output.status.code(), Some(code), "{version}");
        assert_eq!(text(&output.stdout).contains("Build Number: "), code == 0, "{version}");
        let stderr = text(&output.stderr);
        assert_eq!(stderr.contains("unknown flag: --skip-server-start"), code == 1, "{version}");
        assert_eq!(
            stderr.contains("has been deprecated"),
            matches!(version, "7.8.0" | "10.11.0"),
            "{version}"
        );
        assert!(!migrated(&installation), "{version}");
        assert_eq!(installation.config_text(), before, "{version}");
    }
}

#[test]
fn a_single_dash_is_an_unknown_shorthand_and_harmless() {
    for version in ["3.10.3", "5.30.0", "7.8.0", "11.7.0"] {
        for (flag, complaint) in [
            ("-version", "Error: unknown shorthand flag: 'v' in -version\nUsage:\n"),
            ("--version", "Error: unknown flag: --version\n"),
            ("-v", "Error: unknown shorthand flag: 'v' in -v\n"),
        ] {
            let installation = Installation::of(&release(version));
            let output = run(&installation, &installation.root, &[flag]);
            assert_eq!(output.status.code(), Some(1), "{version}");
            assert!(text(&output.stderr).starts_with(complaint), "{version}");
            assert!(output.stdout.is_empty(), "{version}");
            assert!(!migrated(&installation), "{version}");
        }
    }
}

#[test]
fn at_3_5_it_is_a_flag_that_answers_on_standard_error() {
    for flag in ["-version", "--version"] {
        let installation = Installation::of(&release("3.5.1"));
        let output = run(&installation, &installation.root, &[flag]);
        assert_eq!(output.status.code(), Some(0));
        assert!(output.stdout.is_empty());
        let stderr = text(&output.stderr);
        assert!(stderr.starts_with("Version: 3.5.0\nBuild Number: 3.5.1\n"), "{stderr}");
        assert!(stderr.ends_with("DB Version: 3.5.0\n"), "{stderr}");
        assert_eq!(installation.database().as_object().unwrap().len(), 22);
    }
}

#[test]
fn at_3_5_the_word_version_starts_the_server() {
    let installation = Installation::of(&release("3.5.1"));
    let mut command = Command::new(program(&installation.root));
    command.current_dir(&installation.root).arg("version");
    let server = Running::spawn(command, &installation.root, installation.port);
    let begun = std::time::Instant::now();
    while begun.elapsed().as_secs() < 20 {
        if let Ok(reply) = server.get("/api/v3/general/ping") {
            assert_eq!(reply.json()["version"], "3.5.0");
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("it does not listen");
}

#[test]
fn at_3_5_a_missing_configuration_is_no_failure() {
    let installation = Installation::of(&release("3.5.1"));
    let output = run(&installation, Path::new("/"), &["-version"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        text(&output.stdout)
            .contains("[EROR] (main.main:107) Unable to load mattermost configuration file")
    );
}

#[test]
fn the_wrong_directory_is_fatal_until_5_0() {
    let panics = "panic: Unable to find i18n directory";
    for (version, code, complaint) in [
        ("3.10.3", 2, panics),
        ("4.2.0", 2, panics),
        ("4.10.0", 2, panics),
        ("5.3.0", 0, ""),
        ("5.37.0", 0, ""),
        ("7.8.0", 0, ""),
    ] {
        let installation = Installation::of(&release(version));
        let output = run(&installation, Path::new("/"), &["version"]);
        assert_eq!(output.status.code(), Some(code), "{version} {}", text(&output.stderr));
        assert!(text(&output.stderr).starts_with(complaint), "{version}");
    }
    // One directory down is found by climbing.
    let installation = Installation::of(&release("3.10.3"));
    let output = run(&installation, &installation.root.join("bin"), &["version"]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn from_another_directory_it_leaves_its_own_behind() {
    let installation = Installation::of(&release("5.37.0"));
    run(&installation, &installation.root.join("bin"), &["version"]);
    assert!(installation.root.join("bin/plugins").is_dir());
    assert!(installation.root.join("bin/data").is_dir());
    let later = Installation::of(&release("6.3.0"));
    run(&later, &later.root.join("bin"), &["version"]);
    assert!(later.root.join("bin/plugins").is_dir());
    assert!(!later.root.join("bin/data").exists());
    assert!(!installation.root.join("bin/client").exists());
}

#[test]
fn a_bare_binary_panics_until_6_3_and_answers_from_6_7_on() {
    for (version, code) in
        [("3.10.3", 2), ("5.3.0", 2), ("5.37.0", 2), ("6.3.0", 2), ("6.7.0", 0), ("11.7.0", 0)]
    {
        let installation = Installation::of(&release(version));
        let bare = installation.directory.path().join("bare/deep/down/far");
        std::fs::create_dir_all(&bare).unwrap();
        std::fs::copy(program(&installation.root), bare.join("server")).unwrap();
        let output = output(Command::new(bare.join("server")).current_dir(&bare).arg("version"));
        assert_eq!(output.status.code(), Some(code), "{version} {}", text(&output.stderr));
    }
}

#[test]
fn without_a_database_old_ones_wait_and_give_up() {
    for (version, code, line) in [
        ("3.5.1", 102, "[CRIT] Failed to ping db err:dial tcp"),
        ("3.10.3", 102, "[CRIT] Failed to ping DB err:dial tcp"),
        ("4.10.0", 102, "\"msg\":\"Failed to ping DB retrying in 10 seconds err=dial tcp"),
        ("5.30.0", 102, "\"msg\":\"Failed to ping DB\""),
        ("6.3.0", 1, "\"level\":\"fatal\",\"msg\":\"Failed to ping DB"),
        ("6.7.0", 0, ""),
    ] {
        let installation = Installation::of(&release(version));
        installation.point(|config| config["SqlSettings"]["DataSource"] = "/nowhere/at/all".into());
        let flag = if version == "3.5.1" { "-version" } else { "version" };
        let output = run(&installation, &installation.root, &[flag]);
        assert_eq!(output.status.code(), Some(code), "{version}");
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains(line), "{version}: {said}");
    }
}

#[test]
fn a_broken_configuration_is_met_by_era() {
    for (version, code) in [
        ("3.10.3", 1),
        ("4.2.0", 1),
        ("4.10.0", 2),
        ("5.3.0", 2),
        ("5.9.0", 2),
        ("5.37.0", 2),
        ("6.3.0", 2),
        ("6.7.0", 0),
        ("7.8.0", 0),
    ] {
        let installation = Installation::of(&release(version));
        std::fs::write(installation.root.join("config/config.json"), "{\"ServiceSettings\":")
            .unwrap();
        let output = run(&installation, &installation.root, &["version"]);
        assert_eq!(output.status.code(), Some(code), "{version}");
        assert_eq!(installation.config_text(), "{\"ServiceSettings\":", "{version}");
    }
}

#[test]
fn the_platform_wrapper_complains_and_passes_the_exit_code_on() {
    for (version, exists) in
        [("4.10.0", true), ("5.3.0", true), ("5.30.0", true), ("5.37.0", false), ("7.8.0", false)]
    {
        let installation = Installation::of(&release(version));
        assert_eq!(installation.root.join("bin/platform").exists(), exists, "{version}");
    }
    let installation = Installation::of(&release("5.30.0"));
    let wrapper = installation.root.join("bin/platform");
    for (args, code) in [(&["version", "--skip-server-start"][..], 0), (&["-version"], 1)] {
        let output = output(Command::new(&wrapper).current_dir(&installation.root).args(args));
        assert_eq!(output.status.code(), Some(code));
        let stdout = text(&output.stdout);
        assert!(
            stdout.contains(" ERROR ")
                && stdout.contains("The platform binary has been deprecated"),
            "{stdout}"
        );
        assert_eq!(stdout.contains("\nBuild Number: 5.30.0\n"), code == 0);
    }
}

#[test]
fn the_enterprise_edition_says_so() {
    let installation = Installation::of(&release("10.11.0").enterprise());
    let output = run(&installation, &installation.root, &["version"]);
    assert!(text(&output.stdout).contains("Build Enterprise Ready: true\n"));
    assert!(installation.root.join("ENTERPRISE-EDITION-LICENSE.txt").is_file());
}

#[test]
fn db_migrate_migrates_and_db_version_tells_the_number() {
    let installation = Installation::of(&release("7.8.0"));
    let output = run(&installation, &installation.root, &["db", "migrate"]);
    assert!(text(&output.stdout).ends_with("Database successfully migrated\n"));
    let output = run(&installation, &installation.root, &["db", "version"]);
    assert_eq!(text(&output.stdout), "Current database schema version is: 100\n");
    let installation = Installation::of(&release("5.37.0"));
    assert_eq!(run(&installation, &installation.root, &["db", "migrate"]).status.code(), Some(1));
    assert!(!migrated(&installation));
}
