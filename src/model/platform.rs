//! What a release archive is built for.
//! Which archives exist is not known here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::elf::Machine;

/// Operating system and processor, as the names of archives have them. Only those for which Mattermost publishes servers
/// that run under Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Platform {
    /// `linux-amd64`, published since the first release.
    #[serde(rename = "linux-amd64")]
    LinuxAmd64,
    /// `linux-arm64`, published since the 6.x releases, without plugins.
    #[serde(rename = "linux-arm64")]
    LinuxArm64,
}

/// Why a text names no [`Platform`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no platform of Mattermost servers: expected linux-amd64 or linux-arm64")]
pub struct PlatformError {
    text: String,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::LinuxAmd64, Self::LinuxArm64];

    /// The name, as archives have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LinuxAmd64 => "linux-amd64",
            Self::LinuxArm64 => "linux-arm64",
        }
    }

    /// The one for this machine, if Mattermost publishes anything for it.
    #[must_use]
    pub const fn of(machine: Machine) -> Option<Self> {
        match machine {
            Machine::X86_64 => Some(Self::LinuxAmd64),
            Machine::Aarch64 => Some(Self::LinuxArm64),
            Machine::X86
            | Machine::Arm
            | Machine::Riscv64
            | Machine::Ppc64
            | Machine::S390x
            | Machine::Other(_) => None,
        }
    }

    /// What an archive is built for, by its published name.
    #[must_use]
    pub fn from_file_name(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".tar.gz")?;
        Self::ALL.into_iter().find(|platform| stem.ends_with(&format!("-{platform}")))
    }

    /// The machine that its programs are made for.
    #[must_use]
    pub const fn machine(self) -> Machine {
        match self {
            Self::LinuxAmd64 => Machine::X86_64,
            Self::LinuxArm64 => Machine::Aarch64,
        }
    }
}

impl FromStr for Platform {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, PlatformError> {
        let named = Self::ALL.into_iter().find(|platform| platform.as_str() == text);
        named.ok_or_else(|| PlatformError { text: text.to_owned() })
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_machines_have_theirs() {
        for platform in Platform::ALL {
            assert_eq!(platform.to_string().parse(), Ok(platform));
            assert_eq!(Platform::of(platform.machine()), Some(platform));
        }
        assert_eq!(Platform::of(Machine::Arm), None);
        assert!("windows-amd64".parse::<Platform>().is_err());
    }
}
