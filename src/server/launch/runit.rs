//! The programs of a service that runit looks after, see runsv(8), chpst(8) and svlogd(8).

use super::shell_word::{all_quoted, quoted};
use super::{Account, Launch, OPEN_FILES, PlainPath};

/// Becomes the server.
pub(super) fn run(launch: &Launch) -> String {
    let program = launch.program();
    let mut words = vec![program.as_str()];
    words.extend(launch.words());
    let environment = launch.environment_file.as_ref().map(read_environment).unwrap_or_default();
    format!(
        "#!/bin/sh\n\
         exec 2>&1\n\
         cd {directory} || exit 1\n\
         {environment}\
         ulimit -n {OPEN_FILES} || :\n\
         exec chpst -u {account} {command}\n",
        directory = quoted(launch.directory.as_str()),
        account = named(&launch.account),
        command = all_quoted(&words),
    )
}

/// Writes what the server says to a directory of the server's user.
pub(super) fn log(launch: &Launch, directory: &PlainPath) -> String {
    let account = &launch.account;
    format!(
        "#!/bin/sh\n\
         logs={directory}\n\
         [ -d \"$logs\" ] || install -d -m 0750 -o {user} -g {group} \"$logs\" || exit 1\n\
         exec chpst -u {named} svlogd -tt \"$logs\"\n",
        directory = quoted(directory.as_str()),
        user = account.user(),
        group = account.group(),
        named = named(account),
    )
}

/// The lines of a shell that give a server the variables in a file.
pub(super) fn read_environment(file: &PlainPath) -> String {
    format!("# As `mmembed config env` writes it.\nset -a\n. {}\nset +a\n", quoted(file.as_str()))
}

/// A colon in front of numbers that need not belong to anybody.
fn named(account: &Account) -> String {
    if account.is_numeric() { format!(":{account}") } else { account.to_string() }
}
