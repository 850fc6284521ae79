//! The pages of docs/reference are those that the code makes.

use std::collections::BTreeSet;
use std::fs;

use mmembed::cli::reference;

use crate::architecture::source::project;

#[test]
fn the_reference_is_as_the_code_makes_it() {
    let directory = project().join("docs/reference");
    let pages = reference();
    for page in &pages {
        let written = fs::read_to_string(directory.join(page.file)).unwrap_or_default();
        assert!(
            written == page.text,
            "docs/reference/{} is not what the code makes. Type: cargo run --example reference",
            page.file
        );
    }
    let files: BTreeSet<&str> = pages.iter().map(|page| page.file).collect();
    for entry in fs::read_dir(directory).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(files.contains(name.as_str()), "nothing makes docs/reference/{name}: remove it");
    }
}

#[test]
fn the_reference_has_every_command_and_every_code() {
    let pages = reference();
    let text = |file: &str| &pages.iter().find(|page| page.file == file).unwrap().text;
    for command in ["upgrade", "config lint", "backup restore", "releases fetch"] {
        assert!(text("commands.md").contains(&format!("\n## mmembed {command}\n")), "{command}");
    }
    for word in ["--accept-data-loss", "MMEMBED_APP", "keep-user"] {
        assert!(text("commands.md").contains(word) || text("manifest.md").contains(word), "{word}");
    }
    assert!(text("exit-codes.md").contains("| `11` |"));
    assert!(text("findings.md").contains("| `database-rights` |"));
    assert!(["gate-5.31", "C-BOM", "T-GZIP-CUT"].iter().all(|it| text("rules.md").contains(it)));
    assert!(text("manifest.md").contains("| `sources.releases-dir` |"));
}
