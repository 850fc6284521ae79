//! The results of cases as JUnit XML, which every CI can read.
//! What XML cannot hold is written as it would be in a program.

use std::fmt::Write as _;
use std::path::Path;

use super::cases::{Suite, lines};
use crate::cli::words;
use crate::engine::{CaseEnding, CaseRun};

/// The whole report.
pub(crate) fn render(suites: &[Suite]) -> String {
    let runs = suites.iter().flat_map(|suite| &suite.runs);
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    element(&mut text, 0, "testsuites", "mmembed config test", runs);
    for suite in suites {
        let name = suite.directory.to_string_lossy();
        element(&mut text, 1, "testsuite", &name, suite.runs.iter());
        for run in &suite.runs {
            text += &case(&name, &suite.directory, run);
        }
        text += "  </testsuite>\n";
    }
    text + "</testsuites>\n"
}

/// Opens an element that counts what is in it.
fn element<'a>(
    text: &mut String,
    level: usize,
    tag: &str,
    name: &str,
    runs: impl Iterator<Item = &'a CaseRun>,
) {
    let (mut tests, mut failures, mut errors) = (0_usize, 0_usize, 0_usize);
    for run in runs {
        tests += 1;
        match run.ending {
            CaseEnding::Passed => {}
            CaseEnding::Failed(_) => failures += 1,
            CaseEnding::Broken(_) => errors += 1,
        }
    }
    let (indent, name) = ("  ".repeat(level), escape(name));
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
    writeln!(text, "{indent}<{tag} name=\"{name}\" {counts}>").expect("a string can be written to");
}

fn case(suite: &str, directory: &Path, run: &CaseRun) -> String {
    let (suite, name) = (escape(suite), escape(&name(directory, run)));
    let open = format!("    <testcase classname=\"{suite}\" name=\"{name}\"");
    let (tag, message, content) = match &run.ending {
        CaseEnding::Passed => return format!("{open}/>\n"),
        CaseEnding::Failed(verdict) => {
            let lines = lines(verdict);
            ("failure", lines.first().cloned().unwrap_or_default(), lines.join("\n"))
        }
        CaseEnding::Broken(broken) => ("error", words::chain(broken), words::chain(broken)),
    };
    let (message, content) = (escape(&message), escape(&content));
    format!("{open}>\n      <{tag} message=\"{message}\">{content}</{tag}>\n    </testcase>\n")
}

/// The path below the directory, and what the case is about.
fn name(directory: &Path, run: &CaseRun) -> String {
    let below = run.folder.strip_prefix(directory).unwrap_or(&run.folder).to_string_lossy();
    let below = if below.is_empty() { ".".into() } else { below };
    match &run.title {
        Some(title) => format!("{below}: {title}"),
        None => below.into_owned(),
    }
}

/// Text for an element or an attribute. Line ends and tabs would become spaces in an attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' => escaped += "&#10;",
            '\t' => escaped += "&#9;",
            '\r' => escaped += "&#13;",
            letter if is_allowed(letter) => escaped.push(letter),
            letter => escaped.extend(letter.escape_unicode()),
        }
    }
    escaped
}

/// The production `Char` of XML 1.0; of the control characters that it discourages none either.
fn is_allowed(letter: char) -> bool {
    !letter.is_control() && !matches!(letter, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CaseVerdict;
    use crate::engine::BrokenCase;

    fn run(folder: &str, title: Option<&str>, ending: CaseEnding) -> CaseRun {
        let title = title.map(str::to_owned);
        CaseRun { folder: folder.into(), title, ending, blessed: Vec::new() }
    }

    #[test]
    fn what_xml_cannot_hold_is_written_otherwise() {
        for (text, wanted) in [
            ("a<b>&\"c\"'", "a&lt;b&gt;&amp;&quot;c&quot;'"),
            ("a\nb\tc\r", "a&#10;b&#9;c&#13;"),
            ("\0\u{1b}[2J\u{7f}\u{85}", "\\u{0}\\u{1b}[2J\\u{7f}\\u{85}"),
            ("\u{fffe}\u{ffff}\u{1f600}é", "\\u{fffe}\\u{ffff}\u{1f600}é"),
            ("]]>", "]]&gt;"),
        ] {
            assert_eq!(escape(text), wanted);
        }
    }

    #[test]
    fn every_ending_is_counted() {
        let failed = CaseVerdict {
            ended: Some("6.3.0 would <not>\u{1b}".to_owned()),
            ..CaseVerdict::default()
        };
        let broken = BrokenCase::NothingExpected { path: "d/c/expected.json".into() };
        let runs = vec![
            run("d", None, CaseEnding::Passed),
            run("d/b", Some("\"b\""), CaseEnding::Failed(failed)),
            run("d/c", None, CaseEnding::Broken(broken)),
        ];
        insta::assert_snapshot!(render(&[Suite { directory: "d".into(), runs }]), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="mmembed config test" tests="3" failures="1" errors="1">
          <testsuite name="d" tests="3" failures="1" errors="1">
            <testcase classname="d" name="."/>
            <testcase classname="d" name="b: &quot;b&quot;">
              <failure message="6.3.0 would &lt;not&gt;\u{1b}">6.3.0 would &lt;not&gt;\u{1b}</failure>
            </testcase>
            <testcase classname="d" name="c">
              <error message="d/c/expected.json is missing: nothing is expected">d/c/expected.json is missing: nothing is expected</error>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }
}
