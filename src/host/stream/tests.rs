use std::path::Path;

use super::*;
use crate::host::{Fault, Meter, Territory, Tree};
use crate::model::RelPath;

fn sh(script: &str) -> CommandSpec {
    let mut spec = CommandSpec::new("sh").arg("-c").arg(script);
    spec.timeout = CommandSpec::UNHURRIED;
    spec
}

fn tree(root: &Path, meter: Meter) -> Tree {
    Tree::open(root, Territory::new(vec![RelPath::here()]), meter).unwrap()
}

fn path(text: &str) -> RelPath {
    text.parse().unwrap()
}

fn stream(
    spec: &CommandSpec,
    stdin: Option<SourceFile>,
    stdout: &mut dyn Write,
    cancel: &Cancel,
) -> (Result<Streamed, StreamError>, u64) {
    let mut last = 0;
    let mut progress = |bytes| last = bytes;
    let stream = Stream { stdin, stdout, cancel, stop_at: Level::First, progress: &mut progress };
    (Exec::default().stream(spec, stream), last)
}

#[test]
fn what_a_program_gives_lies_in_the_file_counted_and_hashed() {
    let directory = tempfile::tempdir().unwrap();
    let tree = tree(directory.path(), Meter::default());
    let mut sink = tree.create(&path("out")).unwrap();
    let spec = sh("head -c 5000000 /dev/zero | tr '\\0' x; echo said >&2; exit 3");
    let (streamed, told) = stream(&spec, None, &mut sink, &Cancel::never());
    let streamed = streamed.unwrap();
    assert_eq!(streamed.exit, Exit::Code(3));
    assert_eq!(streamed.stderr.text(), "said\n");
    let written = sink.finish().unwrap();
    assert_eq!((written.bytes, told), (5_000_000, 5_000_000));
    assert_eq!(tree.open_file(&path("out")).unwrap().measure().unwrap(), written);
    let stat = tree.stat(&path("out")).unwrap().unwrap();
    assert_eq!((stat.size, stat.mode), (5_000_000, 0o600));
    assert_eq!(tree.open_file(&path("out")).unwrap().tail(3).unwrap(), b"xxx");
}

#[test]
fn a_program_reads_a_file_and_its_progress_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let tree = tree(directory.path(), Meter::default());
    tree.replace(&path("in"), &vec![b'y'; 100_000], 0o600, None).unwrap();
    let input = tree.open_file(&path("in")).unwrap();
    let mut out = Vec::new();
    let (streamed, told) = stream(&sh("cat | wc -c"), Some(input), &mut out, &Cancel::never());
    assert!(streamed.unwrap().exit.is_success());
    assert_eq!(String::from_utf8(out).unwrap().trim(), "100000");
    assert_eq!(told, 100_000);
}

#[test]
fn a_wish_to_stop_ends_the_program() {
    let cancel = Cancel::never();
    let wish = cancel.clone();
    let asker = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        wish.request();
    });
    let begun = Instant::now();
    let mut out = Vec::new();
    let (streamed, _) = stream(&sh("echo $$; exec sleep 600"), None, &mut out, &cancel);
    asker.join().unwrap();
    assert!(matches!(streamed.unwrap_err(), StreamError::Cancelled));
    assert!(begun.elapsed() < Duration::from_secs(60));
    let pid = String::from_utf8(out).unwrap();
    assert!(!Path::new("/proc").join(pid.trim()).exists(), "it still runs");
}

#[test]
fn a_stop_that_is_not_urgent_enough_lets_it_finish() {
    let cancel = Cancel::never();
    cancel.request();
    let (mut out, mut progress) = (Vec::new(), |_| ());
    let stream = Stream {
        stdin: None,
        stdout: &mut out,
        cancel: &cancel,
        stop_at: Level::Second,
        progress: &mut progress,
    };
    assert!(Exec::default().stream(&sh("echo done"), stream).unwrap().exit.is_success());
    assert_eq!(out, b"done\n");
}

#[test]
fn a_sink_that_takes_no_more_ends_the_program() {
    let directory = tempfile::tempdir().unwrap();
    let tree = tree(directory.path(), Meter::with_fault(2, Fault::Error));
    let mut sink = tree.create(&path("out")).unwrap();
    let begun = Instant::now();
    let (streamed, _) =
        stream(&sh("head -c 9000000 /dev/zero; sleep 600"), None, &mut sink, &Cancel::never());
    let error = streamed.unwrap_err();
    assert!(matches!(error, StreamError::Sink { .. }), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[test]
fn its_time_limit_is_kept_while_it_writes() {
    let mut spec = sh("while :; do echo x; sleep 0.01; done");
    spec.timeout = Duration::from_millis(300);
    let (streamed, told) = stream(&spec, None, &mut io::sink(), &Cancel::never());
    assert!(matches!(streamed.unwrap_err(), StreamError::Exec(ExecError::TimedOut { .. })));
    assert!(told > 0);
}

#[test]
fn what_a_program_leaves_behind_adds_nothing() {
    let begun = Instant::now();
    let mut out = Vec::new();
    let spec = sh("echo one; (sleep 600; echo two) & exit 0");
    let (streamed, _) = stream(&spec, None, &mut out, &Cancel::never());
    assert!(streamed.unwrap().exit.is_success());
    assert_eq!(out, b"one\n");
    assert!(begun.elapsed() < Duration::from_secs(60));
}
