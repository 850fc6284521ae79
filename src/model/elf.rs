//! What the head of a program file tells: for which machine it was made, and which C library it needs.
//! No file is opened here; whoever asks hands over the bytes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of processor a program is made for, or a machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Machine {
    /// 64-bit Intel and AMD; published as `amd64`.
    X86_64,
    /// 32-bit Intel and AMD.
    X86,
    /// 64-bit ARM; published as `arm64`.
    Aarch64,
    /// 32-bit ARM.
    Arm,
    /// 64-bit RISC-V.
    Riscv64,
    /// 64-bit POWER.
    Ppc64,
    /// IBM Z.
    S390x,
    /// Any other, by its number in the ELF header; 0 if not even that is known.
    Other(u16),
}

/// Why bytes are not the head of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotElf {
    /// There are none.
    #[error("the file is empty, not a program")]
    Empty,
    /// A script.
    #[error("the file is a script, not a compiled program")]
    Script,
    /// Anything else.
    #[error("the file is not a program for Linux (no ELF header)")]
    Foreign,
    /// It begins as a program and ends too early, or says impossible things.
    #[error("the file begins like a program, and is damaged or cut off")]
    Damaged,
}

/// How many bytes [`ElfHeader::read`] wants to see, if the file has them: the size of a 64-bit ELF header.
pub const ELF_HEAD: usize = 64;

/// The head of a program, see elf(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElfHeader {
    /// For which machine it was made.
    pub machine: Machine,
    /// Whether it is a 64-bit program.
    pub is_64_bit: bool,
    /// Whether its numbers begin with the low byte.
    pub is_little_endian: bool,
}

impl ElfHeader {
    /// Reads the first bytes of a file, [`ELF_HEAD`] of them unless the file is shorter.
    pub fn read(head: &[u8]) -> Result<Self, NotElf> {
        if !head.starts_with(b"\x7fELF") {
            return Err(match head {
                [] => NotElf::Empty,
                [b'#', b'!', ..] => NotElf::Script,
                _ => NotElf::Foreign,
            });
        }
        let byte = |at: usize| head.get(at).copied().ok_or(NotElf::Damaged);
        let is_64_bit = match byte(4)? {
            1 => false,
            2 => true,
            _ => return Err(NotElf::Damaged),
        };
        let is_little_endian = match byte(5)? {
            1 => true,
            2 => false,
            _ => return Err(NotElf::Damaged),
        };
        let number = [byte(18)?, byte(19)?];
        let number =
            if is_little_endian { u16::from_le_bytes(number) } else { u16::from_be_bytes(number) };
        if head.len() < if is_64_bit { 64 } else { 52 } {
            return Err(NotElf::Damaged);
        }
        Ok(Self { machine: Machine::from_number(number), is_64_bit, is_little_endian })
    }
}

impl Machine {
    /// From the field `e_machine`; the numbers are those of `linux/elf-em.h`.
    const fn from_number(number: u16) -> Self {
        match number {
            3 => Self::X86,
            21 => Self::Ppc64,
            22 => Self::S390x,
            40 => Self::Arm,
            62 => Self::X86_64,
            183 => Self::Aarch64,
            243 => Self::Riscv64,
            other => Self::Other(other),
        }
    }

    /// From what uname(2) calls the machine.
    #[must_use]
    pub fn from_uname(name: &str) -> Self {
        match name {
            "x86_64" => Self::X86_64,
            "i386" | "i486" | "i586" | "i686" => Self::X86,
            "aarch64" => Self::Aarch64,
            "riscv64" => Self::Riscv64,
            "ppc64" | "ppc64le" => Self::Ppc64,
            "s390x" => Self::S390x,
            arm if arm.starts_with("armv") => Self::Arm,
            _ => Self::Other(0),
        }
    }

    /// Does a machine of this kind run programs made for `program`, emulation aside? A machine that is not known here
    /// gets the benefit of the doubt.
    #[must_use]
    pub fn runs(self, program: Self) -> bool {
        self == program
            || (self, program) == (Self::X86_64, Self::X86)
            || matches!(self, Self::Other(_))
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X86_64 => "x86_64 (amd64)",
            Self::X86 => "x86 (32 bit)",
            Self::Aarch64 => "aarch64 (arm64)",
            Self::Arm => "arm (32 bit)",
            Self::Riscv64 => "riscv64",
            Self::Ppc64 => "ppc64",
            Self::S390x => "s390x",
            Self::Other(number) => return write!(f, "unknown machine {number}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(class: u8, order: u8, machine: [u8; 2]) -> Vec<u8> {
        let mut head = vec![0; ELF_HEAD];
        head[..4].copy_from_slice(b"\x7fELF");
        head[4] = class;
        head[5] = order;
        head[18..20].copy_from_slice(&machine);
        head
    }

    #[test]
    fn machines_are_told_apart_in_both_byte_orders() {
        for (class, order, number, machine) in [
            (2, 1, [62, 0], Machine::X86_64),
            (2, 1, [183, 0], Machine::Aarch64),
            (1, 1, [40, 0], Machine::Arm),
            (1, 1, [3, 0], Machine::X86),
            (2, 1, [243, 0], Machine::Riscv64),
            (2, 2, [0, 22], Machine::S390x),
            (2, 2, [0, 21], Machine::Ppc64),
            (2, 1, [1, 1], Machine::Other(257)),
        ] {
            let header = ElfHeader::read(&head(class, order, number)).unwrap();
            assert_eq!(header.machine, machine);
            assert_eq!((header.is_64_bit, header.is_little_endian), (class == 2, order == 1));
        }
    }

    #[test]
    fn what_is_no_program_is_told_why() {
        let whole = head(2, 1, [62, 0]);
        for (bytes, error) in [
            (&b""[..], NotElf::Empty),
            (b"#!/bin/sh\n", NotElf::Script),
            (b"\x1f\x8b\x08", NotElf::Foreign),
            (b"\x7fEL", NotElf::Foreign),
            (b"\x7fELF", NotElf::Damaged),
            (&whole[..63], NotElf::Damaged),
            (&head(3, 1, [62, 0]), NotElf::Damaged),
            (&head(2, 0, [62, 0]), NotElf::Damaged),
        ] {
            assert_eq!(ElfHeader::read(bytes), Err(error), "{bytes:?}");
        }
    }

    #[test]
    fn what_uname_says_is_known() {
        for (name, machine) in [
            ("x86_64", Machine::X86_64),
            ("i686", Machine::X86),
            ("aarch64", Machine::Aarch64),
            ("armv7l", Machine::Arm),
            ("ppc64le", Machine::Ppc64),
            ("loongarch64", Machine::Other(0)),
        ] {
            assert_eq!(Machine::from_uname(name), machine);
        }
        assert!(Machine::X86_64.runs(Machine::X86));
        assert!(!Machine::X86.runs(Machine::X86_64));
        assert!(!Machine::Aarch64.runs(Machine::X86_64));
    }
}
