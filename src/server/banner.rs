//! The answer of a server's version command.
//! Nothing is run here.

use crate::model::{Edition, Version};

use super::identity::{BuildIdentity, IdentityVerdict};

/// What a version command printed.
///
/// Observed on real servers 3.5 to 7.8: one `Name: value` line each. Versions before 3.6 print on stderr, all others
/// on stdout, where 4.10 to 6.3 mix in their log and `bin/platform` of 5.x a deprecation notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    /// Version and build number.
    pub identity: BuildIdentity,
    /// `Build Date`, verbatim; empty if not printed.
    pub build_date: String,
    /// `Build Hash`, verbatim; empty if not printed.
    pub build_hash: String,
    /// Printed from 2.1 on.
    pub edition: Option<Edition>,
    /// `DB Version`: only where the command opened the database (3.2 to 6.4).
    pub database_version: Option<Version>,
}

impl Banner {
    /// Finds the banner in everything the command printed. `None` if there is no `Version:` line with a version.
    #[must_use]
    pub fn parse(stdout: &str, stderr: &str) -> Option<Self> {
        [stdout, stderr].into_iter().find_map(Self::parse_stream)
    }

    fn parse_stream(text: &str) -> Option<Self> {
        let field = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
        };
        let owned = |name: &str| field(name).unwrap_or_default().to_owned();
        Some(Self {
            identity: BuildIdentity {
                version: field("Version")?.parse().ok()?,
                build_number: owned("Build Number"),
            },
            build_date: owned("Build Date"),
            build_hash: owned("Build Hash"),
            edition: match field("Build Enterprise Ready") {
                Some("true") => Some(Edition::Enterprise),
                Some("false") => Some(Edition::Team),
                _ => None,
            },
            database_version: field("DB Version").and_then(|text| text.parse().ok()),
        })
    }

    /// The release's number; see [`BuildIdentity::release_version`].
    #[must_use]
    pub fn release_version(&self) -> Version {
        self.identity.release_version()
    }

    /// Compares with the release that it should be.
    #[must_use]
    pub fn matches(&self, expected: &Version) -> IdentityVerdict {
        self.identity.matches(expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIM: &str = "
------------------------------------ ERROR ------------------------------------------------
The platform binary has been deprecated, please switch to using the new mattermost binary.
The platform binary will be removed in a future version.
-------------------------------------------------------------------------------------------
\t
{\"level\":\"info\",\"ts\":1795463374.2126415,\"caller\":\"sqlstore/supplier.go:261\",\"msg\":\"Pinging SQL master database\"}
{\"level\":\"info\",\"ts\":1795463375.0303533,\"caller\":\"commands/init.go:39\",\"msg\":\"Current version is 5.9.0 (5.9.0/Tue Feb 19 14:20:37 UTC 2019/4646c382955d960b95fc3d66544d00262607781c/none)\"}
Version: 5.9.0
Build Number: 5.9.0
Build Date: Tue Feb 19 14:20:37 UTC 2019
Build Hash: 4646c382955d960b95fc3d66544d00262607781c
Build Enterprise Ready: false
DB Version: 5.9.0
{\"level\":\"info\",\"ts\":1795463375.1,\"caller\":\"app/server.go:300\",\"msg\":\"Server stopped\"}
";

    const V3_5: &str = "Version: 3.5.0
Build Number: 3.5.1
Build Date: Wed Nov 23 17:20:28 UTC 2016
Build Hash: 36f62c9e82350f58c902f64a5d3304872431ad41
Build Enterprise Ready: false
DB Version: 3.5.0
";

    const V3_10: &str = "Version: 3.10.0
Build Number: 3.10.3
Build Date: Thu Aug 17 03:36:47 UTC 2017
Build Hash: f7f675d1a0c10f58f8b66e402be2e0e11b22ffde
Build Enterprise Ready: false
DB Version: 3.10.0
";

    const V7_8: &str = "Version: 7.8.0
Build Number: 7.8.0
Build Date: Mon Jan 16 14:15:07 UTC 2023
Build Hash: ad93c10bb31817a3e55ea8c3c69d3ea358e6274f
Build Enterprise Ready: false
";

    #[test]
    fn real_banners_tell_the_release() {
        let cases = [
            ("", V3_5, "3.5.1", Some("3.5.0")),
            (V3_10, "", "3.10.3", Some("3.10.0")),
            (SHIM, "", "5.9.0", Some("5.9.0")),
            (V7_8, "Flag --skip-server-start has been deprecated\n", "7.8.0", None),
        ];
        for (stdout, stderr, release, database) in cases {
            let banner = Banner::parse(stdout, stderr).unwrap();
            let release: Version = release.parse().unwrap();
            assert_eq!(banner.release_version(), release);
            assert_eq!(banner.matches(&release), IdentityVerdict::Equal);
            assert_eq!(banner.edition, Some(Edition::Team));
            assert_eq!(banner.database_version, database.map(|text| text.parse().unwrap()));
        }
    }

    #[test]
    fn date_and_hash_are_kept_verbatim() {
        let banner = Banner::parse(SHIM, "").unwrap();
        assert_eq!(banner.build_date, "Tue Feb 19 14:20:37 UTC 2019");
        assert_eq!(banner.build_hash, "4646c382955d960b95fc3d66544d00262607781c");
    }

    #[test]
    fn an_enterprise_build_says_so() {
        let text = V7_8.replace("Ready: false", "Ready: true");
        assert_eq!(Banner::parse(&text, "").unwrap().edition, Some(Edition::Enterprise));
    }

    #[test]
    fn output_without_a_version_is_no_banner() {
        for text in [
            "",
            "Error: unknown flag: --skip-server-start\n",
            "Version: \n",
            "Version: dev\n",
            "{\"msg\":\"Version: 5.9.0\"}\n",
            "  Version: 5.9.0 is indented, and so no line of the banner\n",
        ] {
            assert_eq!(Banner::parse(text, text), None, "{text:?}");
        }
    }
}
