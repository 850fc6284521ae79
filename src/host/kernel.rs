//! What the kernel says of itself, and what it allows this process.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::fs;

use rustix::process::{Resource, getrlimit};

/// What the kernel calls its release, such as `6.1.0-18-amd64`, and the kind of processor, such as `x86_64`.
#[must_use]
pub fn this_kernel() -> (String, String) {
    let name = rustix::system::uname();
    let text = |part: &std::ffi::CStr| part.to_string_lossy().into_owned();
    (text(name.release()), text(name.machine()))
}

/// How many files this process may have open; `None` where there is no limit.
#[must_use]
pub fn open_files_limit() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

/// The rights that are taken from new files; `None` where the kernel does not tell (before 4.7).
#[must_use]
pub fn umask() -> Option<u32> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix("Umask:"))?;
    u32::from_str_radix(value.trim(), 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_tells_of_itself_and_of_this_process() {
        let (release, machine) = this_kernel();
        assert!(release.contains('.') && !machine.is_empty(), "{release} {machine}");
        assert!(open_files_limit().is_none_or(|limit| limit > 0));
        assert!(umask().is_some_and(|umask| umask <= 0o777));
    }
}
