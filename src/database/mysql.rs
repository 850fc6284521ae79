//! How the MySQL and MariaDB tools are called so that they go exactly where the server goes, and what they answer.
//! Nothing is called here; the password travels in a file that only its reader may read.
//!
//! All that is in the database is the server's: MySQL knows no owner of a table. Events are left alone, as no server of ours
//! makes any.

use std::collections::BTreeMap;

use crate::model::{CommandSpec, Secret};

use super::endpoint::{Address, Endpoint, Engine};
use super::saved::OtherSession;

/// Calls of the tools on one database.
#[derive(Clone, Debug)]
pub struct Mysql<'e> {
    endpoint: &'e Endpoint,
    database: &'e str,
    /// The file with [`Mysql::options`], as the tool's first argument has to name it.
    options: &'e str,
}

/// A database as it matters for a dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MysqlFacts {
    /// The server's version, such as `8.0.36` or `10.11.6-MariaDB-0+deb12u1`.
    pub version: String,
    /// Who is connected, as the server knows it.
    pub user: String,
    /// The set of characters of the database.
    pub charset: String,
    /// Its order of letters.
    pub collation: String,
    /// The table in which servers keep their configuration that have no file; `None` without.
    pub configurations: Option<String>,
}

/// The client's answer is not the one that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the database's answer to the question for {question} cannot be read")]
pub struct MysqlAnswerError {
    question: &'static str,
}

/// The client, by the names it may have, best first.
pub const CLIENTS: [&str; 2] = ["mariadb", "mysql"];

/// The tool that makes a dump. Each prefers servers of its own kind.
#[must_use]
pub fn dump_tools(server_version: &str) -> [&'static str; 2] {
    if server_version.contains("MariaDB") {
        ["mariadb-dump", "mysqldump"]
    } else {
        ["mysqldump", "mariadb-dump"]
    }
}

/// Each tool knows its own settings; those of the other one are passed over.
const DUMP: [&str; 11] = [
    "--single-transaction",
    "--quick",
    "--routines",
    "--triggers",
    "--hex-blob",
    "--no-tablespaces",
    "--default-character-set=utf8mb4",
    "--comments",
    "--skip-events",
    "--loose-column-statistics=0",
    "--loose-set-gtid-purged=OFF",
];

const FACTS: &str = "\
select version(), current_user(), @@character_set_database, @@collation_database, coalesce((
  select min(table_name) from information_schema.columns
  where table_schema = database() and lower(table_name) = 'configurations'
    and lower(column_name) in ('id', 'value', 'active') having count(*) = 3), '')";

const TABLES: &str = "\
select table_name from information_schema.tables
where table_schema = database() and table_type = 'BASE TABLE' order by table_name";

/// As statements, the first of which lets tables go that others refer to.
const EMPTY: &str = "\
select 'set foreign_key_checks = 0;'
union all
select concat('drop ', case table_type when 'VIEW' then 'view' when 'SEQUENCE' then 'sequence' else 'table' end,
  ' if exists `', replace(table_name, '`', '``'), '`;')
from information_schema.tables where table_schema = database()
union all
select concat('drop ', lower(routine_type), ' if exists `', replace(routine_name, '`', '``'), '`;')
from information_schema.routines where routine_schema = database()";

/// All in one moment.
const COUNTS: &str = "\
set session group_concat_max_len = 100000000;
select coalesce(group_concat(concat('select ', quote(table_name), ', count(*) from `', replace(table_name, '`', '``'), '`')
  separator ' union all '), 'select 1, 1 from information_schema.tables where false')
into @counts from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE';
prepare counted from @counts;
start transaction with consistent snapshot;
execute counted";

/// Whatever runs with the rights of somebody else can be brought back only by who may make such things.
const OTHERS: &str = "\
select concat(what, ' ', name, ' of ', definer) from (
  select 'view' as what, table_name as name, definer from information_schema.views where table_schema = database()
  union all
  select 'trigger', trigger_name, definer from information_schema.triggers where trigger_schema = database()
  union all
  select lower(routine_type), routine_name, definer from information_schema.routines where routine_schema = database()
) as defined
where definer <> current_user() and not exists (
  select 1 from information_schema.user_privileges
  where privilege_type in ('SUPER', 'SET USER', 'SET_USER_ID', 'SET_ANY_DEFINER')
    and replace(grantee, char(39), '') = current_user())
order by 1";

/// Who may not look at everybody's sessions sees those of its own name, which are all that matter.
const SESSIONS: &str = "\
select id, host from information_schema.processlist
where db = database() and user = substring_index(user(), '@', 1) and id <> connection_id() order by id";

impl<'e> Mysql<'e> {
    /// Calls on the database of `endpoint`, with the options in a file. `None` if it is no MySQL, or names no database.
    #[must_use]
    pub fn on(endpoint: &'e Endpoint, options: &'e str) -> Option<Self> {
        let database = endpoint.database.as_deref()?;
        (endpoint.engine == Engine::MySql).then_some(Self { endpoint, database, options })
    }

    /// The same server, another database.
    #[must_use]
    pub fn with_database(&self, database: &'e str) -> Self {
        Self { database, ..self.clone() }
    }

    /// What the file has to hold: how the server is reached, and the password.
    #[must_use]
    pub fn options(endpoint: &Endpoint) -> Secret<String> {
        let mut lines = vec!["[client]".to_owned()];
        let mut set = |name: &str, value: &str| lines.push(format!("{name}={}", quoted(value)));
        match &endpoint.address {
            Address::Tcp { host, port } => {
                set("protocol", "tcp");
                set("host", host);
                set("port", &port.to_string());
            }
            Address::SocketFile { path } | Address::SocketDirectory { directory: path, .. } => {
                set("protocol", "socket");
                set("socket", path);
            }
        }
        if let Some(user) = &endpoint.user {
            set("user", user);
        }
        if let Some(password) = &endpoint.password {
            set("password", password.expose());
        }
        for line in encryption(endpoint.parameters.get("tls").map(String::as_str)) {
            lines.push((*line).to_owned());
        }
        // What a row may take, which the tools would limit.
        lines.push("loose-max-allowed-packet=1073741824".to_owned());
        Secret::new(lines.join("\n") + "\n")
    }

    /// Writes the dump to the standard output.
    #[must_use]
    pub fn dump(&self, tool: &str) -> CommandSpec {
        let mut spec = self.call(tool);
        for arg in DUMP {
            spec = spec.arg(arg);
        }
        spec.arg(self.database)
    }

    /// Carries out the statements on the standard input, up to the first that fails.
    #[must_use]
    pub fn load(&self, client: &str) -> CommandSpec {
        self.call(client)
            .arg("--default-character-set=utf8mb4")
            .arg("--binary-mode")
            .arg(self.database)
    }

    /// What is it? See [`parse_facts`].
    #[must_use]
    pub fn ask_facts(&self, client: &str) -> CommandSpec {
        self.query(client, FACTS)
    }

    /// Which tables are there? One name a line; see [`parse_lines`].
    #[must_use]
    pub fn list_tables(&self, client: &str) -> CommandSpec {
        self.query(client, TABLES)
    }

    /// What was made by others and could not be brought back? One object a line; see [`parse_lines`].
    #[must_use]
    pub fn list_others(&self, client: &str) -> CommandSpec {
        self.query(client, OTHERS)
    }

    /// The statements that take away all that is there.
    #[must_use]
    pub fn statements_to_empty(&self, client: &str) -> CommandSpec {
        self.query(client, EMPTY).arg("--raw")
    }

    /// How many rows has each table? Reads them all. See [`parse_counts`].
    #[must_use]
    pub fn count_rows(&self, client: &str) -> CommandSpec {
        self.query(client, COUNTS)
    }

    /// Who else is connected as the server's user? See [`parse_sessions`].
    #[must_use]
    pub fn list_other_sessions(&self, client: &str) -> CommandSpec {
        self.query(client, SESSIONS)
    }

    /// The configuration that a server keeps in this table, as it is; nothing if none is active.
    #[must_use]
    pub fn read_active_configuration(&self, client: &str, table: &str) -> CommandSpec {
        self.query(client, &format!("select Value from {} where Active", name(table))).arg("--raw")
    }

    /// Makes an empty database like this one.
    #[must_use]
    pub fn create_scratch(&self, client: &str, scratch: &str, facts: &MysqlFacts) -> CommandSpec {
        let MysqlFacts { charset, collation, .. } = facts;
        let sql = format!(
            "create database {} character set {charset} collate {collation}",
            name(scratch)
        );
        self.query(client, &sql)
    }

    /// Removes it, if it is there.
    #[must_use]
    pub fn drop_scratch(&self, client: &str, scratch: &str) -> CommandSpec {
        self.query(client, &format!("drop database if exists {}", name(scratch)))
    }

    /// A call that runs `sql` and prints bare rows, columns apart by tabulators. `sql` is visible to every user of the
    /// machine.
    fn query(&self, client: &str, sql: &str) -> CommandSpec {
        self.call(client)
            .arg("--default-character-set=utf8mb4")
            .arg("--batch")
            .arg("--skip-column-names")
            .arg(format!("--execute={sql}"))
            .arg(format!("--database={}", self.database))
    }

    /// The file of options has to be named first, and keeps the tool from reading any other.
    fn call(&self, program: &str) -> CommandSpec {
        let mut spec = CommandSpec::new(program).arg(format!("--defaults-file={}", self.options));
        spec.timeout = CommandSpec::UNHURRIED;
        spec
    }

    /// Where it is, for messages.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.endpoint
    }
}

/// Reads the answer to [`Mysql::ask_facts`].
pub fn parse_facts(output: &str) -> Result<MysqlFacts, MysqlAnswerError> {
    let question = "what is to be saved";
    match rows(output).next().unwrap_or_default().as_slice() {
        [version, user, charset, collation, configurations] => Ok(MysqlFacts {
            version: version.clone(),
            user: user.clone(),
            charset: plain_word(charset).ok_or(MysqlAnswerError { question })?,
            collation: plain_word(collation).ok_or(MysqlAnswerError { question })?,
            configurations: Some(configurations.clone()).filter(|table| !table.is_empty()),
        }),
        _ => Err(MysqlAnswerError { question }),
    }
}

/// Reads an answer of one column.
#[must_use]
pub fn parse_lines(output: &str) -> Vec<String> {
    rows(output).filter_map(|row| row.into_iter().next()).collect()
}

/// Reads the answer to [`Mysql::count_rows`].
pub fn parse_counts(output: &str) -> Result<BTreeMap<String, u64>, MysqlAnswerError> {
    let error = || MysqlAnswerError { question: "the numbers of rows" };
    rows(output)
        .map(|row| match row.as_slice() {
            [table, count] => Ok((table.clone(), count.parse().map_err(|_| error())?)),
            _ => Err(error()),
        })
        .collect()
}

/// Reads the answer to [`Mysql::list_other_sessions`].
pub fn parse_sessions(output: &str) -> Result<Vec<OtherSession>, MysqlAnswerError> {
    let error = || MysqlAnswerError { question: "other sessions" };
    rows(output)
        .map(|row| match row.as_slice() {
            [number, host] => Ok(OtherSession {
                number: number.parse().map_err(|_| error())?,
                program: String::new(),
                from: Some(host.clone()),
            }),
            _ => Err(error()),
        })
        .collect()
}

/// Does the end of a dump say that it is the end? Its last line does, unless the tool was told to leave comments out.
#[must_use]
pub fn is_complete(tail: &[u8]) -> bool {
    let text = String::from_utf8_lossy(tail);
    text.trim_end().lines().next_back().is_some_and(|line| line.starts_with("-- Dump completed"))
}

/// What `tls` means to the driver (its documentation), in the words of both tools.
fn encryption(tls: Option<&str>) -> &'static [&'static str] {
    match tls {
        None | Some("false") => &["loose-ssl-mode=DISABLED", "loose-skip-ssl"],
        Some("preferred") => &["loose-ssl-mode=PREFERRED", "loose-skip-ssl-verify-server-cert"],
        Some("skip-verify") => {
            &["loose-ssl-mode=REQUIRED", "loose-ssl", "loose-skip-ssl-verify-server-cert"]
        }
        Some(_) => &["loose-ssl-mode=VERIFY_IDENTITY", "loose-ssl", "loose-ssl-verify-server-cert"],
    }
}

/// A value in a file of options (MySQL documentation, Using Option Files).
fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '\\' => text += r"\\",
            '"' => text += "\\\"",
            '\n' => text += r"\n",
            '\r' => text += r"\r",
            '\t' => text += r"\t",
            c => text.push(c),
        }
    }
    text + "\""
}

/// A name in a statement.
fn name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A word that can stand in a statement as it is.
fn plain_word(word: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!word.is_empty() && word.chars().all(plain)).then(|| word.to_owned())
}

/// The rows of a batch: tabulators, line breaks and backslashes in values are escaped (MySQL documentation, mysql
/// `--batch`).
fn rows(output: &str) -> impl Iterator<Item = Vec<String>> {
    let lines = output.lines().filter(|line| !line.is_empty());
    lines.map(|line| line.split('\t').map(unescaped).collect())
}

fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('0') => text.push('\0'),
                Some(c) => text.push(c),
                None => text.push('\\'),
            },
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::{DataSource, read_data_source};

    fn endpoint(text: &str) -> Endpoint {
        match read_data_source("mysql", text).unwrap() {
            DataSource::Known(endpoint) => endpoint,
            DataSource::Unknown { driver } => panic!("{driver} is not known"),
        }
    }

    #[test]
    fn the_file_of_options_says_where_and_who() {
        let endpoint = endpoint(r#"mm:p@"ss\#1@tcp(db:3307)/chat?charset=utf8mb4&tls=skip-verify"#);
        insta::assert_snapshot!(Mysql::options(&endpoint).expose(), @r#"
        [client]
        protocol="tcp"
        host="db"
        port="3307"
        user="mm"
        password="p@\"ss\\#1"
        loose-ssl-mode=REQUIRED
        loose-ssl
        loose-skip-ssl-verify-server-cert
        loose-max-allowed-packet=1073741824
        "#);
    }

    #[test]
    fn calls_hold_no_password_and_name_their_file_first() {
        let endpoint = endpoint("mm:canary@unix(/run/mysqld.sock)/chat");
        let mysql = Mysql::on(&endpoint, "/state/options").unwrap();
        assert!(Mysql::options(&endpoint).expose().contains("socket=\"/run/mysqld.sock\""));
        for spec in [
            mysql.dump("mysqldump"),
            mysql.load("mysql"),
            mysql.count_rows("mysql"),
            mysql.drop_scratch("mysql", "a`b"),
        ] {
            assert_eq!(spec.args[0], "--defaults-file=/state/options");
            assert!(!format!("{spec:?}").contains("canary"));
        }
        let words = mysql.drop_scratch("mysql", "a`b").args.join(" ");
        assert!(words.contains("drop database if exists `a``b`"), "{words}");
        assert!(Mysql::on(&super::super::psql::tests::endpoint("host=db"), "x").is_none());
    }

    #[test]
    fn answers_are_read() {
        let facts =
            parse_facts("10.11.6-MariaDB\tmm@%\tutf8mb4\tutf8mb4_general_ci\tConfigurations\n");
        assert_eq!(facts.unwrap().configurations.as_deref(), Some("Configurations"));
        assert!(parse_facts("8.0\tmm@%\tutf8; drop\tx\t\n").is_err());
        assert!(parse_facts("").is_err());
        let counts = parse_counts("Posts\t7\nwe\\tird\\\\\t0\n").unwrap();
        assert_eq!(
            counts.into_iter().collect::<Vec<_>>(),
            [("Posts".to_owned(), 7), ("we\tird\\".to_owned(), 0)]
        );
        assert!(parse_counts("Posts\tmany\n").is_err());
        assert_eq!(parse_sessions("12\tlocalhost:5\n").unwrap()[0].number, 12);
        assert_eq!(parse_lines("a\nb\n"), ["a", "b"]);
    }

    #[test]
    fn only_the_last_line_makes_a_dump_complete() {
        assert!(is_complete(b"-- x\n\n-- Dump completed on 2026-11-25 18:00:00\n"));
        assert!(is_complete(b"-- Dump completed\n"));
        for text in [&b""[..], b"\n", b"-- Dump completed\nINSERT", b"INSERT '-- Dump completed"] {
            assert!(!is_complete(text), "{:?}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn each_tool_serves_its_own_kind_first() {
        assert_eq!(dump_tools("10.11.6-MariaDB-0+deb12u1")[0], "mariadb-dump");
        assert_eq!(dump_tools("8.0.36-0ubuntu0.22.04.1")[0], "mysqldump");
    }
}
