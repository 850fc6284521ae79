//! Where a server listens, from its setting.
//! Names are looked up on this machine, and nothing is opened.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::host::addresses_of;

/// The address that a server listens on unless it is told another one (since 1.0).
pub(super) const USUAL_ADDRESS: &str = ":8065";

/// The address as a socket address; `None` for one that only the server can resolve.
fn listen_address(listen: &str) -> Option<SocketAddr> {
    let (host, port) = listen.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port != 0)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let host = match host {
        "" => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        _ => host.parse().ok()?,
    };
    Some(SocketAddr::new(host, port))
}

/// What a listen address comes to on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Listening {
    /// It is one of these; never none.
    At(Vec<SocketAddr>),
    /// No server can listen there, or nobody could tell where it does.
    Nowhere(String),
    /// The port has a name, which only the server can read.
    Unclear,
}

/// The same where names are looked up, and what is none is told.
pub(super) fn listening(listen: &str) -> Listening {
    let Some((name, port)) = listen.rsplit_once(':') else {
        return Listening::Nowhere("it is no HOST:PORT".to_owned());
    };
    let port: u16 = match port.parse() {
        Ok(0) => {
            let why = "port 0 is another one at each start, and nobody would find the server";
            return Listening::Nowhere(why.to_owned());
        }
        Ok(port) => port,
        Err(_) if port.starts_with(|letter: char| letter.is_ascii_alphabetic()) => {
            return Listening::Unclear;
        }
        Err(_) => return Listening::Nowhere("its port is none".to_owned()),
    };
    match listen_address(listen) {
        Some(address) => Listening::At(vec![address]),
        None => addresses_of(name, port).map_or_else(
            |error| Listening::Nowhere(format!("{name:?} is the name of no address: {error}")),
            Listening::At,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_told_without_looking_names_up_is_an_address() {
        for (listen, address) in [
            (":8065", Some("0.0.0.0:8065")),
            ("localhost:8065", Some("127.0.0.1:8065")),
            ("192.0.2.7:80", Some("192.0.2.7:80")),
            ("[::]:8065", Some("[::]:8065")),
            ("[2001:db8::1]:8065", Some("[2001:db8::1]:8065")),
            (":0", None),
            (":http", None),
            ("chat.acme.example:8065", None),
            ("/run/acme/chat.socket", None),
            ("", None),
        ] {
            let expected = address.map(|text| text.parse().unwrap());
            assert_eq!(listen_address(listen), expected, "{listen}");
        }
    }
    #[test]
    fn where_no_server_can_listen_is_told() {
        let at = |text: &str| Listening::At(vec![text.parse().unwrap()]);
        assert_eq!(listening(":8065"), at("0.0.0.0:8065"));
        assert_eq!(listening("[::1]:8065"), at("[::1]:8065"));
        assert_eq!(listening("localhost:http"), Listening::Unclear);
        for (listen, piece) in [
            (":0", "port 0"),
            ("8065", "HOST:PORT"),
            ("/run/acme/chat.socket", "HOST:PORT"),
            ("unix:/run/acme/chat.socket", "port"),
            (":70000", "port"),
            ("chat.acme.invalid:8065", "chat.acme.invalid"),
        ] {
            let Listening::Nowhere(why) = listening(listen) else { panic!("{listen}") };
            assert!(why.contains(piece), "{listen}: {why}");
        }
    }
}
