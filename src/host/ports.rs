//! TCP ports of this machine: which are free, which are listened on, and by whom.
//! No connection is ever made here.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs};
use std::path::{Path, PathBuf};

use super::identity::is_absence;
use super::socket_table::{Socket, connected, listening_on};

/// Something that listens on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Where exactly it listens.
    pub address: SocketAddr,
    /// The user who opened it, by number.
    pub uid: u32,
    /// The processes that hold it, as far as this user may see them; often none without root.
    pub pids: Vec<u32>,
}

/// The port from which on anybody may listen; what the kernel says where it can be asked.
const FIRST_FREE: (&str, u16) = ("/proc/sys/net/ipv4/ip_unprivileged_port_start", 1024);

/// May only root, or who was given the right, listen on this port?
#[must_use]
pub fn needs_privilege(port: u16) -> bool {
    let (path, usual) = FIRST_FREE;
    let told = fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok());
    port != 0 && port < told.unwrap_or(usual)
}

/// The addresses that a name has for this machine; asks whoever it asks for names.
///
/// # Errors
/// When the name has none.
pub fn addresses_of(name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let found: Vec<SocketAddr> = (name, port).to_socket_addrs()?.collect();
    if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
}

/// Who listens on a port, asked with one process in mind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Nobody.
    Nobody,
    /// That process, and nobody beside it.
    Process,
    /// Somebody else, alone or beside that process. With two listeners on different addresses, which of them answers
    /// depends on the address asked, and an answer would prove nothing.
    Another,
    /// The process may not be looked into, so it may be that one: root in a container needs `CAP_SYS_PTRACE` for what
    /// runs as another user, and container runtimes withhold it.
    Unseen {
        /// Who opened the listening sockets, by number; never empty.
        users: BTreeSet<u32>,
    },
}

/// Why nothing could be said about a port.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The table of sockets could not be read.
    #[error("cannot read the sockets of this machine from {path}")]
    Unreadable {
        /// The file.
        path: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The descriptors of the process could not be looked at.
    #[error("cannot see whether process {pid} listens on port {port}")]
    Unseen {
        /// The process.
        pid: u32,
        /// The port.
        port: u16,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It is not taken, and yet cannot be listened on: no such address here, or a port below 1024 without root.
    #[error("cannot listen on {address}")]
    Unusable {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// A port of 127.0.0.1 that was free a moment ago. Somebody else may take it before it is used.
pub fn free_loopback_port() -> Result<u16, PortError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    TcpListener::bind(address)
        .and_then(|listener| listener.local_addr())
        .map(|bound| bound.port())
        .map_err(|source| PortError::Unusable { address, source })
}

/// Does somebody listen on this address already? Found out by listening on it for an instant.
///
/// # Errors
/// If it could not be listened on for another reason.
pub fn is_taken(address: SocketAddr) -> Result<bool, PortError> {
    match TcpListener::bind(address) {
        Ok(_listener) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(true),
        Err(source) => Err(PortError::Unusable { address, source }),
    }
}

/// All that listens on a port in this network namespace, on any address, IPv4 and IPv6.
pub fn listeners_on(port: u16) -> Result<Vec<Listener>, PortError> {
    let sockets = sockets_on(port)?;
    if sockets.is_empty() {
        return Ok(Vec::new());
    }
    let holders = holders_of(&sockets);
    let listeners = sockets.into_iter().map(|socket| Listener {
        address: socket.address,
        uid: socket.uid,
        pids: holders
            .iter()
            .filter(|(inode, _)| *inode == socket.inode)
            .map(|(_, pid)| *pid)
            .collect(),
    });
    Ok(listeners.collect())
}

/// The ends on this machine of all its TCP connections, in this network namespace.
///
/// # Errors
/// If the sockets of this machine cannot be read.
pub fn connected_sockets() -> Result<BTreeSet<SocketAddr>, PortError> {
    Ok(tables()?.iter().flat_map(|table| connected(table)).collect())
}

/// Is it this process that listens on the port?
///
/// # Errors
/// If the sockets of this machine, or the descriptors of the process, cannot be read for another reason than rights.
pub fn hold_of(pid: u32, port: u16) -> Result<Hold, PortError> {
    let sockets = sockets_on(port)?;
    if sockets.is_empty() {
        return Ok(Hold::Nobody);
    }
    let held = held_sockets(pid).map_err(|source| PortError::Unseen { pid, port, source })?;
    Ok(hold(&sockets, &held))
}

fn hold(sockets: &[Socket], held: &Held) -> Hold {
    if sockets.iter().all(|socket| held.inodes.contains(&socket.inode)) {
        Hold::Process
    } else if held.denied {
        let users = sockets.iter().map(|socket| socket.uid).collect();
        Hold::Unseen { users }
    } else {
        Hold::Another
    }
}

fn sockets_on(port: u16) -> Result<Vec<Socket>, PortError> {
    Ok(tables()?.iter().flat_map(|table| listening_on(table, port)).collect())
}

/// The kernel's tables of TCP sockets.
fn tables() -> Result<Vec<String>, PortError> {
    let mut tables = Vec::new();
    for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
        match fs::read_to_string(path) {
            Ok(table) => tables.push(table),
            // A kernel without IPv6 has no table of it.
            Err(error) if path.ends_with('6') && is_absence(&error) => {}
            Err(source) => return Err(PortError::Unreadable { path, source }),
        }
    }
    Ok(tables)
}

/// Pairs of socket and process, as far as they may be seen.
fn holders_of(sockets: &[Socket]) -> Vec<(u64, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mut holders = Vec::new();
    for pid in pids {
        let held = held_sockets(pid).unwrap_or_default();
        let shared = sockets
            .iter()
            .filter(|socket| held.inodes.contains(&socket.inode))
            .map(|socket| (socket.inode, pid));
        holders.extend(shared);
    }
    holders
}

/// The sockets that a process holds, as far as they may be seen.
#[derive(Debug, Default, PartialEq, Eq)]
struct Held {
    inodes: BTreeSet<u64>,
    /// Whether there are descriptors that may not be looked at.
    denied: bool,
}

fn held_sockets(pid: u32) -> io::Result<Held> {
    match fs::read_dir(format!("/proc/{pid}/fd")) {
        Ok(entries) => Held::gather(entries.map(|entry| fs::read_link(entry?.path()))),
        Err(error) => Held::gather([Err(error)].into_iter()),
    }
}

impl Held {
    /// # Errors
    /// What is neither a lack of rights nor a descriptor, or a process, that is gone.
    fn gather(links: impl Iterator<Item = io::Result<PathBuf>>) -> io::Result<Self> {
        let mut held = Self::default();
        for link in links {
            match link {
                Ok(target) => held.inodes.extend(socket_inode(&target)),
                // The directory may be open to whom its links are not: to root without CAP_SYS_PTRACE.
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => held.denied = true,
                // A descriptor may close while we look.
                Err(error) if is_absence(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(held)
    }
}

fn socket_inode(target: &Path) -> Option<u64> {
    let inode = target.to_str()?.strip_prefix("socket:[")?;
    inode.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn listen() -> (TcpListener, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    #[test]
    fn a_free_port_is_free_until_somebody_listens() {
        let port = free_loopback_port().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        assert!(!is_taken(address).unwrap());
        let (_listener, port) = listen();
        assert!(is_taken(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).unwrap());
        assert!(is_taken(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))).unwrap());
    }

    #[test]
    fn an_address_of_another_machine_is_not_taken_but_unusable() {
        let error = is_taken("192.0.2.1:80".parse().unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "cannot listen on 192.0.2.1:80");
    }

    #[test]
    fn the_listener_is_found_with_its_process() {
        let (listener, port) = listen();
        let this = std::process::id();
        let found = listeners_on(port).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].address, listener.local_addr().unwrap());
        assert_eq!(found[0].uid, rustix::process::geteuid().as_raw());
        assert_eq!(found[0].pids, [this]);
        assert_eq!(hold_of(this, port).unwrap(), Hold::Process);
        drop(listener);
        assert_eq!(listeners_on(port).unwrap(), []);
        assert_eq!(hold_of(this, port).unwrap(), Hold::Nobody);
    }

    #[test]
    fn another_process_does_not_own_the_port() {
        let (_listener, port) = listen();
        let mut other = Command::new("sleep").arg("1000").spawn().unwrap();
        assert_eq!(hold_of(other.id(), port).unwrap(), Hold::Another);
        other.kill().unwrap();
        other.wait().unwrap();
        let gone = hold_of(other.id(), port).unwrap();
        assert_eq!(gone, Hold::Another, "a process that is gone");
    }

    type Links = Vec<io::Result<PathBuf>>;

    #[test]
    fn what_may_not_be_looked_into_is_unseen_and_not_somebody_else() {
        let socket = |inode, uid| Socket { address: "127.0.0.1:80".parse().unwrap(), uid, inode };
        let link = |text: &str| Ok(PathBuf::from(text));
        let errno = |errno: rustix::io::Errno| Err(io::Error::from(errno));
        let (access, perm) = (rustix::io::Errno::ACCESS, rustix::io::Errno::PERM);
        let gone = rustix::io::Errno::NOENT;
        let unseen = |users: &[u32]| Hold::Unseen { users: users.iter().copied().collect() };
        let one = [socket(7, 990)];
        let two = [socket(7, 990), socket(8, 0)];
        let cases: Vec<(&[Socket], Links, Hold)> = vec![
            (&one, vec![errno(access), errno(access)], unseen(&[990])),
            (&one, vec![errno(perm)], unseen(&[990])),
            (&two, vec![errno(access)], unseen(&[0, 990])),
            (&one, vec![errno(gone)], Hold::Another),
            (&one, vec![link("/dev/null"), link("socket:[9]")], Hold::Another),
            (&one, vec![link("socket:[7]"), errno(gone)], Hold::Process),
            (&one, vec![link("socket:[7]"), errno(access)], Hold::Process),
            (&two, vec![link("socket:[7]")], Hold::Another),
        ];
        for (sockets, links, expected) in cases {
            let case = format!("{links:?}");
            let held = Held::gather(links.into_iter()).unwrap();
            assert_eq!(hold(sockets, &held), expected, "{case}");
        }
        let odd = vec![errno(rustix::io::Errno::IO)];
        Held::gather(odd.into_iter()).unwrap_err();
    }

    #[test]
    fn a_port_shared_with_a_stranger_on_another_address_is_not_owned() {
        let (_listener, port) = listen();
        let script = format!(
            "import socket,time; s=socket.socket(); s.bind(('127.0.0.2',{port})); s.listen(); print('up',flush=True); time.sleep(1000)"
        );
        let stranger = Command::new("python3")
            .args(["-c", &script])
            .stdout(std::process::Stdio::piped())
            .spawn();
        let Ok(mut stranger) = stranger else {
            eprintln!("skipped: no python3 to play the stranger");
            return;
        };
        let mut up = [0; 2];
        io::Read::read_exact(stranger.stdout.as_mut().unwrap(), &mut up).unwrap();
        assert_eq!(hold_of(std::process::id(), port).unwrap(), Hold::Another);
        assert_eq!(hold_of(stranger.id(), port).unwrap(), Hold::Another);
        assert_eq!(listeners_on(port).unwrap().len(), 2);
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }
}
