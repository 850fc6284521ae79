//! The kernel's table of TCP sockets, as text.
//! Nothing is read from the system here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The state "listening" in `/proc/net/tcp`: `TCP_LISTEN` in the kernel's `net/tcp_states.h`.
const LISTEN: &str = "0A";

/// The state "established", from the same place: `TCP_ESTABLISHED`.
const ESTABLISHED: &str = "01";

/// A line of `/proc/net/tcp` or `/proc/net/tcp6`, see proc(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Socket {
    pub(super) address: SocketAddr,
    pub(super) uid: u32,
    pub(super) inode: u64,
}

/// The listening sockets of a table that are bound to this port. Lines of another form are passed over.
pub(super) fn listening_on(table: &str, port: u16) -> impl Iterator<Item = Socket> {
    table.lines().skip(1).filter_map(listening).filter(move |socket| socket.address.port() == port)
}

fn listening(line: &str) -> Option<Socket> {
    let mut fields = line.split_ascii_whitespace().skip(1);
    let address = address(fields.next()?)?;
    let _remote = fields.next()?;
    if fields.next()? != LISTEN {
        return None;
    }
    // Behind the state: queues, timer, retransmissions, then the user, a timeout, and the inode.
    let uid = fields.nth(3)?.parse().ok()?;
    let inode = fields.nth(1)?.parse().ok()?;
    Some(Socket { address, uid, inode })
}

/// The ends on this machine of the connections in a table. An address of IPv4 is told as such, also where a socket of IPv6 has it.
pub(super) fn connected(table: &str) -> impl Iterator<Item = SocketAddr> {
    table.lines().skip(1).filter_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (own, _other, state) = (fields.next()?, fields.next()?, fields.next()?);
        let end = address(own).filter(|_| state == ESTABLISHED)?;
        Some(SocketAddr::new(end.ip().to_canonical(), end.port()))
    })
}

/// `0100007F:1F91`: the address in words of this machine's byte order, the port as a number.
fn address(text: &str) -> Option<SocketAddr> {
    let (host, port) = text.split_once(':')?;
    let mut bytes = Vec::new();
    for at in (0..host.len()).step_by(8) {
        let word = u32::from_str_radix(host.get(at..at + 8)?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    let host: IpAddr = if let Ok(four) = <[u8; 4]>::try_from(bytes.as_slice()) {
        Ipv4Addr::from(four).into()
    } else {
        Ipv6Addr::from(<[u8; 16]>::try_from(bytes.as_slice()).ok()?).into()
    };
    Some(SocketAddr::new(host, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TCP: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 36109 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F91 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 36110 1 0000000000000000 20 4 30 10 -1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0000000000000000 100 0 0 10 0
   3: nonsense
";

    const TCP6: &str = "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 78 1 0000000000000000 100 0 0 10 0
";

    #[test]
    #[cfg(target_endian = "little")]
    fn only_listening_sockets_of_the_port_are_found() {
        let found: Vec<_> = listening_on(TCP, 8081).collect();
        assert_eq!(
            found,
            [Socket { address: "127.0.0.1:8081".parse().unwrap(), uid: 1000, inode: 36109 }]
        );
        let addresses = |port| -> Vec<_> {
            listening_on(TCP6, port)
                .map(|socket| (socket.address.to_string(), socket.inode))
                .collect()
        };
        assert_eq!(addresses(8081), [("[::]:8081".to_owned(), 77)]);
        assert_eq!(addresses(22), [("[::1]:22".to_owned(), 78)]);
        assert_eq!(addresses(80), []);
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn the_own_ends_of_connections_are_found() {
        let found: Vec<_> = connected(TCP).collect();
        assert_eq!(found, ["127.0.0.1:8081".parse().unwrap()]);
        let mapped = TCP6.replace(
            "00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A",
            "0000000000000000FFFF00000700000A:0016 0000000000000000FFFF00000800000A:1538 01",
        );
        let found: Vec<_> = connected(&mapped).collect();
        assert_eq!(found, ["10.0.0.7:22".parse().unwrap()]);
    }
}
