//! The readers of data sources on any text, for both drivers: they never panic, what they have understood says the same when
//! it is written anew, and no password gets to where it can be seen.
#![no_main]

use std::fmt::Write as _;

use libfuzzer_sys::fuzz_target;
use mmembed::database::{
    Address, DataSource, Endpoint, Engine, Mysql, Psql, dump, ping, read_data_source,
};
use mmembed::model::{Secret, redact};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

fuzz_target!(|text: &str| {
    for driver in ["postgres", "mysql"] {
        let DataSource::Known(endpoint) = (match read_data_source(driver, text) {
            Ok(read) => read,
            Err(_) => continue,
        }) else {
            panic!("{driver} is not known");
        };
        read_again(driver, &endpoint);
        hide(&endpoint);
        mask(&endpoint);
    }
});

fn read_again(driver: &str, endpoint: &Endpoint) {
    let written = match endpoint.engine {
        Engine::Postgres => Some(key_values(endpoint)),
        Engine::MySql => mysql(endpoint),
    };
    if let Some(written) = written {
        let again = read_data_source(driver, &written);
        assert_eq!(again, Ok(DataSource::Known(endpoint.clone())));
    }
}

/// In the key=value form of PostgreSQL, which can say everything.
fn key_values(endpoint: &Endpoint) -> String {
    let mut text = String::new();
    let mut set = |name: &str, value: &str| {
        let quoted = value.replace('\\', r"\\").replace('\'', r"\'");
        write!(text, "{name}='{quoted}' ").expect("writing to a string cannot fail");
    };
    match &endpoint.address {
        Address::Tcp { host, port } | Address::SocketDirectory { directory: host, port } => {
            set("host", host);
            set("port", &port.to_string());
        }
        Address::SocketFile { .. } => panic!("PostgreSQL has no such socket"),
    }
    for (name, value) in &endpoint.parameters {
        set(name, value);
    }
    let password = endpoint.password.as_ref().map(Secret::expose);
    let parts = [
        ("dbname", &endpoint.database),
        ("user", &endpoint.user),
        ("password", &password.cloned()),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            set(name, value);
        }
    }
    text
}

/// In the form of the MySQL driver; `None` for a host that it cannot say but in the way it was said.
fn mysql(endpoint: &Endpoint) -> Option<String> {
    let mut text = endpoint.user.clone().unwrap_or_default();
    if let Some(password) = &endpoint.password {
        text = format!("{text}:{}", password.expose());
    }
    let address = match &endpoint.address {
        Address::Tcp { host, .. } if host.contains(['[', ']']) => return None,
        address @ Address::Tcp { .. } => format!("tcp({address})"),
        Address::SocketFile { path } => format!("unix({path})"),
        Address::SocketDirectory { .. } => panic!("MySQL has no such socket"),
    };
    let encoded = |value: &str| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    let database = endpoint.database.as_deref().map(encoded).unwrap_or_default();
    let parameters: Vec<String> = endpoint
        .parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    Some(format!("{text}@{address}/{database}?{}", parameters.join("&")))
}

/// What can be seen is the same with any other password, and ends where it seems to end.
fn hide(endpoint: &Endpoint) {
    let other = endpoint.password.as_ref().map(|_| Secret::new("quite another one".to_owned()));
    let seen = seen(endpoint);
    assert_eq!(seen, self::seen(&Endpoint { password: other, ..endpoint.clone() }));
    assert!(!seen.contains('\0'));
}

/// Whoever quotes the data source in one of its usual forms says the same whatever the password is.
fn mask(endpoint: &Endpoint) {
    let (Some(user), Some(password)) = (&endpoint.user, &endpoint.password) else {
        return;
    };
    let password = password.expose().as_str();
    // What divides a data source may have more masked than the password.
    let divides = |letter: char| letter.is_whitespace() || "\"'\\:@=".contains(letter);
    if !format!("{user}{password}").contains(divides) {
        assert_eq!(quoted(user, password), quoted(user, "another"));
    }
}

fn quoted(user: &str, password: &str) -> [String; 6] {
    [
        format!("cannot open postgres://{user}:{password}@db:5432/mm?sslmode=disable"),
        format!("cannot open postgres://db/mm?user={user}&password={password}"),
        format!("cannot open host=db password={password} user={user}"),
        format!("cannot open host=db password = '{password}' user={user}"),
        format!("cannot open {user}:{password}@tcp(db:3306)/mm"),
        format!("cannot open {user}:{password}@/mm"),
    ]
    .map(|text| redact(&text))
}

/// Whatever others see of an endpoint: how it is printed, and the calls of tools with their arguments.
fn seen(endpoint: &Endpoint) -> String {
    let mut seen = vec![format!("{endpoint} {endpoint:?} {endpoint:#?}")];
    if let Ok(psql) = Psql::on(endpoint) {
        seen.extend([ping(&psql), dump(&psql, "public", &[])].map(|call| format!("{call:?}")));
    }
    if let Some(mysql) = Mysql::on(endpoint, "/run/options") {
        let calls = [mysql.ask_facts("mysql"), mysql.dump("mysqldump"), mysql.load("mysql")];
        seen.extend(calls.map(|call| format!("{call:?}")));
        let options = Mysql::options(endpoint);
        seen.push(format!("{options:?} {} lines", options.expose().lines().count()));
    }
    seen.join("\n")
}
