//! The command line as each era reads it.
//! Nothing is started here.

use super::era::Era;
use super::exit::Exit;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Run the server.
    Server,
    /// Print the version.
    Version {
        /// Without touching configuration and database.
        skip_server_start: bool,
    },
    /// Bring the schema up to date and stop.
    DbMigrate,
    /// Print the number of the schema.
    DbVersion,
    /// Print the usage.
    Help,
}

/// A parsed command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// What was asked for.
    pub(crate) command: Command,
    /// `-c`, `--config`.
    pub(crate) config: Option<String>,
}

impl Arguments {
    /// Parses `args`, the program's name not among them.
    pub(crate) fn parse(era: Era, args: &[String]) -> Result<Self, Exit> {
        if era.has_commands() { cobra(era, args) } else { Ok(flags(args)) }
    }
}

/// Go's `flag` package: one or two dashes alike, parsing ends at the first word, words are ignored.
fn flags(args: &[String]) -> Arguments {
    let mut parsed = Arguments { command: Command::Server, config: None };
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let Some(flag) = arg.strip_prefix('-') else {
            break;
        };
        match flag.trim_start_matches('-').split_once('=') {
            Some(("config", file)) => parsed.config = Some(file.to_owned()),
            None if flag.ends_with("config") => parsed.config = rest.next().cloned(),
            None if flag.ends_with("version") => {
                parsed.command = Command::Version { skip_server_start: false };
            }
            _ => {}
        }
    }
    parsed
}

fn cobra(era: Era, args: &[String]) -> Result<Arguments, Exit> {
    let mut config = None;
    let mut words: Vec<&str> = Vec::new();
    let mut skip = false;
    let mut help = false;
    let mut rest = args.iter().map(String::as_str);
    while let Some(arg) = rest.next() {
        match arg {
            "-c" | "--config" => {
                config = Some(
                    rest.next()
                        .ok_or_else(|| refuse(era, "flag needs an argument: --config"))?
                        .to_owned(),
                );
            }
            "-h" | "--help" => help = true,
            "--disableconfigwatch" if !era.since(5, 38) => {}
            "--skip-server-start" if era.knows_skip_server_start() => skip = true,
            _ if arg.starts_with("--config=") => {
                config = arg.split_once('=').map(|(_, f)| f.to_owned());
            }
            _ if arg.starts_with("--") => return Err(refuse(era, &format!("unknown flag: {arg}"))),
            _ if arg.len() > 1 && arg.starts_with('-') => {
                let letter = arg.chars().nth(1).unwrap_or('-');
                return Err(refuse(era, &format!("unknown shorthand flag: '{letter}' in {arg}")));
            }
            word => words.push(word),
        }
    }
    let command = if help { Command::Help } else { command(era, &words, skip)? };
    Ok(Arguments { command, config })
}

fn command(era: Era, words: &[&str], skip: bool) -> Result<Command, Exit> {
    let known = match words {
        [] | ["server"] => Command::Server,
        ["version"] => {
            return Ok(Command::Version { skip_server_start: skip });
        }
        ["help", ..] => Command::Help,
        ["db", "migrate"] if era.since(6, 5) => Command::DbMigrate,
        ["db", "version"] if era.since(6, 6) => Command::DbVersion,
        [word, ..] => {
            let program = era.program();
            return Err(Exit::error(
                1,
                format!(
                    "Error: unknown command \"{word}\" for \"{program}\"\nRun '{program} --help' for usage."
                ),
            ));
        }
    };
    if skip { Err(refuse(era, "unknown flag: --skip-server-start")) } else { Ok(known) }
}

fn refuse(era: Era, why: &str) -> Exit {
    Exit::error(1, format!("Error: {why}\n{}", usage(era)))
}

/// The usage text, shortened to what no program could mistake for something else.
pub(crate) fn usage(era: Era) -> String {
    let program = era.program();
    let watch = if era.since(5, 38) {
        ""
    } else {
        "      --disableconfigwatch   When set config.json will not be loaded from disk when the file is changed.\n"
    };
    format!(
        "Usage:\n  {program} [flags]\n  {program} [command]\n\nAvailable Commands:\n  \
         help        Help about any command\n  server      Run the Mattermost server\n  \
         version     Display version information\n\nFlags:\n  \
         -c, --config string        Configuration file to use.\n{watch}  \
         -h, --help                 help for {program}\n\n\
         Use \"{program} [command] --help\" for more information about a command.\n"
    )
}
