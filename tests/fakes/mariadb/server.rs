//! The server itself: made, started, watched, removed.
//! No database of a test is made here.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use super::super::install::{Wanted, found_or_installed};
use super::super::port::free_port;

/// What is installed where it is missing.
const WANTED: Wanted = Wanted { name: "MariaDB", packages: &["mariadb-server", "mariadb-client"] };

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server that runs.
#[derive(Debug)]
pub(super) struct Server {
    /// Its port on 127.0.0.1.
    pub(super) port: u16,
    home: PathBuf,
    /// Keeps the watchdog alive: it stops the server when this process ends, however it ends.
    _lifeline: Option<ChildStdin>,
}

impl Server {
    /// How the superuser gets in: by the socket, which nobody else can reach.
    pub(super) fn login(&self) -> [String; 3] {
        let socket = self.home.join("socket");
        ["--no-defaults".into(), "--user=root".into(), format!("--socket={}", socket.display())]
    }
}

/// The server of this process, started when it is first asked for.
pub(super) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(start)
}

fn look() -> Option<(PathBuf, PathBuf)> {
    let find = |name: &str| {
        ["/usr/sbin", "/usr/bin", "/usr/libexec", "/usr/local/bin", "/usr/local/sbin"]
            .iter()
            .map(|place| Path::new(place).join(name))
            .find(|path| path.is_file())
    };
    find("mariadb-dump").and(find("mariadb"))?;
    Some((find("mariadb-install-db")?, find("mariadbd")?))
}

/// `mariadbd` refuses to run as root: then it is `mysql` that runs it, or `nobody`.
fn servant() -> Option<(String, u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    ["mysql", "nobody"].iter().find_map(|name| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2);
        Some(((*name).to_owned(), numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    })
}

fn start() -> Server {
    let (install, mariadbd) = found_or_installed(&WANTED, look);
    let home = std::env::temp_dir().join(format!("mmembed-mariadb-{}", std::process::id()));
    let _left_over = fs::remove_dir_all(&home);
    fs::create_dir(&home).expect("the temporary directory is writable");
    fs::set_permissions(&home, Permissions::from_mode(0o700)).expect("it is ours");
    let servant = servant();
    if let Some((_, uid, gid)) = &servant {
        chown(&home, Some(*uid), Some(*gid)).expect("root may do that");
    }
    let data = home.join("data");
    let mut made = Command::new(install);
    made.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
    made.args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
    if let Some((name, ..)) = &servant {
        made.arg(format!("--user={name}"));
    }
    let made = made.current_dir("/").stdin(Stdio::null()).output().expect("it can be started");
    assert!(
        made.status.success(),
        "mariadb-install-db failed: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    let port = free_port();
    let lifeline = launch(&mariadbd, &home, port, servant.map(|(_, uid, gid)| (uid, gid)));
    let server = Server { port, home, _lifeline: lifeline };
    wait_until_ready(&server);
    server
}

/// Starts the server below a shell that waits for the end of its standard input, which this process holds open. The kernel
/// closes it when this process ends, whatever ended it; then the shell stops the server and removes the directory.
fn launch(
    mariadbd: &Path,
    home: &Path,
    port: u16,
    servant: Option<(u32, u32)>,
) -> Option<ChildStdin> {
    let script = r#"
        "$1" --no-defaults --datadir="$2/data" --socket="$2/socket" --pid-file="$2/pid" --port="$3" \
            --bind-address=127.0.0.1 --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=32M \
            --skip-log-bin --performance-schema=OFF </dev/null >"$2/log" 2>&1 &
        server=$!
        cat >/dev/null
        kill -KILL "$server"
        wait "$server"
        cd / && rm -rf -- "$2"
    "#;
    let mut shell = Command::new("/bin/sh");
    if let Some((uid, gid)) = servant {
        shell.uid(uid).gid(gid);
    }
    shell.args(["-c", script, "mariadb-watchdog"]).arg(mariadbd).arg(home).arg(port.to_string());
    shell.current_dir("/").env("LC_ALL", "C");
    // Its own process group: an interrupt at the terminal reaches this process alone, and the watchdog cleans up after it.
    shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    #[expect(clippy::zombie_processes, reason = "it outlives this process on purpose")]
    let mut child = shell.spawn().expect("/bin/sh can be started");
    child.stdin.take()
}

fn wait_until_ready(server: &Server) {
    let begun = Instant::now();
    loop {
        let asked = Command::new("mariadb")
            .args(server.login())
            .args(["--execute", "select 1"])
            .output()
            .expect("mariadb can be started");
        if asked.status.success() {
            return;
        }
        if begun.elapsed() > PATIENCE {
            let log = fs::read_to_string(server.home.join("log")).unwrap_or_default();
            panic!("MariaDB does not start: {}\n{log}", String::from_utf8_lossy(&asked.stderr));
        }
        thread::sleep(Duration::from_millis(50));
    }
}
