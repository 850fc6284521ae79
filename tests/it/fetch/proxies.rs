//! Proxies are what the environment says: each test has a process of its own, because that is where an environment belongs.

use std::path::PathBuf;
use std::process::Command;

use mmembed::host::{Cancel, Clock, Network, NetworkSettings, Proxies};
use tempfile::TempDir;

use super::world::words;
use crate::fakes::mirror::Mirror;
use crate::fakes::mirror::authority::Authority;
use crate::fakes::proxy::Proxy;

/// What the child is told, and only it.
const URL: &str = "MMEMBED_TEST_URL";
const CA_FILE: &str = "MMEMBED_TEST_CA_FILE";
const PROXIES: &str = "MMEMBED_TEST_PROXIES";

/// Asks as the environment says, and prints what came.
#[test]
#[ignore = "it is run by the others here, each time with another environment"]
fn ask_as_the_environment_says() {
    let Ok(url) = std::env::var(URL) else {
        return;
    };
    let proxies =
        if std::env::var(PROXIES).is_ok() { Proxies::Never } else { Proxies::FromEnvironment };
    let ca_file = std::env::var_os(CA_FILE).map(PathBuf::from);
    let settings = NetworkSettings { ca_file, proxies, ..NetworkSettings::default() };
    let network = Network::new(settings, Clock::system(), Cancel::never()).unwrap();
    match network.small(&url, 1000) {
        Ok(content) => println!("came: {}", String::from_utf8_lossy(&content)),
        Err(error) => println!("refused: {}", words(&error)),
    }
}

/// What a process says with these variables.
fn ask(url: &str, variables: &[(&str, &str)]) -> String {
    let directory = TempDir::new().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    let output = command
        .args(["--exact", "fetch::proxies::ask_as_the_environment_says"])
        .args(["--ignored", "--nocapture"])
        .env(URL, url)
        .env(CA_FILE, Authority::of_tests().file_in(directory.path()))
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn mirror() -> Mirror {
    let mirror = Mirror::start();
    mirror.serve("/x", b"content".to_vec());
    mirror
}

#[test]
fn the_proxy_of_the_environment_is_used_without_being_trusted() {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let (mirror, proxy) = (mirror(), Proxy::start());
        let said = ask(&mirror.url("/x"), &[(name, &proxy.url())]);
        assert!(said.contains("came: content"), "{said}");
        // It only ever saw who is asked: the rest was said behind TLS.
        assert_eq!(proxy.asked(), [mirror.address()]);
    }
}

#[test]
fn hosts_that_are_excepted_are_asked_directly() {
    let (mirror, proxy) = (mirror(), Proxy::start());
    let url = proxy.url();
    for (host, exception) in [
        ("127.0.0.1", ("NO_PROXY", "example.org,127.0.0.1")),
        ("127.0.0.1", ("no_proxy", "127.0.0.0/8")),
        ("localhost", ("NO_PROXY", "localhost")),
        // Hosts without a name are none that the star means.
        ("localhost", ("NO_PROXY", "*")),
        ("localhost", (PROXIES, "never")),
    ] {
        let said = ask(&mirror.url_at(host, "/x"), &[("HTTPS_PROXY", &url), exception]);
        assert!(said.contains("came: content"), "{said}");
    }
    assert_eq!(proxy.asked(), Vec::<String>::new());
}

#[test]
fn a_proxy_that_refuses_is_told_apart() {
    for status in ["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"] {
        let (mirror, proxy) = (mirror(), Proxy::refusing(status));
        let url = proxy.url().replace("http://", "http://user:canary@");
        let said = ask(&mirror.url("/x"), &[("HTTPS_PROXY", &url)]);
        let part = format!("refused: the proxy gives no way through to {}", mirror.address());
        assert!(said.contains(&part), "{said}");
        assert!(!said.contains("canary"), "{said}");
        assert_eq!(mirror.questions(), []);
    }
}
