//! What the vendor's tools are: PostgreSQL's refuse a server that is newer than they are.

use crate::model::CommandSpec;

/// A tool that cannot save this server's databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the dump tool is too old: pg_dump {tool} refuses the database of a PostgreSQL {server} server"
)]
pub struct ToolTooOld {
    /// The tool's major version.
    pub tool: u32,
    /// The server's.
    pub server: u32,
}

/// Asks a tool for its version; see [`parse_tool_version`].
#[must_use]
pub fn ask_tool_version(program: &str) -> CommandSpec {
    CommandSpec::new(program).arg("--version")
}

/// The major version in `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or `… 17beta1`; before 10, a major version
/// had two numbers, of which this is the first.
#[must_use]
pub fn parse_tool_version(output: &str) -> Option<u32> {
    let (_, version) = output.split_once("(PostgreSQL) ")?;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version.get(..digits)?.parse().ok()
}

/// May a `pg_dump` of this major version save from a server of that number (`server_version_num`, as 150018)?
pub const fn can_dump(tool: u32, server_version_num: u32) -> Result<(), ToolTooOld> {
    let server = server_version_num / 10_000;
    if tool < server { Err(ToolTooOld { tool, server }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banners_of_real_tools_are_read() {
        for (banner, major) in [
            ("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(15)),
            ("pg_dump (PostgreSQL) 9.6.24\n", Some(9)),
            ("pg_dump (PostgreSQL) 18beta1\n", Some(18)),
            ("pg_dump (PostgreSQL) \n", None),
            ("mysqldump  Ver 10.19 Distrib 10.11.6-MariaDB\n", None),
        ] {
            assert_eq!(parse_tool_version(banner), major, "{banner}");
        }
    }

    #[test]
    fn a_tool_serves_its_own_version_and_older_ones() {
        assert_eq!(can_dump(15, 150_018), Ok(()));
        assert_eq!(can_dump(17, 90_624), Ok(()));
        let error = can_dump(13, 150_018).unwrap_err();
        assert_eq!(error, ToolTooOld { tool: 13, server: 15 });
        assert_eq!(
            error.to_string(),
            "the dump tool is too old: pg_dump 13 refuses the database of a PostgreSQL 15 server"
        );
    }
}
