//! The operator's hooks: in which order, knowing what, and what comes of their failures.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use mmembed::engine::{HooksError, Outcome, StepError, Wish};
use mmembed::host::{HookError, Meter};
use mmembed::model::HookPhase::{AfterCommit, AfterStop, BeforeStart, BeforeStop, OnRollback};
use mmembed::model::Step;

use super::world::{World, recover_on, release};

/// A host whose server nobody starts.
fn world() -> World {
    World::of(&release("10.11.0"))
}

/// A line of a script that writes down the name of its hook.
fn mark(world: &World, name: &str) -> String {
    format!("echo {name} >> {}", world.beside("marks").display())
}

fn marks(world: &World) -> Vec<String> {
    let text = fs::read_to_string(world.beside("marks")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[track_caller]
fn failure(outcome: &Outcome) -> &HooksError {
    let (Outcome::RolledBack { cause: Some(StepError::Hooks(error)) }
    | Outcome::CommittedWithRemainder { cause: StepError::Hooks(error) }) = outcome
    else {
        panic!("{outcome:?}");
    };
    error
}

#[test]
fn hooks_run_in_the_order_of_their_names_and_phases() {
    let world = world();
    for (phase, name) in
        [(AfterCommit, "10-d"), (BeforeStop, "20-b"), (BeforeStop, "10-a"), (BeforeStart, "05-c")]
    {
        world.hook(phase, name, &mark(&world, name));
    }
    world.hook(OnRollback, "10-no", &mark(&world, "no"));
    let phases = [BeforeStop, AfterStop, BeforeStart, AfterCommit];
    let steps: Vec<Step> = phases.into_iter().map(|phase| world.hooks(phase)).collect();
    let (outcome, heard) = world.carry_out(steps);
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    assert_eq!(marks(&world), ["10-a", "20-b", "05-c", "10-d"]);
    assert_eq!(heard.0, Vec::<String>::new());
}

#[test]
fn a_hook_knows_where_it_is_and_nothing_of_who_called() {
    let world = world();
    let seen = world.beside("environment-seen");
    world.hook(BeforeStop, "10-a", &format!("pwd > {0}; env | sort >> {0}", seen.display()));
    world.carry_out(vec![world.hooks(BeforeStop)]);
    let text = fs::read_to_string(&seen).unwrap();
    let live = world.live().display().to_string();
    let mut expected = vec![
        live.clone(),
        "LANG=C.UTF-8".to_owned(),
        "MMEMBED_APP=acme".to_owned(),
        "MMEMBED_FROM=1.2.3".to_owned(),
        format!("MMEMBED_LIVE={live}"),
        "MMEMBED_PHASE=before-stop".to_owned(),
        format!("MMEMBED_ROOT={}", world.root.display()),
        "MMEMBED_TO=10.11.0".to_owned(),
        "MMEMBED_TRANSACTION=20261123T205143Z-9f3a".to_owned(),
    ];
    let own = |line: &&str| {
        !line.starts_with("PATH=") && !line.starts_with("PWD=") && !line.starts_with("_=")
    };
    let mut lines: Vec<&str> = text.lines().filter(own).collect();
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected);

    fs::rename(world.live(), world.beside("away")).unwrap();
    world.forget();
    world.carry_out(vec![world.hooks(BeforeStop)]);
    let text = fs::read_to_string(&seen).unwrap();
    let parent = world.root.join("opt/acme/embedded");
    assert_eq!(text.lines().next(), parent.to_str());
}

#[test]
fn a_failure_rolls_back_and_the_hooks_for_that_run_once_and_last() {
    let world = world();
    world.hook(BeforeStop, "10-a", &mark(&world, "before"));
    let path = world.hook(
        AfterStop,
        "10-b",
        &format!("{}; echo broken >&2; exit 7", mark(&world, "fails")),
    );
    world.hook(AfterStop, "20-c", &mark(&world, "never"));
    world.hook(OnRollback, "10-d", &format!("{}; exit 1", mark(&world, "rollback $MMEMBED_PHASE")));
    let (outcome, heard) = world.carry_out(vec![world.hooks(BeforeStop), world.hooks(AfterStop)]);
    let said = failure(&outcome).to_string();
    assert_eq!(said, format!("the hook {} failed (exit code 7; it said: broken)", path.display()));
    assert_eq!(marks(&world), ["before", "fails", "rollback on-rollback"]);
    assert_eq!(heard.0[0], "10-b: broken");
    // That the last of them failed is told, and nobody is stuck.
    assert!(heard.0[1].contains("10-d failed"), "{heard:?}");
}

#[test]
fn a_hook_that_may_fail_does_and_the_next_one_runs() {
    let world = world();
    world.hook(BeforeStop, "10-a.may-fail", "exit 1");
    world.hook(BeforeStop, "20-b", &mark(&world, "next"));
    let (outcome, heard) = world.carry_out(vec![world.hooks(BeforeStop)]);
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    assert_eq!(marks(&world), ["next"]);
    assert!(
        heard.0[0].contains("10-a.may-fail") && heard.0[0].contains("which it may"),
        "{heard:?}"
    );
}

#[test]
fn after_the_commit_a_failure_is_left_to_do() {
    let world = world();
    let gate = world.beside("gate");
    world.hook(AfterCommit, "10-a", &format!("{}; test -e {}", mark(&world, "a"), gate.display()));
    let (outcome, _) = world.carry_out(vec![world.hooks(BeforeStop), world.hooks(AfterCommit)]);
    assert!(matches!(failure(&outcome), HooksError::Failed { .. }));
    fs::write(&gate, "").unwrap();
    let outcome = recover_on(&world.host(Meter::default()), Wish::Usual);
    assert!(matches!(outcome, Some(Outcome::Committed)), "{outcome:?}");
    assert_eq!(marks(&world), ["a", "a"]);
}

#[test]
fn one_that_others_could_have_written_keeps_all_of_them_from_running() {
    let world = world();
    world.hook(BeforeStop, "10-a", &mark(&world, "a"));
    let open = world.hook(BeforeStop, "20-b", &mark(&world, "b"));
    fs::set_permissions(&open, fs::Permissions::from_mode(0o757)).unwrap();
    let (outcome, _) = world.carry_out(vec![world.hooks(BeforeStop)]);
    let error = failure(&outcome);
    assert!(matches!(error, HooksError::Refused(HookError::WritableByOthers { .. })), "{error:?}");
    assert!(error.to_string().contains(open.to_str().unwrap()), "{error}");
    assert_eq!(marks(&world), Vec::<String>::new());
}

#[test]
fn what_a_hook_says_is_shown_safely_and_not_without_end() {
    let world = world();
    let script = "printf 'a\\033[2Jb\\n'; echo 'postgres://u:canary@h/d' >&2";
    world.hook(BeforeStop, "10-a", script);
    world.hook(BeforeStop, "20-b", "yes line | head -c 3000000; echo end");
    let (outcome, heard) = world.carry_out(vec![world.hooks(BeforeStop)]);
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    assert_eq!(heard.0[0], "10-a: a\\u{1b}[2Jb");
    assert!(heard.0[1].starts_with("10-a: postgres://") && !heard.0[1].contains("canary"));
    assert!(heard.0.len() < 110, "{}", heard.0.len());
    assert!(heard.0.last().unwrap().contains("more bytes"), "{:?}", heard.0.last());
}

#[test]
fn what_is_no_program_and_what_is_no_hook_is_told() {
    let world = world();
    let path = world.hook(BeforeStop, "10-a", "");
    fs::write(path.with_file_name("README"), "").unwrap();
    let (outcome, heard) = world.carry_out(vec![world.hooks(BeforeStop)]);
    assert!(matches!(outcome, Outcome::Committed), "{outcome:?}");
    assert!(heard.0[0].contains("before-stop/README"), "{heard:?}");
    world.forget();
    fs::write(&path, "no interpreter\n").unwrap();
    let (outcome, _) = world.carry_out(vec![world.hooks(BeforeStop)]);
    assert!(matches!(failure(&outcome), HooksError::Exec { .. }), "{outcome:?}");
}
