//! The manual: a page for the program and one for each command, made of what `--help` and `explain` say too.

use std::collections::BTreeMap;

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::examples::{Example, examples_of};
use super::explanations::of_exits;
use super::grammar::{bare_grammar, below_path};

/// A page.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The command without the program, such as `config lint`; empty for the program itself.
    pub(crate) path: String,
    /// Under which name it lies in the manual.
    pub(crate) file: String,
    /// For `man`.
    pub(crate) text: Vec<u8>,
}

/// Variables that no option stands for.
const VARIABLES: [(&str, &str); 5] = [
    ("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", "By which proxies releases are fetched."),
    ("XDG_DATA_HOME", "Where the store of a user who is not root lies: in mmembed, there."),
    ("HOME", "Where that is if XDG_DATA_HOME is not set: in .local/share."),
    ("NO_COLOR", "Not empty: no colours, not even on a terminal."),
    ("CLICOLOR_FORCE", "Not 0: colours even where there is no terminal, unless NO_COLOR is set."),
];

/// What lies where.
const FILES: [(&str, &str); 6] = [
    ("/opt/APP/embedded/mattermost", "The live tree: one complete release."),
    (
        "/opt/APP/embedded/mattermost/config/config.json",
        "The configuration, unless --config-file says otherwise.",
    ),
    ("/var/opt/APP/mattermost", "What changes at run time: data, logs, plugins, client-plugins."),
    (
        "/var/opt/APP/mmembed",
        "Lock, receipt, ledger, journals and backups. Remove nothing there by hand.",
    ),
    (
        "/var/lib/mmembed",
        "The store of root: downloaded archives, signatures, imported catalogues.",
    ),
    ("~/.local/share/mmembed", "The store of anybody else."),
];

/// All pages, that of the program first.
pub(crate) fn pages() -> Vec<Page> {
    let mut program = bare_grammar();
    program.build();
    let mut pages = Vec::new();
    collect(&program, "", &mut pages);
    pages
}

fn collect(command: &Command, path: &str, pages: &mut Vec<Page>) {
    pages.push(Page {
        path: path.to_owned(),
        file: format!("{}.1", title(path)),
        text: page(command, path),
    });
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        collect(below, &below_path(path, below.get_name()), pages);
    }
}

fn title(path: &str) -> String {
    format!("mmembed {path}").trim_end().replace(' ', "-")
}

fn page(command: &Command, path: &str) -> Vec<u8> {
    let version = command.get_version().unwrap_or(env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone().display_name(title(path)))
        .title(title(path))
        .source(format!("mmembed {version}"))
        .manual("mmembed");
    let mut text = Vec::new();
    let mut sections = || {
        man.render_title(&mut text)?;
        man.render_name_section(&mut text)?;
        man.render_synopsis_section(&mut text)?;
        man.render_description_section(&mut text)?;
        man.render_options_section(&mut text)?;
        if command.has_subcommands() {
            man.render_subcommands_section(&mut text)?;
        }
        more(command, path).to_writer(&mut text)
    };
    sections().expect("memory can be written to");
    text
}

/// What clap does not know of.
fn more(command: &Command, path: &str) -> Roff {
    let mut roff = Roff::new();
    if let Some(notes) = command.get_after_long_help() {
        roff.control("SH", ["NOTES"]);
        verbatim(&mut roff, &notes.to_string());
    }
    roff.control("SH", ["EXAMPLES"]);
    for Example { line, what } in examples_of(path) {
        term(&mut roff, &line.replace(" \\\n    ", " "), &format!("{what}."));
    }
    roff.control("SH", ["EXIT STATUS"]);
    for exit in of_exits() {
        term(&mut roff, &exit.code, &format!("{}.", exit.means));
    }
    roff.control("PP", []);
    roff.text([bold("mmembed explain CODE"), roman(" says of each why, and what to do.")]);
    roff.control("SH", ["ENVIRONMENT"]);
    for (name, what) in variables(command) {
        term(&mut roff, &name, &what);
    }
    for (name, what) in VARIABLES {
        term(&mut roff, name, what);
    }
    roff.control("SH", ["FILES"]);
    for (file, what) in FILES {
        term(&mut roff, file, what);
    }
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman(see_also(command, path))]);
    roff
}

/// The variables that stand for options of a command and of those below it.
fn variables(command: &Command) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let own = command.get_arguments().filter_map(|argument| Some((argument.get_env()?, argument)));
    for (name, argument) in own {
        found.insert(name.to_string_lossy().into_owned(), for_option(argument));
    }
    for below in command.get_subcommands() {
        for (name, what) in variables(below) {
            found.entry(name).or_insert(what);
        }
    }
    found
}

fn for_option(argument: &Arg) -> String {
    let option = argument.get_long().unwrap_or_default();
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    format!("Stands for --{option}: {help}.")
}

fn see_also(command: &Command, path: &str) -> String {
    let mut pages: Vec<String> = match path.rsplit_once(' ') {
        Some((above, _)) => vec![title(above), title("")],
        None if path.is_empty() => Vec::new(),
        None => vec![title("")],
    };
    pages.extend(command.get_subcommands().map(|below| title(&below_path(path, below.get_name()))));
    if pages.len() < 2 {
        pages.push(title("explain"));
    }
    pages.iter().map(|page| format!("{page}(1)")).collect::<Vec<_>>().join(", ")
}

/// A term, and indented below it what there is to say.
fn term(roff: &mut Roff, term: &str, text: &str) {
    roff.control("TP", []);
    roff.text([bold(term)]);
    roff.text([roman(text)]);
}

/// Lines as they are.
fn verbatim(roff: &mut Roff, text: &str) {
    roff.control("nf", []);
    for line in text.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}
