//! Which version command may be run on a server's program, and when.
//! Nothing is run here, and no form is offered at a moment at which it would touch a database.

use std::path::Path;
use std::time::Duration;

use crate::model::{CommandSpec, Version};

use super::era::Era;

/// A way to make a server's program print its [`Banner`](super::Banner). It exits with 0 if it printed one.
///
/// The command is not harmless before 6.5: it connects to the database named in config.json, upgrades its schema, starts
/// plugins, and rewrites config.json (observed on real servers 3.5 to 6.3). Therefore there are two moments, and
/// for each version a form for at most one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionCommand {
    /// The arguments.
    pub args: Vec<String>,
    /// Where the banner appears.
    pub prints_on: Stream,
    /// What it means if the program does not know the command.
    pub if_unknown: Refusal,
    /// How long it may take.
    pub timeout: Duration,
}

/// One of a program's two outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What it means if a program answers `unknown flag` (exit code 1, nothing touched).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not the release it should be.
    Fault,
    /// Nothing: in which release the flag first appeared is only known to within one or two.
    TellsNothing,
}

/// Observed on real servers: printed in less than a tenth of a second.
const WITHOUT_DATABASE: Duration = Duration::from_secs(30);

/// On top of the time for which a server tries a database that does not answer.
const WITH_DATABASE: Duration = Duration::from_secs(60);

impl VersionCommand {
    /// The form that is free of side effects, for a tree that nobody uses yet. `None` for versions that have none.
    ///
    /// Observed on real servers: `version` from 6.7 needs neither config.json nor a database, and
    /// `version --skip-server-start` behaves so on 5.30 to 6.3. Server source: the flag came in 2020-08 (5.27 or 5.28),
    /// is ignored from 6.5 on, and is gone in 11.
    #[must_use]
    pub fn for_staged(version: &Version) -> Option<Self> {
        let mut args = vec!["version".to_owned()];
        if !version.is_at_least(5, 28) {
            return None;
        }
        if !version.is_at_least(6, 7) {
            args.push("--skip-server-start".to_owned());
        }
        Some(Self {
            args,
            prints_on: Stream::Stdout,
            if_unknown: if version.is_at_least(5, 30) {
                Refusal::Fault
            } else {
                Refusal::TellsNothing
            },
            timeout: WITHOUT_DATABASE,
        })
    }

    /// The form that is free of side effects whatever the version, for a program called `mattermost`: those are 5.0 or
    /// newer, and refuse a flag that they do not know before they do anything (observed on real servers 5.3 to 7.8).
    ///
    /// A program called `platform` is never asked: 3.5 takes `version` for nothing and starts its server (observed), and
    /// up to 5.36 it hands everything on to `mattermost`.
    #[must_use]
    pub fn for_unknown() -> Self {
        Self {
            args: vec!["version".to_owned(), "--skip-server-start".to_owned()],
            prints_on: Stream::Stdout,
            if_unknown: Refusal::TellsNothing,
            timeout: WITHOUT_DATABASE,
        }
    }

    /// The form for a program called `mattermost` that refused [`VersionCommand::for_unknown`], and whose tree these names
    /// lie in. The flag is unknown before 5.27 and again from 11 on; trees with a `manifest.txt` and without
    /// `bin/platform` are 5.37 or newer (server source: build files). `None` where it could be an old one.
    #[must_use]
    pub fn for_newest(has_manifest: bool, has_platform: bool) -> Option<Self> {
        let is_new = has_manifest && !has_platform;
        is_new.then(|| Self { args: vec!["version".to_owned()], ..Self::for_unknown() })
    }

    /// The form for versions that have none without side effects, to be run only after this very release was proven
    /// on this very database, and on a copy of its configuration at the absolute path `config`, because it rewrites it.
    /// `None` for versions with a harmless form, and for those before 1.0, which have no version command.
    ///
    /// Server source: `-version` up to 3.5, which prints on stderr; the sub-command from 3.6 on.
    /// (3.5 given the sub-command starts the server instead: observed.)
    #[must_use]
    pub fn for_proven(version: &Version, config: &Path) -> Option<Self> {
        if version.is_at_least(5, 28) || !version.is_at_least(1, 0) {
            return None;
        }
        let era = Era::of(version);
        let (command, prints_on) = if version.is_at_least(3, 6) {
            ("version", Stream::Stdout)
        } else {
            ("-version", Stream::Stderr)
        };
        Some(Self {
            args: vec![
                command.to_owned(),
                era.config_flag().to_owned(),
                config.to_string_lossy().into_owned(),
            ],
            prints_on,
            if_unknown: Refusal::Fault,
            timeout: era.database_patience() + WITH_DATABASE,
        })
    }

    /// The call, for the tree at the absolute path `tree`.
    ///
    /// The tree is the working directory: from any other, versions before 5.0 do not find their translations, and later
    /// ones make `plugins` and `data` where they stand (observed on real servers).
    #[must_use]
    pub fn spec(&self, version: &Version, tree: &Path) -> CommandSpec {
        self.spec_of(&Era::of(version).server_binary().under(tree), tree)
    }

    /// The call of a program of the tree at the absolute path `tree`.
    #[must_use]
    pub fn spec_of(&self, program: &Path, tree: &Path) -> CommandSpec {
        let mut spec = CommandSpec::new(program);
        spec.args.clone_from(&self.args);
        spec.cwd = Some(tree.to_owned());
        spec.timeout = self.timeout;
        spec
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn each_version_has_one_form_for_one_moment() {
        let config = Path::new("/opt/app/dark/config.json");
        let cases = [
            ("0.7.0", None, None),
            ("2.2.0", None, Some("-version -config /opt/app/dark/config.json")),
            ("3.5.1", None, Some("-version -config /opt/app/dark/config.json")),
            ("3.6.0", None, Some("version --config /opt/app/dark/config.json")),
            ("5.27.2", None, Some("version --config /opt/app/dark/config.json")),
            ("5.28.0", Some("version --skip-server-start"), None),
            ("6.6.2", Some("version --skip-server-start"), None),
            ("6.7.0", Some("version"), None),
            ("11.7.3", Some("version"), None),
        ];
        for (text, staged, proven) in cases {
            let version = version(text);
            let words = |command: Option<VersionCommand>| command.map(|it| it.args.join(" "));
            assert_eq!(words(VersionCommand::for_staged(&version)).as_deref(), staged, "{text}");
            assert_eq!(
                words(VersionCommand::for_proven(&version, config)).as_deref(),
                proven,
                "{text}"
            );
        }
    }

    #[test]
    fn only_where_the_flag_may_be_missing_does_its_absence_tell_nothing() {
        for (text, refusal) in [
            ("5.28.0", Refusal::TellsNothing),
            ("5.29.1", Refusal::TellsNothing),
            ("5.30.0", Refusal::Fault),
            ("10.5.0", Refusal::Fault),
        ] {
            let command = VersionCommand::for_staged(&version(text)).unwrap();
            assert_eq!(command.if_unknown, refusal, "{text}");
        }
    }

    #[test]
    fn the_call_stands_in_the_tree_and_outlasts_the_servers_patience() {
        let version = version("4.10.0");
        let command =
            VersionCommand::for_proven(&version, Path::new("/srv/copy/config.json")).unwrap();
        let spec = command.spec(&version, Path::new("/opt/app/embedded/mattermost"));
        assert_eq!(spec.program, Path::new("/opt/app/embedded/mattermost/bin/platform"));
        assert_eq!(spec.cwd.as_deref(), Some(Path::new("/opt/app/embedded/mattermost")));
        assert!(spec.timeout > Duration::from_secs(172));
        assert!(spec.env.is_empty());
    }

    #[test]
    fn before_3_6_the_banner_is_on_stderr() {
        let stream =
            |text| VersionCommand::for_proven(&version(text), Path::new("/c")).unwrap().prints_on;
        assert_eq!(stream("3.5.1"), Stream::Stderr);
        assert_eq!(stream("3.6.0"), Stream::Stdout);
    }
}
