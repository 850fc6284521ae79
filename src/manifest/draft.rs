//! A manifest to begin with: as an installation is, or with nothing but a name; and beside it, as comments, what else
//! can be said.

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use super::MANIFEST_SCHEMA;
use crate::model::{AppName, Edition, Location, Prefix, Receipt, Service, Viewpoint};

/// What a first manifest is written from.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The application.
    pub app: AppName,
    /// The root.
    pub root: PathBuf,
    /// What is installed, and its paths.
    pub installed: Option<(Receipt, Prefix)>,
}

/// The manifest, with its comments.
impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let app = &self.app;
        writeln!(
            f,
            "# What {app} wants of its Mattermost server. `mmembed apply` makes the host match it, and does nothing"
        )?;
        writeln!(
            f,
            "# where it does already; `mmembed apply --check` only says what it would do. Paths that are not absolute"
        )?;
        writeln!(
            f,
            "# are taken from the directory of this file. What is left out has its usual value."
        )?;
        writeln!(f, "manifest = {MANIFEST_SCHEMA}")?;
        writeln!(f, "app = {}", quoted(app))?;
        if self.root == Path::new("/") {
            writeln!(f, "# root = \"/\"")?;
        } else {
            writeln!(f, "root = {}", quoted(self.root.display()))?;
        }
        self.release(f)?;
        self.service(f)?;
        self.owners(f)?;
        f.write_str(REST_OF_TOP)?;
        self.start(f)?;
        self.places(f)?;
        f.write_str(TABLES)
    }
}

impl Draft {
    fn receipt(&self) -> Option<&Receipt> {
        self.installed.as_ref().map(|(receipt, _)| receipt)
    }

    fn release(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n# A version such as 10.11.4, a line such as 10.11 for its latest release, \"esr\" or \"latest\"."
        )?;
        match self.receipt() {
            Some(receipt) => {
                writeln!(f, "release = {}", quoted(&receipt.release.version))?;
                writeln!(f, "edition = {}", quoted(edition(receipt.release.edition)))
            }
            None => f.write_str("release = \"esr\"\n# edition = \"team\"\n"),
        }
    }

    fn service(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "\n# What stops and starts the server: \"systemd:UNIT\", \"runit:NAME\", \"sysv:NAME\", a bare name that is looked up,\n\
             # or two commands.\n",
        )?;
        match self.receipt().map(|receipt| &receipt.service) {
            Some(Service::Systemd { unit }) => writeln!(f, "service = {}", quoted(format!("systemd:{unit}"))),
            Some(Service::Runit { name }) => writeln!(f, "service = {}", quoted(format!("runit:{name}"))),
            Some(Service::SysV { name }) => writeln!(f, "service = {}", quoted(format!("sysv:{name}"))),
            Some(Service::Commands { stop, start, status }) => {
                write!(f, "service = {{ stop = {}, start = {}", quoted(stop), quoted(start))?;
                if let Some(status) = status {
                    write!(f, ", status = {}", quoted(status))?;
                }
                f.write_str(" }\n")
            }
            Some(Service::None) | None => f.write_str(
                "# service = \"systemd:mattermost\"\n# service = { stop = \"/usr/local/bin/chat stop\", start = \"/usr/local/bin/chat start\" }\n",
            ),
        }
    }

    fn owners(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\n# Who owns the tree, and who runs the server: names or numbers.\n")?;
        match self.receipt() {
            Some(receipt) => {
                writeln!(f, "owner = {}", quoted(receipt.owner))?;
                writeln!(f, "service-user = {}", quoted(receipt.server))
            }
            None => f.write_str("# owner = \"root:root\"\n# service-user = \"mattermost\"\n"),
        }
    }

    /// An installation that was never proven would be, if it were not said otherwise.
    fn start(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unproven = |receipt: &Receipt| {
            receipt.viewpoint == Viewpoint::InsideRoot || receipt.proof.is_none()
        };
        if self.receipt().is_some_and(unproven) {
            f.write_str(
                "# mmembed has not started the installed server yet. Without this line, it proves it, and upgrades it while it\n\
                 # is in use.\n\
                 no-start = true\n",
            )
        } else {
            f.write_str("# no-start = false\n")
        }
    }

    fn places(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = String::new();
        let mut kept = Vec::new();
        let outside =
            |(receipt, prefix): &&(Receipt, Prefix)| !receipt.config.is_within(&prefix.live());
        match self.installed.as_ref().filter(outside) {
            Some((receipt, _)) => {
                writeln!(f, "config-file = {}", quoted(format!("/{}", receipt.config.as_str())))?;
            }
            None => writeln!(f, "# config-file = \"/etc/{}/config.json\"", self.app)?,
        }
        if let Some(receipt) = self.receipt() {
            for place in &receipt.placements {
                match &place.location {
                    Location::InTree => kept.push(quoted(place.name)),
                    Location::At(path) => {
                        writeln!(
                            table,
                            "{} = {}",
                            place.name,
                            quoted(format!("/{}", path.as_str()))
                        )?;
                    }
                }
            }
        }
        if kept.is_empty() {
            f.write_str("# keep-in-tree = [\"client-plugins\"]\n")?;
        } else {
            writeln!(f, "keep-in-tree = [{}]", kept.join(", "))?;
        }
        f.write_str("\n# Where mutable directories are kept, taken below the root.\n[places]\n")?;
        if table.is_empty() {
            writeln!(f, "# data = \"/var/opt/{}/mattermost/data\"", self.app)
        } else {
            f.write_str(&table)
        }
    }
}

const fn edition(edition: Edition) -> &'static str {
    match edition {
        Edition::Team => "team",
        Edition::Enterprise => "enterprise",
    }
}

/// A text as TOML reads it: the escapes of JSON are among its own.
fn quoted(text: impl fmt::Display) -> String {
    serde_json::Value::String(text.to_string()).to_string().replace('\u{7f}', "\\u007f")
}

const REST_OF_TOP: &str = r#"
# Files with the MM_* variables that the server is started with; a directory with programs to run around a hop.
# env-files = ["mattermost.env"]
# hooks = "hooks"
# start-timeout = "30m"
# How long to wait while another node of a cluster changes the database.
# wait-for-cluster = "1h"
# adopt-new-defaults = false
# use-existing-database = false
"#;

const TABLES: &str = r#"
# The host's settings. Where there is none of the next three tables, those that were given last stay as they are.
# [overlays]
# defaults = ["chat.json"]      # users may change these
# enforced = ["enforced.json"]  # and not these
# [set]
# TeamSettings.SiteName = "Acme Chat"
# [enforce]
# ServiceSettings.SiteURL = "https://chat.example.com"

# Who gives way where a user and the host have both changed a setting.
# [policies]
# TeamSettings.SiteName = "keep-user"

[backup]
# pace = "each"
# data = "skip"
# verify-restore = false
# keep = 3

[sources]
# releases-dir = ["releases"]
# mirror = "https://mirror.example.com/mattermost"
# bundle = "mattermost.bundle"
# offline = false
# store = "/var/lib/mmembed"
# catalog = "catalog.txt"
# ca-file = "ca.pem"
# insecure = ["mirror.example.com"]
# require-signature = false
# key-file = ["key.asc"]
# require-fresh = false
# platform = "linux-amd64"

[rules]
# files = ["rules.toml"]
# accept = []
"#;
