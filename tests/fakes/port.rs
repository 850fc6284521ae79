//! Ports for servers of tests.
//! None is reserved: between the answer and its use another process may take it.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

/// Below the range from which Linux takes the ports of outgoing connections (32768 on), so that none of those gets in the way.
const FIRST: u32 = 10_000;
const COUNT: u32 = 22_000;

/// A port that nobody listens on at the moment, and that this process has not been given before.
pub(crate) fn free_port() -> u16 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id().wrapping_mul(97);
    for _ in 0..COUNT {
        let next = start.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(FIRST + next % COUNT).expect("it is below 32000");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("every port between {FIRST} and {} is taken", FIRST + COUNT);
}
