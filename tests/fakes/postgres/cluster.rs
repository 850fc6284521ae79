//! The cluster itself: made, started, watched, removed.
//! No database of a test is made here.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};

use super::super::install::{Wanted, found_or_installed};
use super::super::port::free_port;
use super::{PASSWORD, ROLE};

/// What is installed where it is missing.
const WANTED: Wanted = Wanted { name: "PostgreSQL", packages: &["postgresql"] };

/// How long the cluster may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A cluster that runs.
#[derive(Debug)]
pub(super) struct Cluster {
    /// Its port on 127.0.0.1.
    pub(super) port: u16,
    /// Keeps the watchdog alive: it stops the cluster when this process ends, however it ends.
    _lifeline: Option<std::process::ChildStdin>,
}

/// Where `initdb`, `postgres`, `pg_dump` … of the newest installed version lie.
pub(crate) fn programs() -> PathBuf {
    found_or_installed(&WANTED, look)
}

fn look() -> Option<PathBuf> {
    let mut places: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    places.sort_by_key(|place| {
        let version = place
            .parent()
            .and_then(Path::file_name)
            .and_then(|name| name.to_str()?.parse::<u32>().ok());
        std::cmp::Reverse(version)
    });
    places.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let complete =
        |place: &PathBuf| ["initdb", "postgres"].iter().all(|name| place.join(name).is_file());
    places.into_iter().find(complete)
}

/// The cluster of this process, started when it is first asked for.
pub(super) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(start)
}

/// The directory of the cluster, outside the project and readable for the user that runs it.
fn home() -> PathBuf {
    let home = std::env::temp_dir().join(format!("mmembed-postgres-{}", std::process::id()));
    let _left_over = fs::remove_dir_all(&home);
    fs::create_dir(&home).expect("the temporary directory is writable");
    fs::set_permissions(&home, Permissions::from_mode(0o700)).expect("it is ours");
    home
}

/// `PostgreSQL` refuses to run as root: then it is `postgres` that runs it, or `nobody`.
fn servant(home: &Path) -> Option<(u32, u32)> {
    if fs::metadata(home).expect("it was just made").uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    ["postgres", "nobody"].iter().find_map(|name| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2);
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    })
}

fn command(program: &Path, servant: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    if let Some((uid, gid)) = servant {
        command.uid(uid).gid(gid);
    }
    command.current_dir("/").env("LC_ALL", "C").stdin(Stdio::null());
    command
}

fn start() -> Cluster {
    let programs = programs();
    let home = home();
    let servant = servant(&home);
    let (data, secret) = (home.join("data"), home.join("password"));
    fs::write(&secret, PASSWORD).expect("the directory is ours");
    if let Some((uid, gid)) = servant {
        chown(&home, Some(uid), Some(gid)).expect("root may do that");
        chown(&secret, Some(uid), Some(gid)).expect("root may do that");
    }
    let made = command(&programs.join("initdb"), servant)
        .args(["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256"])
        .arg(format!("--username={ROLE}_admin"))
        .arg("--pwfile")
        .arg(&secret)
        .arg("--pgdata")
        .arg(&data)
        .output()
        .expect("initdb can be started");
    assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
    let port = free_port();
    let mut options = String::new();
    for (name, value) in [
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
        ("max_connections", "200"),
    ] {
        writeln!(options, "{name} = {value}").expect("memory takes it");
    }
    // Where there is no IPv6, it does without.
    writeln!(options, "listen_addresses = '127.0.0.1, ::1'\nport = {port}")
        .expect("memory takes it");
    writeln!(options, "unix_socket_directories = '{}'", home.display()).expect("memory takes it");
    let mut file = fs::File::options()
        .append(true)
        .open(data.join("postgresql.conf"))
        .expect("initdb made it");
    file.write_all(options.as_bytes()).expect("it is writable");
    let lifeline = launch(&programs, &home, &data, servant);
    wait_until_ready(port, &home);
    Cluster { port, _lifeline: lifeline }
}

/// Starts the server below a shell that waits for the end of its standard input, which this process holds open. The kernel
/// closes it when this process ends, whatever ended it; then the shell stops the server and removes the directory.
fn launch(
    programs: &Path,
    home: &Path,
    data: &Path,
    servant: Option<(u32, u32)>,
) -> Option<std::process::ChildStdin> {
    let script = r#"
        "$1/postgres" -D "$2" </dev/null >"$3/log" 2>&1 &
        server=$!
        cat >/dev/null
        kill -QUIT "$server"
        wait "$server"
        cd / && rm -rf -- "$3"
    "#;
    let mut shell = command(Path::new("/bin/sh"), servant);
    shell.args(["-c", script, "postgres-watchdog"]).arg(programs).arg(data).arg(home);
    // Its own process group: an interrupt at the terminal reaches this process alone, and the watchdog cleans up after it.
    shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    #[expect(clippy::zombie_processes, reason = "it outlives this process on purpose")]
    let mut child = shell.spawn().expect("/bin/sh can be started");
    child.stdin.take()
}

fn wait_until_ready(port: u16, home: &Path) {
    let begun = Instant::now();
    loop {
        let mut config = Client::configure();
        config
            .host("127.0.0.1")
            .port(port)
            .user(&format!("{ROLE}_admin"))
            .password(PASSWORD)
            .dbname("postgres");
        match config.connect(NoTls) {
            Ok(mut admin) => {
                let role = format!("CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{PASSWORD}'");
                admin.batch_execute(&role).expect("the superuser may do that");
                return;
            }
            Err(error) if begun.elapsed() > PATIENCE => {
                let log = fs::read_to_string(home.join("log")).unwrap_or_default();
                panic!("PostgreSQL does not start: {error}\n{log}");
            }
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}
