//! K: what a configuration means for the host around it: its database, its address, its directories, its version.
//!
//! The rooms that read such values have tables of their own, much longer than these; here the program acts on them.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::place::Place;
use crate::fakes::port::free_port;
use crate::support::service::Ctl;
use crate::support::world::{LIVE, SERVICE, World, is_root, release};

/// Writes an environment file beside the root; gives its path.
fn env_file(world: &World, text: &str) -> String {
    let path = world.beside("server.env");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Writes the overlay of this world with another value.
fn with_setting(world: &World, section: &str, key: &str, value: Value) {
    let mut overlay = world.overlay();
    overlay[section][key] = value;
    world.write_overlay("overlay.json", &overlay);
}

#[test]
fn k14_the_database_that_the_environment_names_is_used_and_never_shown() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let wrong = json!("postgres://nobody:none@127.0.0.1:1/nothing?sslmode=disable");
    with_setting(&world, "SqlSettings", "DataSource", wrong.clone());
    world.install(&archive, &[]).expect(3).saying(&["port 1 failed: Connection refused", "next:"]);
    let text = format!("MM_SQLSETTINGS_DATASOURCE='{}'\n", world.database.url());
    let file = env_file(&world, &text);
    let given = ["--env-file", &file];
    world.install(&archive, &given).expect(0).saying(&["MM_SQLSETTINGS_DATASOURCE"]);
    assert!(world.database.tables().len() > 5);
    assert_eq!(world.config()["SqlSettings"]["DataSource"], wrong);
    assert_eq!(world.receipt()["overridden"], json!(["MM_SQLSETTINGS_DATASOURCE"]));
    // What looks at the file alone says who wins.
    let config = world.below(LIVE).join("config/config.json");
    let config = config.to_str().unwrap();
    let words = ["config", "lint", "--for", "10.11", "--env-file", &file, config];
    let said = world.run(&words.map(str::to_owned)).expect(0);
    said.saying(&["MM_SQLSETTINGS_DATASOURCE decides SqlSettings.DataSource"]);
    // Nothing is done to the other database, neither with nor without the variable.
    world.ask(&["verify"], &given).expect(0);
    world.ask(&["verify"], &[]).expect(3).saying(&["MM_SQLSETTINGS_DATASOURCE", "--env-file"]);
}

/// `--set` and the values that follow it, the places that are wanted, and where each setting then points.
type Directories =
    (&'static [&'static str], &'static [&'static str], &'static [(&'static str, &'static str)]);

const DIRECTORIES: &[Directories] = &[
    // Two settings, one directory: it is moved once, and both follow.
    (
        &["ComplianceSettings.Directory=\"data\""],
        &["--place", "data=/srv/chat/data"],
        &[
            ("FileSettings.Directory", "/srv/chat/data/"),
            ("ComplianceSettings.Directory", "/srv/chat/data/"),
        ],
    ),
    // The same where it stays in the tree, and plugins that lie elsewhere by the site's own choice.
    (
        &[
            "PluginSettings.Directory=\"/srv/own/plugins\"",
            "ComplianceSettings.Directory=\"data/\"",
        ],
        &["--keep-in-tree=data"],
        &[
            ("FileSettings.Directory", "./data/"),
            ("ComplianceSettings.Directory", "data/"),
            ("PluginSettings.Directory", "/srv/own/plugins"),
        ],
    ),
    // One inside the other.
    (
        &["ComplianceSettings.Directory=\"./data/reports\""],
        &["--keep-in-tree=data"],
        &[
            ("FileSettings.Directory", "./data/"),
            ("ComplianceSettings.Directory", "./data/reports"),
        ],
    ),
];

fn setting(config: &Value, name: &str) -> Value {
    let (section, key) = name.split_once('.').unwrap();
    config[section][key].clone()
}

/// The paths below the root that hold a file of this name.
fn files_called(world: &World, name: &str) -> Vec<PathBuf> {
    fn walk(directory: &Path, name: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, name, found);
            } else if path.ends_with(name) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&world.root, name, &mut found);
    found
}

#[test]
fn k17_directories_that_coincide_or_lie_elsewhere_are_handled_once() {
    for (set, places, wanted) in DIRECTORIES {
        let world = World::new();
        let archive = world.archive(&release("10.11.0"));
        let own = world.below("srv/own/plugins");
        fs::create_dir_all(&own).unwrap();
        fs::write(own.join("own.plugin"), "{}").unwrap();
        // First everything lies in the tree, and people put something there.
        world.install(&archive, &["--no-start", "--keep-in-tree=data"]).expect(0);
        let reports = world.below(LIVE).join("data/reports");
        fs::create_dir_all(&reports).unwrap();
        fs::write(reports.join("photo.jpg"), "a photo").unwrap();
        let mut words = world.words(&["config", "set"]);
        words.extend(set.iter().map(ToString::to_string));
        world.run(&words).expect(0);

        world.install(&archive, &[&["--no-start"], *places].concat()).expect(0);
        let assert_all = |when: &str| {
            for (name, value) in *wanted {
                assert_eq!(setting(&world.config(), name), *value, "{name} {when}");
            }
            let data = setting(&world.config(), "FileSettings.Directory");
            let data = data.as_str().unwrap();
            let data = match data.strip_prefix('/') {
                Some(below) => world.below(below),
                None => world.below(LIVE).join(data),
            };
            let photo = data.join("reports/photo.jpg").canonicalize().unwrap();
            assert_eq!(files_called(&world, "photo.jpg"), [photo], "{when}");
            assert_eq!(files_called(&world, "own.plugin"), [own.join("own.plugin")], "{when}");
        };
        assert_all("when it was placed");
        let newer = world.archive(&release("11.7.0"));
        let newer = newer.to_str().unwrap();
        world.ask(&["upgrade", "--no-start"], &["--release", newer]).expect(0);
        assert_all("after the upgrade");
    }
}

/// A role whose password holds all that means something to an URL, to a shell, or in key and value.
struct Odd<'w> {
    world: &'w World,
    role: String,
    password: String,
}

impl<'w> Odd<'w> {
    fn new(world: &'w World, trap: &Path) -> Self {
        let name = &world.database.name;
        let (role, password) =
            (format!("odd_{name}"), format!("a b'\"\\`$(touch {})@/:%#?&=;|", trap.display()));
        let literal = password.replace('\'', "''");
        let sql = format!(
            "CREATE ROLE {role} LOGIN PASSWORD '{literal}'; GRANT ALL ON DATABASE {name} TO {role}; \
             GRANT ALL ON SCHEMA public TO {role}; CREATE SCHEMA apart AUTHORIZATION {role}"
        );
        world.database.connect_as_admin().batch_execute(&sql).unwrap();
        Self { world, role, password }
    }

    /// As an URL: the host, and what stands behind the name of the database.
    fn url(&self, host: &str, more: &str) -> String {
        let encoded = utf8_percent_encode(&self.password, NON_ALPHANUMERIC);
        let (role, name) = (&self.role, &self.world.database.name);
        format!("postgres://{role}:{encoded}@{host}/{name}?{more}")
    }

    /// In key and value.
    fn pairs(&self, host: &str) -> String {
        let quoted = self.password.replace('\\', "\\\\").replace('\'', "\\'");
        let (role, name, port) = (&self.role, &self.world.database.name, self.world.database.port);
        format!(
            "host={host} port={port} user={role} password='{quoted}' dbname={name} sslmode=disable"
        )
    }
}

/// A directory with the database's socket in it, which everybody may enter.
fn socket_directory(world: &World) -> String {
    let rows = world.database.connect_as_admin().query("SHOW unix_socket_directories", &[]);
    let directory: String = rows.unwrap()[0].get(0);
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o711)).unwrap();
    directory
}

#[test]
fn k18_a_data_source_is_read_as_the_servers_driver_reads_it_and_by_no_shell() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let trap = world.beside("trap");
    let odd = Odd::new(&world, &trap);
    let (port, name, role) = (world.database.port, &world.database.name, &odd.role);
    let (sockets, plain) = (socket_directory(&world), "sslmode=disable");
    let at_socket = format!("host={}&port={port}&{plain}", sockets.replace('/', "%2F"));
    let local = format!("127.0.0.1:{port}");
    let cases = [
        (odd.url(&local, plain), Ok(())),
        (odd.url(&format!("localhost:{port}"), plain).replace("postgres:", "postgresql:"), Ok(())),
        (odd.url(&local, &format!("{plain}&search_path=apart")), Ok(())),
        (odd.url("", &at_socket), Ok(())),
        (odd.pairs("127.0.0.1"), Ok(())),
        (odd.pairs(&sockets), Ok(())),
        (odd.url(&format!("[::1]:{}", free_port()), plain), Err("\"::1\"")),
        (odd.url("127.0.0.1:0", plain), Err("port")),
        (odd.url(&format!("127.0.0.1,{local}"), plain), Err("several hosts")),
        (odd.url(&local, "sslmode=require"), Err("encryption")),
        (format!("postgres://{role}@{local}/{name}?{plain}"), Err("password")),
        (format!("postgres://{role}:%zz@{local}/{name}"), Err("DataSource")),
        ("postgres://127.0.0.1:bad".to_owned(), Err("port")),
    ];
    for (source, wanted) in cases {
        with_setting(&world, "SqlSettings", "DataSource", json!(source));
        let said = world.install(&archive, &["--dry-run"]);
        assert!(!said.all().contains("touch"), "the password is shown: {}", said.all());
        match wanted {
            Ok(()) => drop(said.expect(10)),
            Err(piece) => drop(said.expect(3).saying(&[piece, "→"])),
        }
        assert!(!trap.exists(), "a shell has read {source}");
    }
    let gone = format!("DROP OWNED BY {role}; DROP ROLE {role}");
    drop(world.database.connect_as_admin().batch_execute(&gone));
}

#[test]
fn k19_where_mysql_is_not_served_any_more_the_way_on_is_shown() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let mut overlay = world.overlay();
    overlay["SqlSettings"] = json!({
        "DriverName": "mysql", "DataSource": "mm:w%rd@tcp(127.0.0.1:3306)/mattermost?charset=utf8mb4",
    });
    world.write_overlay("overlay.json", &overlay);
    let guide = "postgres-migration-assist-tool";
    let said = world.install(&archive, &["--no-start"]).expect(0);
    said.saying(&["warning:", "not on MySQL", guide]);
    let newer = world.archive(&release("11.7.0"));
    let newer = ["--release", newer.to_str().unwrap()];
    let stamps = world.stamps();
    for more in [&["--no-start"][..], &["--no-start", "--dry-run"], &["--no-database-backup"]] {
        let said = world.ask(&["upgrade"], &[&newer[..], more].concat()).expect(3);
        said.saying(&["fatal:", "MySQL", "11.7.0", guide]);
    }
    world.assert_untouched_since(&stamps);
    // The word of the environment counts, too.
    let file = env_file(&world, "MM_SQLSETTINGS_DRIVERNAME=mysql\n");
    world.write_overlay("overlay.json", &world.overlay());
    let fresh = World::new();
    let archive = fresh.archive(&release("11.7.0"));
    fresh.install(&archive, &["--env-file", &file]).expect(3).saying(&["MySQL", guide]);
}

/// A listen address; the word that tells why no server could be asked there.
fn refused_addresses() -> Vec<(String, &'static str)> {
    vec![
        ("/run/acme/chat.socket".to_owned(), "C-FORM"),
        ("unix:/run/acme/chat.socket".to_owned(), "C-FORM"),
        (":0".to_owned(), "port 0"),
        ("chat.acme.invalid:8065".to_owned(), "chat.acme.invalid"),
        (":http".to_owned(), "C-FORM"),
        ("8065".to_owned(), "C-FORM"),
    ]
}

#[test]
fn k20_an_address_on_which_no_server_could_be_asked_is_refused() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let held = holder.local_addr().unwrap().to_string();
    let host = world.host();
    let occupied = [(held, "is taken by process")];
    for (listen, piece) in refused_addresses().into_iter().chain(occupied) {
        with_setting(&world, "ServiceSettings", "ListenAddress", json!(listen));
        let said = world.install(&archive, &[]).expect(3);
        said.saying(&["ServiceSettings.ListenAddress", piece, "→", "next:"]);
        assert_eq!(world.host(), host, "{listen}");
    }
    // A port that is not everybody's may be the server's by a right that its service gives it.
    if is_root() {
        with_setting(&world, "ServiceSettings", "ListenAddress", json!("127.0.0.1:943"));
        let said = world.install(&archive, &["--dry-run"]).expect(10);
        said.saying(&["warning:", "943", &format!("{SERVICE}:{SERVICE}"), "CAP_NET_BIND_SERVICE"]);
    }
}

#[test]
fn k20_the_server_is_asked_where_it_listens() {
    let newer = release("11.7.0");
    for host in ["127.0.0.1", "localhost", "[::1]", ""] {
        if TcpListener::bind(if host == "[::1]" { "[::1]:0" } else { "127.0.0.1:0" }).is_err() {
            continue; // A machine without IPv6.
        }
        let world = World::new();
        let archive = world.archive(&release("10.11.0"));
        let listen = format!("{host}:{}", world.port);
        with_setting(&world, "ServiceSettings", "ListenAddress", json!(listen));
        world.install(&archive, &[]).expect(0);
        let ctl = Ctl::of(&world);
        let newer = world.archive(&newer);
        let mut words = world.words(&["upgrade"]);
        words.extend(["--release".to_owned(), newer.display().to_string()]);
        words.extend(ctl.words());
        ctl.start(&world);
        assert_eq!(world.serving().as_deref(), Some("10.11.0"), "{listen}");
        world.run(&words).expect(0).saying(&["it answers as 11.7.0"]);
        world.ask(&["status"], &[]).expect(0).saying(&["answers"]);
    }
}

#[test]
fn k23_new_defaults_are_shown_beside_the_former_ones_and_leave_the_file_alone() {
    const SETTING: &str = "SupportSettings.TermsOfServiceLink";
    let former = "\"https://mattermost.com/terms-of-service/\"";
    let now = "\"https://mattermost.com/terms-of-use/\"";
    for (own, more, in_use) in [
        (None, &[][..], former),
        (Some("\"https://acme.example/terms\""), &[], "\"https://acme.example/terms\""),
        (None, &["--adopt-new-defaults"], now),
    ] {
        let world = World::new();
        let archive = world.archive(&release("5.37.0"));
        world.install(&archive, &["--no-start"]).expect(0);
        if let Some(own) = own {
            world.ask(&["config", "set"], &[&format!("{SETTING}={own}")]).expect(0);
        }
        let before = world.config();
        let newer = world.archive(&release("6.3.0"));
        let words = ["--no-start", "--json", "--release", newer.to_str().unwrap()];
        let said = world.ask(&["upgrade"], &[&words[..], more].concat()).expect(0).json();
        let row = json!({ "setting": SETTING, "former": former, "now": now, "in_use": in_use });
        let rows = said["new_defaults"].as_array().cloned().unwrap_or_default();
        assert_eq!(rows.contains(&row), in_use != now, "{said:#}");
        let mut wanted = before.clone();
        wanted["SupportSettings"]["TermsOfServiceLink"] = serde_json::from_str(in_use).unwrap();
        // Nothing is filled in: that is left to the server, and other defaults are none of this.
        assert_eq!(world.config()["SupportSettings"], wanted["SupportSettings"]);
        assert_eq!(world.config()["TeamSettings"], wanted["TeamSettings"]);
        let said = world.ask(&["config", "explain"], &[SETTING]).expect(0);
        if in_use != now {
            said.saying(&["the release's default was", former, now]);
        }
    }
}

#[test]
fn k24_a_configuration_of_a_later_version_waits_for_that_version() {
    let later = Place::of("11.7.0");
    let place = Place::of("9.11.0");
    fs::write(&place.file, later.text()).unwrap();
    let told = ["a server of 11.", "[C-NEWER]"];
    let lint = ["config", "lint", "--for", "9.11", place.file.to_str().unwrap()];
    place.world.run(&lint.map(str::to_owned)).saying(&told);
    let stamps = place.world.stamps();
    let said = place.world.install(&place.archive, &["--no-start", "--enforce"]).expect(3);
    said.saying(&["fatal:", "C-NEWER", "11."]);
    let middle = place.world.archive(&release("10.11.0"));
    let middle = ["--no-start", "--release", middle.to_str().unwrap()];
    let said = place.world.ask(&["upgrade"], &middle).expect(3);
    said.saying(&["fatal:", "C-NEWER", "10.11.0"]);
    place.world.assert_untouched_since(&stamps);
    let enough = place.world.archive(&release("11.7.0"));
    let enough = ["--no-start", "--release", enough.to_str().unwrap()];
    place.world.ask(&["upgrade"], &enough).expect(0);
    let archive = place.world.archive(&release("9.11.0"));
    let back = ["--no-start", "--allow-downgrade", "--release", archive.to_str().unwrap()];
    place.world.ask(&["upgrade"], &back).expect(0).saying(&["warning:", "C-NEWER"]);
}
