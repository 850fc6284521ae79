use std::time::Instant;

use super::*;
use crate::model::Owner;

fn sh(script: &str) -> CommandSpec {
    CommandSpec::new("sh").arg("-c").arg(script)
}

fn run(spec: &CommandSpec) -> Output {
    Exec::default().run(spec).unwrap()
}

#[test]
fn exit_codes_signals_and_both_streams_come_back() {
    let output = run(&sh("echo out; echo err >&2; exit 3"));
    assert_eq!(output.exit, Exit::Code(3));
    assert_eq!(output.stdout.text(), "out\n");
    assert_eq!(output.stderr.text(), "err\n");
    assert!(!output.stdout.still_open);
    assert_eq!(run(&sh("kill -TERM $$")).exit, Exit::Signal(15));
}

#[test]
fn the_environment_is_exactly_what_was_asked_for() {
    let output = run(&CommandSpec::new("env").env("CANARY", "secret"));
    let mut lines: Vec<_> = output.stdout.text().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "CANARY=secret",
            "LANG=C.UTF-8",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ]
    );
}

#[test]
fn a_child_has_no_input_no_foreign_descriptors_and_its_own_group() {
    let script = "pwd; cut -d' ' -f5 /proc/$$/stat; echo $$; readlink /proc/$$/fd/*";
    let text = run(&sh(script)).stdout.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "/");
    assert_eq!(lines[1], lines[2], "the child leads its group");
    assert_eq!(lines[3], "/dev/null");
    let foreign: Vec<_> = lines[3..]
        .iter()
        .filter(|target| **target != "/dev/null" && !target.contains("/fd"))
        .collect();
    assert_eq!(foreign.len(), 2, "stdout and stderr only: {foreign:?}");
    assert!(foreign.iter().all(|target| target.starts_with("pipe:")));
}

#[test]
fn output_beyond_the_limit_is_counted_not_kept() {
    let output = run(&sh("head -c 5000000 /dev/zero; echo end >&2"));
    assert_eq!(output.exit, Exit::Code(0));
    assert_eq!(output.stdout.bytes.len(), 1024 * 1024);
    assert_eq!(output.stdout.lost, 5_000_000 - 1024 * 1024);
    assert_eq!(output.stderr.text(), "end\n");
}

#[test]
fn a_program_that_takes_too_long_is_stopped_with_its_children() {
    let mut spec = sh("sleep 1000 & echo $!; wait");
    spec.timeout = Duration::from_millis(300);
    let begin = Instant::now();
    let error = Exec::default().run(&spec).unwrap_err();
    assert!(begin.elapsed() < Duration::from_secs(4));
    let text = error.to_string();
    assert!(text.contains("sh did not finish within 0.3 s"), "{text}");
    let ExecError::TimedOut { output, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(output.exit, Exit::Signal(15));
    let grandchild: u32 = output.stdout.text().trim().parse().unwrap();
    assert!(is_gone(grandchild), "{grandchild} is still there");
}

#[test]
fn a_program_that_ignores_sigterm_is_killed() {
    let mut spec = sh("trap '' TERM; while :; do sleep 0.1; done");
    spec.timeout = Duration::from_millis(200);
    let ExecError::TimedOut { output, .. } = Exec::default().run(&spec).unwrap_err() else {
        panic!("it was to run out of time");
    };
    assert_eq!(output.exit, Exit::Signal(9));
}

#[test]
fn a_process_left_behind_neither_holds_up_nor_dies() {
    let begin = Instant::now();
    let output = run(&sh("sleep 30 & echo $!"));
    assert!(begin.elapsed() < Duration::from_secs(20));
    assert!(output.stdout.still_open);
    let left: u32 = output.stdout.text().trim().parse().unwrap();
    assert!(!is_gone(left));
    run(&sh(&format!("kill {left}")));
}

#[test]
fn what_cannot_run_is_refused_by_name() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for (spec, words) in [
        (CommandSpec::new("no-such-program"), "cannot find the program no-such-program"),
        (CommandSpec::new("./sh"), "cannot find the program ./sh"),
        (CommandSpec::new("bin/sh"), "cannot find the program bin/sh"),
        (CommandSpec::new(file.path()), "cannot find the program /"),
        (CommandSpec::new("/bin"), "cannot find the program /bin"),
    ] {
        let error = Exec::default().run(&spec).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    let mut nowhere = sh("true");
    nowhere.cwd = Some("/no/such/place".into());
    let error = Exec::default().run(&nowhere).unwrap_err().to_string();
    assert!(error.contains("in /no/such/place: that is no directory"), "{error}");
}

#[test]
fn a_file_of_another_kind_cannot_be_started() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("not-a-program");
    for content in ["", "echo not through a shell\n"] {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let error = Exec::default().run(&CommandSpec::new(&path)).unwrap_err();
        assert!(matches!(error, ExecError::CannotStart { .. }), "{error:?}");
    }
}

#[test]
fn another_path_finds_other_programs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tool");
    fs::write(&path, "#!/bin/sh\necho mine\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let exec = Exec::with_path(vec![dir.path().to_owned()]);
    assert_eq!(exec.find(Path::new("tool")), Some(path));
    assert_eq!(exec.find(Path::new("sh")), None);
    assert_eq!(exec.run(&CommandSpec::new("tool")).unwrap().stdout.text(), "mine\n");
}

#[test]
fn another_user_runs_it_without_supplementary_groups() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: changing the user needs root");
        return;
    }
    let mut spec = sh("id -u; id -g; grep ^Groups /proc/self/status");
    spec.run_as = Some(Owner { uid: 12345, gid: 23456 });
    let text = run(&spec).stdout.text();
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    assert_eq!(lines, ["12345", "23456", "Groups:"]);
}

/// Gone, or dead and waiting for whoever inherited it.
fn is_gone(pid: u32) -> bool {
    for _ in 0..100 {
        match fs::read_to_string(format!("/proc/{pid}/stat")) {
            Err(_) => return true,
            Ok(stat) if stat.contains(") Z ") => return true,
            Ok(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    false
}
