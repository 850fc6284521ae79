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

/// At most 78 columns wide: a line that is broken again where it is shown could not be copied.
const CASE: &str = r#"A case is a folder with
  input.json       the configuration before
  case.toml        what is done with it
  expected.json    the configuration after; "<generated>" stands for any
                   value that is not empty
  expected.ledger  what happens on the way; not compared if it is missing

case.toml:
  title = "what this is about"
  from = "5.37"                    # before; left out: the database is new
  stops = ["6.3", "10.11.4"]       # what is started, one after the other
  merged = true                    # as `upgrade` does; false: only servers
  defaults = ["../acme.json"]      # overlays, as seen from the case
  enforced = ["enforced.json"]     # later overlays win
  last_defaults = ["before.json"]  # the defaults that were applied before
  policies = ["TeamSettings=prefer-host"]  # as of `upgrade`, at every stop
  obstacle = "C-TYPE"              # this rule has to refuse the last stop
  compare = "file"                 # or "effective": with the environment
  named_only = false               # true: only what expected.json names
  [environment]
  MM_TEAMSETTINGS_SITENAME = "x"

Exit codes: 0 every case passed, 3 there is no case or a directory cannot be
read, 8 a case failed or is broken."#;

#[cfg(test)]
mod tests {
    #[test]
    fn a_case_can_be_copied_from_a_narrow_terminal() {
        let wide = super::CASE.lines().find(|line| line.chars().count() > 78);
        assert_eq!(wide, None);
    }
}
