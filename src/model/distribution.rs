//! Of which family a Linux distribution is, and how a package is installed there.
//! No file is opened here.

/// Who makes packages in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Debian, Ubuntu and theirs.
    Debian,
    /// Red Hat, Fedora and theirs.
    RedHat,
    /// SUSE.
    Suse,
    /// Alpine.
    Alpine,
}

/// A distribution, as `/etc/os-release` tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// What it calls itself, such as `Debian GNU/Linux 12 (bookworm)`; empty if it does not say.
    pub name: String,
    /// Of which family it is, if of one whose packages are known.
    pub family: Option<Family>,
}

/// What brings programs that others have made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    /// `psql`, `pg_dump` and `pg_restore` of this major version at least; of any without one.
    PostgresClient(Option<u32>),
    /// `mysql` and `mysqldump`, or MariaDB's.
    MysqlClient,
    /// `systemctl`.
    Systemd,
    /// `sv`.
    Runit,
    /// `service`.
    Service,
    /// `getent` and `getconf`.
    LibraryPrograms,
}

impl Distribution {
    /// Reads what os-release(5) describes: `NAME=value`, one a line, values as a shell writes them.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let value = |name: &str| {
            let found =
                text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='));
            found.unwrap_or_default().trim_matches(['"', '\'']).to_owned()
        };
        let (id, like) = (value("ID"), value("ID_LIKE"));
        let family =
            std::iter::once(id.as_str()).chain(like.split_whitespace()).find_map(family_of);
        Self { name: value("PRETTY_NAME"), family }
    }

    /// The command that installs a package; `None` where the packages are not known.
    #[must_use]
    pub fn install(&self, package: Package) -> Option<String> {
        let family = self.family?;
        let command = match family {
            Family::Debian => "apt-get install",
            Family::RedHat => "dnf install",
            Family::Suse => "zypper install",
            Family::Alpine => "apk add",
        };
        Some(format!("{command} {}", name_in(family, package)))
    }
}

fn family_of(id: &str) -> Option<Family> {
    match id {
        "debian" | "ubuntu" => Some(Family::Debian),
        "rhel" | "fedora" | "centos" => Some(Family::RedHat),
        "suse" | "opensuse" | "sles" => Some(Family::Suse),
        "alpine" => Some(Family::Alpine),
        _ => None,
    }
}

/// What a package is called. Debian and SUSE name the clients of each PostgreSQL; so does PostgreSQL's own archive for Red Hat.
fn name_in(family: Family, package: Package) -> String {
    let name = match (package, family) {
        (Package::PostgresClient(Some(major)), Family::Debian) => {
            return format!("postgresql-client-{major}");
        }
        (Package::PostgresClient(Some(major)), Family::RedHat | Family::Suse) => {
            return format!("postgresql{major}");
        }
        (Package::PostgresClient(Some(major)), Family::Alpine) => {
            return format!("postgresql{major}-client");
        }
        (Package::PostgresClient(None), Family::Debian | Family::Alpine) => "postgresql-client",
        (Package::PostgresClient(None), Family::RedHat | Family::Suse) => "postgresql",
        (Package::MysqlClient, Family::Debian) => "default-mysql-client",
        (Package::MysqlClient, Family::RedHat) => "mariadb",
        (Package::MysqlClient, Family::Suse | Family::Alpine) => "mariadb-client",
        (Package::Systemd, _) => "systemd",
        (Package::Runit, _) => "runit",
        (Package::Service, Family::Debian) => "init-system-helpers",
        (Package::Service, Family::RedHat) => "initscripts-service",
        (Package::Service, Family::Suse) => "aaa_base",
        (Package::Service, Family::Alpine) => "openrc",
        (Package::LibraryPrograms, Family::Debian) => "libc-bin",
        (Package::LibraryPrograms, Family::RedHat) => "glibc-common",
        (Package::LibraryPrograms, Family::Suse) => "glibc",
        (Package::LibraryPrograms, Family::Alpine) => "musl-utils",
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_say_whose_packages_they_have() {
        for (text, command) in [
            (
                "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n",
                Some("apt-get install postgresql-client"),
            ),
            (
                "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n",
                Some("apt-get install postgresql-client"),
            ),
            ("ID=\"almalinux\"\nID_LIKE=\"rhel centos fedora\"\n", Some("dnf install postgresql")),
            ("ID=fedora\n", Some("dnf install postgresql")),
            (
                "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n",
                Some("zypper install postgresql"),
            ),
            ("ID=alpine\n", Some("apk add postgresql-client")),
            ("ID=arch\n", None),
            ("", None),
        ] {
            let distribution = Distribution::parse(text);
            let install = distribution.install(Package::PostgresClient(None));
            assert_eq!(install.as_deref(), command, "{text}");
        }
        let debian = Distribution::parse("PRETTY_NAME='Debian'\nID=debian");
        assert_eq!(debian.name, "Debian");
        let newer = debian.install(Package::PostgresClient(Some(17)));
        assert_eq!(newer.as_deref(), Some("apt-get install postgresql-client-17"));
    }
}
