//! How the installed server is to be started, or one that is not installed yet: found in the receipt, in the configuration and
//! among the users of this machine. Nothing is changed, and nothing is started.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::config_place::locate;
use super::server_environment::{EnvironmentError, read_environment_files};
use super::state_files::{StateFileError, read_receipt};
use super::steps::{ConfigureError, read_document};
use crate::config::{Document, SettingPath, reads_config_variable, variable_of};
use crate::database::{Address, DataSource, Engine, read_data_source};
use crate::host::{Host, PathError, Users, exists_outside};
use crate::model::{
    Location, Owner, PlaceName, Placement, Prefix, Receipt, RelPath, Secret, ServerEnvironment,
    Version, Viewpoint,
};
use crate::server::{Account, Launch, Neighbour, PlainPath, PlainPathError};

/// The first port that everybody may listen on, unless the machine was told otherwise.
const FIRST_FREE: u16 = 1024;

/// Variables by name.
type Environment = BTreeMap<String, Secret<String>>;

/// What is said about a server that is to be started, beyond what is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaunchWish {
    /// Its version, if it is not the installed one.
    pub version: Option<Version>,
    /// Where its configuration is, if nothing is installed.
    pub config_file: Option<RelPath>,
    /// As whom it runs, if not as the receipt says.
    pub account: Option<Account>,
    /// A file with variables for it.
    pub environment_file: Option<PlainPath>,
}

/// Why it is not known how a server is to be started.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// Nothing is installed, and no version was named.
    #[error("nothing is installed here by mmembed")]
    NotInstalled,
    /// The file with variables is none.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// A path can be named by no unit and no script.
    #[error(transparent)]
    Unnamable(#[from] PlainPathError),
}

/// How the server is to be started.
///
/// # Errors
/// [`LaunchError`].
pub fn find_launch(host: &Host, prefix: &Prefix, wish: &LaunchWish) -> Result<Launch, LaunchError> {
    let receipt = read_receipt(host, prefix)?;
    let version = wish.version.as_ref().or(receipt.as_ref().map(|it| &it.release.version));
    let version = version.ok_or(LaunchError::NotInstalled)?.clone();
    let found = Found { host, prefix, receipt: receipt.as_ref() };
    let config = found.config(wish);
    let environment = found.environment(wish)?;
    let document = match &receipt {
        Some(_) => read_document(host, &config)?.unwrap_or_else(Document::empty),
        None => Document::empty(),
    };
    let overridden = receipt.iter().flat_map(|it| &it.overridden);
    let overridden = overridden.map(String::as_str).collect();
    let settings = Settings { document, environment: &environment, overridden };
    let placements = found.placements();
    // A configuration that is named on the command line would be stronger than what the environment names.
    let is_named = environment.contains_key(ServerEnvironment::CONFIG);
    let says_where = is_named && reads_config_variable(&version);
    Ok(Launch {
        app: prefix.app().clone(),
        version,
        directory: found.spelled(&prefix.live())?,
        config: if says_where { None } else { Some(found.spelled(&config)?) },
        account: found.account(wish),
        writable: found.writable(&config, &placements)?,
        logs: found.spelled(&logs(prefix, &placements))?,
        environment_file: wish.environment_file.clone(),
        pid_file: found
            .spelled(&RelPath::here().join(&format!("run/{}-mattermost.pid", prefix.app())))?,
        neighbour: settings.neighbour(),
        low_port: settings.has_low_port(),
        local_mode: settings.says("ServiceSettings.EnableLocalMode", "true"),
    })
}

/// What is known of an installation, or that there is none.
struct Found<'a> {
    host: &'a Host,
    prefix: &'a Prefix,
    receipt: Option<&'a Receipt>,
}

impl Found<'_> {
    fn config(&self, wish: &LaunchWish) -> RelPath {
        let told = self.receipt.map(|it| it.config.clone()).or_else(|| wish.config_file.clone());
        told.unwrap_or_else(|| self.prefix.live().join("config/config.json"))
    }

    /// A path as the server will see it.
    fn spelled(&self, path: &RelPath) -> Result<PlainPath, PlainPathError> {
        let spelled = self.viewpoint().spell(self.host.tree.root(), path);
        // What is no UTF-8 keeps a sign that no plain path can hold.
        spelled.to_str().unwrap_or("\0").parse()
    }

    /// The variables in the file that is named, if it is there already.
    fn environment(&self, wish: &LaunchWish) -> Result<Environment, EnvironmentError> {
        let Some(file) = &wish.environment_file else {
            return Ok(Environment::new());
        };
        let path = match self.viewpoint() {
            Viewpoint::ThisMachine => PathBuf::from(file.as_str()),
            Viewpoint::InsideRoot => {
                self.host.tree.root().join(file.as_str().trim_start_matches('/'))
            }
        };
        if !exists_outside(&path) {
            return Ok(Environment::new());
        }
        let read = read_environment_files(&[path])?;
        let pairs = read.iter().flat_map(ServerEnvironment::pairs);
        Ok(pairs.map(|(name, value)| (name.to_owned(), Secret::new(value.to_owned()))).collect())
    }

    fn viewpoint(&self) -> Viewpoint {
        self.receipt.map_or(Viewpoint::InsideRoot, |receipt| receipt.viewpoint)
    }

    fn placements(&self) -> Vec<Placement> {
        self.receipt.map_or_else(|| usual_placements(self.prefix), |it| it.placements.clone())
    }

    /// By name where the machine knows the names: those of a staging root are another machine's.
    fn account(&self, wish: &LaunchWish) -> Account {
        let usual = || "mattermost".parse().expect("a name spelled in the program is a name");
        let known = || self.receipt.map(|receipt| self.named(receipt.server));
        wish.account.clone().or_else(known).unwrap_or_else(usual)
    }

    fn named(&self, owner: Owner) -> Account {
        if self.host.tree.root() != Path::new("/") {
            return owner.into();
        }
        let names = Users::new(self.host.exec.clone()).names(owner);
        names.parse().unwrap_or_else(|_| owner.into())
    }

    fn writable(
        &self,
        config: &RelPath,
        placements: &[Placement],
    ) -> Result<Vec<PlainPath>, LaunchError> {
        let live = self.prefix.live();
        let mut paths: Vec<RelPath> = placements.iter().filter_map(|it| it.path(&live)).collect();
        paths.extend(config.parent());
        // A server that follows a link writes behind it.
        let behind = locate(self.host, config)?.and_then(Result::ok);
        paths.extend(behind.and_then(|place| place.path.parent()));
        let mut spelled: Vec<PlainPath> =
            paths.iter().map(|path| self.spelled(path)).collect::<Result<_, _>>()?;
        spelled.sort();
        spelled.dedup();
        Ok(spelled)
    }
}

fn usual_placements(prefix: &Prefix) -> Vec<Placement> {
    let at = |name: PlaceName| Location::At(prefix.places().join(name.as_str()));
    PlaceName::USUAL.into_iter().map(|name| Placement { name, location: at(name) }).collect()
}

fn logs(prefix: &Prefix, placements: &[Placement]) -> RelPath {
    let live = prefix.live();
    let logs = placements.iter().find(|placement| placement.name == PlaceName::Logs);
    logs.and_then(|logs| logs.path(&live)).unwrap_or_else(|| live.join("logs"))
}

/// The settings that matter to a service manager.
struct Settings<'a> {
    document: Document,
    /// The variables that decide instead.
    environment: &'a Environment,
    /// The names of those that decided when the server was last looked at; what they said is not known.
    overridden: Vec<&'a str>,
}

impl Settings<'_> {
    /// What a setting says: a variable, or the file. Nothing where neither does, or where that is not known any more.
    fn text(&self, name: &str) -> Option<String> {
        let setting = SettingPath::known(name);
        let variable = variable_of(&setting);
        if let Some(value) = self.environment.get(&variable) {
            return Some(value.expose().clone());
        }
        if self.overridden.contains(&variable.as_str()) {
            return None;
        }
        let value = self.document.get(&setting)?;
        Some(value.as_text().map_or_else(|| value.raw().to_owned(), std::borrow::Cow::into_owned))
    }

    fn says(&self, name: &str, value: &str) -> bool {
        self.text(name).is_some_and(|text| text == value)
    }

    fn neighbour(&self) -> Neighbour {
        let driver = self.text("SqlSettings.DriverName");
        let source = self.text("SqlSettings.DataSource").filter(|source| !source.is_empty());
        let Some((driver, source)) = driver.zip(source) else {
            return Neighbour::Unknown;
        };
        let Ok(DataSource::Known(endpoint)) = read_data_source(&driver, &source) else {
            return Neighbour::Unknown;
        };
        match (is_here(&endpoint.address), endpoint.engine) {
            (false, _) => Neighbour::Elsewhere,
            (true, Engine::Postgres) => Neighbour::Postgres,
            (true, Engine::MySql) => Neighbour::MySql,
        }
    }

    fn has_low_port(&self) -> bool {
        let address = self.text("ServiceSettings.ListenAddress").unwrap_or_default();
        let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        let is_low = port.is_some_and(|port| port != 0 && port < FIRST_FREE);
        is_low || self.says("ServiceSettings.Forward80To443", "true")
    }
}

/// Is it certain that this is an address of this machine? No name is asked for.
fn is_here(address: &Address) -> bool {
    match address {
        Address::Tcp { host, .. } => {
            host == "localhost"
                || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Address::SocketDirectory { .. } | Address::SocketFile { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static NOTHING: Environment = Environment::new();

    fn settings(text: &str) -> Settings<'static> {
        let document = Document::parse(text.as_bytes()).unwrap();
        Settings { document, environment: &NOTHING, overridden: Vec::new() }
    }

    fn neighbour(driver: &str, source: &str) -> Neighbour {
        let text =
            format!(r#"{{"SqlSettings":{{"DriverName":"{driver}","DataSource":"{source}"}}}}"#);
        settings(&text).neighbour()
    }

    #[test]
    fn a_database_is_a_neighbour_only_where_that_is_certain() {
        for (driver, source, expected) in [
            ("postgres", "postgres://u:p@localhost:5432/d", Neighbour::Postgres),
            ("postgres", "postgres://u:p@127.0.0.1/d", Neighbour::Postgres),
            ("postgres", "postgres://u:p@[::1]/d", Neighbour::Postgres),
            ("postgres", "host=/var/run/postgresql dbname=d user=u", Neighbour::Postgres),
            ("postgres", "postgres://u:p@db.example/d", Neighbour::Elsewhere),
            ("mysql", "u:p@tcp(localhost:3306)/d", Neighbour::MySql),
            ("mysql", "u:p@tcp(db:3306)/d", Neighbour::Elsewhere),
            ("oracle", "x", Neighbour::Unknown),
            ("postgres", "", Neighbour::Unknown),
        ] {
            assert_eq!(neighbour(driver, source), expected, "{driver} {source}");
        }
        let decided = Settings {
            overridden: vec!["MM_SQLSETTINGS_DATASOURCE"],
            ..settings(
                r#"{"SqlSettings":{"DriverName":"postgres","DataSource":"postgres://u:p@localhost/d"}}"#,
            )
        };
        assert_eq!(decided.neighbour(), Neighbour::Unknown);
        let source = Secret::new("postgres://u:p@db/d".to_owned());
        let environment = [("MM_SQLSETTINGS_DATASOURCE".to_owned(), source)].into();
        let told = Settings { environment: &environment, ..decided };
        assert_eq!(told.neighbour(), Neighbour::Elsewhere);
    }

    #[test]
    fn a_low_port_is_one_below_1024() {
        for (text, low) in [
            ("{}", false),
            (r#"{"ServiceSettings":{"ListenAddress":":8065"}}"#, false),
            (r#"{"ServiceSettings":{"ListenAddress":"127.0.0.1:0"}}"#, false),
            (r#"{"ServiceSettings":{"ListenAddress":":443"}}"#, true),
            (r#"{"ServiceSettings":{"ListenAddress":"[::]:80"}}"#, true),
            (r#"{"ServiceSettings":{"ListenAddress":":8443","Forward80To443":true}}"#, true),
        ] {
            assert_eq!(settings(text).has_low_port(), low, "{text}");
        }
    }
}
