//! The word to the service manager.
//! A manager that does not listen is no reason to fail.

use std::env;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// Sends `READY=1` to `NOTIFY_SOCKET`, if there is one.
pub(crate) fn ready() {
    let Ok(name) = env::var("NOTIFY_SOCKET") else {
        return;
    };
    let address = match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(&name),
    };
    if let (Ok(address), Ok(socket)) = (address, UnixDatagram::unbound()) {
        let _sent = socket.send_to_addr(b"READY=1", &address);
    }
}
