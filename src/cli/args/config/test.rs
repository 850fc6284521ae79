//! What can be typed after `config test`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_long_help = CASE)]
pub(crate) struct TestArgs {
    /// Directories with cases in them: every folder at or below with a case.toml is one
    #[arg(required = true, value_name = "DIR")]
    pub(crate) directories: Vec<PathBuf>,
    /// Only the cases with this in their path
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Take what came as what is expected: write expected.json and expected.ledger where they differ
    #[arg(long)]
    pub(crate) bless: bool,
    /// Write the results as JUnit XML here, too; a new file is readable by its owner only
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
}

const CASE: &str = r#"A case is a folder with
  input.json       the configuration before
  case.toml        what is done with it
  expected.json    the configuration after; "<generated>" stands for any value that is not empty
  expected.ledger  what happens on the way; not compared if it is missing

case.toml:
  title = "what this is about"
  from = "5.37"                    # the version before; without it, the database is new
  stops = ["6.3", "10.11.4"]       # the versions that are started, one after the other
  merged = true                    # as `upgrade` does; false: only the servers
  defaults = ["../acme.json"]      # overlays, as seen from the case; later ones win
  enforced = ["enforced.json"]
  last_defaults = ["before.json"]  # the defaults that were applied before
  policies = ["TeamSettings=prefer-host"]  # as --policy of `upgrade`, at every stop
  obstacle = "C-TYPE"              # the last stop has to be refused by this rule
  compare = "file"                 # or "effective": with the environment applied
  named_only = false               # true: only what expected.json names; null is not there
  [environment]
  MM_TEAMSETTINGS_SITENAME = "x"

Exit codes: 0 every case passed, 3 there is no case or a directory cannot be read, 8 a case failed or is broken."#;
