//! `completions`.

use std::io::{self, Write};

use clap_complete::{Shell, generate};
use serde_json::json;

use super::placing::place;
use crate::cli::answer::{Answer, settle};
use crate::cli::args::{CompletionsArgs, ShellArg};
use crate::cli::exit::Exit;
use crate::cli::{grammar, render};
use crate::engine::SharedFile;
use crate::host::{Cancel, Host};
use crate::model::{REPORT_SCHEMA, RelPath};

/// Prints the completions for a shell, or puts them where it looks.
pub(crate) fn run(args: &CompletionsArgs, json: bool, cancel: Cancel) -> io::Result<Exit> {
    settle(complete(args, json, cancel), "completions", json)
}

fn complete(args: &CompletionsArgs, json: bool, cancel: Cancel) -> io::Result<Answer> {
    let script = script(args.shell.into());
    if args.place.install {
        let files = |host: &Host| {
            let path = place_of(args.shell, |path| host.tree.exists(path).unwrap_or(false));
            vec![SharedFile { path, content: script }]
        };
        return place("completions", files, &args.place.root, json, cancel);
    }
    if json {
        let script = String::from_utf8_lossy(&script);
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "completions", "script": script,
        }))?;
    } else {
        io::stdout().lock().write_all(&script)?;
    }
    Ok(Ok(Exit::Done))
}

fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    generate(shell, &mut grammar::bare_grammar(), "mmembed", &mut script);
    script
}

/// Where shells look: Debian's zsh has a directory of its own for what packages bring.
fn place_of(shell: ShellArg, is_there: impl Fn(&RelPath) -> bool) -> RelPath {
    let share = RelPath::here().join("usr").join("share");
    match shell {
        ShellArg::Bash => share.join("bash-completion").join("completions").join("mmembed"),
        ShellArg::Fish => share.join("fish").join("vendor_completions.d").join("mmembed.fish"),
        ShellArg::Zsh => {
            let vendor = share.join("zsh").join("vendor-completions");
            let site = share.join("zsh").join("site-functions");
            let directory = if is_there(&vendor) { vendor } else { site };
            directory.join("_mmembed")
        }
    }
}
