//! A little chance, from the system.

use rustix::rand::{GetRandomFlags, getrandom};

/// Two bytes by which two things of one second are told apart. Nothing secret is made of them.
#[must_use]
pub fn random_salt() -> u16 {
    let mut bytes = [0; 2];
    // It fails only before the system has gathered any entropy; then the second has to tell them apart.
    let _filled = getrandom(&mut bytes, GetRandomFlags::NONBLOCK);
    u16::from_ne_bytes(bytes)
}
