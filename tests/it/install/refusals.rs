//! Wrong wishes: each is refused with a reason and a way on, and nothing is changed.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::world::{World, is_root, release};

/// Refused within seconds, with all of these words, a hint, and an unchanged host.
#[track_caller]
fn refused(world: &World, words: &[String], code: i32, saying: &[&str]) {
    let (host, content) = (world.host(), world.database_content());
    let begun = Instant::now();
    let said = world.run(words).expect(code).saying(saying);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(said.stderr.contains("now:") && said.stderr.contains("next:"), "{}", said.stderr);
    assert_eq!(world.host(), host);
    assert_eq!(world.database_content(), content);
    world.assert_nothing_runs();
    // The same for programs.
    let mut words = words.to_vec();
    words.push("--json".into());
    let said = world.run(&words).expect(code);
    let report = said.json();
    assert_eq!(report["schema"], 1);
    assert!(report["failure"]["next"].as_str().is_some_and(|next| !next.is_empty()), "{report}");
    assert!(said.stderr.is_empty(), "{}", said.stderr);
}

fn written(world: &World, name: &str, content: &[u8]) -> PathBuf {
    let path = world.beside(name);
    fs::write(&path, content).unwrap();
    path
}

/// The bytes of a `.tar.gz` with these files.
fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(gzip);
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o755);
        archive.append_data(&mut header, name, *content).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

#[test]
fn an_archive_that_is_not_the_release_is_refused() {
    let world = World::new();
    let good = world.archive(&release("10.11.0"));
    let bytes = fs::read(&good).unwrap();
    let name = "mattermost-team-10.10.0-linux-amd64.tar.gz";

    let missing = world.beside(name);
    refused(&world, &world.install_words(&missing, &[]), 3, &[name, "No such file"]);
    let sum = "0".repeat(64);
    let words = world.install_words(&good, &["--sha256", &sum]);
    refused(&world, &words, 7, &["mattermost-team-10.11.0", &sum, "SHA-256"]);
    let half = written(&world, name, bytes.get(..bytes.len() / 2).unwrap());
    refused(&world, &world.install_words(&half, &[]), 7, &[name, "(rule "]);
    let text = written(&world, name, b"404 not found\n");
    refused(&world, &world.install_words(&text, &[]), 7, &[name, "(rule "]);
    let other = written(&world, name, &packed(&[("nginx/bin/nginx", b"\x7fELF")]));
    refused(&world, &world.install_words(&other, &[]), 7, &[name, "(rule "]);
    let empty = written(&world, name, b"");
    refused(&world, &world.install_words(&empty, &[]), 7, &[name, "(rule "]);
    fs::remove_file(&missing).unwrap();
    fs::create_dir(&missing).unwrap();
    refused(&world, &world.install_words(&missing, &[]), 3, &[name, "not a regular file"]);
}

#[test]
fn an_archive_that_may_not_be_read_is_refused() {
    if is_root() {
        eprintln!("skipped: root may read everything");
        return;
    }
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    fs::set_permissions(&archive, fs::Permissions::from_mode(0o000)).unwrap();
    refused(&world, &world.install_words(&archive, &[]), 3, &["mattermost-team-10.11.0", "denied"]);
}

#[test]
fn a_name_and_an_edition_have_to_tell_the_truth() {
    let world = World::new();
    let good = world.archive(&release("10.11.0"));
    let nameless = world.beside("chat.tar.gz");
    fs::copy(&good, &nameless).unwrap();
    let words = world.install_words(&nameless, &[]);
    refused(&world, &words, 3, &["chat.tar.gz", "--release-version", "--edition"]);
    let words = world.install_words(&good, &["--release-version", "9.9.9"]);
    refused(&world, &words, 3, &["9.9.9", "10.11.0"]);
    let words = world
        .install_words(&nameless, &["--release-version", "10.11.0", "--edition", "enterprise"]);
    refused(&world, &words, 7, &["team", "enterprise"]);
    let words =
        world.install_words(&nameless, &["--release-version", "9.11.0", "--edition", "team"]);
    refused(&world, &words, 7, &["10.11.0", "9.11.0"]);
    let more = ["--release-version", "10.11.0", "--edition", "team"];
    world.install(&nameless, &more).expect(0);
}

#[test]
fn a_server_for_another_machine_is_refused() {
    let world = World::new();
    let good = world.archive(&release("10.11.0"));
    // AArch64 is 183, x86-64 is 62.
    for (version, machine) in [("10.11.0", 183_u16), ("5.9.0", 183)] {
        let tree = release(version).unpack(&world.beside(""));
        let program = tree.join("bin/mattermost");
        let mut bytes = fs::read(&program).unwrap();
        bytes.get_mut(0x12..0x14).unwrap().copy_from_slice(&machine.to_le_bytes());
        fs::write(&program, bytes).unwrap();
        let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut archive = tar::Builder::new(gzip);
        archive.append_dir_all("mattermost", &tree).unwrap();
        let bytes = archive.into_inner().unwrap().finish().unwrap();
        fs::remove_dir_all(&tree).unwrap();
        let name = format!("mattermost-team-{version}-linux-arm64.tar.gz");
        let path = written(&world, &name, &bytes);
        refused(&world, &world.install_words(&path, &[]), 7, &["aarch64", "x86_64"]);
    }
    drop(good);
}

#[test]
fn an_overlay_or_a_setting_that_cannot_be_used_is_refused() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let with = |content: &str| {
        let path = written(&world, "bad.json", content.as_bytes());
        world.install_words(&archive, &["--config-overlay", path.to_str().unwrap()])
    };
    refused(&world, &with("{\n  \"TeamSettings\": {,}\n}"), 3, &["bad.json", "2:20"]);
    refused(&world, &with("[]"), 3, &["bad.json"]);
    refused(&world, &with(""), 3, &["bad.json"]);
    let words = with(r#"{"TeamSettings": {"MaxUsersPerTeam": "many"}}"#);
    refused(&world, &words, 3, &["TeamSettings.MaxUsersPerTeam", "C-TYPE"]);
    let words = world.install_words(&archive, &["--config-overlay", "/nowhere/overlay.json"]);
    refused(&world, &words, 3, &["/nowhere/overlay.json", "No such file"]);
    for set in
        ["TeamSettings.SiteName=Acme", "TeamSettings.SiteName", "=1", "TeamSettings.SiteName="]
    {
        refused(&world, &world.install_words(&archive, &["--set", set]), 3, &["--set", "JSON"]);
    }
}

#[test]
fn an_unknown_setting_is_warned_of_and_installed() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let more = ["--set", "TeamSettings.SiteNane=\"Acme\""];
    let said = world.install(&archive, &more).expect(0);
    said.saying(&["warning", "TeamSettings.SiteNane", "did you mean TeamSettings.SiteName?"]);
}

#[test]
fn an_occupied_port_is_refused_and_its_holder_named() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let _holder = TcpListener::bind(("127.0.0.1", world.port)).unwrap();
    let (port, pid) = (world.port.to_string(), std::process::id().to_string());
    refused(&world, &world.install_words(&archive, &[]), 3, &[&port, &pid, "fatal"]);
}

#[test]
fn a_certificate_that_is_not_there_is_found_before_the_start_in_the_dark_hides_it() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let (cert, key) = (written(&world, "cert.pem", b"x"), world.beside("key.pem"));
    let mut overlay = world.overlay();
    overlay["ServiceSettings"]["ConnectionSecurity"] = json!("TLS");
    overlay["ServiceSettings"]["TLSCertFile"] = json!(cert);
    overlay["ServiceSettings"]["TLSKeyFile"] = json!(key);
    world.write_overlay("overlay.json", &overlay);
    let words = world.install_words(&archive, &["--dry-run"]);
    refused(&world, &words, 3, &["ServiceSettings.TLSKeyFile", key.to_str().unwrap(), "tls-file"]);
    fs::write(&key, "x").unwrap();
    world.run(&words).expect(10);
    fs::remove_file(&cert).unwrap();
    world.run(&words).expect(3).saying(&["ServiceSettings.TLSCertFile", "no such file"]);
    // Who has it made needs none.
    let more = ["--dry-run", "--set", "ServiceSettings.UseLetsEncrypt=true"];
    world.install(&archive, &more).expect(10);
}

#[test]
fn a_database_that_does_not_let_the_server_in_is_refused_at_once() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let url = world.database.url();
    let closed = crate::fakes::port::free_port();
    let name = &world.database.name;
    let cases = [
        (url.replace(&format!(":{}/", world.database.port), &format!(":{closed}/")), "refused"),
        (url.replace("p%40ss", "wrong"), "password"),
        (url.replace(&format!("/{name}?"), "/nowhere?"), "nowhere"),
        ("postgres://%zz".to_owned(), "DataSource"),
    ];
    for (source, word) in cases {
        let mut overlay = world.overlay();
        overlay["SqlSettings"]["DataSource"] = json!(source);
        world.write_overlay("overlay.json", &overlay);
        refused(&world, &world.install_words(&archive, &[]), 3, &[word, "→"]);
    }
    let mut overlay = world.overlay();
    overlay["SqlSettings"] = json!({});
    world.write_overlay("overlay.json", &overlay);
    refused(&world, &world.install_words(&archive, &[]), 3, &["SqlSettings.DataSource", "--set"]);
}

#[test]
fn a_database_that_is_not_empty_is_refused_unless_it_is_accepted() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    world.database.connect().batch_execute("CREATE TABLE own (number integer)").unwrap();
    let words = world.install_words(&archive, &[]);
    refused(&world, &words, 3, &["not empty", "--use-existing-database", &world.database.name]);
    world.install(&archive, &["--use-existing-database"]).expect(0);
    assert!(world.database.tables().contains(&"own".to_owned()));
}

#[test]
fn a_root_or_a_user_that_is_not_there_is_refused() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let mut words = world.install_words(&archive, &[]);
    let at = words.iter().position(|word| word == "--root").unwrap() + 1;
    "/nowhere/at/all".clone_into(words.get_mut(at).unwrap());
    refused(&world, &words, 3, &["/nowhere/at/all"]);
    let words = world.install_words(&archive, &["--service-user", "nobody-of-that-name"]);
    refused(&world, &words, 3, &["nobody-of-that-name"]);
    let words = world.install_words(&archive, &["--place", "data=/srv/x", "--keep-in-tree=data"]);
    refused(&world, &words, 3, &["data"]);
}

#[test]
fn a_root_that_may_not_be_written_is_refused() {
    if is_root() {
        eprintln!("skipped: root may write everywhere");
        return;
    }
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    for path in ["opt", "var/opt/acme"] {
        let path = world.below(path);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o555)).unwrap();
        let said = world.install(&archive, &[]);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        assert!([Some(3), Some(4)].contains(&said.code), "{}", said.all());
        said.saying(&[path.to_str().unwrap(), "denied", "now:", "next:"]);
    }
}

#[test]
fn a_tree_that_somebody_else_put_there_is_left_alone() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let live = world.below(crate::support::world::LIVE);
    fs::create_dir_all(&live).unwrap();
    fs::write(live.join("mine"), "mine").unwrap();
    refused(&world, &world.install_words(&archive, &[]), 3, &["did not install", "mmembed adopt"]);
}

#[test]
fn words_that_make_no_sense_are_a_matter_of_usage() {
    let world = World::new();
    let cases: [(&[&str], &str); 6] = [
        (&["install", "--release", "x.tar.gz"], "--app"),
        (&["install", "--app", "acme"], "--release"),
        (&["install", "--app", "../acme", "--release", "x"], "host application"),
        (&["status", "--app", "acme", "--wrong"], "--wrong"),
        (&["instal"], "install"),
        (&["install", "--app", "acme", "--release", "x", "--place", "date=/x"], "date"),
    ];
    for (words, saying) in cases {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        world.run(&words).expect(2).saying(&[saying]);
    }
}

#[test]
fn of_two_installations_at_once_one_waits_for_nobody() {
    let world = World::new();
    let slow = release("10.11.0").fault(crate::fakes::trailer::Fault::SlowStart(3000));
    let archive = world.archive(&slow);
    let words = world.install_words(&archive, &[]);
    let mut first = World::command(&words)
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    wait_for(|| !world.running_servers().is_empty());
    let holder = format!("process {} since ", first.id());
    let said = world.run(&words).expect(6).saying(&[&holder, "now:", "next:"]);
    assert!(!Path::new(&said.stdout).exists());
    assert_eq!(first.wait().unwrap().code(), Some(0));
    world.assert_nothing_runs();
    world.install(&archive, &[]).expect(0).saying(&["nothing to do"]);
}

/// Waits for something that another process does.
pub(super) fn wait_for(mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}
