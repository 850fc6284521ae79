//! What makes a service manager look after the server: printed, judged by systemd itself, put in its place, and used, by real
//! processes.

mod judged;
mod putting;
mod running;

use std::path::PathBuf;

/// Where a program lies on this machine.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.extend(["/usr/sbin", "/sbin"].map(PathBuf::from));
    places.into_iter().map(|place| place.join(name)).find(|program| program.is_file())
}
