//! Users and groups: from names to numbers and back.
//! No file changes hands here.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::fs;
use std::path::{Path, PathBuf};

use super::exec::{Exec, ExecError};
use super::exit::Exit;
use crate::model::{CommandSpec, Owner};

/// The exit code by which getent(1) says that there is no such name.
const GETENT_NOT_FOUND: Exit = Exit::Code(2);

/// Looks users and groups up, wherever the system keeps them.
///
/// Asked is `getent`, which also knows LDAP and the like; where it is missing, `/etc/passwd` and `/etc/group`. A root that has
/// these files of its own knows its users by them alone.
#[derive(Clone, Debug)]
pub struct Users {
    /// `None` where only the files count.
    getent: Option<Exec>,
    etc: PathBuf,
}

/// Why a name gave no numbers.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// The text has no such form.
    #[error("{text:?} names no owner; write user, user:group, or two numbers such as 1000:1000")]
    Malformed {
        /// What was given.
        text: String,
    },
    /// Nobody has that name.
    #[error(
        "there is no {what} {name:?} on this machine; make it first, or give numbers such as 1000:1000"
    )]
    Unknown {
        /// `user` or `group`.
        what: &'static str,
        /// The name that was looked up.
        name: String,
    },
    /// The lookup itself failed.
    #[error("cannot look up {name:?}; numbers such as 1000:1000 can be given instead")]
    Lookup {
        /// The name that was looked up.
        name: String,
        /// What went wrong.
        #[source]
        source: ExecError,
    },
}

/// Which of the two tables.
#[derive(Clone, Copy)]
enum Table {
    Passwd,
    Group,
}

impl Table {
    const fn name(self) -> &'static str {
        match self {
            Self::Passwd => "passwd",
            Self::Group => "group",
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Passwd => "user",
            Self::Group => "group",
        }
    }
}

impl Users {
    /// The users of this machine.
    #[must_use]
    pub fn new(exec: Exec) -> Self {
        Self { getent: Some(exec), etc: PathBuf::from("/etc") }
    }

    /// The users of a root: those of its own `etc/passwd`, or of this machine where it has none.
    #[must_use]
    pub fn below(root: &Path, exec: Exec) -> Self {
        let etc = root.join("etc");
        if root != Path::new("/") && etc.join(Table::Passwd.name()).is_file() {
            Self { getent: None, etc }
        } else {
            Self::new(exec)
        }
    }

    /// The numbers of `user`, `user:group`, `1000` or `1000:1000`. Without a group it is the user's own.
    ///
    /// Digits are numbers and never looked up as names; two numbers need not belong to anybody.
    pub fn lookup(&self, text: &str) -> Result<Owner, OwnerError> {
        let malformed = || OwnerError::Malformed { text: text.to_owned() };
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (text, None),
        };
        if !is_name(user) || !group.is_none_or(is_name) {
            return Err(malformed());
        }
        match (number(user), group) {
            (Some(uid), Some(group)) => {
                Ok(Owner { uid: uid.ok_or_else(malformed)?, gid: self.group(group)? })
            }
            (_, group) => {
                let mut owner = self.user(user)?;
                if let Some(group) = group {
                    owner.gid = self.group(group)?;
                }
                Ok(owner)
            }
        }
    }

    /// The names of an owner as `user:group`; numbers where there is no name.
    #[must_use]
    pub fn names(&self, owner: Owner) -> String {
        let name = |table, id: u32| {
            let line = self.line(table, &id.to_string()).ok().flatten();
            line.and_then(|line| Some(line.split(':').next()?.to_owned()))
                .unwrap_or_else(|| id.to_string())
        };
        format!("{}:{}", name(Table::Passwd, owner.uid), name(Table::Group, owner.gid))
    }

    fn user(&self, name: &str) -> Result<Owner, OwnerError> {
        let line = self.required(Table::Passwd, name)?;
        let mut fields = line.split(':').skip(2).map(str::parse);
        match (fields.next(), fields.next()) {
            (Some(Ok(uid)), Some(Ok(gid))) => Ok(Owner { uid, gid }),
            _ => Err(unknown(Table::Passwd, name)),
        }
    }

    fn group(&self, name: &str) -> Result<u32, OwnerError> {
        if let Some(gid) = number(name) {
            return gid.ok_or_else(|| unknown(Table::Group, name));
        }
        let line = self.required(Table::Group, name)?;
        line.split(':')
            .nth(2)
            .and_then(|gid| gid.parse().ok())
            .ok_or_else(|| unknown(Table::Group, name))
    }

    fn required(&self, table: Table, key: &str) -> Result<String, OwnerError> {
        self.line(table, key)?.ok_or_else(|| unknown(table, key))
    }

    /// The line of a table whose name or number is `key`.
    fn line(&self, table: Table, key: &str) -> Result<Option<String>, OwnerError> {
        let Some(exec) = &self.getent else {
            return Ok(self.line_of_file(table, key));
        };
        let spec = CommandSpec::new("getent").arg(table.name()).arg(key);
        match exec.run(&spec) {
            Ok(output) if output.exit.is_success() => {
                Ok(output.stdout.text().lines().next().map(str::to_owned))
            }
            Ok(output) if output.exit == GETENT_NOT_FOUND => Ok(None),
            Ok(_) | Err(ExecError::NotFound { .. }) => Ok(self.line_of_file(table, key)),
            Err(source) => Err(OwnerError::Lookup { name: key.to_owned(), source }),
        }
    }

    /// The same from `/etc`, which need not know everybody.
    fn line_of_file(&self, table: Table, key: &str) -> Option<String> {
        let text = fs::read(self.etc.join(table.name())).ok()?;
        let text = String::from_utf8_lossy(&text);
        let matches = |line: &&str| {
            let mut fields = line.split(':');
            fields.next() == Some(key) || fields.nth(1) == Some(key)
        };
        text.lines().find(matches).map(str::to_owned)
    }
}

/// Who runs this program.
#[must_use]
pub fn current_owner() -> Owner {
    Owner { uid: rustix::process::geteuid().as_raw(), gid: rustix::process::getegid().as_raw() }
}

/// Does the superuser run this program?
#[must_use]
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn unknown(table: Table, name: &str) -> OwnerError {
    OwnerError::Unknown { what: table.noun(), name: name.to_owned() }
}

/// Not a number at all: `None`. A number that no user can have, as -1 means "leave it": `Some(None)`.
#[expect(clippy::option_option, reason = "no number, an impossible number, a number")]
fn number(text: &str) -> Option<Option<u32>> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().ok().filter(|id| *id != u32::MAX))
}

/// Could it be a name? Nothing that getent would take for an option.
fn is_name(text: &str) -> bool {
    let strange = |c: char| c.is_control() || c.is_whitespace() || matches!(c, ':' | '/' | ',');
    !text.is_empty() && !text.starts_with('-') && !text.contains(strange)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: &str = "no-such-user-anywhere";

    fn system() -> Users {
        Users::new(Exec::default())
    }

    /// A machine without getent, with tables of its own.
    fn without_getent(dir: &tempfile::TempDir) -> Users {
        fs::write(
            dir.path().join("passwd"),
            "root:x:0:0:root:/root:/bin/sh\nacme:x:1234:2345::/:/bin/false\n",
        )
        .unwrap();
        fs::write(dir.path().join("group"), "root:x:0:\nstaff:x:50:acme\n").unwrap();
        Users { getent: Some(Exec::with_path(Vec::new())), etc: dir.path().to_owned() }
    }

    fn owner(uid: u32, gid: u32) -> Owner {
        Owner { uid, gid }
    }

    #[test]
    fn names_and_numbers_of_this_machine() {
        let users = system();
        assert_eq!(users.lookup("root").unwrap(), owner(0, 0));
        assert_eq!(users.lookup("0").unwrap(), owner(0, 0));
        assert_eq!(users.lookup("root:root").unwrap(), owner(0, 0));
        assert_eq!(
            users.lookup("4123456789:4123456788").unwrap(),
            owner(4_123_456_789, 4_123_456_788)
        );
        assert_eq!(users.names(owner(0, 0)), "root:root");
        assert_eq!(users.names(owner(4_123_456_789, 0)), "4123456789:root");
    }

    #[test]
    fn the_files_serve_where_getent_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let users = without_getent(&dir);
        assert_eq!(users.lookup("acme").unwrap(), owner(1234, 2345));
        assert_eq!(users.lookup("1234").unwrap(), owner(1234, 2345));
        assert_eq!(users.lookup("acme:staff").unwrap(), owner(1234, 50));
        assert_eq!(users.lookup("77:staff").unwrap(), owner(77, 50));
        assert_eq!(users.lookup("acme:7").unwrap(), owner(1234, 7));
        assert_eq!(users.names(owner(1234, 50)), "acme:staff");
        assert!(users.lookup("staff").is_err());
    }

    #[test]
    fn a_root_with_users_of_its_own_knows_no_others() {
        let root = tempfile::tempdir().unwrap();
        let users = || Users::below(root.path(), Exec::default());
        assert_eq!(users().lookup("root").unwrap(), owner(0, 0));
        assert!(users().lookup("acme").is_err());
        fs::create_dir(root.path().join("etc")).unwrap();
        fs::write(root.path().join("etc/passwd"), "acme:x:1234:2345::/:/bin/false\n").unwrap();
        fs::write(root.path().join("etc/group"), "chat:x:50:\n").unwrap();
        assert_eq!(users().lookup("acme").unwrap(), owner(1234, 2345));
        assert_eq!(users().lookup("acme:chat").unwrap(), owner(1234, 50));
        assert_eq!(users().names(owner(1234, 50)), "acme:chat");
        assert!(users().lookup("root").is_err());
    }

    #[test]
    fn an_unknown_name_is_told_with_the_way_out() {
        for (text, start) in [
            (NOBODY.to_owned(), "there is no user \"no-such"),
            (format!("root:{NOBODY}"), "there is no group \"no-such"),
            ("3999999999".to_owned(), "there is no user \"3999999999\""),
        ] {
            let error = system().lookup(&text).unwrap_err().to_string();
            assert!(error.starts_with(start), "{error}");
            assert!(error.ends_with("give numbers such as 1000:1000"), "{error}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused_before_it_is_looked_up() {
        for text in
            ["", ":", "root:", ":root", "-s", "root:-s", "a b", "a:b:c", "../x", "4294967295:0"]
        {
            let error = system().lookup(text).unwrap_err();
            assert!(matches!(error, OwnerError::Malformed { .. }), "{text}: {error:?}");
        }
        assert!(system().lookup("0:4294967295").is_err());
    }

    #[test]
    fn this_process_has_an_owner() {
        assert_eq!(is_root(), current_owner().uid == 0);
    }
}
