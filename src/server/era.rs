//! What servers of a version are called, where they look and how they behave, as tables of facts.
//! No fact is guessed where servers differ unpredictably: the careful answer is given instead.

use std::time::Duration;

use crate::model::{RelPath, Version};

use super::timeline::{Since, at, since};

/// The ways of one server version. Every answer is a lookup in a table below; versions after the last row
/// are taken to behave like the last row.
///
/// ```
/// use mmembed::server::Era;
/// let version = "4.10.0".parse()?;
/// assert_eq!(Era::of(&version).server_binary().as_str(), "bin/platform");
/// # Ok::<(), mmembed::model::VersionError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Era<'v> {
    version: &'v Version,
}

/// How one learns that a started server is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Only by asking it.
    Polled,
    /// It also writes `READY=1` to `NOTIFY_SOCKET`, between 2 s before and 0.2 s after its first good answer.
    Notified,
}

/// What becomes of `MM_*` variables in the server's environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvironmentOverrides {
    /// The server does not read them.
    Ignored,
    /// They take effect and are written into config.json at the start, secrets included.
    WrittenToConfig,
    /// They take effect; whether they are written depends on the patch. To be treated as written.
    MayBeWritten,
    /// They take effect and are not written.
    KeptApart,
}

/// When a starting server rewrites config.json (in place, keys it does not know dropped).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigRewriting {
    /// Only when somebody saves it in the System Console.
    Never,
    /// When salts or defaults are missing.
    WhenIncomplete,
    /// At every start, even if the bytes stay the same.
    AtEveryStart,
}

/// What a server does about a config.json that is not there, or empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostConfig {
    /// It does not start.
    Refused,
    /// It may go on with defaults and say nothing: the loss has to be noticed by others.
    SilentlyReplaced,
}

/// Which health question a server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PingApi {
    /// None; only its pages, which carry the version header.
    None,
    /// `GET /api/v3/general/ping`.
    V3,
    /// `GET /api/v4/system/ping`; 3.x servers still answer the v3 question too.
    V4,
}

/// Whether the v4 answer tells about the database and the file store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusReport {
    /// The question is ignored.
    Never,
    /// Some patches tell.
    Possible,
    /// Always, and the absence of the answer is a fault.
    Certain,
}

/// Server source (build files): renamed for 5.0; `bin/platform` of 5.0 to 5.36 is a shim that loses the environment.
const BINARY: &[Since<&str>] = &[since(0, 0, "bin/platform"), since(5, 0, "bin/mattermost")];

/// Server source (build files) and observed on real servers 3.5 to 7.8.
const WEB_ROOT: &[Since<&str>] =
    &[since(0, 0, "web/static"), since(3, 0, "webapp/dist"), since(4, 3, "client")];

/// Server source (2018-02); observed on real servers: never up to 4.2, always from 4.10.
const READINESS: &[Since<Readiness>] =
    &[since(0, 0, Readiness::Polled), since(4, 8, Readiness::Notified)];

/// Server source: read from 3.8. Observed on real servers: written by 3.10 to 5.9, not by 5.30 to 7.8.
const ENVIRONMENT: &[Since<EnvironmentOverrides>] = &[
    since(0, 0, EnvironmentOverrides::Ignored),
    since(3, 8, EnvironmentOverrides::WrittenToConfig),
    since(5, 10, EnvironmentOverrides::MayBeWritten),
    since(5, 30, EnvironmentOverrides::KeptApart),
];

/// Server source: filled in from 3.4, and not before 5.10 more than that. Observed on real servers: at every start by a state of
/// the mainline between 5.9 and 5.10, which calls itself 5.9.0, and by all later ones.
const REWRITING: &[Since<ConfigRewriting>] = &[
    since(0, 0, ConfigRewriting::Never),
    since(3, 4, ConfigRewriting::WhenIncomplete),
    since(5, 10, ConfigRewriting::AtEveryStart),
];

/// Observed on real servers: 4.2 and before exit, 4.10 copies default.json, from 5.9 on one is made up;
/// 5.3 exits when there is no default.json either.
const MISSING_CONFIG: &[Since<LostConfig>] =
    &[since(0, 0, LostConfig::Refused), since(4, 2, LostConfig::SilentlyReplaced)];

/// Observed on real servers: 5.30 and before exit, 5.37 and after take it for "all defaults".
const EMPTY_CONFIG: &[Since<LostConfig>] =
    &[since(0, 0, LostConfig::Refused), since(5, 31, LostConfig::SilentlyReplaced)];

/// Server source; observed on real servers 3.5 to 7.8.
const PING: &[Since<PingApi>] =
    &[since(0, 0, PingApi::None), since(3, 1, PingApi::V3), since(3, 7, PingApi::V4)];

/// Server source (2019-06, so 5.14); observed on real servers: not in 5.9, always from 5.30.
const STATUS_REPORT: &[Since<StatusReport>] = &[
    since(0, 0, StatusReport::Never),
    since(5, 14, StatusReport::Possible),
    since(5, 30, StatusReport::Certain),
];

/// Seconds. Observed on real servers: 4.10 and 5.3 install their signal handlers up to 0.3 s after the first good
/// answer, and each hung once when stopped right then; 5.9 and later handled it. The neighbours are not known.
const SETTLING: &[Since<u64>] = &[since(0, 0, 1), since(4, 3, 5), since(5, 9, 1)];

/// Attempts, each ten seconds after the last. Server source (store constants of 3.10, 4.0 and 9.9); observed on
/// real servers: up to 3.10 one, 4.2 to 7.8 eighteen. When it became five is not known: before 9.9 the longer holds.
const PING_ATTEMPTS: &[Since<u64>] = &[since(0, 0, 1), since(4, 0, 18), since(9, 9, 5)];

/// Server source: the command line was rewritten for 3.6.
const CONFIG_FLAG: &[Since<&str>] = &[since(0, 0, "-config"), since(3, 6, "--config")];

/// Server source (model/config.go) and the settings of real servers: `ServiceSettings.EnableLocalMode` from 5.24.
const LOCAL_MODE: &[Since<bool>] = &[since(0, 0, false), since(5, 24, true)];

const EVERY_VERSION: &str = "the tables of facts begin at version 0.0";

impl<'v> Era<'v> {
    /// The ways of `version`.
    #[must_use]
    pub const fn of(version: &'v Version) -> Self {
        Self { version }
    }

    fn look_up<T: Copy>(self, rows: &[Since<T>]) -> T {
        *at(rows, self.version).expect(EVERY_VERSION)
    }

    /// The server's program, below its tree.
    #[must_use]
    pub fn server_binary(self) -> RelPath {
        RelPath::here().join(self.look_up(BINARY))
    }

    /// The directory with the web client, below the tree.
    #[must_use]
    pub fn web_root(self) -> RelPath {
        RelPath::here().join(self.look_up(WEB_ROOT))
    }

    /// How the server makes known that it is ready.
    #[must_use]
    pub fn readiness(self) -> Readiness {
        self.look_up(READINESS)
    }

    /// What becomes of `MM_*` variables.
    #[must_use]
    pub fn environment_overrides(self) -> EnvironmentOverrides {
        self.look_up(ENVIRONMENT)
    }

    /// When config.json is rewritten.
    #[must_use]
    pub fn config_rewriting(self) -> ConfigRewriting {
        self.look_up(REWRITING)
    }

    /// What the server does without a config.json.
    #[must_use]
    pub fn missing_config(self) -> LostConfig {
        self.look_up(MISSING_CONFIG)
    }

    /// What the server does with a config.json of no bytes.
    #[must_use]
    pub fn empty_config(self) -> LostConfig {
        self.look_up(EMPTY_CONFIG)
    }

    /// Which health question the server answers.
    #[must_use]
    pub fn ping_api(self) -> PingApi {
        self.look_up(PING)
    }

    /// Whether `?get_server_status=true` tells about database and file store.
    #[must_use]
    pub fn status_report(self) -> StatusReport {
        self.look_up(STATUS_REPORT)
    }

    /// The command-line flag that names the configuration file.
    #[must_use]
    pub fn config_flag(self) -> &'static str {
        self.look_up(CONFIG_FLAG)
    }

    /// Can the server be told to listen on a socket of this machine for `mmctl --local`?
    #[must_use]
    pub fn has_local_mode(self) -> bool {
        self.look_up(LOCAL_MODE)
    }

    /// How long to let a server run after its first good answer before it is told to stop.
    #[must_use]
    pub fn settling_time(self) -> Duration {
        Duration::from_secs(self.look_up(SETTLING))
    }

    /// How long to wait after SIGTERM before SIGKILL.
    ///
    /// Observed on real servers 4.2 to 7.8: anything up to 15 s, at random, because a job watcher sleeps that long;
    /// the rest is for a busy machine.
    #[must_use]
    pub const fn stop_grace(self) -> Duration {
        Duration::from_secs(60)
    }

    /// How long the server goes on trying a database that does not answer before it gives up.
    #[must_use]
    pub fn database_patience(self) -> Duration {
        Duration::from_secs(self.look_up(PING_ATTEMPTS) * 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    /// Each fact on both sides of every step: (version, expected), in one line per version.
    #[test]
    fn names_and_places_by_version() {
        let cases = [
            ("2.2.0", "bin/platform", "web/static", "-config"),
            ("3.5.1", "bin/platform", "webapp/dist", "-config"),
            ("3.6.0", "bin/platform", "webapp/dist", "--config"),
            ("4.2.2", "bin/platform", "webapp/dist", "--config"),
            ("4.3.0", "bin/platform", "client", "--config"),
            ("4.10.10", "bin/platform", "client", "--config"),
            ("5.0.0", "bin/mattermost", "client", "--config"),
            ("11.7.3", "bin/mattermost", "client", "--config"),
        ];
        for (text, binary, web, flag) in cases {
            let version = version(text);
            let era = Era::of(&version);
            assert_eq!(era.server_binary().as_str(), binary, "{text}");
            assert_eq!(era.web_root().as_str(), web, "{text}");
            assert_eq!(era.config_flag(), flag, "{text}");
        }
    }

    #[test]
    fn readiness_and_questions_by_version() {
        use PingApi as Ping;
        use Readiness as Ready;
        use StatusReport as Status;
        let cases = [
            ("3.0.3", Ready::Polled, Ping::None, Status::Never),
            ("3.6.7", Ready::Polled, Ping::V3, Status::Never),
            ("3.7.0", Ready::Polled, Ping::V4, Status::Never),
            ("4.7.4", Ready::Polled, Ping::V4, Status::Never),
            ("4.8.0", Ready::Notified, Ping::V4, Status::Never),
            ("5.13.3", Ready::Notified, Ping::V4, Status::Never),
            ("5.14.0", Ready::Notified, Ping::V4, Status::Possible),
            ("5.30.0", Ready::Notified, Ping::V4, Status::Certain),
            ("11.7.3", Ready::Notified, Ping::V4, Status::Certain),
        ];
        for (text, ready, ping, status) in cases {
            let version = version(text);
            let era = Era::of(&version);
            assert_eq!(era.readiness(), ready, "{text}");
            assert_eq!(era.ping_api(), ping, "{text}");
            assert_eq!(era.status_report(), status, "{text}");
        }
    }

    #[test]
    fn what_happens_to_the_configuration_by_version() {
        use ConfigRewriting as Write;
        use EnvironmentOverrides as Env;
        use LostConfig::{Refused, SilentlyReplaced};
        let cases = [
            ("3.3.0", Write::Never, Env::Ignored, Refused, Refused),
            ("3.10.3", Write::WhenIncomplete, Env::WrittenToConfig, Refused, Refused),
            ("4.10.0", Write::WhenIncomplete, Env::WrittenToConfig, SilentlyReplaced, Refused),
            ("5.9.0", Write::WhenIncomplete, Env::WrittenToConfig, SilentlyReplaced, Refused),
            ("5.10.0", Write::AtEveryStart, Env::MayBeWritten, SilentlyReplaced, Refused),
            ("5.30.0", Write::AtEveryStart, Env::KeptApart, SilentlyReplaced, Refused),
            ("5.37.0", Write::AtEveryStart, Env::KeptApart, SilentlyReplaced, SilentlyReplaced),
        ];
        for (text, rewriting, environment, missing, empty) in cases {
            let version = version(text);
            let era = Era::of(&version);
            assert_eq!(era.config_rewriting(), rewriting, "{text}");
            assert_eq!(era.environment_overrides(), environment, "{text}");
            assert_eq!(era.missing_config(), missing, "{text}");
            assert_eq!(era.empty_config(), empty, "{text}");
        }
    }

    #[test]
    fn local_mode_by_version() {
        for (text, has) in [("5.23.2", false), ("5.24.0", true), ("11.7.3", true)] {
            assert_eq!(Era::of(&version(text)).has_local_mode(), has, "{text}");
        }
    }

    #[test]
    fn times_by_version() {
        let cases = [
            ("3.10.3", 1, 10),
            ("4.2.0", 1, 180),
            ("4.10.0", 5, 180),
            ("5.3.0", 5, 180),
            ("5.9.0", 1, 180),
            ("9.8.0", 1, 180),
            ("9.9.0", 1, 50),
        ];
        for (text, settling, patience) in cases {
            let version = version(text);
            let era = Era::of(&version);
            assert_eq!(era.settling_time().as_secs(), settling, "{text}");
            assert_eq!(era.database_patience().as_secs(), patience, "{text}");
            assert!(era.stop_grace().as_secs() >= 60, "{text}");
        }
    }
}
