//! What the running server answers.

use serde_json::{Value, json};

use super::{Installation, release};

#[test]
fn the_ping_of_each_era_has_its_body_and_its_version_header() {
    let none: &[&str] = &[];
    let six = &[
        "AndroidLatestVersion",
        "AndroidMinVersion",
        "DesktopLatestVersion",
        "DesktopMinVersion",
        "IosLatestVersion",
        "IosMinVersion",
    ][..];
    let four =
        &["AndroidLatestVersion", "AndroidMinVersion", "IosLatestVersion", "IosMinVersion"][..];
    for (version, keys, header) in [
        ("3.10.3", none, "3.10.0.3.10.3."),
        ("4.2.0", six, "4.2.0.4.2.0."),
        ("4.10.0", six, "4.10.0.4.10.0."),
        ("5.37.0", six, "5.37.0.5.37.0."),
        ("6.3.0", four, "6.3.0.6.3.0."),
        ("7.8.0", four, "7.8.0.7.8.0."),
        ("10.11.4", four, "10.11.4.10.11.4."),
    ] {
        let installation = Installation::of(&release(version));
        let mut server = installation.start();
        let reply = server.wait_until_ready();
        let mut wanted: Vec<&str> = keys.to_vec();
        wanted.push("status");
        let body = reply.json();
        let got: Vec<&String> = body.as_object().unwrap().keys().collect();
        assert_eq!(got, wanted, "{version}");
        assert_eq!(body["status"], "OK");
        let id = reply.header("x-version-id").unwrap();
        let (hash, licensed) = id.strip_prefix(header).unwrap().split_once('.').unwrap();
        assert_eq!((hash.len(), licensed), (32, "false"), "{version}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
    }
}

#[test]
fn server_status_is_told_from_5_14_on() {
    for (version, told) in [("5.9.0", false), ("5.30.0", true), ("7.8.0", true), ("11.7.0", true)] {
        let installation = Installation::of(&release(version));
        let mut server = installation.start();
        server.wait_until_ready();
        let reply = server.get("/api/v4/system/ping?get_server_status=true").unwrap();
        let wanted = told.then(|| json!("OK"));
        for key in ["database_status", "filestore_status"] {
            assert_eq!(reply.json().get(key), wanted.as_ref(), "{version}");
            assert_eq!(reply.header(key), told.then_some("OK"), "{version}");
        }
    }
}

#[test]
fn server_status_is_bad_when_the_database_is_gone() {
    let installation = Installation::of(&release("7.8.0"));
    let mut server = installation.start();
    server.wait_until_ready();
    std::fs::write(installation.database_file(), "no JSON").unwrap();
    let reply = server.get("/api/v4/system/ping?get_server_status=true").unwrap();
    assert_eq!(reply.status, 500);
    assert_eq!(reply.json()["database_status"], "UNHEALTHY");
    assert_eq!(server.get("/api/v4/system/ping").unwrap().status, 200);
}

#[test]
fn the_old_ping_lives_until_4_10_where_a_fresh_configuration_has_it_off() {
    for (version, status) in
        [("3.10.3", 200), ("4.2.0", 200), ("4.10.0", 501), ("5.3.0", 404), ("7.8.0", 404)]
    {
        let installation = Installation::of(&release(version));
        let mut server = installation.start();
        server.wait_until_ready();
        let reply = server.get("/api/v3/general/ping").unwrap();
        assert_eq!(reply.status, status, "{version}");
        assert!(reply.header("X-Version-Id").is_some(), "{version}");
        if status == 200 {
            assert!(reply.json()["server_time"].as_str().unwrap().parse::<u64>().is_ok());
        }
        let kind = reply.header("Content-Type").unwrap();
        assert_eq!(kind.starts_with("text/plain"), matches!(version, "5.3.0"), "{version}");
    }
}

#[test]
fn at_3_5_there_is_only_the_old_ping() {
    let installation = Installation::of(&release("3.5.1"));
    let server = installation.start();
    let begun = std::time::Instant::now();
    let reply = loop {
        match server.get("/api/v4/system/ping") {
            Ok(reply) => break reply,
            Err(error) => assert!(begun.elapsed().as_secs() < 20, "{error}"),
        }
    };
    assert_eq!((reply.status, reply.header("X-Version-Id")), (404, None));
    let id = server.get("/api/v3/general/ping").unwrap().header("X-Version-Id").map(str::to_owned);
    assert_eq!(id.unwrap().rsplit('.').next().unwrap().len(), 32, "no licence at the end yet");
}

#[test]
fn at_5_3_and_5_9_the_port_opens_with_404() {
    for version in ["5.3.0", "5.9.0"] {
        let installation =
            Installation::of(&release(version).timings(|timings| timings.not_found_ms = 300));
        let mut server = installation.start();
        let begun = std::time::Instant::now();
        let first = loop {
            match server.get("/api/v4/system/ping") {
                Ok(reply) => break reply.status,
                Err(error) => assert!(begun.elapsed().as_secs() < 20, "{error}"),
            }
        };
        assert_eq!(first, 404, "{version}");
        assert_eq!(server.wait_until_ready().status, 200);
    }
}

#[test]
fn the_client_configuration_and_the_page_tell_the_version() {
    for version in ["3.10.3", "6.3.0", "11.7.0"] {
        let installation = Installation::of(&release(version));
        let mut server = installation.start();
        server.wait_until_ready();
        let config = server.get("/api/v4/config/client?format=old").unwrap().json();
        assert_eq!(config["BuildNumber"], version);
        let page = server.get("/").unwrap();
        assert!(page.body.contains(version), "{}", page.body);
    }
}

#[test]
fn rows_are_made_and_counted() {
    let installation = Installation::of(&release("10.11.0"));
    let mut server = installation.start();
    server.wait_until_ready();
    let post = server.post("/api/v4/posts", &json!({ "message": "grüße ✓" })).unwrap();
    assert_eq!(post.status, 201);
    assert_eq!(post.json()["message"], "grüße ✓");
    assert_eq!(server.post("/api/v4/users", &json!({ "username": "ada" })).unwrap().status, 201);
    assert_eq!(server.post("/api/v4/posts", &Value::from("no object")).unwrap().status, 400);
    assert_eq!(server.get("/api/v4/posts/count").unwrap().json()["count"], 1);
    assert_eq!(server.get("/api/v4/users/count").unwrap().json()["count"], 1);
}

/// A server answers a moment before it has written that it does.
fn once_listening(read: &dyn Fn() -> String) -> String {
    for _ in 0..1000 {
        let text = read();
        if text.contains("Server is listening on") {
            return text;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("it never said so:\n{}", read());
}

#[test]
fn the_log_of_each_era_says_when_it_listens() {
    for (version, form) in [
        ("3.10.3", "] [INFO] Server is listening on"),
        ("5.37.0", "\"ts\":"),
        ("6.3.0", "{\"timestamp\":\""),
    ] {
        let installation = Installation::of(&release(version));
        let mut server = installation.start();
        server.wait_until_ready();
        let log = installation.root.join("logs/mattermost.log");
        for text in [
            once_listening(&|| server.console()),
            once_listening(&|| std::fs::read_to_string(&log).unwrap_or_default()),
        ] {
            let line = text.lines().find(|line| line.contains("Server is listening on")).unwrap();
            assert!(line.contains(form), "{version}: {line}");
            assert!(text.contains("Current version is "), "{version}");
        }
    }
}

#[test]
fn a_request_in_pieces_and_a_second_one_on_the_same_connection_are_answered() {
    use std::io::{Read as _, Write as _};
    let installation = Installation::of(&release("7.8.0"));
    let mut server = installation.start();
    server.wait_until_ready();
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", installation.port)).unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in
        ["POST /api/v4/pos", "ts HTTP/1.1\r\nContent-Le", "ngth: 15\r\n\r\n{\"mess", "age\":\"x\"}"]
    {
        stream.write_all(piece.as_bytes()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    stream.write_all(b"GET /api/v4/posts/count HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 201 Created\r\n"), "{text}");
    assert!(text.ends_with("{\"count\":1}"), "{text}");
}
