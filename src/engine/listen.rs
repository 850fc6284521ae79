//! Where a server listens, from its setting.
//! No name is looked up.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address that a server listens on unless it is told another one (since 1.0).
pub(super) const USUAL_ADDRESS: &str = ":8065";

/// The address as a socket address; `None` for one that only the server can resolve.
pub(super) fn listen_address(listen: &str) -> Option<SocketAddr> {
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
}
