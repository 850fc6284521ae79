//! `mmembed backup` from outside.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::site::{Site, assert_no_secret};

fn json(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn made_listed_checked_and_removed() {
    let site = Site::new();
    site.database.connect().batch_execute("CREATE TABLE posts (id int)").unwrap();
    let made = site.run(&["backup", "create", "--json", "--verify-restore", "--data", "copy"]);
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    let first = json(&made)["backups"][0].clone();
    assert_eq!(first["content"]["database"]["driver"], "postgres");
    assert_eq!(first["content"]["restore_verified"], true);
    for _ in 0..2 {
        assert_eq!(site.run(&["backup", "create"]).status.code(), Some(0));
    }
    let list = site.run(&["backup", "list"]);
    let text = String::from_utf8(list.stdout).unwrap();
    assert_eq!(text.matches("postgres database").count(), 3, "{text}");
    let verified = site.run(&["backup", "verify", first["id"].as_str().unwrap()]);
    assert_eq!(verified.status.code(), Some(0), "{verified:?}");

    let pruned = site.run(&["backup", "prune", "--keep", "2", "--json"]);
    assert_eq!(json(&pruned)["backups"][0]["id"], first["id"]);
    assert_eq!(site.backups().len(), 2);
    let pruned = site.run(&["backup", "prune", "--keep", "2", "--json"]);
    assert_eq!(json(&pruned)["ending"], "nothing-to-do");
}

#[test]
fn where_there_is_none() {
    let site = Site::new();
    let none = site.run(&["backup", "list", "--json"]);
    assert_eq!(
        (none.status.code(), &json(&none)["ending"]),
        (Some(0), &Value::from("nothing-to-do"))
    );
    let none = site.run(&["backup", "verify"]);
    assert_eq!(none.status.code(), Some(3), "{none:?}");
}

#[test]
fn a_damaged_one_is_refused_with_the_code_for_what_did_not_pass() {
    let site = Site::new();
    assert_eq!(site.run(&["backup", "create"]).status.code(), Some(0));
    let place = site.at(&site.prefix.backups()).join(&site.backups()[0]);
    fs::write(place.join("ledger.json"), "{ }").unwrap();
    let verified = site.run(&["backup", "verify"]);
    assert_eq!(verified.status.code(), Some(8));
    let words = String::from_utf8(verified.stderr).unwrap();
    assert!(words.contains("ledger.json has 3 bytes instead of 2"), "{words}");
}

#[test]
fn nothing_is_saved_or_removed_while_a_transaction_is_open_that_cannot_be_finished() {
    let site = Site::new();
    let id = "20261124T000000Z-0001";
    let directory = site.at(&site.prefix.transactions()).join(id);
    fs::create_dir(&directory).unwrap();
    // As the journal has it: one record with its checksum, which any plan begins with.
    let host = site.host();
    let record = mmembed::journal::Record::Begun {
        plan: mmembed::model::Sha256Digest::of(b"plan"),
        steps: 1,
    };
    drop(host);
    fs::write(directory.join("journal.jsonl"), mmembed::journal::encode(&record)).unwrap();
    for words in [["backup", "create"], ["backup", "prune"]] {
        let output = site.run(&words);
        assert_eq!(output.status.code(), Some(5), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(id) && said.contains("open"), "{said}");
    }
    assert_eq!(site.run(&["backup", "list"]).status.code(), Some(0));
}

/// Who lists processes sees no password, and who wants it to stop is heard.
/// Is this database named there, and not one whose name only begins so?
fn names(variables: &[u8], database: &str) -> bool {
    let length = database.len();
    variables
        .windows(length + 1)
        .any(|it| &it[..length] == database.as_bytes() && !it[length].is_ascii_digit())
}

#[test]
fn arguments_hold_no_password_and_an_interrupt_leaves_nothing() {
    let site = Site::new();
    // A lock that the dump waits for.
    let mut client = site.database.connect();
    client.batch_execute("CREATE TABLE posts (id int)").unwrap();
    let mut holder = client.transaction().unwrap();
    holder.batch_execute("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE").unwrap();
    let mut child = site
        .command(&["backup", "create"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let mut seen = false;
    while !seen {
        assert!(begun.elapsed() < Duration::from_secs(60), "no dump was seen");
        for entry in fs::read_dir("/proc").unwrap() {
            let path = entry.unwrap().path();
            let words = fs::read(path.join("cmdline")).unwrap_or_default();
            let text = String::from_utf8_lossy(&words);
            let variables = fs::read(path.join("environ")).unwrap_or_default();
            let is_ours = names(&variables, &site.database.name);
            if text.contains("pg_dump") && is_ours {
                assert_no_secret("the arguments of pg_dump", &words);
                seen = text.contains("--schema") || seen;
            }
        }
    }
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&child),
        rustix::process::Signal::INT,
    )
    .unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(3));
    assert_eq!(site.backups(), [""; 0]);
    holder.commit().unwrap();
}

#[test]
fn files_of_the_state_are_for_their_owner_only() {
    let site = Site::new();
    assert_eq!(site.run(&["backup", "create"]).status.code(), Some(0));
    let place = site.at(&site.prefix.backups());
    assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o700);
    let state = fs::read_dir(site.at(&site.prefix.state())).unwrap();
    let mut names: Vec<_> =
        state.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["applied", "backups", "ledger.json", "lock", "receipt.json", "txn"]);
}
