//! The reference: pages of Markdown made of what the program itself goes by.

mod codes;
mod commands;
mod manifest;

/// A page of the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferencePage {
    /// Its name, such as `commands.md`.
    pub file: &'static str,
    /// Markdown.
    pub text: String,
}

/// All pages of the reference, the table of contents first. The same program always makes the same ones.
#[must_use]
pub fn reference() -> Vec<ReferencePage> {
    let pages = [
        ("commands.md", "Commands and options", commands::page()),
        ("manifest.md", "Keys of mmembed.toml", manifest::page()),
        ("exit-codes.md", "Exit codes", codes::exits()),
        ("findings.md", "Findings", codes::findings()),
        ("rules.md", "Rules", codes::rules()),
    ];
    let lines = pages.iter().map(|(file, title, _)| format!("- [{title}]({file})\n"));
    let contents = page("Reference", &lines.collect::<String>());
    let pages = pages
        .into_iter()
        .map(|(file, title, text)| ReferencePage { file, text: page(title, &text) });
    std::iter::once(ReferencePage { file: "README.md", text: contents }).chain(pages).collect()
}

fn page(title: &str, text: &str) -> String {
    format!(
        "# {title}\n\n<!-- Made from the code by `cargo run --example reference`: change nothing here by hand. -->\n\n{text}"
    )
}

/// As a cell of a table, or a line: nothing in it starts a tag or ends the cell.
fn cell(text: &str) -> String {
    let mut shown = String::new();
    for (at, part) in text.split('`').enumerate() {
        let is_code = at % 2 == 1;
        if at > 0 {
            shown.push('`');
        }
        let plain = part.replace('\n', " ").replace('|', "\\|");
        shown.push_str(&if is_code {
            plain
        } else {
            plain.replace('<', "&lt;").replace('*', "\\*")
        });
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_keeps_what_stands_in_it() {
        assert_eq!(cell("a | b <c> `<d> *` *"), "a \\| b &lt;c> `<d> *` \\*");
        assert_eq!(cell("one\ntwo"), "one two");
    }

    #[test]
    fn every_page_begins_with_its_name_and_ends_with_one_line_break() {
        for ReferencePage { file, text } in reference() {
            assert!(text.starts_with("# ") && text.ends_with('\n'), "{file}");
            assert!(!text.ends_with("\n\n"), "{file}");
        }
    }
}
