//! The findings of a lint, for people and for programs.
//! What was found is decided below.

use std::fmt::Write as _;
use std::io;

use serde_json::{Value, json};

use super::style::{BAD, CARE, FAINT};
use crate::cli::terminal;
use crate::config::{Complaint, Severity};
use crate::engine::LintedFile;
use crate::model::{REPORT_SCHEMA, Version};

/// How many complaints of each kind there are.
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
}

impl Counts {
    fn of(linted: &[LintedFile]) -> Self {
        let count = |severity| {
            let complaints = linted.iter().flat_map(|file| &file.complaints);
            complaints.filter(|complaint| complaint.severity == severity).count()
        };
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
        }
    }
}

/// Prints one finding a line, with its place in front, and how many there are.
pub(crate) fn print(linted: &[LintedFile]) -> io::Result<()> {
    terminal::show(&render(linted))
}

fn render(linted: &[LintedFile]) -> String {
    let mut text = String::new();
    for file in linted {
        for complaint in &file.complaints {
            render_one(&mut text, file, complaint);
        }
    }
    let Counts { errors, warnings, notes } = Counts::of(linted);
    let files = linted.len();
    let counted = [counted(errors, "error"), counted(warnings, "warning"), counted(notes, "note")];
    writeln!(text, "{} in {}", counted.join(", "), self::counted(files, "file"))
        .expect("a string can be written to");
    text
}

fn render_one(text: &mut String, file: &LintedFile, complaint: &Complaint) {
    let style = match complaint.severity {
        Severity::Error => BAD,
        Severity::Warning => CARE,
        Severity::Note => FAINT,
    };
    let place = complaint.at.map_or_else(String::new, |at| format!("{at}:"));
    let (path, word) = (file.path.display(), level(complaint.severity));
    let Complaint { text: what, rule, advice, .. } = complaint;
    writeln!(text, "{path}:{place} {style}{word}:{style:#} {what} [{rule}]")
        .expect("a string can be written to");
    if !advice.is_empty() {
        writeln!(text, "  {FAINT}→{FAINT:#} {advice}").expect("a string can be written to");
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The level of a finding, as SARIF calls it, too.
pub(super) const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The findings as one object.
pub(crate) fn to_json(linted: &[LintedFile], version: &Version) -> Value {
    let Counts { errors, warnings, notes } = Counts::of(linted);
    let finding = |complaint: &Complaint| {
        json!({
            "level": level(complaint.severity),
            "rule": complaint.rule,
            "setting": complaint.setting,
            "line": complaint.at.map(|at| at.line),
            "column": complaint.at.map(|at| at.column),
            "text": complaint.text,
            "advice": complaint.advice,
        })
    };
    let file = |file: &LintedFile| {
        let findings: Vec<Value> = file.complaints.iter().map(finding).collect();
        json!({ "file": file.path.display().to_string(), "findings": findings })
    };
    let files: Vec<Value> = linted.iter().map(file).collect();
    json!({
        "schema": REPORT_SCHEMA,
        "command": "config lint",
        "version": version,
        "errors": errors,
        "warnings": warnings,
        "notes": notes,
        "files": files,
    })
}
