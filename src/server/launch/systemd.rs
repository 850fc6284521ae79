//! The unit of a server, see systemd.service(5) and systemd.exec(5).

use std::fmt::Write as _;

use super::{Launch, Neighbour, OPEN_FILES, PlainPath, STOP_SECONDS};
use crate::server::era::Readiness;

/// What no Mattermost of any version needs. A plugin is a process of its own below the server, and is bound by the same.
const HARDENING: &str = "\
NoNewPrivileges=yes
ProtectSystem=strict
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
";

/// Where temporary files lie, and the socket of `mmctl --local`.
const TEMPORARY: [&str; 2] = ["/tmp", "/var/tmp"];

/// What `ProtectHome=` takes away.
const HOMES: [&str; 3] = ["/home", "/root", "/run/user"];

pub(super) fn unit(launch: &Launch) -> String {
    let mut text = String::new();
    head(&mut text, launch);
    service(&mut text, launch);
    walls(&mut text, launch);
    text + "\n[Install]\nWantedBy=multi-user.target\n"
}

fn head(text: &mut String, launch: &Launch) {
    let (wants, after) = match launch.neighbour {
        Neighbour::Unknown => ("", " postgresql.service mysql.service mariadb.service"),
        Neighbour::Elsewhere => ("", ""),
        Neighbour::Postgres => (" postgresql.service", " postgresql.service"),
        Neighbour::MySql => (" mysql.service", " mysql.service mariadb.service"),
    };
    write(text, format_args!("[Unit]\nDescription=Mattermost, embedded in {}\n", launch.app));
    write(text, format_args!("Documentation=https://docs.mattermost.com\n"));
    write(text, format_args!("Wants=network-online.target{wants}\n"));
    write(text, format_args!("After=network-online.target{after}\n"));
}

fn service(text: &mut String, launch: &Launch) {
    text.push_str("\n[Service]\n");
    text.push_str(match launch.era().readiness() {
        Readiness::Notified => {
            "# The server says when it is ready: once its database is migrated, which may take long and must not be cut short.\n\
             Type=notify\nTimeoutStartSec=2h\n"
        }
        Readiness::Polled => {
            "# The server does not say when it is ready: servers do so from 4.8 on.\nType=simple\n"
        }
    });
    let words: Vec<String> = launch.words().into_iter().map(word).collect();
    let command = [vec![word(launch.program().as_str())], words].concat().join(" ");
    write(text, format_args!("ExecStart={command}\n"));
    write(text, format_args!("WorkingDirectory={}\n", doubled(launch.directory.as_str())));
    let account = &launch.account;
    write(text, format_args!("User={}\nGroup={}\n", account.user(), account.group()));
    if let Some(file) = &launch.environment_file {
        write(text, format_args!("EnvironmentFile={}\n", doubled(file.as_str())));
    }
    text.push_str("# Plugins are ended by the server.\nKillMode=mixed\n");
    write(text, format_args!("TimeoutStopSec={STOP_SECONDS}\n"));
    // Old servers end with 0 when they cannot start.
    write(text, format_args!("Restart=always\nRestartSec=10\nLimitNOFILE={OPEN_FILES}\n"));
}

fn walls(text: &mut String, launch: &Launch) {
    text.push_str("\n# The server writes to what ReadWritePaths= names, and nowhere else.\n");
    text.push_str(HARDENING);
    if !launch.paths().any(|path| HOMES.iter().any(|home| path.is_within(home))) {
        text.push_str("ProtectHome=yes\n");
    }
    capabilities(text, launch);
    let listens = launch.local_mode && launch.era().has_local_mode();
    let lives = launch.paths().any(|path| TEMPORARY.iter().any(|place| path.is_within(place)));
    if listens {
        text.push_str("# The socket of mmctl --local has to be seen by others.\nPrivateTmp=no\n");
    } else if lives {
        text.push_str("PrivateTmp=no\n");
    } else {
        text.push_str("PrivateTmp=yes\n");
    }
    let temporary = TEMPORARY.iter().filter(|_| listens || lives).map(|path| (*path).to_owned());
    // One that is not there yet is no reason not to start.
    let own = launch.writable.iter().map(|path: &PlainPath| word(&format!("-{path}")));
    for path in own.chain(temporary) {
        write(text, format_args!("ReadWritePaths={path}\n"));
    }
}

/// The superuser without capabilities could not even read what belongs to others.
fn capabilities(text: &mut String, launch: &Launch) {
    if launch.account.is_root() {
        return;
    }
    text.push_str(if launch.low_port {
        "# For a port below 1024.\n\
         CapabilityBoundingSet=CAP_NET_BIND_SERVICE\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n"
    } else {
        "CapabilityBoundingSet=\n"
    });
}

/// One word of several, see systemd.syntax(7). A plain path holds no quote of this kind, no backslash and no dollar.
fn word(text: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@".contains(c);
    if text.chars().all(is_bare) { text.to_owned() } else { format!("\"{}\"", doubled(text)) }
}

/// A percent sign begins a specifier; two are one.
fn doubled(text: &str) -> String {
    text.replace('%', "%%")
}

fn write(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.write_fmt(line).expect("a text takes what is written to it");
}
