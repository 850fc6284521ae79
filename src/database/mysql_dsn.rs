//! A MySQL data source, understood as go-sql-driver (the server's driver) understands it.
//! What that driver cannot be followed in is refused.

use std::collections::BTreeMap;

use crate::model::Secret;

use super::dsn_error::{DsnError, position};
use super::endpoint::{Address, Endpoint, Engine};
use super::percent::{Plus, decode};
use super::postgres_dsn::port_number;

/// The driver's defaults (its documentation).
const DEFAULT_HOST: &str = "127.0.0.1";
const DEFAULT_PORT: u16 = 3306;
const DEFAULT_SOCKET: &str = "/tmp/mysql.sock";

/// Reads `[user[:password]@][network[(address)]]/database[?name=value&…]`.
///
/// Divided, as in the driver, at the last `/` of the whole text, then at the last `@` before it, then at the first `:`.
/// User and password are taken as they stand: nothing in them is encoded.
pub(super) fn parse(text: &str) -> Result<Endpoint, DsnError> {
    if let Some(offset) = text.find('\0') {
        return Err(DsnError::ControlCharacter { position: position(text, offset) });
    }
    let slash = match text.rfind('/') {
        Some(slash) => slash,
        None if text.is_empty() => 0,
        None => return Err(DsnError::NoSlash),
    };
    let before = text.get(..slash).unwrap_or_default();
    let at = before.rfind('@');
    let network = at.map_or(0, |at| at + 1);
    let address = address(text, network, slash)?;
    let (user, password) =
        at.and_then(|at| before.get(..at)).map_or(("", None), |login| {
            match login.split_once(':') {
                Some((user, password)) => (user, Some(password)),
                None => (login, None),
            }
        });
    let query = text.get(slash..).and_then(|rest| rest.find('?'));
    let end = query.map_or(text.len(), |query| slash + query);
    let database = decode(text, ((slash + 1).min(end), end), Plus::Itself)?;
    let not_empty = |value: &str| (!value.is_empty()).then(|| value.to_owned());
    Ok(Endpoint {
        engine: Engine::MySql,
        address,
        database: not_empty(&database),
        user: not_empty(user),
        password: password.and_then(not_empty).map(Secret::new),
        parameters: parameters(text, end + 1)?,
    })
}

fn address(text: &str, from: usize, slash: usize) -> Result<Address, DsnError> {
    let part = text.get(from..slash).unwrap_or_default();
    let (network, inside) = match part.split_once('(') {
        None => (part, ""),
        Some((network, rest)) => {
            let inside = rest.strip_suffix(')').ok_or(if rest.contains(')') {
                DsnError::MisplacedSlash
            } else {
                DsnError::OpenAddress { position: position(text, from + network.len()) }
            })?;
            (network, inside)
        }
    };
    match (network, inside) {
        ("" | "tcp", "") => Ok(Address::Tcp { host: DEFAULT_HOST.to_owned(), port: DEFAULT_PORT }),
        ("" | "tcp", inside) => tcp(inside),
        ("unix", "") => Ok(Address::SocketFile { path: DEFAULT_SOCKET.to_owned() }),
        ("unix", path) => Ok(Address::SocketFile { path: path.to_owned() }),
        _ => Err(DsnError::UnknownNetwork),
    }
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`, or a bare v6 address.
fn tcp(inside: &str) -> Result<Address, DsnError> {
    let bracketed = inside
        .strip_prefix('[')
        .map(|rest| rest.split_once(']').ok_or(DsnError::BadPort))
        .transpose()?;
    let (host, port) = match bracketed {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':').ok_or(DsnError::BadPort)?)),
        None if inside.matches(':').count() > 1 => (inside, None),
        None => inside.split_once(':').map_or((inside, None), |(host, port)| (host, Some(port))),
    };
    if host.contains(',') {
        return Err(DsnError::SeveralHosts);
    }
    Ok(Address::Tcp {
        host: if host.is_empty() { "localhost" } else { host }.to_owned(),
        port: match port {
            None => DEFAULT_PORT,
            Some(text) => port_number(text).ok_or(DsnError::BadPort)?,
        },
    })
}

/// A parameter without `=` is skipped, and the last of two counts, as in the driver.
fn parameters(text: &str, from: usize) -> Result<BTreeMap<String, String>, DsnError> {
    let mut parameters = BTreeMap::new();
    let mut start = from;
    for pair in text.get(from..).unwrap_or_default().split('&') {
        let end = start + pair.len();
        if let Some((name, _)) = pair.split_once('=') {
            let value = decode(text, (start + name.len() + 1, end), Plus::Blank)?;
            parameters.insert(name.to_owned(), value);
        }
        start = end + 1;
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    const ACCEPTED: &[(&str, &str)] = &[
        (
            "mmuser:mostest@tcp(dockerhost:3306)/mattermost_test?charset=utf8mb4,utf8&readTimeout=30s&writeTimeout=30s",
            "mmuser|mostest|dockerhost:3306|mattermost_test|charset=utf8mb4,utf8 readTimeout=30s writeTimeout=30s",
        ),
        ("", "-|-|127.0.0.1:3306|-|"),
        ("/", "-|-|127.0.0.1:3306|-|"),
        ("/mm", "-|-|127.0.0.1:3306|mm|"),
        ("mm@/mm", "mm|-|127.0.0.1:3306|mm|"),
        ("mm:@/mm", "mm|-|127.0.0.1:3306|mm|"),
        ("mm:p@ss:w/o(r)d%41@tcp(db)/mm", "mm|p@ss:w/o(r)d%41|db:3306|mm|"),
        ("mm:x@tcp([2001:db8::1]:3307)/mm", "mm|x|[2001:db8::1]:3307|mm|"),
        ("mm:x@tcp([::1])/mm", "mm|x|[::1]:3306|mm|"),
        ("mm:x@tcp(::1)/mm", "mm|x|[::1]:3306|mm|"),
        ("mm:x@unix(/run/mysqld/mysqld.sock)/mm", "mm|x|/run/mysqld/mysqld.sock|mm|"),
        ("mm:x@unix/mm", "mm|x|/tmp/mysql.sock|mm|"),
        ("mm:x@tcp/mm", "mm|x|127.0.0.1:3306|mm|"),
        ("mm:x@(db:1)/mm", "mm|x|db:1|mm|"),
        ("mm@tcp(:3307)/mm", "mm|-|localhost:3307|mm|"),
        ("mm@tcp(db)/m%2Fm?loc=US%2FPacific&flag&a=1&a=2", "mm|-|db:3306|m/m|a=2 loc=US/Pacific"),
        ("mm@tcp(db)/?a=b", "mm|-|db:3306|-|a=b"),
    ];

    const REFUSED: &[(&str, DsnError)] = &[
        ("mm:canary@tcp(db)", DsnError::NoSlash),
        ("mm:canary@tcp(db/mm", DsnError::OpenAddress { position: 14 }),
        ("mm:canary@tcp(db)/mm?loc=US/Pacific", DsnError::MisplacedSlash),
        ("mm:canary@cloudsql(db)/mm", DsnError::UnknownNetwork),
        ("mm:canary@tcp(db:0)/mm", DsnError::BadPort),
        ("mm:canary@tcp(db:)/mm", DsnError::BadPort),
        ("mm:canary@tcp([::1)/mm", DsnError::BadPort),
        ("mm:canary@tcp([::1]3306)/mm", DsnError::BadPort),
        ("mm:canary@tcp(a,b)/mm", DsnError::SeveralHosts),
        ("mm:canary@tcp(db)/mm?x=%zz", DsnError::BadPercent { position: 24 }),
        ("mm:can\0ary@tcp(db)/mm", DsnError::ControlCharacter { position: 7 }),
    ];

    #[test]
    fn texts_are_read_as_the_driver_reads_them() {
        for (text, parts) in ACCEPTED {
            assert_eq!(shown(text), *parts, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_refused_without_quoting_it() {
        for (text, error) in REFUSED {
            assert_eq!(parse(text), Err(*error), "{text}");
            assert!(!error.to_string().contains("canary"));
        }
    }

    proptest! {
        #[test]
        fn any_password_without_a_nul_is_read_back(
            user in "[^\0:@/]{1,12}",
            password in "[^\0]{1,20}",
            host in "[a-z][a-z0-9.-]{0,20}",
            port in 1u16..,
        ) {
            let text = format!("{user}:{password}@tcp({host}:{port})/mm");
            let endpoint = parse(&text).unwrap();
            prop_assert_eq!(endpoint.user, Some(user));
            prop_assert_eq!(endpoint.password, Some(Secret::new(password)));
            prop_assert_eq!(endpoint.address, Address::Tcp { host, port });
        }
    }
}
