//! An unpacked release being run, as a test sees it: a process, a port, answers.
//! It never judges the answers.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// How long anything may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer over HTTP.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// 200, 404 …
    pub(crate) status: u16,
    /// Status line and headers, as they came.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: String,
}

impl Reply {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// The body as JSON; null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// A program that heeds all signals. Whoever runs the tests in the background may ignore some, and every child would
/// inherit that.
pub(crate) fn heeding_signals(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("env");
    command.arg("--default-signal=HUP,INT,QUIT,PIPE,TERM").arg(program);
    command
}

/// The server's program in an unpacked release.
pub(crate) fn program(root: &Path) -> PathBuf {
    let mattermost = root.join("bin/mattermost");
    if mattermost.is_file() { mattermost } else { root.join("bin/platform") }
}

/// Reads, changes and rewrites `config/config.json` of an unpacked release.
pub(crate) fn configure(root: &Path, change: impl FnOnce(&mut Value)) {
    let path = root.join("config/config.json");
    let mut config = read_config(root);
    change(&mut config);
    fs::write(&path, serde_json::to_string_pretty(&config).expect("JSON"))
        .expect("config.json is writable");
}

/// `config/config.json` of an unpacked release.
pub(crate) fn read_config(root: &Path) -> Value {
    let text = fs::read_to_string(root.join("config/config.json")).expect("config.json is there");
    serde_json::from_str(&text).expect("config.json is JSON")
}

/// `METHOD path` to 127.0.0.1, one connection per request.
pub(crate) fn request(port: u16, method: &str, path: &str, body: &str) -> io::Result<Reply> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))
        .or_else(|error| TcpStream::connect(("::1", port)).map_err(|_| error))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(Reply {
        status: status.ok_or(io::ErrorKind::InvalidData)?,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// Runs a program of an unpacked release to its end.
pub(crate) fn output(command: &mut Command) -> Output {
    patiently(|| command.output())
}

/// Starts a program that was unpacked a moment ago. While another thread of this process starts a child of its own, that child holds
/// a copy of every open file until it executes; if one of them is this program being written, Linux calls it busy.
fn patiently<T>(mut start: impl FnMut() -> io::Result<T>) -> T {
    let begun = Instant::now();
    loop {
        match start() {
            Err(error)
                if error.kind() == io::ErrorKind::ExecutableFileBusy
                    && begun.elapsed() < PATIENCE =>
            {
                thread::sleep(Duration::from_millis(2));
            }
            outcome => return outcome.expect("the program can be started"),
        }
    }
}

/// A server started by a test; killed when dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    port: u16,
    /// Where its standard output and standard error went.
    console: PathBuf,
}

impl Running {
    /// Starts the server of the release at `root`, which is told to listen on `port`, with `root` as its working directory.
    pub(crate) fn start(root: &Path, port: u16) -> Self {
        let mut command = heeding_signals(program(root));
        command.current_dir(root);
        Self::spawn(command, root, port)
    }

    /// Starts a prepared command; its console goes to a file beside the release.
    pub(crate) fn spawn(mut command: Command, root: &Path, port: u16) -> Self {
        let console = root.with_extension("console");
        let out = fs::File::create(&console).expect("beside the release is writable");
        let err = out.try_clone().expect("a file can be opened twice");
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        let child = patiently(|| command.spawn());
        Self { child, port, console }
    }

    /// The number of the process.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// What it has printed so far.
    pub(crate) fn console(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.console).unwrap_or_default()).into_owned()
    }

    /// Waits until the ping answers 200.
    pub(crate) fn wait_until_ready(&mut self) -> Reply {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Ok(reply) = self.get("/api/v4/system/ping")
                && reply.status == 200
            {
                return reply;
            }
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                panic!("the server ended with {status} before it answered:\n{}", self.console());
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the server does not answer:\n{}", self.console());
    }

    /// GET.
    pub(crate) fn get(&self, path: &str) -> io::Result<Reply> {
        request(self.port, "GET", path, "")
    }

    /// POST.
    pub(crate) fn post(&self, path: &str, body: &Value) -> io::Result<Reply> {
        request(self.port, "POST", path, &body.to_string())
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the server still runs");
    }

    /// Has it ended?
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.ended() {
                return status;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the server does not end:\n{}", self.console());
    }

    /// SIGTERM, and its end.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}
