//! What the documentation says is so: every command that it shows is run, or says why it cannot be; links lead somewhere; what is
//! made from the code is as the code makes it.

mod links;
mod output;
mod page;
mod reference;
mod shell;
mod stage;

use std::fs;
use std::process::Command;

use mmembed::cli::fault_of;
use serde_json::Value;

use self::page::{Block, Page, Typed, Use, all, written};
use self::stage::Stage;
use crate::architecture::source::project;
use crate::support::said::Said;
use crate::support::world::MMEMBED;

/// The pages with blocks that cannot be run here, and how many. Each block says why, and its calls of mmembed are read as they would be
/// if they were typed.
const NOT_RUN: [(&str, usize); 3] =
    [("docs/adopt.md", 1), ("docs/install.md", 1), ("docs/upgrade.md", 1)];

/// Types a page on a host of its own.
#[track_caller]
fn plays(path: &str) {
    let page = Page::read(path);
    match Stage::of(&page).play(&page) {
        Ok(typed) => assert!(typed > 0, "{path}: there is nothing to type"),
        Err(fault) => panic!("{fault}"),
    }
}

/// Each page that shows commands is a test of its own, so that a failure names it.
macro_rules! pages {
    ($($name:ident: $path:literal,)*) => {
        $(#[test] fn $name() { plays($path); })*

        const PLAYED: &[&str] = &[$($path),*];
    };
}

pages! {
    the_quick_start_of_packagers: "docs/quickstart-packager.md",
    the_quick_start_of_operators: "docs/quickstart-operator.md",
    the_quick_start_of_ci: "docs/quickstart-ci.md",
    the_recovery_guide: "docs/recovery.md",
    how_upgrades_work: "docs/how-upgrades-work.md",
    config_fixtures: "docs/config-fixtures.md",
    installing: "docs/install.md",
    manifests: "docs/manifest.md",
    releases_and_bundles: "docs/releases.md",
    upgrading: "docs/upgrade.md",
    rules_of_upgrades: "docs/rules.md",
    adopting: "docs/adopt.md",
    configurations: "docs/config.md",
    help: "docs/help.md",
}

#[test]
fn every_page_with_commands_is_played() {
    for page in written() {
        let runs = page.blocks.iter().any(|block| block.usage() == Use::Run);
        let is_played = PLAYED.contains(&page.path.as_str());
        assert_eq!(runs, is_played, "{}: is it in the list of pages?", page.path);
    }
}

#[test]
fn few_blocks_are_not_run_and_each_says_why() {
    let mut found = Vec::new();
    for page in written() {
        let reasons: Vec<&str> = page
            .blocks
            .iter()
            .filter_map(|block| match block.usage() {
                Use::NotRun(reason) => Some(reason),
                Use::Run | Use::Promise(_) | Use::Shown => None,
            })
            .collect();
        assert!(reasons.iter().all(|reason| reason.len() > 10), "{}: {reasons:?}", page.path);
        if !reasons.is_empty() {
            found.push((page.path, reasons.len()));
        }
    }
    let found: Vec<(&str, usize)> = found.iter().map(|(path, n)| (path.as_str(), *n)).collect();
    assert_eq!(found, NOT_RUN);
}

#[test]
fn promises_are_those_of_the_readme() {
    for page in written() {
        let promises = page.blocks.iter().filter_map(|block| match block.usage() {
            Use::Promise(name) => Some(name.to_owned()),
            Use::Run | Use::NotRun(_) | Use::Shown => None,
        });
        let promises: Vec<String> = promises.collect();
        let wanted: &[&str] = if page.path == "README.md" { &["quickstart", "test"] } else { &[] };
        assert_eq!(promises, wanted, "{}", page.path);
    }
}

#[test]
fn every_call_can_be_typed() {
    let mut count = 0;
    // What is run may take the rest from variables.
    let is_run = |block: &Block| block.usage() == Use::Run;
    for page in written() {
        for block in page.blocks.iter().filter(|block| block.is_command()) {
            for Typed { script, .. } in block.commands() {
                for call in shell::calls(&script) {
                    count += 1;
                    let fault = fault_of(&call);
                    if let Some(fault) = fault.filter(|_| !is_run(block)) {
                        panic!("{}:{}: {}\n{}", page.path, block.line, call.join(" "), fault.text);
                    }
                }
            }
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn commands_are_shown_only_where_they_are_run() {
    for page in written() {
        for block in page.blocks.iter().filter(|block| !block.is_command()) {
            let calls = block.text.lines().map(|line| line.trim_start_matches(['$', ' ']));
            for line in calls {
                assert!(
                    !line.starts_with("mmembed "),
                    "{}:{}: a command in a block that is neither sh nor console: {line}",
                    page.path,
                    block.line
                );
            }
        }
    }
}

#[test]
fn commands_within_sentences_exist() {
    let mut count = 0;
    for page in written() {
        let spans = page.code_spans().filter(|(_, span)| span.starts_with("mmembed "));
        for (line, span) in spans.filter(|(_, span)| !span.contains(" COMMAND")) {
            let call: Vec<String> = span.split(' ').map(str::to_owned).collect();
            // A name in capitals stands for something; what is left out is in the sentence.
            if let Some(fault) = fault_of(&call).filter(|fault| !fault.is_incomplete) {
                panic!("{}:{line}: {span}\n{}", page.path, fault.text);
            }
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}

#[test]
fn the_readme_is_one_screen() {
    let text = fs::read_to_string(project().join("README.md")).unwrap();
    assert!(text.lines().count() <= 70, "{}", text.lines().count());
}

#[test]
fn the_recovery_guide_knows_every_exit_code() {
    let page = Page::read("docs/recovery.md");
    let headings: Vec<&str> =
        page.prose.iter().filter_map(|(_, line)| line.strip_prefix("## Exit code ")).collect();
    let output = Command::new(MMEMBED).args(["explain", "--json"]).output().unwrap();
    let json = Said::of(output).expect(0).json();
    let all = json["explanations"].as_array().unwrap().iter();
    let exits = all.filter(|one| one["kind"] == "exit-code");
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let wanted: Vec<String> =
        exits.map(|one| format!("{}: {}", text(one, "code"), text(one, "means"))).collect();
    assert_eq!(wanted.len(), 12);
    assert_eq!(headings, wanted, "docs/recovery.md says of a code something else than `explain`");
}

#[test]
fn a_page_that_is_wrong_is_found() {
    let faults = [
        ("```sh\nmmembed instal\n```\n", "unrecognized subcommand"),
        ("```sh\ntrue\nfalse\necho here\n```\n", "failed"),
        ("```console\n$ echo one two\none three\n```\n", "answered otherwise"),
        (
            "```console\n$ mmembed explain 77 || echo \"exit code $?\"\nexit code 0\n```\n",
            "answered otherwise",
        ),
        ("```sh\nfalse\n```\n\n```sh\ntrue\n```\n", "failed"),
        ("```sh\ncargo run --example nothing\n```\n", "do not know that"),
    ];
    for (text, wanted) in faults {
        let page = Page::of("docs/wrong.md", text);
        let fault = Stage::of(&page).play(&page).expect_err(text);
        assert!(fault.contains(wanted), "{text}: {fault}");
    }
    let page = Page::of(
        "docs/right.md",
        "```sh\nexport A=1\ncd docs\n```\n\n```console\n$ echo $A 5 s\n1 7 s\n$ pwd\n...\n[..]docs\n```\n",
    );
    assert_eq!(Stage::of(&page).play(&page), Ok(3));
}

#[test]
fn a_call_that_makes_no_sense_is_found() {
    let faults = |script: &str| -> Vec<bool> {
        let calls = shell::calls(script);
        calls.iter().filter_map(|call| fault_of(call)).map(|it| it.is_incomplete).collect()
    };
    let right = "sudo mmembed status --app acme >out 2>&1 && A=1 mmembed recover \\\n  --app acme # mmembed x\n\
                 cat <<'END' | cat\nmmembed nonsense\nEND\nmmembed config set --app acme 'A.B=\"x y\"'\n";
    assert_eq!(shell::calls(right).len(), 3);
    assert_eq!(faults(right), [false; 0]);
    assert_eq!(faults("mmembed upgrade --too 11.7"), [false]);
    assert_eq!(faults("mmembed bundle forget"), [false]);
    assert_eq!(faults("cd x; mmembed upgrade --app acme"), [true]);
    assert_eq!(faults("mmembed explain CODE | mmembed releases show esr"), [false; 0]);
}

#[test]
fn pages_are_found() {
    assert!(all().len() > 10);
}
