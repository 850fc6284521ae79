//! A PostgreSQL data source, understood as lib/pq (the server's driver) understands it.
//! What that driver would do but psql cannot be told to do is refused, not approximated.

use std::collections::BTreeMap;

use crate::model::Secret;

use super::dsn_error::DsnError;
use super::endpoint::{Address, Endpoint, Engine};
use super::{postgres_key_value, postgres_url};

/// Settings by the names that lib/pq gives them, in either form.
pub(super) type Settings = BTreeMap<String, String>;

/// The driver's default (its documentation, and PostgreSQL's).
const DEFAULT_PORT: u16 = 5432;

/// The modes that libpq knows (PostgreSQL documentation, section SSL Support).
const SSL_MODES: &[&str] = &["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// Settings that lead elsewhere, or carry key material in place of a file name.
const REFUSED: &[&str] = &["hostaddr", "service", "servicefile", "sslinline", "sslpassword"];

/// Reads either form.
pub(super) fn parse(text: &str) -> Result<Endpoint, DsnError> {
    let mut settings = match postgres_url::take_apart(text) {
        Some(settings) => settings?,
        None => postgres_key_value::scan(text)?,
    };
    refuse_what_cannot_be_followed(&settings)?;
    let address = address(&mut settings)?;
    if matches!(address, Address::SocketDirectory { .. }) {
        // The driver never encrypts on a socket, whatever it is told.
        settings.remove("sslmode");
    }
    let user = settings.remove("user");
    if user.as_ref().is_some_and(String::is_empty) {
        return Err(DsnError::EmptyUser);
    }
    let not_empty = |value: &String| !value.is_empty();
    Ok(Endpoint {
        engine: Engine::Postgres,
        address,
        user,
        database: settings.remove("dbname").filter(not_empty),
        password: settings.remove("password").filter(not_empty).map(Secret::new),
        parameters: settings,
    })
}

fn refuse_what_cannot_be_followed(settings: &Settings) -> Result<(), DsnError> {
    if let Some(setting) = REFUSED.iter().find(|name| settings.contains_key(**name)) {
        return Err(DsnError::Unsupported { setting });
    }
    if settings.get("sslmode").is_some_and(|mode| !SSL_MODES.contains(&mode.as_str())) {
        return Err(DsnError::BadSslMode);
    }
    if !settings.keys().all(|name| is_setting_name(name)) {
        return Err(DsnError::BadSettingName);
    }
    Ok(())
}

/// What the driver does not know it sends to the database as a run-time setting.
fn is_setting_name(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
}

fn address(settings: &mut Settings) -> Result<Address, DsnError> {
    let host = settings.remove("host").unwrap_or_default();
    let port = settings.remove("port");
    if host.contains(',') || port.as_ref().is_some_and(|port| port.contains(',')) {
        return Err(DsnError::SeveralHosts);
    }
    let port = match port {
        None => DEFAULT_PORT,
        Some(text) => port_number(&text).ok_or(DsnError::BadPort)?,
    };
    if host.starts_with('/') {
        return Ok(Address::SocketDirectory { directory: host, port });
    }
    if host.starts_with('@') || host.contains(char::is_whitespace) {
        return Err(DsnError::BadHost { position: 1 });
    }
    Ok(Address::Tcp { host: if host.is_empty() { "localhost".to_owned() } else { host }, port })
}

/// A port that one can connect to.
pub(super) fn port_number(text: &str) -> Option<u16> {
    let plain = text.chars().all(|c| c.is_ascii_digit());
    text.parse().ok().filter(|port| plain && *port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    /// user|password|address|database|parameters, with the password in the clear.
    fn shown(text: &str) -> String {
        match parse(text) {
            Ok(endpoint) => {
                let parameters: Vec<String> = endpoint
                    .parameters
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                format!(
                    "{}|{}|{}|{}|{}",
                    endpoint.user.as_deref().unwrap_or("-"),
                    endpoint.password.as_ref().map_or("-", |it| it.expose()),
                    endpoint.address,
                    endpoint.database.as_deref().unwrap_or("-"),
                    parameters.join(" ")
                )
            }
            Err(error) => format!("{error:?}"),
        }
    }

    const URLS: &[(&str, &str)] = &[
        (
            "postgres://mmuser:mostest@localhost:5432/mattermost_test?sslmode=disable&connect_timeout=10",
            "mmuser|mostest|localhost:5432|mattermost_test|connect_timeout=10 sslmode=disable",
        ),
        ("postgresql://mm@db/mm", "mm|-|db:5432|mm|"),
        ("postgres://", "-|-|localhost:5432|-|"),
        ("postgres://db:6432", "-|-|db:6432|-|"),
        ("postgres://db:/mm", "-|-|db:5432|mm|"),
        ("postgres://mm:@db/", "mm|-|db:5432|-|"),
        ("postgres://mm:p@ss:w@db/mm", "mm|p@ss:w|db:5432|mm|"),
        ("postgres://mm:%2F%3F%23%25%40%3A@db/mm", "mm|/?#%@:|db:5432|mm|"),
        ("postgres://mm:a+b'c@db/mm", "mm|a+b'c|db:5432|mm|"),
        ("postgres://m%20m:x@db/m%20m", "m m|x|db:5432|m m|"),
        ("postgres://mm:x@[2001:db8::1]:5433/mm", "mm|x|[2001:db8::1]:5433|mm|"),
        ("postgres://mm:x@[::1]/mm", "mm|x|[::1]:5432|mm|"),
        ("postgres://mm:x@::1/mm", "mm|x|[::1]:5432|mm|"),
        (
            "postgres:///mm?host=/var/run/postgresql&port=5433&user=mm&sslmode=require",
            "mm|-|/var/run/postgresql/.s.PGSQL.5433|mm|",
        ),
        ("postgres://mm@/mm?host=%2Ftmp", "mm|-|/tmp/.s.PGSQL.5432|mm|"),
        (
            "postgres://mm@db/mm?options=-c%20a%3Db+-c+d%3De",
            "mm|-|db:5432|mm|options=-c a=b -c d=e",
        ),
        ("postgres://mm@db/mm?search_path=chat,public", "mm|-|db:5432|mm|search_path=chat,public"),
        ("postgres://mm@db/mm?password=x&&sslmode=", "mm|x|db:5432|mm|"),
        ("postgres://mm@db/mm?a=1=2", "mm|-|db:5432|mm|a=1=2"),
        ("postgres://mm@db/mm#comment", "mm|-|db:5432|mm|"),
        ("postgres://mm@db/mm?host=db", "mm|-|db:5432|mm|"),
        ("postgres://u:12/34@h/db", "-|-|u:12|34@h/db|"),
    ];

    const REFUSED_URLS: &[(&str, DsnError)] = &[
        ("postgres://mm:ca/nary@db/mm", DsnError::BadPort),
        ("postgres://mm:ca?nary@db/mm", DsnError::BadPort),
        ("postgres://mm:ca#nary@db/mm", DsnError::BadPort),
        ("postgres://mm:ca%nary@db/mm", DsnError::BadPercent { position: 17 }),
        ("postgres://mm:c%f@db/mm", DsnError::BadPercent { position: 16 }),
        ("postgres://mm:%ff@db/mm", DsnError::NotUtf8 { position: 15 }),
        ("postgres://mm:a%00b@db/mm", DsnError::ControlCharacter { position: 15 }),
        ("postgres://mm:ca nary@db/mm", DsnError::BadUserInfo { position: 17 }),
        ("postgres://mm:canär@db/mm", DsnError::BadUserInfo { position: 18 }),
        ("postgres://mm:can\"ary@db/mm", DsnError::BadUserInfo { position: 18 }),
        ("postgres://mm:x@d\nb/mm", DsnError::ControlCharacter { position: 18 }),
        ("postgres://mm:x@%2Frun/mm", DsnError::BadHost { position: 17 }),
        ("postgres://mm:x@[::1/mm", DsnError::BadHost { position: 17 }),
        ("postgres://mm:x@[::1]5/mm", DsnError::BadHost { position: 17 }),
        ("postgres://mm:x@db:0/mm", DsnError::BadPort),
        ("postgres://mm:x@db:65536/mm", DsnError::BadPort),
        ("postgres://mm:x@db:pg/mm", DsnError::BadPort),
        ("postgres://mm:x@a,b/mm", DsnError::SeveralHosts),
        ("postgres://mm:x@a:1,b:2/mm", DsnError::SeveralHosts),
        ("postgres://mm@db/mm?host=other", DsnError::GivenTwice { setting: "host" }),
        ("postgres://mm:a@db/mm?password=b", DsnError::GivenTwice { setting: "password" }),
        ("postgres://mm@db/mm?a=1&a=2", DsnError::GivenTwice { setting: "parameters" }),
        ("postgres://mm@db/mm?sslmode=strict", DsnError::BadSslMode),
        ("postgres://mm@db/mm?service=x", DsnError::Unsupported { setting: "service" }),
        ("postgres://mm@db/mm?hostaddr=1.2.3.4", DsnError::Unsupported { setting: "hostaddr" }),
        ("postgres://mm@db/mm?a-b=1", DsnError::BadSettingName),
        ("postgres://mm@db/mm?x=%zz", DsnError::BadPercent { position: 23 }),
        ("Postgres://mm:canary@db/mm", DsnError::NoEqualsSign { position: 27 }),
    ];

    const KEY_VALUES: &[(&str, &str)] = &[
        ("", "-|-|localhost:5432|-|"),
        (
            "user=mm password=x host=db port=6432 dbname=chat sslmode=verify-full",
            "mm|x|db:6432|chat|sslmode=verify-full",
        ),
        (" user = mm\tdbname\n=\nchat ", "mm|-|localhost:5432|chat|"),
        (r"user=mm password='it\'s \\ p@:/%#?'", r"mm|it's \ p@:/%#?|localhost:5432|-|"),
        (r"user=mm password=a\ b\'c%41", "mm|a b'c%41|localhost:5432|-|"),
        ("user=mm password='a''b'", "!"),
        ("user='m m'dbname=chat", "m m|-|localhost:5432|chat|"),
        ("host=a host=b", "-|-|b:5432|-|"),
        ("host='' password= ", "-|-|localhost:5432|-|"),
        ("host=/run/pg sslmode=require", "-|-|/run/pg/.s.PGSQL.5432|-|"),
        ("host=::1", "-|-|[::1]:5432|-|"),
        ("password='a\"ä€'", "-|a\"ä€|localhost:5432|-|"),
        ("user=mm password=", "mm|-|localhost:5432|-|"),
    ];

    const REFUSED_KEY_VALUES: &[(&str, DsnError)] = &[
        ("canary", DsnError::NoEqualsSign { position: 7 }),
        ("user=mm canary x=1", DsnError::NoEqualsSign { position: 16 }),
        ("password='canary", DsnError::OpenQuote { position: 10 }),
        (r"password='canary\", DsnError::OpenQuote { position: 10 }),
        (r"password=canary\", DsnError::NothingEscaped),
        ("port=0", DsnError::BadPort),
        ("port=", DsnError::BadPort),
        ("port=+5432", DsnError::BadPort),
        ("port=5432,5433", DsnError::SeveralHosts),
        ("host=a,b", DsnError::SeveralHosts),
        ("host=@abstract", DsnError::BadHost { position: 1 }),
        ("user=''", DsnError::EmptyUser),
        ("=x", DsnError::BadSettingName),
        ("sslinline=true", DsnError::Unsupported { setting: "sslinline" }),
        ("password=a\0b", DsnError::ControlCharacter { position: 11 }),
    ];

    #[test]
    fn urls_are_read_as_the_driver_reads_them() {
        for (text, parts) in URLS {
            assert_eq!(shown(text), *parts, "{text}");
        }
    }

    #[test]
    fn key_value_texts_are_read_as_the_driver_reads_them() {
        for (text, parts) in KEY_VALUES.iter().filter(|(_, parts)| *parts != "!") {
            assert_eq!(shown(text), *parts, "{text}");
        }
        // A doubled quote is no escaped one: the second opens a new name.
        assert_eq!(parse("user=mm password='a''b'"), Err(DsnError::NoEqualsSign { position: 24 }));
    }

    #[test]
    fn what_cannot_be_followed_is_refused_without_quoting_it() {
        for (text, error) in REFUSED_URLS.iter().chain(REFUSED_KEY_VALUES) {
            assert_eq!(parse(text), Err(*error), "{text}");
            let words = error.to_string();
            assert!(!words.contains("nary"), "{words}");
        }
    }

    fn encoded(text: &str) -> String {
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
    }

    fn quoted(text: &str) -> String {
        format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
    }

    proptest! {
        #[test]
        fn what_was_encoded_into_an_url_is_read_back(
            user in "[^\0]{1,12}",
            password in "[^\0]{1,20}",
            host in "[a-z][a-z0-9.-]{0,20}",
            port in 1u16..,
            database in "[^\0]{1,12}",
        ) {
            let text = format!(
                "postgres://{}:{}@{host}:{port}/{}?sslmode=disable",
                encoded(&user), encoded(&password), encoded(&database)
            );
            let endpoint = parse(&text).unwrap();
            prop_assert_eq!(endpoint.user, Some(user));
            prop_assert_eq!(endpoint.password, Some(Secret::new(password)));
            prop_assert_eq!(endpoint.address, Address::Tcp { host, port });
            prop_assert_eq!(endpoint.database, Some(database));
        }

        #[test]
        fn what_was_quoted_into_key_values_is_read_back(
            user in "[^\0]{1,12}",
            password in "[^\0]{1,20}",
            directory in "/[^\0,]{0,20}",
            port in 1u16..,
            database in "[^\0]{1,12}",
        ) {
            let text = format!(
                "user={} password={} host={} port={port} dbname={}",
                quoted(&user), quoted(&password), quoted(&directory), quoted(&database)
            );
            let endpoint = parse(&text).unwrap();
            prop_assert_eq!(endpoint.user, Some(user));
            prop_assert_eq!(endpoint.password, Some(Secret::new(password)));
            prop_assert_eq!(endpoint.address, Address::SocketDirectory { directory, port });
            prop_assert_eq!(endpoint.database, Some(database));
        }

        #[test]
        fn no_text_makes_the_reader_panic_or_quote(text in "(postgres://)?[a-z:@/?#%&='\\\\ ,\\[\\]äß]{0,40}") {
            if let Err(error) = parse(&text) {
                prop_assert!(text.len() < 12 || !error.to_string().contains(&text));
            }
        }
    }
}
