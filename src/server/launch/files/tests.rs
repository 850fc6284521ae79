use super::super::samples::{launch, path};
use super::super::{Neighbour, Seal, read_seal};
use super::*;

/// The text of the only file, without its seal.
fn text_of(kind: ServiceKind, launch: &Launch) -> String {
    let files = arrange(kind, "acme-mattermost", launch, None).unwrap().files;
    assert_eq!(files.len(), 1);
    assert_eq!(read_seal(&launch.app, files[0].text.as_bytes()), Seal::Whole);
    let lines = files[0].text.lines().filter(|line| !line.starts_with("# mmembed wrote this"));
    let mut text: String = lines.collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

fn unit(launch: &Launch) -> String {
    text_of(ServiceKind::Systemd, launch)
}

#[test]
fn a_unit_for_a_server_that_says_when_it_is_ready() {
    insta::assert_snapshot!(unit(&launch("10.11.4")), @r"
    [Unit]
    Description=Mattermost, embedded in acme
    Documentation=https://docs.mattermost.com
    Wants=network-online.target
    After=network-online.target postgresql.service mysql.service mariadb.service

    [Service]
    # The server says when it is ready: once its database is migrated, which may take long and must not be cut short.
    Type=notify
    TimeoutStartSec=2h
    ExecStart=/opt/acme/embedded/mattermost/bin/mattermost --config /opt/acme/embedded/mattermost/config/config.json
    WorkingDirectory=/opt/acme/embedded/mattermost
    User=mattermost
    Group=mattermost
    # Plugins are ended by the server.
    KillMode=mixed
    TimeoutStopSec=120
    Restart=always
    RestartSec=10
    LimitNOFILE=49152

    # The server writes to what ReadWritePaths= names, and nowhere else.
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
    ProtectHome=yes
    CapabilityBoundingSet=
    PrivateTmp=yes
    ReadWritePaths=-/opt/acme/embedded/mattermost/config
    ReadWritePaths=-/var/opt/acme/mattermost/data
    ReadWritePaths=-/var/opt/acme/mattermost/logs

    [Install]
    WantedBy=multi-user.target
    ");
}

/// Each fact on both sides of its step.
#[test]
fn a_unit_fits_its_era() {
    for (version, kind, command) in [
        ("2.2.0", "simple", "bin/platform -config /"),
        ("3.5.1", "simple", "bin/platform -config /"),
        ("3.6.0", "simple", "bin/platform --config /"),
        ("4.7.4", "simple", "bin/platform --config /"),
        ("4.8.0", "notify", "bin/platform --config /"),
        ("4.10.10", "notify", "bin/platform --config /"),
        ("5.0.0", "notify", "bin/mattermost --config /"),
        ("11.7.3", "notify", "bin/mattermost --config /"),
    ] {
        let text = unit(&launch(version));
        assert!(text.contains(&format!("\nType={kind}\n")), "{version}: {text}");
        assert!(text.contains(command), "{version}: {text}");
        // Where a start is over at once, nothing can be too slow for it.
        assert_eq!(text.contains("TimeoutStartSec="), kind == "notify", "{version}");
        for script in [ServiceKind::Runit, ServiceKind::SysV] {
            let text = text_of(script, &launch(version));
            let (program, flag) = command.split_once(' ').unwrap();
            let flag = flag.trim_end_matches(" /");
            assert!(text.contains(&format!("{program}'")), "{version}: {text}");
            assert!(text.contains(&format!("'{flag}' '/opt/acme")), "{version}: {text}");
        }
    }
}

#[test]
fn a_unit_waits_for_a_database_of_this_machine() {
    for (neighbour, wants, after) in [
        (
            Neighbour::Unknown,
            "network-online.target",
            "network-online.target postgresql.service mysql.service mariadb.service",
        ),
        (Neighbour::Elsewhere, "network-online.target", "network-online.target"),
        (
            Neighbour::Postgres,
            "network-online.target postgresql.service",
            "network-online.target postgresql.service",
        ),
        (
            Neighbour::MySql,
            "network-online.target mysql.service",
            "network-online.target mysql.service mariadb.service",
        ),
    ] {
        let text = unit(&Launch { neighbour, ..launch("10.11.4") });
        assert!(text.contains(&format!("\nWants={wants}\nAfter={after}\n\n")), "{text}");
    }
}

#[test]
fn a_unit_takes_nothing_away_that_its_server_needs() {
    let has = |launch: &Launch, line: &str| unit(launch).contains(&format!("\n{line}\n"));
    let low = Launch { low_port: true, ..launch("10.11.4") };
    assert!(has(&low, "CapabilityBoundingSet=CAP_NET_BIND_SERVICE"));
    assert!(has(&low, "AmbientCapabilities=CAP_NET_BIND_SERVICE"));
    let root = Launch { account: "root".parse().unwrap(), ..launch("10.11.4") };
    assert!(!unit(&root).contains("Capabilit"));
    let home = Launch { writable: vec![path("/home/acme/data")], ..launch("10.11.4") };
    assert!(!unit(&home).contains("ProtectHome"));
    assert!(has(&home, "ReadWritePaths=-/home/acme/data"));
    let below = Launch { writable: vec![path("/var/tmp/acme")], ..launch("10.11.4") };
    for (launch, private) in [
        (Launch { local_mode: true, ..launch("5.24.0") }, false),
        // A server that knows no such setting makes no such socket.
        (Launch { local_mode: true, ..launch("5.23.0") }, true),
        (launch("10.11.4"), true),
        (below, false),
    ] {
        assert_eq!(has(&launch, "PrivateTmp=yes"), private);
        assert_eq!(has(&launch, "PrivateTmp=no"), !private);
        for place in ["ReadWritePaths=/tmp", "ReadWritePaths=/var/tmp"] {
            assert_eq!(has(&launch, place), !private);
        }
    }
}

#[test]
fn what_a_manager_would_read_otherwise_is_quoted() {
    let odd = Launch {
        directory: path("/srv/100% it's/mattermost"),
        config: Some(path("/etc/a b;c/config.json")),
        environment_file: Some(path("/etc/a b%h.env")),
        writable: vec![path("/srv/files of 50%")],
        ..launch("10.11.4")
    };
    let text = unit(&odd);
    for line in [
        r#"ExecStart="/srv/100%% it's/mattermost/bin/mattermost" --config "/etc/a b;c/config.json""#,
        "WorkingDirectory=/srv/100%% it's/mattermost",
        "EnvironmentFile=/etc/a b%%h.env",
        r#"ReadWritePaths="-/srv/files of 50%%""#,
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    insta::assert_snapshot!(text_of(ServiceKind::Runit, &odd), @r"
    #!/bin/sh
    exec 2>&1
    cd '/srv/100% it'\''s/mattermost' || exit 1
    # As `mmembed config env` writes it.
    set -a
    . '/etc/a b%h.env'
    set +a
    ulimit -n 49152 || :
    exec chpst -u mattermost:mattermost '/srv/100% it'\''s/mattermost/bin/mattermost' '--config' '/etc/a b;c/config.json'
    ");
    let script = text_of(ServiceKind::SysV, &odd);
    for line in [
        r"program='/srv/100% it'\''s/mattermost/bin/mattermost'",
        r"directory='/srv/100% it'\''s/mattermost'",
        r#"words() { set -- '--config' '/etc/a b;c/config.json'; launch "$@"; }"#,
        "[ -r '/etc/a b%h.env' ] || return 6",
    ] {
        assert!(script.lines().any(|it| it == line), "{line}\n{script}");
    }
}

#[test]
fn a_configuration_that_the_environment_names_is_named_by_nothing_else() {
    let elsewhere = Launch { config: None, ..launch("10.11.4") };
    for kind in [ServiceKind::Systemd, ServiceKind::Runit, ServiceKind::SysV] {
        assert!(!text_of(kind, &elsewhere).contains("--config"), "{kind}");
    }
}

#[test]
fn numbers_are_told_from_names() {
    let numbered = Launch { account: "2000:2001".parse().unwrap(), ..launch("10.11.4") };
    assert!(unit(&numbered).contains("\nUser=2000\nGroup=2001\n"));
    assert!(text_of(ServiceKind::Runit, &numbered).contains("chpst -u :2000:2001 "));
    assert!(text_of(ServiceKind::SysV, &numbered).contains("user=2000\ngroup=2001\nnumeric=yes\n"));
}

#[test]
fn runit_has_a_place_for_a_log_and_begins_with_it() {
    let log = path("/var/log/acme chat");
    let with_log = |kind| arrange(kind, "chat", &launch("10.11.4"), Some(&log));
    let service = with_log(ServiceKind::Runit).unwrap();
    let paths: Vec<&str> = service.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["etc/sv/chat/log/run", "etc/sv/chat/run"]);
    assert!(service.files[0].text.contains("logs='/var/log/acme chat'\n"));
    let link = service.link().unwrap();
    assert_eq!((link.0.as_str(), link.1.as_str()), ("etc/service/chat", "etc/sv/chat"));
    assert_eq!(service.service(), Service::runit("chat").unwrap());
    for kind in [ServiceKind::Systemd, ServiceKind::SysV] {
        assert_eq!(with_log(kind), Err(ServiceTextRefusal::Log(kind)));
        assert_eq!(arrange(kind, "chat", &launch("10.11.4"), None).unwrap().link(), None);
    }
}

#[test]
fn a_name_is_a_plain_one() {
    let arranged = |kind, name: &str| arrange(kind, name, &launch("10.11.4"), None);
    let unit = arranged(ServiceKind::Systemd, "chat.service").unwrap();
    assert_eq!(unit.files[0].path.as_str(), "etc/systemd/system/chat.service");
    assert_eq!(unit.service(), Service::systemd("chat").unwrap());
    let script = arranged(ServiceKind::SysV, "chat_2").unwrap();
    assert_eq!((script.files[0].path.as_str(), script.files[0].mode), ("etc/init.d/chat_2", 0o755));
    for name in ["", ".", "..", "../x", "a/b", "-x", ".x", "a b", "a\nb", "a%b", "a@b", "é", "a;b"]
    {
        for kind in [ServiceKind::Systemd, ServiceKind::Runit, ServiceKind::SysV] {
            let refused = Err(ServiceTextRefusal::Name { name: name.to_owned() });
            assert_eq!(arranged(kind, name), refused, "{kind} {name:?}");
        }
    }
}
