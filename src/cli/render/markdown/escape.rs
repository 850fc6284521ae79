//! Text that stays text in Markdown: in a paragraph, a heading, a list, a cell of a table.
//! It obeys `CommonMark` and what GitHub and GitLab make of it; there is no line end left in it.

use std::path::Path;

use crate::host::printable;

/// What means something within a line.
const MARKS: [char; 11] = ['\\', '`', '*', '_', '[', ']', '|', '~', '#', '$', '!'];

/// Text as it is read.
pub(super) fn escape(text: &str) -> String {
    let text = printable(text.trim().as_bytes());
    let mut escaped = String::with_capacity(text.len());
    // A list or a line below a heading begins with one of these.
    if text.starts_with(['-', '+', '=']) {
        escaped.push('\\');
    }
    let number = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let mut rest = text.as_str();
    let after_mark = number.strip_prefix(['.', ')']);
    if number.len() < text.len() && after_mark.is_some_and(ends_a_mark) {
        let (digits, after) = text.split_at(text.len() - number.len());
        escaped += digits;
        escaped.push('\\');
        rest = after;
    }
    for letter in rest.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            letter => {
                if MARKS.contains(&letter) {
                    escaped.push('\\');
                }
                escaped.push(letter);
            }
        }
    }
    escaped
}

/// A number of a list stands alone or before a space.
fn ends_a_mark(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t'])
}

/// A name as code where it is as simple as names are, else as text.
pub(super) fn name(text: &str) -> String {
    let is_plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '/');
    if !text.is_empty() && text.chars().all(is_plain) { format!("`{text}`") } else { escape(text) }
}

/// A path, as a name.
pub(super) fn path(path: &Path) -> String {
    name(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a reader of Markdown sees.
    fn read(escaped: &str) -> String {
        let mut seen = String::new();
        let mut letters = escaped.chars();
        while let Some(letter) = letters.next() {
            seen.push(if letter == '\\' { letters.next().unwrap() } else { letter });
        }
        seen.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    }

    /// Is one of these there, and no backslash before it?
    fn has_bare(escaped: &str, marks: &[char]) -> bool {
        let mut letters = escaped.chars();
        while let Some(letter) = letters.next() {
            if letter == '\\' {
                letters.next();
            } else if marks.contains(&letter) {
                return true;
            }
        }
        false
    }

    #[test]
    fn what_would_be_more_than_text_is_text() {
        for (text, escaped) in [
            ("a|b", "a\\|b"),
            ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
            ("a\nb", "a\\\\nb"),
            ("- a", "\\- a"),
            ("12. a", "12\\. a"),
            ("12.", "12\\."),
            ("10.11.4", "10.11.4"),
            ("1", "1"),
            ("    code", "code"),
            ("# a", "\\# a"),
            ("\u{202e}a", "\\\\u{202e}a"),
            ("", ""),
        ] {
            assert_eq!(escape(text), escaped, "{text:?}");
        }
    }

    #[test]
    fn only_plain_names_are_code() {
        for (text, shown) in [
            ("ServiceSettings.SiteURL", "`ServiceSettings.SiteURL`"),
            ("a|b", "a\\|b"),
            ("a`b", "a\\`b"),
            ("a b", "a b"),
            ("", ""),
        ] {
            assert_eq!(name(text), shown);
        }
    }

    proptest! {
        #[test]
        fn every_text_is_read_as_it_is_shown_on_a_terminal(text in "[ -~\n\r\t\u{a0}-\u{2fff}]{0,40}") {
            let shown = escape(&text);
            prop_assert_eq!(read(&shown), printable(text.trim().as_bytes()));
            let marks = [&MARKS[..], &['<', '>', '\n', '\r']].concat();
            let marks: Vec<char> = marks.into_iter().filter(|mark| *mark != '\\').collect();
            prop_assert!(!has_bare(&shown, &marks), "{}", shown);
        }
    }
}
