//! The crash matrix: whatever stops a transaction, the host ends in the old state or in the new one.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use mmembed::engine::{self, Payload, Prepared, Undertaking as _};
use mmembed::host::{Cancel, Host, Meter};

use mmembed::model::{
    AppName, ArchiveStamp, Content, DatabaseUse, Edition, InstallWish, Intent, Overlay, Owner,
    PLAN_SCHEMA, PlaceName, Plan, Planned, Prefix, RECEIPT_SCHEMA, Receipt, Release, Secret,
    Service, Start, Step, Strength, TransactionId, Version, Viewpoint,
};

use tempfile::TempDir;

use crate::carry::Trees;
use crate::fakes::release::FixtureRelease;
use crate::support::crash::Scenario;
use crate::support::manifest::{Manifest, manifest_without};

pub fn prefix() -> Prefix {
    let app: AppName = "acme".parse().unwrap();
    let (opt, var) = (Prefix::usual_opt(&app), Prefix::usual_var(&app));
    Prefix::new(app, opt, var)
}

pub fn id() -> TransactionId {
    "20261123T205143Z-9f3a".parse().unwrap()
}

/// Three directories and a rename: a plan small enough to be read at a glance.
fn small_plan(root: &Path) -> Plan {
    let prefix = prefix();
    let staged = prefix.staged(&id());
    fs::create_dir_all(root.join(staged.join("bin").as_str())).unwrap();
    fs::write(root.join(staged.join("bin/mattermost").as_str()), "a server").unwrap();
    let content = Content::Anybody;
    let make = |path| Step::MakeDirectory { path, content, mode: 0o750, owner: None };
    let steps = [
        make(prefix.places()),
        make(prefix.places().join("data")),
        make(prefix.places().join("logs")),
        Step::Activate { staged, live: prefix.live(), maker: id(), retired: None },
    ];
    plan(prefix, steps.into())
}

pub fn plan(prefix: Prefix, steps: Vec<Step>) -> Plan {
    let nobody = Owner { uid: 0, gid: 0 };
    let receipt = Receipt {
        schema: RECEIPT_SCHEMA,
        tool: "test".to_owned(),
        transaction: id(),
        app: prefix.app().clone(),
        release: Release { version: Version::new(10, 11, 0), edition: Edition::Team },
        archive: ArchiveStamp { path: "/a.tar.gz".into(), size: 0, modified: 0, sha256: None },
        viewpoint: Viewpoint::ThisMachine,
        config: prefix.live().join("config/config.json"),
        placements: Vec::new(),
        owner: nobody,
        server: nobody,
        service: Service::None,
        overridden: Vec::new(),
        waived: Vec::new(),
        waivers: Vec::new(),
        proof: None,
    };
    let steps = steps.into_iter().map(|step| Planned { step, because: String::new() }).collect();
    Plan { schema: PLAN_SCHEMA, id: id(), intent: Intent::Install, prefix, steps, receipt }
}

fn scenario(
    build: impl Fn(&Path) -> (Plan, Vec<Payload>) + 'static,
    stride: (u64, u64),
    tear: usize,
) -> Scenario {
    Scenario {
        build: Box::new(build),
        unlooked: Vec::new(),
        in_memory: true,
        can_exchange: true,
        from: |_| 0,
        stride,
        tear,
    }
}

#[test]
fn a_small_plan_stopped_anywhere_is_old_or_new() {
    let points = scenario(|root| (small_plan(root), Vec::new()), (1, 1), 1).check_every_point();
    assert!(points > 20, "only {points} mutations were counted");
}

/// A tree with what people have put into it, and another one to which all of that goes.
fn replacement(root: &Path) -> (Plan, Vec<Payload>) {
    let trees = Trees::below(root);
    trees.live(
        Version::new(4, 10, 0),
        &["bin/platform", "client/root.html", "i18n/en.json", "logs/"],
    );
    trees.staged(
        Version::new(5, 9, 0),
        &["bin/mattermost", "client/root.html", "client/plugins/", "logs/"],
    );
    for (path, content) in [
        ("logs/mattermost.log", "a line"),
        ("client/plugins/com.example/main.js", "a plugin"),
        ("config/saml.key", "a key"),
        ("custom/deep/file", "a file"),
        ("i18n/en.json", "a changed text"),
        ("i18n/own.json", "a new text"),
    ] {
        trees.put(path, content);
    }
    std::os::unix::fs::symlink("nowhere", trees.in_live("dangling")).unwrap();
    let in_tree = ["logs", "client/plugins", "data"];
    (plan(prefix(), Trees::steps(&in_tree)), Vec::new())
}

fn replacement_scenario(can_exchange: bool) -> Scenario {
    // The stage is there from the beginning, and what becomes of it is nobody's concern once it is given up.
    let stage = "opt/acme/embedded/.mattermost.staged-20261123T205143Z-9f3a";
    Scenario { can_exchange, unlooked: vec![stage], ..scenario(replacement, (1, 4), 11) }
}

#[test]
fn a_tree_that_gives_way_to_another_one_stopped_anywhere_is_old_or_new() {
    let points = replacement_scenario(true).check_every_point();
    assert!(points > 40, "only {points} mutations were counted");
}

#[test]
fn a_tree_that_gives_way_without_exchange_stopped_anywhere_is_old_or_new() {
    let points = replacement_scenario(false).check_every_point();
    assert!(points > 40, "only {points} mutations were counted");
}

#[test]
fn a_tree_that_gives_way_step_by_step_twice_gives_way_once() {
    replacement_scenario(true).check_repetition();
    replacement_scenario(false).check_repetition();
}

/// A wish to install a release below a root without starting its server.
fn wish(root: &Path, archive: &Path) -> InstallWish {
    let set = |text: &str| (Strength::Default, Overlay::Set(Secret::new(text.to_owned())));
    InstallWish {
        app: "acme".parse().unwrap(),
        root: root.to_owned(),
        archive: archive.to_owned(),
        version: None,
        edition: None,
        sha256: None,
        overlays: vec![set("TeamSettings.SiteName=\"Acme\"")],
        policies: Vec::new(),
        places: Vec::new(),
        in_tree: vec![PlaceName::Plugins],
        config_file: None,
        owner: None,
        service_user: None,
        service: None,
        start: Start::Never,
        database: DatabaseUse::MustBeEmpty,
        env_files: Vec::new(),
    }
}

fn planned(wish: &InstallWish) -> (Plan, Vec<Payload>) {
    let resolved = engine::resolve(wish).unwrap();
    let territory = engine::own_territory(&resolved.request.prefix);
    let host = Host::new(&resolved.root, territory, Meter::default(), Cancel::never()).unwrap();
    match engine::prepare(&host, &resolved).unwrap() {
        Prepared::Plan { plan, findings } => {
            let fatal: Vec<_> = findings.iter().filter(|finding| finding.is_fatal()).collect();
            assert!(fatal.is_empty(), "{fatal:?}");
            (*plan, resolved.payloads())
        }
        Prepared::NothingToDo(_) => panic!("nothing to do on an empty host"),
    }
}

/// The head of an ELF program for x86-64 and nothing else, see elf(5).
fn program_head() -> Vec<u8> {
    let mut head = b"\x7fELF\x02\x01\x01".to_vec();
    head.resize(16, 0);
    // Type, machine, version; then the size of this very head.
    head.extend([2, 0, 62, 0, 1, 0, 0, 0]);
    head.resize(52, 0);
    head.extend([64, 0]);
    head.resize(64, 0);
    head
}

/// A release small enough to be unpacked thousands of times. Nobody starts its server.
pub(crate) fn tiny_release(directory: &Path) -> PathBuf {
    let path = directory.join("mattermost-team-5.9.0-linux-amd64.tar.gz");
    let gzip = GzEncoder::new(fs::File::create(&path).unwrap(), Compression::fast());
    let mut archive = tar::Builder::new(gzip);
    let program = program_head();
    let files: [(&str, u32, &[u8]); 6] = [
        ("bin/mattermost", 0o755, &program),
        ("client/root.html", 0o644, b"<html></html>"),
        ("config/config.json", 0o600, b"{\"TeamSettings\": {\"SiteName\": \"Mattermost\"}}"),
        ("fonts/nunito-bold.ttf", 0o644, b"font"),
        ("i18n/en.json", 0o644, b"[]"),
        ("templates/error.html", 0o644, b"<html></html>"),
    ];
    for (name, mode, content) in &files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(*mode);
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, format!("mattermost/{name}"), *content).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap();
    path
}

#[test]
fn an_installation_stopped_anywhere_is_old_or_new() {
    let directory = TempDir::new().unwrap();
    let archive = tiny_release(directory.path());
    let build = move |root: &Path| planned(&wish(root, &archive));
    let points = scenario(build, (1, 6), 7).check_every_point();
    assert!(points > 60, "only {points} mutations were counted");
}

#[test]
fn an_installation_repeated_step_by_step_is_the_same_installation() {
    let directory = TempDir::new().unwrap();
    let archive = tiny_release(directory.path());
    scenario(move |root: &Path| planned(&wish(root, &archive)), (1, 1), 1).check_repetition();
}

/// A wish to install a release and to start it. Everything that a start leaves to chance is given.
fn wish_to_start(root: &Path, archive: &Path) -> InstallWish {
    // The undo cannot reach a database of a driver that only the stand-in knows; it is no part of the host here.
    let database = root.with_file_name("database.json");
    let settings = [
        "SqlSettings.DriverName=\"file\"".to_owned(),
        format!("SqlSettings.DataSource=\"{}\"", database.display()),
        format!("SqlSettings.AtRestEncryptKey=\"{}\"", "k".repeat(32)),
        format!("FileSettings.PublicLinkSalt=\"{}\"", "s".repeat(32)),
        "ServiceSettings.ListenAddress=\"127.0.0.1:1\"".to_owned(),
    ];
    let set = |text| (Strength::Default, Overlay::Set(Secret::new(text)));
    InstallWish {
        overlays: settings.into_iter().map(set).collect(),
        policies: Vec::new(),
        service_user: Some(mmembed::host::current_owner().to_string()),
        start: Start::Prove { within: Duration::from_secs(60) },
        ..wish(root, archive)
    }
}

#[test]
fn an_installation_stopped_while_its_server_is_proven_is_old_or_new() {
    let directory = TempDir::new().unwrap();
    let stand_in = env!("CARGO_BIN_EXE_stand-in");
    let archive = FixtureRelease::new("10.11.0", stand_in).small_files(5).build(directory.path());
    let build = move |root: &Path| planned(&wish_to_start(root, &archive));
    let scenario = Scenario {
        unlooked: vec!["var/opt/acme/mattermost/logs", "var/opt/acme/mmembed/receipt.json"],
        in_memory: false,
        // What comes before the server is started is the business of the other matrices.
        from: |points| points.saturating_sub(75),
        ..scenario(build, (3, 8), 40)
    };
    scenario.check_every_point();
}

/// The harness stops the world by an error; a kill is a kill. The program itself is killed at some of its mutations,
/// and the next run, which knows nothing of the first, has to end where an undisturbed one ends.
#[test]
fn an_installation_killed_with_sigkill_is_finished_by_the_next_one() {
    let directory = TempDir::new().unwrap();
    let archive = tiny_release(directory.path());
    let install = |root: &Path, kill_at: Option<u64>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mmembed"));
        command.args(["install", "--app", "acme", "--no-start", "--json", "--root"]);
        command.arg(root).arg("--release").arg(&archive).env_clear();
        if let Some(at) = kill_at {
            command.env("MMEMBED_TEST_KILL_AT", at.to_string());
        }
        command.output().unwrap()
    };
    let undisturbed = directory.path().join("undisturbed");
    fs::create_dir(&undisturbed).unwrap();
    assert!(install(&undisturbed, None).status.success());
    let (mut killed, mut at) = (0, 0);
    loop {
        let root = directory.path().join(format!("killed-{at}"));
        fs::create_dir(&root).unwrap();
        let output = install(&root, Some(at));
        if output.status.success() {
            break;
        }
        assert_eq!(output.status.signal(), Some(9), "killed at {at}");
        killed += 1;
        let again = install(&root, None);
        assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
        assert_eq!(look(&root), look(&undisturbed), "killed at {at}");
        at += 7;
    }
    assert!(killed > 10, "only {killed} runs were killed");
}

/// What an installation comes to, whatever its transaction is called.
fn look(root: &Path) -> Manifest {
    let receipt = fs::read_to_string(root.join("var/opt/acme/mmembed/receipt.json")).unwrap();
    let receipt: serde_json::Value = serde_json::from_str(&receipt).unwrap();
    let id = receipt["transaction"].as_str().unwrap();
    let state = "var/opt/acme/mmembed";
    manifest_without(root, &[&format!("{state}/lock"), &format!("{state}/txn")], &[id])
}
