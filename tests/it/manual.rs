//! `mmembed man` and `mmembed completions`: the tools that read them find nothing wrong, and what is installed lies where they look.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::support::said::Said;
use crate::support::world::{MMEMBED, mode_of};

fn say(words: &[&str]) -> Said {
    let mut command = Command::new(MMEMBED);
    command.args(words).env_remove("MMEMBED_ROOT").env("MMEMBED_MIRROR", "https://u:canary@mirror");
    Said::of(command.stdin(Stdio::null()).output().unwrap())
}

/// Runs a tool on a file; `None` where it is not installed.
fn tool(program: &str, words: &[&str], file: &Path) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(words).arg(file).env("MANWIDTH", "100").env("LC_ALL", "C.UTF-8");
    match command.stdin(Stdio::null()).output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        output => Some(output.unwrap()),
    }
}

/// The commands that `--help` lists below another one.
fn below(path: &[&str]) -> Vec<String> {
    let help = say(&[path, &["--help"]].concat()).expect(0).stdout;
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = list.take_while(|line| !line.is_empty()).filter_map(|line| {
        let name = line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?;
        name.split_whitespace().next().map(ToOwned::to_owned)
    });
    names.collect()
}

/// The names that the pages have to have.
fn wanted() -> BTreeSet<String> {
    let mut names = BTreeSet::from(["mmembed.1".to_owned()]);
    for name in below(&[]) {
        names.insert(format!("mmembed-{name}.1"));
        names.extend(below(&[&name]).into_iter().map(|below| format!("mmembed-{name}-{below}.1")));
    }
    names
}

fn names_in(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn every_command_has_a_page_where_man_looks() {
    let root = TempDir::new().unwrap();
    let at = root.path().to_str().unwrap();
    say(&["man", "--install", "--root", at]).expect(0).telling(&["written:"]);
    let directory = root.path().join("usr/share/man/man1");
    let wanted = wanted();
    assert!(wanted.contains("mmembed-config-lint.1") && wanted.len() > 40, "{wanted:?}");
    assert_eq!(names_in(&directory), wanted);
    assert_eq!(mode_of(&directory.join("mmembed.1")), 0o644);
    say(&["man", "--install", "--root", at]).expect(0).telling(&["nothing to do"]);
    fs::write(directory.join("mmembed.1"), "something else").unwrap();
    let said = say(&["man", "--install", "--json", "--root", at]).expect(0).json();
    assert_eq!(said["written"].as_array().unwrap().len(), 1);
    assert_eq!(said["files"].as_array().unwrap().len(), wanted.len());

    let output = TempDir::new().unwrap();
    let pages = output.path().join("pages");
    say(&["man", "--output", pages.to_str().unwrap()]).expect(0);
    for name in &wanted {
        assert_eq!(fs::read(pages.join(name)).unwrap(), fs::read(directory.join(name)).unwrap());
    }
}

#[test]
fn every_page_is_clean_and_has_its_sections() {
    let output = TempDir::new().unwrap();
    say(&["man", "--output", output.path().to_str().unwrap()]).expect(0);
    for name in names_in(output.path()) {
        let page = output.path().join(&name);
        let text = fs::read_to_string(&page).unwrap();
        assert!(!text.contains("canary"), "{name}");
        let sections = [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "EXAMPLES",
            "EXIT STATUS",
            "ENVIRONMENT",
            "FILES",
        ];
        for section in sections {
            let quoted = format!(".SH \"{section}\"");
            let plain = format!(".SH {section}\n");
            assert!(text.contains(&quoted) || text.contains(&plain), "{name}: {section}");
        }
        if let Some(said) = tool("man", &["--warnings", "-E", "UTF-8", "-l", "-Tutf8"], &page) {
            let warnings = String::from_utf8_lossy(&said.stderr);
            assert!(said.status.success() && warnings.is_empty(), "{name}: {warnings}");
            assert!(!said.stdout.is_empty(), "{name}");
        }
        if let Some(said) = tool("mandoc", &["-Tlint", "-Werror"], &page) {
            assert!(said.status.success(), "{name}: {}", String::from_utf8_lossy(&said.stdout));
        }
    }
}

#[test]
fn a_page_says_what_help_and_explain_say() {
    let page = say(&["man"]).expect(0).stdout;
    let words = ["MMEMBED_APP", "MMEMBED_STORE", "NO_COLOR", "/var/opt/APP/mmembed", "taken back"];
    for word in words {
        let plain = page.replace("\\-", "-");
        assert!(plain.contains(word), "{word} is missing in\n{page}");
    }
    let lint = say(&["man", "config", "lint"]).expect(0).stdout;
    assert!(lint.contains("config.json") && lint.contains("EXAMPLES"), "{lint}");
    say(&["man", "config", "lnit"]).expect(3).telling(&["did you mean config lint"]);
    say(&["man", "lint", "--install"]).expect(2);
}

#[test]
fn completions_are_what_their_shells_can_read() {
    for (shell, path) in [
        ("bash", "usr/share/bash-completion/completions/mmembed"),
        ("zsh", "usr/share/zsh/site-functions/_mmembed"),
        ("fish", "usr/share/fish/vendor_completions.d/mmembed.fish"),
    ] {
        let printed = say(&["completions", shell]).expect(0).stdout;
        assert!(printed.contains("releases") && printed.contains("accept-data-loss"), "{shell}");
        assert!(!printed.contains("canary"), "{shell}");
        let root = TempDir::new().unwrap();
        let at = root.path().to_str().unwrap();
        say(&["completions", shell, "--install", "--root", at]).expect(0).telling(&[path]);
        let file = root.path().join(path);
        assert_eq!(fs::read_to_string(&file).unwrap(), printed);
        assert_eq!(mode_of(&file), 0o644);
        say(&["completions", shell, "--install", "--root", at])
            .expect(0)
            .telling(&["nothing to do"]);
        if let Some(said) = tool(shell, &["-n"], &file) {
            let errors = String::from_utf8_lossy(&said.stderr);
            assert!(said.status.success() && errors.is_empty(), "{shell}: {errors}");
        }
    }
    say(&["completions", "tcsh"]).expect(2).telling(&["bash", "zsh", "fish"]);
    say(&["completions", "bash", "--install", "--root", "/nowhere"]).expect(3).telling(&["next:"]);
}

/// Bash really completes with it: a command, and an option of a command.
#[test]
fn bash_completes_commands_and_options() {
    let script = TempDir::new().unwrap();
    let file = script.path().join("mmembed.bash");
    fs::write(&file, say(&["completions", "bash"]).expect(0).stdout).unwrap();
    let ask = |words: &str, last: usize| {
        let line = format!(
            "source {}; COMP_WORDS=({words}); COMP_CWORD={last}; _mmembed mmembed \"${{COMP_WORDS[{last}]}}\" \
             \"${{COMP_WORDS[{}]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            file.display(),
            last - 1
        );
        let output = Command::new("bash").args(["--norc", "-c", &line]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(ask("mmembed rec", 1).trim(), "recover");
    assert_eq!(ask("mmembed recover --accept", 2).trim(), "--accept-data-loss");
}

#[test]
fn debians_zsh_has_a_place_of_its_own() {
    let root = TempDir::new().unwrap();
    let vendor = root.path().join("usr/share/zsh/vendor-completions");
    fs::create_dir_all(&vendor).unwrap();
    say(&["completions", "zsh", "--install", "--root", root.path().to_str().unwrap()]).expect(0);
    assert!(vendor.join("_mmembed").is_file());
}

#[test]
fn help_shows_no_values_of_variables() {
    let help = say(&["install", "--help"]).expect(0).stdout;
    assert!(help.contains("MMEMBED_MIRROR") && !help.contains("canary"), "{help}");
}
