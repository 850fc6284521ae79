//! The init script of a server, as the Linux Standard Base describes such scripts.

use super::runit::read_environment;
use super::shell_word::{all_quoted, quoted};
use super::{Launch, OPEN_FILES, STOP_SECONDS};

/// What does not depend on the server.
const BODY: &str = include_str!("init_script.sh");

pub(super) fn script(launch: &Launch, name: &str) -> String {
    let app = &launch.app;
    let environment = match &launch.environment_file {
        Some(file) => {
            let lines = read_environment(file);
            format!("[ -r {} ] || return 6\n{lines}", quoted(file.as_str()))
        }
        None => ":\n".to_owned(),
    };
    let account = &launch.account;
    format!(
        "#!/bin/sh\n\
         ### BEGIN INIT INFO\n\
         # Provides:          {name}\n\
         # Required-Start:    $remote_fs $syslog $network\n\
         # Required-Stop:     $remote_fs $syslog $network\n\
         # Should-Start:      $named $time postgresql mysql mariadb\n\
         # Should-Stop:       $named $time postgresql mysql mariadb\n\
         # Default-Start:     2 3 4 5\n\
         # Default-Stop:      0 1 6\n\
         # Short-Description: Mattermost, embedded in {app}\n\
         # Description:       Starts and stops the Mattermost server that is embedded in {app}.\n\
         ### END INIT INFO\n\
         \n\
         name={name}\n\
         program={program}\n\
         directory={directory}\n\
         console={console}\n\
         pidfile={pid_file}\n\
         user={user}\n\
         group={group}\n\
         numeric={numeric}\n\
         files={OPEN_FILES}\n\
         patience={STOP_SECONDS}\n\
         words() {{ set -- {words}; launch \"$@\"; }}\n\
         environment() {{\n{environment}}}\n\
         \n{BODY}",
        program = quoted(launch.program().as_str()),
        directory = quoted(launch.directory.as_str()),
        console = quoted(&format!("{}/{name}.console", launch.logs)),
        pid_file = quoted(launch.pid_file.as_str()),
        user = account.user(),
        group = account.group(),
        numeric = if account.is_numeric() { "yes" } else { "no" },
        words = all_quoted(&launch.words()),
    )
}
