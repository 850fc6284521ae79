//! The machine and the process that asks.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::host::{
    Host, current_owner, is_root, open_files_limit, this_glibc, this_kernel, this_machine, umask,
};
use crate::model::{Area, Distribution, Finding, Observation, Platform, Severity};
use crate::release::Catalog;

/// Fewer are too few for a server with some hundred people, whose service may raise the limit.
const FEW_FILES: u64 = 1024;

/// Nobody but the owner may read what is made with one of these bits missing.
const OTHERS: u32 = 0o055;

pub(super) fn examine(host: &Host, distribution: &Distribution) -> Vec<Observation> {
    let system = if distribution.name.is_empty() { "a Linux" } else { &distribution.name };
    let (kernel, processor) = this_kernel();
    vec![
        Observation::good(Area::Host, "system", format!("{system}, kernel {kernel}")),
        processor_seen(&processor),
        library(host),
        user(),
        open_files(),
        rights_of_new_files(),
        clock(host.clock.now()),
    ]
}

fn processor_seen(name: &str) -> Observation {
    if Platform::of(this_machine()).is_some() {
        return Observation::good(Area::Host, "processor", name);
    }
    let text = format!("{name}, for which Mattermost publishes no server");
    let finding = Finding::new(Severity::Fatal, "processor", text)
        .advise("use a machine with an amd64 or arm64 processor");
    Observation::found(Area::Host, "processor", finding)
}

fn library(host: &Host) -> Observation {
    if let Some(version) = this_glibc(&host.exec) {
        return Observation::good(Area::Host, "C library", format!("GNU {version}"));
    }
    let text = "not GNU's, or it does not say: the server is made for the GNU C library";
    let finding = Finding::new(Severity::Warning, "library-unseen", text)
        .advise("make sure that `getconf GNU_LIBC_VERSION` answers");
    Observation::found(Area::Host, "C library", finding)
}

fn user() -> Observation {
    let owner = current_owner();
    let who = if is_root() { format!("root ({owner})") } else { format!("{owner}, not root") };
    Observation::good(Area::Host, "user", who)
}

fn open_files() -> Observation {
    match open_files_limit() {
        None => Observation::good(Area::Host, "open files", "no limit"),
        Some(limit) if limit >= FEW_FILES => {
            Observation::good(Area::Host, "open files", format!("up to {limit}"))
        }
        Some(limit) => {
            let text = format!("only {limit} at a time, and a server needs {FEW_FILES}");
            let finding = Finding::new(Severity::Warning, "open-files", text)
                .advise(format!("ulimit -n {FEW_FILES}"));
            Observation::found(Area::Host, "open files", finding)
        }
    }
}

fn rights_of_new_files() -> Observation {
    match umask() {
        Some(umask) if umask & OTHERS != 0 => {
            let text = format!(
                "{umask:04o}: what hooks and service commands make cannot be read by other users"
            );
            let finding = Finding::new(Severity::Warning, "umask", text).advise("umask 0022");
            Observation::found(Area::Host, "umask", finding)
        }
        Some(umask) => Observation::good(Area::Host, "umask", format!("{umask:04o}")),
        None => Observation::good(Area::Host, "umask", "not told by this kernel"),
    }
}

/// A clock that is behind the releases that were known when this program was made is wrong.
fn clock(now: Timestamp) -> Observation {
    let shown = now.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let today = TimeZone::UTC.to_datetime(now).date();
    let built_in = Catalog::built_in().as_of();
    if today >= built_in {
        return Observation::good(Area::Host, "clock", shown);
    }
    let text = format!("{shown}, which is before {built_in}, up to which releases are known");
    let finding = Finding::new(Severity::Warning, "clock", text).advise("timedatectl set-ntp true");
    Observation::found(Area::Host, "clock", finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Health;

    #[test]
    fn a_clock_that_is_behind_is_told() {
        let at = |text: &str| clock(text.parse().unwrap());
        assert_eq!(at("2040-01-01T12:00:00Z").health, Health::Ok);
        let behind = at("1970-01-01T00:00:10Z");
        assert_eq!(behind.health, Health::Warning);
        assert!(behind.text.starts_with("1970-01-01 00:00 UTC, which is before"), "{behind:?}");
    }
}
