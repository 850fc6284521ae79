//! A host with a release in its place, a program that starts and stops its server, and plans of a few steps.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use mmembed::engine::{self, Outcome, Reporter, Wish};
use mmembed::host::{Cancel, Clock, Exec, Fault, Host, Lock, LockError, Meter};
use mmembed::model::{
    AppName, ArchiveStamp, Edition, Event, HookPhase, Intent, Owner, PLAN_SCHEMA, Plan, Planned,
    Prefix, RECEIPT_SCHEMA, Receipt, RelPath, Release, RunHooks, Service, StartServer, Step,
    StopServer, TransactionId, Version, Viewpoint,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fakes::port::free_port;
use crate::fakes::postgres::{Database, database};
use crate::fakes::release::FixtureRelease;
use crate::fakes::running::{configure, request};

const STAND_IN: &str = env!("CARGO_BIN_EXE_stand-in");

/// Starts and stops the server as a careful administrator's script would, and writes down what it was told.
const CONTROL: &str = r#"#!/bin/sh
# control VERB
here=$(dirname "$0")
echo "$1 $MMEMBED_APP $MMEMBED_FROM $MMEMBED_TO $MMEMBED_TRANSACTION $MMEMBED_LIVE" >> "$here/told"
pid=$(cat "$here/pid" 2>/dev/null)
runs() { test -n "$pid" && grep -q '^State:.[^ZX]' "/proc/$pid/status" 2> /dev/null; }
case "$1" in
start)
    runs && exit 0
    cd "$here/root/opt/acme/embedded/mattermost" || exit 1
    . "$here/environment"
    setsid $AS env --default-signal=HUP,INT,QUIT,PIPE,TERM ./bin/mattermost < /dev/null > "$here/console" 2>&1 &
    echo $! > "$here/pid"
    ;;
stop)
    runs || exit 0
    kill -TERM "$pid"
    test -e "$here/impatient" && exit 0
    while runs; do sleep 0.02; done
    ;;
status)
    runs || exit 3
    ;;
esac
"#;

pub(super) struct World {
    _directory: TempDir,
    base: PathBuf,
    pub(super) root: PathBuf,
    pub(super) database: Database,
    pub(super) port: u16,
    version: Version,
}

/// What was said while a plan was carried out.
#[derive(Debug, Default)]
pub(super) struct Heard(pub(super) Vec<String>);

impl Reporter for Heard {
    fn hear(&mut self, event: &Event) {
        if let Event::Note { text } = event {
            self.0.push(text.clone());
        }
    }
}

/// A release that is quick to unpack, to stop, and to give up.
pub(super) fn release(version: &str) -> FixtureRelease {
    FixtureRelease::new(version, STAND_IN).small_files(3).timings(|timings| {
        timings.ping_retry_ms = 100;
        timings.port_taken_ms = 100;
        timings.stop_ms = 300;
    })
}

pub(super) fn prefix() -> Prefix {
    let app: AppName = "acme".parse().unwrap();
    let (opt, var) = (Prefix::usual_opt(&app), Prefix::usual_var(&app));
    Prefix::new(app, opt, var)
}

fn id() -> TransactionId {
    "20261123T205143Z-9f3a".parse().unwrap()
}

fn team(version: &Version) -> Release {
    Release { version: version.clone(), edition: Edition::Team }
}

pub(super) fn write_program(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

impl World {
    /// The release in the live place, set up and not started.
    pub(super) fn of(release: &FixtureRelease) -> Self {
        let directory = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .unwrap();
        let base = directory.path().canonicalize().unwrap();
        let root = base.join("root");
        let embedded = root.join("opt/acme/embedded");
        for path in [&embedded, &root.join("var/opt/acme")] {
            fs::create_dir_all(path).unwrap();
        }
        release.unpack(&embedded);
        write_program(&base.join("control"), CONTROL);
        fs::write(base.join("environment"), "").unwrap();
        let (database, port) = (database(), free_port());
        let version = release.version().parse().unwrap();
        let world = Self { _directory: directory, base, root, database, port, version };
        let source = world.database.url();
        world.configure(|config| {
            config["ServiceSettings"]["ListenAddress"] = json!(format!("127.0.0.1:{port}"));
            config["SqlSettings"]["DriverName"] = json!("postgres");
            config["SqlSettings"]["DataSource"] = json!(source);
        });
        world
    }

    pub(super) fn configure(&self, change: impl FnOnce(&mut Value)) {
        configure(&self.live(), change);
    }

    pub(super) fn live(&self) -> PathBuf {
        self.root.join("opt/acme/embedded/mattermost")
    }

    /// A path beside the root.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }

    /// What the program that starts and stops the server was told so far, without the questions: how often it is asked
    /// depends on what may be seen of processes here.
    pub(super) fn told(&self) -> Vec<String> {
        let text = fs::read_to_string(self.beside("told")).unwrap_or_default();
        let verb = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        text.lines().map(verb).filter(|verb| verb != "status").collect()
    }

    /// Runs the program that starts and stops the server.
    pub(super) fn control(&self, verb: &str) {
        let done = Command::new(self.beside("control")).arg(verb).status().unwrap();
        assert!(done.success(), "{verb}: {done}");
    }

    /// Starts the server, waits until it serves, and forgets that anybody was told.
    pub(super) fn serve(&self) -> u32 {
        self.control("start");
        let begun = Instant::now();
        while self.ping() != Some(200) {
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
        fs::remove_file(self.beside("told")).unwrap();
        self.pid()
    }

    /// The status of its ping.
    pub(super) fn ping(&self) -> Option<u16> {
        ping_at(self.port)
    }

    /// The server that was started last.
    pub(super) fn pid(&self) -> u32 {
        fs::read_to_string(self.beside("pid")).unwrap().trim().parse().unwrap()
    }

    pub(super) fn runs(&self) -> bool {
        let pid = fs::read_to_string(self.beside("pid")).unwrap_or_default();
        let status = fs::read_to_string(format!("/proc/{}/status", pid.trim()));
        status.is_ok_and(|text| !text.contains("State:\tZ"))
    }

    /// The program that starts and stops the server, as commands.
    pub(super) fn commands(&self) -> Service {
        let control = self.beside("control");
        let command = |verb: &str| format!("{} {verb}", control.display());
        Service::Commands {
            stop: command("stop"),
            start: command("start"),
            status: Some(command("status")),
        }
    }

    pub(super) fn stop_by(&self, service: Service) -> StopServer {
        StopServer {
            shared: false,
            tree: prefix().live(),
            service,
            was_running: true,
            release: team(&self.version),
            config: config(),
            run_as: None,
            within: Duration::from_secs(60),
        }
    }

    pub(super) fn start_by(&self, service: Service) -> StartServer {
        StartServer {
            tree: prefix().live(),
            service,
            from: Some(team(&Version::new(1, 2, 3))),
            release: team(&self.version),
            config: config(),
            within: Duration::from_secs(60),
        }
    }

    /// Where the hooks of a phase lie.
    fn phase(&self, phase: HookPhase) -> PathBuf {
        self.beside("hooks").join(phase.name())
    }

    /// Writes a hook of a phase.
    pub(super) fn hook(&self, phase: HookPhase, name: &str, script: &str) -> PathBuf {
        let directory = self.phase(phase);
        fs::create_dir_all(&directory).unwrap();
        for path in [directory.parent().unwrap(), &directory] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let path = directory.join(name);
        write_program(&path, &format!("#!/bin/sh\n{script}\n"));
        path
    }

    pub(super) fn hooks(&self, phase: HookPhase) -> Step {
        let directory = self.beside("hooks");
        Step::RunHooks(RunHooks { phase, directory, from: Some(team(&Version::new(1, 2, 3))) })
    }

    /// A step before the commit that fails after it has seen whether the server runs.
    pub(super) fn failing(&self) -> Step {
        let control = self.beside("control");
        let seen = self.beside("seen");
        let script = format!("{} status; echo $? >> {}; exit 1", control.display(), seen.display());
        self.hook(HookPhase::AfterStop, "10-fails", &script);
        self.hooks(HookPhase::AfterStop)
    }

    /// What the failing step has seen: `3` for a server that did not run.
    pub(super) fn seen(&self) -> String {
        fs::read_to_string(self.beside("seen")).unwrap_or_default().trim().to_owned()
    }

    pub(super) fn host(&self, meter: Meter) -> Host {
        let territory = engine::own_territory(&prefix());
        Host::new(&self.root, territory, meter, Cancel::never()).unwrap()
    }

    /// A host on which waiting takes no time.
    pub(super) fn hurried(&self, meter: Meter) -> Host {
        Host { clock: Clock::fake(jiff::Timestamp::UNIX_EPOCH), ..self.host(meter) }
    }

    /// A host with these programs before those of the system.
    pub(super) fn host_with(&self, programs: &Path) -> Host {
        let mut path = vec![programs.to_owned()];
        path.extend(["/usr/local/bin", "/usr/bin", "/bin"].map(PathBuf::from));
        Host { exec: Exec::with_path(path), ..self.host(Meter::default()) }
    }

    pub(super) fn carry_out(&self, steps: Vec<Step>) -> (Outcome, Heard) {
        self.carry_out_on(&self.host(Meter::default()), steps)
    }

    pub(super) fn carry_out_on(&self, host: &Host, steps: Vec<Step>) -> (Outcome, Heard) {
        let mut heard = Heard::default();
        engine::prepare_state(&self.host(Meter::default()), &prefix()).unwrap();
        let lock = lock(host);
        let plan = self.plan(steps);
        let outcome = engine::carry_out(host, &lock, plan, &[], &mut heard).unwrap();
        (outcome, heard)
    }

    /// The world stops at one mutation; says whether it was reached.
    pub(super) fn crash_at(&self, at: u64, steps: Vec<Step>) -> bool {
        let meter = Meter::with_fault(at, Fault::Crash);
        let host = self.host(meter.clone());
        engine::prepare_state(&self.host(Meter::default()), &prefix()).unwrap();
        let lock = lock(&self.host(Meter::default()));
        let _stopped =
            engine::carry_out(&host, &lock, self.plan(steps), &[], &mut Heard::default());
        meter.count() > at
    }

    fn plan(&self, steps: Vec<Step>) -> Plan {
        let nobody = Owner { uid: 0, gid: 0 };
        let receipt = Receipt {
            schema: RECEIPT_SCHEMA,
            tool: "test".to_owned(),
            transaction: id(),
            app: prefix().app().clone(),
            release: team(&self.version),
            archive: ArchiveStamp { path: "/a.tar.gz".into(), size: 0, modified: 0, sha256: None },
            viewpoint: Viewpoint::ThisMachine,
            config: config(),
            placements: Vec::new(),
            owner: nobody,
            server: nobody,
            service: Service::None,
            overridden: Vec::new(),
            waived: Vec::new(),
            waivers: Vec::new(),
            proof: None,
        };
        let planned = |step| Planned { step, because: String::new() };
        let steps = steps.into_iter().map(planned).collect();
        let (prefix, intent) = (prefix(), Intent::Install);
        Plan { schema: PLAN_SCHEMA, id: id(), intent, prefix, steps, receipt }
    }

    /// Forgets the transaction, so that the next one may have its name.
    pub(super) fn forget(&self) {
        fs::remove_dir_all(self.root.join("var/opt/acme/mmembed/txn")).unwrap();
        fs::create_dir(self.root.join("var/opt/acme/mmembed/txn")).unwrap();
    }
}

/// Finishes what was left open; says how it ended, if there was anything.
pub(super) fn recover_on(host: &Host, wish: Wish) -> Option<Outcome> {
    let lock = lock(host);
    engine::recover(host, &lock, &prefix(), wish, &mut Heard::default()).unwrap()
}

/// The status of the ping of whoever listens on this port.
pub(super) fn ping_at(port: u16) -> Option<u16> {
    request(port, "GET", "/api/v4/system/ping", "").ok().map(|reply| reply.status)
}

fn config() -> RelPath {
    prefix().live().join("config/config.json")
}

/// Another test's child that is just being started holds the lock for an instant longer than its owner.
fn lock(host: &Host) -> Lock {
    loop {
        match Lock::acquire(&host.tree, &prefix().lock(), "a test") {
            Ok(lock) => return lock,
            Err(LockError::Held { .. }) => std::thread::sleep(Duration::from_millis(5)),
            Err(LockError::Path(error)) => panic!("{error}"),
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if self.runs() {
            let _killed = Command::new("kill").arg("-KILL").arg(self.pid().to_string()).status();
        }
    }
}
