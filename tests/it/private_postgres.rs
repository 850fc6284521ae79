//! The private PostgreSQL cluster of the tests.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::fakes::postgres;

#[test]
fn every_database_is_fresh_and_reached_by_its_url() {
    let (one, two) = (postgres::database(), postgres::database());
    one.connect().batch_execute("CREATE TABLE t (n int); INSERT INTO t VALUES (7)").unwrap();
    assert_eq!(one.tables(), ["t"]);
    assert!(two.tables().is_empty());
    let mut client = ::postgres::Client::connect(
        &one.url().replace("&connect_timeout=10", ""),
        ::postgres::NoTls,
    )
    .unwrap();
    assert_eq!(client.query_one("SELECT n FROM t", &[]).unwrap().get::<_, i32>(0), 7);
    drop(client);
    assert_eq!(one.copy().value("SELECT n FROM t").as_deref(), Some("7"));
    let role = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user";
    assert_eq!(one.value(role).as_deref(), Some("f"));
}

#[test]
fn a_wrong_password_is_refused() {
    let url = postgres::database().url();
    let (before, after) = url.split_once('@').unwrap();
    let (user, _) = before.rsplit_once(':').unwrap();
    assert!(
        ::postgres::Client::connect(&format!("{user}:wrong@{after}"), ::postgres::NoTls).is_err()
    );
}

/// Not a test: run by the next one, in a process of its own, to be killed.
#[test]
#[ignore = "runs until it is killed"]
fn holds_a_cluster_open() {
    println!("port={}", postgres::database().port);
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn a_cluster_does_not_outlive_a_killed_test() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "private_postgres::holds_a_cluster_open", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut ports = lines
        .filter_map(|line| line.split_once("port=").map(|(_, port)| port.parse::<u16>().unwrap()));
    let port = ports.next().expect("it says where its cluster is");
    let home = std::env::temp_dir().join(format!("mmembed-postgres-{}", child.id()));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok() && home.is_dir());
    child.kill().unwrap();
    child.wait().unwrap();
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_ok() || home.exists() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the cluster lives on");
        std::thread::sleep(Duration::from_millis(20));
    }
}
